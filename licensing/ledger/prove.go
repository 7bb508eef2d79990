package ledger

import (
	"crypto/ed25519"
	"encoding/json"
)

// Opening is what the body of a HEADER says, for who proves a ledger without having its files.
type Opening struct {
	Ledger         string
	Segment, First uint64
	Previous       string // hex
	Damage         []Notice
	Owner          json.RawMessage
	Start          Head // before the first entry
	BehindOpen     bool // the segment before was left open, and Previous is its head
}

// Notice is what a HEADER says of a damaged segment before it.
type Notice struct {
	Segment          uint64
	Code             Code
	LostFrom, LostTo uint64
}

// ParseHeader reads the body of a HEADER.
func ParseHeader(body []byte) (Opening, error) {
	h, err := parseHeader(body)
	if err != nil {
		return Opening{}, err
	}
	o := Opening{Ledger: h.Ledger, Segment: h.Segment, First: h.First, Previous: h.Previous, Owner: h.Owner, Start: startHead(body), BehindOpen: h.Version == openVersion}
	for _, n := range h.notices {
		o.Damage = append(o.Damage, Notice{n.Segment, n.Code, n.LostFrom, n.LostTo})
	}
	return o, nil
}

// Closing is what the body of a CLOSE says. Hash is what the next HEADER calls it.
type Closing struct {
	Ledger                      string
	Segment, First, Last, Count uint64
	Head                        string // hex
	Totals                      []byte // sealed
	Hash                        Head
}

// ParseClose reads the body of a CLOSE without judging its signature.
func ParseClose(body []byte) (Closing, error) {
	c, err := parseClose(body)
	if err != nil {
		return Closing{}, err
	}
	return Closing{c.Ledger, c.Segment, c.First, c.Last, c.Count, c.Head, c.Totals, closeHash(body)}, nil
}

// CloseSignedBy says whether one of the keys signed the body of a CLOSE, which ParseClose has read.
func CloseSignedBy(body []byte, keys ...ed25519.PublicKey) bool { return signedBy(body, keys) }

// NextHead is the chain's step: the head after an entry of which the chain covers body.
func NextHead(previous Head, seq uint64, body []byte) Head { return nextHead(previous, seq, body) }
