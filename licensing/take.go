package licensing

import (
	"errors"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// refused makes the item for something that cannot be used; err is usually a *terms.Problem.
func (p *planner) refused(s Source, name string, err error) Item {
	it := Item{Source: s.Name, Name: name}
	var pr *terms.Problem
	if !errors.As(err, &pr) {
		pr = terms.NewProblem(terms.StateFileUnreadable, terms.Slots{"cause": "other"}, err)
	}
	p.refuse(&it, pr)
	return it
}

// refuse puts the problem on the item, with what only the engine knows.
func (p *planner) refuse(it *Item, pr *terms.Problem) {
	f := pr.Finding
	slots := terms.Slots{}
	for k, v := range f.Slots {
		slots[k] = v
	}
	_, code := p.e.deviceID()
	set := func(k string, v any) {
		if _, ok := slots[k]; !ok {
			slots[k] = v
		}
	}
	switch f.State {
	case terms.StateFileTooNew:
		slots["v2"] = p.e.o.Program
		set("vendor", it.Vendor)
	case terms.StateOtherComputer, terms.StateFileNoneForHere:
		set("c2", code)
	}
	f.Slots = slots
	it.Finding, it.Usable = f, false
}

func (p *planner) problem(it *Item, s terms.State, slots terms.Slots) *step {
	p.refuse(it, terms.NewProblem(s, slots, nil))
	return nil
}

// take works out what the document does and returns the step to record, or nil when there is none. The item says why.
func (p *planner) take(d *document) *step {
	if d.failed {
		return nil
	}
	it := &d.item
	*it = Item{Source: it.Source, Name: it.Name, Words: it.Words, Repaired: it.Repaired, Documents: it.Documents}
	s := &step{}
	draft := p.rec.clone()
	var responses []exchange.Envelope
	for _, env := range d.found.Bundle.Envelopes {
		_, kind := exchange.PeekHeader(env)
		switch kind {
		case exchange.KindProfile:
			profile := p.takeProfile(it, env, d.found.Bundle, draft)
			if it.Finding.State == terms.StateVendorNew {
				return nil
			}
			if profile != nil {
				draft.apply(profile.change)
				merge(&s.change, profile.change)
				s.event = profile.event
			}
		case exchange.KindRequest:
			return p.takeRequest(it, env)
		case exchange.KindUsage:
			return p.takeUsage(it, env)
		default:
			responses = append(responses, env)
		}
	}
	if len(responses) == 0 {
		it.Kind = exchange.KindProfile
		if len(s.change.Vendors) == 0 {
			return nil
		}
		it.Usable = true
		return s
	}
	s.aside = true // until an answer is taken; a newer profile beside one that is not is worth keeping
	for _, env := range responses {
		p.takeNext(it, env, draft, s)
	}
	if s.aside && (len(s.change.Vendors) == 0 || it.Finding.State == terms.StateFileUnknownSender) {
		return nil
	}
	return s
}

// takeNext takes one response of a file after what came before it. The last word about the file is that of the last
// response that was taken, or of the first that was not.
func (p *planner) takeNext(it *Item, env exchange.Envelope, draft *records, s *step) {
	before := it.Finding
	it.Finding = terms.Finding{}
	if _, kind := exchange.PeekHeader(env); s.aside {
		it.Kind = kind
	}
	rs := p.takeResponse(it, env, draft)
	if rs == nil {
		if !s.aside {
			it.Finding, it.Usable = before, true
		}
		return
	}
	draft.apply(rs.change)
	merge(&s.change, rs.change)
	s.event, s.aside = rs.event, false
	s.also, s.answered = append(s.also, rs.also...), append(s.answered, rs.answered...)
}

// merge adds c to what comes before it.
func merge(into *change, c change) {
	into.Vendors = append(into.Vendors, c.Vendors...)
	into.Licenses = append(into.Licenses, c.Licenses...)
	into.Requests = append(into.Requests, c.Requests...)
	into.Documents = append(into.Documents, c.Documents...)
	into.Keys = append(into.Keys, c.Keys...)
	into.Parts = append(into.Parts, c.Parts...)
	into.Contacts = append(into.Contacts, c.Contacts...)
	into.Envelopes = append(into.Envelopes, c.Envelopes...)
	if c.Home != nil {
		into.Home = c.Home
	}
}

// takeRequest explains a request file that came in as if it were an answer.
func (p *planner) takeRequest(it *Item, env exchange.Envelope) *step {
	it.Kind = exchange.KindRequest
	req, err := exchange.ParseRequest(env)
	if err != nil {
		return p.failed(it, err)
	}
	slots := terms.Slots{"date": req.Issued}
	for _, v := range p.rec.Vendors {
		if v.Profile.Vendor == req.Vendor {
			slots["vendor"] = v.Profile.Name
		}
	}
	return p.problem(it, terms.StateFileRequest, slots)
}

// takeUsage explains a usage file that came in as if it were an answer.
func (p *planner) takeUsage(it *Item, env exchange.Envelope) *step {
	it.Kind = exchange.KindUsage
	u, err := exchange.ParseUsage(env)
	if err != nil {
		return p.failed(it, err)
	}
	slots := terms.Slots{"date": u.Issued, "kind": string(exchange.KindUsage)}
	for _, v := range p.rec.Vendors {
		if v.Profile.Vendor == u.Vendor {
			slots["vendor"] = v.Profile.Name
		}
	}
	return p.problem(it, terms.StateFileRequest, slots)
}

func (p *planner) failed(it *Item, err error) *step {
	var pr *terms.Problem
	if !errors.As(err, &pr) {
		pr = terms.NewProblem(terms.StateFileChanged, nil, err)
	}
	p.refuse(it, pr)
	return nil
}

// now is the decision time for the vendor, on the draft.
func (p *planner) now(rec *records, root string) time.Time {
	return rec.Home.decision(root, p.r)
}

// saw returns the home record after a vendor-signed time was seen: L rises, and what waited for a newer file is settled.
func (p *planner) saw(rec *records, root string, signed time.Time) *homeRecord {
	h := *p.e.proven(rec.Home)
	if h.Bounds == nil {
		h.Bounds = map[string]clock.Bound{}
	}
	h.Bounds[root] = h.Bounds[root].Saw(signed, p.r)
	if h.Damage != "" && signed.After(h.Since) {
		h.wellAgain()
	}
	return &h
}

func taken(env exchange.Envelope, kind exchange.Kind, root string, it *Item, at time.Time) documentRecord {
	return documentRecord{Hash: documentHash(env), Kind: kind, Root: root, Name: it.Source, Words: it.Words, Issued: it.Issued, Taken: at}
}

func event(kind, reason, authority, root, hash string) ledger.Event {
	return ledger.Event{Kind: kind, Reason: reason, Authority: authority, Vendor: root, Document: hash}
}
