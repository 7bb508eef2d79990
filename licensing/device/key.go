// Package device says which computer this is: by a key made on it, and softly by its hardware.
//
// The key is the identity. An ID is the hex SHA-256 of its public half, a Code the first part of that in a
// form that people read out, such as 7F3A-2C91.
//
// Hardware facts are hints: they let a vendor see that a reinstalled or repaired computer is still the same one, so that
// it keeps its place, and they never lock anybody out. They leave the computer only blinded with a key of the vendor's
// profile (Blind), so two vendors cannot compare them. Match says whether two sets of hints show the same computer.
package device

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// SeedSize is the length of a key's seed in bytes.
const SeedSize = ed25519.SeedSize

// Key is the Ed25519 key (RFC 8032) of this computer. The zero Key has no seed, no public half and signs nothing.
// Printing a Key shows its code, never the seed.
type Key struct {
	private ed25519.PrivateKey
}

// NewKey makes a key from 32 bytes of rand, normally crypto/rand.Reader.
func NewKey(rand io.Reader) (Key, error) {
	seed := make([]byte, SeedSize)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return Key{}, fmt.Errorf("device key: %w", err)
	}
	return KeyFromSeed(seed)
}

// KeyFromSeed returns the key that belongs to a seed of SeedSize bytes, as Seed gave it.
func KeyFromSeed(seed []byte) (Key, error) {
	if len(seed) != SeedSize {
		return Key{}, errors.New("device key: the seed has another length")
	}
	return Key{private: ed25519.NewKeyFromSeed(seed)}, nil
}

// Seed returns the secret from which the key can be made again. It belongs in the keychain and nowhere else.
func (k Key) Seed() []byte {
	if k.private == nil {
		return nil
	}
	return k.private.Seed()
}

// Public returns the public half.
func (k Key) Public() ed25519.PublicKey {
	if k.private == nil {
		return nil
	}
	return k.private.Public().(ed25519.PublicKey)
}

// ID returns the device id.
func (k Key) ID() string { return ID(k.Public()) }

// Code returns the device code.
func (k Key) Code() string { return Code(k.Public()) }

// Sign signs message.
func (k Key) Sign(message []byte) []byte {
	if k.private == nil {
		return nil
	}
	return ed25519.Sign(k.private, message)
}

// String returns the code, so that a key in a log shows no secret.
func (k Key) String() string {
	if k.private == nil {
		return "device without key"
	}
	return "device " + k.Code()
}

// GoString does the same for %#v.
func (k Key) GoString() string { return k.String() }

// ID returns the device id of a public key: 64 hex digits.
func ID(public ed25519.PublicKey) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:])
}

// Code returns the device code of a public key: the first 8 digits of its id, for people. It is too short to
// prove anything; compare ids.
func Code(public ed25519.PublicKey) string {
	id := strings.ToUpper(ID(public))
	return id[:4] + "-" + id[4:8]
}

// LocalLabel returns the host name, to be shown on this computer or offered to the person as a label. It is never sent
// unless the person chose it; "" when there is none.
func LocalLabel() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
