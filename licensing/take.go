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
	var response *exchange.Envelope
	var profile *step
	for i, env := range d.found.Bundle.Envelopes {
		_, kind := exchange.PeekHeader(env)
		switch kind {
		case exchange.KindProfile:
			profile = p.takeProfile(it, env, d.found.Bundle, draft)
			if it.Finding.State != "" && it.Finding.State != terms.StateFileKnown && it.Finding.State != terms.StateFileOlder && it.Finding.State != terms.StateVendorKeyChanged {
				if it.Finding.State == terms.StateVendorNew || len(d.found.Bundle.Envelopes) == 1 {
					return nil
				}
				it.Finding = terms.Finding{} // a profile that does not help: the answer is judged by itself
			}
			if profile != nil {
				draft.apply(profile.change)
				merge(&s.change, profile.change)
				s.event = profile.event
			}
		case exchange.KindRequest:
			return p.takeRequest(it, env)
		default:
			response = &d.found.Bundle.Envelopes[i]
		}
	}
	if response == nil {
		it.Kind = exchange.KindProfile
		if len(s.change.Vendors) == 0 {
			return nil
		}
		it.Usable = true
		return s
	}
	if it.Finding.State == terms.StateFileKnown || it.Finding.State == terms.StateFileOlder {
		it.Finding = terms.Finding{} // that was about the profile beside the answer
	}
	rs := p.takeResponse(it, *response, draft)
	if rs == nil {
		if len(s.change.Vendors) == 0 || it.Finding.State == terms.StateFileUnknownSender {
			return nil
		}
		s.aside = true // the newer profile is worth keeping even when the answer is not
		return s
	}
	merge(&s.change, rs.change)
	s.event = rs.event
	return s
}

// merge adds c to what comes before it.
func merge(into *change, c change) {
	into.Vendors = append(into.Vendors, c.Vendors...)
	into.Licenses = append(into.Licenses, c.Licenses...)
	into.Requests = append(into.Requests, c.Requests...)
	into.Documents = append(into.Documents, c.Documents...)
	into.Keys = append(into.Keys, c.Keys...)
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

func (p *planner) failed(it *Item, err error) *step {
	var pr *terms.Problem
	if !errors.As(err, &pr) {
		pr = terms.NewProblem(terms.StateFileChanged, nil, err)
	}
	p.refuse(it, pr)
	return nil
}

// known says that this very document was used before.
func (p *planner) known(it *Item, env exchange.Envelope) bool {
	doc, ok := p.rec.Documents[documentHash(env)]
	if !ok {
		return false
	}
	it.Kind = doc.Kind
	if v, ok := p.rec.Vendors[doc.Root]; ok {
		it.Vendor, it.Root = v.Profile.Name, v.Root
	}
	p.problem(it, terms.StateFileKnown, terms.Slots{"date": doc.Taken})
	return true
}

// now is the decision time for the vendor, on the draft.
func (p *planner) now(rec *records, root string) time.Time {
	return clock.Decide(rec.Home.Bounds[root].Lower(p.r), p.r).UTC()
}

// saw returns the home record after a vendor-signed time was seen: L rises, and what waited for a newer file is settled.
func (p *planner) saw(rec *records, root string, signed time.Time) *homeRecord {
	h := *p.e.proven(rec.Home)
	if h.Bounds == nil {
		h.Bounds = map[string]clock.Bound{}
	}
	h.Bounds[root] = h.Bounds[root].Saw(signed, p.r)
	if h.Damage != "" && signed.After(h.Since) {
		h.Damage, h.Since = "", time.Time{}
	}
	return &h
}

func taken(env exchange.Envelope, kind exchange.Kind, root, name string, at time.Time) documentRecord {
	return documentRecord{Hash: documentHash(env), Kind: kind, Root: root, Name: name, Taken: at}
}

func event(kind, reason, authority, root, hash string) ledger.Event {
	return ledger.Event{Kind: kind, Reason: reason, Authority: authority, Vendor: root, Document: hash}
}
