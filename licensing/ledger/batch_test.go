package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"holdfast/licensing/disk"
)

func items(n, from int) (all []item) {
	for i := range n {
		it := item{Type: FirstType, Body: body(from + i)}
		if i%2 == 1 {
			it.Type, it.Beside = FirstBeside, binary.BigEndian.AppendUint64(nil, uint64(from+i))
		}
		all = append(all, it)
	}
	return all
}

func TestManyAreAppendedTogetherOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	l, _ := mustOpen(t, dir, options())
	for n := 1; n <= 16; n += 4 {
		got, err := l.appendMany(context.Background(), items(4, n))
		if err != nil || len(got) != 4 || got[3].Seq != uint64(n+3) {
			t.Fatalf("%v, %v", got, err)
		}
	}
	before, head := l.Tail()
	for name, bad := range map[string]item{
		"a reserved type":          {Type: typeClose, Body: body(1)},
		"bytes beside it":          {Type: FirstType, Body: body(1), Beside: make([]byte, BesideSize)},
		"no bytes beside it":       {Type: FirstBeside, Body: body(1)},
		"too few bytes beside it":  {Type: FirstBeside, Body: body(1), Beside: make([]byte, BesideSize-1)},
		"a body that is too large": {Type: FirstType, Body: make([]byte, MaxBody+1)},
	} {
		if _, err := l.appendMany(context.Background(), append(items(2, 17), bad)); err == nil {
			t.Errorf("%s is taken", name)
		}
		if seq, h := l.Tail(); seq != before || h != head {
			t.Fatalf("%s: something was appended", name)
		}
	}
	if _, err := l.Append(context.Background(), FirstBeside, body(1)); err == nil {
		t.Error("Append takes a type that needs bytes beside it")
	}
	fill(t, l, 1)
	all := contentsOf(t, l)
	if len(all) != 17 || binary.BigEndian.Uint64(all[1].Beside) != 2 || all[0].Beside != nil {
		t.Fatalf("%d entries", len(all))
	}
	if segs := l.Segments(); len(segs) != 5 { // 4 and 4 would be more than 5; so would the 3 that were not taken
		t.Fatalf("%d segments", len(segs))
	}
}

func TestWhatLiesBesideAnEntryIsLeftOutOfTheChainAndCheckedAllTheSame(t *testing.T) {
	dirs := [2]string{t.TempDir(), t.TempDir()}
	var heads [2]Head
	for i, dir := range dirs {
		l, _ := mustOpen(t, dir, options())
		e := must(l.appendMany(context.Background(), []item{{FirstBeside, body(1), bytes.Repeat([]byte{byte(i)}, BesideSize)}}))
		heads[i] = e[0].Head
		if err := l.CloseSegment(); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if heads[0] != heads[1] {
		t.Error("the chain covers what lies beside the entry")
	}
	name := filepath.Join(dirs[0], "00000001.seg")
	data := must(os.ReadFile(name))
	at := bytes.Index(data, body(1)) + len(body(1))
	data[at] ^= 1
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if rep, err := Verify(dirs[0], options()); err != nil || rep.OK() {
		t.Fatalf("a flipped bit there is not seen: %+v, %v", rep, err)
	}
}

func TestABatchSeesItsPlaceAndIsToldWhatBecameOfIt(t *testing.T) {
	l, _ := mustOpen(t, t.TempDir(), options())
	var mu sync.Mutex
	told := 0
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			err := l.AppendBatch(context.Background(), &Batch{Size: 2, Fill: func(p *Place) error {
				seq, previous := p.Next()
				at, head, err := p.Add(FirstType, body(int(seq)), nil)
				if err != nil || at != seq || head != NextHead(previous, seq, body(int(seq))) {
					return fmt.Errorf("entry %d at %d: %w", seq, at, err)
				}
				if i%5 == 0 {
					return os.ErrInvalid
				}
				return nil
			}, Done: func(err error) {
				mu.Lock()
				defer mu.Unlock()
				if told++; err != nil {
					t.Error(err)
				}
			}})
			if wrong := i%5 == 0; errors.Is(err, os.ErrInvalid) != wrong || (err != nil) != wrong {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if all := contentsOf(t, l); len(all) != 16 || told != 16 {
		t.Fatalf("%d entries, %d told", len(all), told)
	}
}

func TestABatchCanAskForANewSegment(t *testing.T) {
	l, _ := mustOpen(t, t.TempDir(), options())
	for n := range 3 {
		err := l.AppendBatch(context.Background(), &Batch{Size: 1, Fresh: func() bool { return true }, Fill: func(p *Place) error {
			if p.Segment() != uint64(n+1) {
				t.Errorf("segment %d", p.Segment())
			}
			_, _, err := p.Add(FirstType, body(n+1), nil)
			return err
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	contentsOf(t, l)
}

func TestOwnerAndTotalsStandInHeaderAndClose(t *testing.T) {
	o := options()
	o.Owner = func(segment, first uint64) (json.RawMessage, error) {
		return json.RawMessage(fmt.Sprintf(`{"segment":%d,"first":%d}`, segment, first)), nil
	}
	o.Totals = func() ([]byte, error) { return []byte("sealed totals"), nil }
	dir := t.TempDir()
	l, _ := mustOpen(t, dir, o)
	fill(t, l, 6)
	w, err := l.ReadSegment(1)
	if err != nil || string(w.Totals) != "sealed totals" || len(w.Entries) != 5 || !w.Closed || w.CloseHash != closeHash(w.Close) {
		t.Fatalf("%+v, %v", w, err)
	}
	if h := must(ParseHeader(w.Header)); string(h.Owner) != `{"segment":1,"first":1}` {
		t.Fatalf("owner %s", h.Owner)
	}
	if body, totals, err := l.ReadClose(1); err != nil || !bytes.Equal(body, w.Close) || string(totals) != "sealed totals" {
		t.Fatalf("%s, %v", totals, err)
	}
	if body, _, err := l.ReadClose(2); err != nil || body != nil {
		t.Fatalf("an open segment has the close %s, %v", body, err)
	}
	if _, err := l.ReadSegment(3); !errors.Is(err, ErrNotFound) {
		t.Fatalf("%v", err)
	}
}

func TestRoomMadeAheadIsTakenAwayAndNeverTakenForDamage(t *testing.T) {
	dir, o := t.TempDir(), options()
	o.Reserve, o.SegmentRecords = 1000, 100
	l, _ := mustOpen(t, dir, o)
	fill(t, l, reserveAfter+2)
	name := filepath.Join(dir, "00000001.seg")
	whole := must(os.ReadFile(name))
	if n := len(whole) - len(bytes.TrimRight(whole, "\x00")); n < 900 {
		t.Fatalf("%d bytes of room", n)
	}
	if rep, err := Verify(dir, o); err != nil || !rep.OK() {
		t.Fatalf("verify: %+v, %v", rep, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if data := must(os.ReadFile(name)); data[len(data)-1] == 0 {
		t.Fatal("the room is still there")
	}
	if err := os.WriteFile(name, whole, 0o600); err != nil { // as a killed process leaves it
		t.Fatal(err)
	}
	l, rec := mustOpen(t, dir, o)
	if rec.TornBytes != 0 || rec.Damaged != nil {
		t.Fatalf("recovery %+v", rec)
	}
	fill(t, l, 3)
	if err := l.CloseSegment(); err != nil {
		t.Fatal(err)
	}
	fill(t, l, 1)
	contentsOf(t, l)
	if rep, err := Verify(dir, o); err != nil || !rep.OK() || rep.Entries != reserveAfter+6 {
		t.Fatalf("verify: %+v, %v", rep, err)
	}
}

// prunedLedger has three closed segments and an open one.
func prunedLedger(t *testing.T, fsys disk.FS, dir string) *Ledger {
	t.Helper()
	o := options()
	o.FS = fsys
	l, _ := mustOpen(t, dir, o)
	fill(t, l, 17)
	return l
}

func TestPruningLeavesHeaderAndCloseAndTheProof(t *testing.T) {
	dir := t.TempDir()
	l := prunedLedger(t, disk.OS(), dir)
	seq, head := l.Tail()
	pruned, err := l.Prune(2)
	if err != nil || len(pruned) != 2 {
		t.Fatalf("%v, %v", pruned, err)
	}
	if again, err := l.Prune(9); err != nil || len(again) != 1 { // not the open one
		t.Fatalf("%v, %v", again, err)
	}
	for range 2 {
		if all := contentsOf(t, l); len(all) != 2 || all[0].Seq != 16 {
			t.Fatalf("%v", all)
		}
		if s, h := l.Tail(); s != seq || h != head {
			t.Fatalf("the end moved to %d", s)
		}
		w, err := l.ReadSegment(2)
		if err != nil || !w.Pruned || w.Damaged || w.Close == nil || len(w.Entries) != 0 || w.First != 6 || w.Last != 10 {
			t.Fatalf("%+v, %v", w, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		rep, err := Verify(dir, options())
		if err != nil || !rep.OK() || rep.Closes != 3 || rep.Signed != 3 || rep.LastSeq != seq {
			t.Fatalf("verify: %+v, %v", rep, err)
		}
		var rec Recovery
		if l, rec = mustOpen(t, dir, options()); rec.Damaged != nil {
			t.Fatalf("recovery %+v", rec)
		}
	}
	for at := range must(os.ReadFile(filepath.Join(dir, "00000002.pruned"))) {
		name := filepath.Join(dir, "00000002.pruned")
		data := must(os.ReadFile(name))
		data[at] ^= 1
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if rep, err := Verify(dir, options()); err != nil || rep.OK() {
			t.Fatalf("a flipped bit in byte %d is not seen: %+v, %v", at, rep, err)
		}
		data[at] ^= 1
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALedgerOfPrunedSegmentsAloneGoesOn(t *testing.T) {
	dir := t.TempDir()
	l, _ := mustOpen(t, dir, options())
	fill(t, l, 6)
	if err := l.CloseSegment(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Prune(1); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	second := must(os.ReadFile(filepath.Join(dir, "00000002.seg")))
	c := parse(second, 0)
	left := appendFrame(appendFrame(nil, typeHeader, c.body), typeClose, c.closeBody)
	if err := os.WriteFile(filepath.Join(dir, "00000002.pruned"), left, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "00000002.seg")); err != nil {
		t.Fatal(err)
	}
	l, rec := mustOpen(t, dir, options())
	if seq, head := l.Tail(); seq != 6 || head == (Head{}) || rec.Damaged != nil {
		t.Fatalf("tail %d, recovery %+v", seq, rec)
	}
	fill(t, l, 1)
	if rep, err := Verify(dir, options()); err != nil || !rep.OK() || rep.LastSeq != 7 {
		t.Fatalf("verify: %+v, %v", rep, err)
	}
}

func TestPruningCanBeCutOffAtAnyCall(t *testing.T) {
	for n := 0; ; n++ {
		fsys := newDisk(t)
		l := prunedLedger(t, fsys, journalDir)
		fsys.PowerOffAfter(n)
		_, perr := l.Prune(3)
		for seed := range uint64(4) {
			after := fsys.Crash(randomSeed(seed))
			o := options()
			o.FS = after
			rep, err := Verify(journalDir, o)
			if err != nil || !rep.OK() || rep.LastSeq != 17 || rep.Closes != 3 {
				t.Fatalf("call %d: verify: %+v, %v", n, rep, err)
			}
			again, rec := mustOpen(t, journalDir, o)
			if rec.Damaged != nil {
				t.Fatalf("call %d: recovery %+v", n, rec)
			}
			if _, err := again.Prune(3); err != nil {
				t.Fatal(err)
			}
			if all := contentsOf(t, again); len(all) != 2 {
				t.Fatalf("call %d: %d entries", n, len(all))
			}
		}
		if perr == nil {
			if n < 6 {
				t.Fatalf("only %d calls", n)
			}
			return
		}
	}
}

func TestTheBytesBesideEntriesAreFoundNewestSegmentFirst(t *testing.T) {
	l, _ := mustOpen(t, t.TempDir(), options())
	for n := 1; n <= 16; n += 4 {
		must(l.appendMany(context.Background(), items(4, n)))
	}
	var seqs []uint64
	err := l.Beside(func(seq uint64, beside []byte) {
		if binary.BigEndian.Uint64(beside) != seq {
			t.Errorf("entry %d has %x", seq, beside)
		}
		seqs = append(seqs, seq)
	}, func(first uint64) bool { return first <= 9 })
	if err != nil || fmt.Sprint(seqs) != "[14 16 10 12]" {
		t.Fatalf("%v, %v", seqs, err)
	}
}

func randomSeed(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 3)) }

// item is an entry to be appended.
type item struct {
	Type   byte
	Body   []byte
	Beside []byte
}

// appendMany appends the items in one write with one sync, all or none.
func (l *Ledger) appendMany(ctx context.Context, items []item) ([]Entry, error) {
	all := make([]Entry, 0, len(items))
	err := l.AppendBatch(ctx, &Batch{Size: len(items), Fill: func(p *Place) error {
		for _, it := range items {
			seq, head, err := p.Add(it.Type, it.Body, it.Beside)
			if err != nil {
				return err
			}
			all = append(all, Entry{Seq: seq, Type: it.Type, Body: it.Body, Beside: it.Beside, Head: head})
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	return all, nil
}
