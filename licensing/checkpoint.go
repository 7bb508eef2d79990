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
// still gets a verdict.
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
}

const (
	nextCheckpoint  = "checkpoint.next.json"
	checkpointType  = "application/vnd.holdfast.checkpoint.v1+json"
	checkpointLimit = 64 << 20
	documentLimit   = 16 << 20
)

// writeCheckpoint replaces the checkpoint. It is only a copy: when it cannot be written, the next change tries again.
func (e *Engine) writeCheckpoint() {
	if e.secrets != nil && !e.o.ReadOnly {
		_ = e.writeCheckpointAs(checkpointFile, e.rec, e.secrets.device)
	}
}

func (e *Engine) writeCheckpointAs(name string, rec *records, key device.Key) error {
	all := rec.all()
	cp := checkpoint{V: 1, Home: e.home, Seq: rec.Seq, Head: rec.Head, Requests: all.Requests, Documents: all.Documents, Computer: rec.Home}
	for _, v := range all.Vendors {
		v.Profile = exchange.Profile{}
		cp.Vendors = append(cp.Vendors, v)
	}
	for _, l := range all.Licenses {
		l.License = terms.License{}
		cp.Licenses = append(cp.Licenses, l)
	}
	payload, err := json.Marshal(cp)
	if err != nil {
		return err
	}
	b, err := json.Marshal(signedCheckpoint{Payload: payload, Sig: key.Sign(exchange.PAE(checkpointType, payload))})
	if err != nil {
		return err
	}
	return disk.WriteFile(e.o.FS, e.path(name), b, 0o600)
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
	var file signedCheckpoint
	if err := json.Unmarshal(b, &file); err != nil {
		return cp, err
	}
	if proven && (len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, exchange.PAE(checkpointType, file.Payload), file.Sig)) {
		return cp, errDamaged
	}
	if err := json.Unmarshal(file.Payload, &cp); err != nil {
		return cp, err
	}
	if cp.V != 1 {
		return cp, fmt.Errorf("checkpoint version %d", cp.V)
	}
	return cp, nil
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
	rec.Seq, rec.Head, rec.Home = cp.Seq, cp.Head, cp.Computer
	for _, v := range cp.Vendors {
		env, err := e.readDocument(v.Document)
		if err != nil {
			continue
		}
		root, err := base64.StdEncoding.DecodeString(v.Current)
		if err != nil {
			continue
		}
		if v.Profile, err = exchange.ParseProfile(env, exchange.Roots{root}); err == nil {
			rec.Vendors[v.Root] = v
		}
	}
	for _, q := range cp.Requests {
		rec.Requests[q.ID] = q
	}
	for _, d := range cp.Documents {
		rec.Documents[d.Hash] = d
	}
	for _, l := range cp.Licenses {
		if lic, ok := e.verifyHeld(rec, l); ok {
			rec.Licenses[lic.key()] = lic
		} else {
			rec.forget(l.Document)
		}
	}
	return rec, nil
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
func (e *Engine) verifyHeld(rec *records, l licenseRecord) (licenseRecord, bool) {
	v, ok := rec.Vendors[l.Root]
	if !ok {
		return l, false
	}
	env, err := e.readDocument(l.Document)
	if err != nil {
		return l, false
	}
	resp, err := exchange.ParseResponse(env, e.profileOf(l, v))
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
// is held stays. Its hash stands in the checkpoint, which the device key signed.
func (e *Engine) profileOf(l licenseRecord, v vendorRecord) exchange.Profile {
	if l.Profile == "" || l.Profile == v.Document {
		return v.Profile
	}
	env, err := e.readDocument(l.Profile)
	if err != nil {
		return v.Profile
	}
	p, err := exchange.PeekProfile(env)
	if err != nil {
		return v.Profile
	}
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
