package issuer

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// License is what the vendor's desk sees of a license. It does not hold the key.
type License struct {
	Serial   string       `json:"serial"`
	Version  int          `json:"version"`
	Customer string       `json:"customer,omitempty"`
	Order    string       `json:"external_id,omitempty"`
	Line     int          `json:"line"`
	Mask     string       `json:"license_key_masked"`
	Made     time.Time    `json:"made"`
	Starts   time.Time    `json:"starts,omitzero"`
	Ends     time.Time    `json:"ends,omitzero"`
	Places   int          `json:"places"`
	Used     int          `json:"places_used"`
	Policy   terms.Policy `json:"policy"`
	InUse    []Place      `json:"computers,omitempty"`
	// Withdrawn and OnHold are what stands against it; nil: nothing does.
	Withdrawn *terms.Revocation `json:"withdrawn,omitempty"`
	OnHold    *terms.Hold       `json:"on_hold,omitempty"`
}

// Licenses lists all licenses, oldest first.
func (is *Issuer) Licenses() ([]License, error) {
	var all []License
	err := is.db.View(func(t tx) error {
		return t.Each(bucketLicenses, "", func(_ string, value []byte) error {
			var rec licenseRecord
			if err := json.Unmarshal(value, &rec); err != nil {
				return say(CodeDamaged, err, "file", storeName)
			}
			l, err := view(t, rec)
			all = append(all, l)
			return err
		})
	})
	slices.SortStableFunc(all, func(a, b License) int { return a.Made.Compare(b.Made) })
	return all, err
}

// License returns one license with the computers that hold its places. Error: CodeSerialUnknown.
func (is *Issuer) License(serial string) (l License, err error) {
	err = is.db.View(func(t tx) error {
		rec, err := licenseIn(t, serial)
		if err != nil {
			return err
		}
		l, err = view(t, rec)
		return err
	})
	return l, err
}

func licenseIn(t tx, serial string) (licenseRecord, error) {
	rec, err := get[licenseRecord](t, bucketLicenses, strings.ToUpper(strings.TrimSpace(serial)))
	if errors.Is(err, errNoRecord) {
		return rec, say(CodeSerialUnknown, nil, "serial", serial)
	}
	return rec, err
}

func view(t tx, rec licenseRecord) (License, error) {
	key, err := get[keyRecord](t, bucketKeys, rec.KeyHash)
	if err != nil {
		return License{}, err
	}
	l := License{
		Serial: rec.Serial, Version: rec.Version, Customer: rec.Customer, Line: rec.Line, Mask: key.Mask,
		Made: rec.Made, Starts: rec.Starts, Ends: rec.Ends, Places: rec.Places, Policy: rec.Policy,
	}
	if rec.External {
		l.Order = rec.Order
	}
	if l.InUse, err = placesOf(t, rec.Serial); err != nil {
		return l, err
	}
	l.Used = len(l.InUse)
	if l.Withdrawn, err = withdrawn(t, rec.Serial); err != nil {
		return l, err
	}
	s, ok, err := statement(t, exchange.KindHold, rec.Serial)
	if ok && !s.Part.Hold.Lifted {
		l.OnHold = s.Part.Hold
	}
	return l, err
}
