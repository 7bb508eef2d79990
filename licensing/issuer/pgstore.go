package issuer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgStore is a store in a PostgreSQL database, for any number of processes. Each vendor has a schema of its own. Who writes holds an
// advisory lock until the transaction ends, so writers follow each other and each sees what those before it committed. What is read has the
// checksum of storecheck.go; whether records are missing is for PostgreSQL (see its data checksums), and nothing is looked through at Open.
type pgStore struct {
	pool   *pgxpool.Pool
	name   string // for people: host, database and vendor; no password
	user   string
	schema string
	lock   int64
	sql    statements
	pooled atomic.Bool   // a pooler stands between: see pgstorepooler.go
	trips  atomic.Int64  // round trips so far
	early  chan struct{} // one for each function that runs before its turn

	found
}

// found is what was noticed when the folder's database was opened.
type found struct {
	kept     KeptPassword
	finished bool // the last step of a move was made up for
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
	otherConns     = 2 // stay for who writes and looks: functions that run early and sign with a slow command take no more than the rest
)

const schemaPrefix = "holdfast_"

// openPostgres connects to a database and brings its tables to this program's version. create makes them. vendor "" is the one that the
// address names, or the only one in it. Errors: CodeValue for the address, those of fault, CodeNone, CodeWhich, CodeNewer.
func openPostgres(ctx context.Context, at location, vendor string, create bool) (*pgStore, error) {
	config, named, err := at.config()
	if err != nil {
		return nil, err
	}
	if vendor == "" {
		vendor = named
	}
	s := &pgStore{name: plainAddress(config.ConnConfig), user: config.ConnConfig.User}
	config.BeforeConnect, config.AfterConnect = s.beforeConnect, s.afterConnect
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	s.early = make(chan struct{}, max(0, config.MaxConns-otherConns))
	if err := s.prepare(ctx, vendor, create); err != nil {
		s.pool.Close()
		return nil, err
	}
	return s, nil
}

func (s *pgStore) prepare(ctx context.Context, vendor string, create bool) (err error) {
	ctx, stop := context.WithTimeout(ctx, connectLimit+2*tripLimit)
	defer stop()
	c, err := s.acquire(ctx)
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
	texts, err := migrations()
	if err != nil {
		return err
	}
	return s.migrate(ctx, c.Conn(), s.schema, create, texts)
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
	c, err := s.acquire(ctx)
	if err != nil {
		return s.fault(err)
	}
	defer c.Release()
	if s.pooled.Load() { // its connections have no limits of their own
		_, err = c.Exec(ctx, s.sql.vacuum)
		return s.fault(err)
	}
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

func (s *pgStore) alone() bool { return false }

func (s *pgStore) close() error {
	s.pool.Close()
	return nil
}
