package usage

import (
	"context"
	"testing"
)

// meets records an event whose id was used before with 7 units, as the engine does, and says whether a conflict is told.
func meets(t *testing.T, b *Book, units int64) bool {
	t.Helper()
	e := use(4)
	e.Units = units
	again, err := b.Known([]Event{e})
	if err != nil || !again[0] {
		t.Fatalf("known: %v, %v", again, err)
	}
	done := mustRecord(t, b, e)
	if !done[0].Again {
		t.Fatalf("counted twice: %+v", done)
	}
	return done[0].Conflict
}

func TestAnotherAmountUnderAKnownIDIsTold(t *testing.T) {
	fsys := bookDisk(t)
	o := bookOptions(fsys)
	b := openBook(t, o)
	first, other := use(4), use(4)
	first.Units, other.Units = 7, 8
	done := mustRecord(t, b, first, first, other)
	if done[1].Conflict || !done[2].Conflict || done[2].Seq != done[0].Seq {
		t.Fatalf("in one batch: %+v", done)
	}
	look := func(when string, told bool) {
		t.Helper()
		if meets(t, b, 7) {
			t.Errorf("%s: the same amount is a conflict", when)
		}
		if meets(t, b, 8) != told {
			t.Errorf("%s: another amount is told %v", when, !told)
		}
	}
	look("at once", true)
	reopen := func(o BookOptions) {
		t.Helper()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b = openBook(t, o)
	}
	reopen(o)
	look("after a new start", true)
	if err := b.CloseEpoch(context.Background()); err != nil {
		t.Fatal(err)
	}
	locked := o
	locked.Keys = lockedKeys()
	reopen(locked)
	look("while the key store is locked", false)
	reopen(o)
	look("from a closed epoch", true)
	if _, err := b.Prune(context.Background(), 1, bookStart); err != nil {
		t.Fatal(err)
	}
	look("pruned in this process", true)
	reopen(o)
	look("pruned before", false)
	checkSums(t, b, []Event{first})
}
