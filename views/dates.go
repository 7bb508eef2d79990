package views

import (
	"slices"
	"strconv"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/simulate"
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
		ended := false
		for _, e := range p.Next {
			if ended && e.Name != terms.EventRevoked {
				continue // the next end of each product, and a withdrawal; the others stand on its own page
			}
			if e.Feature != "" || e.Name == terms.EventReminder || e.Name == terms.EventOfflineEnding || !e.At.After(s.Verdict.At) {
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
			ended = ended || e.Name != terms.EventMaintenance && e.Name != terms.EventPolicyChange && e.Name != terms.EventUsageDue && e.Name != terms.EventReviewBy
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
			title = v.t("overview.next_on", "what", title, "date", v.long(e.At)) // "22 Nov" alone would read as this year's
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

// step is one date of what happens next.
type step struct {
	At          time.Time // zero for what comes after all dates
	Date, Title string
	Text        string // what happens, and its effect
}

// steps are the coming dates of a product and what each of them does to its parts; what falls on one moment is one step.
// spans are what holds between the dates: where something is over already, a date that changes nothing says what still works.
func (v voice) steps(p terms.ProductVerdict, spans []simulate.Span) []step {
	var out []step
	parts := false // of the last step: some part ends then
	for _, x := range v.Steps(p, p.At, v.zone) {
		title := x.Title
		if len(x.Features) > 0 {
			title = v.t("step.part."+x.Event, "list", x.Features)
		}
		n := len(out)
		if n > 0 && !x.At.IsZero() && out[n-1].At.Equal(x.At) {
			out[n-1].Text += " " + x.Text
			if len(x.Features) == 0 {
				out[n-1].Title = v.List([]string{out[n-1].Title, title})
			}
		} else {
			v.still(p, out, parts, spans)
			out, parts = append(out, step{x.At, x.When, title, x.Text}), false
		}
		parts = parts || len(x.Features) > 0
	}
	v.still(p, out, parts, spans)
	return out
}

// still corrects the last step where it takes for granted that everything works.
func (v voice) still(p terms.ProductVerdict, steps []step, parts bool, spans []simulate.Span) {
	if len(steps) == 0 || parts {
		return
	}
	last := &steps[len(steps)-1]
	if x, ok := after(spans, last.At); ok && !last.At.IsZero() && !x.Mode.Full() {
		x.Cause = "" // only what is left
		last.Text = v.t("step.still", "title", last.Title, "text", v.Span(v.planSpan(p, x), p.At, v.zone).Text)
	}
}

// dateRow is one coming date of one product.
type dateRow struct {
	Key                    string // of the product
	Day, Month             string
	Title, Product, Effect string
}

// dateMonth is a month with the dates in it.
type dateMonth struct {
	Title string
	Rows  []dateRow
}

// datesModel is everything that comes, month by month.
type datesModel struct {
	Months []dateMonth
	More   int // dates that have no row
}

// mostDates is how many coming dates are listed.
const mostDates = 60

// dates lists what comes for all products, soonest first, with its effect.
func (v voice) dates(s licensing.Snapshot) datesModel {
	type dated struct {
		product int
		at      time.Time
	}
	var all []dated
	for i, p := range s.Verdict.Products {
		for _, m := range moments(p) {
			all = append(all, dated{i, m.At})
		}
	}
	slices.SortStableFunc(all, func(a, b dated) int { return a.at.Compare(b.at) })
	out := datesModel{More: max(0, len(all)-mostDates)}
	steps := map[int][]step{} // of the products that have a row
	for _, d := range all[:len(all)-out.More] {
		p := s.Verdict.Products[d.product]
		if _, known := steps[d.product]; !known {
			steps[d.product] = v.steps(p, ahead(s, p))
		}
		i := slices.IndexFunc(steps[d.product], func(x step) bool { return x.At.Equal(d.at) })
		if i < 0 {
			continue
		}
		x := steps[d.product][i]
		row := dateRow{Key: productKey(p), Title: x.Title, Product: v.name(p.Name, p.ID), Effect: x.Text}
		row.Day, row.Month = v.leaf(d.at)
		local := d.at.In(v.zone)
		title := v.t("plan.month", "month", v.Text("date.month."+strconv.Itoa(int(local.Month())), nil), "year", strconv.Itoa(local.Year()))
		if n := len(out.Months); n == 0 || out.Months[n-1].Title != title {
			out.Months = append(out.Months, dateMonth{Title: title})
		}
		last := &out.Months[len(out.Months)-1]
		last.Rows = append(last.Rows, row)
	}
	return out
}
