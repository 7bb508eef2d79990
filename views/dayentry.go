package views

import (
	"strconv"
	"strings"
	"time"

	"holdfast/licensing/terms"
)

// lastOf reads a day that a person typed as readDate does, and returns its last moment, or what is wrong about it.
func (v voice) lastOf(text string, now time.Time) (time.Time, string) {
	t, wrong := v.readDate(text, now)
	if wrong != "" {
		return time.Time{}, wrong
	}
	return terms.EndOfDay(t, v.zone), ""
}

// sameDayOrBefore says that a moment is not after the day, here, of another one: a day that was typed counts whole, also where
// the license's own day ends some hours earlier.
func (v voice) sameDayOrBefore(t, day time.Time) bool {
	return !t.After(terms.EndOfDay(day, v.zone))
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
