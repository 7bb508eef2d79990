package views

import (
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// findingModel is one state with its reasons.
type findingModel struct {
	Over    bool // it is true no more; the rest is empty then
	Banner  banner
	Finding terms.Finding
	Reasons []string
}

func (v voice) finding(s licensing.Snapshot, f terms.Finding) findingModel {
	return findingModel{Banner: v.banner(s, f), Finding: f, Reasons: v.reasons(f.Reasons)}
}

// sameFinding finds a finding again in a newer verdict, where its dates may differ.
func sameFinding(verdict terms.Verdict, f terms.Finding) (terms.Finding, bool) {
	for _, x := range append([]terms.Finding{verdict.Main}, verdict.Others...) {
		if x.State == f.State && x.Product == f.Product && x.License == f.License {
			return x, true
		}
	}
	return terms.Finding{}, false
}

// showFinding goes to a state. One of the verdict is followed: its page says when it is over. What an act answered, such
// as why no request was made, stays as it is.
func (w *Window) showFinding(f terms.Finding) {
	_, follow := sameFinding(w.snap.Verdict, f)
	name := "finding " + string(f.State) + " " + f.Product + " " + f.License
	w.visit(place{section: secOverview, name: name, build: func() *screen { return w.findingScreen(f, follow) }})
}

// read goes to what a line of the Overview is about: the page of its notice where there is one, with the vendor's own words.
func (w *Window) read(f terms.Finding) {
	switch f.State {
	case terms.StateUpdated:
		w.showUpdated(f)
		return
	case terms.StateNoContact, terms.StateContactBlocked:
		w.showContacts()
		return
	case terms.StateMaintenance, terms.StatePolicyChange, terms.StateGraceExtended:
		for _, n := range w.engine.Notices() {
			if !n.Over && n.Finding.State == f.State && n.Finding.Product == f.Product && sameDate(n.Finding, f) {
				w.showNotice(n.Document)
				return
			}
		}
	}
	w.showFinding(f)
}

// sameDate says that two findings name the same date.
func sameDate(a, b terms.Finding) bool {
	x, _ := a.Slots["date"].(time.Time)
	y, _ := b.Slots["date"].(time.Time)
	return x.Equal(y)
}

func (w *Window) findingScreen(f terms.Finding, follow bool) *screen {
	p := &findingPage{v: w.v, page: look.NewPage(nil), state: f.State, act: w.act, home: w.showHome, copy: w.copy}
	s := w.sub(w.v.Title(f.State), p.page, nil, nil)
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable {
		if p.main != nil {
			return p.main
		}
		return nil
	}
	s.renew = live(w, func() findingModel {
		now := f
		if follow {
			var there bool
			if now, there = sameFinding(w.snap.Verdict, f); !there {
				return findingModel{Over: true}
			}
		}
		return w.v.finding(w.snap, now)
	}, p.Set)
	return s
}

// findingPage shows one state: its banner and why it is so.
type findingPage struct {
	v     voice
	page  *look.Page
	main  *look.Button
	state terms.State
	act   func(a terms.Action, f terms.Finding)
	home  func()
	copy  func(string)
}

// Set shows m.
func (p *findingPage) Set(m findingModel) {
	p.main = nil
	if m.Over {
		p.main = look.NewButton(look.SecondaryButton, p.v.t("rail.overview"), p.home)
		p.main.Key = "overview"
		p.page.Set(sheet(look.EmptyState("ok", p.v.t("finding.over"), p.v.t("finding.over.text"), p.main)))
		return
	}
	view, main := p.v.bannerView(m.Banner, m.Finding, false, p.act)
	p.main = main
	parts := []fyne.CanvasObject{view}
	if len(m.Reasons) > 0 {
		parts = append(parts, look.Column(look.Gap8, look.Section("", p.v.t("detail.why"), ""), look.PaddedCard(look.Numbered(m.Reasons))))
	}
	command := commandLine("why", string(p.state))
	if m.Finding.Action == terms.ActConfirmRestore {
		command = commandLine("clock_confirm")
	}
	parts = append(parts, look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.copy(command) }))
	p.page.Set(sheet(parts...))
}
