//go:build !windows

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/licensing/client/endpoint"
)

func TestALongFolderHasItsSocketElsewhere(t *testing.T) {
	d := newDesk(t, 1)
	long := d.path(strings.Repeat("d", 120))
	if err := os.Rename(d.path("acme"), long); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(long, d.path("acme")); err != nil {
		t.Fatal(err)
	}
	d.root = filepath.Dir(long)
	s := d.serve()
	moved := desk{t, long}
	where := endpoint.Read(long)
	if len(where) == 0 || len(where) > endpoint.MaxSocketPath {
		t.Fatalf("it is at %q", where)
	}
	if code, out, text := moved.in(long, "", "license", "list", "--dir", "."); code != 0 || !strings.Contains(out, "0/1") {
		t.Errorf("code %d: %s%s", code, out, text)
	}
	s.stop()
	if _, err := os.Stat(filepath.Dir(where)); where != "" && strings.HasPrefix(filepath.Base(filepath.Dir(where)), deskFolder) && err == nil {
		t.Errorf("%s is left", filepath.Dir(where))
	}
}

func TestOnlyThisUserOpensTheSocket(t *testing.T) {
	d := newDesk(t, 1)
	d.serve()
	if i, err := os.Stat(d.path("acme/" + deskSocket)); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", i, err)
	}
}
