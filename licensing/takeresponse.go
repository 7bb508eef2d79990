package licensing

import (
	"fmt"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// takeResponse judges a vendor's response in the published order: signature and trust, kind, device, request, version
// (damage was judged when the file was read).
func (p *planner) takeResponse(it *Item, env exchange.Envelope, draft *records) *step {
	if p.known(it, env) {
		p.describeKnown(it, env)
		return nil
	}
	vendor, resp, err := p.verify(env, draft)
	if err != nil {
		return p.failed(it, err)
	}
	it.Kind, it.Vendor, it.Root, it.Issued = resp.Kind, vendor.Profile.Name, vendor.Root, resp.Issued
	req, s, ok := p.forThisRequest(it, resp, vendor, draft)
	if !ok {
		return s
	}
	c := change{Envelopes: []exchange.Envelope{env}}
	now := p.now(draft, vendor.Root)
	before := p.e.evaluate(terms.Query{}, draft, p.r)
	for _, part := range resp.Parts {
		switch {
		case part.License != nil:
			held, ok := p.takeLicense(it, part, resp, vendor, req != nil, draft)
			if !ok {
				return nil
			}
			held.Document, held.KeyID, held.Taken = documentHash(env), resp.KeyID, now
			c.Licenses = append(c.Licenses, held)
		case part.Refusal != nil && req != nil:
			req.State, req.Refusal = terms.RequestRefused, part.Refusal
		case part.LicenseKey != nil:
			k, err := p.takeKey(part.LicenseKey, vendor.Root)
			if err != nil {
				return p.failed(it, err)
			}
			c.Keys = append(c.Keys, k)
		}
	}
	if req != nil {
		if req.State == terms.RequestOpen {
			req.State = terms.RequestAnswered
		}
		c.Requests = append(c.Requests, *req)
	}
	c.Documents = []documentRecord{taken(env, resp.Kind, vendor.Root, it.Source, now)}
	c.Home = p.saw(draft, vendor.Root, resp.Issued)
	after := draft.clone()
	after.apply(c)
	p.describe(it, before, p.e.evaluate(terms.Query{}, after, p.r), c)
	if it.NeedsYes = losesRights(it.Changes) && !p.o.AcceptLoss; it.NeedsYes {
		it.Usable = true
		it.Finding = terms.NewProblem(terms.StateUpdated, updatedSlots(it), nil).Finding
		it.Finding.Tone = terms.ToneNotice
		if !p.look {
			return nil
		}
	}
	it.Usable = true
	ev := event(recordKind(resp), "answer_to_request", vendor.Profile.Name+" "+resp.KeyID, vendor.Root, documentHash(env))
	if req == nil {
		ev.Reason = "newer_version"
		if resp.Kind == exchange.KindKey {
			ev.Reason = "welcome_file"
		}
	}
	if len(c.Licenses) > 0 {
		ev.License = c.Licenses[0].Serial
	}
	return &step{change: c, event: ev}
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
	for _, v := range sortedValues(draft.Vendors) {
		for _, k := range v.Profile.Keys {
			if k.ID == h.KeyID {
				resp, err := exchange.ParseResponse(env, v.Profile)
				return v, resp, err
			}
		}
	}
	// No trusted key: the empty profile gives file_unknown_sender, or file_too_new for a type this build cannot read.
	_, err := exchange.ParseResponse(env, exchange.Profile{})
	return vendorRecord{}, exchange.Response{}, err
}

// forThisRequest checks device and request. ok is false when the file is not to be taken; req is nil when the
// response answers no request.
func (p *planner) forThisRequest(it *Item, resp exchange.Response, vendor vendorRecord, draft *records) (req *requestRecord, s *step, ok bool) {
	id, code := p.e.deviceID()
	for _, part := range resp.Parts {
		if l := part.License; l != nil && l.Binding == terms.BoundToDevice && (l.Device == nil || l.Device.ID != id) {
			it.ForOther, it.License = true, l
			slots := terms.Slots{"c2": code}
			if l.Device != nil {
				slots["c1"], slots["label1"] = l.Device.Code, l.Device.Label
			}
			return nil, p.problem(it, terms.StateOtherComputer, slots), false
		}
	}
	if resp.Answers == nil {
		return nil, nil, true
	}
	if resp.Answers.Device != id {
		it.ForOther = true
		return nil, p.problem(it, terms.StateOtherComputer, terms.Slots{"c1": codeOf(resp.Answers.Device), "c2": code}), false
	}
	q, found := draft.Requests[resp.Answers.Request]
	switch {
	case !found || q.Nonce != resp.Answers.Nonce || q.Vendor != vendor.Root:
		return nil, p.problem(it, terms.StateFileWrongRequest, terms.Slots{"r1": shortID(resp.Answers.Request), "r2": p.waiting(draft, vendor.Root)}), false
	case q.State == terms.RequestCancelled:
		return nil, p.problem(it, terms.StateFileRequestOver, terms.Slots{"date": q.Until}), false
	case q.State == terms.RequestAnswered || q.State == terms.RequestRefused:
		return nil, p.problem(it, terms.StateFileReplayed, terms.Slots{"date": p.answeredAt(draft, q)}), false
	case p.now(draft, vendor.Root).After(q.Until):
		return nil, p.problem(it, terms.StateFileRequestOver, terms.Slots{"date": q.Until}), false
	}
	return &q, nil, true
}

// codeOf is the short code of a device id; the id is the hash that the code is taken from.
func codeOf(id string) string {
	if len(id) < 8 {
		return id
	}
	return fmt.Sprintf("%s-%s", upper(id[:4]), upper(id[4:8]))
}

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 32
		}
	}
	return string(b)
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

func (p *planner) answeredAt(draft *records, q requestRecord) time.Time {
	at := q.Created
	for _, l := range draft.Licenses {
		if l.License.KeyHash == q.KeyHash && l.Root == q.Vendor && l.Taken.After(at) {
			at = l.Taken
		}
	}
	return at
}

// takeLicense judges one license part: it answers a request, replaces an older version held here, or binds itself to
// this computer or site.
func (p *planner) takeLicense(it *Item, part exchange.Part, resp exchange.Response, vendor vendorRecord, answers bool, draft *records) (licenseRecord, bool) {
	l := *part.License
	it.License = &l
	held := licenseRecord{Root: vendor.Root, Serial: l.Serial, Version: l.Version, License: l}
	old, have := draft.Licenses[held.key()]
	if !have && !answers && l.Binding == terms.BoundToDevice {
		p.problem(it, terms.StateFileWrongRequest, terms.Slots{"r1": l.Serial, "r2": p.waiting(draft, vendor.Root)})
		return held, false
	}
	if have && old.Version > l.Version {
		p.problem(it, terms.StateFileOlder, terms.Slots{"d1": resp.Issued, "d2": old.License.Issued})
		return held, false
	}
	if have && old.Version == l.Version && !answers {
		p.problem(it, terms.StateFileReplayed, terms.Slots{"date": old.Taken})
		return held, false
	}
	if l.Binding == terms.BoundToFirstUse {
		held.FirstUsed = p.now(draft, vendor.Root)
		if have && !old.FirstUsed.IsZero() {
			held.FirstUsed = old.FirstUsed
		}
	}
	return held, true
}

func (p *planner) takeKey(k *exchange.LicenseKeyPart, root string) (keyRecord, error) {
	hash, err := terms.KeyHash(k.Key)
	if err != nil {
		return keyRecord{}, err
	}
	return keyRecord{Hash: hash, Key: k.Key, Root: root, Serial: k.Serial}, nil
}

// describeKnown fills in what a file that was used before is about.
func (p *planner) describeKnown(it *Item, env exchange.Envelope) {
	hash := documentHash(env)
	for _, l := range p.rec.Licenses {
		if l.Document == hash {
			lic := l.License
			it.License = &lic
		}
	}
	it.Finding.License, it.Finding.Product = serialAndProduct(it.License)
}

func serialAndProduct(l *terms.License) (serial, product string) {
	if l == nil {
		return "", ""
	}
	return l.Serial, l.Policy.Product.ID
}
