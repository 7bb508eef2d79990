package main

import (
	"os"
	"testing"

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
			e.Setenv("DATABASE", pgtest.Start(t))
			return os.WriteFile(e.WorkDir+"/policy.yaml", policy, 0o600)
		},
	})
}
