package views

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"holdfast/licensing/terms"
)

// parseDay reads a day that a person typed, such as 2026-12-24, 24.12.2026 or 24 Dec 2026 in the language that is spoken, and
// returns its last second. A day and month in numbers are read in the order of the language's own dates, day first.
func (v voice) parseDay(text string) (time.Time, bool) {
	parts := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(parts) != 3 {
		return time.Time{}, false
	}
	if _, err := strconv.Atoi(parts[0]); err == nil && len(parts[0]) == 4 { // year first
		parts[0], parts[2] = parts[2], parts[0]
	}
	d, err := strconv.Atoi(strings.TrimRight(parts[0], "stndrh"))
	year, err2 := strconv.Atoi(parts[2])
	month := v.monthOf(parts[1])
	if err != nil || err2 != nil || month == 0 || year < 2000 || year > 9999 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), d, 12, 0, 0, 0, v.zone)
	if t.Day() != d {
		return time.Time{}, false // such as 31 April
	}
	return terms.EndOfDay(t, v.zone), true
}

// monthOf is the number of a month, which may be written as one or as the beginning of its name; 0 for none.
func (v voice) monthOf(text string) int {
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 || n > 12 {
			return 0
		}
		return n
	}
	found := 0
	for n := 1; n <= 12; n++ {
		name := strings.ToLower(v.Text("date.month."+strconv.Itoa(n), nil))
		short := strings.ToLower(v.Text("date.month_short."+strconv.Itoa(n), nil))
		switch {
		case text == name || text == strings.TrimRight(short, "."):
			return n
		case len([]rune(text)) >= 3 && strings.HasPrefix(name, text):
			if found != 0 {
				return 0
			}
			found = n
		}
	}
	return found
}
