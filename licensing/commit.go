package licensing

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"maps"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// record writes one journal record and everything that follows from it. The journal entry is the commit point: before
// it nothing has changed, after it index, checkpoint and documents can always be made again. The lock is held.
func (e *Engine) record(ctx context.Context, ev ledger.Event, c change) error {
	r := e.clockRead()
	for _, env := range c.Envelopes {
		if _, kind := exchange.PeekHeader(env); kind == exchange.KindKey {
			continue // it holds a license key: sealed in the journal alone
		}
		if err := e.writeDocument(env); err != nil {
			return err
		}
	}
	c.V = 1
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	ev.Data = data
	ev.Wall = r.Wall.UTC()
	ev.At = e.rec.Home.decision(ev.Vendor, r)
	entry, err := e.journal.Record(ctx, ev)
	if err != nil {
		return e.diskProblem(err)
	}
	if len(c.Packed) == 0 { // a packed change is what the records are already
		e.rec.apply(c)
	}
	if c.Home != nil && c.Home.Damage == "" && lasts(e.recState.State) {
		e.recState = terms.Records{} // settled by what came
	}
	e.since.add(c)
	e.rec.Seq, e.rec.Head = entry.Seq, hex.EncodeToString(entry.Head[:])
	e.saveIndex(c)
	if c.Fold == 0 {
		e.fold(ctx)
	}
	return nil
}

// lasts says that a state of the records stays until something newer settles it.
func lasts(s terms.State) bool { return s == terms.StateRecordsDamaged || s == terms.StateRolledBack }

// commit is record followed by the checkpoint and word to the watchers.
func (e *Engine) commit(ctx context.Context, ev ledger.Event, c change) error {
	if err := e.record(ctx, ev, c); err != nil {
		return err
	}
	e.writeCheckpoint()
	if now := e.clockRead().Wall; now.Sub(e.anchored).Abs() > anchorEvery {
		e.writeAnchor(ctx)
	}
	e.anchorLedgers(ctx)
	e.changed()
	return nil
}

// anchorEvery is how long small changes may go without a word to the key store; imports always give it.
const anchorEvery = time.Hour

// begin makes sure that something can be kept: on a fresh home it makes the folder, the keys and the journal.
func (e *Engine) begin(ctx context.Context) error {
	if e.journal != nil {
		return nil
	}
	if e.closed {
		return errClosed
	}
	if e.o.ReadOnly {
		return e.writable()
	}
	fresh := e.home.ID == ""
	if err := e.makeHome(); err != nil {
		return err
	}
	if err := e.openSecrets(ctx); err != nil {
		if e.keyState.State == "" {
			return e.diskProblem(err)
		}
		return e.keyProblem()
	}
	if fresh {
		e.recState = terms.Records{} // nothing of before is left that it could be about
	}
	if err := e.openRecords(ctx); err != nil {
		return e.diskProblem(err)
	}
	e.openLedgers(ctx)
	if !fresh && e.rec.Seq > 0 {
		e.refresh(ctx)
		return nil
	}
	id, _ := e.deviceID()
	return e.record(ctx, ledger.Event{Kind: "set_up", Reason: "first_start", Authority: "person", Document: id},
		change{Home: e.proven(e.rec.Home)})
}

// proven returns h with the device key and the hardware seen now.
func (e *Engine) proven(h homeRecord) *homeRecord {
	r := e.clockRead()
	h.Proven = e.decisionTime(r)
	h.Shown = nil // of thousands of products; it goes by itself
	h.seeComputer(e.hints(), h.Proven)
	h.Bounds = maps.Clone(h.Bounds)
	for root, b := range h.Bounds {
		h.Bounds[root] = b.Moved(r)
	}
	h.Course = h.course(r)
	h.Ledgers = e.marks(h.Ledgers)
	return &h
}

// refresh records what changed by itself since the last look: states of products, and now and then the proof of
// the device key and the running time. It writes nothing when nothing changed. The lock is held.
func (e *Engine) refresh(ctx context.Context) {
	if e.journal == nil || e.o.ReadOnly {
		return
	}
	r := e.clockRead()
	wrote, err := e.recordLook(ctx, r)
	if err != nil {
		return
	}
	pending, err := e.takePending(ctx)
	if err != nil {
		return
	}
	gaps, err := e.recordGaps(ctx)
	if err != nil {
		return
	}
	wrote = wrote || pending || gaps
	if e.keyState.State == "" {
		v, f := e.judge(r)
		for _, s := range append(e.graceSteps(&v, &f), e.changedStates(v)...) {
			if e.record(ctx, s.event, s.change) != nil {
				return
			}
			e.noteGrace(s.change.Grace)
			wrote = true
		}
	}
	e.lookFrozen()
	if e.pruneDue() {
		e.prune(ctx)
	}
	e.anchorLedgers(ctx)
	if wrote {
		e.writeCheckpoint()
	}
}

// stateChange is a record about products whose state or grace changed.
type stateChange struct {
	event  ledger.Event
	change change
}

// manyStates is how many products of a vendor change in records of their own. Thousands may end on one day.
const manyStates = 16

// changedStates are the records about products whose state is not the one recorded last.
func (e *Engine) changedStates(v terms.Verdict) []stateChange {
	byVendor := map[string][]stateChange{}
	for i := range v.Products {
		p := &v.Products[i]
		key := p.Vendor + "/" + p.ID
		if e.rec.Home.Shown[key] == p.State {
			continue
		}
		ev := ledger.Event{Kind: "verdict_changed", Reason: string(p.State), License: p.License, Vendor: p.Vendor}
		if len(p.Reasons) > 0 {
			ev.Authority = p.Reasons[0].Authority
			ev.Reason = string(p.State) + ":" + p.Reasons[0].Rule
		}
		byVendor[p.Vendor] = append(byVendor[p.Vendor], stateChange{ev, change{Shown: map[string]terms.State{key: p.State}}})
	}
	var all []stateChange
	for _, changes := range sortedValues(byVendor) {
		if len(changes) <= manyStates {
			all = append(all, changes...)
			continue
		}
		shown := map[string]terms.State{}
		for _, c := range changes {
			maps.Copy(shown, c.change.Shown)
		}
		ev := ledger.Event{Kind: "verdict_changed", Reason: "several", Vendor: changes[0].event.Vendor}
		all = append(all, stateChange{ev, change{Shown: shown}})
	}
	return all
}

// booted says that the computer was started since running time was last kept.
func (e *Engine) booted(r clock.Reading) bool {
	for _, b := range e.rec.Home.Bounds {
		if b.Boot != r.Boot {
			return true
		}
	}
	return false
}

// lookEvery is how often the running time and the device proof are kept in the index (design: Time).
const lookEvery = time.Minute

// saveLook keeps running time and device proof in index and checkpoint, without a journal record. The lock is held.
func (e *Engine) saveLook() {
	if e.index == nil || e.journal == nil || e.o.ReadOnly || e.rec.Seq == 0 {
		return
	}
	if !e.lookDue(e.clockRead()) && !(e.closed && e.ledgersGrew()) {
		return
	}
	h := e.proven(e.rec.Home)
	c := change{Home: h}
	e.rec.apply(c)
	e.since.add(c)
	e.saveIndex(c)
	e.writeCheckpoint()
}

// Refresh looks at the time again: it records states that changed by themselves and tells the watchers. While key store or
// disk keep the records from being opened it tries them again, without asking anybody. Programs that stay open call it
// every minute: it costs little when nothing changed.
func (e *Engine) Refresh(ctx context.Context) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	if e.home.ID != "" && e.journal == nil {
		e.load(ctx)
	} else {
		e.refresh(ctx)
	}
	e.keepCounts()
	e.saveLook()
	e.changed()
}
