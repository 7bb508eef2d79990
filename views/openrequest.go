package views

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
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
	Brings []string // what the answer does here
	Mail   bool     // there is somebody to write to
	// Stick is a USB stick that is plugged in, "" for none.
	Stick, StickName string
	Send             string // the button that asks over the network; "" for none
	Goes             string // how it gets to the vendor without a person
	Ask              string // what IT has to open
	Settings         bool   // the settings of the network are the way out
	Decided          bool   // a person at the vendor decides first: nothing is left to do
}

type openRequestActions struct {
	save, cancel, done, mail func()
	send, settings           func()
	text                     func() // the file as text, to be pasted into a mail
	stick                    func(dir string)
	command                  func(string)
}

// answerBy is until when the answer has to be in use: the request's own end, or what the answer would move on before that (time
// without contact, of an unconfirmed or changed computer, or of the license to be renewed), whichever comes first.
func answerBy(s licensing.Snapshot, r terms.Request) time.Time {
	moves := []string{terms.EventFirstUseEnds, terms.EventConfirmBy, terms.EventOfflineEnds, terms.EventOfflineGraceEnds}
	if r.Kind == exchange.RequestRenew {
		moves = append(moves, terms.EventLicenseEnds, terms.EventGraceEnds)
	}
	by := r.Until
	for _, p := range s.Verdict.Products {
		for _, e := range p.Next {
			if p.Vendor == r.Vendor && (r.Product == "" || r.Product == p.ID) && slices.Contains(moves, e.Name) {
				by = earlier(by, e.At)
			}
		}
	}
	return by
}

// openRequest turns a request file into words. path is where it was just saved, "" when it was not.
func (v voice) openRequest(s licensing.Snapshot, made licensing.Made, path string) openRequestModel {
	vendor := vendorName(s, made.Request.Vendor)
	contact := cmp.Or(supportOf(s, made.Request.Vendor), v.t("open_request.contact"))
	kind, by := made.Request.Kind, answerBy(s, made.Request)
	m := openRequestModel{
		Title: v.ofKind(kind, "open_request.title", "vendor", vendor), File: made.Name, Words: made.Words, Saved: path != "",
		Mail: strings.Contains(contact, "@"), Brings: v.brings(s, made.Request),
		Facts: [][2]string{
			{v.t("open_request.code"), s.Device.Code},
			{v.t("open_request.created"), v.long(made.Request.Created)},
			{v.t("open_request.until"), v.long(made.Request.Until)},
		},
	}
	a := plain.Answers{
		Headline: v.ofKind(kind, "open_request.made"),
		Happened: v.ofKind(kind, "open_request.happened", "vendor", vendor, "date", v.long(made.Request.Wanted)),
		Works:    v.t("open_request.works"), Do: v.t("open_request.do", "contact", contact),
		By: v.t("open_request.by", "date", v.long(by)),
	}
	if by.Before(made.Request.Until) {
		a.Works = v.t("open_request.works_until", "date", v.long(by))
	}
	m.Banner = banner{Tone: terms.ToneNotice, Symbol: "fileout"}
	switch {
	case path != "":
		a.Headline = v.ofKind(kind, "open_request.saved")
		m.File = filepath.Base(path)
		m.Facts = append([][2]string{{v.t("open_request.folder"), filepath.Dir(path)}}, m.Facts...)
		a.Do = v.ofKind(kind, "open_request.do_saved", "contact", contact)
		m.Banner.Tone, m.Banner.Symbol = terms.ToneOK, ""
	case made.Again:
		a.Headline = v.t("open_request.again")
	}
	m.Banner.Answers = a
	return m
}

// openRequestPage shows a request file again: its name, check words and what to do with it.
type openRequestPage struct {
	v    voice
	do   openRequestActions
	page *look.Page
	main *look.Button
}

func newOpenRequestPage(v voice, page *look.Page, do openRequestActions) *openRequestPage {
	return &openRequestPage{v: v, do: do, page: page}
}

// Set shows m. The first button is what most people do next: ask over the network where that is possible, else save to the stick that
// is there or where they choose, and when it is saved they are done.
func (p *openRequestPage) Set(m openRequestModel) {
	button := func(key, label string, tapped func()) *look.Button {
		b := look.NewButton(look.SecondaryButton, label, tapped)
		b.Key = key
		return b
	}
	save := button("save", p.v.t("open_request.save"), p.do.save)
	done := button("done", p.v.t("done"), p.do.done)
	text := button("text", p.v.t("open_request.text"), p.do.text)
	text.Kind = look.LinkButton
	cancel := button("cancel_request", p.v.t("open_request.cancel"), p.do.cancel)
	cancel.Kind = look.DangerPlain
	order := []*look.Button{save, done}
	if m.Stick != "" {
		order = []*look.Button{button("stick", p.v.t("open_request.stick", "name", m.StickName), func() { p.do.stick(m.Stick) }), save, done}
		order[0].Symbol = "usb"
	}
	if m.Saved {
		save.Label = p.v.t("open_request.save_again")
		order = []*look.Button{done, save}
	}
	if m.Send != "" {
		order = slices.DeleteFunc(order, func(b *look.Button) bool { return b == done })
		order = slices.Insert(order, 0, button("send", m.Send, p.do.send))
		if m.Saved || m.Decided {
			order = slices.Insert(order, 0, done)
		}
	}
	var rest []*look.Button
	if m.Mail {
		label := p.v.t("open_request.mail")
		if m.Saved {
			label = p.v.t("open_request.mail_saved")
		}
		mail := button("mail", label, p.do.mail)
		mail.Symbol = "mail"
		rest = append(rest, mail)
	}
	rest = append(rest, cancel)
	p.main = order[0]
	p.main.Kind = look.PrimaryButton
	words := look.Row(look.Gap12, look.Cell{Object: look.NewIcon("seal", look.Secondary, look.IconRow), Width: 24},
		look.Cell{Object: look.NewLine(p.v.t("open_request.words"), look.Quiet)},
		look.Cell{Object: look.NewCutLine(m.Words, look.CodeBold), Width: look.Stretch})
	card := look.PaddedCard(look.Column(look.Gap12,
		look.Row(look.Gap12, look.Cell{Object: look.NewIcon("fileout", look.Notice, 24)},
			look.Cell{Object: look.NewCutLine(m.File, look.CodeBold), Width: look.Stretch}, look.Cell{Object: text}),
		words, look.Inset(0, 0, 0, 36, look.NewPara(p.v.t("open_request.words_help"), look.Caption)),
		look.NewRule(), look.Facts(m.Facts...)))
	command := commandLine("request_show")
	parts := []fyne.CanvasObject{look.NewBanner(look.BannerModel{
		Tone: m.Banner.Tone, Symbol: m.Banner.Symbol, Headline: m.Banner.Answers.Headline,
		Answers: p.v.four(m.Banner.Answers), Columns: true,
	})}
	if how := p.how(m); how != nil {
		parts = append(parts, how)
	}
	parts = append(parts, card)
	if len(m.Brings) > 0 {
		parts = append(parts, look.PaddedCard(look.Column(look.Gap8,
			look.NewPara(p.v.t("brings.title"), look.Heading), look.Bullets(m.Brings))))
	}
	bar := look.Wrapped(look.Gap12)
	for _, b := range order {
		bar.Add(b)
	}
	more := bar
	if m.Send != "" { // the bar is for the next step, and leaves room for the page
		more = look.Wrapped(look.Gap12)
		parts = append(parts, more)
	}
	for _, b := range rest {
		more.Add(b)
	}
	p.page.Set(sheet(append(parts, look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.do.command(command) }))...))
	p.page.SetBar(bar)
}

// how says how the request gets to the vendor without a person, or what keeps it from that.
func (p *openRequestPage) how(m openRequestModel) fyne.CanvasObject {
	var links []*look.Button
	link := func(key, label string, tapped func()) {
		b := look.NewButton(look.LinkButton, label, tapped)
		b.Key = key
		links = append(links, b)
	}
	words := m.Goes
	if m.Ask != "" {
		words = p.v.t("contacts.show_it") + " " + m.Ask
		link("copy_it", p.v.t("contacts.copy_it"), func() { p.do.command(m.Ask) })
	}
	if m.Settings {
		link("network", p.v.t("contacts.settings"), p.do.settings)
	}
	if words == "" && len(links) == 0 {
		return nil
	}
	return wayLine(words, links...)
}

// wayLine says something about the way to a vendor, with what can be done about it.
func wayLine(words string, links ...*look.Button) fyne.CanvasObject {
	sign := look.Cell{Object: look.NewIcon("globe", look.Secondary, look.IconRow), Align: look.Top}
	text := func() look.Cell { return look.Cell{Object: look.NewPara(words, look.Body), Width: look.Stretch} }
	row := look.Wrapped(look.Gap12)
	for _, b := range links {
		row.Add(b)
	}
	switch {
	case len(links) == 0:
		return look.Row(look.Gap12, sign, text())
	case words == "":
		return look.Row(look.Gap12, sign, look.Cell{Object: row, Width: look.Stretch})
	}
	cells := []look.Cell{{Object: sign.Object}, text()}
	for _, b := range links {
		cells = append(cells, look.Cell{Object: b})
	}
	sign.Object = look.NewIcon("globe", look.Secondary, look.IconRow)
	return look.Either(560, look.Row(look.Gap12, cells...),
		look.Row(look.Gap12, sign, look.Cell{Object: look.Column(look.Gap4, text().Object, row), Width: look.Stretch}))
}
