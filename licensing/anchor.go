package licensing

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"holdfast/licensing/keystore"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// anchor is what the key store remembers of the journal, so that an older copy put back is seen. At most 200 bytes.
type anchor struct {
	ID    string    `json:"id"`
	Seq   uint64    `json:"seq"`
	Head  string    `json:"head"`
	Lower time.Time `json:"tlb,omitzero"`
	Of    string    `json:"of,omitempty"` // beginning of the root whose time Lower is
}

func headText(h [32]byte) string { return hex.EncodeToString(h[:]) }

func (e *Engine) readAnchor(ctx context.Context) (anchor, error) {
	var a anchor
	b, err := e.o.KeyStore.Get(ctx, e.item("journal"))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(b, &a)
}

// writeAnchor keeps the journal's tail. When the key store does not take it the older anchor stays, which is safe:
// an anchor only ever says "at least this much was there".
func (e *Engine) writeAnchor(ctx context.Context) {
	if e.journal == nil || e.o.ReadOnly {
		return
	}
	seq, head := e.journal.Tail()
	a := anchor{ID: e.home.ID, Seq: seq, Head: headText(head)}
	for root, b := range e.rec.Home.Bounds {
		if b.Signed.After(a.Lower) {
			a.Lower, a.Of = b.Signed, root[:min(8, len(root))]
		}
	}
	b, err := json.Marshal(a)
	if err != nil {
		return
	}
	if e.o.KeyStore.Set(ctx, e.item("journal"), b) == nil {
		e.anchored = e.clockRead().Wall
	}
}

// checkAnchor compares what is known here, from the journal or (lost) a newer copy of it, with what the key store remembers.
// behind says that there were newer entries or other ones: an older copy was put back. Without an anchor a is zero; a key
// store that does not answer proves nothing.
func (e *Engine) checkAnchor(ctx context.Context, upTo uint64, lost bool) (a anchor, behind bool) {
	a, err := e.readAnchor(ctx)
	switch {
	case keystore.ClassOf(err) == keystore.Missing, err == nil && a.ID != e.home.ID:
		return anchor{}, false
	case err != nil:
		return anchor{ID: e.home.ID}, false
	}
	return a, a.Seq > upTo || !lost && !e.hasEntry(a)
}

// hasEntry says that the journal holds the very entry that the anchor remembers, and not another of its number. An entry
// that was lost to damage proves nothing either way.
func (e *Engine) hasEntry(a anchor) bool {
	if a.Seq == 0 {
		return true
	}
	en, err := e.journal.At(a.Seq)
	return err != nil || en.Loose || headText(en.Head) == a.Head
}

// rolledBack records that newer records were here before, with both heads, and goes on.
func (e *Engine) rolledBack(ctx context.Context, a anchor, tail uint64) error {
	if e.recState.State != terms.StateRecordsDamaged {
		e.recState = terms.Records{State: terms.StateRolledBack, At: e.lastRecorded()}
	}
	h := e.rec.Home
	h.putBack(a, e.lastRecorded(), e.clockRead())
	if e.o.ReadOnly {
		e.rec.Home = h
		return nil
	}
	ev := ledger.Event{
		Kind: "rolled_back", Authority: "key store",
		Reason: fmt.Sprintf("journal ended at %d (%s), anchor says %d (%s)", tail, e.rec.Head, a.Seq, a.Head),
	}
	if err := e.record(ctx, ev, change{Home: &h}); err != nil {
		return err
	}
	e.writeCheckpoint()
	e.writeAnchor(ctx)
	return nil
}

// lastRecorded is the time of the newest thing in the records.
func (e *Engine) lastRecorded() time.Time {
	last := e.rec.Home.Proven
	for _, d := range e.rec.Documents {
		if d.Taken.After(last) {
			last = d.Taken
		}
	}
	return last
}
