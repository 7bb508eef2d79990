package licensing

import (
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Codes of changes that notices, extensions, holds and revocations make. Name is that of the product, for notices their text.
const (
	changeNotice    = "notice"           // planned work, an outage, a move of the vendor's service; Until: when it is over
	changeWithdrawn = "notice_withdrawn" // a notice is taken back
	changePolicy    = "policy_change"    // Until: from when the new rules count
	changeExtension = "extension_"       // and what it adds time to: offline, grace or license; Until: it lasts until then at least
	changeHold      = "hold"             // Until: when an answer is due; zero: nothing stops
	changeLifted    = "hold_lifted"
	changeRevoked   = "revocation" // Until: last moment of full use
	changeRestored  = "revocation_lifted"
)

// concerned are the products that a change brings licenses or parts for, of the vendor root.
func concerned(rec *records, c change) (root string, ids map[string]bool) {
	ids = map[string]bool{}
	for _, l := range c.Licenses {
		root, ids[l.License.Policy.Product.ID] = l.Root, true
	}
	for i := range c.Parts {
		for _, id := range rec.productsOf(&c.Parts[i]) {
			root, ids[id] = c.Parts[i].Root, true
		}
	}
	return root, ids
}

// productsOf are the ids of the products here that a part is about, sorted.
func (r *records) productsOf(p *partRecord) []string {
	var ids []string
	for _, l := range r.Licenses {
		if l.Root == p.Root && p.concerns(&l.License) {
			ids = append(ids, l.License.Policy.Product.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// describePart says what a part changes for each product that it is about, and what it means now.
func (p *planner) describePart(it *Item, part *partRecord, draft *records, before, after terms.Verdict) {
	ids := draft.productsOf(part)
	code, until := changeOf(part)
	if n := part.Body.Notice; n != nil {
		it.Changes = append(it.Changes, Change{Sign: '=', Code: code, Name: n.Text, Until: until})
	} else {
		was, is := byProduct(before), byProduct(after)
		for _, id := range ids {
			now := is[productKey(part.Root, id)]
			if now == nil {
				continue
			}
			c := Change{Sign: sign(part, was[productKey(part.Root, id)], now), Code: code, Product: id, Name: now.Name, Until: until}
			if old, ok := draft.Parts[part.key()]; ok {
				_, c.Was = changeOf(old)
			}
			it.Changes = append(it.Changes, c)
		}
	}
	switch f, own := findingOf(part, ids, after); {
	case own && !decides(it.Finding.State) && (decides(f.State) || part.Kind == exchange.KindExtension):
		it.Finding = f // what was decided, or granted, is the news; not what else came with it
	case it.Finding.State == "":
		it.Finding = meaning(part, ids, after)
	}
}

// decides says that a state is a vendor's decision about a license.
func decides(s terms.State) bool { return s == terms.StateOnHold || s == terms.StateRevoked }

// changeOf is the code of what a part changes, with its date.
func changeOf(part *partRecord) (code string, until time.Time) {
	switch b := part.Body; {
	case b.Notice != nil && b.Notice.Withdrawn:
		return changeWithdrawn, time.Time{}
	case b.Notice != nil && b.Notice.Type == terms.NoticePolicy:
		return changePolicy, b.Notice.From
	case b.Notice != nil:
		return changeNotice, b.Notice.Until
	case b.Hold != nil && b.Hold.Lifted:
		return changeLifted, time.Time{}
	case b.Hold != nil:
		return changeHold, b.Hold.AnswerBy
	case b.Revocation != nil && b.Revocation.Lifted:
		return changeRestored, time.Time{}
	case b.Revocation != nil:
		last := lastFullUse(*b.Revocation)
		if !last.After(part.Issued) {
			last = time.Time{} // at once
		}
		return changeRevoked, last
	case b.Extension != nil:
		return changeExtension + b.Extension.What, extendedUntil(*b.Extension, part.Issued)
	}
	return "", time.Time{}
}

// lastFullUse is the last moment of full use of a withdrawn license.
func lastFullUse(r terms.Revocation) time.Time {
	if r.Until.IsZero() {
		return r.From
	}
	return r.Until
}

// extendedUntil is when an extension that was issued then is over.
func extendedUntil(x terms.Extension, issued time.Time) time.Time {
	if !x.Until.IsZero() {
		return x.Until
	}
	return x.By.After(issued, time.UTC)
}

// sign says whether a part gives or takes: it takes when some feature would work shorter, or less, than before.
func sign(part *partRecord, was, now *terms.ProductVerdict) byte {
	switch {
	case was != nil && loses(was, now):
		return '-'
	case part.Body.Extension != nil, part.Body.Hold != nil && part.Body.Hold.Lifted, part.Body.Revocation != nil && part.Body.Revocation.Lifted:
		return '+'
	}
	return '='
}

// loses says that some feature works less, or ends sooner, than before.
func loses(was, now *terms.ProductVerdict) bool {
	for id, f := range was.Features {
		g, ok := now.Features[id]
		switch {
		case !ok, modes[g.Mode] < modes[f.Mode]:
			return true
		case f.Mode == terms.Keep && g.Mode == terms.Keep && sooner(g.Until, f.Until):
			return true
		}
	}
	return false
}

var modes = map[terms.After]int{terms.Keep: 2, terms.View: 1, terms.Pause: 0}

// meaning is the finding that a part leads to: its own, when it makes one now, else the state of the product that it is
// about, or of the computer.
func meaning(part *partRecord, ids []string, v terms.Verdict) terms.Finding {
	if f, ok := findingOf(part, ids, v); ok {
		return f
	}
	for _, id := range ids {
		if p, ok := product(v, part.Root, id); ok {
			return p.Finding
		}
	}
	return v.Main
}

// findingOf is the finding that a part makes, if it makes one: it names the part's document or reference.
func findingOf(part *partRecord, ids []string, v terms.Verdict) (terms.Finding, bool) {
	state, ref := stateOf(part.Body)
	if state == "" {
		return terms.Finding{}, false
	}
	its := func(f terms.Finding) bool {
		if f.State != state || f.Product != "" && !slices.Contains(ids, f.Product) {
			return false
		}
		return ref != "" && f.Slots["ref"] == ref ||
			slices.ContainsFunc(f.Reasons, func(r terms.Reason) bool { return strings.Contains(r.Evidence, part.Document) })
	}
	if its(v.Main) {
		return v.Main, true
	}
	for _, f := range v.Others {
		if its(f) {
			return f, true
		}
	}
	for i := range v.Products {
		if p := &v.Products[i]; p.Vendor == part.Root && its(p.Finding) {
			return p.Finding, true
		}
	}
	return terms.Finding{}, false
}

// stateOf is the state that a part may lead to, and its reference.
func stateOf(b exchange.Part) (s terms.State, ref string) {
	switch {
	case b.Notice != nil && b.Notice.Withdrawn, b.Hold != nil && b.Hold.Lifted, b.Revocation != nil && b.Revocation.Lifted:
		return "", ""
	case b.Notice != nil && b.Notice.Type == terms.NoticeMaintenance:
		return terms.StateMaintenance, b.Notice.Ref
	case b.Notice != nil && b.Notice.Type == terms.NoticePolicy:
		return terms.StatePolicyChange, b.Notice.Ref
	case b.Notice != nil:
		return terms.StateGraceVendor, b.Notice.Ref
	case b.Hold != nil:
		return terms.StateOnHold, b.Hold.Ref
	case b.Revocation != nil:
		return terms.StateRevoked, b.Revocation.Ref
	case b.Extension != nil:
		return terms.StateGraceExtended, b.Extension.Ref
	}
	return "", ""
}
