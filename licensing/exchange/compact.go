package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// A compact file carries a bundle that is too long for text:
//
//	magic | version u8 | length u32 | bundle (JSON, without "sealed") | length u64 | sealed bytes | check
//
// Numbers are big endian. check is the first 8 bytes of the SHA-256 of everything before it: it stands last in every version
// and tells damage apart from a newer version; it proves nothing, the signatures do. The magic has a byte above 127 and both
// kinds of line ends, so that a transport that takes the file for text spoils it visibly.
const (
	compactMagic   = "\x89HFUSE\r\n\x1a\n"
	compactVersion = 1
	compactHead    = len(compactMagic) + 1 + 4
	checkSize      = 8
)

// maxArmored is the longest usage file that is written as text.
const maxArmored = 64 << 10

// WriteUsage writes a usage file: the envelope of the usage, then others that travel with it (the newest receipt of the vendor),
// and the sealed bytes that the first one binds. A short one is armored like every other file, with paragraph on top; one above
// 64 KiB is compact.
func WriteUsage(paragraph string, sealed []byte, envelopes ...Envelope) ([]byte, error) {
	b := Bundle{Format: BundleFormat, Envelopes: envelopes, Sealed: sealed}
	if len(sealed) < maxArmored {
		file, err := writeArmored(KindUsage, paragraph, b)
		if err != nil || len(file) <= maxArmored {
			return file, err
		}
	}
	return writeCompact(b)
}

// Pack writes a file of ours again in the compact form, for carriers that need no text: the same envelopes and sealed bytes, without the
// paragraph for people. A compact file comes back as it is. Errors: those of Read, and an error for an archive or mail with several files.
func Pack(file []byte) ([]byte, error) {
	if isCompact(file) {
		return file, nil
	}
	found, err := Read("", file)
	switch {
	case err != nil:
		return nil, err
	case len(found) != 1:
		return nil, fmt.Errorf("pack: %d files in one", len(found))
	case found[0].Problem != nil:
		return nil, found[0].Problem
	}
	return writeCompact(found[0].Bundle)
}

// Compact writes envelopes as a compact file: the bytes that Pack makes of what Armor writes. Errors: for no envelopes, and for too many or too
// long ones.
func Compact(envelopes ...Envelope) ([]byte, error) {
	return writeCompact(Bundle{Format: BundleFormat, Envelopes: envelopes})
}

func writeCompact(b Bundle) ([]byte, error) {
	sealed := b.Sealed
	b.Sealed = nil
	if n := len(b.Envelopes); n == 0 || n > maxEnvelopes {
		return nil, fmt.Errorf("compact file: %d envelopes, want 1 to %d", n, maxEnvelopes)
	}
	raw, err := b.encode()
	if err != nil {
		return nil, fmt.Errorf("compact file: %w", err)
	}
	size := compactHead + len(raw) + 8 + len(sealed) + checkSize
	if len(raw) > maxBundle || size > MaxFile {
		return nil, fmt.Errorf("compact file: %d bytes, the limit is %d", size, MaxFile)
	}
	out := make([]byte, 0, size)
	out = append(out, compactMagic...)
	out = append(out, compactVersion)
	out = binary.BigEndian.AppendUint32(out, uint32(len(raw)))
	out = append(out, raw...)
	out = binary.BigEndian.AppendUint64(out, uint64(len(sealed)))
	out = append(out, sealed...)
	return append(out, compactCheck(out)...), nil
}

func compactCheck(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:checkSize]
}

func isCompact(data []byte) bool { return bytes.HasPrefix(data, []byte(compactMagic)) }

// compact reads a compact file.
func (r *reader) compact(name string, data []byte) {
	b, err := parseCompact(data)
	if err != nil {
		r.fail(name, "", asProblem(err))
		return
	}
	r.add(name, b, data, nil)
}

// parseCompact returns the bundle of a compact file with its sealed bytes, which point into data.
func parseCompact(data []byte) (Bundle, error) {
	raw, sealed, err := splitCompact(data)
	whole := len(data) >= checkSize && bytes.Equal(compactCheck(data[:len(data)-checkSize]), data[len(data)-checkSize:])
	switch {
	case whole && data[len(compactMagic)] != compactVersion:
		return Bundle{}, tooNew("", fmt.Errorf("compact version %d", data[len(compactMagic)]))
	case err != nil:
		return Bundle{}, err
	case !whole:
		return Bundle{}, changed(errors.New("the check does not match"))
	}
	b, err := parseBundle(raw)
	if err != nil {
		return Bundle{}, err
	}
	if len(b.Sealed) > 0 {
		return Bundle{}, malformed(errors.New("sealed bytes in the bundle of a compact file"))
	}
	b.Sealed = sealed
	return b, nil
}

// splitCompact finds bundle and sealed bytes. The lengths are compared with what is there; nothing is allocated for them.
func splitCompact(data []byte) (raw, sealed []byte, err error) {
	if len(data) < compactHead {
		return nil, nil, cut(errors.New("no length"))
	}
	n := uint64(binary.BigEndian.Uint32(data[compactHead-4:]))
	if n > maxBundle {
		return nil, nil, changed(fmt.Errorf("a bundle of %d bytes", n))
	}
	rest := data[compactHead:]
	if uint64(len(rest)) < n+8 {
		return nil, nil, cut(fmt.Errorf("%d of %d bytes of the bundle", len(rest), n))
	}
	raw, rest = rest[:n], rest[n:]
	n = binary.BigEndian.Uint64(rest)
	rest = rest[8:]
	if n > MaxFile {
		return nil, nil, changed(fmt.Errorf("%d sealed bytes", n))
	}
	switch have := uint64(len(rest)); {
	case have < n+checkSize:
		return nil, nil, cut(fmt.Errorf("%d of %d bytes", have, n+checkSize))
	case have > n+checkSize:
		return nil, nil, changed(fmt.Errorf("%d bytes behind the end", have-n-checkSize))
	}
	return raw, rest[:n:n], nil
}
