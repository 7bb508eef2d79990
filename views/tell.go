package views

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/app/desktop"
	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// tellWho are those who can be told, in the order of the choice.
var tellWho = []string{plain.NoteBuyer, plain.NoteIT, plain.NoteVendor}

// tellAbout makes a ready note about a state for the person who can act. Once it is copied or mailed, the reminder
// stays quiet until its date.
func (w *Window) tellAbout(who string, f terms.Finding) {
	at := 0
	for i, x := range tellWho {
		if x == who {
			at = i
		}
	}
	notes := make([]plain.Note, len(tellWho))
	var labels []string
	for i, x := range tellWho {
		notes[i] = w.v.note(w.snap, x, f)
		labels = append(labels, w.v.t("tell."+x))
	}
	text := look.NewPara(notes[at].Text, look.Body)
	command := look.Column(0)
	say := func() {
		line := commandLine("tell", tellArgs(tellWho[at], f)...)
		command.Objects = []fyne.CanvasObject{look.NewCommand(w.v.t("command"), line, w.v.t("copy"), func() { w.copy(line) })}
		command.Refresh()
		text.Set(notes[at].Text)
	}
	say()
	choice := look.NewSegments("who", labels, at, func(i int) {
		at = i
		say()
	})
	closing := look.NewButton(look.SecondaryButton, w.v.t("close"), nil)
	mail := look.NewButton(look.SecondaryButton, w.v.t("tell.mail"), nil)
	mail.Symbol = "mail"
	copying := look.NewButton(look.PrimaryButton, w.v.t("note.copy"), nil)
	title, lead := w.v.tellWords(f)
	d := look.NewDialog(w.canvas(), title, look.Column(look.Gap12,
		look.NewPara(lead, look.Body), look.Wrapped(0, choice), look.Sunk(text), command), closing, mail, copying)
	closing.OnTapped = d.Cancel
	copying.OnTapped = func() {
		d.Hide()
		w.app.Clipboard().SetContent(notes[at].Text)
		w.told(tellWho[at], f, "tell.done")
	}
	mail.OnTapped = func() {
		d.Hide()
		w.openMail(notes[at], func() { w.told(tellWho[at], f, "tell.done_mail") })
	}
	d.Width = 560 * look.TextFactor()
	d.Show()
}

// tellWords are the title and the lead of a note: a question of the vendor is asked first.
func (v voice) tellWords(f terms.Finding) (title, lead string) {
	asked, _ := f.Slots["reason"].(terms.Text)
	issuer, _ := f.Slots["issuer"].(string)
	question := strings.TrimRight(asked.In(v.Language()), " ")
	if f.State != terms.StateOnHold || question == "" || issuer == "" {
		return v.t("tell.title"), v.t("tell.lead")
	}
	return v.t("tell.title.question"), v.t("tell.lead.question", "vendor", issuer, "question", question)
}

func tellArgs(who string, f terms.Finding) []string {
	if f.Product == "" {
		return []string{who}
	}
	return []string{who, "--product", f.Product}
}

// note writes to one of tellWho about a state.
func (v voice) note(s licensing.Snapshot, who string, f terms.Finding) plain.Note {
	about := plain.NoteAbout{Finding: f, Code: s.Device.Code, At: s.Verdict.At, Zone: v.zone}
	if p, ok := productFor(s, f); ok {
		about.Product = &p
		about.Vendor, about.Contact = vendorName(s, p.Vendor), supportOf(s, p.Vendor)
		for _, h := range s.Facts.Licenses {
			if h.Vendor == p.Vendor && h.License.Serial == p.License {
				about.Buyer = h.License.Policy.Renewal.Contact
			}
		}
	}
	return v.Note(who, about)
}

// productFor is the product that a finding is about.
func productFor(s licensing.Snapshot, f terms.Finding) (terms.ProductVerdict, bool) {
	for _, p := range s.Verdict.Products {
		if p.ID == f.Product && (f.License == "" || p.License == f.License) {
			return p, true
		}
	}
	return product(s, f.Product)
}

// told keeps that somebody knows now, and says so with the text ui.<done>.
func (w *Window) told(who string, f terms.Finding, done string) {
	t := licensing.Telling{Who: who, Product: f.Product}
	if p, ok := productFor(w.snap, f); ok {
		t.Vendor = p.Vendor
	}
	w.work.run(w.v.t("busy.tell"), func(ctx context.Context) func() {
		err := w.engine.Tell(w.o.Interactive(ctx), t)
		st := w.look()
		return func() {
			w.set(st)
			if err != nil { // the note is out all the same; only the reminder comes again
				w.toast("notice", look.Notice, w.v.t("tell.not_kept"))
				return
			}
			w.toast("ok", look.OK, w.v.t(done))
		}
	})
}

// openMail opens a draft in the person's mail program. Its text goes to the clipboard too: the desktop cannot say whether
// a mail program really appeared.
func (w *Window) openMail(n plain.Note, then func()) {
	w.work.quietly(func() func() {
		err := w.o.Desk.OpenURL(desktop.Mail(n.To, n.Subject, n.Text))
		return func() {
			w.app.Clipboard().SetContent(n.Text)
			if err != nil {
				w.toast("notice", look.Notice, w.v.t("mail.none"))
				return
			}
			then()
		}
	})
}

// requestMail is the draft that goes with a request file.
func (v voice) requestMail(s licensing.Snapshot, made licensing.Made, path string) plain.Note {
	vendor := vendorName(s, made.Request.Vendor)
	return plain.Note{
		To:      supportOf(s, made.Request.Vendor),
		Subject: v.ofKind(made.Request.Kind, "mail.subject", "vendor", vendor, "code", s.Device.Code),
		Text:    v.ofKind(made.Request.Kind, "mail.text", "name", filepath.Base(path), "code", s.Device.Code, "words", made.Words),
	}
}

func supportOf(s licensing.Snapshot, root string) string {
	for _, v := range s.Vendors {
		if v.Root == root {
			return v.Support
		}
	}
	return ""
}
