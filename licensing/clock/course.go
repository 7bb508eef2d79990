package clock

import "time"

// Limits of what is believed of a wall clock.
const (
	// JumpMost is how far the wall clock may be ahead of what running time explains. Time spent switched off is a jump too,
	// so it is as long as a computer is usually off.
	JumpMost = 7 * 24 * time.Hour
	// JumpWait is the running time after which a wall clock that stays further ahead is believed.
	JumpWait = 24 * time.Hour
)

// Course is what is known of the wall clock of one computer: rule 3 of the design's section on time.
//
// Line is where the wall clock stood at the last look, as far as it was believed; Boot and At say when that look was. A wall clock
// that shows more than JumpMost beyond the line (or a time proven otherwise) has jumped: From is what it jumped from, To what it
// showed at the last look, Ran the running time since. Until it has kept to that for JumpWait the line goes on by running time.
//
// Going back needs no belief: the lower bound guards it. High remembers for JumpWait where the line was before it went
// far back, so that setting the clock right again is no jump.
//
// The zero Course has never looked; it believes the first look. Values are immutable. Only UTC counts: time zones and
// daylight saving change nothing.
type Course struct {
	Line time.Time     `json:"line,omitzero"`
	Boot string        `json:"boot,omitempty"`
	At   time.Duration `json:"at_ns,omitempty"`
	High time.Time     `json:"high,omitzero"`
	Back time.Duration `json:"back_ns,omitempty"` // running time since High was left
	From time.Time     `json:"from,omitzero"`
	To   time.Time     `json:"to,omitzero"`
	Ran  time.Duration `json:"ran_ns,omitempty"`
}

// Look returns the course after the reading r. Lower is the latest time that is proven to have come by r; zero: none.
func (c Course) Look(r Reading, lower time.Time) Course {
	wall := r.Wall.Round(0).UTC()
	if c.Line.IsZero() {
		return Course{Line: wall, Boot: r.Boot, At: r.Running}
	}
	ran := since(c.Boot, c.At, r)
	c.Boot, c.At = r.Boot, r.Running
	c.Line = c.Line.Add(ran)
	if !c.High.IsZero() {
		if c.High, c.Back = c.High.Add(ran), sum(c.Back, ran); c.Back >= JumpWait {
			c.High, c.Back = time.Time{}, 0
		}
	}
	if wall.After(latest(c.Line, c.High, lower).Add(JumpMost)) {
		return c.jumped(wall, ran)
	}
	c.From, c.To, c.Ran = time.Time{}, time.Time{}, 0
	switch {
	case c.Line.Sub(wall) > JumpMost && c.Line.After(c.High):
		c.High, c.Back = c.Line, 0
	case !wall.Before(c.High.Add(-JumpMost)): // right again
		c.High, c.Back = time.Time{}, 0
	}
	c.Line = wall
	return c
}

// jumped is the course with a wall clock that nothing explains; ran is the running time since the last look.
func (c Course) jumped(wall time.Time, ran time.Duration) Course {
	if c.To.IsZero() || wall.Sub(c.To.Add(ran)).Abs() > JumpMost { // new, or another one
		c.From, c.Ran = c.Line, 0
	} else {
		c.Ran = sum(c.Ran, ran)
	}
	c.To = wall
	if c.Ran >= JumpWait {
		return Course{Line: wall, Boot: c.Boot, At: c.At}
	}
	return c
}

// Disproved returns the course after a proof that the wall clock, as it goes now, was ahead of the true time: it has jumped from
// what is proven to what it shows.
func (c Course) Disproved(r Reading, lower time.Time) Course {
	return Course{Line: lower.Round(0).UTC(), Boot: r.Boot, At: r.Running}.Look(r, lower)
}

// Unsure says that the wall clock was not believed at the last look.
func (c Course) Unsure() bool { return !c.To.IsZero() }

// Left returns the running time after which a jump will be believed; 0 without one.
func (c Course) Left() time.Duration {
	if !c.Unsure() {
		return 0
	}
	return JumpWait - c.Ran
}

// Believed returns the reading with the line in place of a wall clock that is not believed.
func (c Course) Believed(r Reading, lower time.Time) Reading {
	if c = c.Look(r, lower); c.Unsure() {
		r.Wall = c.Line
	}
	return r
}

func latest(times ...time.Time) time.Time {
	var l time.Time
	for _, t := range times {
		if t.After(l) {
			l = t
		}
	}
	return l
}
