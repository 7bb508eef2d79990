package views

import (
	"slices"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

// timeline is the drawn form of the steps. Positions go from 0, today, to 1.
type timeline struct {
	Phases []phase
	Marks  []mark
}

type phase struct {
	From, To float32
	Tone     terms.Tone
	Word     string
}

type mark struct {
	At         float32
	Date, Name string
}

// planSpan is a span in the words of a person: with the names of its parts.
func (v voice) planSpan(p terms.ProductVerdict, x simulate.Span) plain.Span {
	names := func(ids []string) []string {
		out := make([]string, len(ids))
		for i, id := range ids {
			out[i] = v.name(p.Features[id].Name, id)
		}
		return out
	}
	return plain.Span{
		From: x.From, To: x.To, State: x.State, Cause: x.Cause, Mode: string(x.Mode),
		Works: names(x.Works), View: names(x.View), Paused: names(x.Paused),
	}
}

// modeOf is the mode of a span as it is drawn: grace is grace, also when some parts have less of it.
func modeOf(x simulate.Span) simulate.Mode {
	if x.Mode == simulate.Parts && x.Cause != "" {
		return simulate.Grace
	}
	return x.Mode
}

// modeWord is what a mode is called in a bar, and its tone; "" when there is nothing to wait for any more.
func (v voice) modeWord(mode simulate.Mode) (string, terms.Tone) {
	l := v.Span(plain.Span{Mode: string(mode)}, time.Time{}, v.zone)
	if mode == simulate.Works || mode == simulate.Grace {
		return l.Word, l.Tone
	}
	return l.Word, ""
}

// mostMarks is how many dates a line has; the list below it has all.
const mostMarks = 6

// timeline draws from today over the product's own dates to what stays. Dates are drawn in proportion, but none
// nearer to its neighbours than can be read.
func (v voice) timeline(s licensing.Snapshot, p terms.ProductVerdict, spans []simulate.Span) timeline {
	marked := v.marked(p, spans)
	if len(marked) == 0 || len(p.Works) == 0 {
		return timeline{}
	}
	now := s.Verdict.At
	at := spread(now, marked)
	t := timeline{Marks: []mark{{0, v.short(now), v.t("line.today")}}}
	for i, m := range marked {
		t.Marks = append(t.Marks, mark{at[i], v.short(m.At), v.markName(p, m)})
	}
	where := func(x time.Time) float32 {
		return between(now, marked, at, x)
	}
	for i, x := range spans {
		word, tone := v.modeWord(modeOf(x))
		from, to := float32(0), float32(1)
		if i > 0 {
			from = where(spans[i-1].To)
		}
		if i < len(spans)-1 {
			to = where(x.To)
		}
		if n := len(t.Phases); n > 0 && t.Phases[n-1].Word == word {
			t.Phases[n-1].To = to
			continue
		}
		t.Phases = append(t.Phases, phase{from, to, tone, word})
	}
	return t
}

// quietEvents change nothing; they are drawn only while there is room.
var quietEvents = []string{terms.EventReminder, terms.EventOfflineEnding, terms.EventMaintenance, terms.EventPolicyChange}

// marked are the moments that are drawn: those of the product as a whole and those that change what works.
func (v voice) marked(p terms.ProductVerdict, spans []simulate.Span) []moment {
	var all, loud []moment
	var mode simulate.Mode
	if len(spans) > 0 {
		mode = spans[0].Mode
	}
	for _, m := range moments(p) {
		changes := false
		if x, ok := after(spans, m.At); ok && x.Mode != mode {
			mode, changes = x.Mode, true
		}
		names := m.names()
		if !changes && len(names) == 0 {
			continue
		}
		all = append(all, m)
		if changes || slices.ContainsFunc(names, func(e terms.Event) bool { return !slices.Contains(quietEvents, e.Name) }) {
			loud = append(loud, m)
		}
	}
	if len(all) > mostMarks {
		all = loud
	}
	return all[:min(len(all), mostMarks)]
}

// markName says what happens at a mark: of several things the one that changes most, which is the last in the order of
// events.
func (v voice) markName(p terms.ProductVerdict, m moment) string {
	names := m.names()
	if len(names) == 0 && len(m.Events) > 1 {
		return v.t("line.some")
	}
	if len(names) > 0 {
		e := names[len(names)-1]
		if loud := slices.DeleteFunc(slices.Clone(names), func(x terms.Event) bool { return x.Name == terms.EventSilent }); len(loud) > 0 {
			e = loud[len(loud)-1] // an end counts, however silent the vendor is
		}
		return v.Event(e)
	}
	id := m.Events[0].Feature
	return v.t("step.part."+m.Events[0].Name, "list", []string{v.name(p.Features[id].Name, id)})
}

// between is the place of any time on a line whose dates stand at the places at.
func between(now time.Time, dates []moment, at []float32, x time.Time) float32 {
	t0, p0 := now, float32(0)
	for i, d := range dates {
		if !x.After(d.At) {
			return p0 + (at[i]-p0)*float32(max(0, x.Sub(t0)))/float32(max(1, d.At.Sub(t0)))
		}
		t0, p0 = d.At, at[i]
	}
	return p0
}

// Places of the last date on the line, and the least distance between two.
const lastDate, leastGap = 0.82, 0.16

func spread(now time.Time, dates []moment) []float32 {
	n := len(dates)
	total := float32(dates[n-1].At.Sub(now))
	gap := min(leastGap, lastDate/float32(n))
	out := make([]float32, n)
	before := float32(0)
	for i, d := range dates {
		out[i] = max(before+gap, lastDate*float32(d.At.Sub(now))/max(total, 1))
		before = out[i]
	}
	after := float32(lastDate) // and back from the end, where the dates crowd
	if out[n-1] > after {
		for i := n - 1; i >= 0; i-- {
			out[i] = min(out[i], after)
			after = out[i] - gap
		}
	}
	for i := range out {
		out[i] = max(0.02, out[i])
	}
	return out
}
