package licensing

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// usageViews are the usage of all vendors that meter something here, by the vendor's name. The lock is held.
func (e *Engine) usageViews(f *terms.Facts, v *terms.Verdict, r clock.Reading) []UsageView {
	l := e.listsOf(e.rec)
	var all []UsageView
	for _, vendor := range l.meters.vendors {
		own := e.ledgersOf(vendor.root)
		if !vendor.meters && len(own) == 0 {
			continue
		}
		level := l.levels[vendor.root]
		view := UsageView{
			Root: vendor.root, Vendor: vendor.name, Level: level.level, LevelBy: level.by, LevelSet: level.rule.Locked, LevelOrg: level.rule.Org, Keep: vendor.keep,
			Gaps: e.rec.Usage[vendor.root].Gaps, Problem: e.usageState,
		}
		for i := range f.Metered {
			if m := &f.Metered[i]; m.Root == vendor.root {
				view.Oldest, view.Waiting = m.Oldest, m.Waiting
			}
		}
		var days, totals []usage.Sum
		for _, ledger := range own { // the present one comes last
			u := e.useOf(ledger, r)
			var head [32]byte
			view.Ledger = ledger.id
			view.Seq, head, _ = ledger.book.Tail()
			view.Head = headText(head)
			view.Entries += view.Seq
			view.Pruned += ledger.book.Pruned()
			view.Unread += ledger.book.Unread()
			view.Unsent += u.unsent
			days, totals = append(days, u.sums.days...), append(totals, u.sums.total...)
			if len(ledger.found.Damaged) > 0 && view.Problem == "" {
				view.Problem = terms.StateRecordsRepaired
			}
		}
		view.Due = e.usageDue(v, vendor.root)
		view.Meters = meterViews(l.meters, v, vendor, days, totals)
		all = append(all, view)
	}
	slices.SortStableFunc(all, func(a, b UsageView) int { return cmp.Or(cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Root, b.Root)) })
	return all
}

// usageDue is when the first file of a vendor is due.
func (e *Engine) usageDue(v *terms.Verdict, root string) (due time.Time) {
	for i := range v.Products {
		if p := &v.Products[i]; p.Vendor == root {
			due = earlier(due, p.UsageDue)
		}
	}
	return due
}

// meterViews are the meters of licenses in force, and those that counted here before, by product and id.
func meterViews(t *meterTable, v *terms.Verdict, vendor *meteredVendor, days, totals []usage.Sum) []MeterView {
	all := map[string]MeterView{}
	for i := range v.Products {
		p := &v.Products[i]
		if p.Vendor != vendor.root {
			continue
		}
		for _, m := range p.Meters {
			all[usage.MeterKey(p.ID, m.ID)] = MeterView{Product: p.ID, ProductName: p.Name, MeterVerdict: m}
		}
	}
	for _, s := range totals {
		key := usage.MeterKey(s.Product, s.Meter)
		if _, known := all[key]; !known {
			all[key] = t.former(vendor, s)
		}
	}
	for _, d := range days {
		key := usage.MeterKey(d.Product, d.Meter)
		m := all[key]
		m.Days = append(m.Days, d)
		all[key] = m
	}
	return sortedValues(all)
}

// former is a meter that counted here, although no license in force has it now.
func (t *meterTable) former(vendor *meteredVendor, s usage.Sum) MeterView {
	m := MeterView{
		Product: s.Product, ProductName: terms.Plain(s.Product),
		MeterVerdict: terms.MeterVerdict{ID: s.Meter, Name: terms.Plain(s.Meter), Kind: s.Kind, Used: s.Units},
	}
	for _, p := range t.products[strings.ToLower(s.Product)] {
		if p.vendor != vendor {
			continue
		}
		m.ProductName = p.name
		if had, ok := p.meters[s.Meter]; ok {
			m.Unit = had.Unit
			if len(had.Name) > 0 {
				m.Name = had.Name
			}
		}
	}
	return m
}

// Receipts are those of all vendors that are kept, newest first: of each ledger the newest 32, and the last of each of the newest 60 months.
func (e *Engine) Receipts() []ReceiptView {
	e.mu.Lock()
	defer e.mu.Unlock()
	u := e.listsOf(e.rec).usage
	var all []ReceiptView
	for _, receipts := range u.receipts {
		for _, p := range receipts {
			r := p.Body.Receipt
			v := ReceiptView{
				Root: p.Root, Vendor: e.rec.Vendors[p.Root].Profile.Name, Ref: u.refs[p.key()], UsageReceipt: u.receiptFacts(p),
				Receipt: *r, Document: p.Document, Matches: u.matches(r), Totals: u.compared(r),
			}
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b ReceiptView) int {
		return cmp.Or(b.Issued.Compare(a.Issued), cmp.Compare(b.Number, a.Number), cmp.Compare(a.Document, b.Document))
	})
	return all
}

// ReceiptSigned says whether the signed file of a receipt (its Document) is here and bears the vendor's signature. It reads the file again.
func (e *Engine) ReceiptSigned(document string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	doc, ok := e.rec.Documents[document]
	if ok {
		_, _, ok = e.reread(*doc)
	}
	return ok
}

// compared are the totals of a receipt beside those that were reported here up to the same place. Without a file that ends there
// only what the receipt says is known, and so it is where the vendor may rightly know of more.
func (u usageRecords) compared(r *exchange.Receipt) []ReceiptTotal {
	here := map[string]usageTotal{}
	f := u.upTo(r)
	if f != nil {
		for _, t := range f.Totals {
			here[usage.TotalKey(t.Product, t.Meter, t.Kind)] = t
		}
	}
	keys := maps.Clone(r.Totals)
	if keys == nil {
		keys = map[string]int64{}
	}
	for key := range here {
		keys[key] += 0
	}
	var all []ReceiptTotal
	for _, key := range sortedKeys(keys) {
		product, meter, _, _ := usage.CutTotal(key)
		t := ReceiptTotal{Product: product, Meter: meter, Here: here[key].Units, There: r.Totals[key]}
		if f == nil || f.lacks() && t.There > t.Here {
			t.Here = t.There
		}
		all = append(all, t)
	}
	return all
}
