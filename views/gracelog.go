package views

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/views/look"
)

// graceLimit is how many entries of the grace ledger are listed, the newest first.
const graceLimit = 100

// graceRow is one entry of the grace ledger in words.
type graceRow struct{ Date, Title, Text string }

// graceModel is what the page about grace shows.
type graceModel struct {
	Now     []row // products in grace
	Entries []graceRow
	Read    bool // the ledger is here
	Locked  bool // it cannot be read now
	More    bool // there are older entries
}

// gracePlace is every grace that ran: why, since when, until when, and how it ended.
func (w *Window) gracePlace() place {
	return place{section: secHelp, name: "grace", build: w.graceScreen}
}

func (v voice) grace(s licensing.Snapshot, all []licensing.GraceEntry, read bool, err error) graceModel {
	m := graceModel{Read: read, Locked: err != nil}
	for _, p := range s.Verdict.Products {
		if p.Cause != "" {
			r := v.row(s, p)
			r.Note, r.NoteTone = v.CauseText(p.Cause), p.Tone
			m.Now = append(m.Now, r)
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		if len(m.Entries) == graceLimit {
			m.More = true
			break
		}
		m.Entries = append(m.Entries, v.graceRow(s, all[i]))
	}
	return m
}

// graceRow says what happened to a grace: it started, its end moved, it ended, or full use came back.
func (v voice) graceRow(s licensing.Snapshot, e licensing.GraceEntry) graceRow {
	name := e.Product
	if p, ok := product(s, e.Product); ok {
		name = v.name(p.Name, p.ID)
	}
	r := graceRow{Date: v.moment(e.At), Title: v.t("grace.title_of", "product", name, "event", v.GraceEvent(e.Event))}
	switch e.Event {
	case "started":
		r.Text = v.CauseText(e.Cause)
		if !e.Ends.IsZero() {
			r.Text += " " + v.t("grace.until", "date", v.Until(e.Ends, e.At, v.zone), "left", v.Left(time.Duration(e.Remaining)*time.Second))
		}
		if e.At.Sub(e.Started) > time.Minute { // nothing was running when it began
			r.Text += " " + v.t("grace.began", "date", v.moment(e.Started))
		}
	case "changed":
		r.Text = v.t("grace.moved", "date", v.Until(e.Ends, e.At, v.zone))
	case "ended":
		r.Text = v.t("grace.over")
	default:
		r.Text = v.t("grace.back", "vendor", vendorName(s, e.Vendor))
	}
	return r
}

func (w *Window) graceScreen() *screen {
	p := &gracePage{v: w.v, page: look.NewPage(nil), details: w.showLicense, copy: w.copy}
	s := w.sub(w.v.t("grace.title"), p.page, nil, nil)
	fetched(w, s, func() ([]licensing.GraceEntry, error) { return w.engine.Grace(context.Background()) },
		func(all []licensing.GraceEntry, read bool, err error) graceModel {
			return w.v.grace(w.snap, all, read, err)
		}, p.Set)
	return s
}

// gracePage shows what runs now, and the ledger.
type gracePage struct {
	v       voice
	page    *look.Page
	details func(key string)
	copy    func(string)
}

// Set shows m.
func (p *gracePage) Set(m graceModel) {
	parts := []fyne.CanvasObject{look.NewPara(p.v.t("grace.lead"), look.Body)}
	if len(m.Now) > 0 {
		var rows []look.RowModel
		for _, r := range m.Now {
			details := look.NewButton(look.LinkButton, p.v.t("details"), func() { p.details(r.Key) })
			details.Key = "details " + r.Key
			rows = append(rows, look.RowModel{
				Lead: look.NewInitial(r.Vendor), Name: r.Name, Sub: r.Vendor, Chip: look.NewChip(r.Tone, r.Symbol, r.Word),
				DateLabel: r.DateLabel, Date: r.Date, Side: r.Days, Note: r.Note, NoteTone: r.NoteTone, Links: []*look.Button{details},
			})
		}
		parts = append(parts, look.Column(look.Gap8, look.Section("wait", p.v.t("grace.now"), p.v.Number(int64(len(rows)))), look.NewColumns().Card(rows)))
	}
	parts = append(parts, look.Column(look.Gap8, look.Section("", p.v.t("grace.so_far"), ""), p.ledger(m)))
	if m.More {
		parts = append(parts, look.NewPara(p.v.t("history.more", "command", commandLine("grace")), look.Caption))
	}
	command := commandLine("grace")
	p.page.Set(sheet(append(parts, look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.copy(command) }))...))
}

func (p *gracePage) ledger(m graceModel) fyne.CanvasObject {
	quiet := func(id string) fyne.CanvasObject { return look.PaddedCard(look.NewPara(p.v.t(id), look.Quiet)) }
	switch {
	case !m.Read:
		return quiet("history.reading")
	case m.Locked:
		return quiet("history.locked")
	case len(m.Entries) == 0:
		return quiet("grace.none")
	}
	list := look.Column(look.Gap12)
	for _, e := range m.Entries {
		list.Add(look.Either(420,
			look.Row(look.Gap16, look.Cell{Object: look.NewPara(e.Date, look.Quiet), Width: 160, Align: look.Top},
				look.Cell{Object: look.Column(0, look.NewPara(e.Title, look.BodyBold), look.NewPara(e.Text, look.Body)), Width: look.Stretch}),
			look.Column(0, look.NewPara(e.Date, look.Caption), look.NewPara(e.Title, look.BodyBold), look.NewPara(e.Text, look.Body))))
	}
	return look.PaddedCard(list)
}
