package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/disk/disktest"
)

const journalDir = "/home/journal"

var journalKey = [32]byte{7, 7, 7}

func testEvent(n int) Event {
	return Event{
		At: time.Date(2027, 3, 14, 15, 9, n%60, 0, time.UTC), Kind: "import", Reason: fmt.Sprintf("reason_%d", n),
		Data: json.RawMessage(fmt.Sprintf(`{"n":%d,"pad":%q}`, n, bytes.Repeat([]byte("x"), n%40))),
	}
}

// sample is a healthy journal: two closed segments and an open one.
type sample struct {
	files map[string][]byte
	last  uint64
	head  Head
}

const sampleEvents = 10

func newSample(t testing.TB) sample {
	t.Helper()
	fsys := newDisk(t)
	j, _, err := OpenJournal(journalDir, journalKey, sweepOptions(fsys))
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= sampleEvents; n++ {
		if _, err := j.Record(context.Background(), testEvent(n)); err != nil {
			t.Fatal(err)
		}
	}
	s := sample{files: map[string][]byte{}}
	s.last, s.head = j.Tail()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := fsys.ReadDir(journalDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		if s.files[e.Name()], err = disk.ReadFile(fsys, filepath.Join(journalDir, e.Name()), maxSegment); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.files) != 3 {
		t.Fatalf("the sample has %d segments", len(s.files))
	}
	return s
}

func sweepOptions(fsys disk.FS) Options {
	o := options()
	o.FS, o.SegmentRecords = fsys, 4
	return o
}

// place writes the files to a disk of their own; change, when it is in there, is written instead of the file of that name.
func (s sample) place(t testing.TB, name string, change []byte) *disktest.Memory {
	t.Helper()
	fsys := newDisk(t)
	if err := fsys.MkdirAll(journalDir, 0o700); err != nil {
		t.Fatal(err)
	}
	for n, data := range s.files {
		if n == name {
			data = change
		}
		f, err := fsys.OpenFile(filepath.Join(journalDir, n), os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	return fsys
}

// outcome is what became of one damaged journal.
type outcome struct {
	seen      bool // Verify, Open, Replay or the tail tells of the damage
	delivered int
}

// meet opens a damaged journal as the engine does, and fails when anything wrong is passed as right, or when the
// journal cannot be used afterwards.
func (s sample) meet(t testing.TB, fsys *disktest.Memory) outcome {
	t.Helper()
	var out outcome
	o := sweepOptions(fsys)
	rep, err := VerifyJournal(journalDir, journalKey, o)
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	verified := rep.OK() && rep.LastSeq == s.last && rep.Head == s.head
	j, rec, err := OpenJournal(journalDir, journalKey, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	seq, head := j.Tail()
	err = j.Replay(0, func(seq uint64, e Event) error {
		out.delivered++
		if want := testEvent(int(seq)); e.Reason != want.Reason || !bytes.Equal(e.Data, want.Data) || !e.At.Equal(want.At) {
			t.Fatalf("entry %d is passed as %+v", seq, e)
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrDamaged) {
		t.Fatalf("replay: %v", err)
	}
	opened := rec.TornBytes == 0 && rec.Damaged == nil && err == nil && seq == s.last && head == s.head
	if verified != opened {
		t.Fatalf("verify says %+v, but recovery %+v, tail %d, replay %v", rep, rec, seq, err)
	}
	out.seen = !verified
	if _, err := j.Record(context.Background(), testEvent(99)); err != nil {
		t.Fatalf("record afterwards: %v", err)
	}
	if e, _ := j.Tail(); e <= seq {
		t.Fatalf("the new entry has number %d behind %d", e, seq)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// damages are the three ways in which one byte is harmed.
var damages = []struct {
	name string
	harm func(data []byte, at int) []byte
}{
	{"flipped", func(d []byte, at int) []byte { d[at] ^= 1 << (at % 8); return d }},
	{"zeroed", func(d []byte, at int) []byte { d[at] = 0; return d }},
	{"cut", func(d []byte, at int) []byte { return d[:at] }},
}

// TestEveryDamagedByteIsSeenAndNothingWrongIsPassed is scorecard R4 for the journal.
func TestEveryDamagedByteIsSeenAndNothingWrongIsPassed(t *testing.T) {
	s := newSample(t)
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			cases, lost, worst := 0, 0, 0
			for name, data := range s.files {
				for at := range data {
					if testing.Short() && at%9 != 0 {
						continue
					}
					harmed := d.harm(bytes.Clone(data), at)
					if bytes.Equal(harmed, data) {
						continue // it was zero before
					}
					out := s.meet(t, s.place(t, name, harmed))
					if !out.seen {
						t.Fatalf("%s: byte %d %s is not seen", name, at, d.name)
					}
					cases++
					lost += sampleEvents - out.delivered
					worst = max(worst, sampleEvents-out.delivered)
				}
			}
			t.Logf("%d cases, all seen; entries lost: %.2f of %d on average, %d at most", cases, float64(lost)/float64(cases), sampleEvents, worst)
		})
	}
}

func TestAFlippedByteInABodyCostsThatEntryOnly(t *testing.T) {
	s := newSample(t)
	for name, data := range s.files {
		c := parse(data, 0)
		for _, e := range c.entries {
			at := bytes.Index(data, e.Body) + len(e.Body)/2
			harmed := bytes.Clone(data)
			harmed[at] ^= 0x10
			if out := s.meet(t, s.place(t, name, harmed)); out.delivered != sampleEvents-1 {
				t.Errorf("%s entry %d: %d of %d delivered", name, e.Seq, out.delivered, sampleEvents)
			}
		}
	}
}

func TestFilesThatAreMovedAboutAreSeen(t *testing.T) {
	s := newSample(t)
	one, two, three := "00000001.seg", "00000002.seg", "00000003.seg"
	cases := map[string]func(files map[string][]byte){
		"first gone":             func(f map[string][]byte) { delete(f, one) },
		"middle gone":            func(f map[string][]byte) { delete(f, two) },
		"last gone":              func(f map[string][]byte) { delete(f, three) },
		"all but the last gone":  func(f map[string][]byte) { delete(f, one); delete(f, two) },
		"all gone":               func(f map[string][]byte) { clear(f) },
		"two exchanged":          func(f map[string][]byte) { f[one], f[two] = f[two], f[one] },
		"last two exchanged":     func(f map[string][]byte) { f[two], f[three] = f[three], f[two] },
		"one twice":              func(f map[string][]byte) { f[two] = f[one] },
		"one again at the end":   func(f map[string][]byte) { f["00000004.seg"] = f[three] },
		"far away number":        func(f map[string][]byte) { f["00000009.seg"] = f[three] },
		"empty":                  func(f map[string][]byte) { f[two] = nil },
		"last empty":             func(f map[string][]byte) { f[three] = nil },
		"something at the end":   func(f map[string][]byte) { f[two] = append(bytes.Clone(f[two]), "more"...) },
		"end of another":         func(f map[string][]byte) { f[three] = append(bytes.Clone(f[three]), f[two]...) },
		"two damaged":            func(f map[string][]byte) { f[one], f[two] = f[one][:40], f[two][:200] },
		"a block of zeros":       func(f map[string][]byte) { f[two] = append(bytes.Clone(f[two][:128]), make([]byte, 512)...) },
		"set aside without word": func(f map[string][]byte) { f["00000002.damaged"] = f[two]; delete(f, two) },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{}
			for n, d := range s.files {
				files[n] = d
			}
			change(files)
			fsys := sample{files: files}.place(t, "", nil)
			if out := s.meet(t, fsys); !out.seen {
				t.Fatal("not seen")
			}
			// The damage is told in a header now; the next start is an ordinary one.
			j, rec, err := OpenJournal(journalDir, journalKey, sweepOptions(fsys))
			if err != nil || rec.Damaged != nil || rec.TornBytes != 0 || rec.Restarted {
				t.Fatalf("the next start: %+v, %v", rec, err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if rep, err := VerifyJournal(journalDir, journalKey, sweepOptions(fsys)); err != nil || !rep.OK() {
				t.Fatalf("verify afterwards: %+v, %v", rep, err)
			}
		})
	}
}

// TestARecordThatWasExchangedWithARightChecksumIsSeen forges what only the chain and the CLOSE can show.
func TestARecordThatWasExchangedWithARightChecksumIsSeen(t *testing.T) {
	dir := t.TempDir()
	l, _ := mustOpen(t, dir, options())
	fill(t, l, 12)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "00000001.seg")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	forged := appendFrame(nil, FirstType, []byte("entry number X"))
	at := bytes.Index(data, appendFrame(nil, FirstType, body(3)))
	copy(data[at:], forged)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	rep, err := Verify(dir, options())
	if err != nil || len(rep.Findings) != 1 || rep.Findings[0].Segment != 1 || rep.Findings[0].Code != Changed {
		t.Fatalf("verify: %+v, %v", rep, err)
	}
	l, _ = mustOpen(t, dir, options())
	err = l.Read(0, func(e Entry) error {
		if e.Seq <= 5 && !e.Loose {
			t.Errorf("entry %d of the forged segment is passed as proven", e.Seq)
		}
		return nil
	})
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("read: %v", err)
	}
}

func TestACloseByAnotherKeyIsSeenAndAnEarlierKeyIsNot(t *testing.T) {
	dir := t.TempDir()
	l, _ := mustOpen(t, dir, options())
	fill(t, l, 12)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Public = bytes.Repeat([]byte{9}, 32)
	rep, err := Verify(dir, o)
	if err != nil || len(rep.Findings) != 2 || rep.Findings[0].Code != Signature || rep.Signed != 0 {
		t.Fatalf("another key: %+v, %v", rep, err)
	}
	o.Earlier = append(o.Earlier, options().Public)
	if rep, err = Verify(dir, o); err != nil || !rep.OK() || rep.Signed != 2 {
		t.Fatalf("an earlier key: %+v, %v", rep, err)
	}
}

func TestACloseThatIsExchangedWhileTheLedgerIsOpenIsSeen(t *testing.T) {
	dir, o := t.TempDir(), options()
	o.Public = nil // so that only the chain of CLOSEs can show it
	l, _ := mustOpen(t, dir, o)
	fill(t, l, 7)
	name := filepath.Join(dir, "00000001.seg")
	data := must(os.ReadFile(name))
	c := parse(data, 0)
	other := bytes.Clone(c.closeBody)
	other[0] ^= 1
	frame := appendFrame(nil, typeClose, other)
	if err := os.WriteFile(name, append(data[:len(data)-len(frame)], frame...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Read(0, func(Entry) error { return nil }); !errors.Is(err, ErrDamaged) {
		t.Fatalf("read: %v", err)
	}
}
