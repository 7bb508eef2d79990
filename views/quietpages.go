package views

import (
	"fyne.io/fyne/v2"

	"holdfast/views/look"
)

// usagePlace says what is recorded: nothing, in this version.
func (w *Window) usagePlace() place {
	return place{section: secUsage, name: secUsage, build: func() *screen {
		leaves := look.NewButton(look.SecondaryButton, w.v.t("first.leaves"), w.whatLeaves)
		leaves.Key = "leaves"
		page := look.NewPage(w.quietPage(look.EmptyState("usage", w.v.t("usage.none"), w.v.t("usage.none.text"), leaves), "files"))
		s := &screen{head: look.PageTitle(w.v.t("rail.usage")), body: page}
		s.enter = func() *look.Button { return leaves }
		s.first = func() fyne.Focusable { return leaves }
		return s
	}}
}

// quietPage is a page of one thing, with the command that says the same below it.
func (w *Window) quietPage(body fyne.CanvasObject, act string) fyne.CanvasObject {
	command := commandLine(act)
	return sheet(body, look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))
}
