package clock

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// honest is a computer whose owner means no harm. Its wall clock shows the truth but for some times when it is wrong; running,
// sleeping, switched off and started again come in any order. It has seen one signed time and is never online again.
type honest struct {
	*Driven
	rng    *rand.Rand
	truth  time.Time
	off    time.Duration // switched off, and running time that nobody looked at before it
	looked time.Duration // running time at the last look
	bound  Bound
	course Course
}

func newHonest(rng *rand.Rand) *honest {
	h := &honest{Driven: NewDriven(start), rng: rng, truth: start}
	h.bound = Bound{}.Saw(start, h.Read())
	h.look()
	return h
}

func (h *honest) chance(in int) bool { return h.rng.IntN(in) == 0 }

func (h *honest) span(most time.Duration) time.Duration {
	return time.Duration(h.rng.Int64N(int64(most)))
}

func (h *honest) look() {
	r := h.Read()
	h.course, h.bound, h.looked = h.course.Look(r, h.bound.Lower(r)), h.bound.Moved(r), r.Running
}

// ahead is how far decisions are ahead of the truth.
func (h *honest) ahead() time.Duration {
	r := h.Read()
	lower := h.bound.Lower(r)
	return Decide(lower, h.course.Believed(r, lower)).Sub(h.truth)
}

// run lets the computer run, or sleep, for span; a program looks at the clock now and then.
func (h *honest) run(span time.Duration) {
	for span > 0 {
		part := min(span, time.Minute+h.span(6*time.Hour))
		h.Advance(part)
		h.truth, span = h.truth.Add(part), span-part
		if h.chance(2) {
			h.look()
		}
	}
}

// rest switches the computer off for span, sometimes without a last look.
func (h *honest) rest(span time.Duration) {
	if !h.chance(4) {
		h.look()
	}
	h.off += span + h.Read().Running - h.looked
	h.PowerOff(span)
	h.truth = h.truth.Add(span)
	h.looked = 0
	if h.chance(2) {
		h.look()
	}
}

// pass lets something happen that takes at most running time of on.
func (h *honest) pass(on time.Duration) {
	switch h.rng.IntN(10) {
	case 0, 1, 2:
		h.rest(h.span(72 * time.Hour))
	case 3:
		h.rest(h.span(40 * day))
	case 4:
		h.rest(0)
	default:
		h.run(min(on, time.Minute+h.span(30*time.Hour)))
	}
}

// fault is what a wrong clock shows: up to ten years off, a little off, or what a flat battery leaves.
func (h *honest) fault() time.Time {
	switch h.rng.IntN(6) {
	case 0:
		return time.Unix(0, 0)
	case 1:
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	case 2:
		return h.truth.Add(h.span(14*day) - 7*day)
	case 3:
		return h.truth.Add(h.span(100*day) - 50*day)
	}
	return h.truth.Add(h.span(20*365*day) - 10*365*day)
}

// wrong sets the wall clock wrong, lets things happen for running time of about most, and sets it right again.
func (h *honest) wrong(most time.Duration, check func()) {
	h.Set(h.fault())
	check()
	left := most
	for range 1 + h.rng.IntN(5) {
		before := h.Read()
		h.pass(left)
		if r := h.Read(); r.Boot == before.Boot {
			left -= r.Running - before.Running
		}
		if check(); left <= 0 {
			break
		}
		h.look()
	}
	h.Set(h.truth)
}

// traces calls fn with n seeded generators. HOLDFAST_CLOCK_TRACES and HOLDFAST_SEED ask for more and for others:
//
//	HOLDFAST_CLOCK_TRACES=100000 go test -v -run Clock ./licensing/clock
func traces(t *testing.T, n int, fn func(*rand.Rand)) {
	t.Helper()
	seed := uint64(20261103)
	if s := os.Getenv("HOLDFAST_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	if s := os.Getenv("HOLDFAST_CLOCK_TRACES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d traces, HOLDFAST_SEED=%d", n, seed)
	for i := range n {
		fn(rand.New(rand.NewPCG(seed, uint64(i))))
	}
}

// TestNobodyIsLockedOutByAClockThatIsRightAgain is row R8 of the scorecard. A lock-out is wrong when decisions are past an
// end that the truth has not come to: here, ahead of it by more than the week that is believed at once.
func TestNobodyIsLockedOutByAClockThatIsRightAgain(t *testing.T) {
	var right, wrong, dayAhead, healed, unsure int
	traces(t, 20_000, func(rng *rand.Rand) {
		h := newHonest(rng)
		for range 2 + rng.IntN(8) {
			for range rng.IntN(5) {
				h.pass(60 * time.Hour)
			}
			h.wrong(JumpWait-time.Minute, func() {
				wrong++
				if a := h.ahead(); a > JumpMost {
					t.Fatalf("with a wrong clock decisions are %v ahead of the truth: %+v", a, h.course)
				} else if a > day {
					dayAhead++
				}
			})
			right++
			if a := h.ahead(); a > 0 {
				t.Fatalf("with a right clock decisions are %v ahead of the truth: %+v", a, h.course)
			}
			if behind := -h.ahead(); behind > h.off {
				t.Fatalf("decisions are %v behind after %v off", behind, h.off)
			} else if behind == 0 {
				healed++
			}
			if h.look(); h.course.Unsure() {
				unsure++
				if h.course.Line.After(h.truth) {
					t.Fatalf("the line %v is ahead of the truth %v", h.course.Line, h.truth)
				}
			}
		}
	})
	t.Logf("wrong clock: %d looks, %d of them more than a day ahead, none more than a week; right again: %d, %d of them at the truth, %d not sure yet",
		wrong, dayAhead, right, healed, unsure)
	if dayAhead == 0 || unsure == 0 || healed == 0 {
		t.Error("the traces are too tame to show anything")
	}
}

// TestEveryWrongClockHeals lets the clock be wrong for as long as it likes.
func TestEveryWrongClockHeals(t *testing.T) {
	followed := 0
	traces(t, 5_000, func(rng *rand.Rand) {
		h := newHonest(rng)
		for range 2 + rng.IntN(8) {
			h.pass(60 * time.Hour)
			h.wrong(time.Duration(1+rng.IntN(30))*24*time.Hour, func() {
				if h.ahead() > JumpMost {
					followed++
				}
			})
			if a := h.ahead(); a > 0 {
				t.Fatalf("with a right clock decisions are %v ahead of the truth: %+v", a, h.course)
			}
			if h.chance(3) {
				h.look()
			}
		}
	})
	if followed == 0 {
		t.Error("no wrong clock was ever followed")
	}
}

// TestSettingBackGainsNoMoreThanTheTimeOff lets somebody set the clock at will.
func TestSettingTheClockBackGainsNoMoreThanTheTimeOff(t *testing.T) {
	var most time.Duration
	traces(t, 5_000, func(rng *rand.Rand) {
		h := newHonest(rng)
		for range 30 {
			if h.pass(60 * time.Hour); h.chance(2) {
				h.Set(h.fault())
			}
			behind := -h.ahead()
			if most = max(most, behind-h.off); most > 0 {
				t.Fatalf("%v gained by %v off: %+v", behind, h.off, h.course)
			}
		}
	})
}
