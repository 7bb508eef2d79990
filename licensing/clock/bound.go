package clock

import (
	"math"
	"time"
)

// Bound is the lower bound of the time for one vendor: rule 1 of the design's section on time.
//
// Signed is the latest time that the vendor signed; Elapsed is the running time that is proven to have passed from then
// until the last look; Boot and At say when that look was. The zero Bound knows nothing. Durations are
// written as nanoseconds. Values are immutable; every change gives a new Bound to be stored.
//
// A bound belongs to one computer: put back on another one, its Boot is unknown there and that computer's
// running time would be counted. Who restores records elsewhere starts again with Saw on a zero Bound.
type Bound struct {
	Signed  time.Time     `json:"signed,omitzero"`
	Elapsed time.Duration `json:"elapsed_ns,omitempty"`
	Boot    string        `json:"boot,omitempty"`
	At      time.Duration `json:"at_ns,omitempty"`
}

// Lower returns L, the time that has certainly come by the time of r: Signed plus the running time since. It is the
// zero time when no signed time is known. It does not use r.Wall.
func (b Bound) Lower(r Reading) time.Time {
	if b.Signed.IsZero() {
		return time.Time{}
	}
	return b.Signed.Add(sum(b.Elapsed, since(b.Boot, b.At, r)))
}

// Moved returns the bound with its last look at r. Lower(r) is the same before and after, so a bound may be moved as
// often as one likes; it must be moved at least once per boot for the running time of that boot to count later on.
func (b Bound) Moved(r Reading) Bound {
	if b.Signed.IsZero() {
		return b
	}
	b.Elapsed = sum(b.Elapsed, since(b.Boot, b.At, r))
	b.Boot, b.At = r.Boot, r.Running
	return b
}

// Saw returns the bound after a time signed by the vendor was seen at r. Lower never falls by it: an
// older signed time changes nothing but the last look. A zero signed time is ignored.
func (b Bound) Saw(signed time.Time, r Reading) Bound {
	lower, known := b.Lower(r), !b.Signed.IsZero()
	signed = signed.Round(0).UTC()
	switch {
	case signed.IsZero() || known && !signed.After(b.Signed):
		return b.Moved(r)
	case known && lower.After(signed):
		return Bound{Signed: signed, Elapsed: lower.Sub(signed), Boot: r.Boot, At: r.Running}
	}
	return Bound{Signed: signed, Boot: r.Boot, At: r.Running}
}

// Answered returns the bound after an answer to a request of this computer was seen at r (rule 4). The vendor signed it at signed,
// so the request was made no later than that. atRequest is the lower bound when it was made: if that was later by more than an hour,
// some signed time before was wrong, and the bound falls to signed; otherwise this is Saw: the clocks of a vendor's desks and
// the running time differ a little, and an answer that was kept back must not undo the time since. Only the answer to a request that waits for one
// may be given: no other file proves an upper limit.
func (b Bound) Answered(signed, atRequest time.Time, r Reading) Bound {
	if signed = signed.Round(0).UTC(); !signed.IsZero() && atRequest.Sub(signed) > unlike && b.Lower(r).After(signed) {
		return Bound{Signed: signed, Boot: r.Boot, At: r.Running}
	}
	return b.Saw(signed, r)
}

// unlike is how far the clocks of one vendor are apart at most without one of them being wrong.
const unlike = time.Hour

// since returns the running time that r proves since a look in the given boot at the given running time.
//
// In the same boot that is the difference. In another boot it is the whole running time of that boot, which began after
// the last look; what passed before it, running or off, is not counted. When a boot id is missing, a
// running time that went on counts as the same boot: if it was another one, more time has passed, never less. So
// does one that lies a little behind, since a system may give two processes slightly different running times.
func since(boot string, at time.Duration, r Reading) time.Duration {
	same := boot == r.Boot
	if boot == "" || r.Boot == "" {
		same = r.Running >= at-skew
	}
	if same {
		return max(0, r.Running-at)
	}
	return max(0, r.Running)
}

// skew is how far two readings of one boot may be out of order.
const skew = time.Minute

// sum adds two spans and stops at the largest one instead of turning negative.
func sum(a, b time.Duration) time.Duration {
	a, b = max(0, a), max(0, b)
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
