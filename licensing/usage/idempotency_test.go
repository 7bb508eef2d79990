package usage

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"holdfast/licensing/disk"
)

// look looks for the event by what it is known by.
func look(b *Book, e Event) (Done, bool, error) { return b.Look(e.Product, e.Meter, e.ID) }

func TestAnEventWithTheSameIDIsCountedOnce(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	first := mustRecord(t, b, use(0), use(0), use(4))
	if first[0].Again || !first[1].Again || first[1].Seq != first[0].Seq || first[2].Again {
		t.Fatalf("%+v", first)
	}
	for round := range 3 {
		again := mustRecord(t, b, use(0), use(4), use(8+4*round))
		if !again[0].Again || again[0].Seq != first[0].Seq || again[1].Seq != first[2].Seq || again[2].Again {
			t.Fatalf("round %d: %+v", round, again)
		}
		if d, ok, err := look(b, use(0)); err != nil || !ok || d.Seq != first[0].Seq {
			t.Fatalf("look: %+v, %v, %v", d, ok, err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b = openBook(t, bookOptions(fsys))
	}
	if _, ok, err := b.Look("acmecad", "render", "never"); ok || err != nil {
		t.Fatalf("look: %v, %v", ok, err)
	}
	checkBook(t, b, []Event{use(0), use(4), use(8), use(12), use(16)})
}

func TestManyCallersWithTheSameIDsCountEachOnce(t *testing.T) {
	b := openBook(t, bookOptions(bookDisk(t)))
	var wg sync.WaitGroup
	var mu sync.Mutex
	seqs := map[string]map[uint64]int{}
	for range 16 {
		wg.Go(func() {
			for n := range 20 {
				e := use(4 * n)
				done, err := b.Record(context.Background(), []Event{e})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seqs[e.ID] == nil {
					seqs[e.ID] = map[uint64]int{}
				}
				if !done[0].Again {
					seqs[e.ID][0]++
				}
				seqs[e.ID][done[0].Seq]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for id, m := range seqs {
		if m[0] != 1 || len(m) != 2 {
			t.Errorf("%s: %v", id, m)
		}
	}
	if got, _ := usesOf(t, b); len(got) != 20 {
		t.Fatalf("%d uses", len(got))
	}
}

func TestTheWindowForgetsTheOldestHalfOnly(t *testing.T) {
	w := window{newer: map[idHash]placed{}}
	id := func(n int) (h idHash) { copy(h[:], fmt.Sprintf("%08d", n)); return h }
	for n := 1; n <= 2*windowSize+windowSize/2; n++ {
		w.add(id(n), placed(n))
	}
	last := 2*windowSize + windowSize/2
	for _, n := range []int{last, last - 1, last - windowSize + 1} {
		if at, ok := w.find(id(n)); !ok || at.seq() != uint64(n) {
			t.Errorf("event %d is not known", n)
		}
	}
	if _, ok := w.find(id(1)); ok || len(w.newer)+len(w.older) > 2*windowSize {
		t.Errorf("%d are kept", len(w.newer)+len(w.older))
	}
}

func TestTheIDsStayOnThisComputer(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, use(0))
	if err := b.CloseEpoch(context.Background()); err != nil {
		t.Fatal(err)
	}
	data := must(disk.ReadFile(fsys, bookDir+"/00000001.seg", 1<<20))
	h := b.hash(use(0).Product, use(0).Meter, use(0).ID)
	if !contains(data, h[:]) {
		t.Fatal("the hash is not beside the entry")
	}
	for _, e := range must(b.Epochs(1)) {
		for _, en := range e.Entries {
			if contains(en.Body, h[:]) || en.Type > 127 {
				t.Fatal("the hash leaves with the entry")
			}
		}
	}
}

func contains(b, part []byte) bool {
	for i := 0; i+len(part) <= len(b); i++ {
		if string(b[i:i+len(part)]) == string(part) {
			return true
		}
	}
	return false
}
