package views

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// sentReader is an engine that can show again what a contact sent.
type sentReader interface {
	SentUsage(ctx context.Context, id string) (licensing.UsageDraft, error)
}

// sentRow is usage that a contact sent.
type sentRow struct {
	ID, Title, Sub string
	Chip           chipModel
	Date           string
	Read           bool // it can be read again
	Asked          bool // a person asked for the contact
	at             time.Time
}

// usageOnline is what the page about usage says of what leaves by itself.
type usageOnline struct {
	Lines []string
	Rows  []sentRow
}

// usageOnline puts what left by itself into words, and what leaves next. log are the contacts with the vendor, newest first.
func (v voice) usageOnline(s licensing.Snapshot, u licensing.UsageView, f contactsFetched, own []licensing.ReceiptView) usageOnline {
	c, ok := contactOf(s, u.Root)
	if !ok || c.Host == "" {
		return usageOnline{}
	}
	at := s.Verdict.At
	var m usageOnline
	for _, x := range f.log {
		if x.Root != u.Root {
			continue
		}
		for _, p := range x.Sent {
			known := func(r sentRow) bool { return r.ID == p.ID }
			if p.What == string(exchange.KindUsage) && len(m.Rows) < mostReceipts && !slices.ContainsFunc(m.Rows, known) {
				m.Rows = append(m.Rows, v.sentRow(x, p, own, f.reads))
			}
		}
	}
	switch {
	case f.settings.HoldUsage:
		m.Lines = []string{v.t("usage.online.held")}
		if f.send.Locked() {
			m.Lines = []string{v.t("usage.online.held.locked") + " " + v.setBy(f.send)}
		}
		return m
	case len(m.Rows) > 0:
		r, id := m.Rows[0], "usage.online.last"
		if r.Asked {
			id = "usage.online.last.asked"
		}
		m.Lines = append(m.Lines, v.t(id, "what", strings.Join([]string{v.onDay(r.at, at), r.Title, r.Chip.Word}, ", ")))
	default:
		m.Lines = append(m.Lines, v.t("usage.online.never", "vendor", c.Vendor))
	}
	if from := app.SendsFrom(f.settings, f.send, u, at); from.After(at) && c.Plan.Hold != reconcile.HoldOff {
		m.Lines = append(m.Lines, v.t("usage.online.waits")+" "+v.sendsFrom(from, c.Plan.Hold == reconcile.HoldManual))
		return m
	}
	if u.Unsent > 0 || c.Plan.Hold == reconcile.HoldOff || c.Plan.Hold == reconcile.HoldManual {
		m.Lines = append(m.Lines, v.t("usage.online.next", "what", v.nextContact(c.Plan, at)))
	}
	return m
}

func (v voice) sentRow(c reconcile.Contact, p reconcile.Piece, own []licensing.ReceiptView, reads bool) sentRow {
	r := sentRow{
		ID: p.ID, Title: v.t("contacts.entries", "n", count(p.Entries)), Sub: v.size(int(p.Bytes)), Date: v.moment(c.At), at: c.At, Read: reads && p.ID != "",
		Asked: c.Reason == reconcile.ReasonPerson,
		Chip:  chipModel{Tone: terms.ToneNotice, Symbol: "wait", Word: v.t("usage.no_receipt")},
	}
	for i := range own {
		if own[i].Receipt.Export == p.ID && p.ID != "" {
			r.Chip = chipModel{Tone: terms.ToneOK, Word: v.t("usage.receipt", "ref", own[i].Ref)}
			if !own[i].Matches {
				r.Chip.Tone = terms.ToneWarn
			}
			return r
		}
	}
	if c.Cause != "" {
		r.Chip = chipModel{Quiet: true, Symbol: "wait", Word: v.t("usage.online.again")}
	}
	return r
}

// sent are the batches that left by themselves.
func (p *usagePage) sent(m usageModel, cols *look.Columns) []fyne.CanvasObject {
	if len(m.Online.Rows) == 0 {
		return nil
	}
	var rows []look.RowModel
	for _, r := range m.Online.Rows {
		row := look.RowModel{
			Lead: look.NewSymbolTile("globe"), Name: r.Title, Sub: r.Sub, Chip: chipOf(r.Chip), DateLabel: p.v.t("usage.online.sent"), Date: r.Date,
		}
		if r.Read {
			b := look.NewButton(look.LinkButton, p.v.t("usage.online.read"), func() { p.do.batch(r.ID) })
			b.Key = "sent " + r.ID
			row.Links = []*look.Button{b}
		}
		rows = append(rows, row)
	}
	return []fyne.CanvasObject{look.Column(look.Gap8, look.Section("globe", p.v.t("usage.online.title"), p.v.Number(int64(len(rows)))), cols.Card(rows))}
}

// readBatch shows everything that was in a batch which a contact sent.
func (w *Window) readBatch(id string) {
	e, ok := w.engine.(sentReader)
	if !ok {
		return
	}
	w.do(w.v.t("busy.look"), func(ctx context.Context) func() {
		ctx, stop := context.WithTimeout(w.o.Interactive(ctx), draftTime)
		defer stop()
		d, err := e.SentUsage(ctx, id)
		return func() {
			if err != nil {
				w.warn(err)
				return
			}
			w.visit(w.usageBatchPlace(&d))
		}
	})
}

// usageBatchPlace shows a usage file that left. There is nothing to choose any more.
func (w *Window) usageBatchPlace(d *licensing.UsageDraft) place {
	return place{section: secUsage, name: "usage batch " + d.ID, build: func() *screen {
		m := w.v.usageFile(w.snap, *d)
		m.Sent, m.Notes, m.Levels, m.Due, m.Receipt = true, nil, nil, "", ""
		m.Tone, m.Symbol, m.Word = terms.ToneOK, "", w.v.t("usage.online.sent")
		m.Command = commandLine("contacts")
		if len(d.File) == 0 { // its receipt came, so the file itself was no longer kept
			m.Sub, m.Lines = w.v.t("contacts.entries", "n", len(d.Contents.Rows)), nil
		}
		p := &usageFilePage{v: w.v, page: look.NewPage(nil), do: usageFileActions{
			entries: func() { w.visit(w.usageEntriesPlace(d)) }, fields: func() { w.visit(w.usageFieldsPlace(d)) }, raw: func() { w.visit(w.usageRawPlace(d)) },
			command: w.copy,
		}}
		p.Set(m)
		s := w.sub(m.Title, p.page, nil, nil)
		s.first = func() fyne.Focusable { return look.ByFocusKey(p.page, "entries") }
		return s
	}}
}

// sendingModel tells, the first time that it can be so, that usage leaves by itself. The zero one: there is nothing to tell.
type sendingModel struct {
	Root, Vendor string
	Manual       bool   // with contacts that a person asks for, not by itself
	When         string // what left so far, and from when it leaves without an answer
	Lock         string // who decided that; "" the person may say otherwise
}

// sending is what a person is told before anything left by itself. The usage that leaves first names the date.
func sending(v voice, s licensing.Snapshot, f Settings, source app.Source) sendingModel {
	if f.ToldSending || f.HoldUsage || f.Network == app.NetworkOff {
		return sendingModel{}
	}
	var m sendingModel
	var first time.Time
	left := false
	for _, u := range s.Usage {
		c, ok := contactOf(s, u.Root)
		if !ok || c.Host == "" {
			continue
		}
		left = left || u.Unsent < u.Entries || len(u.Waiting) > 0 || c.Last != nil && c.Last.CarriedUsage()
		from := app.SendsFrom(f, source, u, s.Verdict.At)
		if m.Root == "" || !from.IsZero() && (first.IsZero() || from.Before(first)) {
			m.Root, m.Vendor, first = u.Root, usageVendor(s, u), from
		}
	}
	manual := f.Network == app.NetworkManual
	m.Manual = manual
	switch {
	case m.Root == "" || manual && first.IsZero():
		return sendingModel{}
	case source.Locked():
		m.Lock = v.setBy(source)
	case !f.SendsSince.IsZero():
	case first.IsZero():
		m.When = v.t("sending.waits")
	case first.After(s.Verdict.At):
		m.When = v.sendsFrom(first, manual)
		if !left {
			m.When = v.t("sending.nothing") + " " + m.When
		}
	}
	return m
}

// sendsFrom names the date from which usage leaves without an answer: by itself, or with contacts that are asked for.
func (v voice) sendsFrom(from time.Time, manual bool) string {
	if manual {
		return v.t("sending.from.manual", "date", v.short(from))
	}
	return v.t("sending.from", "date", v.short(from))
}

// sendingActions is what a person can do about it.
type sendingActions struct {
	see  func(root string) // nil where it is in sight
	off  func()
	fine func()
}

func (w *Window) sendingActions() sendingActions {
	return sendingActions{
		see: w.usageDraft,
		off: func() {
			w.change(func(s *Settings) { s.HoldUsage, s.ToldSending = true, true })
			w.toast("ok", look.OK, w.v.t("sending.off.done"))
		},
		fine: func() { w.change(func(s *Settings) { s.ToldSending = true }) },
	}
}

// sendingHere are the answers on the page of the file that they are about, which goes on without the box.
func (w *Window) sendingHere() sendingActions {
	do := w.sendingActions()
	then := func(answer func()) func() {
		return func() {
			answer()
			w.reshow()
		}
	}
	return sendingActions{off: then(do.off), fine: then(do.fine)}
}

func (w *Window) sendingNow() sendingModel {
	return sending(w.v, w.snap, w.settings, w.o.Desk.SourceOf("hold_usage"))
}

// sendingBox is the box that says so and takes the answer.
func sendingBox(v voice, m sendingModel, do sendingActions) fyne.CanvasObject {
	button := func(key string, tapped func()) *look.Button {
		b := look.NewButton(look.SecondaryButton, v.t(key), tapped)
		b.Key = key
		return b
	}
	row := look.Wrapped(look.Gap12)
	if do.see != nil {
		row.Add(button("sending.see", func() { do.see(m.Root) }))
	}
	title := "sending.title"
	if m.Manual {
		title = "sending.title.manual"
	}
	col := look.Column(look.Gap8, look.NewPara(v.t(title), look.Heading), look.NewPara(v.t("sending.text", "vendor", m.Vendor), look.Body))
	if m.When != "" {
		col.Add(look.NewPara(m.When, look.BodyBold))
	}
	if m.Lock == "" {
		row.Add(button("sending.off", do.off))
	} else {
		col.Add(look.Row(look.Gap8, look.Cell{Object: look.NewIcon("lock", look.Secondary, look.IconRow), Align: look.Top},
			look.Cell{Object: look.NewPara(m.Lock, look.Quiet), Width: look.Stretch}))
	}
	row.Add(button("sending.fine", do.fine))
	col.Add(row)
	return look.PaddedCard(col)
}
