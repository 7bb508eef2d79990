package licensing

import (
	"testing"

	"holdfast/licensing/terms"
)

func TestATimeAwayWithAGapInItIsNotCovered(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite, func(l *terms.License) {
		l.Policy.Continuity = terms.Continuity{Silent: terms.Days(180), Then: terms.Keep}
	})
	// The window and its grace end after 44 days; only 180 days of silence bring everything back.
	a := c.Away(terms.Query{}, start.AddDate(0, 0, 200))[0]
	if a.Covered {
		t.Errorf("covered although it stops in between: %+v", a)
	}
	if a := c.Away(terms.Query{}, start.AddDate(0, 0, 40))[0]; !a.Covered {
		t.Errorf("within grace: %+v", a)
	}
}
