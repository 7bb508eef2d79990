package licensing

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// realDesk opens the store of a real issuer.
func realDesk(t *testing.T, dir string, now func() time.Time) *issuer.Issuer {
	t.Helper()
	is, err := issuer.Open(dir, issuer.Options{Now: now, Rand: rand.NewChaCha8([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = is.Close() })
	return is
}

// answers is the one answer of a real issuer to a file.
func answers(t testing.TB, is *issuer.Issuer, file []byte) issuer.Answer {
	t.Helper()
	all, err := is.AnswerFile(context.Background(), "file", file)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d answers: %v", len(all), err)
	}
	return all[0]
}

// licensed makes a vendor's store and brings the computer to a license with a meter from there.
func (c *computer) licensed(dir string, now func() time.Time) {
	c.t.Helper()
	vendor := issuer.NewVendor{ID: "acme", Name: "Acme GmbH", Support: exchange.Support{Email: "help@acme.example"}}
	is, err := issuer.Init(dir, vendor, issuer.Options{Now: now, Rand: rand.NewChaCha8([32]byte{1})})
	check := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	check(err)
	made, err := is.CreateLicense(issuer.NewLicense{Customer: "c-1", Policy: terms.Policy{
		Schema: terms.PolicySchema, Version: 1, Product: terms.Product{ID: "acmecad"}, Features: map[string]terms.Feature{"edit": {}},
		Meters: map[string]terms.Meter{"renders": {}},
	}})
	check(err)
	profile, err := is.Profile()
	check(err)
	c.use(profile.File)
	m, err := c.MakeRequest(context.Background(), RequestOptions{Vendor: "acme", Key: made.Key})
	check(err)
	if it := c.use(answers(c.t, is, m.File).File); !it.Taken {
		c.t.Fatalf("license not taken: %+v", it.Finding)
	}
	check(is.Close())
}

func TestAFullFileAndItsContinuationAreCountedInAnyOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("records some 800,000 uses")
	}
	now := func() time.Time { return start.Add(time.Hour) }
	dir := filepath.Join(t.TempDir(), "acme")
	c := newComputer(t)
	c.licensed(dir, now)

	// Large amounts take most room in a file.
	r := rand.New(rand.NewPCG(1, 2))
	events := make([]UsageEvent, maxEvents)
	var count uint64
	var units int64
	for range 88 {
		for i := range events {
			events[i] = UsageEvent{Product: "acmecad", Meter: "renders", Units: maxUnits - r.Int64N(1<<30)}
			units += events[i].Units
		}
		count += uint64(len(events))
		if _, err := c.RecordUsage(context.Background(), events); err != nil {
			t.Fatal(err)
		}
	}
	totals := map[string]int64{usage.TotalKey("acmecad", "renders", usage.Counter): units}

	var files [2][]byte
	for i := range files {
		d := c.drafts(UsageOptions{})
		if face := d.Contents.File; i == 0 && face.Remains == 0 || i == 1 && (face.Remains > 0 || d.Again) {
			t.Fatalf("file %d: entries %d to %d, %d remain", i+1, face.First, face.Last, face.Remains)
		}
		if err := c.UsageLeft(context.Background(), d.ID, fmt.Sprintf("stick/%d.hfuse", i+1)); err != nil {
			t.Fatal(err)
		}
		files[i] = d.File
	}
	if again := c.drafts(UsageOptions{}); !again.Again || string(again.File) != string(files[1]) {
		t.Fatal("a third file was made")
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}

	for name, order := range map[string][2]int{"in order": {0, 1}, "the continuation first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			vendor := filepath.Join(t.TempDir(), "acme")
			here := *c
			here.t, here.home = t, filepath.Join(t.TempDir(), "home")
			for to, from := range map[string]string{vendor: dir, here.home: c.home} {
				if err := os.CopyFS(to, os.DirFS(from)); err != nil {
					t.Fatal(err)
				}
			}
			here.open()
			t.Cleanup(func() { _ = here.Close() })
			is := realDesk(t, vendor, now)
			var last *issuer.Answer
			for _, i := range order {
				a := answers(t, is, files[i])
				if waits := order[0] == 1 && i == 1; len(a.Receipt.Findings) > 0 != waits || len(a.Receipt.Missing) > 0 != waits {
					t.Errorf("file %d: findings %v, missing %v", i+1, a.Receipt.Findings, a.Receipt.Missing)
				}
				if it := here.use(a.File); !it.Taken {
					t.Fatalf("the receipt of file %d: %+v", i+1, it.Finding)
				}
				last = &a
			}
			rows, err := is.UsageReport(issuer.UsageFilter{})
			if err != nil || len(rows) != 1 || rows[0].Units != units {
				t.Errorf("the vendor reports %+v, %v; used were %d", rows, err, units)
			}
			if receipts := here.Receipts(); last.Receipt.Entries != count || !maps.Equal(receipts[0].Receipt.Totals, totals) || !receipts[0].Matches {
				t.Errorf("the last receipt counts %d of %d, totals %v", last.Receipt.Entries, count, receipts[0].Receipt.Totals)
			}
			if u := here.usage(); u.Unsent > 0 || len(u.Waiting) > 0 {
				t.Errorf("%d entries and %d files wait", u.Unsent, len(u.Waiting))
			}
			here.nothing()
		})
	}
}
