package licensing

import (
	"maps"
	"slices"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// partsKnown is how many generations of parts this program can take: 1 are notices, extensions, holds and revocations, 2 also
// receipts.
const partsKnown = 2

// takePart judges a notice, extension, hold, revocation or receipt. Of the same subject the highest version wins; an extension and a
// receipt are taken once. One about a license that is not held here, or about the usage of another computer, is for somebody else.
func (p *planner) takePart(it *Item, part exchange.Part, resp exchange.Response, vendor vendorRecord, draft *records, c change) (partRecord, bool) {
	rec := partRecord{
		Root: vendor.Root, Kind: part.Kind, Subject: subjectOf(part), Version: part.Version, KeyID: resp.KeyID, Issued: resp.Issued,
		Audience: resp.Audience, Body: part,
	}
	if serial := serialOf(part); serial != "" && !heldIn(draft, c, vendor.Root, serial) {
		if it.Finding.State == "" {
			it.ForOther = true
			p.problem(it, terms.StateFileOtherOrg, terms.Slots{"org": serial})
		}
		return rec, false
	}
	if r := part.Receipt; r != nil && !p.e.ownsLedger(draft, vendor.Root, r.Ledger) {
		if it.Finding.State == "" {
			it.ForOther = true
			_, code := p.e.deviceID()
			p.problem(it, terms.StateOtherComputer, terms.Slots{"c2": code, "kind": string(exchange.KindReceipt)})
		}
		return rec, false
	}
	it.ForOther = false
	old, have := draft.Parts[rec.key()]
	for i := range c.Parts {
		if c.Parts[i].key() == rec.key() {
			old, have = &c.Parts[i], true
		}
	}
	switch {
	case have && old.Version > part.Version:
		p.problem(it, terms.StateFileOlder, terms.Slots{"d1": resp.Issued, "d2": old.Issued})
	case have && old.Version == part.Version:
		p.problem(it, terms.StateFileKnown, terms.Slots{"date": old.Taken})
	case part.Receipt != nil && p.e.usageOf(draft).overtaken(part.Receipt.Ledger, part.Receipt.Number):
		_, newest := p.e.usageOf(draft).newest(part.Receipt.Ledger)
		p.problem(it, terms.StateFileOlder, terms.Slots{"d1": resp.Issued, "d2": newest.Issued, "kind": string(exchange.KindReceipt)})
	default:
		return rec, true
	}
	return rec, false
}

// heldIn says that a license is held, or comes with the change.
func heldIn(draft *records, c change, root, serial string) bool {
	_, held := draft.Licenses[root+"/"+serial]
	return held || slices.ContainsFunc(c.Licenses, func(l licenseRecord) bool { return l.Root == root && l.Serial == serial })
}

// isPart says that this program knows what to do with a part that is no license, key or refusal.
func isPart(part exchange.Part) bool { return subjectOf(part) != "" }

// meets raises what the offline window counts from: a file that answers this computer, or brings licenses or a word about them to
// it, is a contact. What is addressed to everybody proves the time alone, and so does a notice, which could be carried here
// without what was said beside it, and a refusal that brings nothing: a computer whose place was given away would go on
// for ever by being refused.
func meets(h *homeRecord, resp exchange.Response, root string, answers bool, c change) {
	switch a := resp.Audience; {
	case answers:
	case a != nil && a.Scope == "all":
		return
	case len(c.Licenses) == 0 && !slices.ContainsFunc(c.Parts, func(p partRecord) bool { return p.Kind != exchange.KindNotice }):
		return
	}
	if !resp.Issued.After(h.Contacts[root]) {
		return
	}
	h.Contacts = maps.Clone(h.Contacts)
	if h.Contacts == nil {
		h.Contacts = map[string]time.Time{}
	}
	h.Contacts[root] = resp.Issued.UTC()
}
