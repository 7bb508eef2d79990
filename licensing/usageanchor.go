package licensing

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// usageAnchor is what the key store remembers of a usage ledger. At most 200 bytes.
type usageAnchor struct {
	Seq     uint64    `json:"seq"`
	Head    string    `json:"head"`
	Epoch   uint64    `json:"epoch"`
	Receipt int       `json:"receipt,omitempty"`
	Lower   time.Time `json:"tlb,omitzero"`
	At      time.Time `json:"at,omitzero"` // when it was written
}

func usageItem(l *usageLedger) string { return "usage-" + l.id }

// writeUsageAnchor keeps how far a ledger is. Like the journal's it only ever says "at least this much was there". The lock is held.
func (e *Engine) writeUsageAnchor(ctx context.Context, l *usageLedger) {
	if e.secrets == nil || e.o.ReadOnly {
		return
	}
	seq, head, epoch := l.book.Tail()
	if seq == 0 {
		return
	}
	r := e.clockRead()
	now := e.decisionTime(r).Truncate(time.Second)
	receipt, _ := e.listsOf(e.rec).usage.newest(l.id)
	a := usageAnchor{Seq: seq, Head: headText(head), Epoch: epoch, Receipt: receipt.Number, Lower: e.lower(l.root, r).UTC().Truncate(time.Second), At: now}
	b, err := json.Marshal(a)
	if err != nil || e.o.KeyStore.Set(ctx, usageItem(l), b) != nil {
		return
	}
	l.anchored, l.epoch, l.anchor = now, epoch, seq
}

// anchorLedgers writes the anchors that are due: an hour after the last one, or when an epoch was closed since.
func (e *Engine) anchorLedgers(ctx context.Context) {
	now := e.decisionTime(e.clockRead())
	for _, l := range e.ledgers.list() {
		if seq, _, epoch := l.book.Tail(); epoch != l.epoch || seq > l.anchor && now.Sub(l.anchored).Abs() > anchorEvery {
			e.writeUsageAnchor(ctx, l)
		}
	}
}

// grew says that a ledger is further than the records say.
func (e *Engine) grew(l *usageLedger) bool {
	seq, head, _ := l.book.Tail()
	m := e.rec.Home.Ledgers[l.id]
	return m.Seq != seq || m.Head != headText(head)
}

func (e *Engine) ledgersGrew() bool { return slices.ContainsFunc(e.ledgers.list(), e.grew) }

// marks are how far the ledgers are now.
func (e *Engine) marks(had map[string]ledgerMark) map[string]ledgerMark {
	all := e.ledgers.list()
	if len(all) == 0 {
		return had
	}
	now := maps.Clone(had)
	if now == nil {
		now = map[string]ledgerMark{}
	}
	for _, l := range all {
		if seq, head, _ := l.book.Tail(); seq > 0 {
			now[l.id] = ledgerMark{seq, headText(head)}
		}
	}
	return now
}

// witness is something that knows that a ledger was at least so far.
type witness struct {
	seq  uint64
	head string // "" when only the number, or the close below, is known
	// epoch and close are of a closed epoch; 0 and "" for none.
	epoch uint64
	close string
	by    string
}

// witnesses are the key store, the records, and the vendor by its receipts.
func (e *Engine) witnesses(ctx context.Context, l *usageLedger) []witness {
	var all []witness
	if b, err := e.o.KeyStore.Get(ctx, usageItem(l)); err == nil {
		var a usageAnchor
		if json.Unmarshal(b, &a) == nil && a.Seq > 0 {
			all = append(all, witness{seq: a.Seq, head: a.Head, by: "key store"})
			l.anchored, l.epoch, l.anchor = a.At, a.Epoch, a.Seq
		}
	}
	if m, ok := e.rec.Home.Ledgers[l.id]; ok {
		all = append(all, witness{seq: m.Seq, head: m.Head, by: "records"})
	}
	u := e.listsOf(e.rec).usage
	for _, f := range u.files[l.id] {
		all = append(all, witness{seq: f.Last, epoch: f.ToEpoch, close: f.Close, by: "usage file"})
	}
	if r, p := u.newest(l.id); p != nil {
		all = append(all, receiptWitness(&r))
	}
	return all
}

// mark names what the witness saw, to know it again.
func (w witness) mark() string { return fmt.Sprintf("%d %s", w.seq, cmp.Or(w.close, w.head)) }

func receiptWitness(r *exchange.Receipt) witness {
	return witness{seq: r.Seq, epoch: r.Epoch, close: r.Close, by: "receipt"}
}

// knows says that the ledger holds what the witness saw, and not another entry or close of its number.
func (l *usageLedger) knows(w witness) bool {
	if seq, _, _ := l.book.Tail(); seq < w.seq {
		return false
	}
	if w.close != "" {
		hash, ok := l.book.CloseHash(w.epoch)
		return ok && headText(hash) == w.close
	}
	head, err := l.book.At(w.seq)
	if err != nil || w.head == "" || headText(head) == w.head { // one that was pruned or lost proves nothing either way
		return true
	}
	seen, err := hex.DecodeString(w.head)
	return err == nil && len(seen) == len(head) && l.book.Began(w.seq, [32]byte(seen))
}

// checkLedgers compares every ledger with all that knows it. One that is behind was put back from an older copy: both heads are
// recorded, in the ledger too, and it goes on. The lock is held.
func (e *Engine) checkLedgers(ctx context.Context) {
	if e.secrets == nil {
		return
	}
	for _, l := range e.ledgers.list() {
		e.ledgerBehind(ctx, l, e.witnesses(ctx, l))
	}
}

// ledgerBehind records that a ledger was further than it is, when one of the witnesses says so that was not heard before. What they
// say is settled then, and nothing else is: an older copy that is put back a second time is seen by what was written since.
func (e *Engine) ledgerBehind(ctx context.Context, l *usageLedger, all []witness) {
	u := e.rec.Usage[l.root]
	var w witness
	var settled []string
	for _, one := range all {
		if l.knows(one) {
			continue
		}
		if one.seq > w.seq && !slices.Contains(u.Settled[l.id], one.mark()) {
			w = one
		}
		settled = append(settled, one.mark())
	}
	if w.seq == 0 {
		return
	}
	seq, head, _ := l.book.Tail()
	if e.recState.State != terms.StateRecordsDamaged {
		e.recState = terms.Records{State: terms.StateRolledBack, At: e.lastRecorded()}
	}
	h := e.rec.Home
	h.putBack(anchor{}, e.lastRecorded(), e.clockRead())
	if e.o.ReadOnly || e.journal == nil {
		e.rec.Home = h
		return
	}
	e.noteIn(l, usage.Note{Kind: "restore", Seq: w.seq, Head: w.head})
	h.Ledgers = e.marks(h.Ledgers)
	u.Root, u.Settled = l.root, maps.Clone(u.Settled)
	if u.Settled == nil {
		u.Settled = map[string][]string{}
	}
	slices.Sort(settled)
	u.Settled[l.id] = slices.Compact(settled) // of witnesses that are gone nothing is kept
	ev := ledger.Event{
		Kind: "rolled_back", Authority: w.by, Vendor: l.root,
		Reason: fmt.Sprintf("usage ledger %s ended at %d (%s), %s says %d (%s)", l.id[:8], seq, headText(head), w.by, w.seq, w.head+w.close),
	}
	if e.record(ctx, ev, change{Home: &h, Usage: []usageRecord{u}}) != nil {
		return // the next start finds it again
	}
	e.writeCheckpoint()
	e.writeUsageAnchor(ctx, l)
}

// compareReceipt records what a receipt shows: that the vendor saw entries which are not here, or others.
func (e *Engine) compareReceipt(ctx context.Context, l *usageLedger, r *exchange.Receipt) {
	e.ledgerBehind(ctx, l, append(e.witnesses(ctx, l), receiptWitness(r)))
}

// covered is how far the newest receipt goes that is about this very chain: epoch and entry; zero before the first.
func (e *Engine) covered(l *usageLedger) (epoch, seq uint64) {
	r := e.coveredBy(l)
	return r.Epoch, r.Seq
}

// coveredBy is that receipt; the zero Receipt before the first.
func (e *Engine) coveredBy(l *usageLedger) exchange.Receipt {
	for _, p := range e.listsOf(e.rec).usage.receipts[l.id] {
		if r := p.Body.Receipt; l.knows(receiptWitness(r)) {
			return *r
		}
	}
	return exchange.Receipt{}
}
