package licensing

import (
	"encoding/base64"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// fillIn brings in what the signed documents say. What they do not prove is left out. Signatures of thousands take a
// while, so all processors verify them.
func (e *Engine) fillIn(rec *records) {
	for root, v := range rec.Vendors {
		if filled, ok := e.verifyVendor(v); ok {
			rec.Vendors[root] = filled
		} else {
			delete(rec.Vendors, root)
		}
	}
	held, profiles := sortedValues(rec.Licenses), map[[2]string]exchange.Profile{} // many licenses share one
	for _, l := range held {
		k := [2]string{l.Root, l.Profile}
		if _, known := profiles[k]; !known {
			profiles[k] = e.profileOf(l.Profile, rec.Vendors[l.Root])
		}
	}
	proven := make([]*licenseRecord, len(held))
	inParallel(len(held), func(i int) {
		proven[i] = e.verifyHeld(*held[i], profiles[[2]string{held[i].Root, held[i].Profile}])
	})
	lost := e.fillParts(rec, profiles)
	for i, l := range held {
		if proven[i] != nil {
			rec.Licenses[l.key()] = proven[i]
			continue
		}
		delete(rec.Licenses, l.key())
		lost[l.Document] = true
	}
	if len(lost) > 0 {
		rec.forget(lost)
	}
}

func (e *Engine) verifyVendor(v vendorRecord) (vendorRecord, bool) {
	env, err := e.readDocument(v.Document)
	if err != nil {
		return v, false
	}
	root, err := base64.StdEncoding.DecodeString(v.Current)
	if err != nil {
		return v, false
	}
	v.Profile, err = exchange.ParseProfile(env, exchange.Roots{root})
	return v, err == nil
}

// verifyHeld fills in the license body from its signed document; nil when that does not prove it.
func (e *Engine) verifyHeld(l licenseRecord, profile exchange.Profile) *licenseRecord {
	env, err := e.readDocument(l.Document)
	if err != nil {
		return nil
	}
	resp, err := exchange.ParseResponse(env, profile)
	if err != nil {
		return nil
	}
	for _, p := range resp.Parts {
		if p.License != nil && p.License.Serial == l.Serial && p.License.Version == l.Version {
			l.License = *p.License
			return &l
		}
	}
	return nil
}

// fillParts does the same for notices, extensions, holds and revocations; it returns the documents that do not prove theirs.
func (e *Engine) fillParts(rec *records, profiles map[[2]string]exchange.Profile) map[string]bool {
	lost := map[string]bool{}
	for key, p := range rec.Parts {
		k := [2]string{p.Root, p.Profile}
		if _, known := profiles[k]; !known {
			profiles[k] = e.profileOf(p.Profile, rec.Vendors[p.Root])
		}
		switch proven := e.verifyPart(*p, profiles[k]); {
		case proven != nil:
			rec.Parts[key] = proven
		case !p.takesAway(): // the checkpoint, which the device key signed, has what takes rights away
			delete(rec.Parts, key)
			lost[p.Document] = true
		}
	}
	return lost
}

// verifyPart fills in the body from the signed document; nil when that does not prove it.
func (e *Engine) verifyPart(p partRecord, profile exchange.Profile) *partRecord {
	env, err := e.readDocument(p.Document)
	if err != nil {
		return nil
	}
	resp, err := exchange.ParseResponse(env, profile)
	if err != nil {
		return nil
	}
	for _, part := range resp.Parts {
		if p.is(part) {
			p.Body, p.Audience = part, resp.Audience
			return &p
		}
	}
	return nil
}

// profileOf is the profile that verified a document when it was taken: a newer one may have withdrawn the key since, and what
// is held stays. Its hash stands in the checkpoint, which the device key signed. A vendor that is not trusted has none.
func (e *Engine) profileOf(hash string, v vendorRecord) exchange.Profile {
	if v.Root == "" || hash == "" || hash == v.Document {
		return v.Profile
	}
	env, err := e.readDocument(hash)
	if err != nil {
		return v.Profile
	}
	p, err := exchange.PeekProfile(env)
	if err != nil {
		return v.Profile
	}
	return p
}

// forget lets documents whose licenses or parts are lost be used once more.
func (r *records) forget(documents map[string]bool) {
	for hash := range documents {
		delete(r.Documents, hash)
	}
	for id, q := range r.Requests {
		if documents[q.Answer] && q.State == terms.RequestAnswered {
			again := *q
			again.State, again.Answer, again.Closed = terms.RequestOpen, "", time.Time{}
			r.Requests[id] = &again
		}
	}
}
