package client

import (
	"os/exec"
	"strings"
	"testing"
)

// A licensed program gets the documents and the clock with this package, and neither the engine nor its stores.
func TestTheClientBringsNoEngineAlong(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Fields(string(out))
	if len(all) < 10 {
		t.Fatalf("only %d packages", len(all))
	}
	for _, p := range all {
		for _, banned := range []string{"holdfast/app", "holdfast/views", "fyne.io/", "github.com/alecthomas/kong", "go.etcd.io/bbolt", "holdfast/licensing/store", "holdfast/licensing/ledger", "holdfast/licensing/keystore"} {
			if strings.HasPrefix(p, banned) {
				t.Errorf("needs %s", p)
			}
		}
		if p == "holdfast/licensing" {
			t.Errorf("needs %s", p)
		}
	}
}
