package service

import (
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// TestEverythingThatAVendorDecidesArrivesByItself takes one computer through all that a contact can bring. After each a second contact
// brings nothing, so that all of it was taken once.
func TestEverythingThatAVendorDecidesArrivesByItself(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	text := func(s string) terms.Text { return terms.Text{"en": s} }
	product := func() terms.ProductVerdict { return w.engine.Snapshot().Verdict.Products[0] }
	vendor := func() licensing.VendorView { return w.engine.Snapshot().Vendors[0] }
	policy := terms.Policy{
		Schema: terms.PolicySchema, Version: 2, Product: terms.Product{ID: "acmecad"},
		Features: map[string]terms.Feature{"edit": {}, "render": {}},
		Offline:  terms.Offline{Window: terms.Days(60), MoreTime: terms.Days(60)}, Meters: map[string]terms.Meter{"renders": {Included: 500}},
		Changes: []terms.Change{{Version: 2, Date: "2026-01-01", Text: text("More of everything.")}},
	}
	w.contact(10 * time.Second)
	var was struct {
		until time.Time
		keys  []string
		root  string
	}
	for _, c := range []struct {
		name    string
		decide  func() error
		arrived func() bool
	}{
		{name: "other rules: a feature, a quota, a longer window", decide: func() error {
			was.until = product().OfflineUntil
			_, err := w.issuer.Change(ctx, w.serial, issuer.NewTerms{Policy: &policy})
			return err
		}, arrived: func() bool { return len(product().Works) == 2 && product().OfflineUntil.After(was.until) }},
		{name: "more time, as asked for", decide: func() error {
			was.until = product().OfflineUntil
			_, err := w.engine.MakeRequest(ctx, licensing.RequestOptions{Vendor: "acme", Kind: exchange.RequestMoreTime, Until: was.until.AddDate(0, 0, 20)})
			return err
		}, arrived: func() bool { return !product().OfflineUntil.Before(was.until.AddDate(0, 0, 19)) }},
		{name: "an extension of the license", decide: func() error {
			_, err := w.issuer.Extend(ctx, issuer.NewExtension{To: issuer.To{Serial: w.serial}, What: terms.ExtendLicense, By: terms.Days(3), Agent: "agent-1", Second: "agent-2", Reason: text("Asked on the phone.")})
			was.until = product().LicenseEnds
			return err
		}, arrived: func() bool { return product().LicenseEnds.After(was.until) }},
		{name: "a hold", decide: func() error {
			_, err := w.issuer.Hold(ctx, issuer.NewHold{Serial: w.serial, Reason: text("Is this computer yours?")})
			return err
		}, arrived: func() bool { return product().State == terms.StateOnHold }},
		{name: "the end of the hold", decide: func() error {
			_, err := w.issuer.Hold(ctx, issuer.NewHold{Serial: w.serial, Lift: true})
			return err
		}, arrived: func() bool { return product().State == terms.StateActiveOffline }},
		{name: "a new working key", decide: func() error {
			was.keys = vendor().KeyIDs
			_, err := w.issuer.RotateKeys(issuer.Rotation{})
			return err
		}, arrived: func() bool { return len(vendor().KeyIDs) > len(was.keys) }},
		{name: "a new root key", decide: func() error {
			was.root = vendor().Root
			_, err := w.issuer.RotateKeys(issuer.Rotation{Root: true})
			return err
		}, arrived: func() bool { return vendor().Version == 3 }},
		{name: "a renewal signed by the new keys", decide: func() error {
			was.until = product().LicenseEnds
			_, err := w.issuer.Renew(ctx, w.serial, "")
			return err
		}, arrived: func() bool { return product().LicenseEnds.After(was.until) }},
		{name: "a withdrawal", decide: func() error {
			_, err := w.issuer.Revoke(ctx, issuer.NewRevocation{Serial: w.serial, Reason: text("Refunded."), By: "agent-1"})
			return err
		}, arrived: func() bool { return product().State == terms.StateRevoked }},
		{name: "the license given back", decide: func() error {
			_, err := w.issuer.Revoke(ctx, issuer.NewRevocation{Serial: w.serial, Reason: text("A mistake."), By: "agent-1", Lift: true})
			return err
		}, arrived: func() bool { return product().State == terms.StateActiveOffline }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			w.check(c.decide())
			got := w.contact(10 * time.Second)
			if got.Cause != "" || !c.arrived() {
				t.Fatalf("cause %q, %s\n%+v", got.Cause, w.verdict(), got)
			}
			if len(got.Changes) == 0 {
				t.Error("the log does not say what changed")
			}
			if again := w.contact(10 * time.Second); again.Cause != "" || len(again.Changes) > 0 || len(again.Drift) > 0 {
				t.Errorf("the next contact: %+v", again)
			}
		})
	}
}
