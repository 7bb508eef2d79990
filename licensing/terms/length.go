package terms

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Length is a span as policies write it: whole days ("30d"), or hours, minutes and seconds ("12h", "45s").
// The zero value means "not stated", so a default may take its place; None is a stated "0", which no default
// replaces. At most one of the three is set.
type Length struct {
	Days int
	Span time.Duration
	None bool
}

var units = map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second}

var lengthForm = regexp.MustCompile(`^([0-9]{1,6})(d|h|m|s)$`)

// maxDays is a hundred years: longer is a slip of the pen, and dates stay far from the end of time.
const maxDays = 36525

// ParseLength reads "30d", "12h", "15m" or "45s"; "0" (and "0d") is a stated none, "" the zero Length.
// Nothing is longer than 36525d.
func ParseLength(s string) (Length, error) {
	switch s {
	case "":
		return Length{}, nil
	case "0":
		return Length{None: true}, nil
	}
	m := lengthForm.FindStringSubmatch(s)
	if m == nil {
		return Length{}, fmt.Errorf("a length is written like 30d, 12h or 45s, not %q", s)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return Length{}, err
	}
	if n == 0 {
		return Length{None: true}, nil
	}
	unit := units[m[2]]
	if time.Duration(n) > maxDays*24*time.Hour/unit { // compared so that nothing can overflow
		return Length{}, fmt.Errorf("a length is at most %dd, not %q", maxDays, s)
	}
	if m[2] != "d" {
		return Length{Span: time.Duration(n) * unit}, nil
	}
	return Length{Days: n}, nil
}

// Days returns a Length of n days.
func Days(n int) Length { return Length{Days: n} }

// IsZero says whether nothing is stated. A stated "0" is not zero: it travels in documents.
func (l Length) IsZero() bool { return l == Length{} }

// Lasts says whether the length is longer than nothing.
func (l Length) Lasts() bool { return l.Days > 0 || l.Span > 0 }

// Or returns l when it is stated, else other.
func (l Length) Or(other Length) Length {
	if l.IsZero() {
		return other
	}
	return l
}

// String writes the form that ParseLength reads: "" when nothing is stated, "0" for a stated none.
func (l Length) String() string {
	switch {
	case l.IsZero():
		return ""
	case l.Days > 0:
		return strconv.Itoa(l.Days) + "d"
	case l.Span == 0:
		return "0"
	case l.Span%time.Hour == 0:
		return strconv.Itoa(int(l.Span/time.Hour)) + "h"
	case l.Span%time.Minute == 0:
		return strconv.Itoa(int(l.Span/time.Minute)) + "m"
	}
	return strconv.Itoa(int(l.Span/time.Second)) + "s"
}

// MarshalText and UnmarshalText let JSON and YAML carry the written form.
func (l Length) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the form of ParseLength.
func (l *Length) UnmarshalText(b []byte) error {
	v, err := ParseLength(string(b))
	*l = v
	return err
}

// After returns the moment at which the length that began at start ends. Lengths in days end with the
// last second of that day in zone; shorter ones end to the second (design: Time, rule 5).
func (l Length) After(start time.Time, zone *time.Location) time.Time {
	if l.Days > 0 {
		y, m, d := start.In(zone).Date()
		// Noon exists on every day; midnight does not where clocks go forward then.
		return writable(EndOfDay(time.Date(y, m, d+l.Days, 12, 0, 0, 0, zone), zone), start)
	}
	return writable(start.Add(l.Span).UTC(), start)
}

// endOfTime is the last moment that RFC 3339 can write. Vendors give it to licenses that shall never end.
var endOfTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// writable is the end, or the last moment that can be written if that is sooner.
func writable(end, start time.Time) time.Time {
	if end.After(endOfTime) {
		return later(endOfTime, start.UTC())
	}
	return end
}

// Before returns the moment that lies the length before end: the same clock time on an earlier day for days.
func (l Length) Before(end time.Time, zone *time.Location) time.Time {
	if l.Days > 0 {
		return end.In(zone).AddDate(0, 0, -l.Days).UTC()
	}
	return end.Add(-l.Span).UTC()
}

// EndOfDay returns the last second of t's day in zone, in UTC. Where clocks go back at midnight (Cairo, Beirut)
// 23:59:59 comes twice; the later one ends the day.
func EndOfDay(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	end := time.Date(y, m, d, 23, 59, 59, 0, zone)
	if again := end.Add(time.Hour); again.Day() == end.Day() {
		end = again
	}
	return end.UTC()
}
