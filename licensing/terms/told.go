package terms

import "time"

// Told says that a person told somebody who can act about a state: that of a product, or with neither vendor nor
// product that of the computer. It counts for exactly that state, license and date. It changes what is shown first and
// what is asked for, never what works.
type Told struct {
	Who     string    `json:"who"` // buyer, it or vendor
	Vendor  string    `json:"vendor,omitempty"`
	Product string    `json:"product,omitempty"`
	State   State     `json:"state"`
	License string    `json:"license,omitempty"`
	At      time.Time `json:"at"`
	Until   time.Time `json:"until,omitzero"` // Finding.Coming then
}

// Key names what was told of.
func (t Told) Key() string { return toldKey(t.Vendor, t.Product, t.State, t.License) }

func toldKey(vendor, product string, s State, license string) string {
	return vendor + "/" + product + "/" + string(s) + "/" + license
}

// comingSlots hold the date up to which a state stays what it is.
var comingSlots = map[State]string{
	StateActive: "date", StateTrial: "date", StateNotStarted: "date", StateFirstUse: "date", StateEndingSoon: "date",
	StateGraceRenewal: "grace", StateRequestWaiting: "until", StateRolledBack: "until",
	StateKeychainLocked: "date_or_none", StateKeychainMute: "date_or_none", StateKeychainDenied: "date_or_none",
}

// Coming is the date up to which the state stays what it is; zero when time alone does not end it.
func (f Finding) Coming() time.Time {
	at, _ := f.Slots[comingSlots[f.State]].(time.Time)
	return at
}

// told marks a finding that a person told somebody of; vendor is that of its product. A finding that asked for nothing
// else then waits for the answer.
func (f *Facts) told(r ranked, vendor *Vendor) ranked {
	t, ok := f.Told[toldKey(vendor.Root, r.Product, r.State, r.License)]
	if !ok || !t.Until.Equal(r.Coming()) || past(r.at, t.Until) {
		return r
	}
	r.Told, r.ToldWho = t.At, t.Who
	if _, named := r.Slots["vendor"]; !named {
		r.Slots["vendor"] = vendor.Name // the sentence may name the one who was told
	}
	if r.Action == ActTellBuyer {
		r.Action, r.quiet = ActUseFile, true
	}
	return r
}
