package views

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// clockModel is everything that the page about the clock shows.
type clockModel struct {
	Banner  banner
	Finding terms.Finding
	Now     [][2]string  // what the computer shows, and what is decided with
	Sure    []sureVendor // what each vendor's files prove
	Rules   []string     // how it is decided
	Checkin bool         // a time check file can help
}

// sureVendor is what is known of the time from one vendor.
type sureVendor struct {
	Name  string
	Facts [][2]string
}

// clockPlace says what the computer shows, what is sure since when by which file, and what Holdfast decides with.
func (w *Window) clockPlace() place {
	return place{section: secHelp, name: "clock", build: w.clockScreen}
}

// clockFinding is the finding about the clock, if there is one.
func clockFinding(s licensing.Snapshot) (terms.Finding, bool) {
	for _, f := range append([]terms.Finding{s.Verdict.Main}, s.Verdict.Others...) {
		if f.State == s.Clock.State && f.State != "" {
			return f, true
		}
	}
	return terms.Finding{}, false
}

func (v voice) clock(s licensing.Snapshot, files []licensing.FileView) clockModel {
	c := s.Clock
	m := clockModel{Checkin: len(s.Facts.Licenses) > 0, Now: [][2]string{
		{v.t("clock.wall"), v.DateTime(c.Wall, v.zone)},
		{v.t("clock.decision"), v.DateTime(c.Decision, v.zone)},
	}}
	if f, ok := clockFinding(s); ok {
		m.Banner, m.Finding = v.banner(s, f), f
		m.Banner.Eyebrow = ""
	} else {
		id := "clock.ok"
		if s.LastContact.IsZero() {
			id = "clock.unproven"
		}
		m.Banner = banner{Tone: terms.ToneOK, Answers: plain.Answers{
			Headline: v.t(id), Happened: v.t(id + ".happened"), Works: v.t("clock.ok.works"), Do: v.t("clock.ok.do"), By: v.t("clock.ok.by"),
		}}
	}
	if !c.Line.Line.IsZero() {
		m.Now = append(m.Now,
			[2]string{v.t("clock.jump"), v.t("clock.jump.text", "from", v.DateTime(c.Line.From, v.zone), "to", v.DateTime(c.Line.To, v.zone))},
			[2]string{v.t("clock.left"), v.t("clock.left.text", "hours", hoursUp(c.Line.Left))})
	}
	for _, x := range c.Vendors {
		facts := [][2]string{{v.t("clock.signed"), v.moment(x.Signed)}, {v.t("clock.file"), signedBy(files, x)}}
		if x.Sure.After(x.Signed) {
			facts = append(facts, [2]string{v.t("clock.sure"), v.moment(x.Sure)})
		}
		if x.Behind > 0 {
			facts = append(facts, [2]string{v.t("clock.behind"), v.behind(x.Behind)})
		}
		if !x.Contact.IsZero() {
			facts = append(facts, [2]string{v.t("clock.contact"), v.moment(x.Contact)})
		}
		m.Sure = append(m.Sure, sureVendor{x.Name, facts})
	}
	for i := 1; v.Has("ui.clock.rule." + strconv.Itoa(i)); i++ {
		m.Rules = append(m.Rules, v.t("clock.rule."+strconv.Itoa(i)))
	}
	return m
}

// signedBy is the name of the file that proves the latest signed time of a vendor; "" when it is not known.
func signedBy(files []licensing.FileView, c licensing.VendorClock) string {
	i := slices.IndexFunc(files, func(f licensing.FileView) bool { return f.Root == c.Root && f.Issued.Equal(c.Signed) })
	if i < 0 {
		return ""
	}
	return filepath.Base(files[i].Name)
}

func hoursUp(d time.Duration) int { return int((d + time.Hour - 1) / time.Hour) }

// behind says how far a clock is behind, in days from two on.
func (v voice) behind(d time.Duration) string {
	if d >= 48*time.Hour {
		return v.Days(int(d / (24 * time.Hour)))
	}
	return v.Length(terms.Length{Span: time.Duration(max(1, int(d/time.Minute))) * time.Minute})
}

func (w *Window) clockScreen() *screen {
	p := &clockPage{v: w.v, page: look.NewPage(nil), act: w.act, again: w.checkAgain, copy: w.copy}
	s := w.sub(w.v.t("clock.title"), p.page, nil, nil)
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable {
		if p.main != nil {
			return p.main
		}
		return nil
	}
	fetched(w, s, func() ([]licensing.FileView, error) { return w.engine.Files(context.Background()) },
		func(files []licensing.FileView, _ bool, _ error) clockModel { return w.v.clock(w.snap, files) }, p.Set)
	return s
}

// clockPage shows what is known of the time.
type clockPage struct {
	v     voice
	page  *look.Page
	main  *look.Button
	act   func(a terms.Action, f terms.Finding)
	again func()
	copy  func(string)
}

// Set shows m.
func (p *clockPage) Set(m clockModel) {
	view, main := p.v.bannerView(m.Banner, m.Finding, true, p.act)
	p.main = main
	row := look.Wrapped(look.Gap12)
	if m.Finding.Action != terms.ActCheckAgain {
		again := look.NewButton(look.SecondaryButton, p.v.Action(terms.ActCheckAgain), p.again)
		again.Key = "check_again"
		row.Add(again)
	}
	if m.Checkin && m.Finding.Also != terms.ActCheckin && m.Finding.Action != terms.ActCheckin {
		b := look.NewButton(look.SecondaryButton, p.v.t("clock.checkin"), func() { p.act(terms.ActCheckin, m.Finding) })
		b.Key = "checkin"
		row.Add(b)
	}
	if p.main == nil && len(row.Objects) > 0 {
		p.main = row.Objects[0].(*look.Button)
	}
	parts := []fyne.CanvasObject{view, look.PaddedCard(look.Facts(m.Now...))}
	for _, x := range m.Sure {
		parts = append(parts, look.PaddedCard(look.Column(look.Gap12, look.NewPara(p.v.t("clock.by", "vendor", x.Name), look.Heading), look.Facts(x.Facts...))))
	}
	if len(row.Objects) > 0 {
		parts = append(parts, row)
	}
	parts = append(parts, look.PaddedCard(look.Expander("rules", p.v.t("clock.rules"), false, look.Bullets(m.Rules))))
	command := commandLine("clock")
	p.page.Set(sheet(append(parts, look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.copy(command) }))...))
}
