package issuer

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What is written in one statement, at most.
const (
	chunkRows = 1000
	chunkSize = 4 << 20
)

// idledTooLong is what ends a transaction in which nothing was asked for too long: it was not committed.
const idledTooLong = "25P03"

// commit writes everything and commits, in one round trip unless it is very much.
func (t *pgTx) commit(changes []change) error {
	b := &pgx.Batch{}
	for len(changes) > 0 {
		if b.Len() > 0 { // there is more than a chunk
			if err := t.trip(b); err != nil {
				return err
			}
			b = &pgx.Batch{}
		}
		n := chunk(changes)
		t.s.queueChanges(b, changes[:n])
		changes = changes[n:]
	}
	b.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return errors.New("the transaction was rolled back")
		}
		t.over = true
		return nil
	})
	ctx, stop := context.WithTimeout(t.ctx, tripLimit)
	defer stop()
	t.s.trips.Add(1)
	err := t.c.SendBatch(ctx, b).Close()
	if err == nil || t.over { // it said that it is committed
		return nil
	}
	var pg *pgconn.PgError
	if pgconn.SafeToRetry(err) || errors.As(err, &pg) && (pg.Severity == "ERROR" || pg.Code == idledTooLong) || !t.c.Conn().IsClosed() {
		return t.lose(err)
	}
	t.err = say(CodeUnsure, err, "database", t.s.name)
	return t.err
}

// chunk is how many of the changes go into one statement.
func chunk(changes []change) int {
	size := 0
	for i, c := range changes {
		if size += len(c.key) + len(c.value); i == chunkRows || i > 0 && size > chunkSize {
			return i
		}
	}
	return len(changes)
}

func (s *pgStore) queueChanges(b *pgx.Batch, changes []change) {
	var put, del []recordKey
	var values [][]byte
	for _, c := range changes {
		if c.value == nil {
			del = append(del, c.recordKey)
			continue
		}
		put, values = append(put, c.recordKey), append(values, c.summed())
	}
	if len(put) > 0 {
		bs, ks := split(put)
		b.Queue(s.sql.put, bs, ks, values)
	}
	if len(del) > 0 {
		bs, ks := split(del)
		b.Queue(s.sql.del, bs, ks)
	}
}
