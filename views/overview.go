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
	online    func() // request over the network
	show      func(requestID string)
	details   func(row string)
	read      func(f terms.Finding)
	whatLeave func()
	all       func() // the list of licenses
	plan      func()
	guides    func()
	notices   func()
	snooze    func()
	offer     func(yes bool) // answers the box about reminders
	sending   sendingActions
	command   func(string)
	language  func() fyne.CanvasObject
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

// overviewScreen is the Overview, or the first run while there is nothing to show.
func (w *Window) overviewScreen() *screen {
	o := newOverview(w.v, overviewActions{
		act: w.act, useFile: w.useFile, request: w.request, online: w.requestOnline, show: w.showRequest, details: w.showLicense,
		read: w.read, whatLeave: w.whatLeaves, command: w.copy, language: w.languageChooser,
		all:    func() { w.visit(w.licensesPlace()) },
		plan:   func() { w.visit(w.planPlace()) },
		guides: func() { w.visit(w.helpPlace()) }, notices: func() { w.visit(w.noticesPlace()) },
		snooze: w.snooze, offer: w.answerOffer, sending: w.sendingActions(),
	})
	s := &screen{body: o.page}
	s.enter = func() *look.Button { return o.main }
	s.first = func() fyne.Focusable {
		if o.main != nil {
			return o.main
		}
		if w.shown.FirstRun {
			return o.next
		}
		return nil
	}
	renew := live(w, func() overviewModel {
		m := w.v.overview(w.snap, w.made)
		m.Reminder, _ = w.v.reminder(w.snap, w.alarm)
		m.Offer = w.offered && !w.settings.Remind
		m.Sending = w.sendingNow()
		m.Lines = w.v.withContacts(m.Lines, w.snap, w.settings.Seen)
		return m
	}, func(m overviewModel) {
		w.shown = m
		o.Set(m)
	})
	s.bare = w.shown.FirstRun
	if s.bare {
		s.head = o.brand()
	}
	s.renew = func() {
		renew()
		if s.bare != w.shown.FirstRun {
			w.reshow() // with or without the rail
		}
	}
	return s
}

// home is the Overview.
func (w *Window) home() place {
	return place{section: secOverview, name: secOverview, build: w.overviewScreen}
}

// showHome goes to the Overview.
func (w *Window) showHome() { w.visit(w.home()) }

// Set shows m.
func (o *overview) Set(m overviewModel) {
	o.main, o.next, o.cols = nil, nil, look.NewColumns()
	if m.FirstRun {
		o.page.Set(o.firstRun(m))
		return
	}
	main := look.Column(look.Gap16)
	if len(m.Rows) > 0 {
		main.Add(o.rows(m))
	}
	if len(m.Lines) > 0 {
		main.Add(o.lines(m.Lines))
	}
	if len(m.Requests) > 0 {
		main.Add(o.requests(m.Requests))
	}
	var body fyne.CanvasObject = main
	if len(m.Dates) > 0 {
		body = look.Aside(main, o.dates(m.Dates))
	}
	command := commandLine("status")
	parts := []fyne.CanvasObject{o.banner(m.Banner, m.Main)}
	if m.Reminder.Text != "" {
		parts = append(parts, o.reminderLine(m.Reminder))
	}
	if m.Offer {
		parts = append(parts, o.offer())
	}
	if m.Sending.Root != "" {
		parts = append(parts, sendingBox(o.v, m.Sending, o.do.sending))
	}
	o.page.Set(look.Margins(20, 20, look.Column(look.Gap16, append(parts, body, o.also(m),
		look.NewCommand(o.v.t("command"), command, o.v.t("copy"), func() { o.do.command(command) }))...)))
}

func (o *overview) banner(b banner, f terms.Finding) fyne.CanvasObject {
	view, main := o.v.bannerView(b, f, false, o.do.act)
	o.main = main
	return view
}

func (o *overview) rows(m overviewModel) fyne.CanvasObject {
	out := make([]look.RowModel, 0, len(m.Rows))
	for _, r := range m.Rows {
		details := look.NewButton(look.LinkButton, o.v.t("details"), func() { o.do.details(r.Key) })
		details.Key = "details " + r.Key
		out = append(out, look.RowModel{
			Lead: look.NewInitial(r.Vendor), Name: r.Name, Sub: r.Vendor,
			Chip:      look.NewChip(r.Tone, r.Symbol, r.Word),
			DateLabel: r.DateLabel, Date: r.Date, Side: r.Days,
			Note: r.Note, NoteTone: r.NoteTone, Links: []*look.Button{details},
		})
	}
	if m.More == 0 {
		return o.cols.Card(out)
	}
	all := look.NewButton(look.LinkButton, o.v.t("overview.all", "n", len(m.Rows)+m.More), o.do.all)
	all.Key = "all_licenses"
	return look.Column(look.Gap8, o.cols.Card(out), look.Wrapped(0, all))
}

// dates is the card of what comes next.
func (o *overview) dates(dates []upcoming) fyne.CanvasObject {
	plan := look.NewButton(look.LinkButton, o.v.t("rail.plan"), o.do.plan)
	plan.Key = "plan"
	notices := look.NewButton(look.LinkButton, o.v.t("notices.title"), o.do.notices)
	notices.Key = "notices"
	grid := look.Equal(190, 3, look.Gap16, look.Gap12)
	for _, d := range dates {
		grid.Add(look.NewDate(d.Day, d.Month, d.Title, d.Sub))
	}
	return look.PaddedCard(look.Column(look.Gap12, look.Row(look.Gap12,
		look.Cell{Object: look.NewPara(o.v.t("overview.next"), look.Heading), Width: look.Stretch},
		look.Cell{Object: notices}, look.Cell{Object: plan}), grid))
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
			DateLabel: r.UntilLabel, Date: r.Until, Links: []*look.Button{show},
		}
		if m.Note, m.NoteTone = r.Goes, terms.ToneNotice; r.Unsaved {
			m.Chip = look.NewChip(terms.ToneWarn, "", o.v.t("files.not_saved"))
		}
		if r.Words != "" {
			m.Side2 = o.v.t("row.words", "words", r.Words)
		}
		out = append(out, m)
	}
	return look.Column(look.Gap8, look.Section("wait", o.v.t("overview.waiting"), o.v.Number(int64(len(requests)))), o.cols.Card(out))
}

// also holds the acts that stay reachable in every state: the two ways to a license and, where time without contact counts, the two
// that renew it.
func (o *overview) also(m overviewModel) fyne.CanvasObject {
	use := look.NewListLine("filein", look.Primary, o.v.t("act.use_file"), o.v.t("act.use_file.hint"), o.do.useFile)
	use.Key = "use_file"
	req := look.NewListLine("fileout", look.Primary, o.v.t("act.request"), o.v.t("act.request.hint"), o.do.request)
	if m.Online {
		req = look.NewListLine("globe", look.Primary, o.v.t("act.license_key"), o.v.t("act.license_key.hint"), o.do.request)
	}
	req.Key = "make_request"
	o.next = use
	grid := look.Equal(240, 2, look.Gap8, look.Gap4, use, req)
	if m.Window {
		for _, a := range []struct {
			act  terms.Action
			sym  string
			hint string
		}{{terms.ActCheckin, "fileout", "act.checkin.hint"}, {terms.ActMoreTime, "wait", "act.moretime.hint"}} {
			line := look.NewListLine(a.sym, look.Primary, o.v.Action(a.act), o.v.t(a.hint), func() { o.do.act(a.act, terms.Finding{}) })
			line.Key = string(a.act)
			grid.Add(line)
		}
	}
	return look.Column(look.Gap8, look.Section("", o.v.t("act.title"), ""), look.Card(look.Inset(6, 6, 6, 6, grid)))
}

// brand is the head of the first run: the program's name, and the language for whom it guessed wrong.
func (o *overview) brand() fyne.CanvasObject {
	return look.BrandWith(programName, o.do.language())
}

// firstRun is the only set-up screen: the ways in, and the state below.
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
	online := look.NewChoice(false, "globe", o.v.t("first.online"), o.v.t("first.online.hint"), o.do.online)
	online.Key = "online"
	leaves := look.NewButton(look.LinkButton, o.v.t("first.leaves"), o.do.whatLeave)
	guides := look.NewButton(look.LinkButton, o.v.t("first.help"), o.do.guides)
	choices := look.Column(look.Gap16,
		look.Column(look.Gap4, title, question),
		look.Narrow(560, look.Column(look.Gap12, yes, no, online)),
		look.Column(look.Gap8, promise, look.Either(480, look.Centered(look.Row(look.Gap24, look.Cell{Object: leaves}, look.Cell{Object: guides})),
			look.Column(look.Gap4, look.Centered(leaves), look.Centered(guides)))),
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
