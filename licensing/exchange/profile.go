package exchange

import (
	"crypto/ed25519"
	"errors"
	"fmt"
)

// Roots are the root keys that are trusted now for one vendor. Once a successor is taken, its
// predecessor must not be among them any more.
type Roots []ed25519.PublicKey

func (r Roots) find(keyid string) ed25519.PublicKey {
	for _, pub := range r {
		if len(pub) == ed25519.PublicKeySize && KeyID(pub) == keyid {
			return pub
		}
	}
	return nil
}

// ParseProfile verifies a vendor profile against the trusted roots and returns it. A profile whose root is
// not trusted is taken if a trusted root, named in previous_root, has signed it too. file_unknown_sender is the answer to a
// profile of another root: PeekProfile then gives what a person must be asked. The caller compares vendor and version
// with the profile it replaces.
func ParseProfile(e Envelope, trusted Roots) (Profile, error) {
	payload, known, err := e.open("profile")
	if err != nil {
		return Profile{}, err
	}
	id, err := e.verify(payload, trusted.find)
	if err != nil {
		return Profile{}, err
	}
	p, err := decodeProfile(payload, known)
	if err != nil {
		return Profile{}, err
	}
	root, err := DecodeKey(p.Root)
	if err != nil {
		return Profile{}, malformed(err)
	}
	if KeyID(root) == id {
		return p, nil
	}
	// Succession: the trusted root that signed must be the one that the profile calls its predecessor.
	if trusted.find(KeyID(root)) != nil {
		return Profile{}, changed(errors.New("the profile's own root did not sign"))
	}
	previous, err := DecodeKey(p.PreviousRoot)
	if err != nil || KeyID(previous) != id {
		return Profile{}, malformed(errors.New("the key that signed is neither root nor previous root"))
	}
	if err := e.signedBy(payload, root); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// PeekProfile verifies a profile against the root key that it names itself, so that a person can be asked about it.
// Everything in it is the sender's claim until that person has compared RootWords.
func PeekProfile(e Envelope) (Profile, error) {
	payload, known, err := e.open("profile")
	if err != nil {
		return Profile{}, err
	}
	p, err := decodeProfile(payload, known)
	if err != nil {
		return Profile{}, err
	}
	root, err := DecodeKey(p.Root)
	if err != nil {
		return Profile{}, malformed(err)
	}
	return p, e.signedBy(payload, root)
}

func decodeProfile(payload []byte, known bool) (Profile, error) {
	var p Profile
	if err := decodePayload(payload, &p, &p.Header, ProfileSchema, known); err != nil {
		return Profile{}, err
	}
	return p, p.check()
}

// check says whether a verified profile holds to its format.
func (p Profile) check() error {
	root, err := DecodeKey(p.Root)
	if err != nil {
		return malformed(err)
	}
	if p.KeyID != KeyID(root) {
		return malformed(errors.New("the header's keyid is not the root's"))
	}
	if p.Version < 1 {
		return malformed(fmt.Errorf("profile version %d", p.Version))
	}
	if hint, err := decodeBase64(p.HintKey); err != nil || len(hint) != 32 {
		return malformed(errors.New("hint_key is not 32 bytes"))
	}
	seen := map[string]bool{}
	for _, k := range p.Keys {
		pub, err := DecodeKey(k.Public)
		if err != nil {
			return malformed(err)
		}
		if k.ID != KeyID(pub) || seen[k.ID] {
			return malformed(fmt.Errorf("signing key %q", k.ID))
		}
		seen[k.ID] = true
	}
	return nil
}
