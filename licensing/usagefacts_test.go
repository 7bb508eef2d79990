package licensing

import (
	"context"
	"slices"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func TestAFileThatWasOnlyLookedAtIsNotOnItsWay(t *testing.T) {
	c, d := newComputer(t), newDesk(t)
	c.with(d.vendor, func(l *terms.License) { metered(l); l.Policy.Usage.Late = "pause"; l.Ends = start.AddDate(3, 0, 0) })
	c.uses("renders", 1, "")
	c.clock.Advance(100 * day)
	c.again()
	paused := func() int { return len(c.Snapshot().Verdict.Products[0].Paused) }
	if paused() == 0 {
		t.Fatal("a file is long late, and nothing is paused")
	}
	draft := c.drafts(UsageOptions{})
	if paused() == 0 || len(c.usage().Waiting) != 0 {
		t.Fatalf("after a look at it %d features are paused, waiting: %+v", paused(), c.usage().Waiting)
	}
	for i, name := range []string{"stick/u.hfuse", "mail/u.hfuse"} { // saved again it is no newer
		if err := c.UsageLeft(context.Background(), draft.ID, name); err != nil {
			t.Fatal(err)
		}
		if w := c.usage().Waiting; paused() != 0 || len(w) != 1 || w[0].Name != name {
			t.Fatalf("after %d days: %d features are paused, waiting: %+v", i*20, paused(), w)
		}
		c.clock.Advance(20 * day)
		c.again()
	}
	if paused() == 0 {
		t.Error("nothing is paused 40 days after the file left")
	}
}

func TestBeyondTheSignedAllowanceAFileIsAskedForAtOnce(t *testing.T) {
	c, d := newComputer(t), newDesk(t)
	c.with(d.vendor, func(l *terms.License) { metered(l); l.Policy.Usage.Unreported = 5 })
	asked := func() bool {
		v := c.Snapshot().Verdict
		return slices.ContainsFunc(append(v.Others, v.Main), func(f terms.Finding) bool { return f.State == terms.StateUsageDue })
	}
	use := func(n int64, want bool, when string) {
		t.Helper()
		if c.uses("renders", n, ""); asked() != want {
			t.Errorf("%s: asked for a file %v", when, !want)
		}
	}
	use(5, false, "what the license allows")
	use(1, true, "one more")
	d.edit = func(r *exchange.Receipt) { r.AllowUnits = 10 }
	receipt, _ := d.confirm(c.drafts(UsageOptions{}).File)
	c.use(receipt)
	if asked() {
		t.Error("asked for a file that is confirmed")
	}
	use(10, false, "what the receipt allows")
	use(1, true, "one more than that")
}
