package issuer

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"holdfast/licensing/exchange"
)

// Profile is the vendor's key file, ready to write.
type Profile struct {
	exchange.Profile
	File  []byte
	Name  string   // suggested file name
	Words []string // eight check words of the root key
}

// Profile returns the newest profile. No key is needed: profiles are kept as they were signed.
func (is *Issuer) Profile() (Profile, error) {
	var p Profile
	err := is.db.View(func(t tx) error {
		envelopes, newest, err := profilesIn(t)
		if err != nil {
			return err
		}
		p.Profile = newest
		p.Name = "vendor_" + safeName(newest.Vendor) + ".hfkey"
		root, err := exchange.DecodeKey(newest.Root)
		if err != nil {
			return say(CodeDamaged, err, "file", storeName)
		}
		p.Words = exchange.RootWords(root)
		p.File, err = exchange.Armor(exchange.KindProfile, is.firstLine(exchange.KindProfile, newest, map[string]any{}), envelopes...)
		return err
	})
	return p, err
}

// profilesIn returns what a file brings along: every profile that changed the root, oldest first, then the newest.
func profilesIn(t tx) ([]exchange.Envelope, exchange.Profile, error) {
	var all []exchange.Envelope
	var last profileRecord
	err := t.Each(bucketProfiles, "", func(key string, value []byte) error {
		if last.Succession {
			all = append(all, last.Envelope)
		}
		last = profileRecord{}
		return json.Unmarshal(value, &last)
	})
	if err != nil {
		return nil, exchange.Profile{}, err
	}
	var p exchange.Profile
	raw, err := base64.StdEncoding.DecodeString(last.Envelope.Payload)
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil || p.Version != last.Version {
		return nil, p, say(CodeDamaged, fmt.Errorf("profile version %d: %w", last.Version, err), "file", storeName)
	}
	return append(all, last.Envelope), p, nil
}

// signProfile fills in the header and signs; the first signer is the current root.
func signProfile(p exchange.Profile, vendor string, at time.Time, o Options, signers ...exchange.Signer) (exchange.Envelope, error) {
	id, err := o.newID()
	if err != nil {
		return exchange.Envelope{}, err
	}
	p.Header = exchange.Header{
		Schema: exchange.ProfileSchema, Vendor: vendor, Alg: algorithm, KeyID: signers[0].KeyID(),
		ID: id, Issued: at, Trace: id,
	}
	e, err := exchange.Sign(p, exchange.ProfileType, signers...)
	if err != nil {
		return e, fmt.Errorf("sign the profile: %w", err)
	}
	return e, nil
}

const algorithm = "ed25519"

// keyAt finds a working key in a profile.
func keyAt(p exchange.Profile, id string) int {
	for i, k := range p.Keys {
		if k.ID == id {
			return i
		}
	}
	return -1
}
