package issuer

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The tables of a database have a version: that of the newest file in migrations that was applied. A file that was released once never
// changes. While an older program is still running on a database that was brought on, its statements have to go on working; what it would
// overlook raises the version of the records instead (see storeSchema), which every transaction looks at.

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the texts by version, the first is version 1.
func migrations() ([]string, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var all []string
	for i, name := range names {
		b, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(name, fmt.Sprintf("migrations/%04d_", i+1)) {
			return nil, fmt.Errorf("%s is not version %d", name, i+1)
		}
		all = append(all, string(b))
	}
	return all, nil
}

// onlyVendor is the vendor of a database that holds one.
func (s *pgStore) onlyVendor(ctx context.Context, c *pgx.Conn) (string, error) {
	rows, err := c.Query(ctx, "SELECT nspname::text FROM pg_namespace WHERE starts_with(nspname, $1) AND has_schema_privilege(oid, 'USAGE') ORDER BY 1 LIMIT 20", schemaPrefix)
	if err != nil {
		return "", s.fault(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	switch {
	case err != nil:
		return "", s.fault(err)
	case len(names) == 0:
		return "", say(CodeNone, errors.New("no vendor's records are in the database"), "dir", s.name)
	case len(names) > 1:
		return "", say(CodeWhich, nil, "database", s.name, "vendors", strings.ReplaceAll(strings.Join(names, ", "), schemaPrefix, ""))
	}
	return strings.TrimPrefix(names[0], schemaPrefix), nil
}

// migrate brings the tables to the version of the last of the texts, in one transaction and while nobody writes. Errors: CodeNone when there are
// none and create is not set, CodeNewer.
func (s *pgStore) migrate(ctx context.Context, c *pgx.Conn, schema string, create bool, texts []string) error {
	have, err := s.version(ctx, c, schema)
	switch {
	case err != nil:
		return s.fault(err)
	case have == 0 && !create:
		return say(CodeNone, errors.New("the vendor's records are not in the database"), "dir", s.name)
	case have > len(texts):
		return say(CodeNewer, nil, "file", s.name)
	case have == len(texts):
		return nil
	}
	return s.fault(pgx.BeginFunc(ctx, c, func(t pgx.Tx) error {
		if _, err := t.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", s.lock); err != nil {
			return err
		}
		name := pgx.Identifier{schema}.Sanitize()
		if _, err := t.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+name+"; SET LOCAL search_path = "+name+
			"; CREATE TABLE IF NOT EXISTS migrations (version int PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())"); err != nil {
			return err
		}
		have, err := s.version(ctx, c, schema) // another process may have been quicker
		if err != nil {
			return err
		}
		if have > len(texts) {
			return say(CodeNewer, nil, "file", s.name)
		}
		for ; have < len(texts); have++ {
			if _, err := t.Exec(ctx, texts[have]); err != nil {
				return err
			}
			if _, err := t.Exec(ctx, "INSERT INTO migrations (version) VALUES ($1)", have+1); err != nil {
				return err
			}
		}
		return nil
	}))
}

// version is that of the tables; 0: there are none.
func (s *pgStore) version(ctx context.Context, c *pgx.Conn, schema string) (n int, err error) {
	table := pgx.Identifier{schema, "migrations"}.Sanitize()
	var there bool
	if err := c.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there); err != nil || !there {
		return 0, err
	}
	err = c.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM "+table).Scan(&n)
	return n, err
}
