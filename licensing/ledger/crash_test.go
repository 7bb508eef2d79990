package ledger

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"holdfast/licensing/disk/disktest"
)

// model is what a person was promised: bodies by number. tried are entries whose append did not return.
type model struct {
	acknowledged map[uint64][]byte
	tried        map[string]bool
	made         int
}

func newModel() *model {
	return &model{acknowledged: map[uint64][]byte{}, tried: map[string]bool{}}
}

// nextBody is different for every entry, and from a few bytes to some sectors long.
func (m *model) nextBody() []byte {
	m.made++
	b := binary.BigEndian.AppendUint32(nil, uint32(m.made))
	return append(b, bytes.Repeat([]byte{byte(m.made)}, m.made*157%1400)...)
}

// appendBatch appends n entries that share one sync, as concurrent callers do.
func (m *model) appendBatch(l *Ledger, n int) {
	var batch []*waiting
	for range n {
		b := m.nextBody()
		m.tried[string(b)] = true
		batch = append(batch, &waiting{ctx: context.Background(), typ: FirstType, body: b})
	}
	l.w.begin()
	l.w.stageAll(batch)
	l.w.flush()
	for _, w := range batch {
		if w.err == nil {
			m.acknowledged[w.entry.Seq] = w.body
		}
	}
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// check opens the ledger after a crash and compares it with the promise. It leaves it open.
func (m *model) check(t fataler, fsys *disktest.Memory) *Ledger {
	t.Helper()
	l, rec, err := Open("/home/journal", crashOptions(fsys))
	if err != nil {
		t.Fatalf("open after the crash: %v", err)
	}
	got := map[uint64][]byte{}
	last := uint64(0)
	err = l.Read(0, func(e Entry) error {
		if e.Seq <= last {
			t.Fatalf("entry %d follows %d", e.Seq, last)
		}
		last, got[e.Seq] = e.Seq, bytes.Clone(e.Body)
		return nil
	})
	if damaged := len(rec.Damaged) > 0; (err != nil) != damaged {
		t.Fatalf("recovery %+v, but reading says %v", rec, err)
	}
	for seq, b := range m.acknowledged {
		if !bytes.Equal(got[seq], b) {
			t.Fatalf("entry %d was acknowledged and is lost (recovery %+v)", seq, rec)
		}
	}
	for seq, b := range got {
		if !bytes.Equal(m.acknowledged[seq], b) && !m.tried[string(b)] {
			t.Fatalf("entry %d was never written", seq)
		}
		m.acknowledged[seq] = b // it is there now, so it has to stay
	}
	return l
}

func crashOptions(fsys *disktest.Memory) Options {
	o := options()
	o.FS, o.SegmentRecords = fsys, 4
	return o
}

// script is a day of a ledger; every call of it meets a power loss below.
func (m *model) script(fsys *disktest.Memory) {
	for range 2 {
		l, _, err := Open("/home/journal", crashOptions(fsys))
		if err != nil {
			return
		}
		m.appendBatch(l, 1)
		m.appendBatch(l, 3)
		_ = l.CloseSegment()
		m.appendBatch(l, 2)
		m.appendBatch(l, 5)
		_ = l.Close()
	}
}

func newDisk(t fataler) *disktest.Memory {
	t.Helper()
	fsys := disktest.NewMemory()
	if err := fsys.MkdirAll("/home", 0o700); err != nil {
		t.Fatalf("%v", err)
	}
	if err := fsys.SyncDir("/"); err != nil {
		t.Fatalf("%v", err)
	}
	return fsys
}

func TestNothingAcknowledgedIsLostWhenThePowerGoesAtAnyCall(t *testing.T) {
	seeds := uint64(80)
	if testing.Short() {
		seeds = 3
	}
	whole := newDisk(t)
	newModel().script(whole)
	calls, states := whole.Calls(), 0
	for n := range calls {
		for seed := range seeds {
			fsys, m := newDisk(t), newModel()
			fsys.PowerOffAfter(n)
			m.script(fsys)
			r := rand.New(rand.NewPCG(seed, uint64(n)))
			after := fsys.PowerOn() // as kill -9 leaves it: nothing that was written is lost
			if seed > 0 {
				after = fsys.Crash(r)
			}
			l := m.check(t, after)
			m.appendBatch(l, 1) // works afterwards, and says in its header what happened
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			rep, err := Verify("/home/journal", l.o)
			if err != nil || !rep.OK() {
				t.Fatalf("call %d seed %d: afterwards %+v, %v", n, seed, rep, err)
			}
			if again := m.check(t, l.o.FS.(*disktest.Memory)); again.seq != l.seq || again.head != l.head {
				t.Fatalf("call %d seed %d: the end moved from %d to %d", n, seed, l.seq, again.seq)
			}
			states++
		}
	}
	t.Logf("%d states after power loss at %d calls", states, calls)
}

func TestALedgerKeepsItsPromiseOverManyCrashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fsys, m := newDisk(t), newModel()
		l := m.check(t, fsys)
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) { m.appendBatch(l, rapid.IntRange(1, 6).Draw(t, "entries")) },
			"close segment": func(t *rapid.T) {
				if err := l.CloseSegment(); err != nil {
					t.Fatalf("%v", err)
				}
			},
			"reopen": func(t *rapid.T) {
				if err := l.Close(); err != nil {
					t.Fatalf("%v", err)
				}
				l = m.check(t, fsys)
			},
			"lose power": func(t *rapid.T) {
				fsys.PowerOffAfter(rapid.IntRange(0, 12).Draw(t, "calls"))
				for range rapid.IntRange(1, 4).Draw(t, "batches") {
					m.appendBatch(l, rapid.IntRange(1, 4).Draw(t, "entries"))
				}
				fsys = fsys.Crash(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7)))
				l = m.check(t, fsys)
			},
			"": func(t *rapid.T) {
				seq, head := l.Tail()
				if seq == 0 {
					return
				}
				e, err := l.At(seq)
				if err != nil || e.Head != head {
					t.Fatalf("the last entry is %d: %v", seq, err)
				}
			},
		})
	})
}
