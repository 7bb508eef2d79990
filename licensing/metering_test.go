package licensing

import (
	"context"
	"slices"
	"testing"

	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// tenRenders includes ten of them.
func tenRenders(l *terms.License) {
	metered(l)
	m := l.Policy.Meters["renders"]
	m.Included = 10
	l.Policy.Meters["renders"] = m
}

func TestARetryWithinTheIncludedAmountIsNoOverage(t *testing.T) {
	c, d := newComputer(t), newDesk(t)
	c.with(d.vendor, tenRenders)
	render := func(id string, n int64) UsageEvent {
		return UsageEvent{Product: "acmecad", Meter: "renders", Units: n, ID: id}
	}
	if _, err := c.RecordUsage(context.Background(), []UsageEvent{render("a", 4), render("b", 4)}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"at once", "after a new start"} {
		if step == "after a new start" {
			c.reopen()
		}
		rec, err := c.RecordUsage(context.Background(), []UsageEvent{render("a", 4), render("b", 4), render(step, 1), render(step, 1)})
		if err != nil {
			t.Fatal(err)
		}
		if !rec[0].Again || !rec[1].Again || rec[2].Again || !rec[3].Again {
			t.Fatalf("%s: %+v", step, rec)
		}
		if slices.Contains(rec[2].Flags, "overage") {
			t.Errorf("%s: flags %v while %d of 10 are used", step, rec[2].Flags, rec[2].Meter.Used)
		}
	}
	if r := c.uses("renders", 1, ""); !slices.Contains(r.Flags, "overage") || r.Meter.Used != 11 {
		t.Errorf("the eleventh: flags %v, used %d", r.Flags, r.Meter.Used)
	}
	_, counted := d.confirm(c.drafts(UsageOptions{}).File)
	for _, s := range counted.Sums {
		if s.Units != 11 || s.Over != 1 {
			t.Errorf("the vendor counts %d units, %d of them overage", s.Units, s.Over)
		}
	}
}

func TestTheFirstAmountOfAnIDStandsAndAnotherOneIsTold(t *testing.T) {
	c, _ := meteringComputer(t)
	first := c.uses("renders", 4, "order-7")
	for _, when := range []string{"at once", "after a new start"} {
		if r := c.uses("renders", 4, "order-7"); !r.Again || r.Conflict {
			t.Errorf("%s, the same amount: %+v", when, r)
		}
		if r := c.uses("renders", 9, "order-7"); !r.Again || !r.Conflict || r.Seq != first.Seq || r.Meter.Used != 4 {
			t.Errorf("%s, another amount: %+v", when, r)
		}
		c.reopen()
	}
}

func TestWhatWasNotRecordedDoesNotCount(t *testing.T) {
	c, _ := meteringComputer(t)
	c.uses("seats", 2, "")
	c.uses("renders", 5, "")
	c.Snapshot()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.RecordUsage(ctx, []UsageEvent{{Product: "acmecad", Meter: "seats", Units: 50}, {Product: "acmecad", Meter: "renders", Units: 50}}); err == nil {
		t.Fatal("recorded")
	}
	if r := c.uses("seats", 1, ""); r.Meter.Used != 2 || r.Meter.State != "" {
		t.Errorf("seats: used %d, %s", r.Meter.Used, r.Meter.State)
	}
	if r := c.uses("renders", 1, ""); r.Meter.Used != 6 {
		t.Errorf("renders: used %d", r.Meter.Used)
	}
	rec, err := c.RecordUsage(context.Background(), []UsageEvent{{Product: "acmecad", Meter: "seats", Units: 4}, {Product: "acmecad", Meter: "seats", Units: 1}})
	if err != nil || rec[0].Meter.Used != 4 || rec[1].Meter.Used != 4 || rec[1].Meter.State != terms.StateQuotaUsed {
		t.Errorf("a peak: %+v, %v", rec, err)
	}
	if !slices.Contains(rec[0].Flags, usage.Overage.Names()[0]) || slices.Contains(rec[1].Flags, "overage") {
		t.Errorf("4 and 1 of 3 seats: flags %v, %v", rec[0].Flags, rec[1].Flags)
	}
}
