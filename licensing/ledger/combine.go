package ledger

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// waiting is one caller in the queue. It appends (seal, or body as it is) or does something else that needs the
// writer (do).
type waiting struct {
	ctx   context.Context
	typ   byte
	body  []byte
	seal  func(seq uint64, previous Head) ([]byte, error)
	do    func() error
	batch *Batch
	// beside goes with body, for types from FirstBeside on.
	beside []byte
	entry  Entry
	err    error
	wake   chan bool // gets one signal: true to lead, false when done; none when the caller leads at once
	lead   bool      // guarded by Ledger.mu
	taken  bool      // guarded by Ledger.mu
}

// callers keeps used ones: a busy ledger would otherwise spend much of its time on making them.
var callers = sync.Pool{New: func() any { return &waiting{wake: make(chan bool, 1)} }}

// maxBatch bounds how many callers share one sync.
const maxBatch = 1024

// Append adds an entry. It is durable when Append returns nil; after an error the ledger is as before. typ is FirstType or
// above; body has at most MaxBody bytes and must not be changed until Append returns. The deadline of ctx covers the wait for
// other callers; a write that has begun is waited for, so that its outcome is known.
// Errors: ErrReadOnly, ErrClosed, ErrTooLarge, the context's, or the disk's.
func (l *Ledger) Append(ctx context.Context, typ byte, body []byte) (Entry, error) {
	return l.append(ctx, typ, body, nil)
}

// AppendFunc is Append for bodies that depend on their place in the chain: seal gets the entry's number and the head
// before it. It is called once, must be quick and must not call the ledger. When it fails, nothing is appended.
func (l *Ledger) AppendFunc(ctx context.Context, typ byte, seal func(seq uint64, previous Head) ([]byte, error)) (Entry, error) {
	return l.append(ctx, typ, nil, seal)
}

func (l *Ledger) append(ctx context.Context, typ byte, body []byte, seal func(uint64, Head) ([]byte, error)) (Entry, error) {
	if l.o.Sign == nil {
		return Entry{}, ErrReadOnly
	}
	if typ < FirstType || typ >= FirstBeside {
		return Entry{}, errType
	}
	w := callers.Get().(*waiting)
	w.ctx, w.typ, w.body, w.seal = ctx, typ, body, seal
	return l.wait(w)
}

// run does f as the leader, in its turn among the appends.
func (l *Ledger) run(f func() error) error {
	w := callers.Get().(*waiting)
	w.ctx, w.do = context.Background(), f
	_, err := l.wait(w)
	return err
}

// wait queues w. The first to come leads: it writes for everybody who is in the queue by then, and hands the lead to
// the first of those who came meanwhile. So an idle ledger costs no switch to another goroutine, and a busy one shares
// syncs; there is no goroutine to stop.
func (l *Ledger) wait(w *waiting) (Entry, error) {
	if w.err = w.ctx.Err(); w.err == nil && l.enter(w) {
		l.leadOnce(w)
	}
	entry, err := w.entry, w.err
	*w = waiting{wake: w.wake}
	callers.Put(w)
	return entry, err
}

// enter returns true when w must lead, false when it is done.
func (l *Ledger) enter(w *waiting) bool {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		w.err = ErrClosed
		return false
	}
	l.queue = append(l.queue, w)
	first := !l.busy
	l.busy = true
	l.mu.Unlock()
	return first || l.waitTurn(w)
}

// waitTurn returns true when w must lead, false when it is done or gave up.
func (l *Ledger) waitTurn(w *waiting) bool {
	end := w.ctx.Done()
	if end == nil {
		return <-w.wake
	}
	select {
	case lead := <-w.wake:
		return lead
	case <-end:
		if l.leave(w) {
			w.err = w.ctx.Err()
			return false
		}
		return <-w.wake
	}
}

// leave takes w out of the queue, unless its write has begun or it was made the leader.
func (l *Ledger) leave(w *waiting) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.taken || w.lead {
		return false
	}
	for i, q := range l.queue {
		if q == w {
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			return true
		}
	}
	return false
}

// leadOnce writes one batch, which the caller's own entry is part of, and passes the lead on.
func (l *Ledger) leadOnce(self *waiting) {
	l.w.begin()
	batch := l.gather()
	l.w.flush()
	// Those who are done are woken first, so that they can be back before the next leader looks at the queue.
	for _, w := range batch {
		if w != self {
			w.wake <- false
		}
	}
	l.mu.Lock()
	l.crowd = max(len(batch), l.crowd-l.crowd/16-1)
	if len(l.queue) > 0 {
		l.queue[0].lead = true
		l.queue[0].wake <- true
	} else {
		l.busy = false
	}
	l.mu.Unlock()
}

// patience is the longest that a leader waits for one more caller.
const patience = 200 * time.Microsecond

// gather stages the callers in the queue as they come, while others are still on their way. It waits for those who shared the last sync,
// or batches of one and of all would take turns, until none came for a small part of the time that a sync takes. It only yields the
// processor; alone, it waits for nobody.
func (l *Ledger) gather() []*waiting {
	batch := l.w.batch[:0]
	idle := time.Duration(-1) // since when nobody came
	for {
		from := len(batch)
		l.mu.Lock()
		batch = l.take(batch)
		crowd := min(l.crowd, maxBatch)
		l.mu.Unlock()
		l.w.stageAll(batch[from:])
		came := len(batch) > from
		if len(batch) >= crowd || !came && idle >= 0 && l.w.watch()-idle > min(l.w.took/8, patience) {
			l.w.batch = batch
			return batch
		}
		if came {
			idle = -1
		} else if idle < 0 {
			idle = l.w.watch()
		}
		runtime.Gosched()
	}
}

// take moves callers from the queue to the batch; mu is held.
func (l *Ledger) take(batch []*waiting) []*waiting {
	n := min(len(l.queue), maxBatch-len(batch))
	for _, w := range l.queue[:n] {
		w.taken = true
	}
	batch = append(batch, l.queue[:n]...)
	l.queue = slices.Delete(l.queue, 0, n)
	return batch
}
