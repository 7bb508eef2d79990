package plain

import (
	"net/mail"
	"time"

	"holdfast/licensing/terms"
)

// Whom a note is for.
const (
	NoteBuyer   = "buyer"
	NoteIT      = "it"
	NoteVendor  = "vendor"
	NoteCarrier = "carrier" // who takes a request file to a computer with internet and brings the answer back
)

// Note is a message that is ready to be sent to somebody who can act.
type Note struct {
	To            string // a mail address; "" when none is known
	Subject, Text string
}

// NoteAbout is what a note tells of. What is not known is left out of the note.
type NoteAbout struct {
	Finding terms.Finding         // of the product, or of the computer as a whole
	Product *terms.ProductVerdict // nil for the computer
	Buyer   string                // who renews, as the policy says
	Vendor  string                // its name
	Contact string                // who helps at the vendor, as its profile says
	Code    string                // of this computer
	At      time.Time
	Zone    *time.Location
	// For NoteCarrier: the file to carry, what is asked for with it (activate, checkin, renew or moretime), and with more time
	// the last moment away.
	File   string
	Kind   string
	Wanted time.Time
}

// Note writes to NoteBuyer, NoteIT, NoteVendor or NoteCarrier: number, dates and effect for the buyer, what happened and what helps
// for IT, computer, license and state for the vendor, where the file goes for who carries it. Some states have a note of
// their own: a question of the vendor, a withdrawal, a wrong clock. It says nothing that the window does not show, and holds no key.
func (s *Speaker) Note(who string, a NoteAbout) Note {
	f := a.Finding
	f.Told, f.ToldWho = time.Time{}, "" // the one who is told now need not know who was
	answers := s.Say(f, a.At, a.Zone)
	args := map[string]any{
		"headline": answers.Headline, "happened": answers.Happened, "works": answers.Works, "do": answers.Do, "by": answers.By,
		"state": string(f.State), "vendor": a.Vendor, "contact": a.Contact, "code": a.Code, "product": "", "serial": f.License,
		"license_ends": "", "grace_ends": "", "offline_until": "", "about": s.Text("note.computer", map[string]any{"code": a.Code}),
		"reason": shorten(s.value(f.Slots["reason"]), longest), "ref": s.value(f.Slots["ref"]),
		"used": s.value(f.Slots["used"]), "included": s.value(f.Slots["included"]), "paused": s.value(f.Slots["paused_parts"]),
		"since": s.dayOf(f.Slots["from"], a.Zone), "resets": s.dayOf(f.Slots["reset"], a.Zone),
		"file": a.File, "asked": s.coded("note.asked."+clean(a.Kind), a.Kind), "wanted": s.Date(a.Wanted, a.Zone),
	}
	if p := a.Product; p != nil {
		name := p.Name.In(s.cat.lang)
		if name == "" {
			name = p.ID
		}
		args["product"], args["about"] = name, name
		if p.License != "" {
			args["serial"] = p.License
		}
		args["license_ends"] = s.Until(p.LicenseEnds, a.At, a.Zone)
		args["grace_ends"] = s.Until(p.GraceEnds, a.At, a.Zone)
		args["offline_until"] = s.Until(p.OfflineUntil, a.At, a.Zone)
	}
	text := "note." + who
	if f.Tone == terms.ToneOK && s.Has(text+".fine.text") {
		text += ".fine" // nobody has to do anything
	}
	if own := text + "." + string(f.State); s.Has(own + ".text") {
		text = own
	}
	return Note{
		To:      address(map[string]string{NoteBuyer: a.Buyer, NoteVendor: a.Contact, NoteCarrier: ""}[who]),
		Subject: s.Text(text+".subject", args),
		Text:    s.Text(text+".text", args),
	}
}

// dayOf is the day of a slot that holds a time; "" for none.
func (s *Speaker) dayOf(slot any, zone *time.Location) string {
	t, ok := slot.(time.Time)
	if !ok || t.IsZero() {
		return ""
	}
	return s.Date(t, zone)
}

// address is the mail address in what a policy or profile names, which may be a name, a number or a page instead.
func address(contact string) string {
	a, err := mail.ParseAddress(contact)
	if err != nil {
		return ""
	}
	return a.Address
}
