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
	slots := map[string]any{"contact": contact, "vendor": f.profile.Name}
	r := terms.Refusal{Code: code, Ref: "R-" + strings.ToUpper(id[:8]), At: f.now, Contact: contact}
	if rec != nil {
		slots["serial"], slots["date"], slots["n"] = rec.Serial, rec.Ends, rec.Places
	}
	if code == reasonPlaces {
		r.Places, r.InUse = rec.Places, inUse(full)
	}
	r.Reason = terms.Plain(f.is.say.Text("issuer.refusal."+code+".reason", slots))
	r.WayOut = terms.Plain(f.is.say.Text("issuer.refusal."+code+".way_out", slots))
	return exchange.Part{Kind: exchange.KindRefusal, ID: id, Refusal: &r}, nil
}
