package licensing

import (
	"fmt"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// partRecord is what a vendor said besides licenses: the newest version of a notice, hold or revocation, or an extension.
type partRecord struct {
	Root     string          `json:"root"`
	Kind     exchange.Kind   `json:"kind"`
	Subject  string          `json:"subject"`           // id of a notice or extension, serial of a hold or revocation, ledger and number of a receipt
	Version  int             `json:"version,omitempty"` // of a state part
	Document string          `json:"document"`
	KeyID    string          `json:"keyid"`
	Issued   time.Time       `json:"issued"`
	Taken    time.Time       `json:"taken"`
	Profile  string          `json:"profile,omitempty"` // hash of the profile that verified it: what is held stays
	Audience *terms.Audience `json:"audience,omitempty"`
	Body     exchange.Part   `json:"body,omitzero"`
}

func (p partRecord) key() string { return p.Root + "/" + string(p.Kind) + "/" + p.Subject }

// is says that a part of a document is the one of the record.
func (p partRecord) is(part exchange.Part) bool {
	return p.Kind == part.Kind && p.Subject == subjectOf(part) && p.Version == part.Version
}

// takesAway says that a part ends or pauses what a license gives.
func (p *partRecord) takesAway() bool { return p.Body.Hold != nil || p.Body.Revocation != nil }

// subjectOf names what a part is about: a higher version of the same subject replaces it; a receipt is one for itself. "" for a
// part of another kind.
func subjectOf(part exchange.Part) string {
	switch {
	case part.Notice != nil:
		return part.Notice.ID
	case part.Hold != nil:
		return part.Hold.Serial
	case part.Revocation != nil:
		return part.Revocation.Serial
	case part.Extension != nil:
		return part.ID
	case part.Receipt != nil && part.Receipt.Ledger != "":
		return fmt.Sprintf("%s/%d", part.Receipt.Ledger, part.Receipt.Number)
	}
	return ""
}

// serialOf is the license that a part names; "" when it names none.
func serialOf(part exchange.Part) string {
	switch {
	case part.Hold != nil:
		return part.Hold.Serial
	case part.Revocation != nil:
		return part.Revocation.Serial
	case part.Extension != nil:
		return part.Extension.Serial
	}
	return ""
}

// concerns says whether a part is about a license.
func (p *partRecord) concerns(l *terms.License) bool {
	if serial := serialOf(p.Body); serial != "" {
		return serial == l.Serial
	}
	if p.Body.Receipt != nil {
		return false
	}
	if n := p.Body.Notice; n != nil && n.Product != "" && n.Product != l.Policy.Product.ID {
		return false
	}
	return p.Audience.Includes(l)
}

// signedParts are the parts in the form that Evaluate reads, in a stable order.
type signedParts struct {
	notices     []terms.Signed[terms.Notice]
	extensions  []terms.Signed[terms.Extension]
	holds       []terms.Signed[terms.Hold]
	revocations []terms.Signed[terms.Revocation]
}

// signedParts are those of one vendor, or with root "" of all.
func (r *records) signedParts(root string) signedParts {
	var s signedParts
	for _, p := range sortedValues(r.Parts) {
		if root != "" && p.Root != root {
			continue
		}
		switch b := p.Body; {
		case b.Notice != nil:
			s.notices = append(s.notices, signed(p, *b.Notice))
		case b.Extension != nil:
			s.extensions = append(s.extensions, signed(p, *b.Extension))
		case b.Hold != nil:
			s.holds = append(s.holds, signed(p, *b.Hold))
		case b.Revocation != nil:
			s.revocations = append(s.revocations, signed(p, *b.Revocation))
		}
	}
	return s
}

func signed[T any](p *partRecord, body T) terms.Signed[T] {
	return terms.Signed[T]{Body: body, Vendor: p.Root, Document: p.Document, KeyID: p.KeyID, Issued: p.Issued, Taken: p.Taken, Audience: p.Audience}
}

// into puts the parts into the facts.
func (s signedParts) into(f *terms.Facts) {
	f.Notices, f.Extensions, f.Holds, f.Revocations = s.notices, s.extensions, s.holds, s.revocations
}
