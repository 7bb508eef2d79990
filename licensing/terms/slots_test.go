package terms

import (
	"slices"
	"testing"
)

func TestEveryStateHasItsSlots(t *testing.T) {
	for _, s := range States() {
		if _, ok := slots[s]; !ok {
			t.Errorf("%s has no slots", s)
		}
		if !slices.IsSorted(SlotsOf(s)) {
			t.Errorf("the slots of %s are not sorted", s)
		}
	}
	if len(slots) != len(States()) {
		t.Errorf("slots for %d states of %d", len(slots), len(States()))
	}
}

func TestSlotsOfGivesACopy(t *testing.T) {
	SlotsOf(StateActive)[0] = "changed"
	if SlotsOf(StateActive)[0] == "changed" {
		t.Error("the table was changed")
	}
}

func TestAVendorWithoutServiceIsToldWithWhatIsToBeDone(t *testing.T) {
	first := home(cad(func(h *Held) {
		h.Binding, h.Device, h.FirstUsed, h.Policy.Devices.FirstUse = BoundToFirstUse, nil, day("2026-11-01"), Days(14)
	}))
	for _, without := range []bool{false, true} {
		first.Vendors[0].NoService = without
		f := evaluate(t, first, Query{}, day("2026-11-03")).Main
		if f.State != StateFirstUse || (f.Slots["no_service"] == true) != without {
			t.Errorf("without a service %v: %s %v", without, f.State, f.Slots)
		}
	}
}
