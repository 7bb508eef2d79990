// Package calendar writes dates as an iCalendar file (RFC 5545) that every calendar program reads. It knows nothing of licenses:
// the caller gives dates with their texts, and what is now. The same dates give the same bytes.
package calendar

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"
)

// Date is one entry.
type Date struct {
	// ID is stable: when the date of something moves, a calendar that has the entry of this ID moves it.
	ID      string
	At      time.Time // the last moment of something, or its first
	Title   string
	Details string // several lines are possible
	// Alarm is how long before the date a calendar reminds; 0: not at all.
	Alarm time.Duration
}

// Options are what all entries share.
type Options struct {
	Now  time.Time      // when the file is written
	Zone *time.Location // decides which day a date falls on; nil is UTC
	Name string         // of the calendar, such as "Acme licenses"; "" for none
}

// morning is when a calendar reminds of a whole day.
const morning = 9 * time.Hour

// ICS returns the dates as one calendar, soonest first. What ends with a day, or begins with one, is an entry for that whole
// day; everything else has its time. Of two dates with one ID the sooner counts.
func ICS(dates []Date, o Options) []byte {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	sorted := slices.Clone(dates)
	slices.SortStableFunc(sorted, func(a, b Date) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	var w writer
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//Holdfast//Holdfast//EN")
	w.line("CALSCALE", "GREGORIAN")
	w.line("METHOD", "PUBLISH")
	if o.Name != "" {
		w.text("NAME", o.Name)
		w.text("X-WR-CALNAME", o.Name)
	}
	seen := map[string]bool{}
	for i := range sorted {
		if d := &sorted[i]; !seen[d.ID] {
			seen[d.ID] = true
			w.entry(d, &o)
		}
	}
	w.line("END", "VCALENDAR")
	return w.b
}

func (w *writer) entry(d *Date, o *Options) {
	local := d.At.In(o.Zone)
	w.line("BEGIN", "VEVENT")
	w.line("UID", uid(d.ID))
	w.line("DTSTAMP", stamp(o.Now))
	before := d.Alarm
	if wholeDay(local) {
		y, m, day := local.Date()
		w.line("DTSTART;VALUE=DATE", local.Format("20060102"))
		w.line("DTEND;VALUE=DATE", time.Date(y, m, day+1, 12, 0, 0, 0, time.UTC).Format("20060102"))
		before -= morning // a day begins at midnight
	} else {
		w.line("DTSTART", stamp(d.At))
	}
	w.text("SUMMARY", d.Title)
	if d.Details != "" {
		w.text("DESCRIPTION", d.Details)
	}
	w.line("TRANSP", "TRANSPARENT") // nobody is busy for it
	if d.Alarm > 0 {
		w.line("BEGIN", "VALARM")
		w.line("ACTION", "DISPLAY")
		w.text("DESCRIPTION", d.Title)
		w.line("TRIGGER", trigger(before))
		w.line("END", "VALARM")
	}
	w.line("END", "VEVENT")
}

// wholeDay says that a moment belongs to its day as a whole: it is the first of it, or so late that the day can be used.
func wholeDay(t time.Time) bool {
	h, m, s := t.Clock()
	return h == 23 || h == 0 && m == 0 && s == 0
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// uid is a name that no other calendar has.
func uid(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16]) + "@holdfast"
}
