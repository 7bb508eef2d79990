package simulate

import (
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// trial is one product under one scenario, to be tried again with something done about it.
type trial struct {
	*part
	wall        time.Time
	scenario    Scenario
	online      bool
	from, until time.Time
}

// lost is the first moment at which something that worked no longer does; zero: never. What a condition takes from the very
// start is lost then.
func (t *trial) lost(spans []Span) time.Time {
	first := &spans[0]
	if !first.Mode.Full() && len(t.scenario.Conditions) > 0 {
		if before := t.calm(); before.loses(first) {
			return t.from
		}
	}
	return firstLoss(spans)
}

// calm is what there is at the start without conditions.
func (t *trial) calm() Span {
	calm := t.scenario
	calm.Conditions = nil
	v, _ := t.world(calm, changes{}).scene(t.from)
	return spanOf(t.from, &v)
}

// firstLoss is where something that works in one span does not in the next; zero: nowhere.
func firstLoss(spans []Span) time.Time {
	for i := range spans[1:] {
		if spans[i].loses(&spans[i+1]) {
			return spans[i+1].From
		}
	}
	return time.Time{}
}

// loses says whether something that works in s does not in the next span.
func (s *Span) loses(next *Span) bool {
	if s.Mode.Full() && !next.Mode.Full() {
		return true
	}
	return slices.ContainsFunc(s.Works, func(id string) bool { return !slices.Contains(next.Works, id) })
}

func (t *trial) world(s Scenario, try changes) *world {
	return newWorld(t.part, t.wall, s, t.online, try)
}

// avoid tries each way not to lose what is lost at that moment: the scenario runs again with that one change. w and spans are how
// it runs without. Only what the vendor can answer is a way to ask for something.
func (t *trial) avoid(w *world, spans []Span, lost time.Time) []Avoid {
	last := lost.Add(-1).Truncate(time.Second)
	answered, reached := w.answered(last)
	atStart := lost.Equal(t.from)
	before := t.spanBefore(spans, lost)
	var all []Avoid
	try := func(a Avoid, c changes) bool {
		again := t.world(t.scenario, c)
		a.Until = again.firstLoss(lost, t.until, w, spans, &before)
		if a.Until.IsZero() || a.Until.After(lost) {
			all = append(all, a)
			return true
		}
		return false
	}
	if w.stretches[w.index(lost)].wall.ahead > 0 {
		right := later(last, t.from)
		if try(Avoid{Kind: BySetDate, By: right}, changes{right: right}) && all[0].Until.IsZero() {
			return all
		}
	}
	if _, ok := w.answeredAt(lost); ok && w.replaced(lost) {
		try(Avoid{Kind: ByRequest}, changes{proved: lost})
	}
	if !atStart {
		if reached {
			try(Avoid{Kind: ByCheckin, By: answered}, changes{contact: answered})
		}
		if a, c, ok := t.moreTime(w, spans, last); ok {
			try(a, c)
		}
		if len(all) == 0 && reached {
			try(Avoid{Kind: ByRenewal, By: answered}, changes{contact: answered, renew: true})
		}
	}
	all = longest(all)
	switch {
	case len(all) > 0:
		return all
	case !reached && !atStart, w.silent(lost) && w.silent(t.until):
		return []Avoid{{Kind: ByNobody}}
	}
	return []Avoid{{Kind: ByNothing}}
}

// longest leaves out setting the date right when another way avoids the loss for longer.
func longest(all []Avoid) []Avoid {
	if len(all) < 2 || all[0].Kind != BySetDate {
		return all
	}
	for _, a := range all[1:] {
		if terms.CompareEnds(a.Until, all[0].Until) > 0 {
			return all[1:]
		}
	}
	return all[:1]
}

// spanBefore is what there is just before the loss; at the very start, what there is without conditions.
func (t *trial) spanBefore(spans []Span, lost time.Time) Span {
	for i := range spans[1:] {
		if spans[i+1].From.Equal(lost) {
			return spans[i]
		}
	}
	return t.calm()
}

// answered is the last moment up to t, from the start on, at which the vendor can answer.
func (w *world) answered(t time.Time) (time.Time, bool) {
	for !t.Before(w.start) {
		c, ok := w.answeredAt(t)
		if ok {
			return t, true
		}
		t = c.From.Add(-1).Truncate(time.Second)
	}
	return t, false
}

// answeredAt says whether the vendor can answer at t, and if not, which condition keeps it from that.
func (w *world) answeredAt(t time.Time) (*Condition, bool) {
	for i := range w.conditions {
		if c := &w.conditions[i]; c.silences() && c.at(t) {
			return c, false
		}
	}
	return nil, true
}

func (w *world) silent(t time.Time) bool {
	_, ok := w.answeredAt(t)
	return !ok
}

// replaced says whether the licenses are on another computer at t.
func (w *world) replaced(t time.Time) bool {
	return slices.ContainsFunc(w.conditions, func(c Condition) bool { return c.Kind == Replaced && c.at(t) })
}

// firstLoss is when something is lost, from the moment on at which something was lost without the change. Once there is contact
// again as there is without it, it goes on like that. before is what there is until then.
func (w *world) firstLoss(from, until time.Time, without *world, spans []Span, before *Span) time.Time {
	again := w.like(without, from)
	ended := until
	if !again.IsZero() && again.Before(until) {
		ended = again
	}
	tried := w.walk(from, ended, func(before, s *Span) bool { return before.loses(s) })
	if before.loses(&tried[0]) {
		return from
	}
	if lost := firstLoss(tried); !lost.IsZero() || ended.Equal(until) {
		return lost
	}
	for i := range spans[1:] {
		if spans[i+1].From.After(again) && spans[i].loses(&spans[i+1]) {
			return spans[i+1].From
		}
	}
	return time.Time{}
}

// like is the first moment after from since when the facts are those of another world; zero: never.
func (w *world) like(o *world, from time.Time) time.Time {
	if w.renewed {
		return time.Time{}
	}
	for i := w.index(from) + 1; i < len(w.stretches); i++ {
		s := &w.stretches[i]
		if p := &o.stretches[o.index(s.from)]; s.online && p.online && s.from.Equal(p.from) && s.wall == p.wall {
			return s.from
		}
	}
	return time.Time{}
}

// moreTime is to ask, while there still is contact, for as much time as passes until there is contact again.
func (t *trial) moreTime(w *world, spans []Span, last time.Time) (Avoid, changes, bool) {
	i := w.index(last)
	s := &w.stretches[i]
	for i < len(w.stretches) && !w.stretches[i].online {
		i++
	}
	if s.online || i == len(w.stretches) || s.contact.Before(t.from) || s.contact.Equal(w.start) && w.silent(s.contact) {
		return Avoid{}, changes{}, false
	}
	var end time.Time
	for i := range spans {
		if !spans[i].From.After(last) {
			end = spans[i].Offline
		}
	}
	until := w.stretches[i].from.Add(-1).Truncate(time.Second)
	if end.IsZero() || !until.After(end) {
		return Avoid{}, changes{}, false
	}
	return Avoid{Kind: ByMoreTime, By: s.contact, More: beyond(end, until)}, changes{contact: s.contact, extend: until}, true
}

// beyond is how much later than end until is, in whole days when it is a day or more.
func beyond(end, until time.Time) terms.Length {
	const day = 24 * time.Hour
	if more := until.Sub(end); more < day {
		return terms.Length{Span: more}
	}
	return terms.Days(int((until.Sub(end) + day - 1) / day))
}

// scene is the verdict of a moment.
func (w *world) scene(t time.Time) (terms.ProductVerdict, terms.State) {
	sc := w.at(t)
	return sc.judge()
}
