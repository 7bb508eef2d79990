package licensing

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/exchange"
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

// Who stops a contact, or quits during one, learns nothing of the way: what the contact before it found still holds, also after a restart.
func TestAStoppedContactLeavesWhatTheOneBeforeFound(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	v.edit = func(p *exchange.Profile) { p.URLs = []string{"https://license.acme.example/api"} }
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	n := 0
	contact := func(cause reconcile.Cause) {
		n++
		c.kept(reconcile.Contact{
			ID: strconv.Itoa(n), At: start.Add(time.Duration(n) * time.Minute), Reason: reconcile.ReasonPerson, Root: c.root(), Cause: cause,
			Sent: []reconcile.Piece{{What: "checkin", Bytes: 9}},
		})
	}
	wants := func(when string, state terms.State, last string, failures int) {
		t.Helper()
		if got := c.Snapshot().Contacts[0]; got.Finding.State != state || got.Last == nil || got.Last.ID != last || got.Failures != failures {
			t.Errorf("%s: %q, last %+v, %d failures", when, got.Finding.State, got.Last, got.Failures)
		}
		if got := c.ContactVendors()[0]; got.Cause == reconcile.CauseStopped {
			t.Errorf("%s: what comes next is planned after %+v", when, got)
		}
	}
	contact("")
	contact(reconcile.CauseStopped)
	wants("stopped after a good one", "", "1", 0)
	contact(reconcile.CauseTimeout)
	for range 2 {
		contact(reconcile.CauseStopped)
		wants("stopped after no answer", terms.StateNoContact, "3", 1)
		c.reopen()
		wants("after a restart", terms.StateNoContact, "3", 1)
	}
	contact(reconcile.CauseCaptive)
	wants("the next try", terms.StateContactBlocked, "6", 1)
	contact("")
	wants("an answer", "", "7", 0)
	if log := must(c.ContactLog(context.Background(), "", 0)); len(log) != n || log[n-2].Cause != reconcile.CauseStopped {
		t.Errorf("log %+v", log)
	}
}
