package terms_test

import (
	"testing"
	"time"

	"holdfast/licensing/terms"
	"holdfast/licensing/terms/termstest"
)

func TestAGraceIsToldUntilTheMomentAtWhichTheLastFeatureStops(t *testing.T) {
	seen := 0
	for seed := range uint64(20_000) {
		f, wall := termstest.New(seed).Facts()
		f.Licenses, f.Holds, f.Revocations, f.Metered = f.Licenses[:1], nil, nil, nil
		p := terms.Outline(f, terms.Query{}, wall).Products[0]
		if !p.GraceActive || p.State == terms.StateOnHold {
			continue
		}
		var last time.Time
		for id, v := range p.Features {
			if v.Mode == terms.Keep && f.Licenses[0].Policy.Features[id].After != terms.Keep && v.Until.After(last) {
				last = v.Until
			}
		}
		told, slot := time.Time{}, "grace"
		if p.State == terms.StateGraceExtended {
			slot = "date"
		}
		told, _ = p.Slots[slot].(time.Time)
		if last.IsZero() {
			continue // nothing of it stops
		}
		if seen++; !told.Equal(last) {
			t.Errorf("seed %d: %s is told until %s, the last feature stops after %s", seed, p.State, told, last)
		}
	}
	if seen < 200 {
		t.Errorf("only %d cases", seen)
	}
}
