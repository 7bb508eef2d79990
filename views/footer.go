package views

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// footerPart is one fact of the footer. A part that needs care is bold and has the sign of its tone. To is the section
// that says more, or toClock.
type footerPart struct {
	Text string
	Tone terms.Tone // "" for a plain fact
	To   string
}

// toClock leads to the page about the clock, toContacts to the one about contacts, toNetwork to its settings.
const (
	toClock    = "clock"
	toContacts = "contacts"
	toNetwork  = "network"
)

// clockSlack is how far the clock may be behind a signed time before the footer says so; less is delay on the way.
const clockSlack = 5 * time.Minute

// footer says what is known of offline time, contact, clock and safe storage, and nothing that is not known.
func (v voice) footer(s licensing.Snapshot, f contactsFetched) []footerPart {
	parts := append([]footerPart{{Text: v.offline(s), To: secLicenses}}, v.contactParts(s, f)...)
	if p, ok := v.clockPart(s); ok {
		parts = append(parts, p)
	}
	switch {
	case s.KeyStore.State != "":
		parts = append(parts, footerPart{v.t("footer.storage", "state", v.Short(s.KeyStore.State)), terms.ToneWarn, secHelp})
	case s.Device.Code != "":
		parts = append(parts, footerPart{v.t("footer.storage_ok"), terms.ToneOK, secHelp})
	}
	if st := s.Records.State; st != "" {
		parts = append(parts, footerPart{v.t("footer.records", "state", v.Short(st)), st.Tone(), secHelp})
	}
	return parts
}

// contactParts are who is asked now or was heard of last, what is in the way, and that nobody is contacted at the moment.
func (v voice) contactParts(s licensing.Snapshot, f contactsFetched) []footerPart {
	var parts []footerPart
	last := footerPart{Text: v.t("footer.no_contact"), To: toContacts}
	if !heardOf(s).IsZero() {
		last.Text = v.lastContact(s)
	}
	for _, c := range s.Contacts {
		switch {
		case f.asks[c.Root] || c.Plan.Running:
			return []footerPart{{Text: v.t("contacts.asking", "vendor", c.Vendor), To: toContacts}}
		case c.Finding.State == terms.StateContactBlocked:
			parts = append(parts, footerPart{v.t("contacts.foot.blocked", "vendor", c.Vendor), terms.ToneNotice, toContacts})
		}
	}
	parts = append([]footerPart{last}, parts...)
	switch {
	case f.settings.Network == app.NetworkOff:
		parts = append(parts, footerPart{Text: v.t("contacts.foot.off"), To: toNetwork})
	case f.settings.Paused.After(s.Verdict.At):
		parts = append(parts, footerPart{Text: v.t("contacts.foot.paused", "when", v.onDay(f.settings.Paused, s.Verdict.At)), To: toContacts})
	}
	return parts
}

// heardOf is when a vendor was last heard of: the newest time that it signed for this computer, or a contact that came through since.
// A key file is signed too, and says nothing of this computer.
func heardOf(s licensing.Snapshot) (at time.Time) {
	if len(s.Facts.Licenses)+len(s.Facts.Contact) > 0 {
		at = s.LastContact
	}
	for _, c := range s.Contacts {
		if c.OK.After(at) {
			at = c.OK
		}
	}
	return at
}

// lastContact is when a vendor was last heard of, and by what.
func (v voice) lastContact(s licensing.Snapshot) string {
	heard := heardOf(s)
	at := v.moment(heard)
	if heard.After(s.LastContact) {
		return v.t("footer.contact", "date", at)
	}
	if kind := contactKind(s.Facts, s.LastContact); kind != "" {
		return v.t("footer.contact_by", "date", at, "kind", v.t(kind))
	}
	return v.t("footer.contact", "date", at)
}

// contactKind is the text of what came in with a signed time; "" when nothing in use here says.
func contactKind(f terms.Facts, at time.Time) string {
	if slices.ContainsFunc(f.Licenses, func(h terms.Held) bool { return h.License.Issued.Equal(at) }) {
		return "contact.license"
	}
	switch {
	case signedAt(f.Extensions, at):
		return "contact.extension"
	case signedAt(f.Notices, at), signedAt(f.Holds, at), signedAt(f.Revocations, at):
		return "contact.notice"
	}
	return ""
}

func signedAt[T any](all []terms.Signed[T], at time.Time) bool {
	return slices.ContainsFunc(all, func(x terms.Signed[T]) bool { return x.Issued.Equal(at) })
}

// clockPart says whether the clock is believed. Nothing is said while there is nothing to compare it with.
func (v voice) clockPart(s licensing.Snapshot) (footerPart, bool) {
	switch {
	case s.Clock.State == terms.StateClockWrong:
		return footerPart{v.t("footer.clock_wrong"), terms.ToneWarn, toClock}, true
	case s.Clock.State == terms.StateClockUnsure:
		return footerPart{v.t("footer.clock_unsure"), terms.ToneWarn, toClock}, true
	case s.LastContact.IsZero():
		return footerPart{}, false
	case slices.ContainsFunc(s.Clock.Vendors, func(c licensing.VendorClock) bool { return c.Behind > clockSlack }):
		return footerPart{v.t("footer.clock_behind"), terms.ToneWarn, toClock}, true
	}
	return footerPart{v.t("footer.clock_ok"), terms.ToneOK, toClock}, true
}

// offline is the date until which everything at full use works without any contact. A product in grace has its own
// word in the banner; its date is taken only when there is no other.
func (v voice) offline(s licensing.Snapshot) string {
	if len(s.Verdict.Products) == 0 {
		return v.t("footer.not_set_up")
	}
	var soonest, grace time.Time
	works := false
	for _, p := range s.Verdict.Products {
		switch {
		case len(p.Works) == 0:
			continue
		case p.Cause != "":
			grace = earlier(grace, p.GraceUntil)
		default:
			soonest = earlier(soonest, worksUntil(p))
		}
		works = true
	}
	switch {
	case !works:
		return v.t("footer.not_working")
	case !soonest.IsZero():
		return v.t("footer.offline_until", "date", v.short(soonest))
	case !grace.IsZero():
		return v.t("footer.offline_until", "date", v.short(grace))
	}
	return v.t("footer.offline_no_end")
}

// worksUntil is the end of full use outside grace: of the offline time, of the license, or of what a person has to do
// before; zero when there is none.
func worksUntil(p terms.ProductVerdict) time.Time {
	end := earlier(p.LicenseEnds, p.OfflineUntil)
	for _, e := range p.Next {
		switch e.Name {
		case terms.EventFirstUseEnds, terms.EventUnprovenEnds, terms.EventConfirmBy, terms.EventRevoked, terms.EventAnswerBy:
			end = earlier(end, e.At)
		}
	}
	return end
}

// earlier is the earlier of two moments; the zero one means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// newFooter shows the parts on the strip at the foot of the window; each leads to the section that says more.
func newFooter(parts []footerPart, to func(section string)) fyne.CanvasObject {
	var facts []fyne.CanvasObject
	for _, p := range parts {
		facts = append(facts, look.NewFactLink(p.Text, p.Tone, func() { to(p.To) }))
	}
	return look.Strip(look.Dotted(look.Gap8, facts...))
}
