package reconcile

import "testing"

func TestAContactCarriedUsageWhetherOrNotItsReceiptCame(t *testing.T) {
	for _, c := range []struct {
		contact Contact
		want    bool
	}{
		{Contact{}, false},
		{Contact{Sent: []Piece{{What: "checkin"}}, Came: []Piece{{What: "receipt"}}}, false},
		{Contact{Sent: []Piece{{What: "checkin"}, {What: "usage", Entries: 7}}, Cause: CauseTimeout}, true},
		{Contact{Sent: []Piece{{What: "usage"}}}, true},
	} {
		if got := c.contact.CarriedUsage(); got != c.want {
			t.Errorf("%+v carried usage: %v", c.contact, got)
		}
	}
}
