package issuer

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgTx is a transaction. What it read stays with it: nobody else changes anything before it ends, or it sees nothing of that.
type pgTx struct {
	s     *pgStore
	ctx   context.Context
	c     *pgxpool.Conn
	err   error // the connection, once it is lost
	over  bool
	loose bool                 // there is no transaction: each round trip sees what is stored then
	asked int                  // round trips
	have  map[recordKey][]byte // nil: there is none
	bad   map[recordKey]error  // records that are damaged; only who asks for them is told
	spans []span
}

// span is a range that was read as a whole.
type span struct {
	recordKey // bucket and beginning of the keys
	keys      []string
}

const (
	firstPage = 256 // a range up to here is kept
	nextPages = 1024
)

func (s *pgStore) read(ctx context.Context, a asking, fn func(reader) error) error {
	if a.early && (s.pooled.Load() || cap(s.early) == 0) { // a pooler's connections are few, and a transaction would hold one meanwhile
		return errInTurn
	}
	if a.early {
		select {
		case s.early <- struct{}{}:
			defer func() { <-s.early }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	begin := "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	if a.early { // what it finds is proven when it is written
		begin = ""
	}
	t, err := s.begin(ctx, a, begin, false)
	if err != nil {
		return err
	}
	defer t.end()
	err = fn(t)
	if t.err != nil {
		return t.err
	}
	return err
}

func (s *pgStore) write(ctx context.Context, a asking, fn func(reader) ([]change, error)) error {
	t, err := s.begin(ctx, a, "BEGIN ISOLATION LEVEL READ COMMITTED", true)
	if err != nil {
		return err
	}
	defer t.end()
	changes, err := fn(t)
	if t.err != nil {
		return t.err
	}
	if err != nil || len(changes) == 0 {
		return err
	}
	return t.commit(changes)
}

// begin opens a transaction, or with "" none, gets the lock when it is to write, and reads what is asked for, in one round trip. A connection that was lost
// while nobody used it is replaced.
func (s *pgStore) begin(ctx context.Context, a asking, begin string, lock bool) (*pgTx, error) {
	t := &pgTx{s: s, ctx: ctx, have: map[recordKey][]byte{}, bad: map[recordKey]error{}}
	for again := false; ; again = true {
		acquire, stop := context.WithTimeout(ctx, tripLimit)
		c, err := s.acquire(acquire)
		stop()
		if err != nil {
			return nil, t.lose(err)
		}
		t.c, t.err, t.loose, t.asked = c, nil, begin == "", 0
		t.over = t.loose
		b := &pgx.Batch{}
		if !t.loose {
			b.Queue(begin)
		}
		if s.pooled.Load() {
			b.Queue(localSettings)
		}
		if lock {
			b.Queue("SELECT pg_advisory_xact_lock($1)", s.lock) // a statement of its own: what follows sees all that was committed before
		}
		t.queue(b, a)
		if err = t.trip(b); err == nil {
			return t, nil
		}
		t.end()
		if !lost(err) || again || ctx.Err() != nil {
			return nil, err
		}
		s.pool.Reset()
	}
}

// trip sends statements and takes what they answer, in one round trip.
func (t *pgTx) trip(b *pgx.Batch) error {
	if t.err != nil {
		return t.err
	}
	ctx, stop := context.WithTimeout(t.ctx, tripLimit)
	defer stop()
	t.s.trips.Add(1)
	t.asked++
	if err := t.c.SendBatch(ctx, b).Close(); err != nil {
		return t.lose(err)
	}
	return nil
}

// oneMoment says whether all that was read was there at one time.
func (t *pgTx) oneMoment() bool { return !t.loose || t.asked < 2 }

// lose ends the transaction with an error: nothing can be asked in it any more. The caller's own end is named as that.
func (t *pgTx) lose(err error) error {
	if gone := t.ctx.Err(); gone != nil {
		t.err = gone
	} else {
		t.err = t.s.fault(err)
	}
	if hasCode(t.err, CodeReadOnly) { // the one that takes writes may be another now
		t.s.pool.Reset()
	}
	return t.err
}

// end gives the connection back.
func (t *pgTx) end() {
	if !t.over && !t.c.Conn().IsClosed() {
		ctx, stop := context.WithTimeout(context.Background(), connectLimit)
		t.s.trips.Add(1)
		if _, err := t.c.Exec(ctx, "ROLLBACK"); err != nil {
			_ = t.c.Conn().Close(ctx)
		}
		stop()
	}
	t.over = true
	t.c.Release()
}
