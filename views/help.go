package views

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/app/policy"
	"holdfast/docs"
	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// checkup is the result of the last run of all checks; the zero one is before the first.
type checkup struct {
	list    []licensing.Check
	at      time.Time
	running bool
	stale   bool // something was done about one of them since
}

// checkLine is one check in words.
type checkLine struct {
	ID               string
	Tone             terms.Tone
	Word, Name, Text string
	Button           string
	Action           terms.Action
	Finding          terms.Finding
}

// helpModel is everything that Help & checks shows.
type helpModel struct {
	Checks  []checkLine
	Running bool
	When    string
	Guides  [][2]string // name, title
	Ask     [][2]string // vendor, contact
	Version string
}

// helpPlace is checks, guides and whom to ask.
func (w *Window) helpPlace() place {
	return place{section: secHelp, name: secHelp, build: w.helpScreen}
}

// help turns checks and guides into words.
func (v voice) help(s licensing.Snapshot, c checkup, version string) helpModel {
	m := helpModel{Running: c.running, Version: version}
	for _, k := range c.list {
		m.Checks = append(m.Checks, v.checkLine(s, k))
	}
	if !c.at.IsZero() {
		m.When = v.t("help.checked", "date", v.DateTime(c.at, v.zone))
	}
	for _, name := range docs.Names() {
		if g, err := docs.Read(name, v.Language()); err == nil {
			m.Guides = append(m.Guides, [2]string{name, g.Title})
		}
	}
	for _, x := range s.Vendors {
		m.Ask = append(m.Ask, [2]string{x.Name, x.Support})
	}
	return m
}

// checkLine is one check with the one thing that puts it right.
func (v voice) checkLine(s licensing.Snapshot, k licensing.Check) checkLine {
	l := checkLine{ID: k.ID, Tone: k.Level, Word: v.Text("doctor.level."+string(k.Level), nil), Name: v.Text("doctor."+k.ID+".name", nil)}
	if k.State == "" {
		l.Text = v.Check(k.ID, k.Level, k.Args, v.zone)
		if f, ok := k.Args["first"].(policy.Finding); ok {
			l.Text += " " + v.policyFinding(f)
		}
		if k.Level != terms.ToneOK {
			l.Action, l.Button = terms.ActUseFile, v.Action(terms.ActUseFile)
			if k.ID == "clock" || k.ID == "records" || k.ID == "policy" {
				l.Action, l.Button = "", v.t("help.again")
			}
		}
		return l
	}
	l.Finding = terms.Finding{State: k.State, Tone: k.State.Tone(), Slots: k.Args}
	a := v.Say(l.Finding, s.Verdict.At, v.zone)
	l.Text, l.Button, l.Action = a.Headline, a.Button, a.Action
	if k.ID == "clock" {
		l.Text = a.Happened // the dates
	}
	return l
}

// policyFinding says what is wrong in a policy file, and where.
func (v voice) policyFinding(f policy.Finding) string {
	text := v.Text("cli.policy.finding."+f.Code, map[string]any{"file": filepath.Base(f.File), "key": f.Key, "name": f.Name})
	if f.Line > 0 {
		text += " " + v.Text("cli.policy.line", map[string]any{"n": f.Line})
	}
	return text
}

// runChecks looks at everything again and says meanwhile that it does.
func (w *Window) runChecks() {
	w.startChecks()
	w.showChecks()
}

// startChecks looks at everything again. What was found before stays until that is done.
func (w *Window) startChecks() {
	if w.checks.running {
		return
	}
	w.checks.running, w.checks.stale = true, false
	w.work.quietly(func() func() {
		list := w.engine.Checks(context.Background())
		if p := w.o.Desk.FollowPolicy(); len(p.Files)+len(p.Findings) > 0 { // most computers have none
			list = append(list, app.PolicyCheck(p))
		}
		st := w.look()
		return func() {
			if !w.checks.running { // everything was deleted meanwhile
				return
			}
			// Still running while the new state shows: nothing that is built by it begins another run.
			w.checks.list, w.checks.at = list, st.snap.Verdict.At
			w.set(st)
			w.checks.running = false
			w.showChecks()
		}
	})
}

func (w *Window) showChecks() {
	if w.now.renew != nil {
		w.now.renew()
	}
}

// helpScreen shows the checks, which run whenever it is opened, and again after something was done about one of them.
func (w *Window) helpScreen() *screen {
	run := look.NewButton(look.PrimaryButton, w.v.t("help.run"), w.runChecks)
	run.Key = "run"
	copyAll := look.NewButton(look.SecondaryButton, w.v.t("help.copy"), func() { w.copy(w.v.supportText(w.snap, w.checks, w.o.Desk.Version())) })
	copyAll.Key = "copy_checks"
	p := &helpPage{v: w.v, page: look.NewPage(nil), do: helpActions{
		act: w.actOnCheck, guide: w.showGuide, clock: func() { w.visit(w.clockPlace()) }, grace: func() { w.visit(w.gracePlace()) },
		notices: func() { w.visit(w.noticesPlace()) }, contacts: w.showContacts, keys: w.keySheet, leaves: w.whatLeaves, copy: w.copy,
	}}
	s := &screen{head: look.PageTitle(w.v.t("rail.help"), copyAll, run), body: p.page}
	s.enter = func() *look.Button { return run }
	w.startChecks()
	renew := live(w, func() helpModel { return w.v.help(w.snap, w.checks, w.o.Desk.Version()) }, p.Set)
	s.renew = func() {
		if w.checks.stale && !w.work.busy() {
			w.startChecks()
		}
		renew()
	}
	return s
}

// actOnCheck does the one thing that helps. The checks run again when that is done.
func (w *Window) actOnCheck(l checkLine) {
	if l.Action == "" {
		w.runChecks()
		return
	}
	w.checks.stale = true
	w.act(l.Action, l.Finding)
}

// supportText is what helps who is asked for help: checks with their codes, and nothing personal.
func (v voice) supportText(s licensing.Snapshot, c checkup, version string) string {
	lines := []string{programName + " " + version, v.t("support.code", "code", s.Device.Code)}
	for _, p := range s.Verdict.Products {
		lines = append(lines, v.name(p.Name, p.ID)+" "+p.License+": "+string(p.State))
		if len(lines) > 20 {
			break
		}
	}
	for _, k := range c.list {
		l := v.checkLine(s, k)
		code := "ok"
		if k.State != "" {
			code = string(k.State)
		}
		lines = append(lines, l.Name+": "+l.Text+" ("+code+")")
	}
	return strings.Join(lines, "\n")
}

type helpActions struct {
	act                   func(l checkLine)
	guide                 func(name string)
	clock, grace, notices func()
	contacts              func()
	keys                  func()
	leaves                func()
	copy                  func(string)
}

// helpPage shows checks with one fix each, then guides and whom to ask.
type helpPage struct {
	v    voice
	page *look.Page
	do   helpActions
}

// Set shows m.
func (p *helpPage) Set(m helpModel) {
	var parts []fyne.CanvasObject
	var rows []look.CheckRow
	for _, l := range m.Checks {
		r := look.CheckRow{Tone: l.Tone, Word: l.Word, Name: l.Name, Text: l.Text}
		if l.Button != "" {
			r.Button = look.NewButton(look.SecondaryButton, l.Button, func() { p.do.act(l) })
			r.Button.Key, r.Button.Small = "check "+l.ID, true
		}
		rows = append(rows, r)
	}
	when := m.When
	if m.Running {
		when = p.v.t("help.running")
	}
	if len(rows) == 0 {
		parts = append(parts, look.PaddedCard(look.NewPara(when, look.Quiet)))
	} else {
		parts = append(parts, look.Column(look.Gap8, look.NewChecks(rows), look.NewPara(when, look.Caption)))
	}
	more := look.Equal(280, 2, look.Gap8, look.Gap4,
		p.line("wait", p.v.t("clock.title"), "clock", p.do.clock),
		p.line("plan", p.v.t("grace.title"), "grace", p.do.grace),
		p.line("notice", p.v.t("notices.title"), "notices", p.do.notices),
		p.line("globe", p.v.t("contacts.title"), "contacts", p.do.contacts))
	parts = append(parts, look.Column(look.Gap8, look.Section("", p.v.t("help.more"), ""), look.Card(look.Inset(6, 6, 6, 6, more))))
	guides := look.Equal(280, 2, look.Gap8, look.Gap4)
	for _, g := range m.Guides {
		guides.Add(p.line("help", g[1], "guide "+g[0], func() { p.do.guide(g[0]) }))
	}
	guides.Add(p.line("cmd", p.v.t("keys.title"), "keys", p.do.keys))
	guides.Add(p.line("eye", p.v.t("first.leaves"), "leaves", p.do.leaves))
	parts = append(parts, look.Column(look.Gap8, look.Section("", p.v.t("help.guides"), ""), look.Card(look.Inset(6, 6, 6, 6, guides))))
	if len(m.Ask) > 0 {
		parts = append(parts, look.Column(look.Gap8, look.Section("", p.v.t("help.ask"), ""), look.PaddedCard(look.Facts(m.Ask...))))
	}
	command := commandLine("doctor")
	parts = append(parts, look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.do.copy(command) }))
	if m.Version != "" {
		parts = append(parts, look.NewPara(p.v.t("help.version", "version", m.Version), look.Caption))
	}
	p.page.Set(sheet(parts...))
}

func (p *helpPage) line(sym, title, key string, tapped func()) fyne.CanvasObject {
	a := look.NewListLine(sym, look.Primary, title, "", tapped)
	a.Key = key
	return a
}
