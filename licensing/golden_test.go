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
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

var update = flag.Bool("update", false, "write the newest home in testdata anew; only before it was published")

// Homes that programs of before wrote. The second has a telling, check words and a tail of the checkpoint, the third also what
// vendors say besides licenses, contacts and a grace ledger, the fourth a usage ledger with a receipt and a file that waits.
const (
	goldenHome = "testdata/home-v1"
	goldenTold = "testdata/home-v1-told"
	goldenSaid = "testdata/home-v2"
	goldenUsed = "testdata/home-v3"
)

// TestHomesOfBeforeAreReadForEver opens homes that earlier programs wrote: whole, from the journal alone, and from
// checkpoint and documents without the key store. Their keys are test keys.
func TestHomesOfBeforeAreReadForEver(t *testing.T) {
	if *update {
		writeGoldenUse(t)
	}
	for _, golden := range []string{goldenHome, goldenTold, goldenSaid, goldenUsed} {
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
	switch golden {
	case goldenSaid:
		requests = 3
		readSaid(t, e, lost)
	case goldenUsed:
		readUse(t, e, lost)
		if len(s.Vendors) != 1 || len(s.Requests) != 1 {
			t.Errorf("%d vendors, %d requests", len(s.Vendors), len(s.Requests))
		}
		return
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

// readUse checks the usage ledger of the fourth home.
func readUse(t *testing.T, e *Engine, lost []string) {
	r := e.Receipts()
	if len(r) != 1 || !r[0].Matches || r[0].Counted != 3 || len(r[0].Totals) != 3 || r[0].Totals[0].Here != 5400 {
		t.Errorf("receipts %+v", r)
	}
	v := e.Snapshot().Usage
	if len(v) != 1 || v[0].Unsent == 0 || len(v[0].Waiting) != 1 || v[0].Waiting[0].Name != "stick/usage.hfuse" || v[0].Level != usage.LevelContract {
		t.Fatalf("usage %+v", v)
	}
	if len(lost) == 1 { // without keys the sums are sealed
		return
	}
	if m := v[0].meter("renders"); m.Used != 12 || len(m.Days) != 2 {
		t.Errorf("renders %+v", m)
	}
	c := &computer{t: t, Engine: e}
	if draft := c.drafts(UsageOptions{}); !draft.Again || len(draft.Contents.Rows) == 0 {
		t.Error("the file that waits is made anew")
	}
	if rec := c.uses("renders", 7, "job-1"); !rec.Again {
		t.Error("an id is forgotten")
	}
	if rep, err := e.VerifyUsage(context.Background()); err != nil || len(rep) != 1 || !rep[0].OK() {
		t.Errorf("verified %+v, %v", rep, err)
	}
}

func writeGoldenUse(t *testing.T) {
	if err := os.RemoveAll(goldenUsed); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(goldenUsed, "keys"), 0o755); err != nil {
		t.Fatal(err)
	}
	o := childOptions(goldenUsed)
	e, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c, d := &computer{t: t, home: o.Home, Engine: e, clock: o.Clock.(*clock.Driven)}, newDesk(t)
	c.with(d.vendor, metered)
	c.uses("renders", 7, "job-1")
	c.uses("hours", 5400, "")
	c.uses("seats", 2, "")
	receipt, _ := d.confirm(c.drafts(UsageOptions{}).File)
	c.use(receipt)
	c.clock.Advance(day)
	c.again()
	c.uses("renders", 5, "job-2")
	if err := e.UsageLeft(context.Background(), c.drafts(UsageOptions{}).ID, "stick/usage.hfuse"); err != nil {
		t.Fatal(err)
	}
	licenses, err := json.MarshalIndent(c.Snapshot().Facts.Licenses, "", "  ")
	if err == nil {
		err = e.Close()
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(goldenUsed, "licenses.json"), append(licenses, '\n'), 0o600)
	}
	for _, name := range []string{indexFile, indexFile + ".sum"} { // rebuilt from the journal
		if err == nil {
			err = os.RemoveAll(filepath.Join(o.Home, name))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
