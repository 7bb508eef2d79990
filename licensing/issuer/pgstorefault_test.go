package issuer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"holdfast/licensing/issuer/pgtest"
)

// until asks a query of the database until it answers true.
func until(t *testing.T, address, query string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	for {
		var is bool
		if err := c.QueryRow(t.Context(), query).Scan(&is); err != nil {
			t.Fatal(err)
		}
		if is {
			return
		}
	}
}

const others = " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"

// TestAStandbyIsReadAndNotWritten: it is said as that, for a while, and the main server is found again.
func TestAStandbyIsReadAndNotWritten(t *testing.T) {
	address := pgtest.Start(t)
	s := opened(t, address)
	defer func() { _ = s.Close() }()
	mustPut(t, s, bucketMeta, "n", "1")
	sql(t, address, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$",
		"SELECT pg_terminate_backend(pid, 5000)"+others)
	for _, caller := range []store{s, s.For(t.Context(), repeatable)} {
		err := count(caller, "a")
		wantStoreCode(t, err, CodeReadOnly)
		if ExitCode(err) != 75 || !Away(err) {
			t.Errorf("exit code %d", ExitCode(err))
		}
	}
	if n := read(t, s, bucketMeta, "n"); n != "1" {
		t.Errorf("n=%s", n)
	}
	sql(t, address, "SET default_transaction_read_only = off", "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$")
	if err := count(s.For(t.Context(), repeatable), "a"); err != nil { // by another connection than that which read
		t.Error(err)
	}
}

// TestAStatementThatIsStoppedIsTriedLater, as by statement_timeout or while another process has the lock for too long.
func TestAStatementThatIsStoppedIsTriedLater(t *testing.T) {
	address := pgtest.Start(t)
	s := opened(t, address)
	defer func() { _ = s.Close() }()
	mustPut(t, s, bucketMeta, "n", "1")
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(t.Context(), "BEGIN; LOCK TABLE holdfast_acme.records"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- count(s, "a") }()
	until(t, address, "SELECT EXISTS (SELECT pid"+others+" AND wait_event_type = 'Lock')")
	sql(t, address, "SELECT pg_cancel_backend(pid)"+others+" AND wait_event_type = 'Lock'")
	err = <-done
	wantStoreCode(t, err, CodeBusy)
	if _, err := c.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := count(s, "a"); err != nil {
		t.Error(err)
	}
}

// TestATransactionThatIdlesTooLongIsOver: nothing of it was recorded.
func TestATransactionThatIdlesTooLongIsOver(t *testing.T) {
	address := pgtest.Start(t)
	s, err := openAt(address)
	if err != nil {
		t.Fatal(err)
	}
	pg := s.(*pgStore)
	defer func() { _ = pg.close() }()
	err = pg.write(t.Context(), asking{}, func(r reader) ([]change, error) {
		c := r.(*pgTx).c
		var pid int
		if err := c.QueryRow(t.Context(), "SELECT pg_backend_pid() FROM set_config('idle_in_transaction_session_timeout', '1', true)").Scan(&pid); err != nil {
			return nil, err
		}
		until(t, address, fmt.Sprintf("SELECT NOT EXISTS (SELECT pid%s AND pid = %d)", others, pid))
		return []change{{recordKey{bucketMeta, "n"}, []byte("1")}}, nil
	})
	wantStoreCode(t, err, CodeAway)
	g := newGroup(pg)
	if n := read(t, g, bucketMeta, "n"); n != "-" {
		t.Errorf("n=%s", n)
	}
	if err := count(g, "a"); err != nil {
		t.Error(err)
	}
}

// TestARestartUnderLoadLosesAndDoublesNothing: connections end whatever they are doing, again and again. Every error says that it is one for a
// while, and the next try ends well.
func TestARestartUnderLoadLosesAndDoublesNothing(t *testing.T) {
	address := pgtest.Start(t)
	const callers, turns, restarts = 6, 25, 8
	var services []store
	for range 2 {
		s := opened(t, address)
		defer func() { _ = s.Close() }()
		services = append(services, s)
	}
	var wait sync.WaitGroup
	var done, failed atomic.Int64
	for c := range callers {
		wait.Go(func() {
			for i := range turns {
				for {
					err := count(services[c%2], fmt.Sprintf("%d/%d", c, i))
					done.Add(1)
					if err == nil {
						break
					}
					failed.Add(1)
					var own *Error
					if !errors.As(err, &own) || ExitCode(err) != 75 || !Away(err) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for i := range restarts {
		for done.Load() < int64(i*callers*turns/restarts) && !t.Failed() {
			until(t, address, "SELECT true")
		}
		sql(t, address, "SELECT pg_terminate_backend(pid)"+others)
	}
	wait.Wait()
	if n := read(t, services[0], bucketMeta, "n"); n != fmt.Sprint(callers*turns) {
		t.Errorf("counted %s, with %d errors", n, failed.Load())
	}
	if failed.Load() == 0 {
		t.Error("no caller noticed anything")
	}
}
