package views

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"holdfast/licensing/terms"
)

// What a person may get wrong in a field, as ids of what is said beside it; "" is right.
const (
	wrongDate    = "plan.wrong.date"
	wrongEither  = "plan.wrong.either" // day or month first?
	wrongPast    = "plan.wrong.past"
	wrongFar     = "plan.wrong.far"
	wrongLength  = "plan.wrong.length"
	wrongClock   = "plan.wrong.clock"
	wrongVersion = "plan.wrong.version"
)

// mostPlanYears is how far ahead a plan may look.
const mostPlanYears = 20

var (
	isoDate    = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	dottedDate = regexp.MustCompile(`^(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})?$`)
	slashDate  = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})/(\d{4})$`)
	dayMonth   = regexp.MustCompile(`^(\d{1,2})(?:\.|st|nd|rd|th)?\s+(\p{L}+)[.,]?(?:\s+(\d{4}))?$`)
	monthDay   = regexp.MustCompile(`^(\p{L}+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?$`)
	lengthText = regexp.MustCompile(`^(\d{1,6})\s*(\p{L}*)$`)
)

// readDate understands a date as people write it: 2026-12-01, 1 Dec 2026, 1 December, December 1, 2026, 1.12.2026 and
// 1. Dezember. One without a year is the next such day. Whether 1/12/2026 is in January or in December nobody knows, so
// that is asked back. The time is the start of the day, or now for today.
func (v voice) readDate(text string, now time.Time) (time.Time, string) {
	text = strings.Join(strings.Fields(text), " ")
	var year, month, day int
	if m := isoDate.FindStringSubmatch(text); m != nil {
		year, month, day = number(m[1]), number(m[2]), number(m[3])
	} else if m := dottedDate.FindStringSubmatch(text); m != nil {
		day, month, year = number(m[1]), number(m[2]), number(m[3])
	} else if m := slashDate.FindStringSubmatch(text); m != nil {
		month, day, year = number(m[1]), number(m[2]), number(m[3])
		switch {
		case month > 12:
			month, day = day, month
		case day <= 12 && day != month:
			return time.Time{}, wrongEither
		}
	} else if m := dayMonth.FindStringSubmatch(text); m != nil {
		day, month, year = number(m[1]), v.monthOf(strings.ToLower(m[2])), number(m[3])
	} else if m := monthDay.FindStringSubmatch(text); m != nil {
		month, day, year = v.monthOf(strings.ToLower(m[1])), number(m[2]), number(m[3])
	}
	if month < 1 || day < 1 {
		return time.Time{}, wrongDate
	}
	today := now.In(v.zone)
	t := v.dayStart(year, month, day, now)
	if year == 0 {
		if t = v.dayStart(today.Year(), month, day, now); t.Before(startOfDay(today)) {
			t = v.dayStart(today.Year()+1, month, day, now)
		}
	}
	switch {
	case int(t.In(v.zone).Month()) != month || t.In(v.zone).Day() != day: // there is no such day
		return time.Time{}, wrongDate
	case t.Before(startOfDay(today)):
		return time.Time{}, wrongPast
	case t.After(today.AddDate(mostPlanYears, 0, 0)):
		return time.Time{}, wrongFar
	}
	return t, ""
}

// dayStart is the start of a day, or now when it is today: what was before is over.
func (v voice) dayStart(year, month, day int, now time.Time) time.Time {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, v.zone)
	if same := startOfDay(now.In(v.zone)); t.Equal(same) {
		return now
	}
	return t
}

func startOfDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// readLength understands how long something lasts: 60, 60 days, 60d, 8 weeks, 12 h.
func (v voice) readLength(text string) (terms.Length, string) {
	m := lengthText.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if m == nil {
		return terms.Length{}, wrongLength
	}
	n, unit := m[1], m[2]
	for _, known := range []struct{ words, code string }{
		{v.t("plan.unit.days"), "d"}, {v.t("plan.unit.weeks"), "w"}, {v.t("plan.unit.hours"), "h"},
	} {
		for _, word := range strings.Fields(known.words) {
			if unit == word {
				unit = known.code
			}
		}
	}
	switch unit {
	case "":
		unit = "d"
	case "w":
		n, unit = strconv.Itoa(7*number(n)), "d"
	}
	l, err := terms.ParseLength(n + unit)
	if err != nil || !l.Lasts() {
		return terms.Length{}, wrongLength
	}
	if l.Days > mostPlanYears*365 {
		return terms.Length{}, wrongFar
	}
	return l, ""
}

// readShift understands how far a clock is off: +90 days, -1 day, 90.
func (v voice) readShift(text string) (time.Duration, string) {
	text = strings.ReplaceAll(strings.TrimSpace(text), "−", "-")
	rest, back := strings.CutPrefix(text, "-")
	l, wrong := v.readLength(strings.TrimPrefix(rest, "+"))
	if wrong != "" {
		return 0, wrongClock
	}
	by := l.Span + time.Duration(l.Days)*24*time.Hour
	if back {
		by = -by
	}
	return by, ""
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // only digits come here, at most six; "" is 0
	return n
}
