package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"holdfast/licensing/issuer/pgtest"
)

func TestEveryStartIsAnEmptyDatabaseOfAServerThatWritesThrough(t *testing.T) {
	first, second := pgtest.Start(t), pgtest.Start(t)
	if first == second {
		t.Fatal("the same database twice")
	}
	for _, address := range []string{first, second} {
		c, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		var fsync string
		if err := c.QueryRow(t.Context(), "SHOW fsync").Scan(&fsync); err != nil || fsync != "on" {
			t.Errorf("fsync %q, %v", fsync, err)
		}
		if _, err := c.Exec(t.Context(), "CREATE TABLE only_mine ()"); err != nil {
			t.Error(err)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
