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
		return w.emptyScreen("rail.usage", look.EmptyState("usage", w.v.t("usage.none"), w.v.t("usage.none.text"), leaves), leaves, "files")
	}}
}

// planPlace shows the coming dates; trying a "what if" comes later.
func (w *Window) planPlace() place {
	return place{section: secPlan, name: secPlan, build: w.planScreen}
}

// planDates is how many coming dates the page lists.
const planDates = 30

func (w *Window) planScreen() *screen {
	rows := w.v.comingDates(w.snap)
	if len(rows) == 0 {
		use := look.NewButton(look.SecondaryButton, w.v.t("rail.licenses"), func() { w.visit(w.licensesPlace()) })
		use.Key = "licenses"
		return w.emptyScreen("rail.plan", look.EmptyState("plan", w.v.t("plan.none"), w.v.t("plan.none.text"), use), use, "until")
	}
	var steps []look.Step
	for _, r := range rows {
		steps = append(steps, look.Step{Date: r.Date, Text: r.Text})
	}
	s := w.emptyScreen("rail.plan", look.Column(look.Gap16,
		look.PaddedCard(look.Column(look.Gap12, look.NewPara(w.v.t("plan.coming"), look.Heading), look.NewSteps(steps))),
		look.NewPara(w.v.t("plan.later"), look.Quiet)), nil, "until")
	s.renew = func() {
		if len(w.v.comingDates(w.snap)) != len(rows) {
			w.reshow()
		}
	}
	return s
}

func (w *Window) emptyScreen(title string, body fyne.CanvasObject, main *look.Button, act string) *screen {
	command := commandLine(act)
	s := &screen{head: look.PageTitle(w.v.t(title)), body: look.NewPage(sheet(body,
		look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) })))}
	if main != nil {
		s.enter = func() *look.Button { return main }
		s.first = func() fyne.Focusable { return main }
	}
	return s
}
