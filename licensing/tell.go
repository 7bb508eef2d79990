package licensing

import (
	"context"
	"maps"
	"slices"

	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// Whom a person can tell.
const (
	TellBuyer  = "buyer"
	TellIT     = "it"
	TellVendor = "vendor"
)

// Telling says whom a person told about a state. Vendor (its root) and Product (its id) name the product verdict that it is
// about; both empty mean the main finding of the computer.
type Telling struct {
	Who             string
	Vendor, Product string
}

// Tell records that a person told somebody of the present state of a product or of the computer. From then on the findings
// of that state say so, and a reminder that asked for nothing else is quiet, until the state changes, its date passes or a
// newer license comes. What works never changes. The error is a *Mistake for a wrong name, a *terms.Problem when nothing can be kept.
func (e *Engine) Tell(ctx context.Context, t Telling) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Contains([]string{TellBuyer, TellIT, TellVendor}, t.Who) {
		return &Mistake{Code: "tell_whom", Args: map[string]any{"who": t.Who}}
	}
	r := e.clockRead()
	v := e.evaluate(terms.Query{}, e.rec, r)
	about, f := e.subject(v, t)
	if f.State == "" {
		return &Mistake{Code: "product_unknown", Args: map[string]any{"product": t.Product}}
	}
	if err := e.begin(ctx); err != nil {
		return err
	}
	about.Who, about.State, about.License, about.Until = t.Who, f.State, f.License, f.Coming()
	home := e.proven(e.rec.Home)
	home.Told = maps.Clone(home.Told)
	if home.Told == nil {
		home.Told = map[string]terms.Told{}
	}
	home.Told[about.Key()] = about
	ev := ledger.Event{Kind: "told", Reason: t.Who, Authority: "person", License: about.License, Vendor: about.Vendor}
	return e.commit(ctx, ev, change{Home: home})
}

// subject finds what a telling is about; the finding has no state when there is no such product.
func (e *Engine) subject(v terms.Verdict, t Telling) (terms.Told, terms.Finding) {
	if t.Vendor != "" || t.Product != "" {
		p, _ := product(v, t.Vendor, t.Product)
		return terms.Told{Vendor: t.Vendor, Product: t.Product, At: p.At}, p.Finding
	}
	about := terms.Told{Product: v.Main.Product, At: v.At}
	if v.Main.Product == "" {
		return about, v.Main
	}
	for _, l := range sortedValues(e.rec.Licenses) { // the verdict names a license, not its vendor
		if l.Serial != v.Main.License || l.License.Policy.Product.ID != v.Main.Product {
			continue
		}
		about.Vendor = l.Root
		if p, ok := product(v, l.Root, about.Product); ok && p.State == v.Main.State {
			break
		}
	}
	return about, v.Main
}

// forgetTold lets go of what was told about products that new licenses came for, and about the computer.
func forgetTold(told map[string]terms.Told, licenses []licenseRecord) map[string]terms.Told {
	kept := maps.Clone(told)
	maps.DeleteFunc(kept, func(_ string, t terms.Told) bool {
		return t.Product == "" || slices.ContainsFunc(licenses, func(l licenseRecord) bool {
			return l.Root == t.Vendor && l.License.Policy.Product.ID == t.Product
		})
	})
	return kept
}
