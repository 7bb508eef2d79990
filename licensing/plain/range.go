package plain

import "time"

// farMonths is from how many months ahead on a date needs its year.
const farMonths = 11

// DayMonth returns a date near to another one without its year: "1 Dec". The year stands when the date lies 11 months or more
// ahead, or before at in another year. The zero time gives "".
func (s *Speaker) DayMonth(t, at time.Time, zone *time.Location) string {
	here, seen := t.In(local(zone)), at.In(local(zone))
	if here.Before(seen.AddDate(0, farMonths, 0)) && (!here.Before(seen) || here.Year() == seen.Year()) {
		return s.date("date.day_month", t, zone)
	}
	return s.date("date.day_month_year", t, zone)
}

// Range returns a stretch of time up to its last moment: "1 Jan – 14 Jan", "from 15 Jan" when to is zero. Times of day stand
// where it does not begin and end with a day, or is shorter than two days; seconds where it is shorter than five minutes.
func (s *Speaker) Range(from, to, at time.Time, zone *time.Location) string {
	zone = local(zone)
	a, b := from.In(zone), to.In(zone)
	length := b.Sub(a)
	short := !to.IsZero() && length < 48*time.Hour
	clock := s.Time
	if short && length < 5*time.Minute {
		clock = s.Seconds
	}
	withStart, withEnd := a.Hour() >= 1 && from.After(at), b.Hour() < 23
	if short {
		withStart, withEnd = a.Hour()+a.Minute() > 0, b.Hour() < 23 || b.Minute() < 59
	}
	years := !to.IsZero() && a.Year() != b.Year() // across New Year both say theirs
	edge := func(t time.Time, withTime bool) string {
		day := s.DayMonth(t, at, zone)
		if years {
			day = s.date("date.day_month_year", t, zone)
		}
		if !withTime {
			return day
		}
		return s.Text("date.with_time", map[string]any{"date": day, "time": clock(t, zone)})
	}
	sameDay := !to.IsZero() && a.Format(time.DateOnly) == b.Format(time.DateOnly)
	switch {
	case to.IsZero():
		return s.Text("plan.when.from", map[string]any{"from": edge(from, withStart)})
	case sameDay && !withStart && !withEnd:
		return s.DayMonth(from, at, zone)
	case sameDay:
		return s.Text("plan.when.times", map[string]any{"day": s.DayMonth(from, at, zone), "from": clock(from, zone), "to": clock(to, zone)})
	}
	return s.Text("plan.when.range", map[string]any{"from": edge(from, withStart), "to": edge(to, withEnd)})
}

// Seconds returns the time of day with its seconds in zone: "10:14:05". The zero time gives "".
func (s *Speaker) Seconds(t time.Time, zone *time.Location) string {
	return s.date("date.seconds", t, zone)
}
