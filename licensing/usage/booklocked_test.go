package usage

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"
)

func TestALockedKeyStoreDoesNotStopRecordingAndUnlockMakesItReadable(t *testing.T) {
	fsys := bookDisk(t)
	o := bookOptions(fsys)
	o.Keys = lockedKeys()
	b := openBook(t, o)
	mustRecord(t, b, uses(0, 20)...) // more than an epoch holds: it cannot be closed and grows
	checkBook(t, b, uses(0, 20))     // this process has the key
	if _, _, epoch := b.Tail(); epoch != 1 {
		t.Fatalf("epoch %d", epoch)
	}
	if err := b.CloseEpoch(context.Background()); !errors.Is(err, ErrLocked) {
		t.Fatalf("close: %v", err)
	}
	if err := b.Unlock(context.Background(), lockedKeys()); !errors.Is(err, ErrLocked) {
		t.Fatalf("unlock without a key: %v", err)
	}
	if err := b.Unlock(context.Background(), bookKeys()); err != nil {
		t.Fatal(err)
	}
	checkBook(t, b, uses(0, 20))
	mustRecord(t, b, uses(20, 25)...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = openBook(t, bookOptions(fsys))
	checkBook(t, b, uses(0, 25))
	verified(t, fsys)
}

func TestWhatALockedProcessRecordedBeforeItEndedIsForTheVendorOnly(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, uses(0, 3)...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	o := bookOptions(fsys)
	o.Keys = lockedKeys()
	b = openBook(t, o) // the epoch that is open cannot be unwrapped: a session with a key of its own
	mustRecord(t, b, uses(10, 13)...)
	if err := b.Close(); err != nil { // ends without being unlocked
		t.Fatal(err)
	}
	b = openBook(t, bookOptions(fsys))
	got, sealed := usesOf(t, b)
	if !reflect.DeepEqual(got, allKept(uses(0, 3))) || sealed < 3 || b.Unread() != uint64(sealed) {
		t.Fatalf("%d sealed, unread %d, %v", sealed, b.Unread(), got)
	}
	mustRecord(t, b, uses(20, 23)...)
	checkSums(t, b, append(uses(0, 3), uses(20, 23)...))
	if err := b.CloseEpoch(context.Background()); err != nil {
		t.Fatal(err)
	}
	unread := b.Unread()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = openBook(t, bookOptions(fsys))
	checkSums(t, b, append(uses(0, 3), uses(20, 23)...))
	if b.Unread() != unread {
		t.Fatalf("unread %d, then %d", unread, b.Unread())
	}
	// The vendor reads all of it.
	seen := 0
	for _, e := range must(b.Epochs(1)) {
		owner := must(parseOwner(e.Header))
		key := must(EpochKey(bookVendor(1), bookID, e.Number, owner.Enc))
		e.Key, e.Own = &key, map[uint64]Key{}
		for _, en := range e.Entries {
			if en.Type == TypeFresh {
				p := must(splitSession(en.Type, en.Body))
				if p.key != "seal-1" {
					t.Fatalf("sealed for %q", p.key)
				}
				e.Own[en.Seq] = must(EpochKey(bookVendor(1), bookID, e.Number, p.enc))
			}
		}
		r := rows{}
		_ = e.each(bookID, func(en *RawEntry, plain []byte) error {
			if row, ok := r.row(en, plain); ok && row.Use != nil {
				seen++
			} else if ok && row.Sealed {
				t.Fatalf("entry %d cannot be read", en.Seq)
			}
			return nil
		})
	}
	if seen != 9 {
		t.Fatalf("the vendor reads %d uses", seen)
	}
	verified(t, fsys)
}

func TestASessionWithAKeyOfItsOwnIsReadableAfterUnlock(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, uses(0, 3)...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	o := bookOptions(fsys)
	o.Keys = lockedKeys()
	b = openBook(t, o)
	mustRecord(t, b, uses(3, 6)...)
	if err := b.Unlock(context.Background(), bookKeys()); err != nil {
		t.Fatal(err)
	}
	checkBook(t, b, uses(0, 6))
	mustRecord(t, b, uses(6, 9)...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = openBook(t, bookOptions(fsys))
	checkBook(t, b, uses(0, 9))
	if err := b.CloseEpoch(context.Background()); err != nil {
		t.Fatal(err)
	}
	checkBook(t, b, uses(0, 9))
}

func TestALockedProcessUsesTheSealingKeyThatItKnows(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, use(0))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	o := bookOptions(fsys)
	o.Keys, o.Sealing = lockedKeys(), bookSealing(2)
	b = openBook(t, o)
	mustRecord(t, b, use(3))
	if err := b.Unlock(context.Background(), bookKeys()); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, b, use(4)) // now the epoch of the old key ends
	if _, _, epoch := b.Tail(); epoch != 2 {
		t.Fatalf("epoch %d", epoch)
	}
	for _, en := range must(b.Epochs(1))[0].Entries {
		if en.Type == TypeFresh {
			if p := must(splitSession(en.Type, en.Body)); p.key != "seal-2" {
				t.Fatalf("the session is sealed for %s", p.key)
			}
			return
		}
	}
	t.Fatal("no session of its own")
}

func TestAnotherStoreKeyReadsNothingAndRecordsAllTheSame(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, uses(0, 12)...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	o := bookOptions(fsys)
	o.Keys.Store = &Key{9}
	b = openBook(t, o)
	if got, sealed := usesOf(t, b); len(got) != 0 || sealed < 12 {
		t.Fatalf("%d uses, %d sealed", len(got), sealed)
	}
	mustRecord(t, b, use(20))
	checkSums(t, b, []Event{use(20)})
	if at, err := b.Oldest(0); err != nil || !at.Equal(use(20).At.Truncate(time.Hour)) {
		t.Fatalf("oldest %v, %v", at, err)
	}
}
