package ledger

import (
	"crypto/sha256"
	"encoding/binary"
)

// Head is a place in the hash chain.
type Head = [32]byte

// startHead is the head before the first entry of a segment.
func startHead(headerBody []byte) Head { return tagged(0x00, headerBody) }

// StartHead is the head before the first entry of a segment whose HEADER has that body.
func StartHead(header []byte) Head { return startHead(header) }

// nextHead is the chain's one step: SHA-256(0x01, previous head, seq, SHA-256(body)).
func nextHead(previous Head, seq uint64, body []byte) Head {
	var b [1 + 32 + 8 + 32]byte
	b[0] = 0x01
	copy(b[1:], previous[:])
	binary.BigEndian.PutUint64(b[33:], seq)
	sum := sha256.Sum256(body)
	copy(b[41:], sum[:])
	return sha256.Sum256(b[:])
}

func closeHash(closeBody []byte) Head { return tagged(0x02, closeBody) }

func damageHash(notices []byte) Head { return tagged(0x03, notices) }

// tagged hashes b under a leading byte, so that no two uses of SHA-256 here can be mistaken for each other.
func tagged(tag byte, b []byte) Head {
	h := sha256.New()
	h.Write([]byte{tag})
	h.Write(b)
	return Head(h.Sum(nil))
}
