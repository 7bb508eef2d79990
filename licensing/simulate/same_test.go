package simulate

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/licensing/terms"
	"holdfast/licensing/terms/termstest"
)

// anyScenario is up to three things that go wrong, around a wall time.
func anyScenario(r termstest.Source, wall time.Time) Scenario {
	var s Scenario
	if r.Chance(2) {
		s.From = r.Near(wall.Add(r.Days(60)))
	}
	if r.Chance(2) {
		s.Until = wall.AddDate(0, 0, 60+r.IntN(900))
	}
	s.NeverOnline = r.Chance(6)
	for range r.IntN(4) {
		c := Condition{Kind: termstest.One(r, Kinds()...)}
		if !r.Chance(3) {
			c.From = r.Near(wall.AddDate(0, 0, -10).Add(r.Days(200)))
		}
		if !r.Chance(4) {
			c.For = termstest.One(r, terms.Days(1+r.IntN(120)), terms.Days(1+r.IntN(10)), terms.Length{Span: time.Duration(1+r.IntN(72)) * time.Hour})
		}
		if r.Chance(4) {
			c.Vendor = termstest.Roots[r.IntN(2)]
		}
		if r.Chance(4) || c.Kind == Version {
			c.Product = termstest.One(r, termstest.Products...)
		}
		switch c.Kind {
		case Clock:
			c.By = termstest.One(r, r.Days(400), r.Days(400), r.Days(20), 3*time.Hour) * termstest.One(r, time.Duration(1), time.Duration(-1))
		case Version:
			c.Version = termstest.One(r, "5", "7")
		}
		s.Conditions = append(s.Conditions, c)
	}
	return s
}

// one tries a scenario, and for one in four the timeline too, and says where it differs from evaluating at single moments; ""
// when nowhere. walk goes through the whole time hour by hour.
func one(seed uint64, walk bool) string {
	r := termstest.New(seed)
	f, wall := r.Facts()
	s := anyScenario(r, wall)
	got := Run(f, wall, s)
	dated := s
	dated.From, dated.Until = got.From, got.Until
	if d := compare(r, f, wall, dated, !s.NeverOnline, got, walk); d != "" {
		return fmt.Sprintf("simulate: %s\nscenario: %+v\nwall: %s", d, s, wall)
	}
	if seed%4 > 0 && !walk {
		return ""
	}
	until := wall.AddDate(0, 0, 100+r.IntN(1000))
	got = Timeline(f, wall, until)
	if d := compare(r, f, wall, Scenario{From: got.From, Until: got.Until}, false, got, walk); d != "" {
		return fmt.Sprintf("timeline: %s\nwall: %s", d, wall)
	}
	return ""
}

func compare(r termstest.Source, f terms.Facts, wall time.Time, s Scenario, online bool, got Result, walk bool) string {
	products := terms.Evaluate(f, terms.Query{}, wall).Products
	if len(products) != len(got.Products) {
		return fmt.Sprintf("%d products of %d", len(got.Products), len(products))
	}
	for i := range got.Products {
		lane := &got.Products[i]
		if lane.Vendor != products[i].Vendor || lane.Product != products[i].ID || len(lane.Spans) == 0 {
			return fmt.Sprintf("lane %d is %s of %s with %d spans", i, lane.Product, lane.Vendor, len(lane.Spans))
		}
		o := newOracle(f, wall, s, online, lane.Vendor, lane.Product)
		if d := compareLane(r, o, s.Until, lane, walk); d != "" {
			return fmt.Sprintf("%s of %s: %s", lane.Product, lane.Vendor, d)
		}
	}
	return ""
}

func compareLane(r termstest.Source, o *oracle, until time.Time, l *Lane, walk bool) string {
	first, last := l.Spans[0].From, later(until, l.Spans[0].From)
	for i := range l.Spans {
		s := &l.Spans[i]
		switch {
		case i > 0 && !s.From.Equal(l.Spans[i-1].To.Add(time.Second)):
			return fmt.Sprintf("span %d begins at %s, after one to %s", i, s.From, l.Spans[i-1].To)
		case s.To.IsZero() != (i == len(l.Spans)-1) && s.To.IsZero():
			return fmt.Sprintf("span %d has no end and is followed", i)
		case i > 0 && s.continues(&l.Spans[i-1]):
			return fmt.Sprintf("span %d is like the one before", i)
		}
	}
	if l.Lost.IsZero() != (len(l.Avoid) == 0) || !l.Lost.IsZero() && !slices.ContainsFunc(l.Spans, func(s Span) bool { return s.From.Equal(l.Lost) }) {
		return fmt.Sprintf("lost at %s, to be avoided by %v", l.Lost, l.Avoid)
	}
	var moments []time.Time
	for i := range l.Spans {
		moments = append(moments, l.Spans[i].From.Add(-time.Second), l.Spans[i].From)
	}
	for range 3 {
		moments = append(moments, first.Add(time.Duration(r.Int64N(int64(last.Sub(first)/time.Second)+1))*time.Second))
	}
	step := first.Add(r.Days(int(last.Sub(first)/(24*time.Hour)) + 1))
	for range 3 { // and some hours in a row
		moments = append(moments, step.Truncate(time.Hour))
		step = step.Add(time.Hour)
	}
	v, _ := o.verdict(first, true)
	for _, e := range v.Next {
		at := e.At.Truncate(time.Second) // a quarter of something need not be whole
		moments = append(moments, at, at.Add(time.Second))
	}
	slices.SortFunc(moments, time.Time.Compare)
	moments = slices.Compact(moments)
	if walk {
		for t := first; t.Before(last); t = t.Add(time.Hour) {
			moments = append(moments, t)
		}
	}
	if l.Spans[len(l.Spans)-1].To.IsZero() {
		moments = append(moments, last.AddDate(5, 0, 0), last.AddDate(50, 0, 0))
	}
	for _, t := range moments {
		i := slices.IndexFunc(l.Spans, func(s Span) bool { return !t.Before(s.From) && (s.To.IsZero() || !t.After(s.To)) })
		if i < 0 {
			if !t.Before(first) && !t.After(last) {
				return fmt.Sprintf("no span at %s", t)
			}
			continue
		}
		if d := compareSpan(o, &l.Spans[i], t); d != "" {
			return fmt.Sprintf("at %s in span %d from %s to %s: %s", t, i, l.Spans[i].From, l.Spans[i].To, d)
		}
	}
	return ""
}

// compareSpan compares a span with the verdict of one of its moments.
func compareSpan(o *oracle, s *Span, t time.Time) string {
	v, clock := o.verdict(t, t.Equal(s.From))
	want := spanOf(t, &v)
	want.Clock = clock
	if !want.continues(s) {
		return fmt.Sprintf("simulated %s %s %q clock %q works %v view %v paused %v\nevaluated %s %s %q clock %q works %v view %v paused %v",
			s.State, s.Mode, s.Cause, s.Clock, s.Works, s.View, s.Paused, v.State, want.Mode, v.Cause, clock, v.Works, v.View, v.Paused)
	}
	if t.Equal(s.From) {
		if !reflect.DeepEqual(v.Slots, s.Finding.Slots) {
			return "what is said differs: " + cmp.Diff(v.Slots, s.Finding.Slots)
		}
	}
	return ""
}

// number is a whole number from the environment.
func number(t *testing.T, name string, other int) int {
	s := os.Getenv(name)
	if s == "" {
		return other
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is no number", name, s)
	}
	return n
}

// TestSimulationTimelineAndEvaluationAgree tries 20,000 random scenarios, 1,000 with -short. HOLDFAST_SCENARIOS=1000000 tries more
// of them; HOLDFAST_SEED=n begins with seed n, so that HOLDFAST_SCENARIOS=1 HOLDFAST_SEED=n runs one again, hour by hour.
func TestSimulationTimelineAndEvaluationAgree(t *testing.T) {
	many := 5_000
	if testing.Short() {
		many = 1_000
	}
	many = number(t, "HOLDFAST_SCENARIOS", many)
	first := number(t, "HOLDFAST_SEED", 1)
	t.Logf("seeds %d to %d", first, first+many-1)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // nothing is kept
	var all sync.WaitGroup
	var wrong sync.Mutex
	found := 0
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		all.Go(func() {
			for seed := first + w; seed < first+many; seed += workers {
				if d := one(uint64(seed), many == 1 || seed%2000 == 0); d != "" {
					wrong.Lock()
					if found++; found <= 5 {
						t.Errorf("HOLDFAST_SCENARIOS=1 HOLDFAST_SEED=%d: %s", seed, d)
					}
					stop := found > 5
					wrong.Unlock()
					if stop {
						return
					}
				}
			}
		})
	}
	all.Wait()
}
