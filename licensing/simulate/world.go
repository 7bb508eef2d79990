package simulate

import (
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// world is the facts about one product at every moment of a scenario. Between two of its stretches only time goes on.
type world struct {
	*part
	start            time.Time     // of the facts as they are
	behind           time.Duration // what is proven to have passed, before the start; never more than 0
	conditions       []Condition   // those about this product
	stretches        []stretch
	name             terms.Text           // of the product
	contacts, lowers map[string]time.Time // of the scene
	renewed          bool                 // with licenses that end later than they do
	still            []terms.Held         // the licenses without their time without contact, see scene.change; nil: they have none
	calm             time.Duration        // for so long after a contact nothing is told about that time
}

// stretch is a time in which nothing happens but that time passes.
type stretch struct {
	from    time.Time
	online  bool      // contact at every moment
	contact time.Time // else the last one; zero: none
	met     bool      // there was some contact in the scenario
	wall    wallClock
	facts   *terms.Facts // of this stretch but for clock and contact
	version string
}

// changes are what is tried besides conditions, to see whether it helps.
type changes struct {
	contact time.Time // one contact then; zero: none
	extend  time.Time // with it more time without contact, up to then; zero: none
	renew   bool      // and with it licenses that end much later
	right   time.Time // from then on the clock is right; zero: as the conditions have it
	proved  time.Time // from then on the new computer has licenses of its own; zero: as the conditions have it
}

// newWorld puts a scenario on top of the facts about a product. Without online nothing ever arrives.
func newWorld(p *part, wall time.Time, s Scenario, online bool, try changes) *world {
	w := &world{part: p, start: p.start(wall), still: windowless(p.facts.Licenses), renewed: try.renew, contacts: map[string]time.Time{}, lowers: map[string]time.Time{}}
	w.behind = p.lower.Sub(w.start)
	w.conditions = w.applicable(s)
	b := builder{world: w, online: online, try: try, shortest: shortestWindow(p.facts.Licenses)}
	w.calm = calm(b.shortest)
	b.build(wall)
	return w
}

// applicable are the conditions about this product, with their dates.
func (w *world) applicable(s Scenario) []Condition {
	var all []Condition
	for _, c := range s.Conditions {
		if !c.concerns(&w.vendor, w.id) {
			continue
		}
		if c.From.IsZero() {
			c.From = s.From
			if c.From.Before(w.start) {
				c.From = w.start
			}
		}
		all = append(all, c)
	}
	return all
}

// index is the number of the stretch that a moment lies in.
func (w *world) index(t time.Time) int {
	i, found := slices.BinarySearchFunc(w.stretches, t, func(s stretch, t time.Time) int { return s.from.Compare(t) })
	if !found {
		i--
	}
	return max(i, 0)
}

// next is the first moment after t at which something but time changes; zero: never.
func (w *world) next(t time.Time) time.Time {
	if i := w.index(t) + 1; i < len(w.stretches) {
		return w.stretches[i].from
	}
	return time.Time{}
}

// proven is how far what is proven to have passed is ahead of true time, never more than 0; nil: nothing is proven. The computer
// runs all the time, so it stays the same but for a contact.
func (w *world) proven(met bool) *time.Duration {
	switch {
	case met:
		return new(time.Duration)
	case w.lower.IsZero():
		return nil
	}
	return &w.behind
}

// scene is everything that Evaluate needs at one moment.
type scene struct {
	facts terms.Facts
	query terms.Query
	wall  time.Time
	ahead time.Duration // how far the decision time is ahead of true time
	still []terms.Held  // set while contact is made at every moment
	calm  time.Duration // and for so long nothing is told about the time without contact
}

// at gives the scene of a moment that is not before the start. It counts until the next one is asked for.
func (w *world) at(t time.Time) scene {
	s := &w.stretches[w.index(t)]
	sc := scene{facts: *s.facts, wall: t.Add(s.wall.ahead), ahead: s.wall.believed()}
	root := w.vendor.Root
	contact := s.contact
	if s.online {
		contact, sc.still, sc.calm = t, w.still, w.calm-max(sc.ahead, 0)
	}
	sc.facts.Contact, sc.facts.Lower = w.contacts, w.lowers
	w.contacts[root] = contact
	if proven := w.proven(s.met); proven != nil {
		w.lowers[root] = t.Add(*proven)
		sc.ahead = max(sc.ahead, *proven)
	}
	sc.facts.Clock = s.wall.clock(t)
	if s.version != "" {
		sc.query = terms.Query{Product: w.id, Version: s.version}
	}
	return sc
}

// judge asks the engine's own function.
func (s *scene) judge() (terms.ProductVerdict, terms.State) {
	v := terms.Outline(s.facts, s.query, s.wall)
	clock := terms.State("")
	for _, f := range append([]terms.Finding{v.Main}, v.Others...) {
		if f.State == terms.StateClockWrong || f.State == terms.StateClockUnsure {
			clock = f.State
		}
	}
	return v.Products[0], clock
}

// change is the first moment, in true time, at which state or modes may differ; zero: never. What comes after limit does not
// matter unless that is zero. While contact is made at every moment the time without contact never runs out, so its dates are
// none.
func (s *scene) change(v *terms.ProductVerdict, limit time.Time) time.Time {
	change := s.trueTime(v.Turn)
	soonest := v.At.Add(s.calm) // of the dates that are none
	if s.still == nil || change.IsZero() || !limit.IsZero() && !change.Before(limit) || v.Turn.Before(soonest) {
		return change
	}
	calm := s.facts
	calm.Licenses = s.still
	return s.trueTime(terms.Outline(calm, s.query, s.wall).Products[0].Turn)
}

// trueTime is when a decision time comes, as things go now.
func (s *scene) trueTime(decision time.Time) time.Time {
	if decision.IsZero() {
		return decision
	}
	return decision.Add(-s.ahead)
}

// windowless are the licenses without a limit on the time without contact; nil when none has one.
func windowless(held []terms.Held) []terms.Held {
	if !slices.ContainsFunc(held, func(h terms.Held) bool { return h.Policy.Offline.Window.Lasts() }) {
		return nil
	}
	all := slices.Clone(held)
	for i := range all {
		all[i].Policy.Offline.Window = terms.Length{}
	}
	return all
}

// calm is how long after a contact nothing is told about a time without contact: a quarter of it is left then, or three days.
func calm(window time.Duration) time.Duration {
	const last = 3 * 24 * time.Hour
	if window > last {
		return min(window*3/4, window-last)
	}
	return window * 3 / 4
}

// shortestWindow is the shortest time without contact that some license allows; 0: there is no limit.
func shortestWindow(held []terms.Held) time.Duration {
	var shortest time.Duration
	for i := range held {
		w := held[i].Policy.Offline.Window
		d := w.Span + time.Duration(w.Days)*24*time.Hour
		if d > 0 && (shortest == 0 || d < shortest) {
			shortest = d
		}
	}
	return shortest
}
