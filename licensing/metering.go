package licensing

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// Limits of RecordUsage.
const (
	maxEvents  = 10_000
	maxUsageID = 200
	maxUnits   = 1_000_000_000_000 // of one event
)

// metering is what recording goes by, so that it never waits for the engine's lock: it is made with every snapshot.
type metering struct {
	table    *meterTable
	home     homeRecord // read only
	levels   map[string]levelInForce
	verdict  *terms.Verdict
	flags    usage.Flag // of the computer as a whole
	until    time.Time  // the first date after which the verdict differs; zero: none
	readOnly bool
	secrets  *secrets
	keyState terms.KeyStore
	products sync.Map // "root/product": *productUse
}

// productUse is how a product stood at the snapshot, with what was recorded since.
type productUse struct {
	*terms.ProductVerdict // nil: no verdict of it
	flags                 usage.Flag
	meters                map[string]*meterUse
}

// meterUse is a meter as it stood at the snapshot. Since counts what was recorded after it; uses that are on their way at
// the very moment of a snapshot may be missing in it until the next one.
type meterUse struct {
	terms.MeterVerdict
	since atomic.Int64
}

// newMetering is what recording goes by from now on. The lock is held.
func (e *Engine) newMetering(l *lists, v *terms.Verdict) *metering {
	m := &metering{table: l.meters, levels: l.levels, home: e.rec.Home, verdict: v, readOnly: e.o.ReadOnly, secrets: e.secrets, keyState: e.keyState}
	if e.secrets == nil {
		m.flags |= usage.Unplaced
	}
	if e.recState.State == terms.StateRolledBack || e.rec.Home.Damage == terms.StateRolledBack {
		m.flags |= usage.Restored
	}
	for i := range v.Products {
		if p := &v.Products[i]; len(p.Meters) > 0 && sooner(p.Change, m.until) {
			m.until = p.Change
		}
	}
	return m
}

// product is how a product of the vendor root stands.
func (m *metering) product(root, id string) *productUse {
	key := productKey(root, id)
	if p, ok := m.products.Load(key); ok {
		return p.(*productUse)
	}
	p := &productUse{flags: usage.Ended, meters: map[string]*meterUse{}}
	for i := range m.verdict.Products {
		if v := &m.verdict.Products[i]; v.Vendor == root && v.ID == id {
			p.ProductVerdict, p.flags = v, productFlags(v)
			for _, mv := range v.Meters {
				p.meters[mv.ID] = &meterUse{MeterVerdict: mv}
			}
		}
	}
	kept, _ := m.products.LoadOrStore(key, p)
	return kept.(*productUse)
}

// productFlags are the circumstances of uses of a product.
func productFlags(v *terms.ProductVerdict) (f usage.Flag) {
	if v.Cause != "" {
		f |= usage.InGrace
	}
	if !v.OfflineUntil.IsZero() && v.At.After(v.OfflineUntil) {
		f |= usage.Offline
	}
	switch v.State.ExitCode(false) {
	case 13, 14, 15, 16, 17, 22: // over, withdrawn, not there yet, not in it, another computer's
		f |= usage.Ended
	}
	return f
}

// add counts units of a meter and says how it stands with them. over: they are beyond what is included. A peak counts when it is
// recorded, see raise: it could not be taken back.
func (p *productUse) add(id string, kind string, units int64) (v terms.MeterVerdict, over bool) {
	m := p.meters[id]
	if m == nil {
		return terms.MeterVerdict{ID: id, Kind: kind}, false
	}
	if kind == usage.Peak {
		v = m.Plus(max(units, m.since.Load()))
		return v, v.Included > 0 && units > v.Included
	}
	v = m.Plus(m.since.Add(units))
	return v, v.Over > 0
}

// raise counts a peak that was recorded.
func (p *productUse) raise(id string, units int64) {
	if m := p.meters[id]; m != nil {
		for had := m.since.Load(); units > had && !m.since.CompareAndSwap(had, units); had = m.since.Load() {
		}
	}
}

// takeBack uncounts units that turned out to be counted before, or were not recorded.
func (p *productUse) takeBack(id, kind string, units int64) {
	if m := p.meters[id]; m != nil && kind != usage.Peak {
		m.since.Add(-units)
	}
}

// standing is how it stands with a meter now.
func (p *productUse) standing(id, kind string) terms.MeterVerdict {
	if m := p.meters[id]; m != nil {
		return m.Plus(m.since.Load())
	}
	return terms.MeterVerdict{ID: id, Kind: kind}
}

// meteringAt is what recording goes by at r. When a date has come since the last snapshot a new one is made, unless the engine is
// busy.
func (e *Engine) meteringAt(r clock.Reading) *metering {
	m := e.metering.Load()
	if m == nil || !m.until.IsZero() && !m.home.decision("", r).Before(m.until) {
		e.Snapshot()
		m = e.metering.Load()
	}
	return m
}

// RecordUsage makes events durable, in order, and returns what became of each. Several goroutines share the disk's work; none of
// them waits for the rest of the engine. It goes on whatever the verdict is, also while the key store is locked: the flags say
// how things stood. The error is a *Mistake for an event that cannot be (then none was recorded) and a *terms.Problem when nothing
// can be kept. After any other error events with an id may be sent again: what was recorded is counted once.
func (e *Engine) RecordUsage(ctx context.Context, events []UsageEvent) ([]Recorded, error) {
	r := e.clockRead()
	m := e.meteringAt(r)
	if m.readOnly {
		return nil, e.writable()
	}
	batches, err := m.batches(events)
	if err != nil {
		return nil, err
	}
	out := make([]Recorded, len(events))
	moved := false
	for _, b := range batches {
		l, err := e.ledgerFor(ctx, b.vendor)
		if err != nil {
			return nil, err
		}
		if b.again, err = l.book.Known(b.events); err != nil {
			b.again = make([]bool, len(b.events)) // recording says why
		}
		b.count(m, r)
		did, err := e.recordBatch(ctx, l, b, out)
		if err != nil {
			return nil, err
		}
		moved = moved || did
	}
	e.recorded(r, moved)
	return out, nil
}

// usageBatch is what one call records in one ledger.
type usageBatch struct {
	vendor *meteredVendor
	places []int // in the call
	uses   []*productUse
	events []usage.Event
	again  []bool // recorded before
	after  []terms.MeterVerdict
	moved  bool // some meter changes its state
}

// batches sorts the events of a call by vendor. All of them are looked at before any is recorded.
func (m *metering) batches(events []UsageEvent) ([]*usageBatch, error) {
	if len(events) > maxEvents {
		return nil, &Mistake{Code: "usage_too_many", Args: map[string]any{"n": len(events), "most": maxEvents}}
	}
	var all []*usageBatch
	byVendor := map[*meteredVendor]*usageBatch{}
	for i, ev := range events {
		p, meter, err := m.table.find(ev)
		switch {
		case err != nil:
			return nil, err
		case ev.Units < 1 || ev.Units > maxUnits:
			return nil, &Mistake{Code: "usage_units", Args: map[string]any{"meter": ev.Meter, "n": fmt.Sprint(ev.Units)}}
		case len(ev.ID) > maxUsageID:
			return nil, &Mistake{Code: "usage_id_long", Args: map[string]any{"most": maxUsageID}}
		}
		b := byVendor[p.vendor]
		if b == nil {
			b = &usageBatch{vendor: p.vendor}
			byVendor[p.vendor] = b
			all = append(all, b)
		}
		b.places, b.uses = append(b.places, i), append(b.uses, m.product(p.vendor.root, p.id))
		b.events = append(b.events, usage.Event{Product: p.id, Meter: ev.Meter, Kind: meter.Kind, Units: ev.Units, ID: ev.ID})
	}
	return all, nil
}

// count gives the events their time and flags, and counts those that are new as if they were recorded.
func (b *usageBatch) count(m *metering, r clock.Reading) {
	at, flags := m.home.decision(b.vendor.root, r), m.flags
	switch m.home.clockState(r) {
	case terms.StateClockWrong:
		flags |= usage.ClockWrong
	case terms.StateClockUnsure:
		flags |= usage.Unsure
	}
	b.after = make([]terms.MeterVerdict, len(b.events))
	for i := range b.events {
		ev, p := &b.events[i], b.uses[i]
		ev.At, ev.Flags = at, flags|p.flags
		if b.again[i] {
			continue
		}
		v, over := p.add(ev.Meter, ev.Kind, ev.Units)
		if b.after[i] = v; over {
			ev.Flags |= usage.Overage
		}
		if had := p.meters[ev.Meter]; had != nil && had.State != v.State {
			b.moved = true
		}
	}
}

// settle corrects what was counted by what became of the events; those that are not in done were not recorded.
func (b *usageBatch) settle(done []usage.Done) {
	for i, ev := range b.events {
		p, counted, there := b.uses[i], !b.again[i], i < len(done) && !done[i].Again
		switch {
		case there && ev.Kind == usage.Peak:
			p.raise(ev.Meter, ev.Units)
		case there && !counted: // its id was forgotten in between
			p.add(ev.Meter, ev.Kind, ev.Units)
		case !there && counted:
			p.takeBack(ev.Meter, ev.Kind, ev.Units)
		}
		if i < len(done) && (ev.Kind == usage.Peak || !there || !counted) {
			b.after[i] = p.standing(ev.Meter, ev.Kind)
		}
	}
}

// recordBatch writes one batch and fills in what became of its events.
func (e *Engine) recordBatch(ctx context.Context, l *usageLedger, b *usageBatch, out []Recorded) (moved bool, err error) {
	done, err := l.record(ctx, b.events)
	b.settle(done)
	if err != nil {
		l.missed(b.events[len(done):], err)
		return false, e.diskProblem(err)
	}
	for i, d := range done {
		rec := Recorded{Root: l.root, Ledger: l.id, Seq: d.Seq, Head: headText(d.Head), Again: d.Again, Conflict: d.Conflict, Flags: b.events[i].Flags.Names(), Meter: b.after[i]}
		if d.Again {
			_, head, _ := l.book.Tail()
			rec.Head, rec.Flags = headText(head), nil
		}
		out[b.places[i]] = rec
	}
	return b.moved, nil
}

// tellEvery is the running time after which the watchers are told again of uses that change no state.
const tellEvery = 250 * time.Millisecond

// recorded tells the watchers of new uses: at once when a meter's state changed, else now and then.
func (e *Engine) recorded(r clock.Reading, moved bool) {
	if last := e.usageTold.Load(); !moved && last != 0 && (r.Running-time.Duration(last)).Abs() < tellEvery {
		return
	}
	if !e.mu.TryLock() {
		return // whoever has it tells them
	}
	defer e.mu.Unlock()
	e.usageTold.Store(max(1, int64(r.Running)))
	if !e.closed {
		e.changed()
	}
}
