package views

import (
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// moreTime asks how long a person is away, and says what that means for each product.
func (w *Window) moreTime() {
	if !w.ready() {
		return
	}
	form := &awayForm{Quick: usualTime}
	w.visit(place{section: secOverview, name: "away", build: func() *screen { return w.awayScreen(form) }})
}

// awayScreen keeps what was said in form, which outlives the screen.
func (w *Window) awayScreen(form *awayForm) *screen {
	p := &awayPage{v: w.v, page: look.NewPage(nil), do: awayActions{
		done: w.back, copy: w.copy, tell: func(f terms.Finding) { w.tellAbout("buyer", f) },
		ask: func(root string, until time.Time, last bool) {
			w.makeFor(licensing.RequestOptions{Kind: exchange.RequestMoreTime, Vendor: root, Until: until}, !last)
		},
		now: func(root string, until time.Time, last bool) {
			w.sendNew(licensing.RequestOptions{Kind: exchange.RequestMoreTime, Vendor: root, Until: until}, !last, w.notAskedFor)
		},
	}}
	s := w.sub(w.v.t("away.title"), p.page, nil, nil)
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable {
		if p.main != nil {
			return p.main
		}
		return nil
	}
	var covers []licensing.Cover
	renew := live(w, func() awayModel {
		until, wrong := w.v.until(*form, w.snap.Verdict.At)
		return w.v.away(w.snap, *form, until, wrong, covers)
	}, p.Set)
	asked := 0
	fetch := func() {
		until, wrong := w.v.until(*form, w.snap.Verdict.At)
		if asked++; wrong != "" {
			renew()
			return
		}
		mine := asked
		w.work.quietly(func() func() {
			got := w.engine.Away(terms.Query{}, until)
			return func() {
				if mine == asked { // the newest question
					covers = got
					renew()
				}
			}
		})
	}
	p.do.changed = func(f awayForm) {
		*form = f
		fetch()
	}
	seen := w.snap.Revision
	s.renew = func() {
		renew()
		if seen != w.snap.Revision {
			seen = w.snap.Revision
			fetch()
		}
	}
	fetch()
	return s
}

type awayActions struct {
	changed func(f awayForm)
	ask     func(root string, until time.Time, last bool) // last: nobody else has to be asked
	now     func(root string, until time.Time, last bool) // the same over the network
	tell    func(f terms.Finding)
	done    func()
	copy    func(string)
}

// awayPage asks until when, and answers at once.
type awayPage struct {
	v    voice
	page *look.Page
	do   awayActions
	main *look.Button
	// date stays while answers change below it: a person is typing there.
	date   *look.Entry
	quick  *look.Segments
	answer *fyne.Container
	form   awayForm
}

// Set shows m.
func (p *awayPage) Set(m awayModel) {
	if p.date == nil {
		p.build(m)
	}
	p.form = m.Form
	p.quick.SetOn(m.Form.Quick)
	if m.Form.Quick >= 0 && !m.Until.IsZero() {
		if words := p.v.short(m.Until); p.date.Text != words {
			p.write(words)
		}
	}
	command := commandLine("moretime", "--until", untilArg(m), "--out", "FILE.hfreq")
	p.answer.Objects = append(p.answers(m), look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.do.copy(command) }))
	p.page.SetBar(p.buttons(m))
	p.page.Refresh()
}

// untilArg is the day as the command line takes it.
func untilArg(m awayModel) string {
	if m.Until.IsZero() {
		return "DATE"
	}
	return m.Until.Format(time.DateOnly)
}

// write puts words into the field without taking them for typed ones.
func (p *awayPage) write(words string) {
	typed := p.date.OnChanged
	p.date.OnChanged = nil
	p.date.SetText(words)
	p.date.OnChanged = typed
}

func (p *awayPage) build(m awayModel) {
	p.form = m.Form
	p.date = look.NewEntry("date", "")
	p.date.SetText(m.Form.Text)
	p.date.OnChanged = func(s string) { p.do.changed(awayForm{Quick: -1, Text: s}) }
	var labels []string
	for _, q := range quickTimes {
		labels = append(labels, p.v.t(q.id))
	}
	p.quick = look.NewSegments("away", labels, m.Form.Quick, func(i int) { p.do.changed(awayForm{Quick: i}) })
	p.answer = look.Column(look.Gap16)
	ask := look.PaddedCard(look.Column(look.Gap12, look.NewPara(p.v.t("away.until"), look.Heading),
		look.Wrapped(0, p.quick), look.NewField(p.v.t("away.date"), p.v.t("away.date_help"), p.date)))
	p.page.Set(sheet(look.NewPara(p.v.t("away.lead"), look.Body), ask, p.answer))
}

func (p *awayPage) answers(m awayModel) []fyne.CanvasObject {
	say := func(tone terms.Tone, title, text string) fyne.CanvasObject {
		t := look.ToneOf(tone)
		return look.Row(look.Gap12, look.Cell{Object: look.NewIcon(t.Icon, t.Ink, look.IconChoice), Align: look.Top},
			look.Cell{Object: look.Column(0, look.NewPara(title, look.Heading), look.NewPara(text, look.Body)), Width: look.Stretch})
	}
	switch {
	case m.Past:
		return []fyne.CanvasObject{say(terms.ToneNotice, p.v.t("away.past"), p.v.t("away.past.text"))}
	case m.Wrong == wrongEither || m.Wrong == wrongFar:
		return []fyne.CanvasObject{say(terms.ToneNotice, p.v.t("away.unread"), p.v.t(m.Wrong))}
	case m.Until.IsZero():
		return []fyne.CanvasObject{say(terms.ToneNotice, p.v.t("away.unread"), p.v.t("away.date_help"))}
	case len(m.Rows) == 0:
		return nil
	}
	var rows []look.RowModel
	for _, r := range m.Rows {
		rows = append(rows, look.RowModel{
			Lead: look.NewInitial(r.Vendor), Name: r.Name, Sub: r.Vendor, Chip: look.NewChip(r.Tone, r.Symbol, r.Word),
			DateLabel: r.DateLabel, Date: r.Date, Note: r.Note, NoteTone: r.Tone,
		})
	}
	return []fyne.CanvasObject{say(m.Tone, m.Title, m.Text), look.NewColumns().Card(rows)}
}

// buttons are one for each vendor that has to be asked, else the way back.
func (p *awayPage) buttons(m awayModel) fyne.CanvasObject {
	row := look.Wrapped(look.Gap12)
	p.main = nil
	add := func(kind look.Kind, key, label string, tapped func()) {
		b := look.NewButton(kind, label, tapped)
		b.Key = key
		row.Add(b)
		if p.main == nil {
			p.main = b
		}
	}
	kind := look.PrimaryButton
	last := len(m.Ask) == 1
	for _, x := range m.Ask {
		now, file := p.v.t("errand.ask"), p.v.t("away.ask")
		if !last {
			now, file = p.v.t("errand.ask_vendor", "vendor", x.Name), p.v.t("away.ask_vendor", "vendor", x.Name)
		}
		if x.Online {
			add(kind, "now "+x.Root, now, func() { p.do.now(x.Root, x.Until, last) })
			kind = look.SecondaryButton
		}
		add(kind, "ask "+x.Root, file, func() { p.do.ask(x.Root, x.Until, last) })
		kind = look.SecondaryButton
	}
	if m.Buyer.State != "" {
		add(kind, "tell", p.v.Action(terms.ActTellBuyer), func() { p.do.tell(m.Buyer) })
		kind = look.SecondaryButton
	}
	done := "done"
	if len(m.Ask) > 0 || m.Buyer.State != "" {
		done = "not_now"
	}
	add(kind, "done", p.v.t(done), p.do.done)
	return row
}
