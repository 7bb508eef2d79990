package usage

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// Types of entries in a usage ledger.
const (
	TypeSession byte = 16  // a process begins to record, under a key derived from the epoch's
	TypeName    byte = 17  // the next index of the epoch's names: product, meter, kind
	TypeRecord  byte = 18  // one use
	TypeNote    byte = 19  // clock, grace, restore, prune, gap
	TypeFresh   byte = 20  // like TypeSession, with an encapsulated key of its own in front, as the epoch's could not be unwrapped
	typeKeyed   byte = 146 // TypeRecord with the hash of an id beside it; outside the ledger it is TypeRecord
)

const saltSize = 16

// session seals or opens the entries of one session, in order.
type session struct {
	ledger string
	aead   cipher.AEAD
	count  uint64
	nonce  [chacha20poly1305.NonceSize]byte
	aad    []byte
}

// deriveSession derives a session's key from the key of its epoch (or its own) and the 16 random bytes of its entry.
func deriveSession(key Key, ledger string, salt []byte) (*session, error) {
	sub, err := hkdf.Key(sha256.New, key[:], salt, "holdfast/v1/session", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.New(sub)
	if err != nil {
		return nil, err
	}
	return &session{ledger: ledger, aead: aead, aad: make([]byte, 0, len(ledger)+1+8+32+1)}, nil
}

// place sets nonce and additional data of the next entry.
func (s *session) place(typ byte, seq uint64, previous [32]byte) {
	binary.BigEndian.PutUint64(s.nonce[4:], s.count)
	s.count++
	s.aad = append(append(s.aad[:0], s.ledger...), 0)
	s.aad = binary.BigEndian.AppendUint64(s.aad, seq)
	s.aad = append(append(s.aad, previous[:]...), typ)
}

// sealEntry appends the sealed plain text of the session's next entry to dst. typ is TypeSession, TypeName, TypeRecord, TypeNote or TypeFresh;
// previous is the head before the entry. The text of TypeSession and TypeFresh is the session's JSON alone.
func (s *session) sealEntry(dst []byte, typ byte, seq uint64, previous [32]byte, plain []byte) []byte {
	s.place(typ, seq, previous)
	return s.aead.Seal(dst, s.nonce[:], plain, s.aad)
}

// openEntry appends the plain text to dst. It counts the entry even when it does not open, so the next one can be.
func (s *session) openEntry(dst []byte, typ byte, seq uint64, previous [32]byte, sealed []byte) ([]byte, error) {
	s.place(typ, seq, previous)
	plain, err := s.aead.Open(dst, s.nonce[:], sealed, s.aad)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// opening is the body of TypeSession or TypeFresh in its parts. All but sealed is in the clear.
type opening struct {
	key    string // TypeFresh: id of the sealing key
	enc    []byte // TypeFresh: encapsulation of the session's own key
	salt   []byte
	sealed []byte
}

// splitSession takes the body of TypeSession or TypeFresh apart.
func splitSession(typ byte, body []byte) (opening, error) {
	var o opening
	if typ == TypeFresh {
		if len(body) == 0 || len(body) < 1+int(body[0])+encSize {
			return o, errSession
		}
		n := 1 + int(body[0])
		o.key, o.enc, body = string(body[1:n]), body[n:n+encSize], body[n+encSize:]
	}
	if len(body) < saltSize+chacha20poly1305.Overhead {
		return o, errSession
	}
	o.salt, o.sealed = body[:saltSize], body[saltSize:]
	return o, nil
}

// splitFront is splitSession for what stands before the sealed part alone.
func splitFront(typ byte, front []byte) (opening, error) {
	o, err := splitSession(typ, append(front[:len(front):len(front)], make([]byte, chacha20poly1305.Overhead)...))
	if len(o.sealed) > chacha20poly1305.Overhead {
		err = errSession
	}
	return o, err
}

// start appends what stands before the sealed part of TypeSession or TypeFresh to dst.
func (o opening) start(dst []byte) []byte {
	if o.enc != nil {
		dst = append(append(append(dst, byte(len(o.key))), o.key...), o.enc...)
	}
	return append(dst, o.salt...)
}

var errSession = errors.New("not a session of this format")

// opener opens the entries of one epoch, in order.
type opener struct {
	ledger string
	key    *Key                                     // of the epoch; nil when it is not known
	own    func(seq uint64, o opening) (Key, error) // key of a TypeFresh entry; nil: none is known
	s      *session
}

// open returns the plain text of an entry, appended to dst; for TypeSession and TypeFresh the session's JSON. Every entry of the
// epoch has to be passed, also those that do not open.
func (o *opener) open(dst []byte, typ byte, seq uint64, previous [32]byte, body []byte) ([]byte, error) {
	if typ != TypeSession && typ != TypeFresh {
		if o.s == nil {
			return nil, ErrSealed
		}
		return o.s.openEntry(dst, typ, seq, previous, body)
	}
	o.s = nil
	parts, err := splitSession(typ, body)
	if err != nil {
		return nil, err
	}
	key := o.key
	if parts.enc != nil {
		if o.own == nil {
			return nil, ErrSealed
		}
		k, err := o.own(seq, parts)
		if err != nil {
			return nil, err
		}
		key = &k
	}
	if key == nil {
		return nil, ErrSealed
	}
	s, err := deriveSession(*key, o.ledger, parts.salt)
	if err != nil {
		return nil, err
	}
	o.s = s
	return s.openEntry(dst, typ, seq, previous, parts.sealed)
}

func parseSession(b []byte) (Session, error) {
	var s Session
	if len(b) > maxJSON || json.Unmarshal(b, &s) != nil || s.Grain < 1 || s.Grain > 86_400 || s.At.Year() < 0 || s.At.Year() > 9999 {
		return Session{}, errSession
	}
	return s, nil
}
