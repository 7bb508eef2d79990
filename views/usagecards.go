package views

import (
	"cmp"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// chartInks are the colours of meters, by their order. A meter is never told by its colour: its name stands beside it.
var chartInks = []fyne.ThemeColorName{look.Primary, look.Chart2, look.Chart3, look.Later}

// used is the month with its meters, and what was bought.
func (p *usagePage) used(m usageModel) []fyne.CanvasObject {
	parts := []fyne.CanvasObject{p.monthBar(m)}
	grid := look.Equal(280, 2, look.Gap16, look.Gap16)
	for _, x := range m.Month.Meters {
		grid.Add(p.meterCard(x, m.Form.table))
	}
	utc := look.NewPara(p.v.t("usage.days_utc"), look.Caption)
	switch n := len(m.Month.Meters); {
	case n%2 == 1: // there is room beside the last one
		grid.Add(p.bought(m.Bought))
		parts = append(parts, grid, utc)
	case n > 0:
		parts = append(parts, grid, p.bought(m.Bought), utc)
	default:
		parts = append(parts, look.PaddedCard(look.NewPara(p.v.t("usage.month.none"), look.Quiet)))
	}
	if len(m.Notes) > 0 {
		parts = append(parts, look.PaddedCard(look.Column(look.Gap8, look.NewPara(p.v.t("usage.notes"), look.BodyBold), look.Bullets(m.Notes))))
	}
	return parts
}

// monthBar names the month, with the ways to others, and switches between charts and numbers.
func (p *usagePage) monthBar(m usageModel) fyne.CanvasObject {
	go_ := func(key, label string, to time.Time) fyne.CanvasObject {
		b := look.NewButton(look.TextButton, label, func() { p.do.change(func(f *usageForm) { f.month = to }) })
		b.Small, b.Key = true, key
		if to.IsZero() {
			b.Disable()
		}
		return b
	}
	title := func() fyne.CanvasObject { return look.NewPara(m.Month.Title, look.Heading) }
	ways := func() fyne.CanvasObject {
		return look.Row(0, look.Cell{Object: go_("earlier", p.v.t("usage.earlier"), m.Month.Earlier)},
			look.Cell{Object: go_("later", p.v.t("usage.later"), m.Month.Later)})
	}
	table := func() fyne.CanvasObject {
		s := look.NewSwitch("table", p.v.t("usage.table"), m.Form.table, func(on bool) { p.do.change(func(f *usageForm) { f.table = on }) })
		return look.Row(look.Gap8, look.Cell{Object: look.NewLine(p.v.t("usage.table"), look.Body)}, look.Cell{Object: s})
	}
	return look.Either(0,
		look.Row(look.Gap12, look.Cell{Object: title(), Width: look.Stretch, Least: 140}, look.Cell{Object: ways()}, look.Cell{Object: table()}),
		look.Column(look.Gap8, title(), look.Wrapped(look.Gap12, ways(), table())))
}

func (p *usagePage) meterCard(m meterMonth, table bool) fyne.CanvasObject {
	card := look.Column(look.Gap12, look.Column(0, look.NewPara(m.Name, look.Heading), look.NewPara(m.About, look.Caption)))
	switch {
	case !table:
		card.Add(look.NewChart(m.Chart))
	case len(m.Rows) == 0:
		card.Add(look.NewPara(m.Chart.Summary, look.Quiet))
	default:
		card.Add(look.NewTable(m.Head, m.Rows, m.Foot))
	}
	return look.PaddedCard(card)
}

// bought compares use with what was bought, a row a meter.
func (p *usagePage) bought(rows []boughtRow) fyne.CanvasObject {
	list := look.Column(look.Gap16, look.NewPara(p.v.t("usage.bought"), look.Heading))
	for i, r := range rows {
		var chip fyne.CanvasObject
		if r.Word != "" {
			chip = look.NewChip(r.Tone, "", r.Word)
		}
		body := look.Column(6, look.Either(0,
			look.Row(look.Gap12, look.Cell{Object: look.NewPara(r.Name, look.BodyBold), Width: look.Stretch, Least: 84},
				look.Cell{Object: chip}, look.Cell{Object: look.NewLine(r.Of, look.BodyBold)}),
			look.Column(look.Gap4, look.NewPara(r.Name, look.BodyBold), look.NewPara(r.Of, look.Body), look.Wrapped(0, chip))))
		if r.Included > 0 {
			body.Add(look.NewMeasure(r.Used, r.Included, chartInks[i%len(chartInks)]))
		}
		body.Add(look.NewPara(r.Text, look.Caption))
		list.Add(body)
	}
	return look.PaddedCard(list)
}

// files are those that wait for a receipt, and the receipts.
func (p *usagePage) files(m usageModel) []fyne.CanvasObject {
	cols := look.NewColumns()
	var waiting []look.RowModel
	for _, f := range m.Waiting {
		again := look.NewButton(look.LinkButton, p.v.t("usage.send_again"), func() { p.do.export(m.Root) })
		again.Key = "again " + f.ID
		waiting = append(waiting, look.RowModel{
			Lead: look.NewSymbolTile("fileout"), Name: f.About, Sub: f.Name, SubMono: true,
			Chip: look.NewChip(terms.ToneNotice, "wait", p.v.t("usage.no_receipt")), DateLabel: p.v.t("usage.made"), Date: f.Made, Links: []*look.Button{again},
		})
	}
	var receipts []look.RowModel
	for _, r := range m.Receipts {
		details := look.NewButton(look.LinkButton, p.v.t("details"), func() { p.do.receipt(r.Ref) })
		details.Key = "receipt " + r.Ref
		receipts = append(receipts, look.RowModel{
			Lead: look.NewSymbolTile("seal"), Name: r.Title, Sub: r.About, Chip: look.NewChip(r.Tone, "", r.Word),
			DateLabel: p.v.t("usage.receipt.date"), Date: r.Date, Links: []*look.Button{details},
		})
	}
	listed := func(sym, title, none string, rows []look.RowModel) fyne.CanvasObject {
		if len(rows) == 0 {
			return look.Column(look.Gap8, look.Section(sym, p.v.t(title), ""), look.PaddedCard(look.NewPara(p.v.t(none), look.Quiet)))
		}
		return look.Column(look.Gap8, look.Section(sym, p.v.t(title), p.v.Number(int64(len(rows)))), cols.Card(rows))
	}
	none := "usage.receipts.none"
	if !m.Read {
		none = "history.reading"
	}
	parts := []fyne.CanvasObject{
		listed("wait", "usage.waiting", "usage.waiting.none", waiting),
		listed("seal", "usage.receipts", none, receipts),
	}
	parts = append(parts, p.sent(m, cols)...)
	if len(waiting) > 0 {
		parts = append(parts, look.NewPara(p.v.t("usage.waiting.lost"), look.Caption))
	}
	if m.Older > 0 {
		parts = append(parts, look.NewPara(p.v.t("usage.receipts.older", "n", m.Older), look.Caption))
	}
	return parts
}

// log is what came in and left, newest first.
func (p *usagePage) log(m usageModel) fyne.CanvasObject {
	all := look.NewListLine("globe", look.Primary, p.v.t("contacts.title"), p.v.t("contacts.about"), p.do.contacts)
	all.Key = "log.contacts"
	quiet := func(id string) fyne.CanvasObject { return look.PaddedCard(look.NewPara(p.v.t(id), look.Quiet)) }
	with := func(o fyne.CanvasObject) fyne.CanvasObject {
		return look.Column(look.Gap12, look.Card(look.Inset(6, 6, 6, 6, all)), o)
	}
	switch {
	case m.Locked:
		return with(quiet("history.locked"))
	case !m.Read:
		return with(quiet("history.reading"))
	case len(m.Log) == 0:
		return with(quiet("usage.log.none"))
	}
	var facts [][2]string
	for _, h := range m.Log {
		facts = append(facts, [2]string{h.Date, h.Text})
	}
	return with(look.PaddedCard(look.Column(look.Gap12, look.NewPara(p.v.t("usage.log.lead"), look.Caption), look.Facts(facts...))))
}

// leaves is how much a usage file says, and how long entries stay.
func (p *usagePage) leaves(m usageModel) []fyne.CanvasObject {
	card := look.Column(look.Gap8, look.NewPara(p.v.t("usage.level"), look.Heading))
	if len(m.Level.Options) > 1 {
		list := look.Column(0)
		for i, id := range m.Level.Options {
			o := look.NewOption(p.v.t("usagefile.level."+id), p.v.t("usagefile.level."+id+".text"), i == m.Level.On, func() {
				if i != m.Level.On {
					p.do.level(m.Root, id)
				}
			})
			o.Key = "level " + id
			list.Add(o)
		}
		card.Add(list)
	} else {
		id := m.Level.Options[0]
		card.Add(look.Column(0, look.NewPara(p.v.t("usagefile.level."+id), look.BodyBold), look.NewPara(p.v.t("usagefile.level."+id+".text"), look.Body)))
	}
	if m.Level.Locked {
		card.Add(look.Row(look.Gap8, look.Cell{Object: look.NewIcon("lock", look.Secondary, look.IconRow), Align: look.Top},
			look.Cell{Object: look.NewPara(cmp.Or(m.Level.By, p.v.t("usage.level.locked")), look.Quiet), Width: look.Stretch}))
	}
	card.Add(look.NewRule())
	card.Add(look.NewPara(p.v.t("usage.never"), look.Body))
	leaves := look.NewButton(look.LinkButton, p.v.t("first.leaves"), p.do.leaves)
	leaves.Key = "leaves"
	card.Add(look.Wrapped(0, leaves))
	keep := look.Column(look.Gap8, look.NewPara(p.v.t("usage.keep"), look.Heading), look.Bullets(m.Keep))
	return []fyne.CanvasObject{look.PaddedCard(card), look.PaddedCard(keep)}
}
