package licensing

import (
	"context"
	"crypto/hpke"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/licensing/clock"
	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
)

// deskFile holds the vendor's sealing key, standingFile what the vendor remembers: the child plays both sides.
const (
	deskFile     = "desk"
	standingFile = "standing"
	killUses     = 12
)

// childTB ends a child where a test would fail.
type childTB struct{ testing.TB }

func (childTB) Helper() {}

func (childTB) Fatal(args ...any) {
	fmt.Fprintln(os.Stderr, args...)
	os.Exit(3)
}

func (t childTB) Fatalf(format string, args ...any) { t.Fatal(fmt.Sprintf(format, args...)) }

// savedDesk is the vendor with the key and memory that lie in dir.
func savedDesk(t testing.TB, dir string) *desk {
	b, err := os.ReadFile(filepath.Join(dir, deskFile))
	if err != nil {
		t.Fatal(err)
	}
	key, err := hpke.MLKEM768X25519().NewPrivateKey(b)
	if err != nil {
		t.Fatal(err)
	}
	d := deskWith(t, key)
	if b, err := os.ReadFile(filepath.Join(dir, standingFile)); err == nil {
		if err := json.Unmarshal(b, &d.standings); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *desk) save(dir string) {
	b, err := json.Marshal(d.standings)
	if err == nil {
		err = disk.WriteFile(disk.OS(), filepath.Join(dir, standingFile), b, 0o600)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// usageChild records, closes epochs, exports, imports receipts and prunes, and says what was acknowledged.
func usageChild(dir string) int {
	t := childTB{}
	o := childOptions(dir)
	e, err := Open(context.Background(), o)
	if err != nil {
		return 3
	}
	c := &computer{t: t, home: o.Home, Engine: e, clock: o.Clock.(*clock.Driven)}
	d := savedDesk(t, dir)
	for i := range killUses {
		r, err := e.RecordUsage(context.Background(), []UsageEvent{{Product: "acmecad", Meter: "renders", Units: 1, ID: fmt.Sprint("u-", i)}})
		if err == nil && !r[0].Again {
			fmt.Println("ack", fmt.Sprint("u-", i))
		}
		if i%2 == 0 {
			continue
		}
		reportAll(c, d, dir)
		c.clock.Advance(2 * day)
		c.again()
	}
	if e.Close() != nil {
		return 3
	}
	fmt.Println("done")
	return 0
}

// reportAll makes a file, lets the vendor count it and takes the receipt; nothing to report is fine.
func reportAll(c *computer, d *desk, dir string) {
	draft, err := c.DraftUsage(context.Background(), UsageOptions{})
	if m := mistake(err); m == "nothing_to_report" || m == "nothing_recorded" {
		return
	}
	if err == nil {
		err = c.UsageLeft(context.Background(), draft.ID, "stick/u.hfuse")
	}
	if err != nil {
		c.t.Fatal(err)
	}
	d.now = c.clock.Read().Wall
	receipt, _ := d.confirm(draft.File)
	d.save(dir)
	if it := c.use(receipt); !it.Taken && it.Finding.State != terms.StateFileKnown {
		c.t.Fatalf("receipt: %+v", it.Finding)
	}
}

// TestUsageKilledAnywhereIsNeitherLostNorCountedTwice kills recording, close, export, receipt and prune at every system call that
// changes something (scorecard R1).
func TestUsageKilledAnywhereIsNeitherLostNorCountedTwice(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is needed: run make setup")
	}
	if raceEnabled {
		t.Skip("the child is killed at system calls, which the race detector multiplies; the plain run covers it")
	}
	base := killBase(t)
	// Every fourth call, since the ledger alone is killed in its own package too.
	points, step := 0, killStep(4)
	for _, call := range []string{"write", "pwrite64", "fdatasync", "fsync", "renameat", "unlinkat", "openat", "ftruncate", "mkdirat", "fallocate"} {
		for n := 1; ; n += step {
			if n > 3000 {
				t.Fatalf("%s never ended", call)
			}
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(base)); err != nil {
				t.Fatal(err)
			}
			out, done := killAt(t, dir, call, n)
			checkUsageAfterKill(t, dir, fmt.Sprintf("killed at %s %d (acknowledged %q)", call, n, out), out)
			points++
			if done {
				break
			}
		}
	}
	t.Logf("%d points", points)
	if want := 300 / step; points < want {
		t.Fatalf("only %d points, want at least %d", points, want)
	}
}

// killBase is a home with a license that meters, and the vendor's key beside it.
func killBase(t *testing.T) string {
	base := t.TempDir()
	key, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	b, err := key.Bytes()
	if err == nil {
		err = os.WriteFile(filepath.Join(base, deskFile), b, 0o600)
	}
	if err == nil {
		err = os.Mkdir(filepath.Join(base, "keys"), 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	o := childOptions(base)
	e, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c := &computer{t: t, home: o.Home, Engine: e, clock: o.Clock.(*clock.Driven)}
	c.with(savedDesk(t, base).vendor, metered, func(l *terms.License) { l.Policy.Usage.Keep = terms.Days(1) })
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return base
}

func checkUsageAfterKill(t *testing.T, dir, at, out string) {
	t.Helper()
	o := childOptions(dir)
	o.Clock.(*clock.Driven).Advance(2 * killUses * day)
	e, err := Open(context.Background(), o)
	if err != nil {
		t.Fatalf("%s: cannot be opened: %v", at, err)
	}
	defer e.Close()
	c := &computer{t: t, home: o.Home, Engine: e, clock: o.Clock.(*clock.Driven)}
	for i := range killUses {
		id := fmt.Sprint("u-", i)
		r, err := e.RecordUsage(context.Background(), []UsageEvent{{Product: "acmecad", Meter: "renders", Units: 1, ID: id}})
		if err != nil {
			t.Fatalf("%s: %s again: %v", at, id, err)
		}
		if strings.Contains(out, "ack "+id+"\n") && !r[0].Again {
			t.Fatalf("%s: %s was acknowledged and is gone", at, id)
		}
	}
	d := savedDesk(t, dir)
	for range 3 {
		reportAll(c, d, dir)
	}
	c.nothing()
	var ledger string
	for id, s := range d.standings {
		ledger = id
		if s.Totals["acmecad/renders"] != killUses || s.Events != killUses {
			t.Fatalf("%s: the vendor counted %v in %d events", at, s.Totals, s.Events)
		}
	}
	if len(d.standings) != 1 || len(d.codes()) > 0 {
		t.Fatalf("%s: ledgers %d, found %v", at, len(d.standings), d.found)
	}
	if v := c.usage(); v.Ledger != ledger || v.Unsent != 0 || len(v.Waiting) != 0 || total(v) != killUses {
		t.Fatalf("%s: seen as %+v", at, v)
	}
	for _, r := range c.Receipts() {
		if !r.Matches {
			t.Fatalf("%s: receipt %+v", at, r)
		}
	}
	rep, err := e.VerifyLedger(context.Background())
	if err != nil || !rep.OK() {
		t.Fatalf("%s: the records do not verify: %+v %v", at, rep.Findings, err)
	}
	if s := c.Snapshot().Records.State; s == terms.StateRolledBack || s == terms.StateRecordsDamaged {
		t.Fatalf("%s: the records are %s", at, s)
	}
}

func total(v UsageView) (n int64) {
	for _, s := range v.meter("renders").Days {
		n += s.Units
	}
	return n
}
