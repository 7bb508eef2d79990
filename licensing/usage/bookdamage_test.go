package usage

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/disk/disktest"
)

// bookSample is a healthy ledger by file: two closed epochs and an open one.
func bookSample(t *testing.T) (files map[string][]byte, events []Event, last uint64) {
	t.Helper()
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	for n := 0; n < 12; n += 3 {
		mustRecord(t, b, uses(n, n+3)...)
	}
	last, _, _ = b.Tail()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return filesOf(fsys), uses(0, 12), last
}

// filesOf is the content of the files of the ledger, by name.
func filesOf(fsys disk.FS) map[string][]byte {
	files := map[string][]byte{}
	for _, e := range must(fsys.ReadDir(bookDir)) {
		files[e.Name()] = must(disk.ReadFile(fsys, filepath.Join(bookDir, e.Name()), 1<<20))
	}
	return files
}

func placeBook(t *testing.T, files map[string][]byte) *disktest.Memory {
	t.Helper()
	fsys := bookDisk(t)
	if err := fsys.MkdirAll(bookDir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		f := must(fsys.OpenFile(filepath.Join(bookDir, name), os.O_WRONLY|os.O_CREATE, 0o600))
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	return fsys
}

// TestEveryDamagedByteOfALedgerIsSeenAndNothingWrongIsCounted is scorecard R4 for usage.
func TestEveryDamagedByteOfALedgerIsSeenAndNothingWrongIsCounted(t *testing.T) {
	files, events, last := bookSample(t)
	want := allKept(events)
	right := map[string]bool{}
	for _, u := range want {
		right[useText(u)] = true
	}
	cases := 0
	for name, data := range files {
		step := 31 // of bytes; HOLDFAST_EVERY_BYTE takes every one
		if os.Getenv("HOLDFAST_EVERY_BYTE") != "" {
			step = 1
		} else if testing.Short() {
			step = 41
		}
		for at := 0; at < len(data); at += step {
			for kind := range 3 {
				harmed := bytes.Clone(data)
				switch kind {
				case 0:
					harmed[at] ^= 1 << (at % 8)
				case 1:
					harmed[at] = 0
				case 2:
					harmed = harmed[:at]
				}
				if bytes.Equal(harmed, data) {
					continue
				}
				cases++
				changed := map[string][]byte{}
				for n, d := range files {
					changed[n] = d
				}
				changed[name] = harmed
				fsys := placeBook(t, changed)
				rep, err := VerifyBook(bookDir, bookOptions(fsys))
				if err != nil {
					t.Fatalf("%s byte %d: %v", name, at, err)
				}
				b, rec, err := OpenBook(bookDir, bookOptions(fsys))
				if err != nil {
					t.Fatalf("%s byte %d: open: %v", name, at, err)
				}
				got, sealed := usesOf(t, b)
				for _, u := range got {
					if !right[useText(u)] {
						t.Fatalf("%s byte %d: %v was never recorded", name, at, u)
					}
				}
				if len(got) > len(want) {
					t.Fatalf("%s byte %d: %d uses", name, at, len(got))
				}
				seen := !rep.OK() || rec.TornBytes > 0 || rec.Damaged != nil || sealed > 0 || rep.LastSeq != last
				if name != idKeyName && !seen {
					t.Fatalf("%s byte %d, kind %d: not seen (%d uses)", name, at, kind, len(got))
				}
				if name == idKeyName && (len(got) != len(want) || seen) {
					t.Fatalf("a damaged key of ids costs %d uses", len(want)-len(got))
				}
				mustRecord(t, b, use(100))
				if err := b.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	t.Logf("%d cases", cases)
}

func useText(u Use) string { return u.Meter + u.At.String() + time.Duration(u.Units).String() }

func TestADamagedEpochIsKeptAndSaidAndTheRestIsCounted(t *testing.T) {
	files, events, _ := bookSample(t)
	data := bytes.Clone(files["00000001.seg"])
	data[len(data)-600] ^= 1 // in the last record or the close of the first epoch
	files["00000001.seg"] = data
	fsys := placeBook(t, files)
	b, rec, err := OpenBook(bookDir, bookOptions(fsys))
	if err != nil || len(rec.Damaged) != 1 || !rec.Restarted {
		t.Fatalf("%+v, %v", rec, err)
	}
	mustRecord(t, b, use(40))
	if err := b.CloseEpoch(context.Background()); err != nil {
		t.Fatal(err)
	}
	epochs := must(b.Epochs(1))
	if !epochs[0].Damaged || epochs[0].Header == nil || epochs[1].Damaged {
		t.Fatal("the damaged epoch is not marked")
	}
	got, _ := usesOf(t, b)
	if len(got) < len(events) {
		t.Fatalf("%d of %d uses are left", len(got)-1, len(events))
	}
}
