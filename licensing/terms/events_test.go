package terms

import (
	"slices"
	"testing"
)

func TestNothingEndsAfterAWithdrawal(t *testing.T) {
	gone := signed(Revocation{Serial: "4711", Reason: Plain("Returned"), Ref: "W-1", From: day("2026-11-03"), Until: endOf("2026-12-10"), ReviewBy: endOf("2026-11-20")}, "2026-11-03")
	f := away(func(f *Facts) { f.Revocations = append(f.Revocations, gone) })
	var names []string
	for _, e := range evaluate(t, f, Query{}, day("2026-11-04")).Products[0].Next {
		if e.At.After(endOf("2026-12-10")) {
			t.Errorf("%s on %s", e.Name, e.At)
		}
		names = append(names, e.Name)
	}
	for _, want := range []string{EventReviewBy, EventOfflineEnding, EventOfflineEnds, EventPause, EventRevoked, EventViewMode} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is no date among %v", want, names)
		}
	}
	for _, e := range evaluate(t, f, Query{}, day("2026-12-20")).Products[0].Next {
		t.Errorf("afterwards: %s on %s", e.Name, e.At)
	}
}

func TestTimeWithoutContactDoesNotEndWhatAnUnconfirmedFirstUseEndedBefore(t *testing.T) {
	f := away(func(f *Facts) {
		h := &f.Licenses[0]
		h.Binding, h.Device, h.Taken, h.FirstUsed = BoundToFirstUse, nil, day("2026-11-02"), day("2026-11-02")
		h.Policy.Devices.FirstUse = Days(14)
	})
	found := false
	for _, e := range evaluate(t, f, Query{}, day("2026-11-04")).Products[0].Next {
		found = found || e.Name == EventFirstUseEnds
		if e.Name == EventOfflineEnds || e.Name == EventOfflineGraceEnds || e.Name == EventOfflineEnding {
			t.Errorf("%s on %s", e.Name, e.At)
		}
	}
	if !found {
		t.Error("the first use has no end")
	}
}
