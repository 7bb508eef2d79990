package licensing

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// Inspect says what each file is and what importing it would do. It changes nothing and needs no key store.
func (e *Engine) Inspect(_ context.Context, src []Source) Report {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.plan(ImportOptions{})
	p.look = true
	for _, d := range p.documents(src) {
		p.take(d)
	}
	return p.report()
}

// Import uses the files: profiles first, then by age, so that their order makes no difference. Each document is
// taken whole or not at all. The error says that nothing could be kept for a reason of this computer; what happened to
// each file stands in the report. The same file again is harmless.
func (e *Engine) Import(ctx context.Context, src []Source, o ImportOptions) (Report, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.plan(o)
	docs := p.documents(src)
	if o.TrustVendor && len(docs) > 1 && p.introduced(docs) > 1 {
		p.o.TrustVendor = false // one set of words was compared, not several
	}
	defer func() {
		if p.kept > 0 {
			e.writeCheckpoint()
			e.writeAnchor(ctx)
			e.anchorLedgers(ctx)
			e.changed()
		}
	}()
	for _, d := range docs {
		s := p.take(d)
		if s == nil {
			continue
		}
		if e.journal == nil {
			if err := e.begin(ctx); err != nil {
				return p.report(), err
			}
			// The home has a device key only now: judge again with it.
			p.rec, p.r = e.rec, e.clockRead()
			if s = p.take(d); s == nil {
				continue
			}
		}
		if err := e.keep(ctx, p, d, s); err != nil {
			return p.report(), err
		}
	}
	if p.kept > 0 {
		e.prepareRequests(ctx, p)
		e.refresh(ctx)
	}
	e.recordRefused(ctx, p)
	return p.report(), nil
}

// introduced counts the vendors that the documents would make known here.
func (p *planner) introduced(docs []*document) int {
	roots := map[string]bool{}
	probe := &planner{e: p.e, rec: p.rec, r: p.r, look: true}
	for _, d := range docs {
		copied := *d
		probe.take(&copied)
		if copied.item.NeedsTrust {
			roots[strings.Join(copied.item.RootWords, " ")] = true
		}
	}
	return len(roots)
}

// step is one document's change with the reason for the record.
type step struct {
	change change
	event  ledger.Event
	aside  bool         // only the profile beside a document that is not taken
	also   []sideRecord // what its answers settled
	// answered are the ids of the requests that it answers.
	answered []string
}

func (e *Engine) keep(ctx context.Context, p *planner, d *document, s *step) error {
	if err := e.record(ctx, s.event, s.change); err != nil {
		d.item.Taken, d.item.Usable = false, true
		return err
	}
	d.item.Taken = !s.aside
	p.kept++
	p.rec = e.rec
	for _, id := range s.answered {
		delete(e.calls, id) // an answer is taken once
	}
	if len(s.change.Vendors) > 0 {
		e.sealAnew()
	}
	e.tookReceipts(ctx, s.change)
	for _, side := range s.also {
		if e.record(ctx, side.event, change{Clock: side.note}) != nil {
			break // what it tells of is kept; the next thing to record says what is wrong
		}
	}
	return nil
}

// recordRefused leaves a trace of vendor documents that were not taken. Files that are none, are known or only wait for a
// person's word are no record.
func (e *Engine) recordRefused(ctx context.Context, p *planner) {
	if e.o.ReadOnly || e.journal == nil {
		return
	}
	written := false
	for _, d := range p.docs {
		it := d.item
		if it.Taken || it.ForOther || it.NeedsYes || it.NeedsTrust || len(it.Documents) == 0 || it.Finding.State == terms.StateFileKnown {
			continue
		}
		ev := ledger.Event{
			Kind: "file_refused", Reason: string(it.Finding.State), Authority: "holdfast", Vendor: it.Root,
			Document: it.Documents[len(it.Documents)-1],
		}
		if e.record(ctx, ev, change{}) != nil {
			return
		}
		written = true
	}
	if written {
		e.writeCheckpoint()
	}
}

// planner works out what files do, on drafts of the records.
type planner struct {
	e    *Engine
	o    ImportOptions
	rec  *records
	r    clock.Reading
	docs []*document
	look bool // only looking: show what a new vendor's file would be, never take it
	kept int
}

// document is one bundle found in a source.
type document struct {
	item   Item
	found  exchange.Found
	source Source
	order  int
	rank   int
	issued int64
	failed bool
}

func (e *Engine) plan(o ImportOptions) *planner {
	return &planner{e: e, o: o, rec: e.rec, r: e.clockRead()}
}

// documents reads every source and puts what it finds into the order of use: profiles and welcome files first, then by
// the time of issue.
func (p *planner) documents(src []Source) []*document {
	for _, s := range src {
		if s.Err != nil {
			p.add(&document{item: p.refused(s, "", s.Err), source: s, failed: true})
			continue
		}
		found, err := exchange.Read(s.Name, s.Data)
		if len(found) > 1 && s.Of == "" {
			s.Of = s.Name // a mail or archive with several files is like a folder
		}
		for _, f := range found {
			if f.Problem != nil {
				p.add(&document{item: p.refused(s, f.Name, f.Problem), source: s, failed: true})
				continue
			}
			p.add(p.document(s, f))
		}
		if err != nil && len(found) == 0 {
			p.add(&document{item: p.refused(s, "", err), source: s, failed: true})
		}
	}
	inUse := slices.Clone(p.docs)
	slices.SortStableFunc(inUse, func(a, b *document) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.issued, b.issued))
	})
	return inUse
}

func (p *planner) add(d *document) {
	d.order = len(p.docs)
	p.docs = append(p.docs, d)
}

func (p *planner) document(s Source, f exchange.Found) *document {
	d := &document{found: f, source: s, rank: 1}
	d.item = Item{Source: s.Name, Name: f.Name, Words: f.Words, Repaired: f.Repaired}
	onlyProfile := true
	for _, env := range f.Bundle.Envelopes {
		d.item.Documents = append(d.item.Documents, documentHash(env))
		h, kind := exchange.PeekHeader(env)
		if kind != exchange.KindProfile {
			onlyProfile = false
			d.issued = h.Issued.Unix()
		}
	}
	if onlyProfile {
		d.rank = 0
	}
	if welcomes(f.Bundle) {
		d.rank = 0
	}
	return d
}

// report sums up in the order in which the files were given.
func (p *planner) report() Report {
	var rep Report
	taken, refused := 0, 0
	var worst terms.Finding
	for _, d := range p.docs {
		it := d.item
		if d.source.Of != "" && it.ForOther {
			rep.ForOthers++
			rep.Items = append(rep.Items, it)
			continue
		}
		rep.Items = append(rep.Items, it)
		switch {
		case it.Taken, it.Usable && p.look && !it.NeedsTrust, it.Finding.State == terms.StateFileKnown:
			taken++
			rep.ForHere++
			if worst.State == "" {
				worst = it.Finding
			}
		default:
			if refused++; refused == 1 {
				worst = it.Finding
			}
		}
	}
	rep.Finding = worst
	rep.Partly = taken > 0 && refused > 0
	rep.Nothing = len(p.docs) == 0
	if rep.ForOthers > 0 && taken+refused == 0 {
		_, code := p.e.deviceID()
		slots := terms.Slots{"n": rep.ForOthers, "c2": code}
		if !slices.ContainsFunc(rep.Items, func(it Item) bool { return it.Kind != exchange.KindReceipt }) {
			slots["kind"] = string(exchange.KindReceipt)
		}
		rep.Finding = terms.NewProblem(terms.StateFileNoneForHere, slots, nil).Finding
	}
	return rep
}
