package views

import (
	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// overviewActions is what a person can do on the Overview and the first-run screen.
type overviewActions struct {
	act       func(a terms.Action, f terms.Finding)
	useFile   func()
	request   func()
	show      func(requestID string)
	details   func(row string)
	read      func(f terms.Finding)
	whatLeave func()
}

// overview is the first screen: may I work, until when, and what needs me.
type overview struct {
	v    voice
	do   overviewActions
	page *look.Page
	main *look.Button // the one button, nil when the state has none
	next fyne.Focusable
	cols *look.Columns
}

func newOverview(v voice, do overviewActions) *overview {
	return &overview{v: v, do: do, page: look.NewPage(nil)}
}

// Set shows m.
func (o *overview) Set(m overviewModel, f terms.Finding) {
	o.main, o.next, o.cols = nil, nil, look.NewColumns()
	if m.FirstRun {
		o.page.Set(o.firstRun(m))
		return
	}
	parts := []fyne.CanvasObject{o.banner(m.Banner, f)}
	if len(m.Rows) > 0 {
		parts = append(parts, o.rows(m.Rows))
	}
	if len(m.Lines) > 0 {
		parts = append(parts, o.lines(m.Lines))
	}
	if len(m.Requests) > 0 {
		parts = append(parts, o.requests(m.Requests))
	}
	parts = append(parts, o.also())
	o.page.Set(sheet(parts...))
}

func (o *overview) banner(b banner, f terms.Finding) fyne.CanvasObject {
	if b.Answers.Button != "" {
		o.main = look.NewButton(look.PrimaryButton, b.Answers.Button, func() { o.do.act(b.Answers.Action, f) })
		o.main.Key = "banner"
	}
	return look.NewBanner(look.BannerModel{
		Tone: b.Tone, Symbol: b.Symbol, Eyebrow: b.Eyebrow, Headline: b.Answers.Headline,
		Answers: o.v.four(b.Answers), ButtonAt: doing, Button: o.main,
	})
}

func (o *overview) rows(rows []row) fyne.CanvasObject {
	out := make([]look.RowModel, 0, len(rows))
	for _, r := range rows {
		details := look.NewButton(look.LinkButton, o.v.t("details"), func() { o.do.details(r.Key) })
		details.Key = "details " + r.Key
		out = append(out, look.RowModel{
			Lead: look.NewInitial(r.Vendor), Name: r.Name, Sub: r.Vendor,
			Chip:      look.NewChip(r.Tone, r.Symbol, r.Word),
			DateLabel: r.DateLabel, Date: r.Date, Side: r.Days,
			Note: r.Note, NoteTone: r.NoteTone, Links: []*look.Button{details},
		})
	}
	return o.cols.Card(out)
}

func (o *overview) lines(lines []line) fyne.CanvasObject {
	list := look.Column(look.Gap4)
	for _, l := range lines {
		tone := look.ToneOf(l.Tone)
		sym := l.Symbol
		if sym == "" {
			sym = tone.Icon
		}
		list.Add(look.NewListLine(sym, tone.Ink, l.Title, l.Sub, func() { o.do.read(l.Finding) }))
	}
	return look.Column(look.Gap8, look.Section("", o.v.t("overview.also"), ""), look.Card(look.Inset(6, 6, 6, 6, list)))
}

func (o *overview) requests(requests []requestRow) fyne.CanvasObject {
	out := make([]look.RowModel, 0, len(requests))
	for _, r := range requests {
		show := look.NewButton(look.LinkButton, o.v.t("row.show"), func() { o.do.show(r.ID) })
		show.Key = "request " + r.ID
		m := look.RowModel{
			Lead: look.NewSymbolTile("fileout"), Name: r.Title, Sub: r.File, SubMono: true,
			Chip:      look.NewChip(terms.ToneNotice, "wait", o.v.t("row.waiting")),
			DateLabel: o.v.t("row.good_until"), Date: r.Until, Links: []*look.Button{show},
		}
		if r.Words != "" {
			m.Side2 = o.v.t("row.words", "words", r.Words)
		}
		out = append(out, m)
	}
	return look.Column(look.Gap8, look.Section("wait", o.v.t("overview.waiting"), o.v.Number(int64(len(requests)))), o.cols.Card(out))
}

// also holds the two acts that stay reachable in every state.
func (o *overview) also() fyne.CanvasObject {
	use := look.NewListLine("filein", look.Primary, o.v.t("act.use_file"), o.v.t("act.use_file.hint"), o.do.useFile)
	use.Key = "use_file"
	req := look.NewListLine("fileout", look.Primary, o.v.t("act.request"), o.v.t("act.request.hint"), o.do.request)
	req.Key = "make_request"
	o.next = use
	return look.Column(look.Gap8, look.Section("", o.v.t("act.title"), ""),
		look.Card(look.Inset(6, 6, 6, 6, look.Equal(240, 2, look.Gap8, look.Gap4, use, req))))
}

// firstRun is the only set-up screen: two ways in, and the state below.
func (o *overview) firstRun(m overviewModel) fyne.CanvasObject {
	title := look.NewPara(o.v.t("first.title"), look.FirstFont)
	question := look.NewPara(o.v.t("first.question"), look.QuietHeading)
	promise := look.NewPara(o.v.t("first.promise"), look.Quiet)
	title.Center, question.Center, promise.Center = true, true, true
	yes := look.NewChoice(true, "filein", o.v.t("first.yes"), o.v.t("first.yes.hint"), o.do.useFile)
	yes.Key = "use_file"
	no := look.NewChoice(false, "fileout", o.v.t("first.no"), o.v.t("first.no.hint"), o.do.request)
	no.Key = "make_request"
	o.next = yes
	leaves := look.NewButton(look.LinkButton, o.v.t("first.leaves"), o.do.whatLeave)
	choices := look.Column(look.Gap16,
		look.Column(look.Gap4, title, question),
		look.Narrow(560, look.Column(look.Gap12, yes, no)),
		look.Column(look.Gap4, promise, look.Centered(leaves)),
	)
	return look.Margins(look.Gap8, look.Gap24, look.TopAndBottom(choices, o.stateStrip(m.Banner)))
}

// stateStrip is the state as a quiet card at the foot of the first-run screen.
func (o *overview) stateStrip(b banner) fyne.CanvasObject {
	grid := look.Equal(150, 4, look.Gap24, look.Gap12)
	for _, a := range o.v.four(b.Answers) {
		grid.Add(look.Column(0, look.NewPara(a.Label, look.Caption), look.NewPara(a.Text, look.Body)))
	}
	tone := look.ToneOf(b.Tone)
	return look.Card(look.Inset(look.Gap16, look.Gap16, look.Gap16, look.Gap16, look.Column(look.Gap12,
		look.Row(look.Gap12, look.Cell{Object: look.NewIcon(tone.Icon, tone.Ink, look.IconRow)},
			look.Cell{Object: look.NewPara(b.Answers.Headline, look.BodyBold), Width: look.Stretch}),
		grid)))
}

// sheet puts the parts of a page below each other with the page's margins.
func sheet(parts ...fyne.CanvasObject) fyne.CanvasObject {
	return look.Margins(4, 20, look.Column(look.Gap16, parts...))
}
