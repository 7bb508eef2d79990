package licensing

import (
	"context"
	"slices"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
)

// onAFullDisk opens the home on a disk that gets full when it is armed.
func (c *computer) onAFullDisk() *disk.Faulty {
	c.t.Helper()
	if err := c.Close(); err != nil {
		c.t.Fatal(err)
	}
	o := c.options()
	full := disk.NewBroken(disk.OS(), 1, syscall.ENOSPC)
	full.Heal()
	o.FS = full
	e, err := Open(context.Background(), o)
	if err != nil {
		c.t.Fatal(err)
	}
	c.Engine = e
	return full
}

func (c *computer) noRoomFor(full *disk.Faulty, events ...UsageEvent) {
	c.t.Helper()
	full.Arm(1)
	if _, err := c.RecordUsage(context.Background(), events); !isProblem(err, terms.StateDiskFull) {
		c.t.Fatalf("on a full disk: %v", err)
	}
	full.Heal()
}

func TestUsesThatAreSentAgainUntilThereIsRoomAreNoGap(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	full := c.onAFullDisk()
	job := func(id string) UsageEvent { return UsageEvent{Product: "acmecad", Meter: "renders", Units: 5, ID: id} }
	for range 40 {
		c.noRoomFor(full, job("x"), job("y"))
	}
	for _, id := range []string{"x", "y"} {
		if r := c.uses("renders", 5, id); r.Again {
			t.Fatalf("%s was there", id)
		}
	}
	c.clock.Advance(2 * time.Hour)
	c.uses("renders", 1, "")
	c.reopen()
	if got := c.notes("gap"); len(got) != 0 || len(c.usage().Gaps) != 0 {
		t.Fatalf("the ledger says %v, the records %+v", got, c.usage().Gaps)
	}
	if _, counted := d.confirm(c.drafts(UsageOptions{}).File); slices.Contains(d.codes(), "gap") || counted.Events != 4 {
		t.Fatalf("the vendor counted %d, found %v", counted.Events, d.codes())
	}
}

func TestUsesThatNobodySentAgainAreAGapOnce(t *testing.T) {
	for _, end := range []string{"an hour later", "at the end of the program"} {
		c, _ := meteringComputer(t)
		c.uses("renders", 1, "")
		full := c.onAFullDisk()
		for range 3 {
			c.noRoomFor(full, UsageEvent{Product: "acmecad", Meter: "renders", Units: 5, ID: "x"}, UsageEvent{Product: "acmecad", Meter: "hours", Units: 5, ID: "x"})
		}
		c.uses("renders", 5, "other")
		if got := c.notes("gap"); len(got) != 0 {
			t.Fatalf("a minute later the ledger says %v", got)
		}
		if end == "an hour later" {
			c.clock.Advance(2 * time.Hour)
			c.uses("renders", 1, "")
			c.again()
			if v := c.usage(); len(v.Gaps) != 1 || v.Gaps[0].Count != 2 {
				t.Fatalf("gaps %+v", v.Gaps)
			}
		}
		c.reopen()
		if got := c.notes("gap"); !slices.Equal(got, []string{gapDiskFull}) {
			t.Fatalf("%s the ledger says %v", end, got)
		}
	}
}
