package licensing

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"

	"holdfast/licensing/device"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
)

// checkpoint is the copy of the records that can be read without the key store: no secrets, licenses and profiles
// only by the hash of their signed documents, the whole signed by the device key. So a locked key store, cron or ssh
// still gets a verdict. What changed since it was written stands in its tail.
type checkpoint struct {
	V          int               `json:"v"`
	Home       homeInfo          `json:"home"`
	Seq        uint64            `json:"seq"`
	Head       string            `json:"head"`
	Vendors    []vendorRecord    `json:"vendors,omitempty"`
	Licenses   []licenseRecord   `json:"licenses,omitempty"`
	Requests   []requestRecord   `json:"requests,omitempty"`
	Documents  []documentRecord  `json:"documents,omitempty"`
	Parts      []partRecord      `json:"parts,omitempty"`
	Grace      []graceRecord     `json:"grace,omitempty"`
	Usage      []usageRecord     `json:"usage,omitempty"`
	UsageFiles []usageFileRecord `json:"usage_files,omitempty"`
	Contacts   []contactRecord   `json:"contacts,omitempty"`
	Computer   homeRecord        `json:"computer"`

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
		Documents: all.Documents, Parts: all.Parts, Grace: all.Grace,
		Usage: all.Usage, UsageFiles: all.UsageFiles, Contacts: all.Contacts, Computer: rec.Home,
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
	rec, err := e.readBare()
	if err == nil {
		e.fillIn(rec)
	}
	return rec, err
}

// readBare is readCheckpoint without what the signed documents say.
func (e *Engine) readBare() (*records, error) {
	cp, err := e.decodeCheckpoint()
	if err != nil {
		return nil, err
	}
	if cp.Home.ID != e.home.ID {
		return nil, errors.New("checkpoint of another home")
	}
	rec := newRecords()
	rec.apply(change{
		Vendors: cp.Vendors, Licenses: cp.Licenses, Requests: cp.Requests, Documents: cp.Documents, Parts: cp.Parts, Grace: cp.Grace,
		Usage: cp.Usage, UsageFiles: cp.UsageFiles, Contacts: cp.Contacts, Home: &cp.Computer,
	})
	rec.Seq, rec.Head = cp.Seq, cp.Head
	if t, err := e.readTail(cp.sig); err == nil && t.Seq >= cp.Seq {
		rec.apply(t.Change)
		rec.Seq, rec.Head = t.Seq, t.Head
	}
	return rec, nil
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
