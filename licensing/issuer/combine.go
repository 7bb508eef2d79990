package issuer

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// maxBatch bounds how many callers share a transaction, so that no one waits for more than two of them.
const maxBatch = 64

// gatherTime is how long a transaction waits for callers who are nearly ready.
const gatherTime = 3 * time.Millisecond

// group is a store whose callers share transactions: while one is written, those who come meanwhile wait for the next, which takes them all.
// So many callers cost one write to disk. Their functions run one after the other in the order they came, and each sees what those before it
// changed. The error or panic of one drops its own changes only.
//
// A function that asks for it (see early) runs before its turn, at the same time as others, on what is stored then. In its turn it counts when
// all that it read is still so, and runs once more otherwise: the outcome is that of one after the other.
type group struct {
	back    backend
	jobs    chan *job
	early   atomic.Int32 // functions that run before their turn, or wait for it
	past    history
	closing chan struct{}
	ended   chan struct{} // the worker is done
	once    sync.Once
	closed  error
}

// job is the function of one caller.
type job struct {
	ctx     context.Context
	asking  asking
	fn      func(tx) error
	ahead   *ahead // what came of the function before its turn; nil: it did not run yet
	err     error
	outcome chan error
}

func newGroup(back backend) *group {
	g := &group{back: back, jobs: make(chan *job), closing: make(chan struct{}), ended: make(chan struct{})}
	go g.work()
	return g
}

// For, View, Update and Wipe without a caller's context go on until the backend's own deadlines end them.
func (g *group) For(ctx context.Context, a ...asking) store { return caller{g, ctx, asked(a...)} }

func (g *group) View(fn func(tx) error) error { return g.For(context.Background()).View(fn) }

func (g *group) Update(fn func(tx) error) error { return g.For(context.Background()).Update(fn) }

func (g *group) Wipe() error { return g.back.wipe(context.Background()) }

func (g *group) describe(ctx context.Context) (StoreInfo, error) { return g.back.describe(ctx) }

// Close lets the transaction that is being written end, and closes the backend.
func (g *group) Close() error {
	g.once.Do(func() {
		close(g.closing)
		<-g.ended
		g.closed = g.back.close()
	})
	return g.closed
}

func (g *group) work() {
	defer close(g.ended)
	for {
		select {
		case <-g.closing:
			return
		case first := <-g.jobs:
			g.serve(g.waiting(first))
		}
	}
}

// waiting gathers the callers who wait, and for a short time those who are nearly ready while they are more than these: the one half is
// written while the other half is at work.
func (g *group) waiting(first *job) (batch []*job) {
	var late <-chan time.Time
	for j := first; ; {
		if j.ahead != nil {
			g.early.Add(-1)
		}
		if batch = append(batch, j); len(batch) == maxBatch {
			return batch
		}
		select {
		case j = <-g.jobs:
			continue
		default:
		}
		if int(g.early.Load()) <= len(batch) {
			return batch
		}
		if late == nil {
			late = time.After(gatherTime)
		}
		select {
		case j = <-g.jobs:
		case <-late:
			return batch
		case <-g.closing:
			return batch
		}
	}
}

// serve commits the functions of a batch together and tells each caller. Those that may run once more do when the connection was lost.
func (g *group) serve(batch []*job) {
	err := g.commit(batch)
	if lost(err) {
		var again []*job
		for _, j := range batch {
			if j.asking.repeatable && (j.err == nil || lost(j.err)) {
				again = append(again, j)
			} else {
				j.outcome <- cmp.Or(j.err, err)
			}
		}
		if len(again) > 0 {
			err = g.commit(again)
		}
		batch = again
	}
	for _, j := range batch {
		j.outcome <- cmp.Or(j.err, err)
	}
}

// lost says whether the connection to the store was lost, or leads to where nothing can be written.
func lost(err error) bool {
	return hasCode(err, CodeAway, CodeUnsure, CodeReadOnly)
}

func (g *group) commit(batch []*job) error {
	var all []asking
	for _, j := range batch {
		if j.ahead != nil && !g.back.alone() {
			all = append(all, j.ahead.read.asking())
		} else if j.ahead == nil {
			all = append(all, j.asking)
		}
	}
	var changes []change
	// The batch is nobody's alone: it does not end with the context of one of them.
	err := g.back.write(context.Background(), asked(all...), func(r reader) ([]change, error) {
		together := newOverlay(r, g.back.fits)
		for _, j := range batch {
			if j.err = j.ctx.Err(); j.err != nil {
				continue
			}
			if j.ahead != nil && g.stands(j.ahead, together) {
				together.take(j.ahead.changed)
				continue
			}
			j.ahead = nil // whatever comes of it, the caller is told of the run that follows
			own := newOverlay(together, g.back.fits)
			if j.err = j.run(own); j.err == nil {
				together.take(own)
			}
		}
		changes = together.changes()
		return changes, nil
	})
	g.past.add(changes) // now that it is written: who began before does not count on it
	return err
}

func (j *job) run(t tx) (err error) {
	defer guardFault(&err)()
	return j.fn(t)
}

// caller is a group for one caller.
type caller struct {
	*group
	ctx    context.Context
	asking asking
}

func (c caller) For(ctx context.Context, a ...asking) store {
	return caller{c.group, ctx, asked(append(a, c.asking)...)}
}

func (c caller) View(fn func(tx) error) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	return c.back.read(c.ctx, c.asking, func(r reader) (err error) {
		defer guardFault(&err)()
		return fn(lookOnly{r})
	})
}

// Update waits for its turn until the context ends, and from then on for the outcome, which the backend's deadlines bound.
func (c caller) Update(fn func(tx) error) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: c.ctx, asking: c.asking, fn: fn, outcome: make(chan error, 1)}
	if c.asking.early {
		if done, err := c.before(j); done {
			return err
		}
	}
	select {
	case <-c.closing:
	case <-c.ctx.Done():
	case c.jobs <- j:
		return <-j.outcome
	}
	if j.ahead != nil {
		c.early.Add(-1)
	}
	return cmp.Or(c.ctx.Err(), errClosed)
}

func (c caller) Wipe() error { return c.back.wipe(c.ctx) }

// lookOnly is a transaction that changes nothing.
type lookOnly struct{ reader }

func (lookOnly) Put(string, string, []byte) error { return errReadOnly }
func (lookOnly) Delete(string, string) error      { return errReadOnly }
