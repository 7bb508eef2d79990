package issuer

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"holdfast/licensing/issuer/pgtest"
)

// column is what a query answers, of one text column.
func column(t *testing.T, address, query string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	rows, err := c.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

const versions = "SELECT version::text FROM holdfast_acme.migrations ORDER BY version"

func TestServicesThatStartAtOnceMakeTheTablesOnce(t *testing.T) {
	address := pgtest.Start(t)
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			s, err := openAt(address)
			if err != nil {
				t.Error(err)
				return
			}
			_ = s.close()
		})
	}
	wait.Wait()
	if got := column(t, address, versions); got != "1" {
		t.Errorf("versions %s", got)
	}
}

func TestNewerTablesAreLeftAlone(t *testing.T) {
	address := pgtest.Start(t)
	s := opened(t, address)
	mustPut(t, s, bucketMeta, "a", "1")
	_ = s.Close()
	sql(t, address, "INSERT INTO holdfast_acme.migrations (version) VALUES (9999)")
	// Every row has the transaction that wrote it.
	const state = "SELECT xmin::text FROM holdfast_acme.records UNION ALL SELECT xmin::text FROM holdfast_acme.migrations UNION ALL" +
		" SELECT xmin::text FROM pg_class WHERE relnamespace = 'holdfast_acme'::regnamespace ORDER BY 1"
	before := column(t, address, state)
	for _, create := range []bool{true, false} {
		_, err := openPostgres(t.Context(), locate(address), "acme", create)
		wantStoreCode(t, err, CodeNewer)
	}
	if after := column(t, address, state); after != before || len(before) == 0 {
		t.Errorf("%s became %s", before, after)
	}
}

// TestANewerProgramBringsTheTablesOn, all of it or nothing, once, and the records stay.
func TestANewerProgramBringsTheTablesOn(t *testing.T) {
	address := pgtest.Start(t)
	s := opened(t, address)
	mustPut(t, s, bucketMeta, "a", "1")
	defer func() { _ = s.Close() }()
	texts, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	bring := func(more ...string) error {
		back, err := openAt(address)
		if err != nil {
			return err
		}
		pg := back.(*pgStore)
		defer func() { _ = pg.close() }()
		c, err := pg.acquire(t.Context())
		if err != nil {
			return err
		}
		defer c.Release()
		return pg.migrate(t.Context(), c.Conn(), pg.schema, false, append(texts[:len(texts):len(texts)], more...))
	}
	const second = "CREATE TABLE second (n int); INSERT INTO second VALUES (1)"
	if err := bring(second, "CREATE TABLE second ()"); err == nil {
		t.Error("a text that cannot be applied was")
	}
	if got := column(t, address, versions); got != "1" {
		t.Errorf("half of it was applied: %s", got)
	}
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			// The slower of two that start at once find newer tables than those above, as an older program does.
			var own *Error
			if err := bring(second); err != nil && (!errors.As(err, &own) || own.Code != CodeNewer) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := column(t, address, "SELECT n::text FROM holdfast_acme.second"); got != "1" {
		t.Errorf("applied: %q", got)
	}
	if got := column(t, address, versions); got != "1 2" {
		t.Errorf("versions %s", got)
	}
	// The older program that is still running goes on.
	if n := read(t, s, bucketMeta, "a"); n != "1" {
		t.Errorf("a=%s", n)
	}
	_, err = openAt(address)
	wantStoreCode(t, err, CodeNewer)
}
