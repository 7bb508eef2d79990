package views

import (
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// footerPart is one fact of the footer. A part that needs care is bold and has the sign of its tone. To is the section
// that says more.
type footerPart struct {
	Text string
	Tone terms.Tone // "" for a plain fact
	To   string
}

// clockSlack is how far the clock may be behind a signed time before the footer says so; less is delay on the way.
const clockSlack = 5 * time.Minute

// footer says what is known of offline time, contact, clock and safe storage, and nothing that is not known.
func (v voice) footer(s licensing.Snapshot, wall time.Time) []footerPart {
	parts := []footerPart{{Text: v.offline(s), To: secLicenses}}
	if s.LastContact.IsZero() {
		parts = append(parts, footerPart{Text: v.t("footer.no_contact"), To: secFiles})
	} else {
		parts = append(parts, footerPart{Text: v.t("footer.contact", "date", v.moment(s.LastContact)), To: secFiles})
		if s.Verdict.At.Sub(wall) > clockSlack {
			parts = append(parts, footerPart{v.t("footer.clock_behind"), terms.ToneWarn, secHelp})
		} else {
			parts = append(parts, footerPart{v.t("footer.clock_ok"), terms.ToneOK, secHelp})
		}
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
		case p.GraceActive:
			grace = earlier(grace, p.GraceEnds)
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

// worksUntil is the end of full use outside grace: of the offline time, of the time to confirm this computer or to open
// its key store, or of the license; zero when there is none.
func worksUntil(p terms.ProductVerdict) time.Time {
	end := earlier(p.LicenseEnds, p.OfflineUntil)
	for _, e := range p.Next {
		if e.Name == terms.EventFirstUseEnds || e.Name == terms.EventUnprovenEnds {
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
	line := look.Wrapped(look.Gap8)
	for i, p := range parts {
		if i > 0 {
			line.Add(look.NewLine("·", look.Caption))
		}
		line.Add(look.NewFactLink(p.Text, p.Tone, func() { to(p.To) }))
	}
	return look.Strip(line)
}
