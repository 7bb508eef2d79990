package simulate

import (
	"time"

	"holdfast/licensing/terms"
)

// How a wall clock is believed (design: Time, rule 3; package clock does the same with a real one).
const (
	ahead = 7 * 24 * time.Hour // at once, up to so far ahead
	wait  = 24 * time.Hour     // and after this running time beyond that
)

// wallClock is how the clock of the computer goes during a stretch: wrong perhaps, but it does not stop.
type wallClock struct {
	ahead  time.Duration // of true time
	unsure bool          // not believed: decisions stay on the line
	line   time.Duration // how far the line is ahead of true time
	since  time.Time     // when it jumped
	from   time.Time     // what it showed before, as far as that was believed
	until  time.Time     // when it is believed
	// It was set far back: how far ahead it was before, and until when that is remembered.
	high      time.Duration
	highUntil time.Time
}

// clock is what the facts say about it.
func (c *wallClock) clock(t time.Time) terms.Clock {
	if !c.unsure {
		return terms.Clock{}
	}
	return terms.Clock{Line: t.Add(c.line), From: c.from, To: c.since.Add(c.ahead), Left: c.until.Sub(t)}
}

// believed is how far ahead of true time it is, as far as it is believed.
func (c *wallClock) believed() time.Duration {
	if c.unsure {
		return c.line
	}
	return c.ahead
}

// goOn is the clock from t on, when it is ahead by so much then. proven is how far what is proven to have passed is ahead of true
// time; nil: nothing is proven.
func (c *wallClock) goOn(t time.Time, by time.Duration, proven *time.Duration) wallClock {
	n := wallClock{ahead: by, high: c.high, highUntil: c.highUntil}
	line := c.believed()
	remembered := t.Before(c.highUntil)
	explained := line
	if remembered {
		explained = max(explained, c.high)
	}
	if proven != nil {
		explained = max(explained, *proven)
	}
	switch {
	case by-explained > ahead:
		if c.unsure && (by-c.ahead).Abs() <= ahead { // still the same jump
			n.since, n.from, n.until = c.since, c.from, c.until
		} else {
			n.since, n.from, n.until = t, t.Add(line), t.Add(wait)
		}
		if t.Before(n.until) {
			n.unsure, n.line = true, line
		} else {
			n.highUntil = time.Time{}
		}
	case line-by > ahead && (!remembered || line > c.high):
		n.high, n.highUntil = line, t.Add(wait)
	case remembered && by >= c.high:
		n.highUntil = time.Time{}
	}
	return n
}
