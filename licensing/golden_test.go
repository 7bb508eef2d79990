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

var update = flag.Bool("update", false, "write the newest home in testdata anew; only before it was published")

// Homes that programs of before wrote. The second has a telling, check words and a tail of the checkpoint.
const (
	goldenHome = "testdata/home-v1"
	goldenTold = "testdata/home-v1-told"
)

// TestAHomeOfVersion1IsReadForEver opens homes that earlier programs wrote: whole, from the journal alone, and from
// checkpoint and documents without the key store. Their keys are test keys.
func TestAHomeOfVersion1IsReadForEver(t *testing.T) {
	if *update {
		writeGoldenHome(t, goldenTold)
	}
	for _, golden := range []string{goldenHome, goldenTold} {
		for name, lost := range map[string][]string{
			"whole": nil, "the journal alone": {"home/checkpoint.json", "home/documents"}, "no keys": {"keys/."},
		} {
			t.Run(filepath.Base(golden)+" "+name, func(t *testing.T) { readGoldenHome(t, golden, lost) })
		}
	}
}

func readGoldenHome(t *testing.T, golden string, lost []string) {
	want, err := os.ReadFile(filepath.Join(golden, "licenses.json"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(golden)); err != nil {
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
	if golden != goldenTold {
		return
	}
	if p := s.Verdict.Products[0]; !p.Told.Equal(start.Add(time.Hour)) || p.ToldWho != TellBuyer {
		t.Errorf("told %v %s", p.Told, p.ToldWho)
	}
	files, err := e.Files(context.Background())
	if err != nil || len(files) < 4 || files[0].Words == "" {
		t.Errorf("%d files, %v", len(files), err)
	}
}

func writeGoldenHome(t *testing.T, goldenHome string) {
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
	p := c.Snapshot().Verdict.Products[0]
	if err := c.Tell(context.Background(), Telling{Who: TellBuyer, Vendor: p.Vendor, Product: p.ID}); err != nil {
		t.Fatal(err)
	}
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
