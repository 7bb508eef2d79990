package licensing

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// meterTable is what the licenses held here say about meters. It is made once for each state of the records, and nobody
// changes it but for what it has read, so that recording goes by it without the engine's lock.
type meterTable struct {
	vendors  []*meteredVendor             // by root
	products map[string][]*meteredProduct // by id in lower case, by root
	signed   sync.Map                     // hash: exchange.Envelope, of documents that a proof has read
}

type meteredVendor struct {
	root, id, name string
	profile        *exchange.Profile
	document       string
	level          string       // the most that its licenses let leave; "" when none says
	keep           terms.Length // how long entries stay after their receipt
	customer       string
	meters         bool
}

type meteredProduct struct {
	vendor *meteredVendor
	id     string
	name   terms.Text
	meters map[string]meter // by id
	// documents and profiles are the hashes of what the vendor signed about it.
	documents, profiles []string
}

type meter struct {
	terms.Meter
	license *terms.License // that says so: the newest one
}

func (r *records) meterTable() *meterTable {
	t := &meterTable{products: map[string][]*meteredProduct{}}
	vendors := map[string]*meteredVendor{}
	for _, v := range sortedValues(r.Vendors) {
		m := &meteredVendor{root: v.Root, id: v.Profile.Vendor, name: cmp.Or(v.Profile.Name, v.Profile.Vendor), profile: &v.Profile, document: v.Document}
		vendors[v.Root] = m
		t.vendors = append(t.vendors, m)
	}
	for _, l := range sortedValues(r.Licenses) {
		if v := vendors[l.Root]; v != nil {
			p := t.product(v, &l.License)
			p.add(&l.License)
			p.documents, p.profiles = append(p.documents, l.Document), append(p.profiles, v.document, l.Profile)
		}
	}
	return t
}

// product is the line of a license's product.
func (t *meterTable) product(v *meteredVendor, l *terms.License) *meteredProduct {
	key := strings.ToLower(l.Policy.Product.ID)
	for _, p := range t.products[key] {
		if p.vendor == v {
			return p
		}
	}
	p := &meteredProduct{vendor: v, id: l.Policy.Product.ID, name: l.Policy.Product.Name, meters: map[string]meter{}}
	if len(p.name) == 0 {
		p.name = terms.Plain(p.id)
	}
	t.products[key] = append(t.products[key], p)
	return p
}

// add takes in what one license says.
func (p *meteredProduct) add(l *terms.License) {
	for id, m := range l.Policy.Meters {
		if had, ok := p.meters[id]; !ok || l.Issued.After(had.license.Issued) {
			m.Kind = cmp.Or(m.Kind, usage.Counter)
			p.meters[id] = meter{m, l}
		}
	}
	if len(l.Policy.Meters) == 0 {
		return
	}
	v := p.vendor
	v.meters, v.customer = true, cmp.Or(v.customer, l.Customer)
	if level := cmp.Or(l.Policy.Usage.Level, usage.LevelContract); levels[level] > levels[v.level] {
		v.level = level
	}
	if k := l.Policy.Usage.Keep; longer(k, v.keep) {
		v.keep = k
	}
}

// levels in order. One that is not known here counts as the lowest: nothing leaves by an unknown word.
var levels = map[string]int{"": 0, usage.LevelContract: 1, usage.LevelComputer: 2, usage.LevelFull: 3}

// longer says that a keeps longer than b.
func longer(a, b terms.Length) bool {
	long := func(l terms.Length) int64 { return int64(l.Days)*86_400 + int64(l.Span.Seconds()) }
	return long(a) > long(b)
}

// vendor finds a vendor by id, "id@root" or root.
func (t *meterTable) vendor(name string) ([]*meteredVendor, error) {
	id, root, _ := strings.Cut(name, "@")
	var hits []*meteredVendor
	for _, v := range t.vendors {
		if name == v.root || strings.EqualFold(id, v.id) && strings.HasPrefix(v.root, root) {
			hits = append(hits, v)
		}
	}
	if len(hits) == 0 {
		return nil, &Mistake{Code: "vendor_unknown", Args: map[string]any{"vendor": name}}
	}
	return hits, nil
}

// find resolves what an event names: a product that one vendor alone has here, or that of the named vendor, and its meter.
func (t *meterTable) find(ev UsageEvent) (*meteredProduct, meter, error) {
	hits := t.products[strings.ToLower(ev.Product)]
	if ev.Vendor != "" {
		vendors, err := t.vendor(ev.Vendor)
		if err != nil {
			return nil, meter{}, err
		}
		hits = slices.DeleteFunc(slices.Clone(hits), func(p *meteredProduct) bool { return !slices.Contains(vendors, p.vendor) })
	}
	switch {
	case len(hits) == 0:
		return nil, meter{}, &Mistake{Code: "product_unknown", Args: map[string]any{"product": ev.Product}}
	case len(hits) > 1:
		var names []string
		for _, p := range hits {
			names = append(names, p.vendor.id+"@"+p.vendor.root[:8])
		}
		return nil, meter{}, &Mistake{Code: "usage_vendor_needed", Args: map[string]any{"product": ev.Product, "list": strings.Join(names, ", ")}}
	}
	p := hits[0]
	m, ok := p.meters[ev.Meter]
	if !ok {
		return nil, meter{}, &Mistake{Code: "meter_unknown", Args: map[string]any{
			"product": p.id, "meter": ev.Meter, "n": len(p.meters), "list": strings.Join(sortedKeys(p.meters), ", "),
		}}
	}
	return p, m, nil
}

// sealingKey is the vendor's newest key that usage is sealed for now.
func (v *meteredVendor) sealingKey() (exchange.SealingKey, error) {
	var best exchange.SealingKey
	for _, k := range v.profile.Sealing {
		if k.Suite == exchange.SealingSuite && (best.ID == "" || k.From.After(best.From)) {
			best = k
		}
	}
	if best.ID == "" {
		return best, &Mistake{Code: "usage_no_key", Args: map[string]any{"vendor": v.name}}
	}
	return best, nil
}
