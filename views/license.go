package views

import (
	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
	"holdfast/views/look"
)

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
	tell := look.NewButton(look.SecondaryButton, w.v.t("tell.button"), func() {
		if now, ok := productOf(w.snap, key); ok {
			w.tellAbout("buyer", now.Finding)
		}
	})
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
	view, main := d.v.bannerView(m.Banner, m.Finding, true, d.act)
	d.main = main
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
	d.page.Set(sheet(view, tabs, body, look.NewCommand(d.v.t("command"), command, d.v.t("copy"), func() { d.copy(command) })))
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
	if len(d.m.Whys) > 0 {
		card.Add(look.Expander("why", d.v.t("why.title"), false, whyPanel(d.m.Whys)))
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

// whyPanel shows what lies behind each date.
func whyPanel(all []why) fyne.CanvasObject {
	list := look.Column(look.Gap12)
	for _, x := range all {
		list.Add(look.Column(look.Gap4, look.NewPara(x.Title, look.BodyBold), look.Bullets(x.Lines), look.NewPara(x.Basis, look.Caption)))
	}
	return look.Inset(0, 0, 0, look.Gap24, list)
}
