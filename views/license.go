package views

import (
	"context"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// historyLimit is how many records a license's page shows.
const historyLimit = 100

// showLicense goes to the page of a product.
func (w *Window) showLicense(key string) {
	tab := 0
	w.visit(place{section: secLicenses, name: "license " + key, build: func() *screen { return w.licenseScreen(key, &tab) }})
}

// licenseScreen is everything about one product. tab is what a person looked at last.
func (w *Window) licenseScreen(key string, tab *int) *screen {
	p, ok := productOf(w.snap, key)
	if !ok {
		back := look.NewButton(look.SecondaryButton, w.v.t("rail.licenses"), func() { w.finish(w.licensesPlace()) })
		return w.sub(w.v.t("rail.licenses"), look.NewPage(look.EmptyState("licenses", w.v.t("license.gone"), w.v.t("license.gone.text"), back)), nil, nil)
	}
	m := w.v.license(w.snap, p)
	tell := look.NewButton(look.SecondaryButton, w.v.t("tell.button"), func() { w.tellAbout("buyer", p.Finding) })
	tell.Key = "tell"
	d := &licensePage{v: w.v, page: look.NewPage(nil), tab: tab, act: w.act, key: key, copy: w.copy}
	d.changed = func() { w.fetchHistory(d, p) }
	s := w.sub(m.Title, d.page, []fyne.CanvasObject{look.NewChip(m.Row.Tone, m.Row.Symbol, m.Row.Word), look.NewLine(m.Vendor, look.Caption)},
		[]fyne.CanvasObject{tell})
	s.enter = func() *look.Button { return d.main }
	s.first = func() fyne.Focusable {
		if d.main != nil {
			return d.main
		}
		return nil
	}
	chip := m.Row
	renew := live(w, func() licenseModel {
		if p, ok := productOf(w.snap, key); ok {
			return w.v.license(w.snap, p)
		}
		return m
	}, d.Set)
	s.renew = func() {
		p, ok := productOf(w.snap, key)
		if !ok || w.v.row(w.snap, p) != chip {
			w.reshow() // its head changes too
			return
		}
		renew()
	}
	d.changed()
	return s
}

// fetchHistory reads the records about a product when that tab is open.
func (w *Window) fetchHistory(d *licensePage, p terms.ProductVerdict) {
	if *d.tab != tabHistory {
		return
	}
	w.work.quietly(func() func() {
		entries, err := w.engine.History(context.Background(), p.Vendor, p.License, historyLimit)
		return func() {
			d.history, d.problem = w.v.history(entries), err
			d.asked = true
			d.draw()
		}
	})
}

// Tabs of a license's page.
const (
	tabDates = iota
	tabParts
	tabComputer
	tabHistory
)

// licensePage shows one product: its verdict and, by tabs, dates, parts, computer and history.
type licensePage struct {
	v       voice
	key     string
	page    *look.Page
	tab     *int
	act     func(a terms.Action, f terms.Finding)
	copy    func(string)
	changed func() // another tab

	m       licenseModel
	main    *look.Button
	history []historyRow
	problem error
	asked   bool // the history is here
}

// Set shows m.
func (d *licensePage) Set(m licenseModel) {
	d.m = m
	d.draw()
}

func (d *licensePage) draw() {
	m := d.m
	d.main = nil
	if a := m.Banner.Answers; a.Button != "" {
		d.main = look.NewButton(look.PrimaryButton, a.Button, func() { d.act(a.Action, m.Finding) })
		d.main.Key = "banner"
	}
	tabs := look.NewTabs([]string{d.v.t("tab.dates"), d.v.t("tab.parts"), d.v.t("tab.computer"), d.v.t("tab.history")}, *d.tab, func(i int) {
		if *d.tab != i {
			*d.tab = i
			d.draw()
			d.changed()
		}
	})
	var body fyne.CanvasObject
	act, args := "why", []string{}
	switch *d.tab {
	case tabParts:
		body = d.parts()
	case tabComputer:
		body = look.PaddedCard(look.Facts(m.Computer...))
	case tabHistory:
		body, act = d.records(), "history"
	default:
		body = d.dates()
	}
	if act == "why" {
		args = append(args, m.Finding.Product)
	}
	command := commandLine(act, args...)
	key := ""
	if c := fyne.CurrentApp().Driver().CanvasForObject(d.page); c != nil {
		key = look.FocusKeyOf(c.Focused())
	}
	d.page.Set(sheet(look.NewBanner(look.BannerModel{
		Tone: m.Banner.Tone, Symbol: m.Banner.Symbol, Headline: m.Banner.Answers.Headline,
		Answers: d.v.four(m.Banner.Answers), Columns: true, Button: d.main,
	}), tabs, body, look.NewCommand(d.v.t("command"), command, d.v.t("copy"), func() { d.copy(command) })))
	if c := fyne.CurrentApp().Driver().CanvasForObject(d.page); c != nil {
		if f := look.ByFocusKey(d.page, key); f != nil {
			c.Focus(f)
		}
	}
}

func (d *licensePage) dates() fyne.CanvasObject {
	card := look.Column(look.Gap16, look.NewPara(d.v.t("detail.next"), look.Heading))
	if len(d.m.Line.Phases) > 0 {
		var phases []look.Phase
		for _, p := range d.m.Line.Phases {
			phases = append(phases, look.Phase{From: p.From, To: p.To, Tone: p.Tone, Word: p.Word})
		}
		var marks []look.Mark
		for _, x := range d.m.Line.Marks {
			marks = append(marks, look.Mark{At: x.At, Date: x.Date, Name: x.Name})
		}
		card.Add(look.NewTimeline(phases, marks))
	}
	var steps []look.Step
	for _, s := range d.m.Steps {
		steps = append(steps, look.Step{Date: s.Date, Text: s.Text})
	}
	if len(steps) > 0 {
		card.Add(look.NewSteps(steps))
	}
	card.Add(look.NewRule())
	card.Add(look.Facts(d.m.Ends...))
	card.Add(look.NewPara(d.m.Zone, look.Caption))
	if len(d.m.Reasons) > 0 {
		card.Add(look.Expander("why", d.v.t("detail.why"), false, look.Numbered(d.m.Reasons)))
	}
	return look.PaddedCard(card)
}

func (d *licensePage) parts() fyne.CanvasObject {
	var rows []look.Feature
	for _, f := range d.m.Features {
		rows = append(rows, look.Feature{Name: f.Name, Chip: look.NewChip(f.Tone, f.Symbol, f.Word), Until: f.Until})
	}
	return look.NewFeatures(rows)
}

// records lists what happened, newest first.
func (d *licensePage) records() fyne.CanvasObject {
	switch {
	case !d.asked:
		return look.PaddedCard(look.NewPara(d.v.t("history.reading"), look.Quiet))
	case d.problem != nil:
		return look.PaddedCard(look.NewPara(d.v.t("history.locked"), look.Quiet))
	case len(d.history) == 0:
		return look.PaddedCard(look.NewPara(d.v.t("history.none"), look.Quiet))
	}
	var facts [][2]string
	for _, h := range d.history {
		facts = append(facts, [2]string{h.Date, h.Text})
	}
	return look.PaddedCard(look.Facts(facts...))
}

// findingModel is one state of the whole computer with its reasons.
type findingModel struct {
	Title   string
	Banner  banner
	Finding terms.Finding
	Reasons []string
}

func (v voice) finding(s licensing.Snapshot, f terms.Finding) findingModel {
	return findingModel{Title: v.Title(f.State), Banner: v.banner(s, f), Finding: f, Reasons: v.reasons(f.Reasons)}
}

// showFinding goes to a state of the whole computer.
func (w *Window) showFinding(f terms.Finding) {
	w.visit(place{section: secOverview, name: "finding " + string(f.State), build: func() *screen {
		m := w.v.finding(w.snap, f)
		page := look.NewPage(nil)
		var main *look.Button
		if a := m.Banner.Answers; a.Button != "" {
			main = look.NewButton(look.PrimaryButton, a.Button, func() { w.act(a.Action, f) })
			main.Key = "banner"
		}
		command := commandLine("why", string(f.State))
		parts := []fyne.CanvasObject{look.NewBanner(look.BannerModel{
			Tone: m.Banner.Tone, Symbol: m.Banner.Symbol, Eyebrow: m.Banner.Eyebrow, Headline: m.Banner.Answers.Headline,
			Answers: w.v.four(m.Banner.Answers), ButtonAt: doing, Button: main,
		})}
		if len(m.Reasons) > 0 {
			parts = append(parts, look.Column(look.Gap8, look.Section("", w.v.t("detail.why"), ""), look.PaddedCard(look.Numbered(m.Reasons))))
		}
		parts = append(parts, look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))
		page.Set(sheet(parts...))
		s := w.sub(m.Title, page, nil, nil)
		s.enter = func() *look.Button { return main }
		if main != nil {
			s.first = func() fyne.Focusable { return main }
		}
		return s
	}})
}
