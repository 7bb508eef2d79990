package issuer

import (
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Codes of refusals. They travel in the signed part; the customer's side knows device_limit and shows the others
// with the reason that stands beside them.
const (
	reasonPlaces     = "device_limit"
	reasonUnknownKey = "unknown_key"
	reasonEnded      = "ended"

	reasonWithdrawn      = "withdrawn"
	reasonUnknownPlace   = "unknown_place"   // a check-in of a computer that holds no place
	reasonUnknownLicense = "unknown_license" // of a license that is not in the store
	reasonDeclined       = "declined"        // a person said no
)

// refuser makes signed refusals, each with a reason, a reference and a way forward.
type refuser struct {
	is      *Issuer
	profile exchange.Profile
	now     time.Time
}

// because makes the refusal part. rec is nil when no license is known.
func (f refuser) because(code string, rec *licenseRecord, full []Place) (exchange.Part, error) {
	id, err := f.is.o.newID()
	if err != nil {
		return exchange.Part{}, err
	}
	contact := help(f.profile)
	if code == reasonEnded && rec.Policy.Renewal.Contact != "" {
		contact = rec.Policy.Renewal.Contact // who sells it knows more than support does
	}
	slots := map[string]any{"contact": contact, "vendor": f.profile.Name, "serial": ""}
	r := terms.Refusal{Code: code, Ref: "R-" + strings.ToUpper(id[:8]), At: f.now, Contact: contact}
	if rec != nil {
		slots["serial"], slots["date"], slots["n"] = rec.Serial, rec.Ends, rec.Places
	}
	if code == reasonPlaces {
		r.Places, r.InUse = rec.Places, inUse(full)
	}
	return f.part(id, r, slots)
}

// part puts the refusal into words, in every language.
func (f refuser) part(id string, r terms.Refusal, slots map[string]any) (exchange.Part, error) {
	var err error
	if len(r.Reason) == 0 {
		if r.Reason, err = text("issuer.refusal."+r.Code+".reason", slots); err != nil {
			return exchange.Part{}, err
		}
	}
	if r.WayOut, err = text("issuer.refusal."+r.Code+".way_out", slots); err != nil {
		return exchange.Part{}, err
	}
	return exchange.Part{Kind: exchange.KindRefusal, ID: id, Refusal: &r}, nil
}

// withdrawn is the refusal of a license that was withdrawn, with the reason and reference of that.
func (f refuser) withdrawn(rec licenseRecord, no exchange.Revocation) (exchange.Part, error) {
	id, err := f.is.o.newID()
	if err != nil {
		return exchange.Part{}, err
	}
	r := terms.Refusal{Code: reasonWithdrawn, Ref: no.Ref, At: f.now, Contact: help(f.profile)}
	return f.part(id, r, map[string]any{
		"contact": r.Contact, "vendor": f.profile.Name, "serial": rec.Serial, "ref": no.Ref, "date": no.From, "reason": no.Reason,
	})
}

// declined is a person's no.
func (f refuser) declined(why string) (exchange.Part, error) {
	id, err := f.is.o.newID()
	if err != nil {
		return exchange.Part{}, err
	}
	r := terms.Refusal{Code: reasonDeclined, Ref: "R-" + strings.ToUpper(id[:8]), At: f.now, Contact: help(f.profile), Reason: terms.Plain(why)}
	return f.part(id, r, map[string]any{"contact": r.Contact, "vendor": f.profile.Name})
}
