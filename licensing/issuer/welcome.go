package issuer

import (
	"bytes"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// starterVersion is below every version that is made for one computer (see licenseRecord).
const starterVersion = 1

// welcome makes the file for a person who has nothing yet: profile, license key and, when the policy allows a first
// use, a starter license that binds itself to the first computer that opens it. Its end is the license's own; how long it
// counts without an answer is in the policy and runs from the first use on. Key and starter license are signed apart:
// the customer's side keeps the license's envelope as it is, readable on disk, and seals the one with the key.
func (is *Issuer) welcome(t tx, who identity, rec licenseRecord, out *Created) error {
	now, err := is.stamp(t)
	if err != nil {
		return err
	}
	f := outgoing{external: externalID(rec), parts: []exchange.Part{{
		Kind:       exchange.KindKey,
		LicenseKey: &exchange.LicenseKeyPart{Key: out.Key, Serial: rec.Serial, Product: rec.Policy.Product},
	}}}
	if rec.Policy.Devices.FirstUse.Lasts() {
		l := licenseOf(rec, now)
		l.Version, l.Binding = starterVersion, terms.BoundToFirstUse
		f.apart = []message{{parts: []exchange.Part{{Kind: exchange.KindLicense, Version: l.Version, License: &l}}}}
	}
	w, err := is.seal(t, who, computer{}, now, f)
	if err != nil {
		return err
	}
	out.Welcome, out.Name = w.file, w.name
	out.Words, err = rootWords(t)
	return err
}

func externalID(rec licenseRecord) string {
	if rec.External {
		return rec.Order
	}
	return ""
}

func rootWords(t tx) ([]string, error) {
	_, p, err := profilesIn(t)
	if err != nil {
		return nil, err
	}
	root, err := exchange.DecodeKey(p.Root)
	if err != nil {
		return nil, say(CodeDamaged, err, "file", storeName)
	}
	return exchange.RootWords(root), nil
}

// wordsOf are the check words that stand in the first line of the block in a file of this issuer's own.
func wordsOf(file []byte) string {
	_, rest, _ := bytes.Cut(file, []byte("-----BEGIN HOLDFAST "))
	line, _, _ := bytes.Cut(rest, []byte("-----"))
	return string(line[bytes.LastIndexByte(line, ' ')+1:])
}
