package usage

import (
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Seal compresses a content, seals it for the vendor and signs the face of the usage file. face brings Header.Vendor, ID, Issued and Trace,
// Device, Nonce, Program, Ledger, Level, Receipt and Remains; everything else follows from the content, the signer and the key.
// The file is exchange.WriteUsage of the sealed bytes and the envelope, followed by the newest receipt of the vendor, if there is one.
func Seal(content []byte, face exchange.Usage, signer exchange.Signer, key exchange.SealingKey) (exchange.Envelope, []byte, error) {
	if len(content) > maxContent {
		return exchange.Envelope{}, nil, fmt.Errorf("seal usage: %d bytes, the limit is %d", len(content), maxContent)
	}
	span, err := spanOf(content)
	if err != nil {
		return exchange.Envelope{}, nil, fmt.Errorf("seal usage: %w", err)
	}
	sealed, err := sealContent(content, face.ID, key)
	if err != nil {
		return exchange.Envelope{}, nil, fmt.Errorf("seal usage: %w", err)
	}
	face.Schema, face.Alg, face.KeyID = exchange.UsageSchema, "ed25519", signer.KeyID()
	face.FromEpoch, face.ToEpoch, face.First, face.Last = span.FromEpoch, span.ToEpoch, span.First, span.Last
	face.Entries, face.Close = span.Entries, span.Close
	face.Sealed = exchange.SealedContent{
		Suite: Suite, Key: key.ID, Size: int64(len(sealed)), SHA256: hexSum(sealed), Unpacked: int64(len(content)), Content: hexSum(content),
	}
	env, err := exchange.Sign(face, exchange.UsageType, signer)
	if err != nil {
		return exchange.Envelope{}, nil, fmt.Errorf("seal usage: %w", err)
	}
	return env, sealed, nil
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// span is what the face of a file says of its content.
type span struct {
	FromEpoch, ToEpoch, First, Last, Entries uint64
	Close                                    string
}

// spanOf reads the span of a content. Close is that of the last epoch that has one; without any it is the hash of no bytes at all,
// so that a face always has one.
func spanOf(content []byte) (span, error) {
	epochs, err := unpack(content)
	if err != nil {
		return span{}, err
	}
	return span{}.of(epochs)
}

func (s span) of(epochs []*packed) (span, error) {
	s.Close = hexSum(nil)
	for i, p := range epochs {
		e, err := p.face()
		if err != nil {
			return span{}, err
		}
		if i == 0 {
			s.FromEpoch, s.First = e.Number, e.First
		} else if e.Number <= s.ToEpoch {
			return span{}, fmt.Errorf("%w: epoch %d stands behind %d", errContent, e.Number, s.ToEpoch)
		}
		s.ToEpoch, s.Last = e.Number, e.Last
		s.Entries += uint64(len(p.kinds))
		if e.Close != "" {
			s.Close = e.Close
		}
	}
	return s, nil
}

func contentInfo(id string) []byte { return append([]byte("holdfast/v1/usage\x00"), id...) }

func sealContent(content []byte, id string, key exchange.SealingKey) ([]byte, error) {
	if key.Suite != Suite {
		return nil, fmt.Errorf("sealing key %s: suite %q is not known", key.ID, key.Suite)
	}
	raw, err := base64.StdEncoding.DecodeString(key.Public)
	if err != nil {
		return nil, fmt.Errorf("sealing key %s: %w", key.ID, err)
	}
	public, err := hpke.MLKEM768X25519().NewPublicKey(raw)
	if err != nil {
		return nil, fmt.Errorf("sealing key %s: %w", key.ID, err)
	}
	z, err := packer()
	if err != nil {
		return nil, err
	}
	return hpke.Seal(public, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), contentInfo(id), z.EncodeAll(content, nil))
}

// packer compresses on the caller's goroutine, always to the same bytes.
var packer = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderCRC(false))
})

// openContent opens sealed bytes and unpacks exactly as much as the signed face announces.
func openContent(sealed []byte, u exchange.Usage, private hpke.PrivateKey) ([]byte, error) {
	raw, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), contentInfo(u.ID), sealed)
	if err != nil {
		return nil, changed(err)
	}
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(u.Sealed.Unpacked, zstd.MinWindowSize))), zstd.WithDecoderMaxWindow(maxContent))
	if err != nil {
		return nil, changed(err)
	}
	defer z.Close()
	content, err := z.DecodeAll(raw, make([]byte, 0, u.Sealed.Unpacked))
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded):
		return nil, tooLarge(err)
	case err != nil:
		return nil, malformed(err)
	case int64(len(content)) != u.Sealed.Unpacked || hexSum(content) != u.Sealed.Content:
		return nil, changed(errors.New("the content is not the one that was signed"))
	}
	return content, nil
}

func changed(err error) *terms.Problem { return terms.NewProblem(terms.StateFileChanged, nil, err) }

func malformed(err error) *terms.Problem { return unreadable(exchange.CauseMalformed, err) }

func tooLarge(err error) *terms.Problem { return unreadable(exchange.CauseTooLarge, err) }

func unreadable(cause string, err error) *terms.Problem {
	return terms.NewProblem(terms.StateFileUnreadable, terms.Slots{"cause": cause}, err)
}
