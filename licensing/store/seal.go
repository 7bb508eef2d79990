package store

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// keys are made from the store key, one for each use.
type keys struct{ seal, sum []byte }

func deriveKeys(key [32]byte) (keys, error) {
	seal, err := hkdf.Key(sha256.New, key[:], nil, "holdfast/v1/index", 32)
	if err != nil {
		return keys{}, err
	}
	sum, err := hkdf.Key(sha256.New, key[:], nil, "holdfast/v1/index-sum", 32)
	return keys{seal, sum}, err
}

// sealer seals and opens the values of one index.
type sealer struct {
	aead cipher.AEAD
	id   []byte
}

func newSealer(key, id []byte) (sealer, error) {
	aead, err := chacha20poly1305.NewX(key)
	return sealer{aead, id}, err
}

// place is the additional data: store id, bucket and key, each behind its length.
func (s sealer) place(bucket, key string) []byte {
	b := make([]byte, 0, 12+len(s.id)+len(bucket)+len(key))
	for _, part := range []string{string(s.id), bucket, key} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(part))), part...)
	}
	return b
}

func (s sealer) seal(bucket, key string, value []byte) []byte {
	out := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(value)+chacha20poly1305.Overhead)
	_, _ = rand.Read(out) // never fails (Go 1.24 and later)
	return s.aead.Seal(out, out, value, s.place(bucket, key))
}

func (s sealer) open(bucket, key string, sealed []byte) ([]byte, error) {
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return nil, fmt.Errorf("%w: a value is cut", ErrRebuild)
	}
	nonce, text := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	value, err := s.aead.Open(nil, nonce, text, s.place(bucket, key))
	if err != nil {
		return nil, fmt.Errorf("%w: a value does not open", ErrRebuild)
	}
	return value, nil
}
