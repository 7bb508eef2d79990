package exchange

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"
)

// ParseResponse verifies a response with the signing keys of a trusted profile and returns it. The key must be good at the
// signed issue time. Parts of kinds that this build does not know stay in the list, with only Kind, ID and Version.
func ParseResponse(e Envelope, v Profile) (Response, error) {
	payload, known, err := e.open("response")
	if err != nil {
		return Response{}, err
	}
	var key SigningKey
	id, err := e.verify(payload, func(keyid string) ed25519.PublicKey {
		for _, k := range v.Keys {
			if k.ID != keyid {
				continue
			}
			if pub, err := DecodeKey(k.Public); err == nil && KeyID(pub) == keyid {
				key = k
				return pub
			}
		}
		return nil
	})
	if err != nil {
		return Response{}, err
	}
	var r Response
	if err := decodePayload(payload, &r, &r.Header, ResponseSchema, known); err != nil {
		return Response{}, err
	}
	if r.KeyID != id {
		return Response{}, malformed(errors.New("the header's keyid is not the signer's"))
	}
	if r.Vendor != v.Vendor {
		return Response{}, unknownSender("", fmt.Errorf("vendor %q, the key is of %q", r.Vendor, v.Vendor))
	}
	if err := key.goodAt(r.Issued); err != nil {
		return Response{}, err
	}
	return r, r.check()
}

// goodAt judges a key at a document's signed issue time. From, Until and NothingAfter are still good.
func (k SigningKey) goodAt(issued time.Time) error {
	switch {
	case issued.Before(k.From):
		return unknownSender(CauseKeyNotYet, fmt.Errorf("key %s is used from %s on", k.ID, k.From.Format(time.RFC3339)))
	case !k.NothingAfter.IsZero() && issued.After(k.NothingAfter):
		return unknownSender(CauseKeyWithdrawn, fmt.Errorf("key %s: nothing after %s", k.ID, k.NothingAfter.Format(time.RFC3339)))
	case !k.Until.IsZero() && issued.After(k.Until):
		return unknownSender(CauseKeyEnded, fmt.Errorf("key %s ended %s", k.ID, k.Until.Format(time.RFC3339)))
	}
	return nil
}

// member returns the member that Kind names, and how many members are set. known is false for a kind of a newer format.
func (p Part) member() (named bool, set int, known bool) {
	members := map[Kind]bool{
		KindLicense: p.License != nil, KindRefusal: p.Refusal != nil, KindKey: p.LicenseKey != nil, KindHold: p.Hold != nil,
		KindRevocation: p.Revocation != nil, KindNotice: p.Notice != nil, KindReceipt: p.Receipt != nil,
		KindExtension: p.Extension != nil, KindReview: p.Review != nil, KindStanding: p.Standing != nil,
	}
	for _, is := range members {
		if is {
			set++
		}
	}
	named, known = members[p.Kind]
	return named, set, known
}

// check says whether a verified response holds to its format.
func (r Response) check() error {
	if len(r.Parts) == 0 {
		return malformed(errors.New("no parts"))
	}
	for i, p := range r.Parts {
		named, set, known := p.member()
		switch {
		case known && (!named || set != 1):
			return malformed(fmt.Errorf("part %d is a %s with %d members", i, p.Kind, set))
		case !known && set != 0:
			return malformed(fmt.Errorf("part %d is of unknown kind %q", i, p.Kind))
		}
		if err := r.checkPart(p); err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
	}
	if _, ok := labels[r.Kind]; !ok || r.Kind == KindUsage {
		return tooNew(r.Needs, fmt.Errorf("response of kind %q", r.Kind))
	}
	return nil
}
