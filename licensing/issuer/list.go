package issuer

import (
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
		a, err := besideAll(t)
		if err != nil {
			return err
		}
		return each(t, bucketLicenses, "", func(_ string, rec licenseRecord) error {
			l, err := a.view(rec)
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

// beside is what stands beside all licenses. Each bucket is gone through once: in a database a question for each license would take as long as
// everything else.
type beside struct {
	masks            map[string]string // by the hash of the license key
	places           map[string][]Place
	withdrawn, holds map[string]exchange.Part // by serial
}

func besideAll(t tx) (beside, error) {
	a := beside{map[string]string{}, map[string][]Place{}, map[string]exchange.Part{}, map[string]exchange.Part{}}
	if err := each(t, bucketKeys, "", func(hash string, k keyRecord) error {
		a.masks[hash] = k.Mask
		return nil
	}); err != nil {
		return a, err
	}
	if err := each(t, bucketPlaces, "", func(key string, p Place) error {
		serial, _, _ := strings.Cut(key, "/")
		a.places[serial] = append(a.places[serial], p)
		return nil
	}); err != nil {
		return a, err
	}
	for kind, parts := range map[exchange.Kind]map[string]exchange.Part{exchange.KindRevocation: a.withdrawn, exchange.KindHold: a.holds} {
		if err := each(t, bucketStatements, statementKey(kind, ""), func(key string, s statementRecord) error {
			parts[strings.TrimPrefix(key, statementKey(kind, ""))] = s.Part
			return nil
		}); err != nil {
			return a, err
		}
	}
	return a, nil
}

func (a beside) view(rec licenseRecord) (License, error) {
	mask, ok := a.masks[rec.KeyHash]
	if !ok {
		return License{}, errNoRecord
	}
	l := bare(rec, mask)
	l.InUse = a.places[rec.Serial]
	sortPlaces(l.InUse)
	l.Used = len(l.InUse)
	l.Withdrawn = a.withdrawal(rec.Serial)
	if p := a.holds[rec.Serial]; p.Hold != nil && !p.Hold.Lifted {
		l.OnHold = p.Hold
	}
	return l, nil
}

// withdrawal is what withdrew a license; nil when nothing does.
func (a beside) withdrawal(serial string) *exchange.Revocation {
	if p := a.withdrawn[serial]; p.Revocation != nil && !p.Revocation.Lifted {
		return p.Revocation
	}
	return nil
}

// bare is a license without what stands beside it.
func bare(rec licenseRecord, mask string) License {
	l := License{
		Serial: rec.Serial, Version: rec.Version, Customer: rec.Customer, Line: rec.Line, Mask: mask,
		Made: rec.Made, Starts: rec.Starts, Ends: rec.Ends, Places: rec.Places, Policy: rec.Policy,
	}
	if rec.External {
		l.Order = rec.Order
	}
	return l
}

func view(t tx, rec licenseRecord) (License, error) {
	key, err := get[keyRecord](t, bucketKeys, rec.KeyHash)
	if err != nil {
		return License{}, err
	}
	l := bare(rec, key.Mask)
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
