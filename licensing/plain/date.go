package plain

import (
	"fmt"
	"strconv"
	"time"

	"holdfast/licensing/terms"
)

// Date returns t as a long date in zone: "2 December 2026". The zero time gives "".
func (s *Speaker) Date(t time.Time, zone *time.Location) string { return s.date("date.long", t, zone) }

// ShortDate returns t as a short date in zone: "2 Dec 2026". The zero time gives "".
func (s *Speaker) ShortDate(t time.Time, zone *time.Location) string {
	return s.date("date.short", t, zone)
}

// FullDate returns t as a date with its weekday in zone: "Wednesday, 2 December 2026". The zero time gives "".
func (s *Speaker) FullDate(t time.Time, zone *time.Location) string {
	return s.date("date.full", t, zone)
}

// Time returns the time of day in zone: "10:14". The zero time gives "".
func (s *Speaker) Time(t time.Time, zone *time.Location) string { return s.date("date.time", t, zone) }

// DateTime returns date and time in zone: "2 December 2026, 10:14". The zero time gives "".
func (s *Speaker) DateTime(t time.Time, zone *time.Location) string {
	return s.withTime(s.Date(t, zone), t, zone)
}

// Until returns the end of something in zone as seen at a time: a date, and its time of day when that is less than
// 48 hours away or when the end is before 23:00 on that date, so that nobody counts on an evening that is not theirs
// (design: Time, rule 5). What has passed is a date alone.
func (s *Speaker) Until(end, at time.Time, zone *time.Location) string {
	return s.until(s.Date(end, zone), end, at, zone)
}

// ShortUntil is Until with a short date.
func (s *Speaker) ShortUntil(end, at time.Time, zone *time.Location) string {
	return s.until(s.ShortDate(end, zone), end, at, zone)
}

// From returns the beginning of something in zone as seen at a time: a date, and its time of day unless it begins with that day.
// What has begun is a date alone.
func (s *Speaker) From(t, at time.Time, zone *time.Location) string {
	return s.from(s.Date(t, zone), t, at, zone)
}

// ShortFrom is From with a short date.
func (s *Speaker) ShortFrom(t, at time.Time, zone *time.Location) string {
	return s.from(s.ShortDate(t, zone), t, at, zone)
}

func (s *Speaker) from(date string, t, at time.Time, zone *time.Location) string {
	if t.IsZero() || t.Before(at) || beginsDay(t, zone) {
		return date
	}
	return s.withTime(date, t, zone)
}

// beginsDay says whether a day begins at t in zone.
func beginsDay(t time.Time, zone *time.Location) bool {
	t = t.In(local(zone))
	return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0
}

// secondsBelow is how near an end is that needs its seconds.
const secondsBelow = 2 * time.Minute

func (s *Speaker) until(date string, end, at time.Time, zone *time.Location) string {
	switch {
	case end.IsZero() || end.Before(at):
		return date
	case end.Sub(at) < secondsBelow: // windows of seconds, which a person may watch
		return s.Text("date.with_time", map[string]any{"date": date, "time": s.Seconds(end, zone)})
	}
	if end.Sub(at) < 48*time.Hour || end.In(local(zone)).Hour() < 23 {
		return s.withTime(date, end, zone)
	}
	return date
}

func (s *Speaker) withTime(date string, t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return s.Text("date.with_time", map[string]any{"date": date, "time": s.Time(t, zone)})
}

func (s *Speaker) date(id string, t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(local(zone))
	month := strconv.Itoa(int(t.Month()))
	return s.say(id, func(string) any { return nil }, func(slot string) filled {
		switch slot {
		case "day":
			return filled{text: strconv.Itoa(t.Day())}
		case "day2":
			return filled{text: t.Format("02")}
		case "month":
			return filled{text: s.Text("date.month."+month, nil)}
		case "month_short":
			return filled{text: s.Text("date.month_short."+month, nil)}
		case "month_number":
			return filled{text: month}
		case "month2":
			return filled{text: t.Format("01")}
		case "year":
			return filled{text: strconv.Itoa(t.Year())}
		case "weekday":
			return filled{text: s.Text("date.weekday."+strconv.Itoa(int(t.Weekday())), nil)}
		case "hour":
			return filled{text: t.Format("15")}
		case "hour12":
			return filled{text: t.Format("3")}
		case "minute":
			return filled{text: t.Format("04")}
		case "second":
			return filled{text: t.Format("05")}
		}
		return filled{text: fmt.Sprintf("{%s}", slot)}
	})
}

// local is zone, or UTC when the caller has none.
func local(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// Days returns a number of days in words: "29 days", "1 day".
func (s *Speaker) Days(n int) string { return s.Text("length.days", map[string]any{"n": n}) }

// DaysUntil counts calendar days in zone from at to end: 0 today, 1 tomorrow. It is never negative.
func DaysUntil(end, at time.Time, zone *time.Location) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(local(zone)).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return max(0, int(midnight(end).Sub(midnight(at))/(24*time.Hour)))
}

// Length returns a span in words: "30 days", "12 hours". The zero length gives "".
func (s *Speaker) Length(l terms.Length) string {
	switch {
	case l.Days > 0:
		return s.Days(l.Days)
	case l.Span <= 0:
		return ""
	case l.Span%time.Hour == 0:
		return s.Text("length.hours", map[string]any{"n": int(l.Span / time.Hour)})
	case l.Span%time.Minute == 0:
		return s.Text("length.minutes", map[string]any{"n": int(l.Span / time.Minute)})
	}
	return s.Text("length.seconds", map[string]any{"n": int(l.Span / time.Second)})
}
