package views

import (
	"fyne.io/fyne/v2"

	"holdfast/views/look"
)

// usageFileActions is what a person can do with a usage file before it leaves.
type usageFileActions struct {
	save, mail           func()
	entries, fields, raw func()
	stick                func(dir string)
	level                func(level string)
	command              func(string)
	sending              sendingActions
}

// usageFilePage shows everything that is in a usage file, and the ways to hand it on.
type usageFilePage struct {
	v    voice
	do   usageFileActions
	page *look.Page
	main *look.Button
}

// Set shows m.
func (p *usageFilePage) Set(m usageFileModel) {
	chip := func() fyne.CanvasObject { return look.NewChip(m.Tone, m.Symbol, m.Word) }
	parts := []fyne.CanvasObject{look.Column(look.Gap8, look.Either(480,
		look.Row(look.Gap12, look.Cell{Object: look.NewPara(m.For, look.Quiet), Width: look.Stretch, Least: 120}, look.Cell{Object: chip()}),
		look.Column(look.Gap4, look.NewPara(m.For, look.Quiet), look.Wrapped(0, chip()))), p.contents(m))}
	if m.Sending.Root != "" {
		parts = append(parts, sendingBox(p.v, m.Sending, p.do.sending))
	}
	if note := p.notes(m.Notes); note != nil {
		parts = append([]fyne.CanvasObject{note}, parts...)
	}
	if !m.Sent {
		parts = append(parts, p.levels(m))
	}
	if len(m.Lines) > 0 {
		parts = append(parts, look.PaddedCard(look.Column(look.Gap12,
			look.NewPara(p.v.t("usagefile.fields"), look.Heading), look.NewPara(p.v.t("usagefile.fields.text"), look.Caption), look.Facts(m.Lines...),
			look.Wrapped(0, p.link("fields", "usagefile.fields.see", p.do.fields)))))
	}
	parts = append(parts, look.NewCommand(p.v.t("command"), m.Command, p.v.t("copy"), func() { p.do.command(m.Command) }))
	p.page.Set(sheet(parts...))
	if m.Sent {
		return
	}
	p.page.Loose = true
	p.page.SetBar(p.bar(m))
}

func (p *usageFilePage) link(key, id string, tapped func()) *look.Button {
	b := look.NewButton(look.LinkButton, p.v.t(id), tapped)
	b.Key = key
	return b
}

// contents is the card of what is in the file and what is not.
func (p *usageFilePage) contents(m usageFileModel) fyne.CanvasObject {
	entries, raw := p.link("entries", "usagefile.entries", p.do.entries), p.link("raw", "usagefile.raw", p.do.raw)
	return look.PaddedCard(look.Column(look.Gap12,
		look.Either(480,
			look.Row(look.Gap16, look.Cell{Object: look.NewPara(m.Sub, look.Quiet), Width: look.Stretch, Least: 120}, look.Cell{Object: entries}, look.Cell{Object: raw}),
			look.Column(look.Gap4, look.NewPara(m.Sub, look.Quiet), look.Wrapped(look.Gap16, entries, raw))),
		look.NewPara(p.v.t("usagefile.everything"), look.BodyBold),
		look.Sunk(look.Facts(m.Facts...)),
		look.NewRuns([]look.Run{{Text: p.v.t("usagefile.not") + " ", Color: look.Secondary}, {Text: m.Not}}, look.Body),
		look.NewRule(), p.seal(m)))
}

// seal is what a person compares on the phone, and when the answer comes.
func (p *usageFilePage) seal(m usageFileModel) fyne.CanvasObject {
	col := look.Column(look.Gap4)
	if m.Words != "" {
		col.Add(look.NewRuns([]look.Run{
			{Text: p.v.t("usagefile.words") + " ", Color: look.Secondary}, {Text: m.Words, Bold: true, Mono: true},
		}, look.Body))
	}
	if m.Due != "" {
		col.Add(look.NewPara(m.Due, look.Body))
	}
	if m.Receipt != "" {
		col.Add(look.NewPara(m.Receipt, look.Quiet))
	}
	return col
}

// notes stand above everything else.
func (p *usageFilePage) notes(all []string) fyne.CanvasObject {
	if len(all) == 0 {
		return nil
	}
	list := look.Column(look.Gap8)
	for _, s := range all {
		list.Add(look.Row(look.Gap12, look.Cell{Object: look.NewIcon("notice", look.Notice, look.IconRow), Align: look.Top},
			look.Cell{Object: look.NewPara(s, look.Body), Width: look.Stretch}))
	}
	return look.PaddedCard(list)
}

// levels is the choice of how much the file says, and who limits it.
func (p *usageFilePage) levels(m usageFileModel) fyne.CanvasObject {
	col := look.Column(look.Gap8, look.NewPara(p.v.t("usagefile.level"), look.Heading))
	list := look.Column(2)
	for _, l := range m.Levels {
		if m.Locked {
			col.Add(look.Column(0, look.NewPara(l.Title, look.BodyBold), look.NewPara(l.Sub, look.Caption)))
			continue
		}
		o := look.NewOption(l.Title, l.Sub, l.On, func() { p.do.level(l.ID) })
		o.Key = "level " + l.ID
		list.Add(o)
	}
	if !m.Locked {
		col.Add(list)
	}
	if m.LevelBy != "" {
		col.Add(look.Row(look.Gap8, look.Cell{Object: look.NewIcon("lock", look.Secondary, look.IconRow), Align: look.Top},
			look.Cell{Object: look.NewPara(m.LevelBy, look.Quiet), Width: look.Stretch}))
	}
	return look.PaddedCard(col)
}

// bar is what most people do next: save to the stick that is there, else where they choose.
func (p *usageFilePage) bar(m usageFileModel) fyne.CanvasObject {
	button := func(key, symbol, label string, tapped func()) *look.Button {
		b := look.NewButton(look.SecondaryButton, label, tapped)
		b.Key, b.Symbol = key, symbol
		return b
	}
	save := button("save", "", p.v.t("usagefile.save"), p.do.save)
	mail := button("mail", "mail", p.v.t("open_request.mail"), p.do.mail)
	order := []*look.Button{save, mail}
	if m.Stick != "" {
		order = []*look.Button{button("stick", "usb", p.v.t("open_request.stick", "name", m.StickName), func() { p.do.stick(m.Stick) }), mail, save}
	}
	p.main = order[0]
	p.main.Kind = look.PrimaryButton
	row := look.Wrapped(look.Gap12)
	for _, b := range order {
		row.Add(b)
	}
	return row
}
