package usage

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"holdfast/licensing/disk"
	"holdfast/licensing/ledger"
)

func TestPruningKeepsSumsProofAndIDsAndSaysSo(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	for n := 0; n < 40; n += 2 {
		mustRecord(t, b, uses(n, n+2)...)
	}
	seq, head, epoch := b.Tail()
	before := must(b.Epochs(1))
	note, err := b.Prune(context.Background(), epoch-1, bookStart)
	if err != nil || note.Count == 0 || note.Seq != before[len(before)-1].Last {
		t.Fatalf("%+v, %v", note, err)
	}
	for range 2 {
		checkSums(t, b, uses(0, 40))
		if h, err := b.At(seq); err != nil || h != head {
			t.Fatalf("entry %d: %v", seq, err)
		}
		after := must(b.Epochs(1))
		for i, e := range before {
			if a := after[i]; !a.Pruned || len(a.Entries) != 0 || !bytes.Equal(a.Header, e.Header) || !bytes.Equal(a.Close, e.Close) || a.Key == nil {
				t.Fatalf("epoch %d: %+v", e.Number, a)
			}
		}
		if done := mustRecord(t, b, use(0), use(4)); !done[0].Again || !done[1].Again {
			t.Fatalf("counted again: %+v", done)
		}
		notes := 0
		if err := b.Rows(0, func(r Row) error {
			if r.Note != nil && r.Note.Kind == "prune" && r.Note.Count == note.Count {
				notes++
			}
			return nil
		}); err != nil || notes != 1 {
			t.Fatalf("%d notes, %v", notes, err)
		}
		verified(t, fsys)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b = openBook(t, bookOptions(fsys))
	}
	if again, err := b.Prune(context.Background(), epoch-1, bookStart); err != nil || again.Count != 0 {
		t.Fatalf("%+v, %v", again, err)
	}
	if _, err := b.Prune(context.Background(), 1000, bookStart); err != nil {
		t.Fatal(err)
	}
	checkSums(t, b, uses(0, 40))
	verified(t, fsys)
}

func TestAPrunedEpochThatNoNoteSpeaksOfIsFound(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, uses(0, 20)...)
	mustRecord(t, b, use(20))
	if _, err := b.l.Prune(1); err != nil { // past the book
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	rep, err := VerifyBook(bookDir, bookOptions(fsys))
	if err != nil || rep.OK() || len(rep.Findings) != 1 || rep.Findings[0].Code != ledger.Missing || rep.Findings[0].Segment != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
}

func TestAPruneThatWasCutOffLosesNothing(t *testing.T) {
	for n := 0; ; n++ {
		fsys := bookDisk(t)
		b := openBook(t, bookOptions(fsys))
		for i := 0; i < 24; i += 3 {
			mustRecord(t, b, uses(i, i+3)...)
		}
		_, _, epoch := b.Tail()
		fsys.PowerOffAfter(n)
		_, perr := b.Prune(context.Background(), epoch-1, bookStart)
		for seed := range uint64(3) {
			after := fsys.Crash(seeded(seed))
			b := openBook(t, bookOptions(after))
			checkSums(t, b, uses(0, 24))
			for _, e := range uses(0, 24) {
				if _, ok, err := look(b, e); err != nil || ok != (e.ID != "") {
					t.Fatalf("call %d: %s is forgotten: %v", n, e.ID, err)
				}
			}
			verified(t, after)
			if _, err := b.Prune(context.Background(), epoch-1, bookStart); err != nil {
				t.Fatal(err)
			}
			checkSums(t, b, uses(0, 24))
			verified(t, after)
		}
		if perr == nil {
			if n < 15 {
				t.Fatalf("only %d calls", n)
			}
			return
		}
	}
}

func TestIDsOfAnEpochAreReadBackAsTheyWereKept(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, uses(0, 20)...)
	mustRecord(t, b, use(20))
	if err := b.keepIDs(1); err != nil {
		t.Fatal(err)
	}
	data := must(disk.ReadFile(fsys, b.idsName(1), maxIDs))
	got := map[string]uint64{}
	eachID(data, 1, 1000, func(seq uint64, id []byte) { got[fmt.Sprintf("%x", id)] = seq })
	for _, e := range uses(0, 20) {
		if e.ID == "" {
			continue
		}
		d, _, _ := look(b, e)
		h := b.hash(e.Product, e.Meter, e.ID)
		if got[fmt.Sprintf("%x", h[:])] != d.Seq {
			t.Fatalf("%s: %d, want %d", e.ID, got[fmt.Sprintf("%x", h[:])], d.Seq)
		}
	}
	for at := range data {
		harmed := bytes.Clone(data)
		harmed[at] ^= 1
		eachID(harmed, 1, 1000, func(seq uint64, _ []byte) { t.Fatalf("byte %d: entry %d is passed", at, seq) })
	}
}
