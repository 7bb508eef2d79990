package views

import (
	"path/filepath"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// openRequestModel is a request that waits for its answer.
type openRequestModel struct {
	Title  string
	Banner banner
	Facts  [][2]string
	File   string
	Words  string
	Saved  bool
}

type openRequestActions struct {
	save, cancel, done func()
	command            func(string)
}

// openRequest turns a request file into words. path is where it was just saved, "" when it was not.
func (v voice) openRequest(s licensing.Snapshot, made licensing.Made, path string) openRequestModel {
	vendor := vendorName(s, made.Request.Vendor)
	contact := v.t("open_request.contact")
	for _, vv := range s.Vendors {
		if vv.Root == made.Request.Vendor && vv.Support != "" {
			contact = vv.Support
		}
	}
	m := openRequestModel{
		Title: v.t("open_request.title", "vendor", vendor), File: made.Name, Words: made.Words, Saved: path != "",
		Facts: [][2]string{
			{v.t("open_request.code"), s.Device.Code},
			{v.t("open_request.created"), v.long(made.Request.Created)},
			{v.t("open_request.until"), v.long(made.Request.Until)},
		},
	}
	a := plain.Answers{
		Headline: v.t("open_request.made"), Happened: v.t("open_request.happened", "vendor", vendor),
		Works: v.t("open_request.works"), Do: v.t("open_request.do", "contact", contact),
		By: v.t("open_request.by", "date", v.long(made.Request.Until)),
	}
	m.Banner = banner{Tone: terms.ToneNotice, Symbol: "fileout"}
	switch {
	case path != "":
		a.Headline = v.t("open_request.saved")
		m.File = filepath.Base(path)
		m.Facts = append([][2]string{{v.t("open_request.folder"), filepath.Dir(path)}}, m.Facts...)
		a.Do = v.t("open_request.do_saved", "contact", contact)
		m.Banner.Tone, m.Banner.Symbol = terms.ToneOK, ""
	case made.Again:
		a.Headline = v.t("open_request.again")
	}
	m.Banner.Answers = a
	return m
}

// openRequestPage shows a request file again: its name, check words and what to do with it.
type openRequestPage struct {
	v     voice
	do    openRequestActions
	page  *look.Page
	main  *look.Button
	first fyne.Focusable
}

func newOpenRequestPage(v voice, do openRequestActions) *openRequestPage {
	return &openRequestPage{v: v, do: do, page: look.NewPage(nil)}
}

// Set shows m.
func (p *openRequestPage) Set(m openRequestModel) {
	save := look.NewButton(look.PrimaryButton, p.v.t("open_request.save"), p.do.save)
	done := look.NewButton(look.SecondaryButton, p.v.t("done"), p.do.done)
	p.main = save
	order := []fyne.CanvasObject{save, done}
	if m.Saved {
		save.Kind, save.Label, done.Kind = look.SecondaryButton, p.v.t("open_request.save_again"), look.PrimaryButton
		p.main, order = done, []fyne.CanvasObject{done, save}
	}
	save.Key, done.Key = "save", "done"
	p.first = p.main
	cancel := look.NewButton(look.DangerPlain, p.v.t("open_request.cancel"), p.do.cancel)
	cancel.Key = "cancel_request"
	words := look.Row(look.Gap12, look.Cell{Object: look.NewIcon("seal", look.Secondary, look.IconRow), Width: 24},
		look.Cell{Object: look.NewLine(p.v.t("open_request.words"), look.Quiet)},
		look.Cell{Object: look.NewCutLine(m.Words, look.CodeBold), Width: look.Stretch})
	card := look.PaddedCard(look.Column(look.Gap12,
		look.Row(look.Gap12, look.Cell{Object: look.NewIcon("fileout", look.Notice, 24)},
			look.Cell{Object: look.NewCutLine(m.File, look.CodeBold), Width: look.Stretch}),
		words, look.Inset(0, 0, 0, 36, look.NewPara(p.v.t("open_request.words_help"), look.Caption)),
		look.NewRule(), look.Facts(m.Facts...)))
	const command = "holdfast request show"
	p.page.Set(sheet(
		look.NewBanner(look.BannerModel{
			Tone: m.Banner.Tone, Symbol: m.Banner.Symbol, Headline: m.Banner.Answers.Headline,
			Answers: p.v.four(m.Banner.Answers), Columns: true,
		}),
		card,
		look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.do.command(command) }),
	))
	p.page.SetBar(look.Wrapped(look.Gap12, append(order, cancel)...))
}
