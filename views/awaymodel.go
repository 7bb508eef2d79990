package views

import (
	"cmp"
	"slices"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// awayForm is how long a person is away, as they said it.
type awayForm struct {
	Quick int // which of quickTimes; -1: typed
	Text  string
}

// quickTimes are the lengths that can be chosen with one click.
var quickTimes = []struct {
	id           string
	months, days int
}{{"away.two_weeks", 0, 14}, {"away.month", 1, 0}, {"away.two_months", 2, 0}}

// usualTime is the one that is chosen first.
const usualTime = 1

// awayRow is one product: whether it goes on, and what can be had.
type awayRow struct {
	Key, Name, Vendor string
	Tone              terms.Tone
	Symbol, Word      string
	DateLabel, Date   string
	Note              string
}

// awayModel is everything that the page shows. Ask are the vendors that a request goes to.
type awayModel struct {
	Form  awayForm
	Until time.Time // zero: the date was not understood
	Past  bool      // it has passed already
	Tone  terms.Tone
	Title string
	Text  string
	Rows  []awayRow
	Ask   []vendorOption
	Buyer terms.Finding // what has to be renewed first; without a state when nothing has
}

// until is the last moment away that a form means.
func (v voice) until(f awayForm, at time.Time) (time.Time, bool) {
	if f.Quick >= 0 {
		q := quickTimes[f.Quick]
		return terms.EndOfDay(at.In(v.zone).AddDate(0, q.months, q.days), v.zone), true
	}
	return v.parseDay(f.Text)
}

// What is told of a product, the one that needs most first.
const (
	awayEnds = iota
	awayPerson
	awayGranted
	awayCovered
)

func awayKind(c licensing.Cover) int {
	switch {
	case c.Covered:
		return awayCovered
	case !c.LicenseEnds.IsZero():
		return awayEnds
	case c.Granted:
		return awayGranted
	}
	return awayPerson
}

var awayWords = []struct {
	id     string
	tone   terms.Tone
	symbol string
}{
	awayEnds:    {"away.ends", terms.ToneWarn, ""},
	awayPerson:  {"away.person", terms.ToneNotice, "wait"},
	awayGranted: {"away.granted", terms.ToneNotice, "fileout"},
	awayCovered: {"away.covered", terms.ToneOK, ""},
}

// away turns what the engine says about a time away into words.
func (v voice) away(s licensing.Snapshot, form awayForm, until time.Time, ok bool, covers []licensing.Cover) awayModel {
	m := awayModel{Form: form, Tone: terms.ToneOK}
	if !ok || !until.After(s.Verdict.At) {
		m.Past = ok
		return m
	}
	m.Until = until
	worst := awayCovered
	ask := map[string]bool{}
	for _, c := range covers {
		kind := awayKind(c)
		worst = min(worst, kind)
		if kind == awayGranted || kind == awayPerson {
			ask[c.Vendor] = true
		}
		if kind == awayEnds {
			if p, here := product(s, c.Product); here && m.Buyer.State == "" {
				m.Buyer = p.Finding
			}
		}
		m.Rows = append(m.Rows, v.awayRow(s, c, kind))
	}
	slices.SortStableFunc(m.Rows, func(a, b awayRow) int { return cmp.Compare(toneRank[a.Tone], toneRank[b.Tone]) })
	for _, x := range s.Vendors {
		if ask[x.Root] {
			m.Ask = append(m.Ask, vendorOption{Root: x.Root, ID: x.ID, Name: x.Name})
		}
	}
	w := awayWords[worst]
	m.Tone = w.tone
	m.Title, m.Text = v.t(w.id+".title", "date", v.long(until)), v.t(w.id+".text")
	return m
}

func (v voice) awayRow(s licensing.Snapshot, c licensing.Cover, kind int) awayRow {
	w := awayWords[kind]
	r := awayRow{
		Key: c.Vendor + "/" + c.Product, Name: v.name(c.Name, c.Product), Vendor: vendorName(s, c.Vendor),
		Tone: w.tone, Symbol: w.symbol, Word: v.t(w.id),
		DateLabel: v.t("row.offline_until"), Date: v.short(c.Until),
	}
	switch {
	case kind == awayEnds:
		r.DateLabel, r.Date = v.t("row.license_ends"), v.short(c.LicenseEnds)
		r.Note = v.t("away.ends.note")
	case c.Until.IsZero():
		r.DateLabel, r.Date = v.t("row.license"), v.t("row.no_end")
	}
	switch kind {
	case awayGranted:
		r.Note = v.t("away.granted.note", "vendor", r.Vendor)
	case awayPerson:
		r.Note = v.t("away.person.none", "vendor", r.Vendor)
		if !c.Most.IsZero() {
			r.Note = v.t("away.person.note", "vendor", r.Vendor, "date", v.long(c.Most))
		}
	}
	if kind != awayCovered && c.Grace.After(c.Until) {
		r.Note += " " + v.t("away.grace", "date", v.long(c.Grace))
	}
	return r
}
