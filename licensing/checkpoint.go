package licensing

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"holdfast/licensing/device"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// checkpoint is the copy of the records that can be read without the key store: no secrets, licenses and profiles
// only by the hash of their signed documents, the whole signed by the device key. So a locked key store, cron or ssh
// still gets a verdict. What changed since it was written stands in its tail.
type checkpoint struct {
	V         int              `json:"v"`
	Home      homeInfo         `json:"home"`
	Seq       uint64           `json:"seq"`
	Head      string           `json:"head"`
	Vendors   []vendorRecord   `json:"vendors,omitempty"`
	Licenses  []licenseRecord  `json:"licenses,omitempty"`
	Requests  []requestRecord  `json:"requests,omitempty"`
	Documents []documentRecord `json:"documents,omitempty"`
	Computer  homeRecord       `json:"computer"`

	sig []byte // of the file, which names it
}

const (
	nextCheckpoint  = "checkpoint.next.json"
	checkpointType  = "application/vnd.holdfast.checkpoint.v1+json"
	checkpointLimit = 64 << 20
	documentLimit   = 16 << 20
)

func (e *Engine) writeCheckpointAs(name string, rec *records, key device.Key) ([]byte, error) {
	all := bare(rec.all())
	cp := checkpoint{
		V: 1, Home: e.home, Seq: rec.Seq, Head: rec.Head, Vendors: all.Vendors, Licenses: all.Licenses, Requests: all.Requests,
		Documents: all.Documents, Computer: rec.Home,
	}
	return e.writeSigned(name, checkpointType, cp, key)
}

// writeSigned writes one file of the checkpoint and returns its signature.
func (e *Engine) writeSigned(name, typ string, content any, key device.Key) ([]byte, error) {
	payload, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	sig := key.Sign(exchange.PAE(typ, payload))
	b, err := json.Marshal(signedCheckpoint{Payload: payload, Sig: sig})
	if err != nil {
		return nil, err
	}
	return sig, disk.WriteFile(e.o.FS, e.path(name), b, 0o600)
}

// bare is a change without what the signed documents say, and without secrets. Of a request that is closed nobody needs
// the file any more.
func bare(c change) change {
	out := change{V: c.V, Documents: c.Documents, Home: c.Home, Shown: c.Shown}
	for _, v := range c.Vendors {
		v.Profile = exchange.Profile{}
		out.Vendors = append(out.Vendors, v)
	}
	for _, l := range c.Licenses {
		l.License = terms.License{}
		out.Licenses = append(out.Licenses, l)
	}
	for _, q := range c.Requests {
		if q.State != terms.RequestOpen {
			q.Envelope = exchange.Envelope{}
		}
		out.Requests = append(out.Requests, q)
	}
	return out
}

// signedCheckpoint is the file: the payload and the device key's signature over its DSSE encoding.
type signedCheckpoint struct {
	Payload []byte `json:"payload"`
	Sig     []byte `json:"sig"`
}

// decodeCheckpoint reads the checkpoint, or the one that a set-up which was cut off left for the new device key.
func (e *Engine) decodeCheckpoint() (checkpoint, error) {
	cp, err := e.decodeCheckpointFrom(checkpointFile, true)
	if err != nil {
		if next, nerr := e.decodeCheckpointFrom(nextCheckpoint, true); nerr == nil {
			return next, nil
		}
	}
	return cp, err
}

func (e *Engine) decodeCheckpointFrom(name string, proven bool) (checkpoint, error) {
	b, err := disk.ReadFile(e.o.FS, e.path(name), checkpointLimit)
	if err != nil {
		return checkpoint{}, err
	}
	return parseCheckpoint(b, e.public, proven)
}

// parseCheckpoint reads a checkpoint; proven demands the signature of the device key.
func parseCheckpoint(b []byte, public ed25519.PublicKey, proven bool) (checkpoint, error) {
	var cp checkpoint
	sig, err := readSigned(b, checkpointType, public, proven, &cp)
	if err != nil {
		return cp, err
	}
	if cp.V != 1 {
		return cp, fmt.Errorf("checkpoint version %d", cp.V)
	}
	cp.sig = sig
	return cp, nil
}

// readSigned reads what writeSigned wrote.
func readSigned(b []byte, typ string, public ed25519.PublicKey, proven bool, into any) ([]byte, error) {
	var file signedCheckpoint
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, err
	}
	if proven && (len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, exchange.PAE(typ, file.Payload), file.Sig)) {
		return nil, errDamaged
	}
	return file.Sig, json.Unmarshal(file.Payload, into)
}

// readCheckpoint returns the records as the checkpoint and the signed documents say. Licenses whose document is gone or
// no longer verifies are left out.
func (e *Engine) readCheckpoint() (*records, error) {
	cp, err := e.decodeCheckpoint()
	if err != nil {
		return nil, err
	}
	if cp.Home.ID != e.home.ID {
		return nil, errors.New("checkpoint of another home")
	}
	rec := newRecords()
	rec.apply(change{Vendors: cp.Vendors, Licenses: cp.Licenses, Requests: cp.Requests, Documents: cp.Documents, Home: &cp.Computer})
	rec.Seq, rec.Head = cp.Seq, cp.Head
	if t, err := e.readTail(cp.sig); err == nil && t.Seq >= cp.Seq {
		rec.apply(t.Change)
		rec.Seq, rec.Head = t.Seq, t.Head
	}
	e.fillIn(rec)
	return rec, nil
}

// fillIn brings in what the signed documents say. What they do not prove is left out.
func (e *Engine) fillIn(rec *records) {
	for root, v := range rec.Vendors {
		if filled, ok := e.verifyVendor(v); ok {
			rec.Vendors[root] = filled
		} else {
			delete(rec.Vendors, root)
		}
	}
	profiles := map[string]exchange.Profile{}
	for key, l := range rec.Licenses {
		if lic, ok := e.verifyHeld(rec, l, profiles); ok {
			rec.Licenses[key] = lic
		} else {
			delete(rec.Licenses, key)
			rec.forget(l.Document)
		}
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

// forget lets a document whose license is lost be used once more.
func (r *records) forget(document string) {
	delete(r.Documents, document)
	for id, q := range r.Requests {
		if q.Answer == document && q.State == terms.RequestAnswered {
			q.State, q.Answer, q.Closed = terms.RequestOpen, "", time.Time{}
			r.Requests[id] = q
		}
	}
}

// verifyHeld fills in the license body from its signed document.
func (e *Engine) verifyHeld(rec *records, l licenseRecord, profiles map[string]exchange.Profile) (licenseRecord, bool) {
	v, ok := rec.Vendors[l.Root]
	if !ok {
		return l, false
	}
	env, err := e.readDocument(l.Document)
	if err != nil {
		return l, false
	}
	resp, err := exchange.ParseResponse(env, e.profileOf(l, v, profiles))
	if err != nil {
		return l, false
	}
	for _, p := range resp.Parts {
		if p.License != nil && p.License.Serial == l.Serial && p.License.Version == l.Version {
			l.License = *p.License
			return l, true
		}
	}
	return l, false
}

// profileOf is the profile that verified the license when it was taken: a newer one may have withdrawn the key since, and what
// is held stays. Its hash stands in the checkpoint, which the device key signed. Many licenses share one, so they are kept.
func (e *Engine) profileOf(l licenseRecord, v vendorRecord, profiles map[string]exchange.Profile) exchange.Profile {
	if l.Profile == "" || l.Profile == v.Document {
		return v.Profile
	}
	if p, ok := profiles[l.Profile]; ok {
		return p
	}
	p := v.Profile
	if env, err := e.readDocument(l.Profile); err == nil {
		if was, err := exchange.PeekProfile(env); err == nil {
			p = was
		}
	}
	profiles[l.Profile] = p
	return p
}

// recoverHome takes the home's name from a checkpoint when its own file is damaged or gone. It is only a name, so the
// checkpoint need not be proven: the key store item of that name is what counts.
func (e *Engine) recoverHome() {
	for _, name := range []string{checkpointFile, nextCheckpoint} {
		cp, err := e.decodeCheckpointFrom(name, false)
		if err != nil || cp.Home.ID == "" || cp.Home.Sum != cp.Home.sum() {
			continue
		}
		e.home = cp.Home
		if !e.o.ReadOnly {
			_ = e.writeHome() // the checkpoint has it until the next start
		}
		return
	}
}
