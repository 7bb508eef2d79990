package views

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// merged joins spans that are the same to a person.
func merged(spans []simulate.Span, same func(a, b simulate.Span) bool) []simulate.Span {
	var out []simulate.Span
	for _, x := range spans {
		if n := len(out); n > 0 && same(out[n-1], x) {
			out[n-1].To = x.To
			continue
		}
		out = append(out, x)
	}
	return out
}

func sameMode(a, b simulate.Span) bool { return modeOf(a) == modeOf(b) }

// lanes draws what happens to the products, and below them the conditions.
func (v voice) lanes(s licensing.Snapshot, sc simulate.Scenario, r simulate.Result, products []simulate.Lane) look.LanesModel {
	end := chartEnd(sc, r, products)
	where := func(t time.Time) float32 {
		if t.IsZero() || t.After(end) {
			return 1
		}
		return max(0, float32(t.Sub(r.From))/float32(max(1, end.Sub(r.From))))
	}
	var m look.LanesModel
	changes := []time.Time{r.From}
	for _, l := range products {
		if len(m.Lanes) >= mostPlanLanes {
			break
		}
		spans := merged(l.Spans, sameMode)
		lane := look.Lane{Name: v.name(l.Name, l.Product)}
		for i, x := range spans {
			if i > 0 && !x.From.After(end) {
				changes = append(changes, x.From)
			}
			word, tone := v.modeWord(modeOf(x))
			if len(spans) == 1 && x.Mode == simulate.Works {
				word = v.t("plan.lane.always")
			}
			lane.Phases = append(lane.Phases, look.Phase{From: where(x.From), To: where(x.To), Tone: tone, Word: word})
		}
		m.Lanes = append(m.Lanes, drawn(lane))
		if p, ok := productOf(s, l.Vendor+"/"+l.Product); ok && slices.ContainsFunc(l.Spans, func(x simulate.Span) bool { return x.Mode == simulate.Parts && x.From.Before(end) }) {
			parts := v.partLanes(p, l.Spans, where)
			m.Lanes = append(m.Lanes, parts[:min(len(parts), mostPlanLanes-len(m.Lanes))]...)
		}
	}
	for _, c := range sc.Conditions {
		changes = append(changes, c.From)
		m.Reaches = append(m.Reaches, v.reach(c, r.From, where))
	}
	if sc.NeverOnline {
		m.Reaches = append(m.Reaches, look.Reach{Name: v.t("plan.never.lane"), To: 1})
	}
	m.Ticks = v.planTicks(changes, where)
	return m
}

// drawn leaves out what lies behind the end of the chart.
func drawn(l look.Lane) look.Lane {
	l.Phases = slices.DeleteFunc(l.Phases, func(p look.Phase) bool { return p.To <= p.From })
	return l
}

// partLanes are lanes of the parts of a product that do not all end at the same time.
func (v voice) partLanes(p terms.ProductVerdict, spans []simulate.Span, where func(time.Time) float32) []look.Lane {
	ids := make([]string, 0, len(p.Features))
	for id := range p.Features {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Compare(v.name(p.Features[a].Name, a), v.name(p.Features[b].Name, b))
	})
	var out []look.Lane
	for _, id := range ids {
		kept := true // through everything that comes
		for _, x := range spans {
			kept = kept && slices.Contains(x.Works, id)
		}
		modes := make([]simulate.Span, len(spans))
		for i, x := range spans {
			modes[i] = simulate.Span{From: x.From, To: x.To, Mode: partMode(x, id, kept)}
		}
		lane := look.Lane{Name: "· " + v.name(p.Features[id].Name, id)}
		for _, x := range merged(modes, sameMode) {
			word, tone := v.modeWord(modeOf(x))
			lane.Phases = append(lane.Phases, look.Phase{From: where(x.From), To: where(x.To), Tone: tone, Word: word})
		}
		out = append(out, drawn(lane))
	}
	return out
}

// partMode is what one part does in a span. A part that works through everything is never in grace.
func partMode(x simulate.Span, id string, kept bool) simulate.Mode {
	switch {
	case slices.Contains(x.Works, id) && x.Cause != "" && !kept:
		return simulate.Grace
	case slices.Contains(x.Works, id):
		return simulate.Works
	case slices.Contains(x.View, id):
		return simulate.View
	case slices.Contains(x.Paused, id):
		return simulate.Paused
	}
	return simulate.None
}

// chartEnd is the last date that is drawn: behind what is tried and what is lost first, with room for what stays.
// Conditions for good are drawn up to the last change within a year. Everything else stands in the lists.
func chartEnd(sc simulate.Scenario, r simulate.Result, products []simulate.Lane) time.Time {
	end, year := r.From.AddDate(0, 0, 14), r.From.AddDate(1, 0, 0)
	later := func(t time.Time) {
		if t.After(end) && t.Before(year) && !t.After(r.Until) {
			end = t
		}
	}
	forGood := sc.NeverOnline
	for _, c := range sc.Conditions {
		later(c.From.AddDate(0, 0, 7))
		later(conditionEnd(c))
		forGood = forGood || conditionEnd(c).IsZero()
	}
	for i, l := range products {
		if i == 0 {
			later(l.Lost)
		}
		for _, x := range l.Spans[1:] {
			if forGood {
				later(x.From)
			}
		}
	}
	return end.Add(end.Sub(r.From) / 4)
}

// reach is one condition below the lanes.
func (v voice) reach(c simulate.Condition, from time.Time, where func(time.Time) float32) look.Reach {
	x := look.Reach{Name: v.t("plan.kind." + string(c.Kind)), From: where(c.From), To: 1}
	if end := conditionEnd(c); !end.IsZero() {
		x.To, x.Word = where(end), v.t("plan.reach", "length", c.For, "date", v.DayMonth(lastMoment(end), from, v.zone))
	}
	return x
}

// conditionEnd is when a condition is over; zero: never.
func conditionEnd(c simulate.Condition) time.Time {
	if !c.For.Lasts() {
		return time.Time{}
	}
	return c.From.AddDate(0, 0, c.For.Days).Add(c.For.Span)
}

// planTicks are the dates above the lanes: as many as can be read, a year only where it is another than before.
func (v voice) planTicks(at []time.Time, where func(time.Time) float32) []look.Tick {
	slices.SortFunc(at, time.Time.Compare)
	var out []look.Tick
	year := 0
	for _, t := range at {
		x := where(t)
		if n := len(out); n == mostTicks || x >= 1 || n > 0 && x-out[n-1].At < 0.04 {
			continue
		}
		day, month := v.leaf(t)
		word := v.t("plan.tick", "day", day, "month", month)
		if y := t.In(v.zone).Year(); y != year {
			word, year = v.t("plan.tick_year", "day", day, "month", month, "year", strconv.Itoa(y)), y
		}
		out = append(out, look.Tick{At: x, Word: word})
	}
	return out
}
