package simulate

import (
	"runtime"
	"sync"
	"time"

	"holdfast/licensing/terms"
)

// Run tries a scenario on a copy of the facts, as they are at a wall time.
func Run(f terms.Facts, wall time.Time, s Scenario) Result {
	r := run(&f, wall, s, !s.NeverOnline)
	r.Assumptions = s.assumptions(&f)
	return r
}

// Timeline is what happens up to a date when nothing arrives any more: no contact and no file.
func Timeline(f terms.Facts, wall, until time.Time) Result {
	r := run(&f, wall, Scenario{Until: until}, false)
	r.Assumptions = []string{AssumeNothing, AssumeRunning}
	return r
}

// run tries a scenario on each product, on all processors when there are many.
func run(f *terms.Facts, wall time.Time, s Scenario, online bool) Result {
	parts := partsOf(f)
	s = s.within(now(parts, wall), wall)
	r := Result{From: s.From, Until: s.Until, Products: make([]Lane, len(parts))}
	var all sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), 1+len(parts)/16)
	for n := range workers {
		all.Go(func() {
			for i := n; i < len(parts); i += workers {
				r.Products[i] = laneOf(parts[i], wall, s, online)
			}
		})
	}
	all.Wait()
	return r
}

// now is the earliest time that decides about some product: what the clock shows, unless it is not believed.
func now(parts []*part, wall time.Time) time.Time {
	if len(parts) == 0 {
		return wall
	}
	first := parts[0].start(wall)
	for _, p := range parts[1:] {
		if t := p.start(wall); t.Before(first) {
			first = t
		}
	}
	return first
}

// laneOf tries a scenario on one product.
func laneOf(p *part, wall time.Time, s Scenario, online bool) Lane {
	w := newWorld(p, wall, s, online, changes{})
	from := later(s.From, w.start)
	t := trial{part: p, wall: wall, scenario: s, online: online, from: from, until: later(s.Until, from)}
	l := Lane{Vendor: p.vendor.Root, Product: p.id, Spans: w.walk(t.from, t.until, nil)}
	l.Name = w.name
	if l.Lost = t.lost(l.Spans); !l.Lost.IsZero() {
		l.Avoid = t.avoid(w, l.Spans, l.Lost)
	}
	return l
}
