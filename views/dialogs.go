package views

import (
	"fyne.io/fyne/v2"

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
	var reasons []string
	for _, r := range []reconcile.Reason{
		reconcile.ReasonPerson, reconcile.ReasonRequest, reconcile.ReasonDate, reconcile.ReasonRegular, reconcile.ReasonUsage, reconcile.ReasonStart,
	} {
		reasons = append(reasons, w.v.ContactReason(r))
	}
	w.tell(w.v.t("leaves.title"), look.Column(look.Gap12,
		look.NewPara(w.v.t("leaves.nothing"), look.Body),
		look.NewPara(w.v.t("leaves.request"), look.BodyBold),
		look.Bullets([]string{
			w.v.t("leaves.request.code"), w.v.t("leaves.request.key"), w.v.t("leaves.request.hints"), w.v.t("leaves.request.label"),
		}),
		look.NewPara(w.v.t("leaves.not"), look.Body),
		look.NewPara(w.v.t("leaves.contacts"), look.BodyBold), look.Bullets(reasons), look.NewPara(w.v.t("leaves.log"), look.Body),
	), "", "")
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
