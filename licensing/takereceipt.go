package licensing

import (
	"context"
	"fmt"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// receiptOf is the receipt that a response carries for a ledger of this home; nil when it carries none.
func (p *planner) receiptOf(resp exchange.Response, root string, draft *records) *exchange.Receipt {
	for _, part := range resp.Parts {
		if r := part.Receipt; r != nil && p.e.ownsLedger(draft, root, r.Ledger) {
			return r
		}
	}
	return nil
}

// ownsLedger says that a usage ledger for this vendor was kept here: it lies in the home, or the records know of it.
func (e *Engine) ownsLedger(rec *records, root, ledger string) bool {
	if l := e.ledgerByID(ledger); l != nil {
		return l.root == root
	}
	for _, f := range rec.UsageFiles {
		if f.Ledger == ledger && f.Root == root {
			return true
		}
	}
	return false
}

// confirms is the usage file that a receipt answers, as a request that waited for an answer; nil when it answers none that waits. A
// receipt is taken without one too: it is cumulative, and only for the ledger that it names.
func (p *planner) confirms(resp exchange.Response, root string, draft *records) *requestRecord {
	if resp.Answers == nil || p.receiptOf(resp, root, draft) == nil {
		return nil
	}
	f, ok := draft.UsageFiles[resp.Answers.Request]
	if !ok || f.Root != root || f.Nonce != resp.Answers.Nonce {
		return nil
	}
	for _, part := range draft.Parts {
		if r := part.Body.Receipt; r != nil && r.Ledger == f.Ledger && (r.Export == f.ID || r.Epoch >= f.ToEpoch) {
			return nil
		}
	}
	return &requestRecord{ID: f.ID, Vendor: root, Nonce: f.Nonce, Created: f.Made, Lower: f.Lower}
}

// wrongReceipt explains a receipt that names a usage file of this home without its nonce.
func wrongReceipt(resp exchange.Response, draft *records) bool {
	f, ok := draft.UsageFiles[resp.Answers.Request]
	return ok && f.Nonce != resp.Answers.Nonce
}

// receiptRefs are how people name receipts, by the keys of their parts: the number and, where several have the same, the beginning of the
// ledger's id; all of it if need be.
func receiptRefs(receipts map[string][]*partRecord) map[string]string {
	names := func(p *partRecord) [3]string {
		r := p.Body.Receipt
		ref := fmt.Sprintf("R-%d", r.Number)
		return [3]string{ref, ref + "-" + r.Ledger[:min(len(r.Ledger), 4)], ref + "-" + r.Ledger}
	}
	count := map[string]int{}
	for _, all := range receipts {
		for _, p := range all {
			for _, name := range names(p) {
				count[name]++
			}
		}
	}
	refs := map[string]string{}
	for _, all := range receipts {
		for _, p := range all {
			for _, name := range names(p) {
				if refs[p.key()] = name; count[name] == 1 {
					break
				}
			}
		}
	}
	return refs
}

// receiptFinding says what a receipt means: confirmed, or something else was counted.
func receiptFinding(u usageRecords, p *partRecord, vendor string) terms.Finding {
	r := u.receiptFacts(p)
	if !u.matches(p.Body.Receipt) {
		return terms.NewProblem(terms.StateUsageMismatch, terms.Slots{"a": int(r.Sent), "b": int(r.Counted), "days": 30, "vendor": vendor}, nil).Finding
	}
	return terms.NewProblem(terms.StateUsageConfirmed, terms.Slots{
		"from": r.From, "to": r.To, "n": int(r.Counted), "ref": r.Ref, "vendor": vendor,
	}, nil).Finding
}

// tookReceipts does what follows from receipts: the ledger is compared with what the vendor saw of it, its anchor is written, files
// that were answered go, and so do entries that were kept long enough.
func (e *Engine) tookReceipts(ctx context.Context, c change) {
	took := false
	for i := range c.Parts {
		r := c.Parts[i].Body.Receipt
		if r == nil {
			continue
		}
		took = true
		if l := e.ledgerByID(r.Ledger); l != nil {
			e.compareReceipt(ctx, l, r)
			e.takeMissing(l)
			e.writeUsageAnchor(ctx, l)
		}
	}
	if took {
		e.dropExports()
		e.prune(ctx)
	}
}
