package usage

import (
	"context"
	"encoding/json"
	"fmt"
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
	done := make([]Done, 0, len(events))
	for len(events) > 0 {
		n := min(len(events), maxTogether)
		some, err := b.record(ctx, events[:n])
		if err != nil {
			return done, err
		}
		done, events = append(done, some...), events[n:]
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

func (b *Book) record(ctx context.Context, events []Event) ([]Done, error) {
	hashes, _, err := b.hashes(events) // here, where callers do not wait for each other
	if err != nil {
		return nil, err
	}
	if err := b.sayIDsLost(ctx, events[0].At); err != nil {
		return nil, err
	}
	done := make([]Done, len(events))
	f := filling{b: b, hashes: hashes}
	err = b.l.AppendBatch(ctx, &ledger.Batch{
		Size:  2*len(events) + 1,
		Fresh: func() bool { return b.fresh(events[0].At) },
		Fill: func(p *ledger.Place) error {
			return f.fill(p, func() error { return f.events(events, done) })
		},
		Done: f.settle,
	})
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	return done, nil
}

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
