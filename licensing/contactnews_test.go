package licensing

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// A date that moves, a hold and a withdrawal leave a product where it is: the news says what they change, and calls it neither new nor gone.
func TestTheNewsOfAContactSayWhatItsLogSays(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	say, err := plain.New("en")
	if err != nil {
		t.Fatal(err)
	}
	line := func(sign, code string) reconcile.Change {
		return reconcile.Change{Sign: sign, Code: code, Product: "acmecad", Name: terms.Plain("AcmeCAD Pro")}
	}
	renewed, hold, withdrawn := line("+", "product"), line("-", "hold"), line("-", "revocation")
	renewed.Until, renewed.Was = start.AddDate(2, 0, 0), start.AddDate(1, 0, 0)
	hold.Until, withdrawn.Until = start.AddDate(0, 1, 0), start.AddDate(0, 2, 0)
	part := reconcile.Change{Sign: "+", Code: "feature", Product: "acmecad", Name: terms.Plain("Sheet metal"), New: true}
	gone := reconcile.Change{Sign: "-", Code: "removed", Product: "acmecad", Name: terms.Plain("Export")}
	product := line("+", "product")
	product.New, product.Until = true, start.AddDate(1, 0, 0)
	for i, x := range []struct {
		changes []reconcile.Change
		tone    terms.Tone
		named   string // what is called new or gone
	}{
		{[]reconcile.Change{renewed}, terms.ToneOK, ""},
		{[]reconcile.Change{hold}, terms.ToneNotice, ""},
		{[]reconcile.Change{line("+", "hold_lifted")}, terms.ToneOK, ""},
		{[]reconcile.Change{withdrawn}, terms.ToneNotice, ""},
		{[]reconcile.Change{line("+", "revocation_lifted")}, terms.ToneOK, ""},
		{[]reconcile.Change{renewed, part, gone}, terms.ToneNotice, "New: Sheet metal. Gone: Export."},
		{[]reconcile.Change{product}, terms.ToneOK, "New: AcmeCAD Pro."},
	} {
		contact := reconcile.Contact{
			ID: strconv.Itoa(i), At: start.Add(time.Duration(i) * time.Minute), Reason: reconcile.ReasonPerson, Root: c.root(), Sent: []reconcile.Piece{{What: "checkin"}},
			Changes: append(x.changes, reconcile.Change{Sign: "=", Code: "notice", Name: terms.Plain("Planned work")}),
		}
		if err := c.KeepContact(context.Background(), contact); err != nil {
			t.Fatal(err)
		}
		c.reopen() // as the records have it
		others := c.Snapshot().Verdict.Others
		at := slices.IndexFunc(others, func(f terms.Finding) bool { return f.State == terms.StateUpdated })
		if at < 0 {
			t.Fatalf("%+v: no news", x.changes)
		}
		got := say.Say(others[at], start, time.UTC).Happened
		if others[at].Tone != x.tone || others[at].Slots["n"] != len(x.changes) || !strings.HasSuffix(got, x.named) ||
			x.named == "" && (strings.Contains(got, "New:") || strings.Contains(got, "Gone:")) {
			t.Errorf("%v %q", others[at].Tone, got)
		}
		for _, l := range x.changes {
			if said := say.ContactChange(l, start, time.UTC); !l.New && l.Code != "removed" && !strings.Contains(got, said) {
				t.Errorf("%q does not say %q", got, said)
			}
		}
	}
}

// News that were recorded as names are told as before.
func TestNewsOfAnOlderRecordAreRead(t *testing.T) {
	var n news
	old := `{"state":"updated","root":"r","at":"2026-11-02T10:00:00Z","gained":[{"en":"Sheet metal"}],"lost":[{"en":"Export"}]}`
	if err := json.Unmarshal([]byte(old), &n); err != nil {
		t.Fatal(err)
	}
	f := n.finding("Acme GmbH")
	say, err := plain.New("en")
	if err != nil {
		t.Fatal(err)
	}
	if got := say.Say(f, start, time.UTC).Happened; f.Tone != terms.ToneNotice || !strings.HasSuffix(got, "New: Sheet metal. Gone: Export.") {
		t.Errorf("%v %q", f.Tone, got)
	}
}
