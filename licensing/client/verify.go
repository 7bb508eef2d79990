package client

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

const (
	maxDocuments = 256       // licenses, and profiles, behind one answer
	provenEvery  = time.Hour // how often the witness file keeps a signed answer anew
)

// documents are the licenses of the vendor that were verified behind an answer. What does not change is not verified again.
type documents struct {
	sum      [32]byte
	licenses []terms.License
}

func keyID(root ed25519.PublicKey) string { return exchange.KeyID(root) }

// verify returns what an answer says once everything behind it is right.
func (c *Client) verify(q endpoint.CheckRequest, body []byte) (Verdict, error) {
	answer, proof := endpoint.Signed(body)
	var v Verdict
	if err := json.Unmarshal(answer, &v.CheckAnswer); err != nil {
		return v, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if v.Schema != endpoint.SchemaVersion || v.CheckAnswer.Proof != nil || v.Version != q.Version || !strings.EqualFold(v.Product, q.Product) {
		return v, ErrAnswer
	}
	if proof == nil {
		return v, c.believe(v)
	}
	var p endpoint.Proof
	if err := json.Unmarshal(proof, &p); err != nil {
		return v, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if p.Signature == "" {
		return v, c.believe(v)
	}
	if !grants(v) && len(p.Licenses) == 0 {
		return v, nil
	}
	docs, err := c.open(p)
	if err != nil {
		return v, err
	}
	pub, err := exchange.DecodeKey(p.Public)
	if err != nil {
		return v, fmt.Errorf("%w: %w", ErrDevice, err)
	}
	licenses, err := bound(docs.licenses, pub)
	if err != nil {
		return v, err
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(p.Signature)
	if err != nil || !ed25519.Verify(pub, exchange.ProofMessage(q.Nonce, answer), sig) {
		return v, ErrSignature
	}
	if err := covered(v, licenses); err != nil {
		return v, err
	}
	v.Proven = true
	c.trust(v, docs, pub, provenAnswer{Nonce: q.Nonce, Body: string(body)})
	return v, nil
}

// trust keeps what the device key signed last. A refusal ends what was believed before it.
func (c *Client) trust(v Verdict, docs *documents, pub ed25519.PublicKey, answer provenAnswer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.last
	c.documents, c.device, c.last = docs, exchange.EncodeKey(pub), nil
	if !grants(v) {
		if c.witness.Proven != nil {
			c.witness.Proven, c.witness.changed, c.proven = nil, true, time.Time{}
			_ = c.saveWitness(true) // Close tries again
		}
		return
	}
	c.last = &v
	other := was != nil && !sameGrants(*was, v)
	if d := v.At.Sub(c.proven); d < 0 || d >= provenEvery || other {
		c.proven = v.At
		c.witness.Proven, c.witness.changed = &answer, true
		if other {
			_ = c.saveWitness(true)
		}
	}
}

// grants says whether an answer allows anything. One that does not needs no proof.
func grants(v Verdict) bool {
	if v.ExitCode == 0 || len(v.Works)+len(v.View) > 0 {
		return true
	}
	for _, f := range v.Features {
		if f.Mode != Pause {
			return true
		}
	}
	return false
}

// open verifies the vendor's documents from the compiled-in root key on.
func (c *Client) open(p endpoint.Proof) (*documents, error) {
	if len(p.Licenses) > maxDocuments || len(p.Profiles) > maxDocuments {
		return nil, ErrAnswer
	}
	sum := sumOf(p)
	c.mu.Lock()
	known := c.documents
	c.mu.Unlock()
	if known != nil && known.sum == sum {
		return known, nil
	}
	profiles := c.profiles(p.Profiles)
	if len(profiles) == 0 {
		return nil, ErrVendor
	}
	d, signed := &documents{sum: sum}, false
	for _, e := range p.Licenses {
		for _, profile := range profiles {
			r, err := exchange.ParseResponse(e, profile)
			if err != nil {
				continue
			}
			signed = true
			for _, part := range r.Parts {
				if l := part.License; l != nil && strings.EqualFold(l.Policy.Product.ID, c.o.Product) && c.covers(*l) {
					d.licenses = append(d.licenses, *l)
				}
			}
			break
		}
	}
	switch {
	case !signed:
		return nil, ErrVendor
	case len(d.licenses) == 0:
		return nil, ErrLicense
	}
	return d, nil
}

// profiles are those signed by the compiled-in root key, or by a successor that it named.
func (c *Client) profiles(all []exchange.Envelope) (good []exchange.Profile) {
	roots := exchange.Roots{c.o.Vendor}
	left := all
	for more := true; more; {
		more = false
		var later []exchange.Envelope
		for _, e := range left {
			p, err := exchange.ParseProfile(e, roots)
			if err != nil {
				later = append(later, e)
				continue
			}
			good, more = append(good, p), true
			if root, err := exchange.DecodeKey(p.Root); err == nil {
				roots = append(roots, root)
			}
		}
		left = later
	}
	return good
}

func (c *Client) covers(l terms.License) bool {
	if c.o.Version == "" {
		return true
	}
	ok, err := terms.Covers(l.Policy.Product.Versions, c.o.Version)
	return ok || err != nil // what cannot be read covers every version, as for the engine
}

func sumOf(p endpoint.Proof) [32]byte {
	h := sha256.New()
	for _, all := range [][]exchange.Envelope{p.Licenses, p.Profiles} {
		for _, e := range all {
			fmt.Fprintf(h, "%d %s %d %s\n", len(e.PayloadType), e.PayloadType, len(e.Payload), e.Payload)
			for _, s := range e.Signatures {
				fmt.Fprintf(h, "%d %s %d %s\n", len(s.KeyID), s.KeyID, len(s.Sig), s.Sig)
			}
		}
		h.Write([]byte{0})
	}
	return [32]byte(h.Sum(nil))
}

// bound are the licenses that this device key may use.
func bound(all []terms.License, pub ed25519.PublicKey) (mine []terms.License, err error) {
	sum := sha256.Sum256(pub)
	id := hex.EncodeToString(sum[:])
	for _, l := range all {
		if l.Binding != terms.BoundToDevice || l.Device != nil && l.Device.ID == id {
			mine = append(mine, l)
		}
	}
	if len(mine) == 0 {
		return nil, ErrDevice
	}
	return mine, nil
}

// covered says whether the licenses name every feature that is granted.
func covered(v Verdict, licenses []terms.License) error {
	named := map[string]bool{}
	for _, l := range licenses {
		for id, f := range l.Policy.Features {
			named[strings.ToLower(id)] = true
			for _, was := range f.Was {
				named[strings.ToLower(was)] = true
			}
		}
	}
	for id := range granted(v) {
		if !named[strings.ToLower(id)] {
			return fmt.Errorf("%w: %s", ErrLicense, id)
		}
	}
	return nil
}

// remember verifies the answer that the witness file keeps. What does not prove itself is forgotten.
func (c *Client) remember() {
	last := c.witness.Proven
	if last == nil {
		return
	}
	c.witness.Proven = nil
	_, _ = c.verify(endpoint.CheckRequest{Product: c.o.Product, Version: c.o.Version, Nonce: last.Nonce}, []byte(last.Body))
	c.witness.changed = false
}
