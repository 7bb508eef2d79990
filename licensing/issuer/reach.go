package issuer

import (
	"encoding/json"
	"net/url"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// To says whom a file is for: one license with all its computers, a customer, a site, or with all three empty everybody.
type To struct {
	Serial   string `json:"serial,omitempty"`
	Customer string `json:"customer,omitempty"`
	Site     string `json:"site,omitempty"`
}

// Scopes of an audience.
const (
	scopeLicense  = "license"
	scopeCustomer = "customer"
	scopeSite     = "site"
	scopeAll      = "all"
)

func (to To) audience() *exchange.Audience {
	switch {
	case to.Serial != "":
		return &exchange.Audience{Scope: scopeLicense, ID: to.Serial}
	case to.Customer != "":
		return &exchange.Audience{Scope: scopeCustomer, ID: to.Customer}
	case to.Site != "":
		return &exchange.Audience{Scope: scopeSite, ID: to.Site}
	}
	return &exchange.Audience{Scope: scopeAll}
}

// reached lists the licenses that a file is for, by serial. product "" means any. Errors: CodeSerialUnknown, and CodeNobody when
// no license has the customer or site.
func reached(t tx, to To, product string) ([]licenseRecord, error) {
	if to.Serial != "" {
		rec, err := licenseIn(t, to.Serial)
		return []licenseRecord{rec}, err
	}
	var all []licenseRecord
	a := to.audience()
	err := t.Each(bucketLicenses, "", func(_ string, value []byte) error {
		var rec licenseRecord
		if err := json.Unmarshal(value, &rec); err != nil {
			return say(CodeDamaged, err, "file", storeName)
		}
		if rec.within(a) && (product == "" || product == rec.Policy.Product.ID) {
			all = append(all, rec)
		}
		return nil
	})
	if err == nil && len(all) == 0 && (a.Scope != scopeAll || product != "") {
		id := a.ID
		if id == "" {
			id = product
		}
		err = say(CodeNobody, nil, "id", id)
	}
	return all, err
}

// Zone is the zone in which days end for whom a file is for: that of the first license. Errors: CodeSerialUnknown, CodeNobody.
func (is *Issuer) Zone(to To) (zone *time.Location, err error) {
	err = is.db.View(func(t tx) error {
		list, err := reached(t, to, "")
		if err == nil && len(list) > 0 {
			zone = zoneOf(list[0].Policy)
		}
		return err
	})
	if zone == nil {
		zone = time.UTC
	}
	return zone, err
}

// within says whether an audience includes a license.
func (rec licenseRecord) within(a *exchange.Audience) bool {
	return a.Includes(&terms.License{Serial: rec.Serial, Customer: rec.Customer, Policy: rec.Policy})
}

// reachKey is the beginning of the keys of grants for an audience. Ids are escaped: a customer called "A/B" is not a part of "A".
func reachKey(a exchange.Audience) string { return a.Scope + ":" + url.QueryEscape(a.ID) + "/" }

// reaching are the audiences that include a license.
func (rec licenseRecord) reaching() []exchange.Audience {
	all := []exchange.Audience{{Scope: scopeAll}, {Scope: scopeLicense, ID: rec.Serial}}
	if rec.Customer != "" {
		all = append(all, exchange.Audience{Scope: scopeCustomer, ID: rec.Customer})
	}
	if site := rec.Policy.Devices.Site; site != "" {
		all = append(all, exchange.Audience{Scope: scopeSite, ID: site})
	}
	return all
}
