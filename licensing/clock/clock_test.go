package clock

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

func TestSystemClockGoesOnAndHasNoMonotonicPart(t *testing.T) {
	first := System().Read()
	second := System().Read()
	if first.Wall.Location() != time.UTC || first.Wall != first.Wall.Round(0) {
		t.Errorf("%v is not plain UTC", first.Wall)
	}
	if first.Running <= 0 || second.Running < first.Running {
		t.Errorf("running %v, then %v", first.Running, second.Running)
	}
	if first.Boot == "" || first.Boot != second.Boot {
		t.Errorf("boot %q, then %q", first.Boot, second.Boot)
	}
}

func TestStopwatchDoesNotRunBackwards(t *testing.T) {
	age := Stopwatch()
	first := age()
	if second := age(); first < 0 || second < first {
		t.Errorf("%v, then %v", first, second)
	}
}

func TestNothingIsKnownBeforeTheFirstSignedTime(t *testing.T) {
	r := NewDriven(start).Read()
	for name, b := range map[string]Bound{"zero": {}, "moved": Bound{}.Moved(r), "saw nothing": Bound{}.Saw(time.Time{}, r)} {
		if l := b.Lower(r); !l.IsZero() {
			t.Errorf("%s: %v", name, l)
		}
	}
	if d := Decide(time.Time{}, r); !d.Equal(start) {
		t.Errorf("decides by %v, want the wall clock", d)
	}
}

func TestRunningTimeCountsAlthoughTheWallIsSetBack(t *testing.T) {
	c := NewDriven(start)
	b := Bound{}.Saw(start, c.Read())
	c.Advance(48 * time.Hour)
	c.Set(start.AddDate(-1, 0, 0))
	want := start.Add(48 * time.Hour)
	if l := b.Lower(c.Read()); !l.Equal(want) {
		t.Errorf("lower bound %v, want %v", l, want)
	}
	if d := Decide(b.Lower(c.Read()), c.Read()); !d.Equal(want) {
		t.Errorf("decides by %v, want %v", d, want)
	}
}

func TestAfterARebootOnlyTheTimeSinceBootCounts(t *testing.T) {
	c := NewDriven(start)
	b := Bound{}.Saw(start, c.Read())
	c.Advance(5 * time.Hour)
	b = b.Moved(c.Read())
	c.Advance(time.Hour) // never looked at
	c.PowerOff(1000 * time.Hour)
	c.Advance(2 * time.Hour)
	if l, want := b.Lower(c.Read()), start.Add(7*time.Hour); !l.Equal(want) {
		t.Errorf("lower bound %v, want %v", l, want)
	}
}

func TestNewerSignedTimeRaisesAndOlderOneDoesNotLower(t *testing.T) {
	c := NewDriven(start)
	b := Bound{}.Saw(start, c.Read())
	c.Advance(10 * time.Hour)
	b = b.Saw(start.Add(4*time.Hour), c.Read()) // newer than the last signed one, older than the bound
	if l, want := b.Lower(c.Read()), start.Add(10*time.Hour); !l.Equal(want) || !b.Signed.Equal(start.Add(4*time.Hour)) {
		t.Errorf("lower bound %v with %v signed, want %v", l, b.Signed, want)
	}
	b = b.Saw(start.Add(100*time.Hour), c.Read())
	if l, want := b.Lower(c.Read()), start.Add(100*time.Hour); !l.Equal(want) {
		t.Errorf("lower bound %v, want %v", l, want)
	}
	b = b.Saw(start, c.Read())
	if l, want := b.Lower(c.Read()), start.Add(100*time.Hour); !l.Equal(want) {
		t.Errorf("lower bound %v after an older one, want %v", l, want)
	}
}

func TestUnknownBootCountsNoMoreThanIsProven(t *testing.T) {
	b := Bound{Signed: start, At: 10 * time.Hour}
	for running, want := range map[time.Duration]time.Duration{
		12 * time.Hour: 2 * time.Hour, // the same boot, or another one that is even older
		3 * time.Hour:  3 * time.Hour, // another boot
	} {
		if l := b.Lower(Reading{Running: running}); l.Sub(start) != want {
			t.Errorf("running %v: counted %v, want %v", running, l.Sub(start), want)
		}
	}
}

func TestBoundIsWrittenAndReadBack(t *testing.T) {
	c := NewDriven(start)
	c.Advance(time.Hour)
	b := Bound{}.Saw(start, c.Read())
	c.Advance(3 * time.Second)
	b = b.Moved(c.Read())
	data, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"signed":"2026-11-03T09:00:00Z","elapsed_ns":3000000000,"boot":"boot-1","at_ns":3603000000000}`
	if string(data) != want {
		t.Errorf("wrote %s, want %s", data, want)
	}
	var back Bound
	if err := json.Unmarshal(data, &back); err != nil || back != b {
		t.Errorf("read %+v, %v; want %+v", back, err, b)
	}
}

// trace is an honest computer: the wall clock may show anything, true time and running time do not.
type trace struct {
	clock *Driven
	truth time.Time
}

func (tr *trace) step(t *rapid.T) {
	span := time.Duration(rapid.Int64Range(0, int64(2000*time.Hour)).Draw(t, "span"))
	switch rapid.SampledFrom([]string{"on", "off", "set", "blank"}).Draw(t, "event") {
	case "on":
		tr.clock.Advance(span)
		tr.truth = tr.truth.Add(span)
	case "off":
		tr.clock.PowerOff(span)
		tr.truth = tr.truth.Add(span)
	case "set":
		tr.clock.Set(tr.truth.Add(time.Duration(rapid.Int64Range(-1, 1).Draw(t, "side")) * 10 * span))
	case "blank":
	}
}

func (tr *trace) reading(blind bool) Reading {
	r := tr.clock.Read()
	if blind {
		r.Boot = ""
	}
	return r
}

func TestLowerNeverFallsAndNeverPassesTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := &trace{clock: NewDriven(start), truth: start}
		blind := rapid.Bool().Draw(t, "boot id cannot be read")
		var b Bound
		var last time.Time
		var lastBoot string
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			tr.step(t)
			r := tr.reading(blind)
			before := b.Lower(r)
			switch rapid.SampledFrom([]string{"look", "move", "signed"}).Draw(t, "act") {
			case "move":
				b = b.Moved(r)
				if after := b.Lower(r); !after.Equal(before) {
					t.Fatalf("moving changed the bound from %v to %v", before, after)
				}
			case "signed":
				// Files travel: a signed time is now or older, never ahead of the truth.
				age := time.Duration(rapid.Int64Range(0, int64(500*time.Hour)).Draw(t, "age"))
				signed := tr.truth.Add(-age)
				b = b.Saw(signed, r)
				if after := b.Lower(r); after.Before(before) || after.Before(signed) {
					t.Fatalf("saw %v: the bound went from %v to %v", signed, before, after)
				}
			case "look":
			}
			lower := b.Lower(r)
			if lower.After(tr.truth) {
				t.Fatalf("lower bound %v is ahead of the truth %v", lower, tr.truth)
			}
			if r.Boot == lastBoot && !blind && lower.Before(last) {
				t.Fatalf("lower bound fell from %v to %v in one boot", last, lower)
			}
			last, lastBoot = lower, r.Boot
			if d := Decide(lower, r); d.Before(lower) || d.Before(r.Wall) || !d.Equal(lower) && !d.Equal(r.Wall) {
				t.Fatalf("decides by %v of %v and %v", d, lower, r.Wall)
			}
		}
	})
}

func TestBoundMovedInEveryBootLosesOnlyThePoweredOffTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := NewDriven(start)
		b := Bound{}.Saw(start, c.Read())
		var on time.Duration
		for range rapid.IntRange(1, 20).Draw(t, "boots") {
			span := time.Duration(rapid.Int64Range(0, int64(500*time.Hour)).Draw(t, "on"))
			c.Advance(span)
			on += span
			b = b.Moved(c.Read())
			c.Set(start.AddDate(rapid.IntRange(-10, 10).Draw(t, "years"), 0, 0))
			c.PowerOff(time.Duration(rapid.Int64Range(0, int64(500*time.Hour)).Draw(t, "off")))
		}
		if l := b.Lower(c.Read()); l.Sub(start) != on {
			t.Fatalf("counted %v of %v", l.Sub(start), on)
		}
	})
}

func TestForgedSpansDoNotTurnTheBoundBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Bound{
			Signed: start, Boot: rapid.SampledFrom([]string{"", "boot-1", "boot-2"}).Draw(t, "boot"),
			Elapsed: time.Duration(rapid.Int64().Draw(t, "elapsed")), At: time.Duration(rapid.Int64().Draw(t, "at")),
		}
		r := Reading{Wall: start, Boot: "boot-1", Running: time.Duration(rapid.Int64Min(0).Draw(t, "running"))}
		if l := b.Lower(r); l.Before(start) {
			t.Fatalf("lower bound %v is before the signed time", l)
		}
		if m := b.Moved(r); m.Elapsed < 0 || !m.Lower(r).Equal(b.Lower(r)) {
			t.Fatalf("moved to %+v", m)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	c := System()
	for b.Loop() {
		_ = c.Read()
	}
}

func TestWithoutABootIdASmallStepBackIsTheSameBoot(t *testing.T) {
	at := Reading{Wall: time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC), Running: 4 * time.Hour}
	b := Bound{}.Saw(at.Wall, at)
	for back, want := range map[time.Duration]time.Duration{
		3 * time.Millisecond: 0,
		30 * time.Second:     0,
		2 * time.Hour:        2 * time.Hour, // another boot, which has run for that long
	} {
		r := at
		r.Running -= back
		if got := b.Lower(r).Sub(at.Wall); got != want {
			t.Errorf("%v back counts %v, want %v", back, got, want)
		}
	}
}
