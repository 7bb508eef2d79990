package issuer

import (
	"errors"
	"slices"
	"sync/atomic"
)

// ahead is what came of a function that ran before its turn.
type ahead struct {
	read    *readSet
	changed *overlay
	since   uint64 // the transactions that were written when it began
}

// errInTurn is a backend's answer to who would read early and cannot now.
var errInTurn = errors.New("in turn only")

// before runs the function of a job before its turn. done: it changes nothing, or ended with an error.
func (c caller) before(j *job) (done bool, err error) {
	a := &ahead{since: c.past.written.Load()}
	c.early.Add(1)
	defer func() {
		if j.ahead == nil {
			c.early.Add(-1)
		}
	}()
	sure := true
	err = c.back.read(c.ctx, c.asking, func(r reader) error {
		a.read = newReadSet(r)
		a.changed = newOverlay(a.read, c.back.fits)
		err := j.run(a.changed)
		if t, ok := r.(interface{ oneMoment() bool }); ok {
			sure = t.oneMoment()
		}
		return err
	})
	switch {
	case errors.Is(err, errInTurn):
		return false, nil
	case a.read == nil:
		return true, err // the store cannot be read
	}
	done = err != nil || len(a.changed.changed) == 0
	switch {
	case a.read.unsure, done && !sure: // in its turn it finds out
		return false, nil
	case done:
		return true, err
	}
	a.read.under = nil
	j.ahead = a
	return false, nil
}

// stands says whether all that a function read before its turn is still so for a transaction that changes what is in together. Where a fault keeps
// it from looking, the function's own run meets that.
func (g *group) stands(a *ahead, together *overlay) (so bool) {
	var fault error
	defer guardFault(&fault)()
	if !g.back.alone() || !g.past.covers(a.since) {
		return a.read.still(together)
	}
	for bucket, records := range together.changed {
		for key := range records {
			if a.read.has(recordKey{bucket, key}) {
				return false
			}
		}
	}
	return g.past.untouched(a.read, a.since)
}

// What a history knows of: so many transactions, and none that changed more than so many records.
const (
	historyKept = 64
	historyMost = 4096
)

// history knows what the newest transactions of a group changed. One goroutine adds and asks; others read how many were written.
type history struct {
	written atomic.Uint64
	from    uint64 // what was changed since so many were written is known
	changed [historyKept][]recordKey
}

func (h *history) add(changes []change) {
	n := h.written.Load()
	var keys []recordKey
	if len(changes) > historyMost {
		h.from = n + 1
	} else {
		for _, c := range changes {
			keys = append(keys, c.recordKey)
		}
	}
	h.changed[n%historyKept] = keys
	h.written.Store(n + 1)
	if n >= historyKept {
		h.from = max(h.from, n+1-historyKept)
	}
}

func (h *history) covers(since uint64) bool { return since >= h.from }

// untouched says whether nothing was changed since then of what was read.
func (h *history) untouched(read *readSet, since uint64) bool {
	for n := since; n < h.written.Load(); n++ {
		if slices.ContainsFunc(h.changed[n%historyKept], read.has) {
			return false
		}
	}
	return true
}
