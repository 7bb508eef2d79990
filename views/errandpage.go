package views

import (
	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// errandActions is what a person can do while a vendor is asked, and about what came of it.
type errandActions struct {
	send, cancel, settings func()
	file                   func() // the same by file, where there is no request yet
	finish                 func()
	files                  func()
	copy                   func(string)
	moving                 func(p *look.Progress, shown func() bool)
}

// errandPage follows an errand: what is asked, how that goes, and what came.
type errandPage struct {
	v       voice
	do      errandActions
	page    *look.Page
	open    *openRequestPage
	refusal *findingPage
	main    *look.Button
	shows   int // which model is shown
}

// Set shows m.
func (p *errandPage) Set(m errandModel) {
	p.shows++
	p.main = nil
	p.page.SetBar(nil)
	switch m.Phase {
	case errandAsking:
		p.asking(m)
	case errandDone:
		p.done(m)
	case errandRefused:
		p.refusal.Set(m.Refusal)
		p.main = p.refusal.main
	case errandOver:
		p.main = p.button(look.SecondaryButton, "files", p.v.t("rail.files"), p.do.files)
		p.page.Set(sheet(look.EmptyState("fileout", p.v.t("finding.over"), p.v.t("finding.over.text"), p.main)))
	default:
		if m.Check {
			p.check(m)
			return
		}
		p.open.Set(m.Open)
		p.main = p.open.main
	}
}

func (p *errandPage) button(kind look.Kind, key, label string, tapped func()) *look.Button {
	b := look.NewButton(kind, label, tapped)
	b.Key = key
	return b
}

func (p *errandPage) banner(b banner) fyne.CanvasObject {
	return look.NewBanner(look.BannerModel{Tone: b.Tone, Symbol: b.Symbol, Headline: b.Answers.Headline, Answers: p.v.four(b.Answers), Columns: true})
}

func (p *errandPage) command() fyne.CanvasObject {
	command := commandLine("sync")
	return look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.do.copy(command) })
}

// asking shows that the vendor is asked. Nothing has the focus: who pressed Enter twice stops nothing by it.
func (p *errandPage) asking(m errandModel) {
	var stop *look.Button
	if m.Own {
		stop = p.button(look.LinkButton, "stop", p.v.t("cancel"), p.do.cancel)
	}
	bar := look.NewUnderWay(m.Asking, stop)
	p.page.Set(sheet(p.banner(m.Banner), look.PaddedCard(look.Column(look.Gap12, bar, look.Facts(m.Facts...))), p.command()))
	mine := p.shows
	p.do.moving(bar, func() bool { return p.shows == mine })
}

// done shows what is so now.
func (p *errandPage) done(m errandModel) {
	parts := []fyne.CanvasObject{p.banner(m.Banner)}
	if len(m.Changes) > 0 {
		list := look.Column(look.Gap4)
		for _, c := range m.Changes {
			list.Add(look.NewChange(c.Sign, c.Name, c.Text, c.Was))
		}
		parts = append(parts, look.PaddedCard(look.Column(look.Gap8, look.NewPara(p.v.t("errand.changed"), look.Heading), list)))
	}
	p.main = p.button(look.PrimaryButton, "done", p.v.t("done"), p.do.finish)
	p.page.Set(sheet(append(parts, p.command())...))
	p.page.SetBar(look.Wrapped(look.Gap12, p.main))
}

// check shows a check-in that did not come through.
func (p *errandPage) check(m errandModel) {
	parts := []fyne.CanvasObject{p.banner(m.Open.Banner)}
	if how := p.open.how(m.Open); how != nil {
		parts = append(parts, how)
	}
	row := look.Wrapped(look.Gap12)
	file := p.button(look.SecondaryButton, "files", p.v.Action(terms.ActCheckin), p.do.file)
	if p.main = file; m.Open.Send != "" {
		p.main = p.button(look.SecondaryButton, "send", m.Open.Send, p.do.send)
		row.Add(p.main)
	}
	p.main.Kind = look.PrimaryButton
	row.Add(file)
	p.page.Set(sheet(append(parts, p.command())...))
	p.page.SetBar(row)
}
