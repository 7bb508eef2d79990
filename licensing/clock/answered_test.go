package clock

import (
	"testing"
	"time"
)

func TestAnAnswerThatWasKeptBackUndoesNoTimeForALittleDifference(t *testing.T) {
	signed := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	read := func(running time.Duration) Reading { return Reading{Wall: signed, Boot: "b", Running: running} }
	// A desk whose clock is five minutes ahead signed before; another one answers at once, and the file is used 50 days later.
	b := Bound{}.Saw(signed.Add(5*time.Minute), read(0))
	asked := b.Lower(read(0))
	if l := b.Answered(signed, asked, read(50*24*time.Hour)).Lower(read(50 * 24 * time.Hour)); l.Before(signed.AddDate(0, 0, 50)) {
		t.Errorf("50 days later the lower bound is %s", l)
	}
	// One that was a year ahead was wrong.
	b = Bound{}.Saw(signed.AddDate(1, 0, 0), read(0))
	if l := b.Answered(signed, b.Lower(read(0)), read(time.Hour)).Lower(read(time.Hour)); !l.Equal(signed) {
		t.Errorf("after the proof the lower bound is %s", l)
	}
}
