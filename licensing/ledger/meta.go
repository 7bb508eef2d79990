package ledger

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// formatVersion is the version of segments and of closes that this build writes. A segment behind one that was left open is of version
// openVersion, the highest that is read, so that builds that do not know of such leave the ledger alone.
const (
	formatVersion = 1
	openVersion   = 2
)

// header is the body of HEADER.
type header struct {
	Version  int             `json:"v"`
	Ledger   string          `json:"ledger"`
	Segment  uint64          `json:"segment"`
	First    uint64          `json:"first"`
	Previous string          `json:"previous,omitempty"`
	Damage   json.RawMessage `json:"damage,omitempty"`
	Owner    json.RawMessage `json:"owner,omitempty"`

	notices []notice
}

// notice says in a later HEADER what happened to an earlier segment.
type notice struct {
	Segment  uint64 `json:"segment"`
	Code     Code   `json:"code"`
	LostFrom uint64 `json:"lost_from,omitempty"`
	LostTo   uint64 `json:"lost_to,omitempty"`
	Sum      string `json:"sha256,omitempty"` // of the file, hex
}

// maxSeq keeps sums of entry numbers from running over.
const maxSeq = 1 << 62

var errMeta = errors.New("not a header or close of this format")

// parseHeader reads the body of HEADER. It fails with ErrTooNew for a later version.
func parseHeader(body []byte) (header, error) {
	var h header
	if err := json.Unmarshal(body, &h); err != nil {
		return h, errMeta
	}
	if h.Version > openVersion {
		return h, fmt.Errorf("segment format %d: %w", h.Version, ErrTooNew)
	}
	if h.Version < 1 || h.Segment < 1 || h.Segment > maxNumber || h.First < 1 || h.First > maxSeq || !validID(h.Ledger) {
		return h, errMeta
	}
	if h.Damage != nil {
		if err := json.Unmarshal(h.Damage, &h.notices); err != nil {
			return h, errMeta
		}
		for _, n := range h.notices {
			if n.LostFrom > maxSeq || n.LostTo > maxSeq {
				return h, errMeta
			}
		}
	}
	return h, nil
}

// validID keeps ledger ids short and free of bytes that could end one early.
func validID(id string) bool {
	return id != "" && len(id) <= 200 && !strings.ContainsFunc(id, func(r rune) bool { return r < ' ' })
}

// closing is the JSON of CLOSE.
type closing struct {
	Version int    `json:"v"`
	Ledger  string `json:"ledger"`
	Segment uint64 `json:"segment"`
	First   uint64 `json:"first"`
	Last    uint64 `json:"last"`
	Count   uint64 `json:"count"`
	Head    string `json:"head"`
	Totals  []byte `json:"totals,omitempty"`
}

const closeContext = "holdfast/v1/ledger-close\x00"

// parseClose reads the body of CLOSE without judging the signature.
func parseClose(body []byte) (closing, error) {
	var c closing
	if len(body) <= ed25519.SignatureSize || json.Unmarshal(body[ed25519.SignatureSize:], &c) != nil {
		return c, errMeta
	}
	if c.Version != formatVersion || c.First < 1 || c.Last < c.First || c.Last > maxSeq || c.Count != c.Last-c.First+1 {
		return c, errMeta
	}
	return c, nil
}

// fits says whether c closes the segment that h opened, with last and head as read.
func (c closing) fits(h header, last uint64, head Head) bool {
	return c.Ledger == h.Ledger && c.Segment == h.Segment && c.First == h.First && c.Last == last && c.Head == hex.EncodeToString(head[:])
}

// follows says whether h comes behind a segment with that closing.
func (h *header) follows(c *closing, hash Head) bool {
	return h.Previous == hex.EncodeToString(hash[:]) || h.Version == openVersion && h.Previous == c.Head
}

// carries says whether h comes behind a segment that was left open and whose contents are c: it names their head.
func (h *header) carries(c *contents) bool {
	return h.Version == openVersion && c.fault == faultNone && h.Previous == hex.EncodeToString(c.head[:]) && h.First == c.last+1
}

// signClose makes the body of CLOSE.
func signClose(c closing, sign func([]byte) ([]byte, error)) ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	sig, err := sign(append([]byte(closeContext), text...))
	if err != nil {
		return nil, fmt.Errorf("sign the close: %w", err)
	}
	if len(sig) != ed25519.SignatureSize {
		return nil, errors.New("sign the close: not an Ed25519 signature")
	}
	return append(sig[:ed25519.SignatureSize:ed25519.SignatureSize], text...), nil
}

// signedBy says whether one of the keys signed the CLOSE body.
func signedBy(body []byte, keys []ed25519.PublicKey) bool {
	message := append([]byte(closeContext), body[ed25519.SignatureSize:]...)
	for _, k := range keys {
		if len(k) == ed25519.PublicKeySize && ed25519.Verify(k, message, body[:ed25519.SignatureSize]) {
			return true
		}
	}
	return false
}
