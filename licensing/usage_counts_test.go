package licensing

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// renders is what the list says of the meter renders.
func (c *computer) renders() int64 {
	c.t.Helper()
	return c.usage().meter("renders").Used
}

// kill ends the process as kill -9 does: what Close would write is not written.
func (c *computer) kill() {
	c.t.Helper()
	for _, l := range c.ledgers.list() {
		name := filepath.Join(c.home, usageDir, l.id, "counts.json")
		had, err := os.ReadFile(name)
		if err := c.Close(); err != nil {
			c.t.Fatal(err)
		}
		if err == nil {
			err = os.WriteFile(name, had, 0o600)
		} else {
			err = os.Remove(name)
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
	c.open()
}

func TestALockedStartGoesOnCountingWhereTheLastOneStood(t *testing.T) {
	c, _ := meteringComputer(t)
	c.uses("renders", 9, "")
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if n := c.renders(); n != 9 {
		t.Fatalf("%d after a locked start", n)
	}
	if r := c.uses("renders", 6, ""); r.Meter.Used != 15 {
		t.Fatalf("the sixth says %d", r.Meter.Used)
	}
	c.reopen() // locked again, with what the first locked one left
	if n := c.renders(); n != 15 {
		t.Fatalf("%d after the second locked start", n)
	}
	c.keys.Fail(keystore.OK)
	c.reopen()
	if n := c.renders(); n != 15 {
		t.Fatalf("%d after unlocking", n)
	}
	info, err := os.Stat(filepath.Join(c.home, usageDir, c.usage().Ledger, "counts.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
}

func TestUsesOfALockedProcessStayCountedAndTheReceiptMatches(t *testing.T) {
	for _, killed := range []bool{false, true} {
		c, d := meteringComputer(t)
		c.uses("renders", 4, "")
		c.keys.Fail(keystore.Locked)
		c.reopen()
		c.uses("renders", 11, "")
		locked := c.usage().Unread
		if locked != 0 {
			t.Fatalf("%d are for the vendor alone while they can be read after unlocking", locked)
		}
		c.keys.Fail(keystore.OK)
		want := int64(15)
		if killed {
			want = 4
			c.kill()
		} else {
			c.reopen()
		}
		if n := c.renders(); n != want {
			t.Fatalf("killed %v: %d are counted", killed, n)
		}
		unread := c.usage().Unread
		if unread == 0 {
			t.Fatal("all can be read")
		}
		receipt, counted := d.confirm(c.drafts(UsageOptions{}).File)
		if counted.Events != 2 {
			t.Fatalf("the vendor counted %+v", counted)
		}
		it := c.use(receipt)
		if !it.Taken || it.Finding.State != terms.StateUsageConfirmed {
			t.Fatalf("killed %v: receipt %+v", killed, it.Finding)
		}
		for _, step := range []string{"at once", "after a new start", "locked"} {
			switch step {
			case "after a new start":
				c.reopen()
			case "locked":
				c.keys.Fail(keystore.Locked)
				c.reopen()
			}
			r := c.Receipts()
			if len(r) != 1 || !r[0].Matches || r[0].Differs || r[0].Totals[0].Here != 15 || r[0].Totals[0].There != 15 {
				t.Fatalf("killed %v, %s: %+v", killed, step, r)
			}
			if n, u := c.renders(), c.usage().Unread; n != 15 || u != unread {
				t.Fatalf("killed %v, %s: %d counted, %d unread, before %d", killed, step, n, u, unread)
			}
		}
		c.keys.Fail(keystore.OK)
		c.reopen()
		c.uses("renders", 1, "") // a second file and receipt agree too, and add nothing
		receipt, _ = d.confirm(c.drafts(UsageOptions{}).File)
		if it := c.use(receipt); it.Finding.State != terms.StateUsageConfirmed || c.renders() != 16 {
			t.Fatalf("killed %v: %+v, %d", killed, it.Finding, c.renders())
		}
		if r := c.Receipts(); !r[0].Matches || r[0].Totals[0].Here != 16 {
			t.Fatalf("killed %v: %+v", killed, r[0])
		}
	}
}

func TestUsesThatAreReadableAfterUnlockingCountOnce(t *testing.T) {
	c, _ := meteringComputer(t)
	c.uses("renders", 4, "")
	c.keys.Fail(keystore.Locked)
	c.reopen()
	c.uses("renders", 11, "")
	c.Refresh(context.Background()) // the counts are kept while it is locked
	c.keys.Fail(keystore.OK)
	if err := c.Unlock(context.Background()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if n, u := c.renders(), c.usage().Unread; n != 15 || u != 0 {
			t.Fatalf("%d counted, %d unread", n, u)
		}
		c.reopen()
	}
}

func TestAReceiptWithOtherTotalsDiffersInEveryPlace(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 10, "")
	d.edit = func(r *exchange.Receipt) { r.Totals = map[string]int64{"acmecad/renders": 11} } // as many events
	receipt, _ := d.confirm(c.drafts(UsageOptions{}).File)
	if it := c.use(receipt); it.Finding.State != terms.StateUsageMismatch {
		t.Fatalf("taken as %s", it.Finding.State)
	}
	r := c.Receipts()
	if r[0].Matches || !r[0].Differs || r[0].Totals[0].Here != 10 || r[0].Totals[0].There != 11 {
		t.Fatalf("%+v", r[0])
	}
	said := c.state() == terms.StateUsageMismatch
	for _, f := range c.Snapshot().Verdict.Others {
		said = said || f.State == terms.StateUsageMismatch
	}
	if !said {
		t.Fatal("the verdict says nothing")
	}
}

func TestAnAmountBeyondAMillionMillionsIsRefused(t *testing.T) {
	c, _ := meteringComputer(t)
	record := func(n int64) error {
		_, err := c.RecordUsage(context.Background(), []UsageEvent{{Product: "acmecad", Meter: "renders", Units: n}})
		return err
	}
	if err := record(1_000_000_000_001); mistake(err) != "usage_units" {
		t.Fatal(err)
	}
	if err := record(1_000_000_000_000); err != nil {
		t.Fatal(err)
	}
}

func TestAnEditedCountsFileChangesNothingForTheVendor(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 9, "")
	name := filepath.Join(c.home, usageDir, c.usage().Ledger, "counts.json")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(`{"v":1,"seq":1,"all":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c.open()
	if n := c.renders(); n != 9 {
		t.Fatalf("%d are counted", n)
	}
	receipt, counted := d.confirm(c.drafts(UsageOptions{}).File)
	if counted.Events != 1 || !c.use(receipt).Taken || !c.Receipts()[0].Matches {
		t.Fatalf("%+v, %+v", counted, c.Receipts())
	}
}

func TestAUseIsRecordedAlthoughTheIndexCannotBeFinished(t *testing.T) {
	c, _ := meteringComputer(t)
	c.uses("renders", 3, "")
	if c.index == nil {
		t.Fatal("there is no index")
	}
	if err := c.index.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil { // the index says that it is closed; the ledger holds the use
		t.Fatal(err)
	}
	c.open()
	if n := c.renders(); n != 3 {
		t.Fatalf("%d are counted", n)
	}
}
