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

// planPlace shows the coming dates; trying a "what if" comes later.
func (w *Window) planPlace() place {
	return place{section: secPlan, name: secPlan, build: w.planScreen}
}

// planDates is how many coming dates the page lists.
const planDates = 30

func (w *Window) planScreen() *screen {
	page := look.NewPage(nil)
	var main *look.Button
	s := &screen{head: look.PageTitle(w.v.t("rail.plan")), body: page}
	s.enter = func() *look.Button { return main }
	s.first = func() fyne.Focusable {
		if main != nil {
			return main
		}
		return nil
	}
	s.renew = live(w, func() []step { return w.v.comingDates(w.snap) }, func(rows []step) {
		if main = nil; len(rows) == 0 {
			main = look.NewButton(look.SecondaryButton, w.v.t("rail.licenses"), func() { w.visit(w.licensesPlace()) })
			main.Key = "licenses"
			page.Set(w.quietPage(look.EmptyState("plan", w.v.t("plan.none"), w.v.t("plan.none.text"), main), "until"))
			return
		}
		var steps []look.Step
		for _, r := range rows {
			steps = append(steps, look.Step{Date: r.Date, Text: r.Text})
		}
		page.Set(w.quietPage(look.Column(look.Gap16,
			look.PaddedCard(look.Column(look.Gap12, look.NewPara(w.v.t("plan.coming"), look.Heading), look.NewSteps(steps))),
			look.NewPara(w.v.t("plan.later"), look.Quiet)), "until"))
	})
	return s
}

// quietPage is a page of one thing, with the command that says the same below it.
func (w *Window) quietPage(body fyne.CanvasObject, act string) fyne.CanvasObject {
	command := commandLine(act)
	return sheet(body, look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))
}
