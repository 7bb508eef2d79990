package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"holdfast/licensing/disk"
	"holdfast/licensing/disk/disktest"
)

// awayOptions are those of a ledger whose key is away as long as *away.
func awayOptions(fsys disk.FS, away *bool) Options {
	o := options()
	o.FS, o.SegmentBytes = fsys, 512
	o.Sign = func(m []byte) ([]byte, error) {
		if *away {
			return nil, errors.New("the key is away")
		}
		return signer(m)
	}
	return o
}

// leftOpenLedger has some segments that were left open.
func leftOpenLedger(t *testing.T, dir string, fsys disk.FS, away *bool) *Ledger {
	t.Helper()
	*away = true
	l, _ := mustOpen(t, dir, awayOptions(fsys, away))
	fill(t, l, 100)
	if open := stillOpen(l); open < 3 {
		t.Fatalf("%d segments are open", open)
	}
	return l
}

func stillOpen(l *Ledger) (n int) {
	for _, s := range l.Segments() {
		if !s.Closed {
			n++
		}
	}
	return n
}

func soundWith(t *testing.T, dir string, o Options, entries, closes int) {
	t.Helper()
	rep, err := Verify(dir, o)
	if err != nil || len(rep.Findings) > 0 || rep.Entries != uint64(entries) || rep.Signed != rep.Closes || rep.Closes < closes {
		t.Fatalf("%+v, %v", rep, err)
	}
}

func TestWithoutTheKeySegmentsAreLeftOpenAndClosedWhenItIsBack(t *testing.T) {
	dir, away := t.TempDir(), true
	o := awayOptions(disk.OS(), &away)
	l := leftOpenLedger(t, dir, disk.OS(), &away)
	soundWith(t, dir, o, 100, 0)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l, rec := mustOpen(t, dir, o) // once more without the key
	if rec.Damaged != nil || rec.Restarted {
		t.Fatalf("%+v", rec)
	}
	fill(t, l, 50)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	away = false
	l, _ = mustOpen(t, dir, o)
	fill(t, l, 1)
	if open := stillOpen(l); open != 1 {
		t.Fatalf("%d segments are open", open)
	}
	if got := len(contentsOf(t, l)); got != 151 {
		t.Fatalf("%d entries", got)
	}
	soundWith(t, dir, o, 151, 4)
	if gone, err := l.Prune(2); err != nil || len(gone) != 2 {
		t.Fatalf("pruned %v, %v", gone, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l, rec = mustOpen(t, dir, o)
	if seq, _ := l.Tail(); seq != 151 || rec.Damaged != nil {
		t.Fatalf("tail %d, %+v", seq, rec)
	}
}

func TestNothingCanBeCutFromASegmentThatWasLeftOpen(t *testing.T) {
	away := true
	for cut := int64(1); cut < 60; cut += 7 {
		dir := t.TempDir()
		l := leftOpenLedger(t, dir, disk.OS(), &away)
		name := filepath.Join(dir, baseName(2)+suffix)
		size := must(os.Stat(name)).Size()
		if err := os.Truncate(name, size-cut); err != nil {
			t.Fatal(err)
		}
		var damage *DamageError
		if err := l.Read(0, func(Entry) error { return nil }); !errors.As(err, &damage) {
			t.Fatalf("cut by %d while it is open: %v", cut, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		rep, err := Verify(dir, awayOptions(disk.OS(), &away))
		if err != nil || len(rep.Findings) != 1 || rep.Findings[0].Segment != 2 {
			t.Fatalf("cut by %d: %+v, %v", cut, rep, err)
		}
	}
}

func TestClosingWhatWasLeftOpenCanBeCutOffAtAnyCall(t *testing.T) {
	const dir = "/home/journal"
	away := true
	var under *disktest.Memory
	prepare := func() *disktest.Memory {
		under = disktest.NewMemory()
		if err := under.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := leftOpenLedger(t, dir, under, &away).Close(); err != nil {
			t.Fatal(err)
		}
		away = false
		return under
	}
	eachFault(t, false, prepare, func(fsys *disk.Faulty) []error {
		l, _, err := Open(dir, awayOptions(fsys, &away))
		if err != nil {
			return []error{err}
		}
		first := l.CloseSegment()
		if first != nil && l.CloseSegment() != nil {
			t.Fatal("it cannot be closed when the fault is over")
		}
		if err := l.Close(); err != nil && first != nil {
			t.Fatal(err)
		}
		soundWith(t, dir, awayOptions(under, &away), 100, 4)
		return []error{first}
	})
}
