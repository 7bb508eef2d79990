package views

import (
	"slices"
	"strconv"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// upcoming lists the next dates over all products; one that several of them share stands once.
func (v voice) upcoming(s licensing.Snapshot) []upcoming {
	type dated struct {
		terms.Event
		names []string
	}
	type moment struct {
		name string
		at   int64
	}
	var all []dated
	known := map[moment]int{}
	for _, p := range s.Verdict.Products {
		for _, e := range p.Next {
			if e.Feature != "" || e.Name == terms.EventReminder || !e.At.After(s.Verdict.At) {
				continue
			}
			name := v.name(p.Name, p.ID)
			key := moment{e.Name, e.At.Unix()}
			if i, ok := known[key]; ok {
				all[i].names = append(all[i].names, name)
			} else {
				known[key] = len(all)
				all = append(all, dated{e, []string{name}})
			}
			break // the next of each product; the others stand on its own page
		}
	}
	slices.SortStableFunc(all, func(a, b dated) int { return a.At.Compare(b.At) })
	var out []upcoming
	for _, e := range all[:min(len(all), overviewDates)] {
		day, month := v.leaf(e.At)
		sub := e.names[0]
		if n := len(e.names); n > 1 {
			sub = v.t("overview.products", "n", n)
		}
		title := v.Event(e.Event)
		if year := e.At.In(v.zone).Year(); year != s.Verdict.At.In(v.zone).Year() {
			title += " " + strconv.Itoa(year) // "22 Nov" alone would read as this year's
		}
		out = append(out, upcoming{Day: day, Month: month, Title: title, Sub: sub})
	}
	return out
}

// leaf is a date as on the leaf of a calendar.
func (v voice) leaf(t time.Time) (day, month string) {
	t = t.In(v.zone)
	return strconv.Itoa(t.Day()), v.Text("date.month_short."+strconv.Itoa(int(t.Month())), nil)
}

// comingDates are the dates of all products with what each does, soonest first.
func (v voice) comingDates(s licensing.Snapshot) []step {
	var all []step
	for _, p := range s.Verdict.Products {
		for _, x := range v.steps(s, p) {
			if !x.At.IsZero() {
				x.Text = v.name(p.Name, p.ID) + ": " + x.Text
				all = append(all, x)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b step) int { return a.At.Compare(b.At) })
	return all[:min(len(all), planDates)]
}
