package keystore

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Items of the system's store are text: a prefix, then base64 of four bytes of SHA-256 over name and value, and the value.
// The check notices an item that something else wrote, that was cut, or that stands under another name.
const (
	itemPrefix = "holdfast1:"
	checkSize  = 4
)

func encodeItem(item string, value []byte) string {
	return itemPrefix + base64.RawURLEncoding.EncodeToString(append(itemCheck(item, value), value...))
}

// decodeItem returns the value in text; ErrWrongValue when it is not what encodeItem wrote for this item.
func decodeItem(item, text string) ([]byte, error) {
	body, ok := strings.CutPrefix(text, itemPrefix)
	// encoding/base64 passes over line breaks even when it is strict.
	if !ok || len(body) > 2*MaxValue || strings.ContainsAny(body, "\r\n") {
		return nil, ErrWrongValue
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(b) <= checkSize || len(b) > checkSize+MaxValue {
		return nil, ErrWrongValue
	}
	if value := b[checkSize:]; bytes.Equal(b[:checkSize], itemCheck(item, value)) {
		return value, nil
	}
	return nil, ErrWrongValue
}

func itemCheck(item string, value []byte) []byte {
	sum := sha256.Sum256(append([]byte(item+"\x00"), value...))
	return sum[:checkSize]
}
