package licensing

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// usagePieces are those of row R7 for a usage ledger.
var usagePieces = []piece{
	{name: "ledger", files: []string{usageDir}},
	{name: "index", files: []string{indexFile, indexFile + ".sum", checkpointFile, tailFile, journalDir}},
	{name: "key store item"}, // its name is known once there is a ledger
}

// twoAgesOfUse are a closed computer that recorded and reported, and a copy of it from before.
func twoAgesOfUse(t *testing.T) (now, old *computer, d *desk) {
	now, d = meteringComputer(t)
	now.uses("renders", 1, "a")
	d.now = start.Add(time.Hour)
	now.clock.Advance(time.Hour)
	receipt, _ := d.confirm(now.drafts(UsageOptions{}).File)
	now.use(receipt)
	ledger := now.usage().Ledger
	if err := now.Close(); err != nil {
		t.Fatal(err)
	}
	old = apartFrom(t, now)
	old.Engine = now.Engine
	now.open()
	now.clock.Advance(2 * time.Hour)
	for i := range 20 {
		now.uses("renders", 1, fmt.Sprint("b", i))
	}
	now.clock.Advance(2 * time.Hour)
	now.again() // the key store hears of it once an hour
	now.uses("renders", 1, "")
	if err := now.Close(); err != nil {
		t.Fatal(err)
	}
	usagePieces[2].items = []string{"usage-" + ledger}
	return now, old, d
}

// putUsageBack is putBack for pieces whose items are not named after the home.
func (d *computer) putUsageBack(old *computer, which ...piece) {
	d.t.Helper()
	for _, p := range which {
		for _, item := range p.items {
			b, err := old.keys.Get(context.Background(), item)
			if err != nil {
				d.t.Fatal(err)
			}
			if err := d.keys.Set(context.Background(), item, b); err != nil {
				d.t.Fatal(err)
			}
		}
		p.items = nil
		d.putBack(old, p)
	}
}

// TestOlderUsageLedgersInEveryCombination is row R7 of the scorecard for usage: an older ledger is seen as long as one newer witness
// is left, noted in the ledger with both heads, and nothing stops.
func TestOlderUsageLedgersInEveryCombination(t *testing.T) {
	now, old, d := twoAgesOfUse(t)
	for set := 1; set < 1<<len(usagePieces); set++ {
		var name string
		var back []piece
		in := map[string]bool{}
		for i, p := range usagePieces {
			if set&(1<<i) != 0 {
				name, back, in[p.name] = name+p.name+" ", append(back, p), true
			}
		}
		t.Run(name, func(t *testing.T) {
			c := apartFrom(t, now)
			c.putUsageBack(old, back...)
			c.open()
			defer c.Close()
			behind := 0
			for _, reason := range c.kinds("rolled_back") { // the journal's own anchor tells of the journal
				if strings.HasPrefix(reason, "usage ledger") {
					behind++
				}
			}
			if want := in["ledger"] && len(in) < 3; (behind == 1) != want || behind > 1 {
				t.Fatalf("recorded %d times", behind)
			}
			if want := in["ledger"] && len(in) < 3; c.noted("restore") != want {
				t.Fatalf("noted in the ledger: %v, want %v", !want, want)
			}
			r := c.uses("renders", 1, "after")
			if restored := slices.Contains(r.Flags, "restored"); restored != (c.Snapshot().Records.State == terms.StateRolledBack) {
				t.Fatalf("flags %v while the records are %q", r.Flags, c.Snapshot().Records.State)
			}
			again := len(c.kinds("rolled_back"))
			c.reopen()
			if n := len(c.kinds("rolled_back")); n != again {
				t.Fatalf("a new start told of it again: %d, then %d", again, n)
			}
			if len(in) == 3 || !in["ledger"] {
				return
			}
			// The vendor names it as well: the same places of the ledger hold other entries now.
			v := deskWith(t, d.key)
			for id, s := range d.standings {
				v.standings[id] = s
			}
			full := apartFrom(t, now)
			full.open()
			defer full.Close()
			v.confirm(full.drafts(UsageOptions{}).File)
			v.confirm(c.drafts(UsageOptions{}).File)
			if codes := v.codes(); !slices.Contains(codes, "fork") {
				t.Fatalf("the vendor found %v", codes)
			}
		})
	}
}

func TestASecondRestoreIsSeenToo(t *testing.T) {
	now, old, _ := twoAgesOfUse(t)
	c := apartFrom(t, now)
	for round := 1; round <= 3; round++ {
		c.putUsageBack(old, usagePieces[0])
		c.open()
		told := slices.DeleteFunc(c.kinds("rolled_back"), func(reason string) bool { return !strings.HasPrefix(reason, "usage ledger") })
		if len(told) != round || len(c.notes("restore")) != 1 {
			t.Errorf("put back %d times, told of %d times, noted %d times in this copy", round, len(told), len(c.notes("restore")))
		}
		c.uses("renders", 100, "") // far fewer than were there before
		c.clock.Advance(2 * time.Hour)
		c.reopen()
		if again := len(c.kinds("rolled_back")); round == 1 && again != 1 {
			t.Errorf("a new start told of it again: %d", again)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// kinds are the reasons of journal records of a kind.
func (c *computer) kinds(kind string) []string {
	c.t.Helper()
	var all []string
	err := c.Ledger(1, func(en LedgerEntry) error {
		if en.Kind == kind {
			all = append(all, en.Reason)
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// noted says whether the usage ledger has a note of a kind.
func (c *computer) noted(kind string) bool {
	c.t.Helper()
	return len(c.notes(kind)) > 0
}

// notes are the codes of the notes of a kind, oldest first.
func (c *computer) notes(kind string) []string {
	c.t.Helper()
	v, err := c.reporter("")
	if err != nil {
		return nil // nothing was recorded
	}
	own := c.ledgersOf(v.Root)
	var all []string
	err = own[len(own)-1].book.Rows(1, func(r usage.Row) error {
		if r.Note != nil && r.Note.Kind == kind {
			all = append(all, r.Note.Code)
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

func TestAReceiptOfEntriesThatAreNotHereTellsOfAnOlderCopy(t *testing.T) {
	now, old, d := twoAgesOfUse(t)
	now.open()
	draft := now.drafts(UsageOptions{})
	receipt, _ := d.confirm(draft.File)
	if err := now.Close(); err != nil {
		t.Fatal(err)
	}
	c := apartFrom(t, old) // everything was put back
	c.open()
	t.Cleanup(func() { _ = c.Close() })
	if s := c.Snapshot().Records.State; s != "" {
		t.Fatalf("the records are %q before the receipt", s)
	}
	if it := c.use(receipt); !it.Taken {
		t.Fatalf("receipt %+v", it.Finding)
	}
	if s := c.Snapshot().Records.State; s != terms.StateRolledBack || !c.noted("restore") {
		t.Fatalf("the records are %q after it", s)
	}
	c.uses("renders", 3, "")
	forked := c.drafts(UsageOptions{})
	if _, counted := d.confirm(forked.File); !slices.Contains(d.codes(), "fork") || counted.Events == 0 {
		t.Fatalf("the vendor counted %+v and found %v", counted, d.codes())
	}
}

// TestACloneOfTheWholeHomeIsNamed copies home and key store to a second computer: both report, and the vendor sees a fork.
func TestACloneOfTheWholeHomeIsNamed(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	clone := apartFrom(t, c)
	clone.clock.Reboot()
	for i, each := range []*computer{c, clone} {
		each.open()
		each.uses("renders", int64(10+i), "")
		_, counted := d.confirm(each.drafts(UsageOptions{}).File)
		if counted.Events == 0 {
			t.Fatalf("nothing of the copy %d was counted", i)
		}
		if err := each.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if codes := d.codes(); !slices.Contains(codes, "fork") {
		t.Fatalf("the vendor found %v", codes)
	}
	for _, s := range d.standings {
		if s.Totals["acmecad/renders"] != 22 {
			t.Fatalf("counted in all: %v", s.Totals)
		}
	}
}

// TestALostKeyStoreLosesNoUsage: what was recorded under a lost key is reported with the new one; only the vendor can read it.
func TestALostKeyStoreLosesNoUsage(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 7, "")
	before := c.usage()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.keys = keystore.Memory()
	c.open()
	if err := c.SetUpAgain(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.uses("renders", 5, "")
	v := c.usage()
	if v.Ledger == before.Ledger || v.Unread == 0 {
		t.Fatalf("the new key goes on in the old ledger: %+v", v)
	}
	counts := []int64{}
	for i, want := range []string{before.Ledger, v.Ledger} {
		draft := c.drafts(UsageOptions{})
		if draft.Contents.File.Ledger != want {
			t.Fatalf("file %d is about ledger %s, want %s", i, draft.Contents.File.Ledger, want)
		}
		receipt, counted := d.confirm(draft.File)
		units := int64(0)
		for _, s := range counted.Sums {
			units += s.Units
		}
		counts = append(counts, units)
		if it := c.use(receipt); !it.Taken {
			t.Fatalf("receipt %d: %+v", i, it.Finding)
		}
	}
	for _, r := range c.Receipts() { // two have the same number
		if want := "R-1-" + r.Receipt.Ledger[:4]; r.Ref != want || r.UsageReceipt.Ref != want {
			t.Fatalf("receipt %s, %s, want %s", r.Ref, r.UsageReceipt.Ref, want)
		}
	}
	// The new key signs for the lost one. The vendor names that.
	if !slices.Equal(counts, []int64{7, 5}) || !slices.Contains(d.codes(), "other_device") {
		t.Fatalf("the vendor counted %v, found %v", counts, d.codes())
	}
	if w := c.usage().Waiting; len(w) != 0 || c.usage().Unsent != 0 {
		t.Fatalf("%d unsent, waiting %+v", c.usage().Unsent, w)
	}
	for _, ledger := range []string{before.Ledger, v.Ledger} {
		if files, err := os.ReadDir(filepath.Join(c.home, usageDir, ledger, exportsDir)); err != nil || len(files) != 0 {
			t.Fatalf("%d files are kept after their receipt: %v", len(files), err)
		}
	}
}
