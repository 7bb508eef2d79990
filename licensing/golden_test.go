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

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

var update = flag.Bool("update", false, "write the newest home in testdata anew; only before it was published")

// Homes that programs of before wrote. The second has a telling, check words and a tail of the checkpoint, the third also what
// vendors say besides licenses, contacts and a grace ledger.
const (
	goldenHome = "testdata/home-v1"
	goldenTold = "testdata/home-v1-told"
	goldenSaid = "testdata/home-v2"
)

// TestHomesOfBeforeAreReadForEver opens homes that earlier programs wrote: whole, from the journal alone, and from
// checkpoint and documents without the key store. Their keys are test keys.
func TestHomesOfBeforeAreReadForEver(t *testing.T) {
	if *update {
		writeGoldenHome(t, goldenSaid)
	}
	for _, golden := range []string{goldenHome, goldenTold, goldenSaid} {
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
	requests := 2
	if golden == goldenSaid {
		requests = 3
		readSaid(t, e, lost)
	}
	if len(s.Vendors) != 1 || len(s.Requests) != requests {
		t.Errorf("%d vendors, %d requests", len(s.Vendors), len(s.Requests))
	}
	if golden == goldenHome {
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

// readSaid checks what the third home has more.
func readSaid(t *testing.T, e *Engine, lost []string) {
	f := e.Snapshot().Facts
	if len(f.Notices) != 1 || len(f.Extensions) != 1 || len(f.Holds) != 1 || len(f.Revocations) != 1 || len(f.Contact) != 1 {
		t.Fatalf("%d notices, %d extensions, %d holds, %d revocations, contacts %v", len(f.Notices), len(f.Extensions), len(f.Holds), len(f.Revocations), f.Contact)
	}
	n, x, h, w := f.Notices[0], f.Extensions[0], f.Holds[0], f.Revocations[0]
	if n.Body.Old.In("en") != "14 days" || n.Audience.ID != acmeCustomer || x.Body.By != terms.Days(50) || !h.Body.Lifted || !w.Body.Lifted || w.Issued.IsZero() {
		t.Errorf("%+v\n%+v\n%+v\n%+v", n, x, h, w)
	}
	if len(lost) == 1 { // without keys the journal is sealed
		return
	}
	grace, err := e.Grace(context.Background())
	if err != nil || len(grace) != 2 || grace[0].Event != "started" || grace[1].Event != "recovered" || grace[1].Cause != terms.CauseOffline {
		t.Errorf("grace %+v, %v", grace, err)
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
	c := &computer{t: t, home: o.Home, Engine: e, clock: o.Clock.(*clock.Driven)}
	v := newVendor(t, "acme")
	short := func(l *terms.License) { atSite(l); l.Policy.Offline.Window = terms.Length{Span: 30 * time.Minute} }
	req := c.with(v, short)
	c.clock.Advance(time.Hour)
	c.Refresh(context.Background())
	v.now = start.Add(time.Hour)
	two := v.license("A-1", 2, bound(req))
	short(&two)
	c.use(v.file("license", v.response("license", nil, licensePart(two))))
	c.use(v.welcome(testKey(t, 5)))
	c.use(v.said(to("customer", acmeCustomer), noticePart(2, terms.Notice{
		ID: "N-1", Type: terms.NoticePolicy, From: start.AddDate(0, 3, 0), Old: terms.Plain("14 days"), New: terms.Plain("30 days"), Policy: 4,
	})))
	c.use(v.said(nil, extensionPart("x-1", terms.Extension{Serial: "A-1", What: terms.ExtendOffline, By: terms.Days(50)})))
	c.use(v.said(nil, holdPart(2, terms.Hold{Serial: "A-1", Lifted: true})))
	c.use(v.said(nil, revocationPart(2, terms.Revocation{Serial: "A-1", From: start, Lifted: true})))
	c.asks(RequestOptions{Kind: exchange.RequestMoreTime, Until: start.AddDate(0, 4, 0)})
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
