package licensing

import (
	"cmp"
	"slices"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Notices are what vendors announced, granted or decided besides licenses, newest first: those in force, those to come and those
// that are over. Like Snapshot it never waits for a key store.
func (e *Engine) Notices() []NoticeView {
	s := e.Snapshot()
	f, now := &s.Facts, e.clockRead().Wall
	names := map[string]string{}
	for _, v := range f.Vendors {
		names[v.Root] = v.Name
	}
	var all []NoticeView
	add := func(p partRecord, view NoticeView) {
		at := decisionFor(f, p.Root, now)
		view.Kind, view.Root, view.Vendor, view.Document, view.Issued, view.Taken = p.Kind, p.Root, names[p.Root], p.Document, p.Issued, p.Taken
		view.Products, view.Over = productsIn(f, &p), over(f, &p, at)
		if finding, ok := findingOf(&p, view.Products, s.Verdict); ok && !view.Over {
			view.Finding = finding
		}
		all = append(all, view)
	}
	for i := range f.Notices {
		b := f.Notices[i].Body
		add(unsigned(exchange.Part{Kind: exchange.KindNotice, Notice: &b}, f.Notices[i]), NoticeView{Ref: cmp.Or(b.Ref, b.ID), Notice: &b})
	}
	for i := range f.Extensions {
		b := f.Extensions[i].Body
		add(unsigned(exchange.Part{Kind: exchange.KindExtension, Extension: &b}, f.Extensions[i]), NoticeView{Ref: b.Ref, Extension: &b})
	}
	for i := range f.Holds {
		b := f.Holds[i].Body
		add(unsigned(exchange.Part{Kind: exchange.KindHold, Hold: &b}, f.Holds[i]), NoticeView{Ref: b.Ref, Hold: &b})
	}
	for i := range f.Revocations {
		b := f.Revocations[i].Body
		add(unsigned(exchange.Part{Kind: exchange.KindRevocation, Revocation: &b}, f.Revocations[i]), NoticeView{Ref: b.Ref, Revocation: &b})
	}
	slices.SortStableFunc(all, func(a, b NoticeView) int {
		return cmp.Or(b.Issued.Compare(a.Issued), b.Taken.Compare(a.Taken), cmp.Compare(a.Document, b.Document), cmp.Compare(a.Ref, b.Ref))
	})
	return all
}

// unsigned is the record that a fact was made of.
func unsigned[T any](part exchange.Part, s terms.Signed[T]) partRecord {
	return partRecord{
		Root: s.Vendor, Kind: part.Kind, Document: s.Document, KeyID: s.KeyID, Issued: s.Issued, Taken: s.Taken, Audience: s.Audience, Body: part,
	}
}

// productsIn are the ids of the products in the facts that a part is about, sorted.
func productsIn(f *terms.Facts, p *partRecord) []string {
	var ids []string
	for i := range f.Licenses {
		if l := &f.Licenses[i]; l.Vendor == p.Root && p.concerns(&l.License) {
			ids = append(ids, l.Policy.Product.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// decisionFor is the decision time of a vendor.
func decisionFor(f *terms.Facts, root string, wall time.Time) time.Time {
	if !f.Clock.Line.IsZero() {
		wall = f.Clock.Line
	}
	if l := f.Lower[root]; l.After(wall) {
		return l
	}
	return wall
}

// over says that the time of a part has passed, or that it was taken back.
func over(f *terms.Facts, p *partRecord, at time.Time) bool {
	passed := func(t time.Time) bool { return !t.IsZero() && at.After(t) }
	switch b := p.Body; {
	case b.Notice != nil && b.Notice.Withdrawn, b.Hold != nil && b.Hold.Lifted, b.Revocation != nil && b.Revocation.Lifted:
		return true
	case b.Notice != nil && b.Notice.Type == terms.NoticePolicy:
		return passed(b.Notice.From)
	case b.Notice != nil && b.Notice.Type == terms.NoticeMaintenance && b.Notice.Until.IsZero():
		return passed(b.Notice.From)
	case b.Notice != nil:
		return passed(b.Notice.Until)
	case b.Extension != nil:
		return passed(extendedUntil(*b.Extension, p.Issued))
	}
	return false
}
