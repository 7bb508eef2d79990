package exchange

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/tyler-smith/go-bip39/wordlists"
)

// FileWords are the check words of a file: two words and two digits of the SHA-256 of its bundle, such as
// "tulip-orbit-47". They tell files apart on the phone and show damage; they prove nothing, the signature does.
// Bits 0–10 and 11–21 pick words of the English list of BIP-39; bytes 3 and 4, big-endian, modulo 100 are the digits.
func FileWords(bundle []byte) string {
	sum := sha256.Sum256(bundle)
	w := words(sum[:], 2)
	return fmt.Sprintf("%s-%s-%02d", w[0], w[1], binary.BigEndian.Uint16(sum[3:5])%100)
}

// RootWords are the eight check words (88 bits) by which a person compares a vendor's root key: the first 88 bits of
// the SHA-256 of the public key, 11 bits a word, in the English list of BIP-39.
func RootWords(root ed25519.PublicKey) []string {
	sum := sha256.Sum256(root)
	return words(sum[:], 8)
}

// words turns the first 11·n bits of b into n words, most significant bit first.
func words(b []byte, n int) []string {
	out := make([]string, 0, n)
	var acc, bits uint
	for _, x := range b {
		acc, bits = acc<<8|uint(x), bits+8
		if bits >= 11 {
			bits -= 11
			out = append(out, wordlists.English[acc>>bits&0x7ff])
			if len(out) == n {
				break
			}
		}
	}
	return out
}
