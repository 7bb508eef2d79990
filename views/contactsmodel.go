package views

import (
	"time"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// contactsShown is how many contacts the page lists, the newest first.
const contactsShown = 50

// contactsModel is everything that the page about contacts shows.
type contactsModel struct {
	Vendors []contactVendor
	Check   []string // vendors that the main button asks; none: there is no such button
	Pause   bool     // contacts by themselves can be told to rest
	Paused  string   // they rest; until when
	Rows    []contactRow
	Read    bool // the log is here
	Locked  bool // it cannot be read now
	More    bool // there are older contacts
}

// contactVendor is how contacts with one vendor stand.
type contactVendor struct {
	Root, Name, Host string
	Chip             chipModel
	Facts            [][2]string
	Notes            []string
	Ask              string // for who can open the way; "" when nothing blocks it
	Asking           string // words while it is asked
	Own              bool   // a person asked, and can stop it
	Check            bool   // it can be asked now
	Files            bool   // a file does the same
}

// chipModel is a word with a sign; Quiet has no tone.
type chipModel struct {
	Tone         terms.Tone
	Quiet        bool
	Symbol, Word string
}

// contactsFetched is what the page needs beside a snapshot.
type contactsFetched struct {
	log      []reconcile.Contact
	settings Settings
	source   app.Source      // who decided when vendors are contacted
	send     app.Source      // who decided whether usage leaves with contacts
	locked   map[string]bool // settings of the way to a vendor that the organization decided
	asks     map[string]bool
	reads    bool // what was sent can be read again
}

// contacts puts how contacts stand into words.
func (v voice) contacts(s licensing.Snapshot, d contactsFetched, read bool, err error) contactsModel {
	at := s.Verdict.At
	m := contactsModel{Read: read, Locked: err != nil}
	licensed := len(s.Verdict.Products) > 0
	for _, c := range s.Contacts {
		x := v.contactVendor(c, at, d, licensed)
		m.Vendors = append(m.Vendors, x)
		if x.Check {
			m.Check = append(m.Check, c.Root)
		}
		m.Pause = m.Pause || reachable(c) && c.Plan.Hold != reconcile.HoldManual
	}
	if d.settings.Paused.After(at) && m.Pause {
		m.Paused = v.t("contacts.paused", "when", v.onDay(d.settings.Paused, at))
	}
	m.More = len(d.log) > contactsShown
	for _, c := range d.log[:min(len(d.log), contactsShown)] {
		m.Rows = append(m.Rows, v.contactRow(vendorName(s, c.Root), c, at, d.reads, licensed))
	}
	return m
}

// setBy names who decided on a setting.
func (v voice) setBy(s app.Source) string {
	switch {
	case s.Meanwhile():
		return v.t("network.set_by.meanwhile")
	case s.Org == "":
		return v.t("network.set_by.unnamed")
	}
	return v.t("network.set_by", "org", s.Org)
}

func (v voice) contactVendor(c licensing.ContactView, at time.Time, d contactsFetched, licensed bool) contactVendor {
	own := d.asks[c.Root]
	x := contactVendor{Root: c.Root, Name: c.Vendor, Host: c.Host, Files: true}
	if c.Host == "" {
		x.Host = v.t("contacts.no_service")
		x.Chip = chipModel{Quiet: true, Symbol: "fileout", Word: v.t("contacts.chip.files")}
		x.Notes = []string{v.ContactHold(reconcile.HoldNoAddress)}
		return x
	}
	x.Check = reachable(c)
	if own || c.Plan.Running {
		x.Asking, x.Own = v.t("contacts.asking", "vendor", c.Vendor), own
	}
	ok := v.t("contacts.last.none")
	if !c.OK.IsZero() {
		ok = capital(v.onDay(c.OK, at))
	}
	x.Facts = [][2]string{{v.t("contacts.last"), ok}}
	if l := c.Last; l != nil && l.Cause != "" {
		x.Facts = append(x.Facts, [2]string{v.t("contacts.try"), capital(v.t("contacts.try.text", "when", v.onDay(l.At, at), "cause", v.ContactCause(*l)))})
	}
	next := v.nextContact(c.Plan, at)
	if d.source.Locked() && (c.Plan.Hold == reconcile.HoldOff || c.Plan.Hold == reconcile.HoldManual || c.Plan.Outside) {
		next += " " + v.setBy(d.source)
	}
	x.Facts = append(x.Facts, [2]string{v.t("contacts.next.label"), next})
	x.Files = false
	switch c.Finding.State {
	case terms.StateContactBlocked:
		a := v.Say(c.Finding, at, v.zone)
		x.Notes, x.Files = []string{a.Headline + " " + a.Happened, v.calm(licensed)}, true
		x.Ask = v.forIT(c)
	case terms.StateNoContact:
		x.Notes, x.Files = []string{v.calm(licensed)}, true
	}
	if x.Files {
		if fix, _ := v.contactFix(c, d); fix != "" {
			x.Notes = append([]string{fix}, x.Notes...)
		}
	}
	x.Chip = v.contactChip(c, x.Asking != "")
	return x
}

// contactChip is how contacts with a vendor stand in a word.
func (v voice) contactChip(c licensing.ContactView, asking bool) chipModel {
	switch {
	case asking:
		return chipModel{Tone: terms.ToneNotice, Symbol: "wait", Word: v.t("contacts.chip.asking")}
	case c.Plan.Hold == reconcile.HoldOff:
		return chipModel{Quiet: true, Symbol: "minus", Word: v.t("contacts.chip.off")}
	case c.Finding.State == terms.StateContactBlocked:
		return chipModel{Tone: terms.ToneNotice, Word: v.t("contacts.chip.blocked")}
	case c.Finding.State == terms.StateNoContact:
		return chipModel{Quiet: true, Symbol: "wait", Word: v.t("contacts.chip.none")}
	case c.OK.IsZero():
		return chipModel{Quiet: true, Symbol: "wait", Word: v.t("contacts.chip.not_yet")}
	}
	return chipModel{Tone: terms.ToneOK, Word: v.t("contacts.chip.ok")}
}
