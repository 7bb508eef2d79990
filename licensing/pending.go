package licensing

import (
	"context"
	"slices"

	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
)

// takePending takes the parts of documents that an earlier program took without them, since it did not know their kinds. Nobody
// is asked: the files were used by a person, and are a vendor's word as much as the rest of them.
func (e *Engine) takePending(ctx context.Context) (wrote bool, err error) {
	var pending []string
	for hash, doc := range e.rec.Documents {
		if doc.Pending && doc.Looked < partsKnown {
			pending = append(pending, hash)
		}
	}
	slices.Sort(pending)
	for _, hash := range pending {
		held, ok := e.rec.Documents[hash]
		if !ok {
			continue // let go of meanwhile
		}
		doc := *held
		resp, profile, ok := e.reread(doc)
		if !ok {
			continue // its file is gone for now
		}
		var c change
		c.Parts, doc.Pending = e.partsOf(resp, doc, profile)
		doc.Looked = partsKnown
		c.Documents = []documentRecord{doc}
		ev := ledger.Event{Kind: "parts_taken", Reason: "known_now", Authority: "holdfast", Vendor: doc.Root, Document: hash}
		if err := e.record(ctx, ev, c); err != nil {
			return wrote, err
		}
		wrote = true
	}
	return wrote, nil
}

// reread reads a document that was taken, with the profile that verified it then or verifies it now.
func (e *Engine) reread(doc documentRecord) (exchange.Response, string, bool) {
	env, err := e.readDocument(doc.Hash)
	if err != nil {
		return exchange.Response{}, "", false
	}
	v := e.rec.Vendors[doc.Root]
	profiles := []string{v.Document}
	for _, l := range e.rec.Licenses {
		if l.Document == doc.Hash {
			profiles = append(profiles, l.Profile)
			break
		}
	}
	for _, p := range e.rec.Parts {
		if p.Document == doc.Hash {
			profiles = append(profiles, p.Profile)
			break
		}
	}
	for _, hash := range profiles {
		if resp, err := exchange.ParseResponse(env, e.profileOf(hash, v)); err == nil {
			return resp, hash, true
		}
	}
	return exchange.Response{}, "", false
}

// partsOf are the parts of a document that count here. pending says that it has others that this program does not know.
func (e *Engine) partsOf(resp exchange.Response, doc documentRecord, profile string) (parts []partRecord, pending bool) {
	p := &planner{e: e, rec: e.rec}
	for _, part := range resp.Parts {
		switch {
		case isPart(part):
			rec, ok := p.takePart(&Item{}, part, resp, e.rec.Vendors[doc.Root], e.rec, change{Parts: parts})
			if ok {
				rec.Document, rec.Taken, rec.Profile = doc.Hash, doc.Taken, profile
				parts = append(parts, rec)
			}
		case part.License == nil && part.LicenseKey == nil && part.Refusal == nil:
			pending = true
		}
	}
	return parts, pending
}
