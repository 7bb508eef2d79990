package ledger

import (
	"context"
	"errors"
)

// Batch is a row of entries that are appended together, in one segment and with one sync. Its functions are called by the
// caller that writes, in turn with all other appends; they must be quick and must not call the ledger.
type Batch struct {
	Size int // how many entries Fill will add, at most
	// Fresh says whether the present segment should be closed first; nil: no. It stays open when the device key is away.
	Fresh func() bool
	// Fill adds the entries. When it returns an error nothing is appended, and Done is not called.
	Fill func(*Place) error
	// Done is told whether the entries became durable, before the next batch is filled that is not in the same sync.
	Done func(error)
}

// Place is where the entries of a batch go.
type Place struct {
	w *writer
}

// Segment is the number of the segment.
func (p *Place) Segment() uint64 { return p.w.num }

// Next is the number of the next entry, and the head before it.
func (p *Place) Next() (uint64, Head) { return p.w.nextSeq + 1, p.w.nextHead }

// Add appends an entry. beside has BesideSize bytes for types from FirstBeside on, else it is nil. body may be used again when Add returns.
func (p *Place) Add(typ byte, body, beside []byte) (uint64, Head, error) {
	w := p.w
	switch {
	case typ < FirstType || (typ >= FirstBeside) != (len(beside) == BesideSize) || typ < FirstBeside && len(beside) > 0:
		return 0, Head{}, errors.New("not a type of entries, or bytes beside it that it has not")
	case len(body) > MaxBody:
		return 0, Head{}, ErrTooLarge
	case w.end+int64(len(w.buf)+frameHead+len(body)+len(beside)+closeRoom) > maxSegment:
		return 0, Head{}, ErrTooLarge // no room for the CLOSE would be left
	}
	w.nextSeq++
	w.nextHead = nextHead(w.nextHead, w.nextSeq, body)
	w.buf = appendEntry(w.buf, typ, body, beside)
	return w.nextSeq, w.nextHead, nil
}

// AppendBatch appends b. It is durable when AppendBatch returns nil; after an error the ledger is as before. Errors as of Append, and
// those of Fill as they are.
func (l *Ledger) AppendBatch(ctx context.Context, b *Batch) error {
	if l.o.Sign == nil {
		return ErrReadOnly
	}
	w := callers.Get().(*waiting)
	w.ctx, w.batch = ctx, b
	_, err := l.wait(w)
	return err
}

// Do runs f in turn with the appends, when everything that did not succeed has been taken away.
func (l *Ledger) Do(f func() error) error {
	return l.run(func() error {
		if err := l.w.repair(); err != nil {
			return err
		}
		return f()
	})
}

// stageBatch adds the entries of c's batch to the bytes to be written.
func (w *writer) stageBatch(c *waiting) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	b := c.batch
	if b.Fresh != nil && b.Fresh() {
		w.flush()
		if err := w.closeUnlessKeyAway(); err != nil {
			return err
		}
	}
	if err := w.makeRoom(b.Size); err != nil {
		return err
	}
	size, seq, head := len(w.buf), w.nextSeq, w.nextHead
	if err := b.Fill(&w.place); err != nil {
		w.buf, w.nextSeq, w.nextHead = w.buf[:size], seq, head
		return err
	}
	w.staged = append(w.staged, c)
	return nil
}

// closeUnlessKeyAway closes the segment; without the device key it stays open and grows until the key is back.
func (w *writer) closeUnlessKeyAway() error {
	err := w.closeSegment()
	var refused signError
	if errors.As(err, &refused) {
		return nil
	}
	return err
}
