package ledger

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"syscall"
	"testing"

	"holdfast/licensing/disk"
	"holdfast/licensing/disk/disktest"
)

var faults = []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EROFS, syscall.EMFILE}

// eachFault runs op with its n-th call failing, for n = 1, 2, 3 … until none fails, and all four errors (scorecard R3).
// prepare makes a disk; the returned error of op must be the fault's, and only then may there be one.
func eachFault(t *testing.T, broken bool, prepare func() *disktest.Memory, op func(fsys *disk.Faulty) []error) {
	t.Helper()
	for _, errno := range faults {
		calls := 0
		for n := 1; ; n++ {
			fsys := disk.NewFaulty(prepare(), n, errno)
			if broken {
				fsys = disk.NewBroken(prepare(), n, errno)
			}
			for _, err := range op(fsys) {
				if err == nil {
					continue
				}
				if !errors.Is(err, errno) {
					t.Fatalf("%v at call %d: the error is %v", errno, n, err)
				}
				if errno != syscall.EIO && errno != syscall.EMFILE && !disk.IsFull(err) {
					t.Fatalf("%v at call %d: not taken for a full disk: %v", errno, n, err)
				}
			}
			if !fsys.Tripped() {
				break
			}
			calls++
		}
		if calls == 0 {
			t.Fatalf("%v: no call failed", errno)
		}
		t.Logf("%v: %d calls failed, one after the other", errno, calls)
	}
}

// entriesOn opens the ledger on a sound disk and returns its bodies by number. Any damage fails the test.
func entriesOn(t *testing.T, fsys disk.FS) map[uint64]string {
	t.Helper()
	l, rec, err := Open(journalDir, sweepOptions(fsys))
	if err != nil {
		t.Fatal(err)
	}
	if rec.Damaged != nil {
		t.Fatalf("recovery %+v", rec)
	}
	all := map[uint64]string{}
	if err := l.Read(0, func(e Entry) error { all[e.Seq] = string(e.Body); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if rep, err := Verify(journalDir, sweepOptions(fsys)); err != nil || !rep.OK() {
		t.Fatalf("verify: %+v, %v", rep, err)
	}
	return all
}

// threeEntries is a disk with a ledger whose segment is nearly full.
func threeEntries(t *testing.T) *disktest.Memory {
	t.Helper()
	fsys := newDisk(t)
	l, _, err := Open(journalDir, sweepOptions(fsys))
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, 3)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return fsys
}

func TestAnAppendDoesAllOrNothingWhateverCallFails(t *testing.T) {
	for _, broken := range []bool{false, true} {
		var inner *disktest.Memory
		prepare := func() *disktest.Memory { inner = threeEntries(t); return inner }
		eachFault(t, broken, prepare, func(fsys *disk.Faulty) []error {
			var errs []error
			l, _, err := Open(journalDir, sweepOptions(fsys))
			if err != nil {
				fsys.Heal()
				if got := entriesOn(t, inner); len(got) != 3 {
					t.Fatalf("a failed opening left %v", got)
				}
				return []error{err}
			}
			want := map[uint64]string{1: string(body(1)), 2: string(body(2)), 3: string(body(3))}
			for i := range 7 { // a CLOSE and two new segments are among them
				b := bytes.Repeat([]byte{byte(i)}, 50-5*i) // shorter each time: remains of a failed one would stick out
				e, err := l.Append(context.Background(), FirstType, b)
				errs = append(errs, err)
				if err == nil {
					want[e.Seq] = string(b)
				}
				if i == 3 {
					errs = append(errs, l.CloseSegment())
				}
			}
			fsys.Heal()
			if broken || fsys.Calls()%2 == 0 { // else closing follows the fault at once
				e, err := l.Append(context.Background(), FirstType, body(200))
				if err != nil {
					t.Fatalf("afterwards: %v", err)
				}
				want[e.Seq] = string(body(200))
			}
			got := map[uint64]string{}
			if err := l.Read(0, func(e Entry) error { got[e.Seq] = string(e.Body); return nil }); err != nil || !maps.Equal(got, want) {
				t.Fatalf("there is %v (%v), and acknowledged was %v", got, err, want)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if got := entriesOn(t, inner); !maps.Equal(got, want) {
				t.Fatalf("after reopening there is %v, and acknowledged was %v", got, want)
			}
			return errs
		})
	}
}

func TestAnUnfinishedEndIsKeptWhateverCallFailsWhenItIsCut(t *testing.T) {
	tail := []byte("an unfinished end")
	var inner *disktest.Memory
	prepare := func() *disktest.Memory {
		inner = threeEntries(t)
		f, err := inner.OpenFile(journalDir+"/00000001.seg", os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt(tail, info.Size()); err != nil {
			t.Fatal(err)
		}
		return inner
	}
	eachFault(t, false, prepare, func(fsys *disk.Faulty) []error {
		l, rec, err := Open(journalDir, sweepOptions(fsys))
		errs := []error{err}
		if err == nil {
			if rec.TornBytes != int64(len(tail)) {
				t.Fatalf("recovery %+v", rec)
			}
			_, err := l.Append(context.Background(), FirstType, body(4))
			errs = append(errs, err, l.Close())
		}
		if got := entriesOn(t, inner); got[3] != string(body(3)) || len(got) > 4 {
			t.Fatalf("there is %v", got)
		}
		kept, err := disk.ReadFile(inner, journalDir+"/00000001.torn", 1000)
		if err != nil || !bytes.Equal(kept, tail) {
			t.Fatalf("kept is %q, %v", kept, err)
		}
		return errs
	})
}

func TestAFaultOfTheDiskIsNeverTakenForDamage(t *testing.T) {
	s := newSample(t)
	var inner *disktest.Memory
	prepare := func() *disktest.Memory { inner = s.place(t, "", nil); return inner }
	eachFault(t, false, prepare, func(fsys *disk.Faulty) []error {
		_, verr := VerifyJournal(journalDir, journalKey, sweepOptions(fsys))
		j, rec, err := OpenJournal(journalDir, journalKey, sweepOptions(fsys))
		errs := []error{verr, err}
		if err == nil {
			if rec.Damaged != nil || rec.TornBytes != 0 {
				t.Fatalf("recovery %+v", rec)
			}
			errs = append(errs, j.Replay(0, func(uint64, Event) error { return nil }), j.Close())
		}
		if got := entriesOn(t, inner); len(got) != sampleEvents {
			t.Fatalf("%d entries are left", len(got))
		}
		return errs
	})
}
