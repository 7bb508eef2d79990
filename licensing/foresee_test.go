package licensing

import (
	"context"
	"slices"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func TestWhatARequestWouldDoIsForeseenAndNothingIsDone(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	before := len(c.Snapshot().Requests)
	for days, o := range map[int]RequestOptions{
		60: {Kind: exchange.RequestMoreTime, Until: start.AddDate(0, 0, 60)},
		0:  {Kind: exchange.RequestCheckin},
	} {
		f, err := c.Foresee(o)
		if err != nil || len(f.Open) > 0 || len(c.Snapshot().Requests) != before {
			t.Fatalf("%+v, %v", f, err)
		}
		m, err := c.MakeRequest(context.Background(), o)
		if err != nil || m.Name != f.Name {
			t.Fatalf("foreseen as %q, made as %q, %v", f.Name, m.Name, err)
		}
		before++
		if days > 0 { // another date takes its place
			o.Until = o.Until.AddDate(0, 0, 1)
		}
		f, err = c.Foresee(o)
		if err != nil || !slices.Equal(f.Open, []string{m.Request.ID}) {
			t.Errorf("%+v, %v", f, err)
		}
		for _, q := range c.Snapshot().Requests {
			if q.ID == m.Request.ID && q.State != terms.RequestOpen {
				t.Errorf("%s is %s", q.ID, q.State)
			}
		}
	}
	if _, err := c.Foresee(RequestOptions{Vendor: "nobody"}); err == nil {
		t.Error("a vendor that is not known is asked")
	}
}
