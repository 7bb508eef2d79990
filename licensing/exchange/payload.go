package exchange

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// PeekHeader returns what an envelope says of itself, unverified, and the kind of its main part: for choosing a
// profile to verify with and for messages about unknown senders, never to be shown as true. Both are zero when nothing can
// be read.
func PeekHeader(e Envelope) (Header, Kind) {
	role, _, ok := parseType(e.PayloadType)
	if !ok {
		return Header{}, ""
	}
	payload, err := e.payload()
	if err != nil {
		return Header{}, ""
	}
	if role != "response" {
		var v struct{ Header }
		if err := decodeStrict(payload, &v); err != nil {
			return Header{}, ""
		}
		return v.Header, Kind(role)
	}
	var v struct {
		Header
		Kind Kind `json:"kind"`
	}
	if err := decodeStrict(payload, &v); err != nil {
		return Header{}, ""
	}
	return v.Header, v.Kind
}

// PeekReceipt is the highest number of a receipt for a ledger in an envelope that is mainly a receipt, unverified; 0 when there is none.
func PeekReceipt(e Envelope, ledger string) (number int) {
	if role, _, ok := parseType(e.PayloadType); !ok || role != "response" {
		return 0
	}
	payload, err := e.payload()
	if err != nil {
		return 0
	}
	var v struct {
		Kind  Kind `json:"kind"`
		Parts []struct {
			Receipt struct {
				Number int    `json:"number"`
				Ledger string `json:"ledger"`
			} `json:"receipt"`
		} `json:"parts"`
	}
	if json.Unmarshal(payload, &v) != nil || v.Kind != KindReceipt {
		return 0
	}
	for _, p := range v.Parts {
		if p.Receipt.Ledger == ledger {
			number = max(number, p.Receipt.Number)
		}
	}
	return number
}

// open checks the payload type and decodes base64. known is false for a newer version of the role wanted: it
// is verified like the others, and then reported as file_too_new.
func (e Envelope) open(want string) (payload []byte, known bool, err error) {
	role, version, ok := parseType(e.PayloadType)
	switch {
	case !ok:
		return nil, false, otherKind(OtherUnknown)
	case role == want:
		payload, err = e.payload()
		return payload, version == readsVersion, err
	case role == "request":
		return nil, false, e.requestProblem()
	case role == "usage":
		return nil, false, otherKind(OtherUsage)
	case role == "profile":
		return nil, false, otherKind(OtherVendor)
	case role == "response":
		return nil, false, otherKind(OtherLicense)
	}
	return nil, false, tooNew("", fmt.Errorf("payload type %q", e.PayloadType))
}

// decodePayload decodes a payload and checks what all headers promise. h is the header inside v.
func decodePayload(payload []byte, v any, h *Header, schema string, known bool) error {
	if !known {
		var newer struct{ Header }
		if err := decodeStrict(payload, &newer); err != nil {
			return tooNew("", err)
		}
		return tooNew(newer.Needs, errors.New("a newer payload type"))
	}
	sh := shapeOf(reflect.TypeOf(v).Elem())
	if err := decodeStrict(payload, v); err != nil {
		// What a newer writer means may look wrong to this reader; then its header says so.
		var newer struct{ Header }
		if decodeStrict(payload, &newer) == nil {
			if name, ok := newer.unknown(sh); ok {
				return tooNew(newer.Needs, fmt.Errorf("critical field %q", name))
			}
		}
		return malformed(err)
	}
	if name, ok := h.unknown(sh); ok {
		return tooNew(h.Needs, fmt.Errorf("critical field %q", name))
	}
	switch {
	case h.Schema != schema:
		return malformed(fmt.Errorf("schema %q", h.Schema))
	case h.Alg != algorithm:
		return tooNew(h.Needs, fmt.Errorf("algorithm %q", h.Alg))
	case h.Vendor == "" || h.ID == "" || h.Issued.IsZero():
		return malformed(errors.New("the header lacks vendor, id or issued"))
	}
	return nil
}

// unknown returns the first critical field that sh does not have.
func (h Header) unknown(sh *shape) (string, bool) {
	for _, name := range h.Critical {
		if !sh.knows(name) {
			return name, true
		}
	}
	return "", false
}

func bundleShape() *shape { return shapeOf(reflect.TypeFor[Bundle]()) }

func shapeOfRole(role string) *shape {
	switch role {
	case "profile":
		return shapeOf(reflect.TypeFor[Profile]())
	case "request":
		return shapeOf(reflect.TypeFor[Request]())
	case "usage":
		return shapeOf(reflect.TypeFor[Usage]())
	}
	return shapeOf(reflect.TypeFor[Response]())
}

// signedBy demands a good signature by pub.
func (e Envelope) signedBy(payload []byte, pub ed25519.PublicKey) error {
	_, err := e.verify(payload, Roots{pub}.find)
	if err != nil {
		return changed(err)
	}
	return nil
}
