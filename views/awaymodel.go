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

// awayAsk is a vendor that a request goes to, and until when it asks for time: never longer than what comes at once on that day.
type awayAsk struct {
	Root, Name string
	Until      time.Time
	Online     bool // it can be asked over the network
}

// awayModel is everything that the page shows. Ask are the vendors that a request goes to.
type awayModel struct {
	Form  awayForm
	Until time.Time // zero: the date was not understood
	Past  bool      // it has passed already
	Wrong string    // id of what is wrong about what was typed
	Tone  terms.Tone
	Title string
	Text  string
	Rows  []awayRow
	Ask   []awayAsk
	Buyer terms.Finding // what has to be renewed first; without a state when nothing has
}

// until is the last moment away that a form means, or what is wrong about what was typed.
func (v voice) until(f awayForm, at time.Time) (time.Time, string) {
	if f.Quick >= 0 {
		q := quickTimes[f.Quick]
		return terms.EndOfDay(at.In(v.zone).AddDate(0, q.months, q.days), v.zone), ""
	}
	return v.lastOf(f.Text, at)
}

// What is told of a product, the one that needs most first.
const (
	awayEnds = iota
	awayPerson
	awayGranted
	awayCovered
)

func (v voice) awayKind(c licensing.Cover, until time.Time) int {
	switch {
	case c.Covered:
		return awayCovered
	case !c.LicenseEnds.IsZero() && !v.sameDayOrBefore(until, c.LicenseEnds):
		return awayEnds
	case c.Granted, !c.Most.IsZero() && v.sameDayOrBefore(until, c.Most):
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
func (v voice) away(s licensing.Snapshot, form awayForm, until time.Time, wrong string, covers []licensing.Cover) awayModel {
	m := awayModel{Form: form, Tone: terms.ToneOK}
	if wrong != "" || !until.After(s.Verdict.At) {
		m.Past, m.Wrong = wrong == "" || wrong == wrongPast, wrong
		return m
	}
	m.Until = until
	worst := awayCovered
	grace := false // what covers the last days
	ask := map[string]time.Time{}
	for _, c := range covers {
		kind := v.awayKind(c, until)
		worst = min(worst, kind)
		grace = grace || inGrace(c, kind, until) && !v.sameDayOrBefore(until, c.Until)
		if kind == awayGranted || kind == awayPerson {
			wanted := until
			if kind == awayGranted {
				wanted = earlier(wanted, c.Most)
			}
			ask[c.Vendor] = later(ask[c.Vendor], wanted)
		}
		if kind == awayEnds {
			if p, here := product(s, c.Product); here && m.Buyer.State == "" {
				m.Buyer = p.Finding
			}
		}
		m.Rows = append(m.Rows, v.awayRow(s, c, kind, until))
	}
	slices.SortStableFunc(m.Rows, func(a, b awayRow) int { return cmp.Compare(toneRank[a.Tone], toneRank[b.Tone]) })
	for _, x := range s.Vendors {
		if wanted, wants := ask[x.Root]; wants {
			c, _ := contactOf(s, x.Root)
			m.Ask = append(m.Ask, awayAsk{x.Root, x.Name, wanted, reachable(c)})
		}
	}
	w := awayWords[worst]
	m.Tone = w.tone
	m.Title, m.Text = v.t(w.id+".title", "date", v.long(until)), v.t(w.id+".text")
	if (worst == awayGranted || worst == awayPerson) && slices.ContainsFunc(m.Ask, func(x awayAsk) bool { return x.Online }) {
		m.Text = v.t(w.id + ".online")
	}
	if worst == awayCovered && grace {
		m.Text = v.t("away.covered.grace")
	}
	return m
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// inGrace says that a time away is covered, in its last days by grace.
func inGrace(c licensing.Cover, kind int, until time.Time) bool {
	return kind == awayCovered && !c.Until.IsZero() && until.After(c.Until) && c.Grace.After(c.Until)
}

func (v voice) awayRow(s licensing.Snapshot, c licensing.Cover, kind int, until time.Time) awayRow {
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
	if inGrace(c, kind, until) && !v.sameDayOrBefore(until, c.Until) {
		r.Note = v.t("away.covered.note", "date", v.long(c.Until), "grace", v.long(c.Grace))
	}
	if kind != awayCovered && kind != awayEnds && c.Grace.After(c.Until) {
		r.Note += " " + v.t("away.grace", "date", v.long(c.Grace))
	}
	return r
}
