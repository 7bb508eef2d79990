package views

import (
	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// ask shows a question with a way out. A step that takes something away has its button filled in the stop colour, and
// Enter does not press it.
func (w *Window) ask(title, text, no, yes string, danger bool, then func()) {
	keep := look.NewButton(look.SecondaryButton, no, nil)
	do := look.NewButton(look.PrimaryButton, yes, nil)
	d := look.NewDialog(w.canvas(), title, look.NewPara(text, look.Body), keep, do)
	keep.OnTapped = d.Cancel
	do.OnTapped = func() {
		d.Hide()
		then()
	}
	if danger {
		do.Kind = look.DangerFull
		d.Default, d.First = keep, keep
	}
	d.Show()
}

// tell shows something to read, with an optional text to copy.
func (w *Window) tell(title string, body fyne.CanvasObject, copyLabel, text string) {
	closing := look.NewButton(look.SecondaryButton, w.v.t("close"), nil)
	buttons := []*look.Button{closing}
	if copyLabel != "" {
		buttons = append(buttons, look.NewButton(look.PrimaryButton, copyLabel, nil))
	} else {
		closing.Kind = look.PrimaryButton
	}
	d := look.NewDialog(w.canvas(), title, body, buttons...)
	closing.OnTapped = d.Cancel
	if copyLabel != "" {
		buttons[1].OnTapped = func() {
			d.Hide()
			w.copy(text)
		}
	}
	d.Show()
}

// whatLeaves says what goes out and what does not.
func (w *Window) whatLeaves() {
	w.tell(w.v.t("leaves.title"), look.Column(look.Gap12,
		look.NewPara(w.v.t("leaves.nothing"), look.Body),
		look.NewPara(w.v.t("leaves.request"), look.BodyBold),
		look.Bullets([]string{
			w.v.t("leaves.request.code"), w.v.t("leaves.request.key"), w.v.t("leaves.request.hints"), w.v.t("leaves.request.label"),
		}),
		look.NewPara(w.v.t("leaves.not"), look.Body),
	), "", "")
}

// tellBuyer makes a ready note for the person who can act.
func (w *Window) tellBuyer(f terms.Finding) {
	name, vendor, serial := f.Product, "", f.License
	if p, ok := product(w.snap, f.Product); ok {
		name, vendor = w.v.name(p.Name, p.ID), vendorName(w.snap, p.Vendor)
		if serial == "" {
			serial = p.License
		}
	}
	note := w.v.t("note.text", "product", name, "vendor", vendor, "headline", w.v.headline(f, w.snap.Verdict.At), "serial", serial)
	w.tell(w.v.t("note.title"), look.Quote(note), w.v.t("note.copy"), note)
}

// passphrase says how to go on without a key store of the system; it is a choice for the start of the program.
func (w *Window) passphrase() {
	const command = "HOLDFAST_PASSPHRASE_FILE=FILE holdfast --keystore passphrase"
	w.tell(w.v.t("passphrase.title"), look.Column(look.Gap12,
		look.NewPara(w.v.t("passphrase.text"), look.Body), look.Code(command)), w.v.t("copy"), command)
}
