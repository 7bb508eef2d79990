package issuer

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"holdfast/licensing/terms"
)

// NewLicense describes a license to create.
type NewLicense struct {
	Policy   terms.Policy // as parsed; defaults are filled in and travel with the license
	Customer string
	Key      string // an existing license key that this license joins; "" makes a new key
	Order    string // the caller's id of the order: the same order and line give the same license again
	Line     int    // line of the order; 0 means 1
	Places   int    // 0 keeps the policy's
	Starter  bool   // make a welcome file
}

// Created is a license as it was made, or found again.
type Created struct {
	License
	Key     string   // the whole license key: for the customer, never for logs
	Again   bool     // the order was known already; nothing was made
	Differs bool     // it was known with other terms, which stay
	Welcome []byte   // the welcome file, if asked for
	Name    string   // suggested name of the welcome file
	Words   []string // eight check words of the root key, for the welcome file
}

// CreateLicense makes a license. Nothing is signed for it before a computer asks, except a starter license if
// wanted. With Key the license joins that key: one request then brings every license of the key.
// Errors: CodeLicenseKey, CodeKeyUnknown, CodeOtherOrder, policy and term errors as they are.
func (is *Issuer) CreateLicense(n NewLicense) (Created, error) {
	var out Created
	n.Policy = n.Policy.WithDefaults()
	n.Line = max(n.Line, 1)
	hash := ""
	if n.Key != "" {
		h, err := terms.KeyHash(n.Key)
		if err != nil {
			return out, say(CodeLicenseKey, err)
		}
		hash = h
	}
	err := is.db.Update(func(t tx) error {
		who, err := identityIn(t)
		if err != nil {
			return err
		}
		rec, again, err := is.licenseFor(t, who, n, hash)
		if err != nil {
			return err
		}
		key, err := get[keyRecord](t, bucketKeys, rec.KeyHash)
		if err != nil {
			return err
		}
		out.Again, out.Differs = again, again && !sameTerms(rec, n)
		if out.Key, err = is.deriveKey(who, key.Derived); err != nil {
			return err
		}
		if out.License, err = view(t, rec); err != nil {
			return err
		}
		if n.Starter {
			err = is.welcome(t, who, rec, &out)
		}
		return err
	})
	return out, err
}

// licenseFor returns the license of an order's line, made now if there is none yet.
func (is *Issuer) licenseFor(t tx, who identity, n NewLicense, joins string) (licenseRecord, bool, error) {
	order, external := n.Order, n.Order != ""
	if !external {
		id, err := is.o.newID()
		if err != nil {
			return licenseRecord{}, false, err
		}
		order = id
	}
	serial := serialOf(who.Vendor, order, n.Line)
	rec, err := get[licenseRecord](t, bucketLicenses, serial)
	switch {
	case err == nil && joins != "" && joins != rec.KeyHash:
		return rec, true, say(CodeOtherOrder, nil, "order", n.Order, "serial", serial)
	case err == nil:
		return rec, true, nil
	case !errors.Is(err, errNoRecord):
		return rec, false, err
	}
	now := is.o.now()
	starts, ends, err := n.Policy.Window(now)
	if err != nil {
		return rec, false, say(CodePolicy, err)
	}
	rec = licenseRecord{
		Serial: serial, Version: 1, Customer: n.Customer, Order: order, Line: n.Line, External: external,
		KeyHash: joins, Made: now, Starts: starts, Ends: ends, Places: n.Policy.Devices.Places, Policy: n.Policy,
	}
	if n.Places > 0 && n.Places != rec.Places {
		rec.PolicyPlaces, rec.Places, rec.Policy.Devices.Places = rec.Places, n.Places, n.Places
	}
	if err := is.join(t, who, &rec); err != nil {
		return rec, false, err
	}
	return rec, false, put(t, bucketLicenses, serial, rec)
}

// join adds a license to its key, which is made here unless the license joins an existing one.
func (is *Issuer) join(t tx, who identity, rec *licenseRecord) error {
	var key keyRecord
	if rec.KeyHash == "" {
		key.Derived = rec.Serial
		text, err := is.deriveKey(who, key.Derived)
		if err != nil {
			return err
		}
		if rec.KeyHash, err = terms.KeyHash(text); err != nil {
			return err
		}
		key.Mask = terms.MaskKey(text)
	} else {
		var err error
		key, err = get[keyRecord](t, bucketKeys, rec.KeyHash)
		if errors.Is(err, errNoRecord) {
			return say(CodeKeyUnknown, nil)
		}
		if err != nil {
			return err
		}
	}
	key.Serials = append(key.Serials, rec.Serial)
	return put(t, bucketKeys, rec.KeyHash, key)
}

// deriveKey derives the license key called name: HKDF-SHA256 of the issuer's secret is the source of its random bits.
func (is *Issuer) deriveKey(who identity, name string) (string, error) {
	file, err := is.keys.load(roleKeys, who.Keys)
	if err != nil {
		return "", err
	}
	secret, err := is.keys.secret(file)
	if err != nil {
		return "", err
	}
	// Enough for a hundred tries of NewLicenseKey, of which one in seven is not used.
	bits, err := hkdf.Key(sha256.New, secret, nil, "holdfast/license-key/v1 "+who.Vendor+" "+name, 24*100)
	if err != nil {
		return "", fmt.Errorf("derive a license key: %w", err)
	}
	return terms.NewLicenseKey(bytes.NewReader(bits), who.Vendor)
}

// serialOf is the serial of an order's line: the first 75 bits of a SHA-256, so that it says nothing about the order.
func serialOf(vendor, order string, line int) string {
	h := sha256.New()
	for _, s := range []string{"holdfast/serial/v1", vendor, order} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	_, _ = io.WriteString(h, fmt.Sprint(line))
	s := serialCode.EncodeToString(h.Sum(nil))[:15]
	return s[:5] + "-" + s[5:10] + "-" + s[10:]
}

var serialCode = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// sameTerms says whether a repeated order asks for what the license has.
func sameTerms(rec licenseRecord, n NewLicense) bool {
	if n.Places > 0 {
		n.Policy.Devices.Places = n.Places
	}
	a, errA := json.Marshal(rec.Policy)
	b, errB := json.Marshal(n.Policy)
	return errA == nil && errB == nil && bytes.Equal(a, b) && (n.Customer == "" || n.Customer == rec.Customer)
}
