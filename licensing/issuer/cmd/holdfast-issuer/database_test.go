package main

import (
	"context"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"

	"holdfast/licensing/issuer/pgtest"
)

func TestDatabaseScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/database",
		Setup: func(e *testscript.Env) error {
			policy, err := os.ReadFile(policyFile)
			if err != nil {
				return err
			}
			e.Setenv("NOW", "2026-11-02T10:00:00Z")
			database, err := url.Parse(pgtest.Start(t))
			if err != nil {
				return err
			}
			password, _ := database.User.Password()
			e.Setenv("DATABASE", database.String())
			e.Setenv("PASSWORD", password)
			e.Setenv("LITTLE", little(t, *database))
			return os.WriteFile(e.WorkDir+"/policy.yaml", policy, 0o600)
		},
	})
}

// little is the address of the same database for a user who may make nothing there.
func little(t *testing.T, database url.URL) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), database.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(t.Context(), "DROP ROLE IF EXISTS little; CREATE ROLE little LOGIN PASSWORD 'little'"); err != nil {
		t.Fatal(err)
	}
	database.User = url.UserPassword("little", "little")
	return database.String()
}
