package licensing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// takeResponse judges a vendor's response in the published order: signature and trust, kind, device, request, version
// (damage was judged when the file was read).
func (p *planner) takeResponse(it *Item, env exchange.Envelope, draft *records) *step {
	vendor, resp, err := p.verify(env, draft)
	if err != nil {
		return p.failed(it, err)
	}
	kind := it.Kind
	it.Kind, it.Vendor, it.Root, it.Issued = resp.Kind, vendor.Profile.Name, vendor.Root, resp.Issued
	if resp.Answers != nil {
		it.answers = append(it.answers, resp.Answers.Request)
	}
	if kind == exchange.KindKey {
		it.Kind = kind // a welcome file stays one when its starter license follows
	}
	if p.forOthers(it, resp, vendor, draft) || p.known(it, env, resp, vendor, draft) {
		return nil
	}
	req, ok := p.answered(it, resp, vendor, draft)
	if !ok && !renews(resp, vendor, draft) {
		return nil
	}
	asked, heard := req, !onlyNotices(resp)
	if asked == nil {
		asked = p.confirms(resp, vendor.Root, draft)
	}
	if !heard {
		req = nil // the service says that it has a problem: the request still waits, and nobody was met
	}
	it.Finding = terms.Finding{}
	hash, now := documentHash(env), p.now(draft, vendor.Root)
	doc := taken(env, resp.Kind, vendor.Root, it, now)
	c := change{Envelopes: []exchange.Envelope{env}}
	for _, part := range resp.Parts {
		switch {
		case part.License != nil:
			held, ok := p.takeLicense(it, part, resp, vendor, &req, draft)
			if !ok {
				continue // an older part beside newer ones stops nothing
			}
			held.Document, held.KeyID, held.Taken, held.Profile = hash, resp.KeyID, cmp.Or(held.Taken, now), vendor.Document
			c.Licenses = append(c.Licenses, held)
			doc.Serial = cmp.Or(doc.Serial, held.Serial)
		case part.Refusal != nil && req != nil:
			req.State, req.Refusal = terms.RequestRefused, part.Refusal
		case part.LicenseKey != nil:
			k, err := p.takeKey(part.LicenseKey, vendor.Root)
			if err != nil {
				return p.failed(it, err)
			}
			c.Keys = append(c.Keys, k)
			doc.Serial = cmp.Or(doc.Serial, k.Serial)
		case part.Standing != nil && req != nil:
			m := draft.Contacts[vendor.Root]
			if m.Root, m.State = vendor.Root, part.Standing.State; resp.Kind != exchange.KindStanding {
				m.StateAt = now
			}
			c.Contacts = append(c.Contacts, m)
			it.standing = part.Standing
		case isPart(part):
			rec, ok := p.takePart(it, part, resp, vendor, draft, c)
			if !ok {
				continue
			}
			rec.Document, rec.Taken, rec.Profile = hash, now, vendor.Document
			c.Parts = append(c.Parts, rec)
			doc.Serial = cmp.Or(doc.Serial, serialOf(part))
		default:
			doc.Pending = true
		}
	}
	if len(c.Licenses)+len(c.Keys)+len(c.Parts) == 0 && req == nil {
		if it.Finding.State != "" {
			return nil
		}
		// Nothing in it that this version can act on. Taking it would make it known, and lost for a version that can.
		return p.problem(it, terms.StateFileTooNew, nil)
	}
	it.Finding, it.ForOther = terms.Finding{}, false
	var answered []string
	again := false // the same refusal as before
	if req != nil {
		if req.State == terms.RequestOpen {
			req.State = terms.RequestAnswered
		}
		req.Answer, req.Closed = hash, now
		answered = append(answered, req.ID)
		switch _, call := p.e.calls[req.ID]; {
		case !call:
			c.Requests = append(c.Requests, *req)
		case req.State == terms.RequestRefused:
			if again = draft.refusedAgain(req) && len(c.Licenses)+len(c.Keys)+len(c.Parts) == 0; !again {
				c.Requests = append(c.Requests, *req)
			}
		}
	}
	doc.Looked = partsKnown
	if c.Documents = []documentRecord{doc}; resp.Kind == exchange.KindStanding || again {
		c.Documents, c.Envelopes = nil, nil // nothing rests on it
	}
	home, also := p.sawAnswer(draft, vendor.Root, resp.Issued, asked, heard)
	c.Home = home
	if len(c.Licenses) > 0 || req != nil {
		c.Home.Told = forgetTold(c.Home.Told, c.Licenses)
	}
	meets(c.Home, resp, vendor.Root, req != nil && req.State == terms.RequestAnswered, c)
	after := draft.clone()
	after.apply(c)
	p.describe(it, draft, after, c)
	var lines []reconcile.Change
	for _, c := range it.Changes {
		lines = append(lines, c.line())
	}
	if it.NeedsYes = reconcile.TakesAway(lines) && !p.o.AcceptLoss; it.NeedsYes {
		it.Usable = true
		if !decides(it.Finding.State) { // its own words say it better
			n := updated(vendor.Root, it.Issued, lines)
			it.Finding = n.finding(it.Vendor)
		}
		if !p.look {
			return nil
		}
	}
	it.Usable = true
	ev := event(recordKind(resp), "answer_to_request", vendor.Profile.Name+" "+resp.KeyID, vendor.Root, hash)
	if req == nil {
		ev.Reason = "newer_version"
		switch {
		case resp.Kind == exchange.KindKey:
			ev.Reason = "welcome_file"
		case resp.Kind == exchange.KindReceipt:
			ev.Reason = "usage_file"
		case len(c.Licenses) == 0:
			ev.Reason = "vendor_said"
		}
	}
	switch {
	case len(c.Licenses) > 0:
		ev.License = c.Licenses[0].Serial
	case len(c.Parts) > 0:
		ev.License = serialOf(c.Parts[0].Body)
	}
	return &step{change: c, event: ev, also: also, answered: answered}
}

// onlyNotices says that a response grants and takes nothing. In answer to a request it is the service's own word that it has a problem.
func onlyNotices(r exchange.Response) bool {
	return !slices.ContainsFunc(r.Parts, func(p exchange.Part) bool { return p.Kind != exchange.KindNotice })
}

func recordKind(r exchange.Response) string {
	switch r.Kind {
	case exchange.KindRefusal:
		return "request_refused"
	case exchange.KindLicense, exchange.KindKey:
		return "license_taken"
	}
	return string(r.Kind) + "_taken"
}

// verify finds the trusted vendor whose profile names the signing key, and checks the signature with it.
func (p *planner) verify(env exchange.Envelope, draft *records) (vendorRecord, exchange.Response, error) {
	h, _ := exchange.PeekHeader(env)
	var first error
	for _, v := range sortedValues(draft.Vendors) {
		for _, k := range v.Profile.Keys {
			if k.ID != h.KeyID {
				continue
			}
			resp, err := exchange.ParseResponse(env, v.Profile)
			if err == nil && resp.Vendor == v.Profile.Vendor {
				return v, resp, nil
			}
			if first == nil {
				first = err // another vendor may list the key too
			}
		}
	}
	if first != nil {
		return vendorRecord{}, exchange.Response{}, first
	}
	// No trusted key: the empty profile gives file_unknown_sender, or file_too_new for a type this build cannot read.
	_, err := exchange.ParseResponse(env, exchange.Profile{})
	return vendorRecord{}, exchange.Response{}, err
}

// forOthers says that the response is for another computer, or for people that this home knows nothing of.
func (p *planner) forOthers(it *Item, resp exchange.Response, vendor vendorRecord, draft *records) bool {
	id, code := p.e.deviceID()
	for _, part := range resp.Parts {
		if l := part.License; l != nil && l.Binding == terms.BoundToDevice && (l.Device == nil || l.Device.ID != id) {
			it.ForOther, it.License = true, l
			slots := terms.Slots{"c2": code}
			if l.Device != nil {
				slots["c1"], slots["label1"] = l.Device.Code, l.Device.Label
			}
			p.problem(it, terms.StateOtherComputer, slots)
			return true
		}
	}
	if resp.Answers != nil && resp.Answers.Device != id && p.receiptOf(resp, vendor.Root, draft) == nil {
		it.ForOther = true
		slots := terms.Slots{"c1": codeOf(resp.Answers.Device), "c2": code}
		if resp.Kind == exchange.KindReceipt {
			slots["kind"] = string(exchange.KindReceipt)
		}
		p.problem(it, terms.StateOtherComputer, slots)
		return true
	}
	if a := resp.Audience; a != nil && !reaches(*a, vendor.Root, draft) {
		it.ForOther = true
		p.problem(it, terms.StateFileOtherOrg, terms.Slots{"org": a.ID})
		return true
	}
	return false
}

// reaches says whether an audience includes this home, by the licenses that it holds.
func reaches(a exchange.Audience, root string, draft *records) bool {
	if a.Scope == "all" {
		return true
	}
	for _, l := range draft.Licenses {
		if l.Root == root && a.Includes(&l.License) {
			return true
		}
	}
	return false
}

// known says that this very document was used before, and whether something newer replaced it since.
func (p *planner) known(it *Item, env exchange.Envelope, resp exchange.Response, vendor vendorRecord, draft *records) bool {
	doc, ok := draft.Documents[documentHash(env)]
	if !ok {
		return false
	}
	newer, current := time.Time{}, false
	for _, part := range resp.Parts {
		if part.License == nil {
			continue
		}
		it.License = part.License
		if held, ok := draft.Licenses[vendor.Root+"/"+part.License.Serial]; ok {
			current = current || held.Document == doc.Hash
			newer = held.License.Issued
		}
	}
	for _, part := range resp.Parts {
		rec := partRecord{Root: vendor.Root, Kind: part.Kind, Subject: subjectOf(part)}
		if held, ok := draft.Parts[rec.key()]; ok {
			current = current || held.Document == doc.Hash
			newer = held.Issued
		}
	}
	if !current && !newer.IsZero() {
		p.problem(it, terms.StateFileOlder, terms.Slots{"d1": resp.Issued, "d2": newer})
	} else {
		p.problem(it, terms.StateFileKnown, terms.Slots{"date": doc.Taken})
	}
	it.Finding.License, it.Finding.Product = serialAndProduct(it.License)
	return true
}

// answered finds the open request that the response answers. ok is false when the file is not to be taken; req is nil
// when the response answers no request.
func (p *planner) answered(it *Item, resp exchange.Response, vendor vendorRecord, draft *records) (req *requestRecord, ok bool) {
	if resp.Answers == nil {
		return nil, true
	}
	q, found := draft.Requests[resp.Answers.Request]
	if call, ok := p.e.calls[resp.Answers.Request]; !found && ok {
		q, found = &call, true
	}
	if !found && !wrongReceipt(resp, draft) && p.receiptOf(resp, vendor.Root, draft) != nil {
		return nil, true
	}
	if f, ok := draft.UsageFiles[resp.Answers.Request]; ok && f.Root == vendor.Root && f.Nonce == resp.Answers.Nonce && onlyNotices(resp) {
		return nil, true // the service has a problem; the usage file waits on
	}
	newest := olderThan(resp, vendor, draft)
	switch {
	case !found && !newest.IsZero(): // its request was let go of
		p.problem(it, terms.StateFileOlder, terms.Slots{"d1": resp.Issued, "d2": newest})
	case !found || q.Nonce != resp.Answers.Nonce || q.Vendor != vendor.Root:
		p.problem(it, terms.StateFileWrongRequest, terms.Slots{"r1": shortID(resp.Answers.Request), "r2": p.waiting(draft, vendor.Root)})
	case q.State == terms.RequestCancelled && !q.Closed.IsZero():
		p.problem(it, terms.StateFileRequestOver, terms.Slots{"date": q.Closed})
	case q.State == terms.RequestCancelled:
		p.problem(it, terms.StateFileRequestOver, terms.Slots{"date": q.Until})
	case q.State == terms.RequestAnswered || q.State == terms.RequestRefused:
		p.problem(it, terms.StateFileReplayed, terms.Slots{"date": q.Closed})
	case p.now(draft, vendor.Root).After(q.Until):
		p.problem(it, terms.StateFileRequestOver, terms.Slots{"date": q.Until})
	default:
		return new(*q), true
	}
	return nil, false
}

// renews says that a response brings a newer version of a license held here: then it need not answer an open request, unless a
// person cancelled that one.
func renews(resp exchange.Response, vendor vendorRecord, draft *records) bool {
	if q, ok := draft.Requests[resp.Answers.Request]; ok && q.State == terms.RequestCancelled && !q.Closed.IsZero() {
		return false
	}
	return slices.ContainsFunc(resp.Parts, func(part exchange.Part) bool {
		if part.License == nil {
			return false
		}
		held, ok := draft.Licenses[vendor.Root+"/"+part.License.Serial]
		return ok && held.Version < part.License.Version
	})
}

// olderThan is when the license here was issued, when a response brings nothing but earlier versions of licenses held here; else zero.
func olderThan(resp exchange.Response, vendor vendorRecord, draft *records) (newest time.Time) {
	for _, part := range resp.Parts {
		if part.License == nil {
			continue
		}
		held, ok := draft.Licenses[vendor.Root+"/"+part.License.Serial]
		if !ok || held.Version <= part.License.Version {
			return time.Time{}
		}
		newest = later(newest, held.License.Issued)
	}
	return newest
}

// codeOf is the short code of a device id; the id is the hash that the code is taken from.
func codeOf(id string) string {
	if len(id) < 8 {
		return id
	}
	return fmt.Sprintf("%s-%s", strings.ToUpper(id[:4]), strings.ToUpper(id[4:8]))
}

// shortID is the part of a request id that people read.
func shortID(id string) string { return id[:min(len(id), 8)] }

func (p *planner) waiting(draft *records, root string) string {
	for _, q := range sortedValues(draft.Requests) {
		if q.State == terms.RequestOpen && q.Vendor == root {
			return shortID(q.ID)
		}
	}
	return ""
}

func serialAndProduct(l *terms.License) (serial, product string) {
	if l == nil {
		return "", ""
	}
	return l.Serial, l.Policy.Product.ID
}
