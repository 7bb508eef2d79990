package licensing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// describe fills in what the document changes and what the state is afterwards.
func (p *planner) describe(it *Item, draft, changed *records, c change) {
	before, after := p.verdicts(draft, changed, c)
	seen := map[string]bool{}
	for _, l := range c.Licenses {
		id := l.License.Policy.Product.ID
		if seen[id] {
			continue
		}
		seen[id] = true
		now, ok := product(after, l.Root, id)
		if !ok {
			continue
		}
		was, had := product(before, l.Root, id)
		had = had && was.State != terms.StateOtherComputer
		it.Changes = append(it.Changes, productChanges(was, had, now)...)
		if it.Finding.State == "" || it.Finding.State == terms.StateVendorKeyChanged {
			it.Finding = now.Finding
		}
	}
	for i := range c.Parts {
		if part := &c.Parts[i]; part.Body.Receipt != nil && !decides(it.Finding.State) {
			it.Finding = receiptFinding(changed.usageRecords(), part, it.Vendor) // it changes no rights
		} else {
			p.describePart(it, part, draft, before, after)
		}
	}
	for _, q := range c.Requests {
		if q.Refusal == nil {
			continue
		}
		it.Changes = append(it.Changes, Change{Sign: '=', Code: changeRefused})
		for _, f := range append([]terms.Finding{after.Main}, after.Others...) {
			if f.State == terms.StateRequestRefused || f.State == terms.StateDeviceLimit {
				it.Finding = f
				break
			}
		}
	}
	if it.Finding.State == "" {
		it.Finding = after.Main
	}
}

// verdicts are those before and after a change, about the products that it brings something for. Only a refusal, or a change
// that concerns no license, is about the whole computer.
func (p *planner) verdicts(draft, changed *records, c change) (before, after terms.Verdict) {
	root, ids := concerned(changed, c)
	refused := slices.ContainsFunc(c.Requests, func(q requestRecord) bool { return q.Refusal != nil })
	if refused || len(ids) == 0 {
		return p.e.evaluate(terms.Query{}, draft, p.r), p.e.evaluate(terms.Query{}, changed, p.r)
	}
	return p.e.evaluateProducts(draft, p.r, root, ids), p.e.evaluateProducts(changed, p.r, root, ids)
}

func productKey(root, id string) string { return root + "/" + id }

// byProduct are the verdicts of products by productKey.
func byProduct(v terms.Verdict) map[string]*terms.ProductVerdict {
	all := make(map[string]*terms.ProductVerdict, len(v.Products))
	for i := range v.Products {
		all[productKey(v.Products[i].Vendor, v.Products[i].ID)] = &v.Products[i]
	}
	return all
}

func product(v terms.Verdict, root, id string) (terms.ProductVerdict, bool) {
	for _, p := range v.Products {
		if p.Vendor == root && p.ID == id {
			return p, true
		}
	}
	return terms.ProductVerdict{}, false
}

// changeRemoved is the code of a part that is no longer included.
const changeRemoved = "removed"

// Codes of changes that may leave everything as it was.
const (
	changeProduct = "product"
	changeRefused = "refused"
)

// leavesAll says that there is nothing to tell: a product is as it was, or a request was refused.
func (c Change) leavesAll() bool {
	return c.Sign == '=' && (c.Code == changeProduct || c.Code == changeRefused)
}

// productChanges compares what one product allows before and after.
func productChanges(was terms.ProductVerdict, had bool, now terms.ProductVerdict) []Change {
	line := Change{Sign: '+', Code: changeProduct, Product: now.ID, Name: now.Name, Until: now.LicenseEnds, New: !had}
	if had {
		line.Was = was.LicenseEnds
		switch {
		case sooner(now.LicenseEnds, was.LicenseEnds):
			line.Sign = '-'
		case now.LicenseEnds.Equal(was.LicenseEnds):
			line.Sign = '='
		}
	}
	out := []Change{line}
	if by := confirmBy(was); had && !by.IsZero() && confirmBy(now).IsZero() {
		until := earlier(now.OfflineUntil, now.LicenseEnds)
		out = append(out, Change{Sign: '=', Code: "confirmed", Product: now.ID, Name: now.Name, Until: until, Was: by})
	}
	for _, id := range slices.Sorted(maps.Keys(now.Features)) {
		if _, ok := was.Features[id]; had && !ok {
			out = append(out, Change{Sign: '+', Code: "feature", Product: now.ID, Name: featureName(now, id), New: true})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(was.Features)) {
		if _, ok := now.Features[id]; !ok {
			out = append(out, Change{Sign: '-', Code: changeRemoved, Product: now.ID, Name: featureName(was, id)})
		}
	}
	return out
}

// confirmBy is until when a computer that the vendor does not know yet may use a product; zero: it is known, or that time is over.
func confirmBy(p terms.ProductVerdict) time.Time {
	for _, e := range p.Next {
		if e.Name == terms.EventFirstUseEnds {
			return e.At
		}
	}
	return time.Time{}
}

func featureName(p terms.ProductVerdict, id string) terms.Text {
	if n := p.Features[id].Name; len(n) > 0 {
		return n
	}
	return terms.Plain(id)
}

// sooner says that a license that ends at a ends before one that ends at b; zero never ends.
func sooner(a, b time.Time) bool {
	return !a.IsZero() && (b.IsZero() || a.Before(b))
}

// line is c as the log of contacts keeps it.
func (c Change) line() reconcile.Change {
	return reconcile.Change{Sign: string(c.Sign), Code: c.Code, Product: c.Product, Name: c.Name, Until: c.Until, Was: c.Was, New: c.New}
}

// updated is the news that something was given or taken away.
func updated(root string, at time.Time, changes []reconcile.Change) news {
	same := func(c reconcile.Change) bool { return c.Sign == "=" }
	return news{State: terms.StateUpdated, Root: root, At: at, Changes: slices.DeleteFunc(slices.Clone(changes), same)}
}

// changedSlots name what there was not before and what is no longer there; of all else, like a date that moved, they say what changed.
func changedSlots(changes []reconcile.Change) terms.Slots {
	var gained, lost []terms.Text
	var changed []reconcile.Change
	for _, c := range changes {
		name := c.Name
		if len(name) == 0 {
			name = terms.Plain(cmp.Or(c.Product, c.Code))
		}
		switch {
		case c.Code == changeRemoved:
			lost = append(lost, name)
		case c.New:
			gained = append(gained, name)
		default:
			changed = append(changed, c)
		}
	}
	return terms.Slots{"n": len(changes), "gained": gained, "lost": lost, "changed": changed}
}
