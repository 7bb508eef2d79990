package exchange

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxUnpacked is the most bytes that anything in one file may unpack to.
const MaxUnpacked = maxUnpacked

// ParseUsage verifies the face of a usage file with the device key that it carries, and that the device id is that key's. It
// proves which device reports; package usage opens and proves the content. The code is the sender's text: compute it from the key.
func ParseUsage(e Envelope) (Usage, error) {
	payload, known, err := e.open("usage")
	if err != nil {
		return Usage{}, err
	}
	var u Usage
	if err := decodePayload(payload, &u, &u.Header, UsageSchema, known); err != nil {
		return Usage{}, err
	}
	pub, err := DecodeKey(u.Device.Public)
	if err != nil {
		return Usage{}, changed(err)
	}
	if err := e.signedBy(payload, pub); err != nil {
		return Usage{}, err
	}
	switch {
	case u.KeyID != KeyID(pub):
		return Usage{}, malformed(errors.New("the header's keyid is not the device's"))
	case u.Device.ID != hashOfKey(pub):
		return Usage{}, malformed(errors.New("the device id is not that of its key"))
	}
	return u, u.check()
}

// MaxFormer is how many former keys a usage file may name.
const MaxFormer = 64

// Speaks says whether a usage file is of a device, or of one that has the device's key among its former ones.
func (u Usage) Speaks(device string) bool {
	return u.Device.ID == device || slices.ContainsFunc(u.Former, func(key string) bool {
		pub, err := DecodeKey(key)
		return err == nil && hashOfKey(pub) == device
	})
}

// hashOfKey is the device id of a key.
func hashOfKey(pub ed25519.PublicKey) string {
	sum := sha256.Sum256(pub)
	return hex.EncodeToString(sum[:])
}

// check says whether a verified usage face holds to its format.
func (u Usage) check() error {
	s := u.Sealed
	for _, key := range u.Former {
		if _, err := DecodeKey(key); err != nil {
			return malformed(fmt.Errorf("former key: %w", err))
		}
	}
	switch {
	case len(u.Former) > MaxFormer:
		return malformed(fmt.Errorf("%d former keys", len(u.Former)))
	case u.Nonce == "" || u.Ledger == "" || u.Level == "":
		return malformed(errors.New("no nonce, ledger or level"))
	case len(u.Ledger) > 200 || strings.ContainsFunc(u.Ledger, func(r rune) bool { return r < ' ' }):
		return malformed(errors.New("a ledger id that is none"))
	case u.FromEpoch < 1 || u.ToEpoch < u.FromEpoch || u.First < 1 || u.Last < u.First:
		return malformed(fmt.Errorf("epochs %d to %d, entries %d to %d", u.FromEpoch, u.ToEpoch, u.First, u.Last))
	case u.Entries < 1 || u.Entries > u.Last-u.First+1:
		return malformed(fmt.Errorf("%d entries from %d to %d", u.Entries, u.First, u.Last))
	case !isHash(u.Close) || !isHash(s.SHA256) || !isHash(s.Content):
		return malformed(errors.New("a hash that is none"))
	case u.Receipt < 0:
		return malformed(fmt.Errorf("receipt %d", u.Receipt))
	case s.Suite != SealingSuite:
		return tooNew(u.Needs, fmt.Errorf("suite %q", s.Suite))
	case s.Size < 1 || s.Size > MaxFile || s.Unpacked < 1 || s.Unpacked > maxUnpacked:
		return unreadable(CauseTooLarge, fmt.Errorf("%d sealed bytes, %d unpacked", s.Size, s.Unpacked))
	}
	return nil
}

func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size && strings.ToLower(s) == s
}

// UsageFileName is the name that a usage file gets, such as usage_acme_7F3A-2C91_2026-11-02.hfuse. about is the vendor's id,
// followed by "_" and a product's if the file is about one alone; code that of the device.
func UsageFileName(about, code string, made time.Time) string {
	return fileName("usage", about, code, made, KindUsage)
}

// ReceiptFileName is the name that a receipt file gets, in the style of UsageFileName.
func ReceiptFileName(about, code string, made time.Time) string {
	return fileName("receipt", about, code, made, KindReceipt)
}

func fileName(role, about, code string, made time.Time, kind Kind) string {
	return fmt.Sprintf("%s_%s_%s_%s%s", role, about, code, made.UTC().Format(time.DateOnly), Ending(kind))
}
