package licensing

import (
	"context"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

const day = 24 * time.Hour

// checkin makes a check-in request and returns it as the vendor reads it.
func (c *computer) checkin(v *vendor) exchange.Request {
	c.t.Helper()
	m, err := c.MakeRequest(context.Background(), RequestOptions{Kind: exchange.RequestCheckin, Vendor: v.id})
	if err != nil {
		c.t.Fatal(err)
	}
	return parseRequest(c.t, m.File)
}

// met answers a check-in request with the license as it is held.
func (v *vendor) met(c *computer, req exchange.Request) []byte {
	return v.file(exchange.KindLicense, v.response(exchange.KindLicense, &req, licensePart(c.Snapshot().Facts.Licenses[0].License)))
}

// checkedIn checks in by file while the vendor's clock shows at.
func (c *computer) checkedIn(v *vendor, at time.Time) {
	c.t.Helper()
	v.now = at
	if it := c.use(v.met(c, c.checkin(v))); !it.Taken {
		c.t.Fatalf("check-in: %+v", it.Finding)
	}
}

// newer uses a file that any computer may get, signed at that moment.
func (c *computer) newer(v *vendor, at time.Time) {
	c.t.Helper()
	v.now, v.version = at, v.version+1
	if it := c.use(v.profileFile()); !it.Taken {
		c.t.Fatalf("newer file: %+v", it.Finding)
	}
}

func (c *computer) again() { c.Refresh(context.Background()) }

// told are the reasons of the records of these kinds, oldest first, but for starts.
func (c *computer) told(kinds ...string) []string {
	c.t.Helper()
	got := []string{}
	err := c.Ledger(1, func(en LedgerEntry) error {
		if slices.Contains(kinds, en.Kind) && en.Reason != clockBoot {
			got = append(got, en.Reason)
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

func (c *computer) toldOfClock(want ...string) {
	c.t.Helper()
	if got := c.told("clock"); !slices.Equal(got, want) {
		c.t.Fatalf("the journal says %v of the clock, want %v", got, want)
	}
}

func (c *computer) allowed(want bool) {
	c.t.Helper()
	if ok, f := c.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); ok != want {
		c.t.Fatalf("allowed is %v at %v: %s", ok, c.Snapshot().Clock.Decision, f.State)
	}
}

// decides demands the decision time, and the same after a new start and after the journal alone is left.
func (c *computer) decides(want time.Time) {
	c.t.Helper()
	for _, step := range []string{"now", "after a new start", "from the journal alone"} {
		if step == "after a new start" {
			c.reopen()
		}
		if step == "from the journal alone" {
			c.lose(indexFile, checkpointFile, tailFile)
		}
		if got := c.Snapshot().Clock.Decision; !got.Equal(want) {
			c.t.Fatalf("%s decisions use %v, want %v", step, got, want)
		}
	}
}

func TestSetBackIsToldAndNothingStops(t *testing.T) {
	for name, set := range map[string]func(*clock.Driven){
		"a year back":        func(d *clock.Driven) { d.Set(start.AddDate(-1, 0, 0)) },
		"flat battery, 1970": func(d *clock.Driven) { d.PowerOff(time.Hour); d.Set(time.Unix(0, 0)) },
		"flat battery, 2000": func(d *clock.Driven) { d.PowerOff(time.Hour); d.Set(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) },
	} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.activate(v)
			c.clock.Advance(2 * day)
			c.again()
			set(c.clock)
			c.reopen()
			c.wants(terms.StateClockWrong)
			c.allowed(true)
			c.decides(start.Add(2 * day))
			view := c.Snapshot().Clock
			if view.State != terms.StateClockWrong || !view.Vendors[0].Sure.Equal(start.Add(2*day)) || view.Vendors[0].Behind < 300*day {
				t.Fatalf("the clock is seen as %+v", view)
			}
			c.again()
			c.again()
			c.toldOfClock(clockWrong)
			c.clock.Set(start.Add(2*day + time.Hour))
			c.again() // "Check again"
			c.wants(terms.StateActive)
			c.toldOfClock(clockWrong, clockRight)
		})
	}
}

func TestTwentyFourHoursBackAreALineInChecksOnly(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	for by, want := range map[time.Duration]terms.State{day: "", day + time.Second: terms.StateClockWrong} {
		c.clock.Set(start.Add(-by))
		s := c.Snapshot()
		if s.Clock.State != want || (s.Verdict.Main.State == terms.StateClockWrong) != (want != "") {
			t.Errorf("%v back: %s, main finding %s", by, s.Clock.State, s.Verdict.Main.State)
		}
		line := c.Checks(context.Background())[0]
		if line.ID != "clock" || line.State != want || line.Level == terms.ToneOK || line.Args["sure"] == nil {
			t.Errorf("%v back: the check says %+v", by, line)
		}
	}
}

func TestSetForwardAndRightAgainNeverHappened(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.clock.Advance(day)
	c.again()
	c.clock.Set(start.AddDate(5, 0, 0))
	c.again()
	c.wants(terms.StateClockUnsure)
	c.allowed(true)
	c.decides(start.Add(day))
	line := c.Snapshot().Clock.Line
	if !line.From.Equal(start.Add(day)) || !line.To.Equal(start.AddDate(5, 0, 0)) || line.Left != clock.JumpWait {
		t.Fatalf("the jump is %+v", line)
	}
	if check := c.Checks(context.Background())[0]; check.State != terms.StateClockUnsure || check.Args["to"] != line.To {
		t.Fatalf("the check says %+v", check)
	}
	c.clock.Advance(20 * time.Hour)
	c.again()
	c.clock.Set(start.Add(day + 20*time.Hour))
	c.again()
	c.wants(terms.StateActive)
	c.decides(start.Add(day + 20*time.Hour))
	c.toldOfClock(clockJump, clockCameBack)
}

func TestAForwardClockIsFollowedAfterADayAndHeals(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.clock.Set(start.AddDate(5, 0, 0))
	for range 4 { // the running time counts over restarts of the program
		c.reopen()
		c.wants(terms.StateClockUnsure)
		c.clock.Advance(6 * time.Hour)
	}
	c.again()
	c.wants(terms.StateExpired)
	c.toldOfClock(clockJump, clockSettled)
	c.clock.Set(start.Add(day))
	c.again()
	c.wants(terms.StateActive)
	c.decides(start.Add(day))
}

func TestOffForLongIsANoticeUntilAnyNewerFileComes(t *testing.T) {
	for name, settle := range map[string]func(*computer, *vendor){
		"a check-in answer": func(c *computer, v *vendor) { c.checkedIn(v, start.Add(30*day)) },
		"any newer file":    func(c *computer, v *vendor) { c.newer(v, start.Add(24*day)) },
	} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.activate(v)
			c.clock.PowerOff(30 * day)
			c.reopen()
			c.wants(terms.StateClockUnsure)
			c.allowed(true)
			c.decides(start)
			settle(c, v)
			c.wants(terms.StateActive)
			c.decides(start.Add(30 * day))
			c.toldOfClock(clockJump, clockSettled)
		})
	}
}

// abroad is a clock that shows a zone of its own.
type abroad struct {
	*clock.Driven
	zone *time.Location
}

func (a abroad) Read() clock.Reading {
	r := a.Driven.Read()
	r.Wall = r.Wall.In(a.zone)
	return r
}

func TestZonesDaylightSavingAndSleepHaveNoEffect(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range []*time.Location{berlin, time.FixedZone("", 14*3600), time.FixedZone("", -12*3600)} {
		c.o.Clock = abroad{c.clock, zone}
		c.clock.Advance(60 * day) // asleep, also over a change of daylight saving
		c.again()
		c.wants(terms.StateActive)
		if d := c.Snapshot().Clock.Decision; !d.Equal(c.clock.Read().Wall) || d.Location() != time.UTC {
			t.Errorf("in %v decisions use %v", zone, d)
		}
	}
	c.o.Clock = c.clock
	c.toldOfClock()
}

func TestFirstStartWithAClockInThePast(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.clock.Set(time.Unix(0, 0))
	c.activate(v)
	c.wants(terms.StateClockWrong)
	c.allowed(true)
	c.clock.Set(start.Add(time.Hour))
	c.again()
	c.wants(terms.StateActive)
	c.decides(start.Add(time.Hour))
	c.toldOfClock(clockWrong, clockRight)
}

func TestFirstStartWithAClockInTheFuture(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.clock.Set(start.AddDate(10, 0, 0))
	c.activate(v) // the answer proves that the request was not made in ten years
	c.wants(terms.StateClockUnsure)
	c.allowed(true)
	c.decides(start)
	c.clock.Set(start.Add(time.Hour))
	c.again()
	c.wants(terms.StateActive)
	c.decides(start.Add(time.Hour))
	c.toldOfClock(clockJump, clockCameBack)
}

func TestACheckInHealsAClockThatWasFollowedWrongly(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.clock.Set(start.AddDate(5, 0, 0))
	c.again()
	c.clock.Advance(2 * day)
	c.again()
	c.wants(terms.StateExpired)
	c.checkedIn(v, start.Add(2*day))
	c.wants(terms.StateClockUnsure)
	c.allowed(true)
	c.decides(start.Add(2 * day))
	c.toldOfClock(clockJump, clockSettled, clockJump)
}

func TestATravellingAnswerIsNoProofAgainstARightClock(t *testing.T) {
	for name, before := range map[string]time.Time{"always right": start.Add(2 * day), "wrong when it was asked": start.AddDate(5, 0, 0)} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.activate(v)
			c.clock.PowerOff(2 * day)
			c.clock.Set(before)
			c.again()
			c.clock.Advance(2 * day)
			c.again()
			req := c.checkin(v)
			v.now = start.Add(4 * day)
			file := v.met(c, req)
			c.clock.Set(start.Add(4 * day))
			for range 8 { // off most of the time: no running time explains it
				c.again()
				c.clock.PowerOff(5 * day)
			}
			if it := c.use(file); !it.Taken {
				t.Fatalf("answer: %+v", it.Finding)
			}
			c.wants(terms.StateActive)
			c.decides(start.Add(44 * day))
		})
	}
}

func TestADifferentJumpIsRecordedToo(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	for _, years := range []int{5, 3} {
		c.clock.Set(start.AddDate(years, 0, 0))
		c.again()
		c.clock.Advance(10 * time.Hour)
		c.again()
	}
	c.toldOfClock(clockJump, clockJump)
}

func TestACheckInHealsADateThatTheVendorSignedWrongly(t *testing.T) {
	for _, years := range []struct{ years, days int }{{years: 5}, {days: 30}} {
		c, v := newComputer(t), newVendor(t, "acme")
		first := c.activate(v)
		c.checkin(v) // waits since before: its answer would prove nothing
		ahead := start.AddDate(years.years, 0, years.days)
		c.newer(v, ahead)
		v.now = ahead
		wrong := v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(v.license("A-1", 2, bound(first)))))
		if it := c.use(wrong); !it.Taken {
			t.Fatalf("renewal: %+v", it.Finding)
		}
		c.wants(terms.StateClockWrong)
		v.now = start.Add(time.Hour)
		c.use(v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(v.license("A-1", 3, bound(first))))))
		c.wants(terms.StateClockWrong) // a file that answers nothing proves no upper limit
		c.clock.Advance(2 * time.Hour)
		c.checkedIn(v, start.Add(2*time.Hour))
		c.wants(terms.StateActive)
		c.decides(start.Add(2 * time.Hour))
		c.toldOfClock(clockWrong, clockLowered, clockRight)
		s := c.Snapshot()
		if at := s.Facts.Contact[s.Vendors[0].Root]; !at.Equal(start.Add(2 * time.Hour)) {
			t.Fatalf("the last contact was %v", at)
		}
		c.use(wrong) // known, so it raises nothing again
		c.wants(terms.StateActive)
	}
}

func TestAProgramThatOnlyReadsSeesAJumpToo(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.reopen()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.clock.Set(start.AddDate(5, 0, 0))
	o := c.options()
	o.ReadOnly = true
	e, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if s := e.Snapshot(); s.Clock.State != terms.StateClockUnsure || s.Verdict.Main.State != terms.StateClockUnsure {
		t.Fatalf("seen: %+v, %s", s.Clock, s.Verdict.Main.State)
	}
}
