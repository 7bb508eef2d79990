package licensing

import (
	"context"
	"errors"
	"slices"
	"time"

	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// graceRecord is one line of the grace ledger, and the last of each product what is compared with.
type graceRecord struct {
	Root    string      `json:"root"`
	Product string      `json:"product"`
	License string      `json:"serial,omitempty"`
	Event   string      `json:"event"`
	Cause   terms.Cause `json:"cause"`
	Started time.Time   `json:"started"`
	Ends    time.Time   `json:"ends,omitzero"`
	By      string      `json:"by,omitempty"` // authority
}

// Events of the grace ledger.
const (
	graceStarted   = "started"
	graceChanged   = "changed"
	graceEnded     = "ended"
	graceRecovered = "recovered" // a contact, a renewal or an extension ended it early
)

func (g graceRecord) key() string { return g.Root + "/" + g.Product }

func (g graceRecord) runs() bool { return g.Event == graceStarted || g.Event == graceChanged }

// graceLines are what the grace ledger does not say yet. Grace that began and ended while nothing ran is looked for where a
// state changed.
func (e *Engine) graceLines(v *terms.Verdict, f *terms.Facts) []graceRecord {
	var all []graceRecord
	var byProduct map[string][]terms.Held
	for i := range v.Products {
		p := &v.Products[i]
		key := p.Vendor + "/" + p.ID
		last := e.rec.Grace[key]
		switch {
		case p.Cause != "" || last.runs():
			all = append(all, graceLine(p, last)...)
		case last.Event == graceEnded && p.State.ExitCode(false) == 0:
			last.Event, last.By = graceRecovered, running(p).By
			all = append(all, last)
		case e.rec.Home.Shown[key] != p.State:
			for _, end := range graceOver(p, last.Ends) {
				if byProduct == nil {
					byProduct = heldByProduct(f.Licenses)
				}
				all = append(all, missedGrace(f, byProduct[key], end)...)
			}
		}
	}
	return all
}

// graceOver is when graces of a product ended since, oldest first.
func graceOver(p *terms.ProductVerdict, since time.Time) []time.Time {
	ends := []time.Time{p.OfflineGrace, p.GraceEnds}
	ends = slices.DeleteFunc(ends, func(t time.Time) bool { return t.After(p.At) || !t.After(since) })
	slices.SortFunc(ends, time.Time.Compare)
	return ends
}

func heldByProduct(licenses []terms.Held) map[string][]terms.Held {
	all := map[string][]terms.Held{}
	for _, l := range licenses {
		key := l.Vendor + "/" + l.Policy.Product.ID
		all[key] = append(all[key], l)
	}
	return all
}

// graceLine compares what runs now with what was recorded last; one of them runs.
func graceLine(p *terms.ProductVerdict, last graceRecord) []graceRecord {
	now := running(p)
	same := last.Cause == now.Cause && last.Started.Equal(now.Started)
	switch {
	case now.Cause == "":
		last.Event, last.By = graceEnded, now.By
		if !p.At.After(last.Ends) && p.State.ExitCode(false) == 0 {
			last.Event = graceRecovered
		}
		return []graceRecord{last}
	case !last.runs():
		now.Event = graceStarted
		return []graceRecord{now}
	case same && last.Ends.Equal(now.Ends):
		return nil
	case same, now.Started.Before(last.Ends) && last.Cause != now.Cause:
		now.Event = graceChanged
		return []graceRecord{now}
	}
	now.Event = graceStarted
	last.Event = graceEnded
	if now.Started.Before(last.Ends) {
		last.Event = graceRecovered
	}
	return []graceRecord{last, now}
}

// missedGrace is the grace of a product that began and ended while nothing ran: the product as it stood in its last second
// says what it was. One that was over before the license came here is none.
func missedGrace(f *terms.Facts, held []terms.Held, end time.Time) []graceRecord {
	then := *f
	then.Licenses, then.Lower, then.Clock = held, nil, terms.Clock{}
	v := terms.Evaluate(then, terms.Query{}, end.Add(-time.Second))
	if len(v.Products) != 1 || v.Products[0].Cause == "" {
		return nil
	}
	was := &v.Products[0]
	for i := range held {
		if held[i].Serial == was.License && held[i].Taken.After(was.GraceUntil) {
			return nil
		}
	}
	began := running(was)
	began.Event = graceStarted
	over := began
	over.Event = graceEnded
	return []graceRecord{began, over}
}

// running is the grace that runs by a verdict.
func running(p *terms.ProductVerdict) graceRecord {
	g := graceRecord{Root: p.Vendor, Product: p.ID, License: p.License, Cause: p.Cause, Started: p.GraceStarted.UTC(), Ends: p.GraceUntil.UTC()}
	if len(p.Reasons) > 0 {
		g.By = p.Reasons[0].Authority
	}
	return g
}

// graceSteps are the journal records for what the grace ledger does not say yet: one for each line, or for each vendor when there
// are many.
func (e *Engine) graceSteps(v *terms.Verdict, f *terms.Facts) []stateChange {
	byVendor := map[string][]graceRecord{}
	for _, l := range e.graceLines(v, f) {
		byVendor[l.Root] = append(byVendor[l.Root], l)
	}
	var steps []stateChange
	for _, lines := range sortedValues(byVendor) {
		if len(lines) > manyStates {
			steps = append(steps, stateChange{ledger.Event{Kind: graceKind, Reason: "several", Vendor: lines[0].Root}, change{Grace: lines}})
			continue
		}
		for _, l := range lines {
			ev := ledger.Event{Kind: graceKind, Reason: l.Event + ":" + string(l.Cause), Authority: l.By, License: l.License, Vendor: l.Root}
			steps = append(steps, stateChange{ev, change{Grace: []graceRecord{l}}})
		}
	}
	return steps
}

// graceKind is the kind of the journal records that make the grace ledger.
const graceKind = "grace"

// Grace returns the grace ledger, oldest first: when each grace started, changed and ended, and why. It stands in the journal,
// so like Ledger it needs the key store. Records that are damaged are left out.
func (e *Engine) Grace(ctx context.Context) ([]GraceEntry, error) {
	j, err := e.openJournal()
	if j == nil {
		return nil, err
	}
	var all []GraceEntry
	err = j.Entries(1, func(en ledger.Entry, ev ledger.Event) error {
		if ev.Kind != graceKind {
			return ctx.Err()
		}
		c, err := decodeChange(ev.Data)
		if err != nil {
			return err
		}
		for _, g := range c.Grace {
			all = append(all, graceEntry(en.Seq, ev.At, g))
		}
		return ctx.Err()
	})
	if err != nil && !errors.Is(err, ledger.ErrDamaged) {
		return nil, err
	}
	return all, nil
}

func graceEntry(seq uint64, at time.Time, g graceRecord) GraceEntry {
	entry := GraceEntry{
		Seq: seq, At: at, Event: g.Event, Cause: g.Cause, Vendor: g.Root, Product: g.Product, License: g.License,
		Started: g.Started, Ends: g.Ends, Authority: g.By,
	}
	if g.runs() {
		entry.Remaining = max(0, int64(g.Ends.Sub(at)/time.Second))
	}
	return entry
}
