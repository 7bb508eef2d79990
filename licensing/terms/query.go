package terms

import (
	"slices"
	"time"
)

// ask answers a query that names a product: it sets Granted, Answer and the products of v, and returns the findings. When a
// feature or version is asked for, the one that answers comes first.
func (e *evaluation) ask(q Query, groups [][]*Held, v *Verdict, all []*ranked) (_ []*ranked, first bool) {
	var said *ranked
	var by *product
	for i, p := range e.asked {
		granted, r, pv, asked := p.ask(q, groups[i])
		if stop, stops := e.dress(&asked.outcome, &pv); stops && granted && asked.withheldNow(q.Feature, &pv) {
			granted, r = false, stop
		}
		v.Products[i] = pv
		if better := granted && !v.Granted; said == nil || better || (granted == v.Granted && r.rank < said.rank) {
			v.Granted, v.Answer = granted, r.Finding
			said, by = &r, p
		}
	}
	if q.Feature == "" && q.Version == "" {
		return all, false
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(r *ranked) bool {
		return r.Product == by.ID && r.State == said.State || r.State == by.main.State && r.License == by.main.License && v.Granted
	})
	return append([]*ranked{said}, rest...), true
}

// ask answers for one product, with the verdict as far as the version asked for is covered, and the product that it is of: p, or one of
// the licenses that cover the version.
func (p *product) ask(q Query, held []*Held) (bool, ranked, ProductVerdict, *product) {
	if q.Version == "" {
		granted, r := p.may(q.Feature)
		return granted, r, p.ProductVerdict, p
	}
	var covering []*Held
	unread := false
	for _, h := range held {
		ok, err := Covers(h.Policy.Product.Versions, q.Version)
		unread = unread || err != nil
		if ok {
			covering = append(covering, h)
		}
	}
	pv := p
	if len(covering) > 0 && len(covering) < len(held) {
		pv = judgeProduct(p.facts, p.vendor, p.names, covering, p.At, p.bare)
	}
	if len(covering) > 0 {
		if granted, r := pv.may(q.Feature); granted {
			r.Reasons = append(r.Reasons, pv.whyVersion(q.Version, unread))
			return true, r, pv.ProductVerdict, pv
		}
	}
	granted, r := p.may(q.Feature)
	// What the product keeps after an end it keeps for versions that were covered: no end makes another one covered.
	never := len(covering) == 0 && p.best.phase != elsewhere && r.State != StateNotIncluded
	if !granted && !never {
		return false, r, p.ProductVerdict, p
	}
	r = p.notCovered(q.Version)
	pvv := p.ProductVerdict
	pvv.Finding = r.Finding
	pvv.Works, pvv.View, pvv.Paused = nil, nil, slices.Clone(p.ids)
	pvv.Features = make(map[string]FeatureVerdict, len(p.Features))
	for id, f := range p.Features {
		f.Mode, f.Until, f.Reasons = Pause, time.Time{}, r.Reasons
		pvv.Features[id] = f
	}
	return false, r, pvv, p
}

// may says whether a feature, "" for the product as a whole, may be used.
func (p *product) may(feature string) (bool, ranked) {
	if feature == "" {
		return p.works(), p.main
	}
	at, ok := p.names.find(feature)
	var v FeatureVerdict
	id := feature
	if ok {
		id = p.names.ids[at]
		v, ok = p.Features[id]
	}
	switch {
	case !ok && p.best.phase == elsewhere:
		return false, p.main
	case !ok:
		return false, p.notIncluded(feature)
	}
	r := p.main
	if v.Mode != Keep {
		r = p.withheld(id)
	}
	r.Reasons = slices.Clone(v.Reasons)
	if id != feature && !equalFold(id, feature) {
		r.Reasons = append(r.Reasons, p.reason(RuleFormerName, p.chosen[at].judged, time.Time{}, "asked_for", feature, "now", id))
	}
	return v.Mode == Keep, r
}

// withheld is why a feature is not at full use: the state of the license that decides it. A feature whose own grace
// is over while others go on has ended like its license, or waits for a contact like those that are paused.
func (p *product) withheld(id string) ranked {
	o := p.chosen[p.place(id)]
	if o.phase != inGrace {
		return p.about(o.judged, p.decidedBy(o.judged))
	}
	s := Slots{"product": p.Name}
	r := ranked{rank: rankLimited, at: p.At}
	if past(p.At, o.right.term) {
		r.date = o.judged.term
		s["date"], s["kept_and_viewed"], s["buyer"] = o.judged.term, p.kept(p.decidedBy(o.judged), p.At), o.Policy.Renewal.Contact
		r.Finding = finding(StateExpired, s, ActTellBuyer)
	} else {
		p.aboutParts(o.judged, p.decidedBy(o.judged), &r, s)
	}
	r.Product, r.License = p.ID, o.Serial
	return r
}

func (p *product) notIncluded(feature string) ranked {
	f := finding(StateNotIncluded, Slots{
		"product": p.Name, "feature": Plain(feature), "serial": p.serials(), "features": p.featureNames(p.Works), "buyer": p.best.Policy.Renewal.Contact,
	}, "")
	f.Product, f.License = p.ID, p.best.Serial
	f.Reasons = []Reason{p.reason(RuleNotIncluded, p.best, time.Time{}, "asked_for", feature, "licenses", p.serials(), "document", p.best.Document)}
	return ranked{Finding: f, rank: rankBlocked, at: p.At}
}

func (p *product) notCovered(version string) ranked {
	f := finding(StateVersionNotCovered, Slots{
		"product": p.Name, "v": version, "versions": ReadVersions(p.best.Policy.Product.Versions), "buyer": p.best.Policy.Renewal.Contact,
	}, "")
	f.Product, f.License = p.ID, p.best.Serial
	f.Reasons = []Reason{p.reason(whyNotCovered(p.best.Policy.Product.Versions, version), p.best, time.Time{}, "version", version, "versions", p.best.Policy.Product.Versions, "document", p.best.Document)}
	return ranked{Finding: f, rank: rankBlocked, at: p.At}
}

// whyNotCovered tells an older version from a newer one, as far as a constraint has two plain ends.
func whyNotCovered(constraint, version string) string {
	bounds := ReadVersions(constraint)
	v, err := readVersion(version)
	outside := func(bound string, side int) bool {
		b, berr := readVersion(bound)
		return bound != "" && err == nil && berr == nil && v.Compare(b)*side >= 0
	}
	switch {
	case outside(bounds.Below, 1), outside(bounds.UpTo, 1):
		return RuleVersionNotCovered
	case outside(bounds.From, -1):
		return RuleVersionOlder
	}
	return RuleVersionOutside
}

func (p *product) whyVersion(version string, unread bool) Reason {
	rule := RuleVersionCovered
	if unread {
		rule = RuleVersionUnread
	}
	return p.reason(rule, p.best, time.Time{}, "version", version, "versions", p.best.Policy.Product.Versions)
}
