package usage

import (
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"

	"holdfast/licensing/exchange"
)

// Suite is the HPKE suite of epoch keys (RFC 9180, draft-ietf-hpke-pq).
const Suite = "MLKEM768X25519/HKDF-SHA256/ChaCha20Poly1305"

// Key is the key of an epoch, or of a session that has one of its own.
type Key = [32]byte

// Errors of everything that opens sealed parts of a ledger.
var (
	ErrSealed = errors.New("it cannot be opened with this key")
	errOwner  = errors.New("not the owner part of a usage header")
	errTotals = errors.New("not the totals of an epoch")
)

const maxMeters = 10_000 // in one epoch's names or totals

// owner is the member of that name in HEADER.
type owner struct {
	Version int    `json:"v"`
	Vendor  string `json:"vendor"` // root
	Device  string `json:"device"` // device id
	Suite   string `json:"suite"`
	Key     string `json:"key"`               // id of the sealing key
	Enc     []byte `json:"enc"`               // HPKE encapsulation of the epoch key
	Wrapped []byte `json:"wrapped,omitempty"` // epoch key under the store key; left out while that is locked
}

// encSize is the size of an encapsulation of Suite.
const encSize = 1120

// parseOwner reads the owner part of a HEADER body.
func parseOwner(header []byte) (owner, error) {
	var h struct {
		Owner owner `json:"owner"`
	}
	if len(header) > 1<<20 || json.Unmarshal(header, &h) != nil {
		return owner{}, errOwner
	}
	o := h.Owner
	if o.Version != 1 || o.Suite != Suite || len(o.Enc) != encSize || len(o.Wrapped) > 256 ||
		len(o.Vendor) > 200 || len(o.Device) > 200 || len(o.Key) > 200 {
		return owner{}, errOwner
	}
	return o, nil
}

// newEpochKey makes a key that the vendor can derive from enc.
func newEpochKey(to exchange.SealingKey, ledger string, epoch uint64) (key Key, enc []byte, err error) {
	if to.Suite != Suite {
		return key, nil, fmt.Errorf("sealing key %s: suite %q is not known", to.ID, to.Suite)
	}
	public, err := base64.StdEncoding.DecodeString(to.Public)
	if err != nil {
		return key, nil, fmt.Errorf("sealing key %s: %w", to.ID, err)
	}
	pk, err := hpke.MLKEM768X25519().NewPublicKey(public)
	if err != nil {
		return key, nil, fmt.Errorf("sealing key %s: %w", to.ID, err)
	}
	enc, s, err := hpke.NewSender(pk, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), epochInfo(ledger, epoch))
	if err != nil {
		return key, nil, fmt.Errorf("make the epoch key: %w", err)
	}
	b, err := s.Export(epochExport, len(key))
	if err != nil {
		return key, nil, fmt.Errorf("make the epoch key: %w", err)
	}
	return Key(b), enc, nil
}

const epochExport = "holdfast/v1/epoch"

// EpochKey is the vendor's side of newEpochKey: it derives the key of an epoch, or of a session of its own, from enc.
func EpochKey(private hpke.PrivateKey, ledger string, epoch uint64, enc []byte) (Key, error) {
	r, err := hpke.NewRecipient(enc, private, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), epochInfo(ledger, epoch))
	if err != nil {
		return Key{}, fmt.Errorf("derive the epoch key: %w", err)
	}
	b, err := r.Export(epochExport, len(Key{}))
	if err != nil {
		return Key{}, fmt.Errorf("derive the epoch key: %w", err)
	}
	return Key(b), nil
}

func epochInfo(ledger string, epoch uint64) []byte {
	b := append([]byte("holdfast/v1/usage-epoch\x00"), ledger...)
	return binary.BigEndian.AppendUint64(append(b, 0), epoch)
}

// wrapKey seals key under the store key; place is the number of the entry that has a key of its own, 0 for the epoch's.
func wrapKey(store, key Key, ledger string, epoch, place uint64, random io.Reader) ([]byte, error) {
	return sealRandom(store, "holdfast/v1/usage-wrap", placeOf(ledger, epoch, place), key[:], random)
}

func unwrapKey(store Key, wrapped []byte, ledger string, epoch, place uint64) (Key, error) {
	b, err := openRandom(store, "holdfast/v1/usage-wrap", placeOf(ledger, epoch, place), wrapped)
	if err != nil || len(b) != len(Key{}) {
		return Key{}, ErrSealed
	}
	return Key(b), nil
}

func placeOf(ledger string, epoch, place uint64) []byte {
	b := append([]byte(ledger), 0)
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, epoch), place)
}

// sealRandom is XChaCha20-Poly1305 with a random nonce in front, under a key derived for this use.
func sealRandom(key Key, use string, with, plain []byte, random io.Reader) ([]byte, error) {
	sub, err := hkdf.Key(sha256.New, key[:], nil, use, chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(sub)
	if err != nil {
		return nil, err
	}
	out := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	if _, err := io.ReadFull(random, out); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return aead.Seal(out, out, plain, with), nil
}

func openRandom(key Key, use string, with, sealed []byte) ([]byte, error) {
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return nil, ErrSealed
	}
	sub, err := hkdf.Key(sha256.New, key[:], nil, use, chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(sub)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:], with)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// Totals is what CLOSE carries sealed. Since are the sums of the whole ledger up to the close, without days; Days are those of
// the epoch. Unread counts the entries of the whole ledger that Since leaves out, as they could not be read here.
type Totals struct {
	Since  []Sum  `json:"since,omitempty"`
	Days   []Sum  `json:"days,omitempty"`
	Unread uint64 `json:"unread,omitempty"`
}

// sealTotals makes CLOSE.totals.
func sealTotals(key Key, ledger string, epoch uint64, t Totals, random io.Reader) ([]byte, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return sealRandom(key, "holdfast/v1/totals", placeOf(ledger, epoch, 0), b, random)
}

// openTotals opens CLOSE.totals with the key of the epoch.
func openTotals(key Key, ledger string, epoch uint64, sealed []byte) (Totals, error) {
	b, err := openRandom(key, "holdfast/v1/totals", placeOf(ledger, epoch, 0), sealed)
	if err != nil {
		return Totals{}, err
	}
	return parseTotals(b)
}

func parseTotals(b []byte) (Totals, error) {
	var t Totals
	if len(b) > 1<<20 || json.Unmarshal(b, &t) != nil || len(t.Since) > maxMeters {
		return Totals{}, errTotals
	}
	return t, nil
}
