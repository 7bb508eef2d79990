package exchange

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Payload types of version 1.
const (
	ProfileType  = "application/vnd.holdfast.profile.v1+json"
	RequestType  = "application/vnd.holdfast.request.v1+json"
	ResponseType = "application/vnd.holdfast.response.v1+json"
	UsageType    = "application/vnd.holdfast.usage.v1+json"
)

const (
	typePrefix    = "application/vnd.holdfast."
	typeSuffix    = "+json"
	readsVersion  = 1
	maxSignatures = 8
	algorithm     = "ed25519"
)

// Signer signs with one Ed25519 key, wherever that key is kept.
type Signer interface {
	// KeyID is KeyID(Public()).
	KeyID() string
	Public() ed25519.PublicKey
	// Sign returns the 64-byte signature of message.
	Sign(message []byte) ([]byte, error)
}

// KeySigner returns a Signer over a private key in memory. Its public key is made from the seed anew, so that what it signs always verifies.
func KeySigner(key ed25519.PrivateKey) Signer {
	return memorySigner{ed25519.NewKeyFromSeed(key.Seed())}
}

type memorySigner struct{ key ed25519.PrivateKey }

func (s memorySigner) KeyID() string { return KeyID(s.Public()) }

func (s memorySigner) Public() ed25519.PublicKey { return s.key.Public().(ed25519.PublicKey) }

func (s memorySigner) Sign(message []byte) ([]byte, error) { return ed25519.Sign(s.key, message), nil }

// KeyID names a public key: the first 16 bytes of its SHA-256, in hex.
func KeyID(pub ed25519.PublicKey) string {
	sum := sha256.Sum256(pub)
	return hex.EncodeToString(sum[:16])
}

// EncodeKey writes a public key as documents carry it: standard base64.
func EncodeKey(pub ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(pub) }

// DecodeKey reads what EncodeKey writes.
func DecodeKey(s string) (ed25519.PublicKey, error) {
	b, err := decodeBase64(s)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	if len(b) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("public key has %d bytes, not %d", len(b), ed25519.PublicKeySize)
	}
	return b, nil
}

// PAE is the pre-authentication encoding of DSSE v1 (github.com/secure-systems-lab/dsse, protocol.md): the bytes
// that are signed.
func PAE(payloadType string, payload []byte) []byte {
	b := make([]byte, 0, len(payload)+len(payloadType)+48)
	b = append(b, "DSSEv1 "...)
	b = strconv.AppendInt(b, int64(len(payloadType)), 10)
	b = append(b, ' ')
	b = append(b, payloadType...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(len(payload)), 10)
	b = append(b, ' ')
	return append(b, payload...)
}

// Sign encodes payload once and signs those bytes with every signer. payload is a Profile, Request, Response or Usage, or Raw
// bytes that are signed as they are. The header's keyid must be the first signer's. What a reader would refuse
// (too large, keys that differ only in case, a signature by another key) is refused here, so it is never issued.
func Sign(payload any, payloadType string, signers ...Signer) (Envelope, error) {
	if len(signers) == 0 || len(signers) > maxSignatures {
		return Envelope{}, fmt.Errorf("sign: %d signers, want 1 to %d", len(signers), maxSignatures)
	}
	raw, err := encode(payload)
	if err != nil {
		return Envelope{}, fmt.Errorf("sign: %w", err)
	}
	role, _, ok := parseType(payloadType)
	if !ok {
		return Envelope{}, fmt.Errorf("sign: payload type %q is not ours", payloadType)
	}
	if err := checkJSON(raw, shapeOfRole(role)); err != nil {
		return Envelope{}, fmt.Errorf("sign: %w", err)
	}
	named, err := signerOf(payload)
	if err != nil {
		return Envelope{}, fmt.Errorf("sign: %w", err)
	}
	if id := signers[0].KeyID(); named != id {
		return Envelope{}, fmt.Errorf("sign: the header names key %q, the signer is %q", named, id)
	}
	e := Envelope{PayloadType: payloadType, Payload: base64.StdEncoding.EncodeToString(raw)}
	message := PAE(payloadType, raw)
	for _, s := range signers {
		sig, err := s.Sign(message)
		if err != nil {
			return Envelope{}, fmt.Errorf("sign with key %s: %w", s.KeyID(), err)
		}
		if _, own := s.(memorySigner); !own && !ed25519.Verify(s.Public(), message, sig) {
			return Envelope{}, fmt.Errorf("sign with key %s: the signature does not verify", s.KeyID())
		}
		e.Signatures = append(e.Signatures, Signature{KeyID: s.KeyID(), Sig: base64.StdEncoding.EncodeToString(sig)})
	}
	return e, nil
}

// signerOf is the key that a payload's header names.
func signerOf(payload any) (string, error) {
	switch p := payload.(type) {
	case Profile:
		return p.KeyID, nil
	case Request:
		return p.KeyID, nil
	case Response:
		return p.KeyID, nil
	case Usage:
		return p.KeyID, nil
	}
	raw, err := encode(payload)
	if err != nil {
		return "", err
	}
	var h Header
	err = json.Unmarshal(raw, &h)
	return h.KeyID, err
}

// encode writes payload without the HTML escapes of json.Marshal, so that ">=4 <6" stays readable.
func encode(payload any) ([]byte, error) {
	if raw, ok := payload.(Raw); ok {
		return raw, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(payload); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// parseType splits a payload type into role ("profile", "request", "response", "usage", or one of a newer program) and version.
func parseType(t string) (role string, version int, ok bool) {
	rest, ok := strings.CutPrefix(t, typePrefix)
	if !ok {
		return "", 0, false
	}
	rest, ok = strings.CutSuffix(rest, typeSuffix)
	if !ok {
		return "", 0, false
	}
	role, v, ok := strings.Cut(rest, ".v")
	if !ok || role == "" || len(v) > 6 {
		return "", 0, false
	}
	version, err := strconv.Atoi(v)
	return role, version, err == nil && version > 0
}

// IsUsage says whether an envelope calls itself that of a usage file, of this or a newer format.
func (e Envelope) IsUsage() bool {
	role, _, ok := parseType(e.PayloadType)
	return ok && role == "usage"
}

// decodeBase64 reads standard base64 in the one way in which it is written: padded, without unused bits, and without
// the line breaks that the library skips.
func decodeBase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("base64 with line breaks")
	}
	return base64.StdEncoding.Strict().DecodeString(s)
}

func (e Envelope) payload() ([]byte, error) {
	b, err := decodeBase64(e.Payload)
	if err != nil {
		return nil, changed(fmt.Errorf("payload: %w", err))
	}
	return b, nil
}

// verify finds a signature by a key that known returns and checks it. It returns the id of that key. Key ids
// beside a signature are hints: the caller compares them with the id inside the signed bytes.
func (e Envelope) verify(payload []byte, known func(keyid string) ed25519.PublicKey) (string, error) {
	if len(e.Signatures) > maxSignatures {
		return "", malformed(fmt.Errorf("%d signatures", len(e.Signatures)))
	}
	var message []byte
	for _, s := range e.Signatures {
		pub := known(s.KeyID)
		if pub == nil {
			continue
		}
		if message == nil {
			message = PAE(e.PayloadType, payload)
		}
		sig, err := decodeBase64(s.Sig)
		if err == nil && len(sig) == ed25519.SignatureSize && ed25519.Verify(pub, message, sig) {
			return s.KeyID, nil
		}
	}
	if message != nil {
		return "", changed(errors.New("the signature does not match"))
	}
	return "", unknownSender("", errors.New("no signature by a known key"))
}
