package views

import (
	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// previewActions is what a person can do with files that they look at.
type previewActions struct {
	use     func(trust bool)
	notNow  func()
	choose  func() // another file
	act     func(a terms.Action, f terms.Finding)
	command func(string)
}

// preview shows what files are and what using them changes, before anything changes.
type preview struct {
	v    voice
	do   previewActions
	page *look.Page
	use  *look.Button
	// first gets the focus: the use button, or the tick that comes before it.
	first fyne.Focusable
}

func newPreview(v voice, do previewActions) *preview {
	return &preview{v: v, do: do, page: look.NewPage(nil)}
}

// Set shows m.
func (p *preview) Set(m previewModel) {
	p.use, p.first = nil, nil
	var action *look.Button
	if m.Banner.Answers.Button != "" {
		action = look.NewButton(look.SecondaryButton, m.Banner.Answers.Button, func() { p.do.act(m.Banner.Answers.Action, m.Finding) })
		action.Key = "banner"
		if m.Use == "" {
			action.Kind = look.PrimaryButton
		}
		p.first = action
	}
	parts := []fyne.CanvasObject{look.NewBanner(look.BannerModel{
		Tone: m.Banner.Tone, Symbol: m.Banner.Symbol, Eyebrow: m.Banner.Eyebrow, Headline: m.Banner.Answers.Headline,
		Answers: p.v.four(m.Banner.Answers), Columns: true, Button: action,
	})}
	for _, f := range m.Files {
		parts = append(parts, p.file(f))
	}
	if m.Others != "" {
		parts = append(parts, look.NewPara(m.Others, look.Quiet))
	}
	var tick *look.Area
	if m.Trust != nil {
		var panel fyne.CanvasObject
		panel, tick = p.trust(*m.Trust)
		parts = append(parts, panel)
	}
	if m.Command != "" {
		parts = append(parts, look.NewCommand(p.v.t("command"), m.Command, p.v.t("copy"), func() { p.do.command(m.Command) }))
	}
	p.page.Set(sheet(parts...))
	p.page.SetBar(p.buttons(m, tick))
}

func (p *preview) buttons(m previewModel, tick *look.Area) fyne.CanvasObject {
	row := look.Wrapped(look.Gap12)
	if m.Use != "" {
		p.use = look.NewButton(look.PrimaryButton, m.Use, func() { p.do.use(m.Trust != nil) })
		p.use.Key = "use"
		p.first = p.use
		if tick != nil {
			p.first = nil // the words are read before the tick is reached
			agree := func(on bool) {
				tick.SetOn(on)
				if on {
					p.use.Enable()
				} else {
					p.use.Disable()
				}
			}
			agree(m.Trust.Agreed)
			tick.OnTapped = func() { agree(!tick.On()) }
		}
		row.Add(p.use)
		notNow := look.NewButton(look.SecondaryButton, p.v.t("not_now"), p.do.notNow)
		notNow.Key = "not_now"
		row.Add(notNow)
	} else {
		done := look.NewButton(look.SecondaryButton, p.v.t("close"), p.do.notNow)
		done.Key = "not_now"
		row.Add(done)
		other := look.NewButton(look.TextButton, p.v.t("preview.other_file"), p.do.choose)
		other.Key = "choose"
		row.Add(other)
		if p.first == nil {
			p.first = done
		}
	}
	if m.Loss != "" {
		t := look.ToneOf(terms.ToneWarn)
		return look.Column(look.Gap12, look.Row(look.Gap8,
			look.Cell{Object: look.NewIcon(t.Icon, t.Ink, look.IconRow), Align: look.Top},
			look.Cell{Object: look.NewPara(m.Loss, look.BodyBold), Width: look.Stretch}), row)
	}
	return row
}

// file is the card of one file.
func (p *preview) file(f previewFile) fyne.CanvasObject {
	tone := look.ToneOf(f.Tone)
	names := look.Column(2, look.NewCutLine(f.Name, look.CodeBold))
	var from []look.Run
	if f.From != "" {
		from = append(from, look.Run{Text: f.From})
	}
	if f.Words != "" {
		if len(from) > 0 {
			from = append(from, look.Run{Text: " · ", Color: look.Secondary})
		}
		from = append(from, look.Run{Text: p.v.t("preview.words") + " ", Color: look.Secondary}, look.Run{Text: f.Words, Mono: true})
	}
	names.Add(look.NewRuns(from, look.Body))
	body := look.Column(look.Gap8, look.Row(look.Gap12,
		look.Cell{Object: look.NewIcon("file", look.Notice, 24), Align: look.Top},
		look.Cell{Object: names, Width: look.Stretch},
		look.Cell{Object: look.NewChip(f.Tone, f.Symbol, f.Word)},
	))
	fact := func(sym string, ink fyne.ThemeColorName, runs ...look.Run) {
		body.Add(look.Row(look.Gap12, look.Cell{Object: look.NewIcon(sym, ink, look.IconRow), Width: 24, Align: look.Top},
			look.Cell{Object: look.NewRuns(runs, look.Body), Width: look.Stretch}))
	}
	if f.For != "" {
		sym, ink := "notice", look.Notice
		if f.Here {
			sym, ink = "ok", look.OK
		}
		fact(sym, ink, look.Run{Text: f.For + " "}, look.Run{Text: f.Answer, Bold: true})
	}
	if f.Repaired != "" {
		fact("notice", look.Secondary, look.Run{Text: f.Repaired})
	}
	if f.State != "" {
		fact(tone.Icon, tone.Ink, look.Run{Text: f.State})
	}
	if len(f.Facts) > 0 {
		body.Add(look.Facts(f.Facts...))
	}
	if len(f.Changes) > 0 {
		list := look.Column(look.Gap4)
		for _, c := range f.Changes {
			list.Add(look.NewChange(c.Sign, c.Name, c.Text, c.Was))
		}
		body.Add(look.Column(look.Gap8, look.Inset(look.Gap4, 0, 0, 0, look.NewPara(p.v.t("preview.changes"), look.Heading)), list))
		body.Add(look.Inset(look.Gap4, 0, 0, 0, look.NewPara(p.v.t("preview.untouched"), look.Body)))
	}
	return look.PaddedCard(body)
}

// trust shows the eight check words and the tick without which a new vendor cannot be trusted.
func (p *preview) trust(m trustModel) (fyne.CanvasObject, *look.Area) {
	tick := look.NewTick(m.Tick, nil)
	tick.Key = "tick"
	return look.PaddedCard(look.Column(look.Gap12,
		look.NewPara(m.Title, look.Heading), look.NewPara(m.How, look.Body), look.NewWords(m.Words), tick)), tick
}
