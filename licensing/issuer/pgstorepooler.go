package issuer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A pooler such as pgbouncer may give every transaction another connection to the server. What a session is told is then told to somebody
// else's, and a statement that was prepared is not there the next time. Through one, each transaction brings its settings along and prepares
// nothing: it takes as many round trips, and the server a little longer. Without one nothing of that is paid.

// settings hold for every statement. Records are always found by their key: a plan never depends on what the planner knows of the table,
// which changes quickly at first.
var settings = [][2]string{
	{"statement_timeout", millis(statementLimit)},
	{"lock_timeout", millis(lockLimit)},
	{"idle_in_transaction_session_timeout", millis(idleLimit)},
	{"plan_cache_mode", "force_generic_plan"},
	{"enable_seqscan", "off"},
	{"enable_bitmapscan", "off"},
	{"enable_hashjoin", "off"},
	{"enable_mergejoin", "off"},
}

func millis(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// session says the settings to a connection, localSettings to a transaction.
var session, localSettings = func() (string, string) {
	var all, local []string
	for _, s := range settings {
		all = append(all, fmt.Sprintf("SET %s = %s", s[0], s[1]))
		local = append(local, fmt.Sprintf("set_config('%s', '%s', true)", s[0], s[1]))
	}
	return strings.Join(all, "; "), "SELECT " + strings.Join(local, ", ")
}()

// errPooler ends a connection that was made as if there were no pooler. The next one is made for it.
var errPooler = errors.New("a pooler stands between this program and the database")

func (s *pgStore) beforeConnect(_ context.Context, c *pgx.ConnConfig) error {
	if s.pooled.Load() {
		c.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	return nil
}

// afterConnect finds out whether a pooler stands between: it makes up the number of the server's process, which the server knows better.
func (s *pgStore) afterConnect(ctx context.Context, c *pgx.Conn) error {
	if s.pooled.Load() {
		if c.Config().DefaultQueryExecMode != pgx.QueryExecModeExec { // begun before another one noticed
			return errPooler
		}
		return nil
	}
	var pid uint32
	if err := c.QueryRow(ctx, "SELECT pg_backend_pid()", pgx.QueryExecModeExec).Scan(&pid); err != nil {
		return err
	}
	if pid != c.PgConn().PID() {
		s.pooled.Store(true)
		return errPooler
	}
	_, err := c.Exec(ctx, session)
	return err
}

// acquire is a connection, made again when one shows that a pooler stands between: as many as the pool has may have begun without knowing.
func (s *pgStore) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	c, err := s.pool.Acquire(ctx)
	for again := int32(0); errors.Is(err, errPooler) && again < s.pool.Stat().MaxConns(); again++ {
		c, err = s.pool.Acquire(ctx)
	}
	return c, err
}
