package ledger

import (
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// typeEvent is the one type of entry in a journal.
const typeEvent = FirstType

// ErrKey is wrapped by Replay when not one entry could be opened: the key is another one, or all are damaged.
var ErrKey = errors.New("the journal's key does not fit")

// Journal is a ledger of sealed events. The body of an entry is a random nonce of 24 bytes and the event's JSON
// sealed with XChaCha20-Poly1305 under HKDF-SHA-256(key, "holdfast/v1/journal"); the additional data are the ledger id, 0x00 and
// the entry's number, so an entry moved to another place or ledger does not open.
type Journal struct {
	l    *Ledger
	seal sealer
}

// OpenJournal opens the journal in dir like Open. key is the store key.
func OpenJournal(dir string, key [32]byte, o Options) (*Journal, Recovery, error) {
	s, err := newSealer(key, o.ID)
	if err != nil {
		return nil, Recovery{}, err
	}
	l, rec, err := Open(dir, o)
	if err != nil {
		return nil, rec, err
	}
	return &Journal{l, s}, rec, nil
}

// Record adds e. It is durable when Record returns nil; after an error nothing was recorded. Errors as of Append.
func (j *Journal) Record(ctx context.Context, e Event) (Entry, error) {
	b, err := encodeEvent(e)
	if err != nil {
		return Entry{}, err
	}
	return j.l.AppendFunc(ctx, typeEvent, func(seq uint64, _ Head) ([]byte, error) {
		return j.seal.seal(b, seq), nil
	})
}

// Replay calls fn for every event from number from on, in order. Damaged entries are passed over and named by number
// in the *DamageError that is returned after all others were delivered (it then also wraps ErrKey when
// not one could be opened). Events of a damaged segment are delivered when their seal proves them.
func (j *Journal) Replay(from uint64, fn func(seq uint64, e Event) error) error {
	return j.Entries(from, func(entry Entry, e Event) error { return fn(entry.Seq, e) })
}

// Entries is Replay with the whole entry.
func (j *Journal) Entries(from uint64, fn func(Entry, Event) error) error {
	var damage DamageError
	opened := 0
	err := j.l.Read(from, func(entry Entry) error {
		e, err := j.seal.event(entry)
		switch {
		case errors.Is(err, ErrTooNew):
			return err
		case err != nil:
			if num, noted := j.l.segmentOf(entry.Seq); !noted {
				damage.Findings = append(damage.Findings, Finding{Segment: num, Seq: entry.Seq, Code: Changed})
			}
			return nil
		}
		opened++
		return fn(entry, e)
	})
	if len(damage.Findings) == 0 {
		return err
	}
	var more *DamageError
	switch {
	case errors.As(err, &more):
		damage.Findings = append(damage.Findings, more.Findings...)
	case err != nil:
		return err
	}
	if opened == 0 {
		return fmt.Errorf("%w: %w", ErrKey, &damage)
	}
	return &damage
}

// Tail is that of Ledger.
func (j *Journal) Tail() (uint64, Head) { return j.l.Tail() }

// At is that of Ledger; it does not open the seal.
func (j *Journal) At(seq uint64) (Entry, error) { return j.l.At(seq) }

// CloseSegment is that of Ledger.
func (j *Journal) CloseSegment() error { return j.l.CloseSegment() }

// Close is that of Ledger.
func (j *Journal) Close() error { return j.l.Close() }

// VerifyJournal is Verify that also opens every event. One that cannot be opened is a finding with its number.
func VerifyJournal(dir string, key [32]byte, o Options) (Report, error) {
	s, err := newSealer(key, o.ID)
	if err != nil {
		return Report{}, err
	}
	return verify(dir, o, func(e Entry) error {
		_, err := s.event(e)
		return err
	})
}

// segmentOf returns the segment that holds entry seq, and whether a HEADER tells of its damage.
func (l *Ledger) segmentOf(seq uint64) (num uint64, noted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.segs {
		if s := &l.segs[i]; s.last >= seq {
			return s.num, s.noted
		}
	}
	return 0, false
}

// sealer seals and opens the bodies of one journal.
type sealer struct {
	aead cipher.AEAD
	id   string
}

func newSealer(key [32]byte, id string) (sealer, error) {
	sub, err := hkdf.Key(sha256.New, key[:], nil, "holdfast/v1/journal", chacha20poly1305.KeySize)
	if err != nil {
		return sealer{}, err
	}
	aead, err := chacha20poly1305.NewX(sub)
	return sealer{aead, id}, err
}

func (s sealer) place(seq uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(s.id), 0), seq)
}

func (s sealer) seal(plain []byte, seq uint64) []byte {
	out := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	_, _ = rand.Read(out) // never fails (Go 1.24 and later)
	return s.aead.Seal(out, out, plain, s.place(seq))
}

// event opens and decodes one entry.
func (s sealer) event(e Entry) (Event, error) {
	if e.Type != typeEvent || len(e.Body) < chacha20poly1305.NonceSizeX {
		return Event{}, errEvent
	}
	nonce, sealed := e.Body[:chacha20poly1305.NonceSizeX], e.Body[chacha20poly1305.NonceSizeX:]
	plain, err := s.aead.Open(nil, nonce, sealed, s.place(e.Seq))
	if err != nil {
		return Event{}, errEvent
	}
	return decodeEvent(plain)
}
