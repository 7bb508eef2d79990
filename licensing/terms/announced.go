package terms

import "time"

// announced are lines about what vendors announced or granted: planned work and changes of the rules until they come,
// and for a while more time that does not count yet.
func (e *evaluation) announced(q Query) []ranked {
	var all []ranked
	for i := range e.facts.Notices {
		n := &e.facts.Notices[i]
		product, ok := e.reaches(q, n.Vendor, n.concerns)
		if !ok || n.Body.Withdrawn {
			continue
		}
		if n.Body.Product == "" {
			product = ""
		}
		if r, ok := e.notice(n); ok {
			r.Product = product
			all = append(all, r)
		}
	}
	for i := range e.facts.Extensions {
		x := &e.facts.Extensions[i]
		about := func(h *Held) bool {
			return x.Body.Serial == h.Serial || x.Body.Serial == "" && x.Audience.Includes(&h.License)
		}
		if product, ok := e.reaches(q, x.Vendor, about); ok && !e.extended(x) && !e.surpassed(x) {
			if r, ok := e.extension(x, product, about); ok {
				r.Product, r.License = product, x.Body.Serial
				all = append(all, r)
			}
		}
	}
	return all
}

// reaches says whether something of a vendor is about a license asked for, and gives the product of the first.
func (e *evaluation) reaches(q Query, root string, about func(*Held) bool) (product string, ok bool) {
	for i := range e.facts.Licenses {
		h := &e.facts.Licenses[i]
		id := h.Policy.Product.ID
		if h.Vendor == root && (q.Product == "" || equalFold(id, q.Product)) && about(h) && (!ok || id < product) {
			product, ok = id, true
		}
	}
	return product, ok && e.asksVendor(q, root)
}

func (e *evaluation) notice(n *Signed[Notice]) (ranked, bool) {
	b, at := &n.Body, e.decision(n.Vendor)
	v := e.vendor(n.Vendor)
	r := ranked{rank: rankInformation, date: b.From, at: at}
	switch {
	case b.Type == NoticeMaintenance && !past(at, later(b.From, b.Until)):
		hours := 0 // not said
		if b.Until.After(b.From) {
			hours = int((b.Until.Sub(b.From) + time.Hour - 1) / time.Hour)
		}
		r.Finding = finding(StateMaintenance, Slots{"date": b.From, "hours": hours, "impact_or_all": b.Impact, "ref": b.Ref, "vendor": v.Name}, ActCheckin)
	case b.Type == NoticePolicy && at.Before(b.From):
		r.Finding = finding(StatePolicyChange, Slots{"date": b.From, "old": b.Old, "new": b.New, "reason": b.Text, "vendor": v.Name}, ActSeeChanges)
	default:
		return r, false
	}
	r.Reasons = []Reason{{
		Rule: RuleNotice, Evidence: pairs("notice", b.Ref, "from", b.From, "until", b.Until, "document", n.Document), Authority: signer(v, n.Vendor, n.KeyID), At: b.From,
	}}
	return r, true
}

// extensionTold is how long more time is a line of its own before it counts.
const extensionTold = 14 * 24 * time.Hour

func (e *evaluation) extension(x *Signed[Extension], product string, about func(*Held) bool) (ranked, bool) {
	at, v := e.decision(x.Vendor), e.vendor(x.Vendor)
	var until time.Time
	for i := range e.facts.Licenses { // a length in days ends with the day in the license's zone
		if h := &e.facts.Licenses[i]; h.Vendor == x.Vendor && equalFold(h.Policy.Product.ID, product) && about(h) {
			until = later(until, extendedTo(x, h.Policy.zone()))
		}
	}
	if past(at, until) || at.After(x.Taken.Add(extensionTold)) {
		return ranked{}, false
	}
	s := Slots{"all_or_all_except": e.keptOf(x.Vendor, product), "vendor": v.Name}
	extendedSlots(x, until, s)
	r := ranked{Finding: finding(StateGraceExtended, s, ""), rank: rankInformation, date: until, at: at}
	r.Reasons = []Reason{whyExtension(x, v, until)}
	return r, true
}

// surpassed says that a later end of the same kind was granted for the same licenses.
func (e *evaluation) surpassed(x *Signed[Extension]) bool {
	for i := range e.facts.Extensions {
		o := &e.facts.Extensions[i]
		if o == x || o.Vendor != x.Vendor || o.Body.What != x.Body.What || o.Body.Serial != x.Body.Serial || x.Body.Serial == "" && !sameAudience(o.Audience, x.Audience) {
			continue
		}
		if c := extendedTo(o, time.UTC).Compare(extendedTo(x, time.UTC)); c > 0 || c == 0 && o.Document < x.Document {
			return true
		}
	}
	return false
}

func sameAudience(a, b *Audience) bool { return a == b || a != nil && b != nil && *a == *b }

// keptOf says what of a product works now.
func (e *evaluation) keptOf(root, product string) Kept {
	for _, p := range e.products {
		if p.Vendor == root && p.ID == product {
			return p.keptNow
		}
	}
	return Kept{}
}

// extended says that a product tells of the extension already.
func (e *evaluation) extended(x *Signed[Extension]) bool {
	for _, p := range e.products {
		if p.State == StateGraceExtended && p.Vendor == x.Vendor && p.Slots["agent"] == x.Body.Agent && p.Slots["what"] == x.Body.What {
			return true
		}
	}
	return false
}

func whyExtension(x *Signed[Extension], v *Vendor, until time.Time) Reason {
	return Reason{
		Rule: RuleExtension, License: x.Body.Serial, Authority: signer(v, x.Vendor, x.KeyID), At: until,
		Evidence: pairs("what", x.Body.What, "by", x.Body.By, "until", until, "agent", x.Body.Agent, "document", x.Document),
	}
}
