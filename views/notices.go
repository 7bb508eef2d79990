package views

import (
	"context"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// noticesPlace is what vendors announced, granted or decided.
func (w *Window) noticesPlace() place {
	return place{section: secPlan, name: "notices", build: w.noticesScreen}
}

func (w *Window) allNotices() ([]licensing.NoticeView, error) { return w.engine.Notices(), nil }

// noticesScreen lists them, newest first.
func (w *Window) noticesScreen() *screen {
	p := &noticesPage{v: w.v, page: look.NewPage(nil), show: w.showNotice, use: w.useFile, copy: w.copy}
	s := w.sub(w.v.t("notices.title"), p.page, nil, nil)
	s.first = func() fyne.Focusable {
		if p.first != nil {
			return p.first
		}
		return nil
	}
	fetched(w, s, w.allNotices, func(all []licensing.NoticeView, read bool, _ error) noticesModel {
		return w.v.notices(w.snap, all, read)
	}, p.Set)
	return s
}

// noticesPage lists what is in force or to come, then what is over.
type noticesPage struct {
	v     voice
	page  *look.Page
	show  func(document string)
	use   func()
	copy  func(string)
	first *look.Button
}

// Set shows m.
func (p *noticesPage) Set(m noticesModel) {
	p.first = nil
	var parts []fyne.CanvasObject
	switch {
	case len(m.Now)+len(m.Over) > 0:
		cols := look.NewColumns()
		parts = append(parts, look.NewPara(p.v.t("notices.lead"), look.Body))
		if len(m.Now) > 0 {
			parts = append(parts, look.Column(look.Gap8, look.Section("notice", p.v.t("notices.now"), p.v.Number(int64(len(m.Now)))), cols.Card(p.rows(m.Now))))
		}
		if len(m.Over) > 0 {
			parts = append(parts, look.Column(look.Gap8, look.Section("ok", p.v.t("notices.over"), p.v.Number(int64(len(m.Over)+m.More))), cols.Card(p.rows(m.Over))))
		}
		if m.More > 0 {
			parts = append(parts, look.NewPara(p.v.t("notices.more", "n", m.More, "command", commandLine("notices")), look.Caption))
		}
	case m.Read:
		p.first = look.NewButton(look.SecondaryButton, p.v.t("files.use"), p.use)
		p.first.Key = "use_file"
		parts = append(parts, look.EmptyState("notice", p.v.t("notices.none"), p.v.t("notices.none.text"), p.first))
	default:
		parts = append(parts, look.PaddedCard(look.NewPara(p.v.t("history.reading"), look.Quiet)))
	}
	command := commandLine("notices")
	p.page.Set(sheet(append(parts, look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.copy(command) }))...))
}

func (p *noticesPage) rows(rows []noticeRow) []look.RowModel {
	out := make([]look.RowModel, 0, len(rows))
	for _, r := range rows {
		details := look.NewButton(look.LinkButton, p.v.t("details"), func() { p.show(r.Document) })
		details.Key = "notice " + r.Document
		if p.first == nil {
			p.first = details
		}
		out = append(out, look.RowModel{
			Lead: look.NewSymbolTile(r.Sign), Name: r.Title, Sub: r.Sub, Chip: look.NewChip(r.Tone, r.Symbol, r.Word),
			DateLabel: r.DateLabel, Date: r.Date, Links: []*look.Button{details},
		})
	}
	return out
}

// showNotice goes to one of them, by its document.
func (w *Window) showNotice(document string) {
	w.visit(place{section: secPlan, name: "notice " + document, build: func() *screen { return w.noticeScreen(document) }})
}

func (w *Window) noticeScreen(document string) *screen {
	p := &noticePage{v: w.v, page: look.NewPage(nil), act: w.act, list: func() { w.finish(w.noticesPlace()) }, copy: w.copy}
	s := w.sub(w.v.t("notices.one"), p.page, nil, nil)
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable {
		if p.main != nil {
			return p.main
		}
		return nil
	}
	type known struct {
		notices []licensing.NoticeView
		files   []licensing.FileView
	}
	ask := func() (known, error) {
		files, err := w.engine.Files(context.Background())
		return known{w.engine.Notices(), files}, err
	}
	fetched(w, s, ask, func(k known, read bool, _ error) noticeModel {
		for _, n := range k.notices {
			if n.Document == document {
				return w.v.notice(w.snap, n, k.files)
			}
		}
		return noticeModel{Gone: read}
	}, p.Set)
	return s
}

// noticePage shows one: what, from when, what it means here, and what proves it.
type noticePage struct {
	v    voice
	page *look.Page
	act  func(a terms.Action, f terms.Finding)
	list func()
	copy func(string)
	main *look.Button
}

// Set shows m.
func (p *noticePage) Set(m noticeModel) {
	p.main = nil
	if m.Gone {
		p.main = look.NewButton(look.SecondaryButton, p.v.t("notices.title"), p.list)
		p.main.Key = "notices"
		p.page.Set(sheet(look.EmptyState("ok", p.v.t("notices.gone"), p.v.t("notices.gone.text"), p.main)))
		return
	}
	if len(m.What) == 0 {
		return // still being read
	}
	view, main := p.v.bannerView(m.Banner, m.Finding, true, p.act)
	p.main = main
	parts := []fyne.CanvasObject{
		view, look.PaddedCard(look.Facts(m.What...)),
		look.Column(look.Gap8, look.Section("seal", p.v.t("notices.proof"), ""), look.PaddedCard(look.Facts(m.Proof...))),
	}
	command := commandLine("notices")
	p.page.Set(sheet(append(parts, look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.copy(command) }))...))
}
