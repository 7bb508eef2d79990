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
		calm := t.scenario
		calm.Conditions = nil
		v, _ := t.world(calm, changes{}).scene(t.from)
		if before := spanOf(t.from, &v); before.loses(first) {
			return t.from
		}
	}
	return firstLoss(spans)
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
// it runs without.
func (t *trial) avoid(w *world, spans []Span, lost time.Time) []Avoid {
	last := lost.Add(-1).Truncate(time.Second)
	if last.Before(t.from) {
		return []Avoid{{Kind: ByNothing}}
	}
	var all []Avoid
	add := func(a Avoid, try changes) {
		again := t.world(t.scenario, try)
		a.Until = again.firstLoss(lost, t.until, w, spans)
		if a.Until.IsZero() || a.Until.After(lost) {
			all = append(all, a)
		}
	}
	add(Avoid{Kind: ByCheckin, By: last}, changes{contact: last})
	if a, try, ok := t.moreTime(w, spans, last); ok {
		add(a, try)
	}
	if len(all) == 0 {
		add(Avoid{Kind: ByRenewal, By: last}, changes{contact: last, renew: true})
	}
	if len(all) == 0 {
		all = []Avoid{{Kind: ByNothing}}
	}
	return all
}

// firstLoss is when something is lost, from the moment on at which something was lost without the change. Once there is contact
// again as there is without it, it goes on like that.
func (w *world) firstLoss(from, until time.Time, without *world, spans []Span) time.Time {
	again := w.like(without, from)
	ended := until
	if !again.IsZero() && again.Before(until) {
		ended = again
	}
	tried := w.walk(from, ended, func(before, s *Span) bool { return before.loses(s) })
	i := slices.IndexFunc(spans, func(s Span) bool { return !s.From.Before(from) })
	if i > 0 && spans[i-1].loses(&tried[0]) {
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
	if s.online || i == len(w.stretches) || s.contact.Before(t.from) {
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
