package views

import (
	"testing"
	"time"

	"holdfast/licensing/terms"
)

func TestADateThatPassesIsShownWhenItPasses(t *testing.T) {
	f := offlineFacts("2026-11-02")
	for i := range f.Licenses {
		f.Licenses[i].Policy.Offline.Window = terms.Length{Span: 10 * time.Second}
	}
	f.Contact[acmeRoot] = day("2026-11-03")
	e := newFake(f)
	var wait time.Duration
	var look func()
	b := open(t, e, benchOptions{after: func(d time.Duration, do func()) func() {
		if d < again {
			wait, look = d, do
		}
		return func() { look = nil }
	}})
	var seen []terms.State
	for b.w.snap.Verdict.Main.State != terms.StateGraceOffline {
		if look == nil || len(seen) > 5 {
			t.Fatalf("nothing waits for the next date after %v", seen)
		}
		seen = append(seen, b.w.snap.Verdict.Main.State)
		e.wall = e.wall.Add(wait)
		e.revision++
		look()
	}
	b.mustShow(b.say(b.w.snap.Verdict.Main))
	if len(seen) == 0 || seen[0] != terms.StateActiveOffline {
		t.Errorf("it began with %v", seen)
	}
}
