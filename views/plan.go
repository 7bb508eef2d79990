package views

import (
	"context"
	"reflect"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing/simulate"
	"holdfast/views/look"
)

// planPlace is every coming date, and what would happen if.
func (w *Window) planPlace() place {
	return place{section: secPlan, name: secPlan, build: w.planScreen}
}

// Tabs of Plan ahead.
const (
	tabComing = iota
	tabWhatIf
)

// planPage shows coming dates and, beside them, what a person tries. Its form is the window's, so that it is still there
// when they come back.
type planPage struct {
	w      *Window
	v      voice
	page   *look.Page
	form   *planForm
	dates  datesModel
	wrong  *planWrong
	result *planModel
	job    *job // the run that a person waits for
	main   *look.Button
}

func (w *Window) planScreen() *screen {
	if len(w.plan.conditions) == 0 && !w.plan.never {
		w.plan.conditions = usualPlan().conditions
	}
	p := &planPage{w: w, v: w.v, page: look.NewPage(nil), form: &w.plan, dates: w.v.dates(w.snap)}
	notices := look.NewButton(look.SecondaryButton, w.v.t("notices.title"), func() { w.visit(w.noticesPlace()) })
	notices.Key = "notices"
	s := &screen{head: look.PageTitle(w.v.t("rail.plan"), notices), body: p.page}
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable {
		if p.main != nil {
			return p.main
		}
		return nil
	}
	seen, hour := w.snap.Revision, w.snap.Verdict.At.Truncate(time.Hour)
	s.renew = func() {
		changed, now := seen != w.snap.Revision, w.snap.Verdict.At.Truncate(time.Hour)
		if !changed && now.Equal(hour) { // a date that passes changes the verdict, so only a near one may read differently
			return
		}
		seen, hour = w.snap.Revision, now
		if now := w.v.dates(w.snap); !reflect.DeepEqual(now, p.dates) {
			p.dates = now
			p.draw()
		}
		if p.form.tried && changed {
			p.again()
		}
	}
	p.draw()
	if p.form.tried {
		p.again()
	}
	return s
}

// draw shows everything as it is now, with the focus where it was.
func (p *planPage) draw() {
	c := fyne.CurrentApp().Driver().CanvasForObject(p.page)
	key := ""
	if c != nil {
		key = look.FocusKeyOf(c.Focused())
	}
	p.main = nil
	if len(p.w.snap.Verdict.Products) == 0 {
		p.main = look.NewButton(look.SecondaryButton, p.v.t("rail.licenses"), func() { p.w.visit(p.w.licensesPlace()) })
		p.main.Key = "licenses"
		p.page.Set(p.w.quietPage(look.EmptyState("plan", p.v.t("plan.none"), p.v.t("plan.none.text"), p.main), "timeline"))
	} else {
		tabs := look.NewTabs([]string{p.v.t("plan.coming"), p.v.t("plan.what_if")}, p.form.tab, func(i int) {
			if p.form.tab != i {
				p.form.tab = i
				p.draw()
				p.page.ToTop()
			}
		})
		parts := []fyne.CanvasObject{tabs}
		command := commandLine("timeline")
		if p.form.tab == tabWhatIf {
			parts = append(parts, p.whatIf()...)
			command = p.command()
		} else {
			parts = append(parts, p.coming()...)
		}
		p.page.Set(sheet(append(parts, look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.w.copy(command) }))...))
	}
	if f := look.ByFocusKey(p.page, key); f != nil && c != nil {
		c.Focus(f)
	}
}

// command is what does the same on the command line, as far as the form can be read.
func (p *planPage) command() string {
	sc, wrong := p.v.scenario(*p.form, wallOf(p.w.snap))
	if wrong != nil {
		return commandLine("simulate")
	}
	return p.v.planCommand(sc)
}

// try runs the plan on a copy because a person asked for it. What cannot be read is told beside its field.
func (p *planPage) try() {
	sc, wrong := p.v.scenario(*p.form, wallOf(p.w.snap))
	if p.wrong = wrong; wrong != nil {
		p.result, p.form.tried = nil, false
		p.draw()
		if f := look.ByFocusKey(p.page, fieldKey(wrong.condition, wrong.field)); f != nil {
			p.w.canvas().Focus(f)
		}
		return
	}
	p.form.tried = true
	if p.job != nil && p.w.work.job == p.job { // what was asked before is no more of interest
		p.w.work.cancel()
	}
	snap := p.w.snap
	started := p.w.work.run(p.v.t("busy.plan"), func(context.Context) func() {
		m := p.v.plan(snap, sc, simulate.Run(snap.Facts, wallOf(snap), sc))
		return func() {
			p.result = &m
			p.draw()
		}
	})
	if p.job = p.w.work.job; !started {
		p.job = nil
		p.w.toast("wait", look.Notice, p.v.t("busy.still"))
	}
}

// again runs it because something changed; nobody waits for it.
func (p *planPage) again() {
	sc, wrong := p.v.scenario(*p.form, wallOf(p.w.snap))
	if wrong != nil {
		return
	}
	snap := p.w.snap
	p.w.work.quietly(func() func() {
		m := p.v.plan(snap, sc, simulate.Run(snap.Facts, wallOf(snap), sc))
		return func() {
			if p.form.tried && snap.Revision == p.w.snap.Revision && (p.result == nil || !reflect.DeepEqual(m, *p.result)) {
				p.result = &m
				p.draw()
			}
		}
	})
}

// change takes another choice over. A result that is shown follows it.
func (p *planPage) change(set func(f *planForm)) {
	set(p.form)
	p.wrong = nil
	p.draw()
	if p.form.tried {
		p.try()
	}
}

// quietPage is a page of one thing, with the command that says the same below it.
func (w *Window) quietPage(body fyne.CanvasObject, act string) fyne.CanvasObject {
	command := commandLine(act)
	return sheet(body, look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))
}
