package terms

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Evaluate answers q at a wall time from the facts. It is pure: the same facts, query and time give the same verdict,
// in whatever order the facts come; nothing in f is changed, though slots may share its texts.
//
// Each vendor has its own decision time D = max(f.Lower[root], wall), since one vendor's clock proves nothing to
// another; all dates of its licenses compare with D alone. A wall clock that is not believed is replaced by f.Clock.Line. For each feature the best license decides: full use over
// view mode over pause, in its term over in grace, then the longest. After its end a license goes on for each
// feature's own grace, else grace.renewal; trials have none. A license bound to another device id gives nothing. While
// the device key cannot be proven, the device id and the hardware hints count for devices.unproven from
// Device.ProvenAt on.
//
// Main is the worst effect today, then the nearest date (words.md 5.7). For a query with a feature it is why that
// feature may or may not be used, as Allowed tells.
func Evaluate(f Facts, q Query, wall time.Time) Verdict { return newEvaluation(&f, wall).evaluate(q) }

// Outline is Evaluate without the reasons of products and features; everything else is the same. It is for who looks at
// many moments, such as the simulator.
func Outline(f Facts, q Query, wall time.Time) Verdict {
	e := newEvaluation(&f, wall)
	e.bare = true
	return e.evaluate(q)
}

func (e *evaluation) evaluate(q Query) Verdict {
	groups := e.groups(q)
	for _, held := range groups {
		p := e.judge(held)
		e.products, e.asked = append(e.products, &p.outcome), append(e.asked, p)
	}
	return e.verdict(q, groups)
}

// evaluation is one call of Evaluate.
type evaluation struct {
	facts    *Facts
	wall     time.Time
	vendors  map[string]*Vendor
	products []*outcome
	asked    []*product // the same with what they came from, when a query may ask about them
	newest   map[vendorKey]newest
	bare     bool // without reasons
}

func newEvaluation(f *Facts, wall time.Time) *evaluation {
	e := &evaluation{facts: f, wall: wall.Round(0).UTC(), vendors: make(map[string]*Vendor, len(f.Vendors))}
	for i := range f.Vendors {
		e.vendors[f.Vendors[i].Root] = &f.Vendors[i]
	}
	return e
}

// judge makes the verdict over all licenses of one product, newest first.
func (e *evaluation) judge(held []*Held) *product {
	root := held[0].Vendor
	return judgeProduct(e.facts, e.vendor(root), readFeatures(held), held, e.decision(root), e.bare)
}

func (e *evaluation) decision(root string) time.Time {
	return later(e.facts.Lower[root].Round(0).UTC(), e.believed())
}

func (e *evaluation) vendor(root string) *Vendor {
	if v, ok := e.vendors[root]; ok {
		return v
	}
	return &Vendor{Root: root}
}

// groups are the licenses of each product asked for, newest first, in the order of product and vendor.
func (e *evaluation) groups(q Query) [][]*Held {
	type key struct{ vendor, product string }
	byKey := map[key][]*Held{}
	named := false
	for i := range e.facts.Licenses {
		h := &e.facts.Licenses[i]
		if !e.asksVendor(q, h.Vendor) {
			continue
		}
		k := key{h.Vendor, h.Policy.Product.ID}
		byKey[k] = append(byKey[k], h)
		named = named || equalFold(h.Policy.Product.ID, q.Product)
	}
	var groups [][]*Held
	for _, held := range byKey {
		slices.SortFunc(held, newer)
		p := held[0].Policy.Product
		if q.Product == "" || equalFold(p.ID, q.Product) || (!named && calls(p.Name, q.Product)) {
			groups = append(groups, held)
		}
	}
	slices.SortFunc(groups, func(a, b []*Held) int {
		return cmp.Or(cmp.Compare(a[0].Policy.Product.ID, b[0].Policy.Product.ID), cmp.Compare(a[0].Vendor, b[0].Vendor))
	})
	return groups
}

func (e *evaluation) asksVendor(q Query, root string) bool {
	return q.Vendor == "" || q.Vendor == root || equalFold(e.vendor(root).ID, q.Vendor)
}

func calls(name Text, s string) bool {
	for _, t := range name {
		if equalFold(t, s) {
			return true
		}
	}
	return false
}

func equalFold(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// verdict puts everything in order.
func (e *evaluation) verdict(q Query, groups [][]*Held) Verdict {
	products, metered := e.dressed()
	works, usable := e.works(products)
	all := e.aboutProducts(usable)
	for i := range metered {
		all = append(all, &metered[i])
	}
	for _, r := range e.around(q, works, usable, len(all) == 0) {
		all = append(all, &r)
	}
	sortFindings(all)
	v := Verdict{Works: works, Granted: usable, Answer: e.answer(all), Limited: !usable || e.limited() || e.tooLateFor(metered)}
	v.Products = products
	asked := false
	if q.Product != "" && len(e.products) > 0 {
		all, asked = e.ask(q, groups, &v, all)
	}
	v.Effect = all[0].State
	if !asked {
		quieten(all)
	}
	v.At, v.Main = all[0].at, all[0].Finding
	for _, r := range all[1:] {
		if r.rank != rankWorking {
			v.Others = append(v.Others, r.Finding)
		}
	}
	return v
}

// aboutProducts are the findings about products. Of those that just work only the first in order is among them: it may be
// Main, and the others are no line. Where nothing is usable, licenses that give nothing here come before news and announcements: they say why.
func (e *evaluation) aboutProducts(usable bool) []*ranked {
	var all []*ranked
	var working *ranked
	for _, p := range e.products {
		switch r := &p.main; {
		case r.rank == rankInformation && !usable:
			idle := *r // outcomes may be remembered
			idle.rank = rankIdle
			all = append(all, &idle)
		case r.rank != rankWorking:
			all = append(all, r)
		case working == nil || before(r, working) < 0:
			working = r
		}
		for i := range p.lines {
			all = append(all, &p.lines[i])
		}
	}
	if working != nil {
		all = append(all, working)
	}
	return all
}

// around are the findings about everything but licenses: requests, key store, records and news. alone says that there are none
// about licenses.
func (e *evaluation) around(q Query, works Kept, usable, alone bool) []ranked {
	all := e.requestFindings(q, works)
	for i := range all {
		if usable {
			all[i].rank = rankInformation
		}
	}
	if alone && len(all) == 0 {
		all = append(all, e.nothing(q))
	}
	all = append(all, e.computer(works)...)
	all = append(all, e.announced(q)...)
	if r, ok := e.clock(e.limited()); ok {
		r.Slots["works_now"] = works
		if !slices.ContainsFunc(e.products, func(p *outcome) bool { return p.State != StateOtherComputer }) {
			r.rank = rankInformation // no license here has a date
		}
		all = append(all, r)
	}
	for _, n := range slices.SortedFunc(slices.Values(e.facts.News), func(a, b Finding) int { return cmp.Compare(fmt.Sprint(a.Slots), fmt.Sprint(b.Slots)) }) {
		n.Tone = cmp.Or(n.Tone, n.State.Tone())
		all = append(all, ranked{Finding: n, rank: rankInformation, at: e.wall})
	}
	for i := range all {
		all[i] = e.facts.told(all[i], &Vendor{})
	}
	return all
}

// answer is the finding for a query without feature: the first that is not only about the key store or the records
// of this computer.
func (e *evaluation) answer(all []*ranked) Finding {
	for _, r := range all {
		if r.Product != "" || r.rank == rankBlocked || r.rank == rankWaiting || r.State == StateNotSetUp {
			return r.Finding
		}
	}
	return all[0].Finding
}

// works says for the whole computer what works, by product, and whether some product may be used.
func (e *evaluation) works(products []ProductVerdict) (k Kept, usable bool) {
	for i, p := range e.products {
		v := &products[i]
		usable = usable || p.works() && !allStopped(&p.ProductVerdict, v)
		switch {
		case p.works() && len(v.View)+len(v.Paused) == 0:
			k.Full = append(k.Full, p.Name)
		case len(v.Works)+len(v.View) > 0:
			k.View = append(k.View, p.Name)
		default:
			k.Paused = append(k.Paused, p.Name)
		}
	}
	return k, usable
}

// allStopped says that meters or a late file took the last feature at full use: then the product may not be used either.
func allStopped(p, dressed *ProductVerdict) bool { return len(p.Works) > 0 && len(dressed.Works) == 0 }

// works says whether the product as a whole may be used. One that is withdrawn or on hold may, until something of it stops.
func (p *outcome) works() bool { return p.working }

// nothing is the finding when no license and no request says anything.
func (e *evaluation) nothing(q Query) ranked {
	f := finding(StateNotSetUp, Slots{}, ActUseFile)
	f.Product = q.Product
	f.Reasons = []Reason{{Rule: RuleNoLicense, Evidence: pairs("licenses", len(e.facts.Licenses), "product", q.Product)}}
	return ranked{Finding: f, rank: rankWaiting, at: e.wall}
}

// computer is about key store and records.
func (e *evaluation) computer(works Kept) []ranked {
	var all []ranked
	name := e.onlyVendor()
	said := slices.ContainsFunc(e.products, func(p *outcome) bool { return p.unproved })
	if e.facts.KeyStore.State != "" && !said {
		until := e.unprovenEnds()
		all = append(all, ranked{Finding: keyFinding(e.facts, name, works, until), rank: rankFix, date: until, at: e.wall})
	}
	if c := e.facts.Device.Changed; c != nil && e.facts.Device.Proven && !said {
		if until := e.unprovenEnds(); !until.IsZero() {
			all = append(all, ranked{Finding: changedFinding(c, works, until, e.wall), rank: rankFix, date: until, at: e.wall})
		}
	}
	if e.facts.Records.State != "" {
		all = append(all, recordsFinding(e.facts, name, works, e.wall))
	}
	return all
}

// unprovenEnds is the first date at which a license stops deciding for want of proof.
func (e *evaluation) unprovenEnds() time.Time {
	var first time.Time
	for _, p := range e.products {
		first = sooner(first, p.unproven)
	}
	return first
}

// onlyVendor is the vendor's name when there is one, so that a person can be sent to it.
func (e *evaluation) onlyVendor() string {
	name := ""
	for i := range e.facts.Licenses {
		v := e.vendor(e.facts.Licenses[i].Vendor)
		if name != "" && name != v.Name {
			return ""
		}
		name = v.Name
	}
	if name == "" && len(e.facts.Vendors) == 1 {
		name = e.facts.Vendors[0].Name
	}
	return name
}
