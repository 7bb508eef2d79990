package views

import (
	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/licensing/reconcile"
	"holdfast/views/look"
)

// ask shows a question with a way out. A step that takes something away has its button filled in the stop colour, and
// Enter does not press it.
func (w *Window) ask(title, text, no, yes string, danger bool, then func()) {
	w.askBody(title, look.NewPara(text, look.Body), no, yes, danger, then)
}

// askBody is ask with more than a sentence.
func (w *Window) askBody(title string, body fyne.CanvasObject, no, yes string, danger bool, then func()) {
	keep := look.NewButton(look.SecondaryButton, no, nil)
	do := look.NewButton(look.PrimaryButton, yes, nil)
	d := look.NewDialog(w.canvas(), title, body, keep, do)
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
	t := w.v.t
	head := func(id string) fyne.CanvasObject { return look.NewPara(t(id), look.BodyBold) }
	col := look.Column(look.Gap12,
		look.NewPara(t("leaves.files"), look.Body),
		head("leaves.request"), look.Bullets([]string{
			t("leaves.request.code"), t("leaves.request.key"), t("leaves.request.licenses"), t("leaves.request.hints"), t("leaves.request.label"),
		}), look.NewPara(t("leaves.not"), look.Body),
		head("leaves.usage"), look.Bullets([]string{t("leaves.usage.what"), t("leaves.usage.code")}), look.NewPara(t("leaves.usage.see"), look.Body))
	log := t("leaves.log")
	switch w.settings.Network {
	case app.NetworkOff:
		col.Add(look.NewPara(w.v.ContactHold(reconcile.HoldOff), look.BodyBold))
	case app.NetworkManual:
		col.Add(look.NewPara(w.v.ContactHold(reconcile.HoldManual), look.BodyBold))
	default:
		col.Add(head("leaves.contacts"))
		col.Add(look.Bullets(w.v.contactReasons()))
		if !w.o.Desk.SourceOf("network").Locked() {
			log += " " + t("leaves.off")
		}
	}
	col.Add(look.NewPara(log, look.Body))
	w.tell(t("leaves.title"), col, "", "")
}

// contactReasons are all reasons for which a contact is made.
func (v voice) contactReasons() []string {
	var all []string
	for _, r := range reconcile.Reasons() {
		if r == reconcile.ReasonRetry {
			all = append(all, v.ContactNext(r))
			continue
		}
		all = append(all, v.ContactReason(r))
	}
	return all
}

// passphrase says how to go on without a key store of the system; it is a choice for the start of the program. A home
// stays with the key store that it was set up with, so one that is set up needs a new folder.
func (w *Window) passphrase() {
	setUp := w.snap.Device.Code != ""
	command, text := passphraseCommand(setUp), w.v.t("passphrase.text")
	if setUp {
		text = w.v.t("passphrase.text_home")
	}
	guide := look.NewButton(look.LinkButton, w.v.t("settings.storage.help"), nil)
	closing := look.NewButton(look.SecondaryButton, w.v.t("close"), nil)
	copying := look.NewButton(look.PrimaryButton, w.v.t("copy"), nil)
	d := look.NewDialog(w.canvas(), w.v.t("passphrase.title"), look.Column(look.Gap12,
		look.NewPara(text, look.Body), look.Code(command), look.Wrapped(0, guide)), closing, copying)
	closing.OnTapped = d.Cancel
	copying.OnTapped = func() {
		d.Hide()
		w.copy(command)
	}
	guide.OnTapped = func() {
		d.Hide()
		w.showGuide("lost-keychain")
	}
	d.Show()
}

// withCommand puts the command that does the same below what a dialog says.
func (w *Window) withCommand(body fyne.CanvasObject, act string, args ...string) fyne.CanvasObject {
	command := commandLine(act, args...)
	return look.Column(look.Gap12, body, look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))
}
