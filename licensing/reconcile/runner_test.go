package reconcile

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"holdfast/licensing/clock"
)

// bubble is a clock over synctest's time. Sleep and wall are what a suspended computer or a person adds to it.
type bubble struct {
	mu          sync.Mutex
	start       time.Time
	sleep, wall time.Duration
}

func newBubble() *bubble { return &bubble{start: time.Now()} }

func (b *bubble) Read() clock.Reading {
	b.mu.Lock()
	defer b.mu.Unlock()
	on := time.Since(b.start) + b.sleep
	return clock.Reading{Wall: b.start.Add(on + b.wall).Round(0).UTC(), Boot: "b", Running: time.Hour + on}
}

func (b *bubble) add(sleep, wall time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sleep += sleep
	b.wall += wall
}

// wire is a Carrier whose exchanges are a function.
type wire struct {
	carry func(ctx context.Context, c Call) Carried

	mu    sync.Mutex
	open  int
	most  int // contacts open at once
	opens []time.Time
	calls []string
}

func (w *wire) Open([]string) Line {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open++
	w.most = max(w.most, w.open)
	w.opens = append(w.opens, time.Now())
	return w
}

func (w *wire) Carry(ctx context.Context, c Call) Carried {
	w.mu.Lock()
	w.calls = append(w.calls, c.ID)
	carry := w.carry
	w.mu.Unlock()
	if carry != nil {
		return carry(ctx, c)
	}
	return well(ctx, c)
}

func (w *wire) set(carry func(ctx context.Context, c Call) Carried) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.carry = carry
}

func (w *wire) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open--
}

func (w *wire) underWay() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open
}

func (w *wire) contacts() []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]time.Time(nil), w.opens...)
}

func well(context.Context, Call) Carried {
	return Carried{Answer: []byte("ok"), Class: ClassGood, Host: "x.test:443", Sent: 10, Came: 20}
}

func ill(c Cause, class Class) func(context.Context, Call) Carried {
	return func(context.Context, Call) Carried { return Carried{Cause: c, Class: class, Sent: 10} }
}

// world is a Runner on the bubble's clock with everything around it.
type world struct {
	house    *house
	wire     *wire
	clock    *bubble
	mu       sync.Mutex
	settings Settings
	network  chan struct{}
	runner   *Runner
	stop     context.CancelFunc
	done     chan error
}

func newWorld(t *testing.T) *world {
	w := &world{house: newHouse(t, "https://x.test"), wire: &wire{}, clock: newBubble(), network: make(chan struct{}), done: make(chan error, 1)}
	w.house.onTake = func(c Call) (Taken, error) {
		if c.What == "usage" {
			w.house.usage = w.house.usage[1:]
		}
		return Taken{Kind: "standing", Remains: len(w.house.usage) > 0}, nil
	}
	return w
}

// run starts the Runner; the test's end stops it.
func (w *world) run(t *testing.T) {
	var seed [32]byte
	w.runner = New(Options{
		Home: w.house, Clock: w.clock, Carrier: w.wire, Rand: rand.NewChaCha8(seed), Network: w.network, Zone: time.UTC,
		Settings: func() Settings {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.settings
		},
	})
	ctx, stop := context.WithCancel(t.Context())
	w.stop = stop
	go func() { w.done <- w.runner.Run(ctx) }()
	t.Cleanup(stop)
}

func (w *world) set(change func(*Settings)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.settings)
}

func pass(d time.Duration) {
	time.Sleep(d) // synctest's
	synctest.Wait()
}

func TestARunnerContactsAfterTheStartThenDailyAndShowsItsPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		begun := time.Now()
		w.run(t)
		pass(10 * 24 * time.Hour)
		at := w.wire.contacts()
		if len(at) < 10 || len(at) > 13 || at[0].Sub(begun) > time.Minute {
			t.Fatalf("%d contacts in 10 days, the first after %s", len(at), at[0].Sub(begun))
		}
		if kept := w.house.contacts(); len(kept) != len(at) || kept[0].Reason != ReasonRegular && kept[0].Reason != ReasonStart {
			t.Errorf("%d contacts kept: %+v", len(kept), kept[0])
		}
		w.house.mu.Lock()
		defer w.house.mu.Unlock()
		last := w.house.plans[len(w.house.plans)-1]
		if until := last.At.Sub(w.clock.Read().Wall); last.Running || until <= 0 || until > 24*time.Hour {
			t.Errorf("the plan shown last is %+v", last)
		}
		if n := len(w.house.plans); n > 3*len(at)+1 {
			t.Errorf("%d plans shown for %d contacts", n, len(at))
		}
	})
}

func TestFailuresAreTriedMoreAndMoreSeldomAndRecordedOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.carry = ill(CauseTimeout, ClassNone)
		w.run(t)
		pass(72 * time.Hour)
		n := len(w.wire.contacts())
		if n < 72*60/62 || n > 165 {
			t.Fatalf("%d tries in 3 days", n)
		}
		kept := w.house.contacts()
		if len(kept) != 3 {
			t.Fatalf("%d of them recorded", len(kept))
		}
		w.house.mu.Lock()
		newest := w.house.newest
		w.house.mu.Unlock()
		if tries := w.wire.contacts(); tries[n-1].Sub(newest.At).Abs() > time.Minute || newest.Before == 0 || newest.Before > n {
			t.Errorf("the newest try shown is %+v", newest)
		}
		w.wire.set(nil)
		w.runner.Nudge(ReasonWindow)
		pass(2 * time.Minute)
		kept = w.house.contacts()
		if len(kept) != 5 || kept[3].Cause != CauseTimeout || kept[4].Cause != "" {
			t.Fatalf("after it succeeded: %+v", kept)
		}
		sum := len(kept)
		for _, c := range kept {
			sum += c.Before
		}
		if all := len(w.wire.contacts()); sum != all {
			t.Errorf("records speak of %d contacts, there were %d", sum, all)
		}
	})
}

func TestARestartKeepsTheBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := &w.house.vendors[0]
		v.LastOK, v.LastTry, v.Cause, v.Failures = time.Now().Add(-9*time.Hour), time.Now().Add(-time.Minute), CauseServer, 12
		w.house.waiting = []Call{w.house.call("activate", "r1", 0)}
		w.run(t)
		pass(5 * time.Minute)
		if n := len(w.wire.contacts()); n != 0 {
			t.Errorf("%d contacts in 5 minutes after the 12th failure", n)
		}
		pass(time.Hour)
		if n := len(w.wire.contacts()); n == 0 {
			t.Error("and none in an hour")
		}
	})
}

func TestRetryAfterIsKeptAlsoOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.carry = func(context.Context, Call) Carried {
			return Carried{Cause: CauseBusy, RetryAfter: 5 * time.Hour, Sent: 1}
		}
		w.run(t)
		pass(2 * time.Minute)
		c := w.house.contacts()[0]
		if want := c.At.Add(5 * time.Hour); c.RetryAt.Before(want) || c.RetryAt.After(want.Add(time.Second)) {
			t.Errorf("to come again at %s", c.RetryAt)
		}
		w.stop()
		<-w.done
		w.house.vendors[0].RetryAt = c.RetryAt // the Runner has ended
		w.run(t)
		pass(4*time.Hour + 50*time.Minute)
		if n := len(w.wire.contacts()); n != 1 {
			t.Errorf("%d contacts before that", n)
		}
		pass(time.Hour)
		if n := len(w.wire.contacts()); n != 2 {
			t.Errorf("%d contacts", n)
		}
	})
}

func TestAWallClockThatJumpsCausesNeitherABurstNorSilence(t *testing.T) {
	for name, by := range map[string]time.Duration{"a year ahead": 365 * 24 * time.Hour, "a year back": -365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.run(t)
				for range 5 {
					pass(6 * time.Hour)
					before := len(w.wire.contacts())
					w.clock.add(0, by)
					pass(time.Hour)
					if n := len(w.wire.contacts()) - before; n > 1 {
						t.Errorf("%d contacts in the hour after", n)
					}
					pass(48 * time.Hour)
					if n := len(w.wire.contacts()) - before; n < 2 || n > 4 {
						t.Errorf("%d contacts in two days", n)
					}
				}
			})
		})
	}
}

func TestSleepEndsWithOneContactAndNotAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run(t)
		pass(2 * time.Hour)
		var spreads []time.Duration
		for i := range 20 {
			before := len(w.wire.contacts())
			w.clock.add(9*time.Hour+time.Duration(i%2)*24*time.Hour, 0)
			woke := time.Now()
			pass(3 * time.Minute)
			at := w.wire.contacts()
			if len(at) != before+1 {
				t.Fatalf("%d contacts after a night", len(at)-before)
			}
			// The wait counts from when the Runner saw that the computer woke up, which is when it showed the plan.
			w.house.mu.Lock()
			for i, p := range w.house.plans {
				if p.Running && i > 0 && w.house.shown[i].After(woke) {
					spreads = append(spreads, w.house.shown[i].Sub(w.house.shown[i-1]))
				}
			}
			w.house.plans, w.house.shown = nil, nil
			w.house.mu.Unlock()
			pass(time.Hour)
			if n := len(w.wire.contacts()); n != before+1 {
				t.Fatalf("%d more contacts in the hour after", n-before-1)
			}
		}
		slices.Sort(spreads)
		if lo, hi := spreads[0], spreads[len(spreads)-1]; len(spreads) != 20 || lo < 100*time.Millisecond || hi > time.Minute || hi-lo < 20*time.Second {
			t.Errorf("the contacts came after %s", spreads)
		}
	})
}

func TestQuittingDuringAContactIsInstant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.carry = func(ctx context.Context, _ Call) Carried {
			<-ctx.Done()
			return Carried{Cause: CauseStopped}
		}
		w.run(t)
		pass(time.Minute + time.Second)
		if w.wire.underWay() != 1 {
			t.Fatal("no contact is under way")
		}
		begun := time.Now()
		w.stop()
		if err := <-w.done; !errors.Is(err, context.Canceled) || time.Since(begun) != 0 {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
		if n := len(w.house.contacts()); n != 0 {
			t.Errorf("%d contacts recorded, although nothing was sent", n)
		}
	})
}

func TestTheRecordSaysWhetherAPersonStoppedAContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, why := range []error{ErrByPerson, nil} {
			w := newWorld(t)
			w.wire.carry = func(ctx context.Context, _ Call) Carried {
				<-ctx.Done()
				return Carried{Cause: CauseStopped, Sent: 10}
			}
			w.run(t)
			ctx, stop := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Millisecond, func() { stop(why) })
			c, err := w.runner.Now(ctx, w.house.ContactVendors()[0].Root)
			w.stop()
			<-w.done
			if err != nil || c.Cause != CauseStopped || c.Detail.Person != (why != nil) {
				t.Errorf("%v: %v, %+v", why, err, c)
			}
			if kept := w.house.contacts(); len(kept) != 1 || kept[0].Detail != c.Detail {
				t.Errorf("%v: recorded %+v", why, kept)
			}
		}
	})
}

func TestWhatLeftIsRecordedAlsoWhenTheProgramEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.carry = func(ctx context.Context, _ Call) Carried {
			<-ctx.Done()
			return Carried{Cause: CauseStopped, Sent: 10}
		}
		w.run(t)
		pass(time.Minute + time.Second)
		w.stop()
		<-w.done
		if kept := w.house.contacts(); len(kept) != 1 || kept[0].Cause != CauseStopped || len(kept[0].Sent) != 1 {
			t.Errorf("%+v", kept)
		}
	})
}

func TestAnAnswerThatPutsTheTimeRightIsNotFollowedByAnotherContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.house.onTake = func(Call) (Taken, error) {
			w.clock.add(0, 3*365*24*time.Hour)
			return Taken{}, nil
		}
		w.run(t)
		pass(2 * time.Hour)
		if n := len(w.wire.contacts()); n != 1 {
			t.Errorf("%d contacts", n)
		}
	})
}

func TestTimesFromTheFutureDoNotSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := &w.house.vendors[0]
		v.LastOK = time.Now().AddDate(1, 0, 0)
		v.LastTry, v.UsageSince, v.RetryAt = v.LastOK, v.LastOK, v.LastOK
		w.run(t)
		pass(2 * time.Hour)
		if n := len(w.wire.contacts()); n != 1 {
			t.Errorf("%d contacts", n)
		}
	})
}

func TestAContactEndsWithItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.house.waiting = []Call{w.house.call("activate", "r1", 0), w.house.call("renew", "r2", 0)}
		w.wire.carry = func(ctx context.Context, c Call) Carried {
			if c.ID == "r1" {
				time.Sleep(19 * time.Second) // synctest's
				return well(ctx, c)
			}
			<-ctx.Done()
			return Carried{Cause: CauseTimeout, Class: ClassSlow, Sent: 3}
		}
		w.run(t)
		c, err := w.runner.Now(t.Context(), "r")
		if err != nil || c.Cause != CauseTimeout || c.Took != Budget || len(c.Came) != 1 || c.Reason != ReasonPerson {
			t.Errorf("%v %+v", err, c)
		}
	})
}

func TestNowJoinsWhatIsUnderWayAndWaitsForAnotherVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.house.vendors = append(w.house.vendors, Vendor{Root: "s", URLs: []string{"https://y.test"}, Licenses: 1})
		w.wire.carry = func(ctx context.Context, c Call) Carried {
			time.Sleep(5 * time.Second) // synctest's
			return well(ctx, c)
		}
		w.settings.Mode = ModeManual
		w.run(t)
		var all sync.WaitGroup
		ids := make([]string, 4)
		for i, root := range []string{"r", "r", "s", "s"} {
			all.Go(func() {
				c, err := w.runner.Now(t.Context(), root)
				if err != nil {
					t.Error(err)
				}
				ids[i] = c.ID
			})
		}
		all.Wait()
		if ids[0] != ids[1] || ids[2] != ids[3] || ids[0] == ids[2] || len(w.wire.contacts()) != 2 || w.wire.most != 1 {
			t.Errorf("contacts %v, %d made, %d at once", ids, len(w.wire.contacts()), w.wire.most)
		}
		for root, want := range map[string]error{"t": ErrNoVendor, "r": nil} {
			if _, err := w.runner.Now(t.Context(), root); !errors.Is(err, want) {
				t.Errorf("%s: %v", root, err)
			}
		}
		w.set(func(s *Settings) { s.Mode = ModeOff })
		if _, err := w.runner.Now(t.Context(), "r"); !errors.Is(err, ErrOff) {
			t.Errorf("off: %v", err)
		}
	})
}

func TestWhatIsEssentialGoesFirstAndASlowWayKeepsUsageForLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		class := func(class Class) func(context.Context, Call) Carried {
			return func(ctx context.Context, c Call) Carried {
				got := well(ctx, c)
				got.Class = class
				return got
			}
		}
		w.house.usage = []Call{w.house.call("usage", "u1", 0), w.house.call("usage", "u2", 0)}
		w.house.waiting = []Call{w.house.call("activate", "r1", 0)}
		full := true
		take := w.house.onTake
		w.house.onTake = func(c Call) (Taken, error) {
			taken, err := take(c)
			taken.Full, full = full && c.What == "checkin", full && c.What != "checkin"
			w.house.waiting = nil
			return taken, err
		}
		w.settings.Mode = ModeManual
		w.run(t)
		now := func() Contact {
			c, err := w.runner.Now(t.Context(), "r")
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		now()
		want := []string{"r1", "c1", "c2", "u1", "u2"}
		if got := w.wire.calls; len(got) != 5 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] || got[4] != want[4] {
			t.Errorf("carried %v, want %v", got, want)
		}
		if w.house.fulls != 1 {
			t.Errorf("%d full check-ins", w.house.fulls)
		}
		w.wire.set(class(ClassSlow))
		w.house.mu.Lock()
		w.house.usage = []Call{w.house.call("usage", "u3", 0), w.house.call("usage", "u4", 0)}
		w.house.mu.Unlock()
		if c := now(); !c.Essential || len(w.house.usage) != 2 {
			t.Errorf("on a slow way: %+v", c)
		}
		if c := now(); !c.Essential || len(w.house.usage) != 1 {
			t.Errorf("the next time one batch goes, and %d are left: %+v", len(w.house.usage), c)
		}
		w.house.mu.Lock()
		w.house.usage = append(w.house.usage, w.house.call("usage", "u5", 0))
		w.house.vendors[0].UsageSince = w.clock.Read().Wall
		w.house.mu.Unlock()
		w.wire.set(class(ClassGood))
		w.set(func(s *Settings) { s.Saving, s.Mode = true, ModeAuto })
		pass(48 * time.Hour)
		kept := w.house.contacts()
		if last := kept[len(kept)-1]; !last.Essential || last.Reason == ReasonPerson || len(w.house.usage) != 2 {
			t.Errorf("on battery: %+v", last)
		}
	})
}

func TestABadAnswerToOneRequestStandsInNobodysWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.house.waiting = []Call{w.house.call("activate", "r1", 0), w.house.call("renew", "r2", 0)}
		w.wire.carry = func(ctx context.Context, c Call) Carried {
			if c.ID == "r1" {
				return Carried{Cause: CauseNotService, Status: 400, Code: "file_too_new", Sent: 1}
			}
			return well(ctx, c)
		}
		w.house.onTake = func(c Call) (Taken, error) { return Taken{}, nil }
		w.settings.Mode = ModeManual
		w.run(t)
		c, err := w.runner.Now(t.Context(), "r")
		if err != nil || c.Cause != CauseNotService || len(c.Came) != 2 {
			t.Errorf("%v %+v", err, c)
		}
		w.house.mu.Lock()
		w.house.onTake = func(Call) (Taken, error) { return Taken{}, io.ErrShortWrite }
		w.house.mu.Unlock()
		if c, err = w.runner.Now(t.Context(), "r"); err != nil || c.Cause != CauseNotService {
			t.Errorf("%v %+v", err, c)
		}
		w.wire.set(nil)
		if c, err = w.runner.Now(t.Context(), "r"); err != nil || c.Cause != CauseHere || len(c.Sent) != 1 {
			t.Errorf("%v %+v", err, c)
		}
	})
}

func TestANetworkThatComesBackIsUsedSoonAndFlappingIsNoBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.carry = ill(CauseNoNetwork, ClassNone)
		w.run(t)
		pass(24 * time.Hour)
		before := len(w.wire.contacts())
		for range 600 {
			w.network <- struct{}{}
			pass(time.Second)
		}
		if n := len(w.wire.contacts()) - before; n == 0 || n > 10 {
			t.Errorf("%d tries in 10 minutes of a network that comes and goes", n)
		}
		pass(24 * time.Hour)
		if n := len(w.wire.contacts()); n > 2*daily {
			t.Errorf("%d tries in two days", n)
		}
	})
}

// The marks of a person: a pause, windows and off hold in the Runner too.
func TestAPauseHoldsAndAPersonMayAskAlthough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.settings.Paused = w.clock.Read().Wall.Add(72 * time.Hour)
		w.run(t)
		pass(71 * time.Hour)
		if n := len(w.wire.contacts()); n != 0 {
			t.Errorf("%d contacts during the pause", n)
		}
		w.runner.Nudge(ReasonPerson)
		pass(time.Second)
		if n := len(w.wire.contacts()); n != 1 {
			t.Errorf("%d contacts when a person asked", n)
		}
		pass(48 * time.Hour)
		if n := len(w.wire.contacts()); n < 2 || n > 4 {
			t.Errorf("%d contacts after the pause", n)
		}
	})
}

func TestWhoAskedReadsWhatComesNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.carry = ill(CauseTimeout, ClassNone)
		w.run(t)
		pass(3 * time.Minute)
		for range 5 {
			if _, err := w.runner.Now(t.Context(), w.house.vendors[0].Root); err != nil {
				t.Fatal(err)
			}
			w.house.mu.Lock()
			p, now := w.house.plans[len(w.house.plans)-1], w.clock.Read().Wall
			w.house.mu.Unlock()
			if p.Running || p.Hold != "" || !p.At.After(now) {
				t.Errorf("at %s the plan is %+v", now, p)
			}
			pass(20 * time.Second)
		}
	})
}

func TestLogKeepsWhatDiffers(t *testing.T) {
	var l log
	bad := func(c Cause) Contact { return Contact{Cause: c} }
	at := time.Duration(0)
	var counts []int
	for _, c := range []Contact{bad(CauseDNS), bad(CauseDNS), bad(CauseDNS), bad(CauseTimeout), bad(""), bad(""), {Cause: CauseStopped}, bad(CauseTimeout), {Cause: CauseTimeout, Reason: ReasonPerson}} {
		at += time.Hour
		counts = append(counts, len(l.keep(c, at)))
	}
	want := []int{1, 0, 0, 2, 1, 1, 0, 1, 1}
	for i := range want {
		if counts[i] != want[i] {
			t.Fatalf("records %v, want %v", counts, want)
		}
	}
	if l.held != nil {
		t.Errorf("held %+v", l.held)
	}
}
