package usage

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"holdfast/licensing/ledger"
)

// maxTogether is how many events go into the ledger in one step.
const maxTogether = 1024

// Record makes events durable, in order. It returns what became of each; after an error, of those that are certain to be there.
// After ErrUnknown the others may be there too: Look tells.
func (b *Book) Record(ctx context.Context, events []Event) ([]Done, error) {
	for i := range events {
		if err := events[i].check(); err != nil {
			return nil, err
		}
	}
	done := make([]Done, len(events))
	for from := 0; from < len(events); from += maxTogether {
		to := min(from+maxTogether, len(events))
		if err := b.record(ctx, events[from:to], done[from:to]); err != nil {
			return done[:from], err
		}
	}
	return done, nil
}

func (e *Event) check() error {
	switch {
	case !(meterName{e.Product, e.Meter, e.Kind}).ok():
		return fmt.Errorf("%w: product, meter or kind", ErrEvent)
	case e.Units < 1:
		return fmt.Errorf("%w: %d units", ErrEvent, e.Units)
	case len(e.ID) > 200:
		return fmt.Errorf("%w: its id is too long", ErrEvent)
	case !usable(e.At.UTC()):
		return fmt.Errorf("%w: its time", ErrEvent)
	}
	return nil
}

func (b *Book) record(ctx context.Context, events []Event, done []Done) (err error) {
	r := recordings.Get().(*recording)
	defer recordings.Put(r)
	f := &r.filling
	// The hashes are made here, where callers do not wait for each other.
	if f.hashes, _, err = b.hashes(f.hashes[:0], events); err != nil {
		return err
	}
	if err := b.sayIDsLost(ctx, events[0].At); err != nil {
		return err
	}
	f.b, f.ids, f.uses, f.name = b, f.ids[:0], f.uses[:0], 0
	r.in, r.done, r.batch.Size = events, done, 2*len(events)+1
	err = b.l.AppendBatch(ctx, &r.batch)
	f.b, f.p, r.in, r.done = nil, nil, nil, nil
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// recording is one step of Record.
type recording struct {
	filling
	in    []Event
	done  []Done
	batch ledger.Batch
}

// recordings keeps used ones: a busy ledger would otherwise spend much of its time on making them.
var recordings = sync.Pool{New: func() any {
	r := &recording{}
	r.batch = ledger.Batch{
		Fresh: func() bool { return r.b.fresh(r.in[0].At) },
		Fill: func(p *ledger.Place) error {
			return r.fill(p, func() error { return r.events(r.in, r.done) })
		},
		Done: r.settle,
	}
	return r
}}

// Note makes n durable, with its times cut to the grain, and returns its number.
func (b *Book) Note(ctx context.Context, n Note) (uint64, error) {
	if text, err := json.Marshal(n); err != nil || n.Kind == "" || len(text) > maxJSON {
		return 0, fmt.Errorf("%w: a note", ErrEvent)
	}
	var seq uint64
	f := filling{b: b}
	err := b.l.AppendBatch(ctx, &ledger.Batch{
		Size:  2,
		Fresh: func() bool { return b.fresh(n.At) },
		Fill: func(p *ledger.Place) error {
			return f.fill(p, func() error {
				if err := f.session(n.At); err != nil {
					return err
				}
				text, err := json.Marshal(n.cut(b.now.run.start.Grain))
				if err != nil {
					return err
				}
				seq, _, err = f.add(TypeNote, text, nil)
				return err
			})
		},
		Done: f.settle,
	})
	if err != nil {
		return 0, fmt.Errorf("note: %w", err)
	}
	return seq, nil
}

// fresh says whether the present epoch has to end before an event of that time.
func (b *Book) fresh(at time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := &b.now
	if e.num == 0 || b.keys.Store == nil {
		return false
	}
	return e.key == nil || e.to != b.sealing.ID || !e.opened.IsZero() && at.Sub(e.opened) >= epochAge
}
