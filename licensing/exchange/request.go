package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"holdfast/licensing/terms"
)

// ParseRequest verifies a request with the device key that it carries, and that the device id is that key's. It proves who
// asks, not that the asker may have anything. The code is the sender's text: compute it from the key.
func ParseRequest(e Envelope) (Request, error) {
	payload, known, err := e.open("request")
	if err != nil {
		return Request{}, err
	}
	var r Request
	if err := decodePayload(payload, &r, &r.Header, RequestSchema, known); err != nil {
		return Request{}, err
	}
	pub, err := DecodeKey(r.Device.Public)
	if err != nil {
		return Request{}, changed(err)
	}
	if err := e.signedBy(payload, pub); err != nil {
		return Request{}, err
	}
	sum := sha256.Sum256(pub)
	switch {
	case r.KeyID != KeyID(pub):
		return Request{}, malformed(errors.New("the header's keyid is not the device's"))
	case r.Device.ID != hex.EncodeToString(sum[:]):
		return Request{}, malformed(errors.New("the device id is not that of its key"))
	case r.Nonce == "" || r.Kind == "":
		return Request{}, malformed(errors.New("no nonce or no kind"))
	}
	return r, r.check()
}

// check says whether a verified request holds to the format of its kind. Kinds that this build does not know are the reader's
// business.
func (r Request) check() error {
	for _, l := range r.Licenses {
		if l.Serial == "" || l.Version < 1 {
			return malformed(fmt.Errorf("license %q of version %d", l.Serial, l.Version))
		}
	}
	if r.Kind == RequestMoreTime && r.Wanted.IsZero() {
		return malformed(errors.New("more time without a date"))
	}
	return nil
}

// requestProblem says that this is a request, with its date if its seal is right.
func (e Envelope) requestProblem() error {
	slots := terms.Slots{}
	if r, err := ParseRequest(e); err == nil {
		slots["date"] = r.Issued
		slots["vendor"] = r.Vendor
	}
	return terms.NewProblem(terms.StateFileRequest, slots, nil)
}
