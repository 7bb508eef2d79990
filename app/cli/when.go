package cli

import (
	"errors"
	"strings"
	"time"

	"holdfast/licensing/terms"
)

// farthest is how many years ahead a date may lie: more is a slip of the pen.
const farthest = 100

// lastMoment reads up to when something lasts: a date is its whole day, a length such as 60d counts from now, and RFC 3339
// names the moment itself.
func (s *session) lastMoment(text string) (time.Time, error) {
	now := s.now()
	t, err := s.moment(text, now, func(day time.Time) time.Time { return terms.EndOfDay(day, s.zone) })
	if err == nil && t.Before(now) {
		err = mistake("date_past", map[string]any{"date": text})
	}
	return t, err
}

// firstMoment reads from when on something is: a date is its first moment, and now when it is today.
func (s *session) firstMoment(text string) (time.Time, error) {
	now := s.now()
	t, err := s.moment(text, now, func(day time.Time) time.Time {
		y, m, d := day.Date()
		start := time.Date(y, m, d, 0, 0, 0, 0, s.zone)
		if s.sameDay(day, now) {
			return now
		}
		return start
	})
	if err == nil && t.Before(now) {
		err = mistake("date_past", map[string]any{"date": text})
	}
	return t, err
}

func (s *session) moment(text string, now time.Time, ofDay func(time.Time) time.Time) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, s.zone)
	switch {
	case err == nil:
		t = ofDay(t.Add(12 * time.Hour)) // noon exists on every day
	default:
		if t, err = time.Parse(time.RFC3339, text); err != nil {
			l, lerr := terms.ParseLength(text)
			if err = lerr; err == nil && !l.Lasts() {
				err = errNoLength
			}
			t = l.After(now, s.zone)
		}
	}
	if err != nil || t.After(now.AddDate(farthest, 0, 0)) {
		return time.Time{}, mistake("date_unreadable", map[string]any{"date": text})
	}
	return t, nil
}

var errNoLength = errors.New("a length of nothing")

// isDate says whether text is written like a date, so that a mistake in it is told as one.
func isDate(text string) bool {
	_, day := time.Parse(time.DateOnly, text)
	_, at := time.Parse(time.RFC3339, text)
	return day == nil || at == nil
}

// length reads how long something lasts, such as 60d, 12h or 45s.
func length(text string) (terms.Length, error) {
	l, err := terms.ParseLength(text)
	if err != nil || !l.Lasts() {
		return l, mistake("length_unreadable", map[string]any{"length": text})
	}
	return l, nil
}

// shift reads how far a clock is off: +400d is ahead, -400d behind.
func shift(text string) (time.Duration, error) {
	rest, behind := strings.CutPrefix(text, "-")
	l, err := length(strings.TrimPrefix(rest, "+"))
	if err != nil {
		return 0, mistake("length_unreadable", map[string]any{"length": text})
	}
	by := l.Span + time.Duration(l.Days)*24*time.Hour
	if behind {
		by = -by
	}
	return by, nil
}

func (s *session) sameDay(a, b time.Time) bool {
	return a.In(s.zone).Format(time.DateOnly) == b.In(s.zone).Format(time.DateOnly)
}

// utc is t as programs get it: whole seconds in UTC.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
