package reconcile

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestARequestMadeDuringAContactDoesNotWaitForHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.set(func(ctx context.Context, c Call) Carried {
			if c.What == "checkin" && len(w.house.waiting) == 0 {
				w.house.mu.Lock() // a person makes a request while the check-in is on its way
				w.house.waiting = append(w.house.waiting, w.house.call("activate", "new", 0))
				w.house.vendors[0].RequestAt = w.clock.Read().Wall
				w.house.mu.Unlock()
				time.Sleep(3 * time.Second)
			}
			return well(ctx, c)
		})
		w.run(t)
		pass(5 * time.Minute)
		w.wire.mu.Lock()
		defer w.wire.mu.Unlock()
		if !slices.Contains(w.wire.calls, "new") {
			t.Fatalf("after 5 minutes %v were carried", w.wire.calls)
		}
	})
}

func TestUsageThatTheVendorDoesNotConfirmIsNotSentAllDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.house.usage = []Call{w.house.call("usage", "u1", 0)}
		w.house.vendors[0].UsageSince = w.clock.Read().Wall.Add(-time.Hour)
		w.house.onTake = func(c Call) (Taken, error) { return Taken{Kind: "receipt"}, nil } // an earlier part is missing
		w.run(t)
		pass(48 * time.Hour)
		if n := len(w.wire.contacts()); n < 5 || n > 16 {
			t.Fatalf("%d contacts in 2 days", n)
		}
	})
}

func TestTriesOfAPersonsThatFailDelayNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run(t)
		pass(2 * time.Minute)
		w.wire.set(ill(CauseTimeout, ClassNone))
		tried := len(w.wire.contacts())
		for range 9 { // nine failures in a row would be a wait of up to an hour
			if _, err := w.runner.Now(t.Context(), "r"); err != nil {
				t.Fatal(err)
			}
			pass(time.Second)
		}
		pass(4 * time.Minute)
		if n := len(w.wire.contacts()) - tried; n < 10 {
			t.Fatalf("%d contacts: none by itself within 4 minutes", n)
		}
	})
}
