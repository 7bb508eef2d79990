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
