package licensing

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

func TestNotesSayNoMoreThanTheHourToo(t *testing.T) {
	c, _ := meteringComputer(t)
	c.uses("renders", 1, "")
	c.clock.Advance(17*time.Minute + 13*time.Second + 123*time.Millisecond)
	c.again()
	c.clock.Set(c.clock.Read().Wall.Add(30*day + 7*time.Second))
	c.again()
	draft := c.drafts(UsageOptions{})
	notes := 0
	for _, r := range draft.Contents.Rows {
		if n := r.Note; n != nil {
			notes++
			for _, at := range []time.Time{n.At, n.From, n.To} {
				if !at.Equal(at.Truncate(time.Hour)) {
					t.Errorf("note %s %s shows %s", n.Kind, n.Code, at.Format(time.RFC3339Nano))
				}
			}
		}
	}
	if notes == 0 || draft.Contents.File.Level != usage.LevelContract {
		t.Fatalf("%d notes at level %s", notes, draft.Contents.File.Level)
	}
}

func TestAFileSaysTheLevelOfTheFinestTimesInIt(t *testing.T) {
	c, d := newComputer(t), newDesk(t)
	c.with(d.vendor, metered, func(l *terms.License) { l.Policy.Usage.Level = usage.LevelFull })
	c.rec.Home.Label = "Anna's drawing board"
	c.clock.Advance(17*time.Minute + 13*time.Second)
	c.uses("renders", 1, "")
	if err := c.SetUsageLevel(context.Background(), "acme", usage.LevelContract); err != nil {
		t.Fatal(err)
	}
	c.uses("renders", 2, "")
	draft := c.drafts(UsageOptions{})
	if f := draft.Contents.File; f.Level != usage.LevelFull || draft.Asked != usage.LevelContract || draft.AskedLevel() != usage.LevelContract || f.Device.Label != "" {
		t.Fatalf("the file says level %s and label %q, asked for was %s", f.Level, f.Device.Label, draft.Asked)
	}
	if again := c.drafts(UsageOptions{}); !again.Again || again.Asked != usage.LevelContract {
		t.Fatalf("looked at again: %v, asked for %q", again.Again, again.Asked)
	}
	receipt, counted := d.confirm(draft.File)
	if counted.Events != 2 || !c.use(receipt).Taken {
		t.Fatalf("the vendor counted %d", counted.Events)
	}
	c.uses("renders", 1, "")
	draft = c.drafts(UsageOptions{})
	if draft.Contents.File.Level != usage.LevelContract || draft.Asked != "" || draft.AskedLevel() != usage.LevelContract {
		t.Fatalf("the next file says level %s, asked for was %q", draft.Contents.File.Level, draft.Asked)
	}
	for _, r := range draft.Contents.Rows {
		if r.Use != nil && !r.Use.At.Equal(r.Use.At.Truncate(time.Hour)) {
			t.Errorf("it shows %s", r.Use.At)
		}
	}
}

func TestAStartOfTheComputerHasAnotherNameInEveryLedger(t *testing.T) {
	c, d := meteringComputer(t)
	for range 2 {
		c.uses("renders", 1, "")
		c.reopen()
	}
	c.clock.Reboot()
	c.reopen()
	c.uses("renders", 1, "")
	boots := bootsIn(c.drafts(UsageOptions{}).Contents)
	if len(boots) != 3 || boots[0] != boots[1] || boots[1] == boots[2] || len(boots[0]) != 16 {
		t.Fatalf("starts %q", boots)
	}
	other := newComputer(t)
	other.with(d.vendor, metered)
	other.clock.Reboot()
	if other.clock.Read().Boot != c.clock.Read().Boot {
		t.Fatal("the two computers do not have the same start")
	}
	other.uses("renders", 1, "")
	if got := bootsIn(other.drafts(UsageOptions{}).Contents); got[0] == boots[2] {
		t.Errorf("two ledgers name a start alike: %s", got[0])
	}
}

func bootsIn(c usage.Contents) (all []string) {
	for _, r := range c.Rows {
		if r.Session != nil {
			all = append(all, r.Session.Boot)
		}
	}
	return all
}

func TestARuleOfTheOrganizationCountsBeforeAChoiceWithinTheContract(t *testing.T) {
	c, d := newComputer(t), newDesk(t)
	c.with(d.vendor, metered, func(l *terms.License) { l.Policy.Usage.Level = usage.LevelComputer })
	c.uses("renders", 1, "")
	set := UsageRule{Level: usage.LevelContract, By: UsageByOrganization, Org: "Acme GmbH", Locked: true}
	for _, step := range []struct {
		rule   UsageRule
		chosen string // "": nothing
		level  string
		by     string
		code   string // of the mistake of the choice
	}{
		{UsageRule{}, "", usage.LevelComputer, levelByContract, ""},
		{set, usage.LevelComputer, usage.LevelContract, UsageByOrganization, "usage_level_set"},
		{set, usage.LevelContract, usage.LevelContract, UsageByOrganization, ""},
		{UsageRule{Level: usage.LevelFull, By: UsageByOrganization, Locked: true}, "", usage.LevelComputer, UsageByOrganization, ""}, // no more than the contract
		{UsageRule{By: UsageByOrganization, Locked: true}, "", usage.LevelComputer, UsageByOrganization, ""},
		{UsageRule{Level: usage.LevelContract, By: UsageByNobody, Locked: true}, usage.LevelComputer, usage.LevelContract, UsageByNobody, "usage_level_meanwhile"},
		{UsageRule{Level: usage.LevelComputer, By: UsageByOrganization}, "", usage.LevelContract, levelByPerson, ""}, // suggested: what was chosen counts
		{UsageRule{}, "default", usage.LevelComputer, levelByContract, ""},
		{UsageRule{Level: usage.LevelContract, By: UsageByPerson}, "", usage.LevelContract, levelByPerson, ""},
	} {
		c.DecideUsageLevel(step.rule)
		var err error
		if step.chosen != "" {
			err = c.SetUsageLevel(t.Context(), "acme", strings.TrimPrefix(step.chosen, "default"))
		}
		var wrong *Mistake
		if errors.As(err, &wrong) != (step.code != "") || wrong != nil && wrong.Code != step.code {
			t.Errorf("%+v: %v", step, err)
		}
		u := c.Snapshot().Usage[0]
		if u.Level != step.level || u.LevelBy != step.by || u.LevelSet != step.rule.Locked {
			t.Errorf("%+v: level %s by %q, set %v", step, u.Level, u.LevelBy, u.LevelSet)
		}
	}
	c.DecideUsageLevel(set)
	if draft := c.drafts(UsageOptions{}); draft.AskedLevel() != usage.LevelContract {
		t.Errorf("the file has level %s", draft.AskedLevel())
	}
	var wrong *Mistake
	if _, err := c.DraftUsage(t.Context(), UsageOptions{Level: usage.LevelComputer}); !errors.As(err, &wrong) || wrong.Code != "usage_level_set" {
		t.Errorf("another level was taken: %v", err)
	}
}
