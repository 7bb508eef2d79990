package terms

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A license key is written PREFIX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX: an optional prefix that names the vendor, then 24
// characters of Crockford's base32 (120 random bits, 119.8 after the choice below) and one check character.
//
// Canonical form: upper case without spaces and dashes, O read as 0, I and L as 1. The hash is taken over that form.
// The check character is Crockford's remainder modulo 37 (https://www.crockford.com/base32.html) over the whole
// canonical form, so every single wrong character and every swap of neighbours is noticed. Keys whose check would
// need one of the five extra symbols are not issued.
const (
	keyAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	keyData     = 24
	keyBody     = keyData + 1
	keyGroup    = 5
	keyPrefix   = 12
	keyShown    = 4
)

// KeyFault says what is wrong with a typed license key: "length", "character" or "check".
type KeyFault string

// KeyError reports text that is not a license key. It never contains the text.
type KeyError struct {
	Fault KeyFault
	Have  int // characters found, for "length"
}

// Error returns a short English cause for logs.
func (e *KeyError) Error() string { return "not a license key: " + string(e.Fault) }

// NewLicenseKey makes a key from 120 bits of rand. prefix may be empty; at most 12 letters and digits of it are used.
func NewLicenseKey(rand io.Reader, prefix string) (string, error) {
	head := cleanPrefix(prefix)
	var raw [keyData]byte
	for {
		if _, err := io.ReadFull(rand, raw[:]); err != nil {
			return "", fmt.Errorf("read randomness for a license key: %w", err)
		}
		body := make([]byte, keyData, keyBody)
		for i, b := range raw {
			body[i] = keyAlphabet[b&31]
		}
		c, ok := checkOf(fold(head) + string(body))
		if !ok {
			continue // 5 of 37 need a symbol that nobody likes to type
		}
		return group(head, string(append(body, c))), nil
	}
}

// CanonicalKey returns the canonical form of a typed or pasted key, or a *KeyError.
func CanonicalKey(s string) (string, error) {
	if len(s) > 1024 {
		return "", &KeyError{Fault: "length", Have: len(s)}
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch {
		case strings.ContainsRune(" \t\r\n-_.\u00a0\u00ad\u200b\u2010\u2011\u2012\u2013\u2014\u2212\ufeff", r):
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			b.WriteRune(r)
		default:
			return "", &KeyError{Fault: "character"}
		}
	}
	k := fold(b.String())
	if len(k) < keyBody || len(k) > keyPrefix+keyBody {
		return "", &KeyError{Fault: "length", Have: len(k)}
	}
	cut := len(k) - 1
	if strings.Contains(k[len(k)-keyBody:], "U") {
		return "", &KeyError{Fault: "character"}
	}
	if c, ok := checkOf(k[:cut]); !ok || c != k[cut] {
		return "", &KeyError{Fault: "check"}
	}
	return k, nil
}

// WithPrefix puts a vendor's prefix before a key that was typed without it. Text that has one, or is no key, is returned
// as it is: the prefix is part of what is hashed.
func WithPrefix(key, prefix string) string {
	if k, err := CanonicalKey(cleanPrefix(prefix) + "-" + key); err == nil && len(k) == len(fold(cleanPrefix(prefix)))+keyBody {
		return k
	}
	return key
}

// KeyOf says whether the prefix of a typed license key names a vendor; false for text that is no license key, and for a key without one.
func KeyOf(key, vendor string) bool {
	k, err := CanonicalKey(key)
	p := fold(cleanPrefix(vendor))
	return err == nil && p != "" && len(k) == len(p)+keyBody && strings.HasPrefix(k, p)
}

// KeyHash returns the hex SHA-256 of the canonical form: what requests, licenses and the vendor's store carry
// instead of the key.
func KeyHash(s string) (string, error) {
	k, err := CanonicalKey(s)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(k))
	return hex.EncodeToString(sum[:]), nil
}

// MaskKey returns the key with only its prefix and last four characters readable, which leaves 100 bits unknown.
// Text that is not a key is masked completely.
func MaskKey(s string) string {
	k, err := CanonicalKey(s)
	if err != nil {
		return strings.Repeat("*", keyGroup)
	}
	cut := len(k) - keyShown
	start := len(k) - keyBody
	return group(k[:start], strings.Repeat("*", cut-start)+k[cut:])
}

// ErrNotAKey is matched by errors.Is for every *KeyError.
var ErrNotAKey = errors.New("not a license key")

// Is lets errors.Is(err, ErrNotAKey) work.
func (e *KeyError) Is(target error) bool { return target == ErrNotAKey }

func cleanPrefix(s string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		if (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z') && b.Len() < keyPrefix {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func fold(s string) string {
	return strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(s)
}

// checkOf returns the check character; false when it would be one of Crockford's extra symbols. U appears only in
// prefixes and has the value Crockford gives it among those symbols.
func checkOf(s string) (byte, bool) {
	rest := 0
	for i := range len(s) {
		v := strings.IndexByte(keyAlphabet, s[i])
		if v < 0 {
			v = 36
		}
		rest = (rest*32 + v) % 37
	}
	if rest >= len(keyAlphabet) {
		return 0, false
	}
	return keyAlphabet[rest], true
}

func group(head, body string) string {
	var parts []string
	if head != "" {
		parts = append(parts, head)
	}
	for ; len(body) > keyGroup; body = body[keyGroup:] {
		parts = append(parts, body[:keyGroup])
	}
	return strings.Join(append(parts, body), "-")
}
