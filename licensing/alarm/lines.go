package alarm

import (
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// line is one date of a product with the steps that lead to it and follow it.
type line struct {
	Alarm           // Step, Date and OS are those of a step
	key   string    // in State.Lines
	at    time.Time // decision time of the vendor
	end   time.Time // what makes it this line and no other
	since time.Time // steps up to here are left out when the line is first seen
	steps []step    // in no order
}

type step struct {
	at   time.Time
	name Step
	os   bool
	rank int
	date time.Time
}

// days before the license end; those from 14 on are notices of the operating system.
var licenseDays = []int{60, 30, 14, 7, 3, 1}

// days before an offline window or a grace ends.
var lastDays = []int{3, 1}

const firstNoticeDays = 14

// deadlines are events after which full use ends without a grace.
var deadlines = []string{terms.EventFirstUseEnds, terms.EventConfirmBy, terms.EventAnswerBy, terms.EventRevoked}

// eachLine calls fn for the dates of a product. A line is good only until fn returns: its steps are in buf.
func eachLine(p *terms.ProductVerdict, buf *[]step, fn func(*line)) {
	if !p.LicenseEnds.IsZero() {
		fn(licenseLine(p, buf))
	}
	// A license that ends first makes the window that would end later no date.
	if !p.OfflineUntil.IsZero() && (p.LicenseEnds.IsZero() || p.OfflineUntil.Before(p.LicenseEnds)) {
		fn(offlineLine(p, buf))
	}
	if !p.UsageDue.IsZero() {
		fn(usageLine(p, buf))
	}
	for _, e := range p.Next {
		if e.Feature == "" && slices.Contains(deadlines, e.Name) {
			l := newLine(p, e.Name, e.At, buf)
			l.since = p.At
			l.before(lastDays, e.At)
			fn(l.kept(buf))
		}
	}
}

func newLine(p *terms.ProductVerdict, event string, end time.Time, buf *[]step) *line {
	l := &line{key: p.Vendor + "/" + p.ID + "/" + event, at: p.At, end: end, steps: (*buf)[:0]}
	l.Alarm = Alarm{Key: l.key, Vendor: p.Vendor, Product: p.ID, Name: p.Name, Finding: p.Finding, Event: event, At: p.At}
	if !p.Told.IsZero() && about(p.State) != event {
		l.Finding.Told = time.Time{} // what was told is about another date
	}
	return l
}

// kept hands the room for steps back.
func (l *line) kept(buf *[]step) *line {
	*buf = l.steps
	return l
}

func licenseLine(p *terms.ProductVerdict, buf *[]step) *line {
	l := newLine(p, terms.EventLicenseEnds, p.LicenseEnds, buf)
	// When the license began is not known here, so that nothing before this moment counts; its end itself does.
	l.since = p.At
	if p.At.After(p.LicenseEnds) {
		l.since = p.LicenseEnds
	}
	for _, n := range licenseDays {
		l.add(p.LicenseEnds.Add(-time.Duration(n)*day), StepDays, n <= firstNoticeDays, rankAhead, p.LicenseEnds)
	}
	l.grace(p, p.LicenseEnds, p.GraceEnds)
	return l.kept(buf)
}

func offlineLine(p *terms.ProductVerdict, buf *[]step) *line {
	l := newLine(p, terms.EventOfflineEnds, p.OfflineUntil, buf)
	l.since = p.LastContact
	if l.since.IsZero() {
		l.since = p.At
	} else {
		l.add(p.OfflineUntil.Add(-p.OfflineUntil.Sub(p.LastContact)/4), StepQuarter, true, rankAhead, p.OfflineUntil)
	}
	l.before(lastDays, p.OfflineUntil)
	l.grace(p, p.OfflineUntil, p.OfflineGrace)
	return l.kept(buf)
}

// usageDays are the days before a usage file is due.
var usageDays = []int{7, 1}

func usageLine(p *terms.ProductVerdict, buf *[]step) *line {
	l := newLine(p, terms.EventUsageDue, p.UsageDue, buf)
	l.since = p.At
	if p.At.After(p.UsageDue) {
		l.since = p.UsageDue
	}
	l.before(usageDays, p.UsageDue)
	l.add(p.UsageDue.Add(1), StepLate, true, rankFix, p.UsageDue)
	return l.kept(buf)
}

func (l *line) add(at time.Time, name Step, os bool, rank int, date time.Time) {
	l.steps = append(l.steps, step{at: at, name: name, os: os, rank: rank, date: date})
}

// before adds the steps some days before an end.
func (l *line) before(days []int, end time.Time) {
	for _, n := range days {
		l.add(end.Add(-time.Duration(n)*day), StepDays, true, rankAhead, end)
	}
}

// grace adds the steps of the time after an end: start, half, the last days and its own end. Without a grace the end is all.
func (l *line) grace(p *terms.ProductVerdict, end, grace time.Time) {
	if p.Cause != "" && p.GraceUntil.After(grace) && !p.GraceStarted.Before(end) && p.GraceStarted.Sub(end) <= time.Second {
		grace = p.GraceUntil
	}
	// An end is the last moment before the change.
	if !grace.After(end) {
		l.add(end.Add(1), StepEnded, true, rankOver, end)
		return
	}
	l.add(end.Add(1), StepStarted, true, rankFix, grace)
	l.add(end.Add(grace.Sub(end)/2), StepHalf, true, rankFix, grace)
	for _, n := range lastDays {
		if at := grace.Add(-time.Duration(n) * day); at.After(end) {
			l.add(at, StepDays, true, rankFix, grace)
		}
	}
	l.add(grace.Add(1), StepEnded, true, rankOver, grace)
}

// begin is the mark of a line that is new, or whose date is another one than was.
func (l *line) begin(was Mark, seen bool) Mark {
	m := Mark{End: l.end, Told: l.since}
	if !seen && !slices.ContainsFunc(l.steps, func(s step) bool { return !s.at.Before(l.at) }) {
		m.Told = l.at // over when it came to be known
	}
	if seen && was.Told.After(m.Told) && !was.Told.After(l.at) {
		m.Told = was.Told
	}
	return m
}

// due is the last step that has come, unless it was told.
func (l *line) due(m Mark) (due, bool) {
	last := step{}
	for _, s := range l.steps {
		if !s.at.After(l.at) && !s.at.Before(last.at) {
			last = s
		}
	}
	if !last.at.After(m.Told) {
		return due{}, false
	}
	d := due{Alarm: l.Alarm, rank: last.rank, mark: Mark{End: l.end, Told: l.at}}
	d.Step, d.OS, d.Date = last.name, last.os, last.date
	return d, true
}

// about is the event that a state is about; "" for none.
func about(s terms.State) string {
	switch s {
	case terms.StateEndingSoon, terms.StateGraceRenewal, terms.StateExpired, terms.StateTrial:
		return terms.EventLicenseEnds
	case terms.StateOfflineEnding, terms.StateGraceOffline, terms.StateLimited:
		return terms.EventOfflineEnds
	case terms.StateUsageDue, terms.StateUsageOverdue:
		return terms.EventUsageDue
	case terms.StateFirstUse:
		return terms.EventFirstUseEnds
	case terms.StateComputerChanged:
		return terms.EventConfirmBy
	case terms.StateOnHold:
		return terms.EventAnswerBy
	case terms.StateRevoked:
		return terms.EventRevoked
	}
	return ""
}
