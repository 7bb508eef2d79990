package licensing

import (
	"context"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/device"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// desktop are the parts of a computer of which much is known.
func desktop() []device.Fact {
	return []device.Fact{
		{Kind: device.KindSystem, Value: "board-4711"},
		{Kind: device.KindDisk, Value: "disk-1"},
		{Kind: device.KindMAC, Value: "02:00:00:00:00:01"},
		{Kind: device.KindMachine, Value: "0123456789abcdef0123456789abcdef"},
		{Kind: device.KindBoard, Value: "acme 5000"},
		{Kind: device.KindCPU, Value: "acme cpu"},
		{Kind: device.KindMemory, Value: "16"},
	}
}

// rebuilt is the computer with other parts of these kinds.
func rebuilt(kinds ...string) []device.Fact {
	parts := desktop()
	for i := range parts {
		if slices.Contains(kinds, parts[i].Kind) {
			parts[i].Value = "another " + parts[i].Value
		}
	}
	return parts
}

// with are those parts alone that can be read.
func with(kinds ...string) []device.Fact {
	return slices.DeleteFunc(desktop(), func(f device.Fact) bool { return !slices.Contains(kinds, f.Kind) })
}

// starts is a start of the computer with these parts.
func (c *computer) starts(parts []device.Fact) {
	c.t.Helper()
	if err := c.Close(); err != nil {
		c.t.Fatal(err)
	}
	c.clock.PowerOff(time.Hour)
	c.facts = parts
	c.open()
}

func newDesktop(t *testing.T) (*computer, *vendor) {
	c, v := newComputer(t), newVendor(t, "acme")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.facts = desktop()
	c.open()
	c.activate(v)
	return c, v
}

var mostParts = []string{device.KindSystem, device.KindDisk, device.KindMAC, device.KindBoard}

func TestSmallChangesOfAComputerAreAdopted(t *testing.T) {
	c, _ := newDesktop(t)
	for _, parts := range [][]device.Fact{
		rebuilt(device.KindDisk), rebuilt(device.KindDisk, device.KindMachine), rebuilt(device.KindDisk, device.KindMachine, device.KindMAC),
		rebuilt(device.KindDisk, device.KindMachine, device.KindMAC, device.KindSystem), // each step was small
	} {
		c.starts(parts)
		c.wants(terms.StateActive)
		if ch := c.Snapshot().Device.Changed; ch != nil {
			t.Fatalf("counts as changed: %+v", ch)
		}
	}
	if got := c.told("computer_changed", "computer_confirmed"); len(got) > 0 {
		t.Fatalf("recorded: %v", got)
	}
}

func TestWhatCannotBeReadIsNoChange(t *testing.T) {
	c, _ := newDesktop(t)
	for name, parts := range map[string][]device.Fact{
		"nothing": nil, "two of seven": with(device.KindSystem, device.KindCPU), "a processor": with(device.KindCPU, device.KindMemory), "no unique part": with(device.KindMachine, device.KindBoard, device.KindCPU),
		"a processor of another kind": {{Kind: device.KindCPU, Value: "other"}},
	} {
		c.starts(parts)
		c.clock.Advance(day)
		c.again()
		if ch := c.Snapshot().Device.Changed; ch != nil {
			t.Errorf("%s counts as changed: %+v", name, ch)
		}
		c.allowed(true)
		if got := len(c.rec.Home.Hints); got != len(desktop()) {
			t.Errorf("%s: %d of %d parts are still known", name, got, len(desktop()))
		}
	}
	c.starts(desktop())
	c.wants(terms.StateActive)
}

func TestAChangedComputerWorksUntilItsDateAndIsConfirmedByFile(t *testing.T) {
	c, v := newDesktop(t)
	c.starts(rebuilt(mostParts...))
	c.wants(terms.StateComputerChanged)
	c.allowed(true)
	since := c.clock.Read().Wall
	ch := c.Snapshot().Device.Changed
	if ch == nil || !ch.Since.Equal(since) || ch.Same != 3 || ch.Of != 7 || !slices.Equal(ch.Parts, []string{device.KindBoard, device.KindDisk, device.KindMAC, device.KindSystem}) {
		t.Fatalf("changed: %+v", ch)
	}
	c.clock.Advance(6 * day)
	c.starts(rebuilt(append(mostParts, device.KindCPU)...)) // and one more
	if ch := c.Snapshot().Device.Changed; !ch.Since.Equal(since) || ch.Same != 2 {
		t.Fatalf("after one more part: %+v", ch)
	}
	c.allowed(true)
	c.clock.Advance(3 * day)
	c.again()
	c.wants(terms.StateComputerChanged)
	c.allowed(false)
	req := c.checkin(v)
	if !req.Changed {
		t.Error("the request does not say that the computer has changed")
	}
	v.now = c.clock.Read().Wall
	if it := c.use(v.met(c, req)); !it.Taken {
		t.Fatalf("answer: %+v", it.Finding)
	}
	c.wants(terms.StateActive)
	c.allowed(true)
	c.starts(rebuilt(append(mostParts, device.KindCPU)...))
	c.wants(terms.StateActive)
	if got := c.told("computer_changed", "computer_confirmed"); !slices.Equal(got, []string{"parts", "answer_to_request"}) {
		t.Fatalf("recorded: %v", got)
	}
}

func TestTheOldPartsAreBack(t *testing.T) {
	c, _ := newDesktop(t)
	c.starts(rebuilt(mostParts...))
	c.wants(terms.StateComputerChanged)
	c.starts(desktop())
	c.wants(terms.StateActive)
	if got := c.told("computer_changed", "computer_confirmed"); !slices.Equal(got, []string{"parts", "parts_back"}) {
		t.Fatalf("recorded: %v", got)
	}
}

func TestAnAnswerFromBeforeTheChangeConfirmsNothing(t *testing.T) {
	c, v := newDesktop(t)
	req := c.checkin(v)
	c.starts(rebuilt(mostParts...))
	v.now = c.clock.Read().Wall
	if it := c.use(v.met(c, req)); !it.Taken {
		t.Fatalf("answer: %+v", it.Finding)
	}
	c.wants(terms.StateComputerChanged)
}

func TestWithoutTheKeyStoreAChangeIsNotTold(t *testing.T) {
	c, _ := newDesktop(t)
	c.starts(rebuilt(mostParts...))
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if s := c.Snapshot(); s.Device.Changed != nil || s.Device.HintsMatch {
		t.Fatalf("device: %+v", s.Device)
	}
	c.keys.Fail(keystore.OK)
	if err := c.Unlock(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.wants(terms.StateComputerChanged)
}
