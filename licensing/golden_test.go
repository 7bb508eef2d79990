package licensing

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/home-v1 anew; only for a new version beside the old one")

const goldenHome = "testdata/home-v1"

// TestAHomeOfVersion1IsReadForEver opens a home that an earlier program wrote: whole, from the journal alone, and from
// checkpoint and documents without the key store. Its keys are test keys.
func TestAHomeOfVersion1IsReadForEver(t *testing.T) {
	if *update {
		writeGoldenHome(t)
	}
	want, err := os.ReadFile(filepath.Join(goldenHome, "licenses.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, lost := range map[string][]string{
		"whole": nil, "the journal alone": {"home/checkpoint.json", "home/documents"}, "no keys": {"keys/."},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(goldenHome)); err != nil {
				t.Fatal(err)
			}
			for _, l := range lost {
				if err := os.RemoveAll(filepath.Join(dir, strings.TrimSuffix(l, "/."))); err != nil {
					t.Fatal(err)
				}
			}
			e, err := Open(context.Background(), childOptions(dir))
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			s := e.Snapshot()
			got, err := json.MarshalIndent(s.Facts.Licenses, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if strings.TrimSpace(string(got)) != strings.TrimSpace(string(want)) {
				t.Errorf("licenses %s\nwant %s", got, want)
			}
			if len(s.Vendors) != 1 || len(s.Requests) != 2 {
				t.Errorf("%d vendors, %d requests", len(s.Vendors), len(s.Requests))
			}
		})
	}
}

func writeGoldenHome(t *testing.T) {
	if err := os.RemoveAll(goldenHome); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(goldenHome, "keys"), 0o755); err != nil {
		t.Fatal(err)
	}
	o := childOptions(goldenHome)
	e, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c := &computer{t: t, home: o.Home, Engine: e}
	v := newVendor(t, "acme")
	req := c.activate(v)
	v.now = start.Add(time.Hour)
	c.use(v.file("license", v.response("license", nil, licensePart(v.license("A-1", 2, bound(req))))))
	c.use(v.welcome(testKey(t, 5)))
	licenses, err := json.MarshalIndent(c.Snapshot().Facts.Licenses, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{indexFile, indexFile + ".sum"} { // rebuilt from the journal
		if err := os.RemoveAll(filepath.Join(o.Home, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(goldenHome, "licenses.json"), append(licenses, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}
