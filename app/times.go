package app

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"holdfast/licensing"
	"holdfast/licensing/reconcile"
)

// mostTimes is how many time windows there may be.
const mostTimes = 16

// dayNames are the days of the week, Sunday first, as they are written; after them what is understood as well.
var dayNames = [7][]string{
	{"Su", "So", "Sun", "Sunday", "Sonntag"},
	{"Mo", "Mon", "Monday", "Montag"},
	{"Tu", "Di", "Tue", "Tuesday", "Dienstag"},
	{"We", "Mi", "Wed", "Wednesday", "Mittwoch"},
	{"Th", "Do", "Thu", "Thursday", "Donnerstag"},
	{"Fr", "Fri", "Friday", "Freitag"},
	{"Sa", "Sat", "Saturday", "Samstag", "Sonnabend"},
}

// ParseTimes understands time windows such as "Mo-Fr 08:00-18:00, Sa 09:00-12:00", in local time. One without days is for every day;
// one whose end is not after its beginning ends on the next day. "" gives none.
func ParseTimes(text string) ([]reconcile.Window, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	parts := strings.Split(text, ",")
	if len(parts) > mostTimes {
		return nil, unclearTimes(text)
	}
	var all []reconcile.Window
	for _, part := range parts {
		words := strings.Fields(part)
		var w reconcile.Window
		switch len(words) {
		case 1:
		case 2:
			days, ok := parseDays(words[0])
			if !ok {
				return nil, unclearTimes(part)
			}
			w.Days = days
		default:
			return nil, unclearTimes(part)
		}
		from, to, ok := strings.Cut(words[len(words)-1], "-")
		if !ok {
			return nil, unclearTimes(part)
		}
		var okFrom, okTo bool
		w.From, okFrom = parseMinute(from)
		w.To, okTo = parseMinute(to)
		if !okFrom || !okTo || w.From == 24*60 {
			return nil, unclearTimes(part)
		}
		all = append(all, w)
	}
	return all, nil
}

func unclearTimes(part string) error {
	return &licensing.Mistake{Code: "times_unclear", Args: map[string]any{"text": strings.TrimSpace(part)}}
}

// parseDays understands "Mo" and "Mo-Fr"; "Sa-Mo" goes over the end of the week.
func parseDays(text string) (days [7]bool, ok bool) {
	first, last, both := strings.Cut(text, "-")
	if !both {
		last = first
	}
	from, ok1 := dayOf(first)
	to, ok2 := dayOf(last)
	if !ok1 || !ok2 {
		return days, false
	}
	for d := from; ; d = (d + 1) % 7 {
		days[d] = true
		if d == to {
			return days, true
		}
	}
}

func dayOf(name string) (int, bool) {
	i := slices.IndexFunc(dayNames[:], func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	})
	return i, i >= 0
}

// parseMinute understands "8:00" up to "24:00".
func parseMinute(text string) (int, bool) {
	hour, minute, ok := strings.Cut(text, ":")
	h, err1 := strconv.ParseUint(hour, 10, 8)
	m, err2 := strconv.ParseUint(minute, 10, 8)
	at := int(h*60 + m)
	return at, ok && err1 == nil && err2 == nil && len(hour) <= 2 && len(minute) == 2 && m < 60 && at <= 24*60
}

// FormatTimes writes time windows so that ParseTimes understands them.
func FormatTimes(all []reconcile.Window) string {
	var parts []string
	for _, w := range all {
		times := fmt.Sprintf("%02d:%02d-%02d:%02d", w.From/60, w.From%60, w.To/60, w.To%60)
		if w.Every() {
			parts = append(parts, times)
			continue
		}
		for _, run := range w.Runs() {
			days := dayNames[run[0]][0]
			if run[1] != run[0] {
				days += "-" + dayNames[run[1]][0]
			}
			parts = append(parts, days+" "+times)
		}
	}
	return strings.Join(parts, ", ")
}
