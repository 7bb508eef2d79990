package issuer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgStore is a store in a PostgreSQL database, for any number of processes. Each vendor has a schema of its own. Who writes holds an
// advisory lock until the transaction ends, so writers follow each other and each sees what those before it committed. What is read has the
// checksum of storecheck.go; whether records are missing is for PostgreSQL (see its data checksums), and nothing is looked through at Open.
type pgStore struct {
	pool   *pgxpool.Pool
	name   string // for people: host, database and vendor; no password
	schema string
	lock   int64
	sql    statements
	trips  atomic.Int64 // round trips so far
}

// statements are the texts for one schema, so that each is prepared once a connection.
type statements struct{ get, page, rest, fetch, put, del, empty, count, vacuum string }

// Deadlines. A round trip takes a fraction of a millisecond; what takes longer than these will not come.
const (
	connectLimit   = 5 * time.Second
	lockLimit      = 10 * time.Second
	statementLimit = 12 * time.Second
	tripLimit      = 15 * time.Second
	vacuumLimit    = 10 * time.Minute
	idleLimit      = 2 * time.Minute // a function that signs with an outside command takes up to 30 s
	poolSize       = 10
)

// session is what each connection begins with. Records are always found by their key: a plan never depends on what the planner knows of the
// table, which changes quickly at first.
var session = fmt.Sprintf("SET statement_timeout = %d; SET lock_timeout = %d; SET idle_in_transaction_session_timeout = %d;"+
	"SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off",
	statementLimit.Milliseconds(), lockLimit.Milliseconds(), idleLimit.Milliseconds())

const schemaPrefix = "holdfast_"

// openPostgres connects to a database and brings its tables to this program's version. create makes them. vendor "" is the one that the
// address names, or the only one in it. Errors: CodeValue for the address, CodeAway, CodeNone, CodeWhich, CodeNewer.
func openPostgres(ctx context.Context, address, vendor string, create bool) (*pgStore, error) {
	config, named, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	if vendor == "" {
		vendor = named
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	s := &pgStore{pool: pool, name: plainAddress(config.ConnConfig)}
	if err := s.prepare(ctx, vendor, create); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

func (s *pgStore) prepare(ctx context.Context, vendor string, create bool) (err error) {
	ctx, stop := context.WithTimeout(ctx, connectLimit+2*tripLimit)
	defer stop()
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return s.fault(err)
	}
	defer c.Release()
	if vendor == "" {
		if vendor, err = s.onlyVendor(ctx, c.Conn()); err != nil {
			return err
		}
	}
	s.name, s.schema = s.name+" ("+vendor+")", schemaPrefix+vendor
	sum := sha256.Sum256([]byte("holdfast store of " + vendor))
	s.lock = int64(binary.BigEndian.Uint64(sum[:])) //nolint:gosec // any 64 bits
	table := pgx.Identifier{s.schema, "records"}.Sanitize()
	s.sql = statementsFor(table)
	return s.migrate(ctx, c.Conn(), s.schema, create)
}

func statementsFor(table string) statements {
	return statements{
		get:  "SELECT value FROM " + table + " WHERE bucket = $1 AND key = $2",
		page: "SELECT key, value FROM " + table + " WHERE bucket = $1 AND key >= $2 AND key < $3 ORDER BY key LIMIT $4",
		rest: "SELECT key, value FROM " + table + " WHERE bucket = $1 AND key > $2 AND key < $3 ORDER BY key LIMIT $4",
		fetch: "SELECT 0, r.bucket, r.key, r.value FROM unnest($1::text[], $2::text[]) AS w (bucket, key) JOIN " + table + " r ON r.bucket = w.bucket AND r.key = w.key" +
			" UNION ALL SELECT w.n, r.bucket, r.key, r.value FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS w (bucket, lo, hi, n)" +
			" CROSS JOIN LATERAL (SELECT * FROM " + table + " r WHERE r.bucket = w.bucket AND r.key >= w.lo AND r.key < w.hi ORDER BY r.key LIMIT $6) r",
		put: "INSERT INTO " + table + " (bucket, key, value) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])" +
			" ON CONFLICT (bucket, key) DO UPDATE SET value = excluded.value",
		del:    "DELETE FROM " + table + " r USING unnest($1::text[], $2::text[]) AS w (bucket, key) WHERE r.bucket = w.bucket AND r.key = w.key",
		empty:  "TRUNCATE " + table,
		count:  "SELECT bucket, count(*) FROM " + table + " GROUP BY bucket",
		vacuum: "VACUUM " + table,
	}
}

// parseAddress reads the address of a database: that of PostgreSQL, which may name the vendor besides (?vendor=acme). Nothing of it gets
// into the error, since a password may stand there.
func parseAddress(address string) (config *pgxpool.Config, vendor string, err error) {
	bad := say(CodeValue, errors.New("not the address of a database"), "flag", "--database", "value", "postgres://…")
	u, err := url.Parse(address)
	if err != nil || !isAddress(address) {
		return nil, "", bad
	}
	q := u.Query()
	vendor = q.Get("vendor")
	if vendor != "" && !vendorForm.MatchString(vendor) {
		return nil, "", say(CodeVendorID, nil, "vendor", vendor)
	}
	q.Del("vendor")
	sized := q.Has("pool_max_conns")
	u.RawQuery = q.Encode()
	if config, err = pgxpool.ParseConfig(u.String()); err != nil {
		return nil, "", bad
	}
	if !sized {
		config.MaxConns = poolSize
	}
	if config.ConnConfig.ConnectTimeout <= 0 || config.ConnConfig.ConnectTimeout > connectLimit {
		config.ConnConfig.ConnectTimeout = connectLimit
	}
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false } // begin tries again
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, session)
		return err
	}
	return config, vendor, nil
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://")
}

// plainAddress is a database as people may see it.
func plainAddress(c *pgx.ConnConfig) string {
	host := c.Host
	if !strings.HasPrefix(host, "/") {
		host = net.JoinHostPort(host, fmt.Sprint(c.Port))
	}
	return host + "/" + c.Database
}

// fits: a key stands in an index, whose rows have an end.
func (s *pgStore) fits(key string, value []byte) error {
	const mostKey, mostValue = 2000, 512 << 20
	if !asText(key) || len(key) > mostKey || len(value) > mostValue {
		return say(CodeValue, errors.New("too large for the store"), "flag", "record", "value", len(key)+len(value))
	}
	return nil
}

// asText says whether PostgreSQL can hold a key. One that it cannot hold is not there.
func asText(key string) bool {
	return key != "" && utf8.ValidString(key) && !strings.ContainsRune(key, 0) && !strings.HasPrefix(key, lastRune)
}

// wipe removes the old versions of rows: no query finds them any more, and their place is used again. The bytes may stay in free parts of the
// table's file and in the write-ahead log until then, and in backups: whoever needs more runs VACUUM FULL, lets the log go round and
// deletes old backups.
func (s *pgStore) wipe(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, vacuumLimit)
	defer stop()
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return s.fault(err)
	}
	defer c.Release()
	_, err = c.Exec(ctx, "SET statement_timeout = 0")
	if err == nil {
		_, err = c.Exec(ctx, s.sql.vacuum)
	}
	if err == nil {
		_, err = c.Exec(ctx, session)
	}
	if err != nil {
		_ = c.Conn().Close(ctx) // its limits are not those of the others
	}
	return s.fault(err)
}

func (s *pgStore) close() error {
	s.pool.Close()
	return nil
}

// fault puts an error of the database into one of the issuer's. Nothing was recorded then.
func (s *pgStore) fault(err error) error {
	var own *Error
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.As(err, &own):
		return err
	case !errors.As(err, &pg):
		return say(CodeAway, err, "database", s.name)
	}
	switch class := pg.Code[:min(2, len(pg.Code))]; {
	case pg.Code == "55P03", pg.Code == "57014": // lock_not_available, query_canceled
		return say(CodeBusy, err)
	case class == "08", class == "57", class == "28", class == "3D", pg.Code == "53300", pg.Code == "25006", pg.Severity == "FATAL", pg.Severity == "PANIC":
		return say(CodeAway, err, "database", s.name)
	case class == "53": // disk_full, out_of_memory
		return say(CodeSpace, err, "file", s.name)
	case pg.Code == "42501": // insufficient_privilege
		return say(CodeAway, err, "database", s.name)
	case class == "XX": // data_corrupted, index_corrupted
		return say(CodeDamaged, err, "file", s.name)
	}
	return fmt.Errorf("%s: %w", s.name, err)
}
