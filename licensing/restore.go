package licensing

import (
	"context"
	"maps"
	"strings"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// restoreLife is how long records that were put back from an older copy may wait for a check-in, from when that was seen.
var restoreLife = terms.Days(14)

// ConfirmRestore records that a person said "Yes, this was a restore". A check-in then settles it: the vendor sees where the
// records go on. It is harmless to say it twice. The error is a *Mistake when the records are not behind, a *terms.Problem when
// nothing can be kept.
func (e *Engine) ConfirmRestore(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.rec.Home.Damage != terms.StateRolledBack {
		return &Mistake{Code: "restore_none"}
	}
	if err := e.begin(ctx); err != nil {
		return err
	}
	if !e.rec.Home.Restored.IsZero() {
		return nil
	}
	h := e.proven(e.rec.Home)
	h.Restored = h.Proven
	return e.commit(ctx, ledger.Event{Kind: "restore", Reason: "confirmed", Authority: "person"}, change{Home: h})
}

// recordsFacts is the condition of the records, with what a person said about it.
func (e *Engine) recordsFacts(h *homeRecord) terms.Records {
	f := e.recState
	if f.State == "" && h.Damage != "" {
		f = terms.Records{State: h.Damage, At: h.Since}
	}
	if f.State == terms.StateRolledBack {
		f.Restored = !h.Restored.IsZero()
		if !h.Behind.IsZero() {
			f.Until = restoreLife.After(h.Behind, time.UTC)
		}
	}
	return f
}

// putBack notes that newer records were here before; a is what the key store remembers of them. Time does not turn back with them.
func (h *homeRecord) putBack(a anchor, last time.Time, r clock.Reading) {
	h.Bounds = maps.Clone(h.Bounds)
	for root, b := range h.Bounds {
		if a.Of == "" && len(h.Bounds) == 1 || a.Of != "" && strings.HasPrefix(root, a.Of) {
			h.Bounds[root] = b.Saw(a.Lower, r)
		}
	}
	h.Course = h.course(r)
	h.Damage, h.Since = terms.StateRolledBack, last
	if h.Since.IsZero() {
		h.Since = r.Wall.UTC()
	}
	if h.Behind.IsZero() {
		h.Behind = h.decision("", r)
	}
}

// wellAgain forgets what was wrong with the records.
func (h *homeRecord) wellAgain() {
	h.Damage, h.Since, h.Behind, h.Restored = "", time.Time{}, time.Time{}, time.Time{}
}

// confirm settles what an answer to a request settles that was made after it was seen. computer says that the computer's parts were
// among it.
func (e *Engine) confirm(h *homeRecord, asked *requestRecord) (computer bool) {
	after := func(t time.Time) bool { return !t.IsZero() && !asked.Created.Before(t.Truncate(time.Second)) }
	if h.Damage == terms.StateRolledBack && (asked.Restored || after(h.Behind)) {
		h.wellAgain()
	}
	if computer = h.Changed != nil && (asked.Changed || after(h.Changed.Since)); computer {
		h.replace(e.hints())
	}
	return computer
}

func cloneWith[V any](m map[string]V, key string, value V) map[string]V {
	c := maps.Clone(m)
	c[key] = value
	return c
}
