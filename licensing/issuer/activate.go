package issuer

import (
	"errors"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// activate gives every license of the request's key.
func (v *visit) activate() error {
	key, err := get[keyRecord](v.t, bucketKeys, v.r.KeyHash)
	if errors.Is(err, errNoRecord) {
		return v.no(reasonUnknownKey, nil, nil)
	}
	if err != nil {
		return err
	}
	var needs []asking
	for _, serial := range key.Serials {
		needs = append(needs, licenseNeeds(serial), needAll(bucketPlaces, serial+"/"))
	}
	if err := v.t.Fetch(needs...); err != nil {
		return err
	}
	for _, serial := range key.Serials {
		rec, err := licenseIn(v.t, serial)
		if err != nil {
			return err
		}
		part, ok, err := v.is.grant(v.t, &rec, v.d, v.now, v.refuse)
		if err != nil {
			return err
		}
		v.serials = append(v.serials, serial)
		if ok {
			v.granted, v.records = append(v.granted, part), append(v.records, rec)
		} else {
			v.refused = append(v.refused, part)
		}
	}
	return nil
}

// grant gives a license to a computer, or says why not.
func (is *Issuer) grant(t tx, rec *licenseRecord, d computer, now time.Time, refuse refuser) (exchange.Part, bool, error) {
	no, err := withdrawn(t, rec.Serial)
	if err != nil {
		return exchange.Part{}, false, err
	}
	if no != nil {
		part, err := refuse.withdrawn(*rec, *no)
		return part, false, err
	}
	if !rec.Ends.IsZero() && now.After(rec.Ends) {
		part, err := refuse.because(reasonEnded, rec, nil)
		return part, false, err
	}
	used, full, err := takePlace(t, *rec, d, now)
	if err != nil {
		return exchange.Part{}, false, err
	}
	if full != nil {
		part, err := refuse.because(reasonPlaces, rec, full)
		return part, false, err
	}
	part, err := issue(t, rec, d, used, now)
	return part, true, err
}

// issue makes the license part for one computer, with the next version of its serial.
func issue(t tx, rec *licenseRecord, d computer, used int, now time.Time) (exchange.Part, error) {
	rec.Version++
	l := boundLicense(*rec, d, used, now)
	part := exchange.Part{Kind: exchange.KindLicense, Version: l.Version, License: &l}
	return part, errors.Join(given(t, rec.Serial, d, rec.Version), put(t, bucketLicenses, rec.Serial, *rec))
}

// boundLicense is a license as one computer gets it.
func boundLicense(rec licenseRecord, d computer, used int, now time.Time) terms.License {
	l := licenseOf(rec, now)
	l.Binding = terms.BoundToDevice
	l.Device = &terms.BoundDevice{ID: d.id, Code: d.code, Label: d.label}
	l.Places.Used = used
	return l
}

func licenseOf(rec licenseRecord, now time.Time) terms.License {
	l := terms.License{
		Serial: rec.Serial, Version: rec.Version, Customer: rec.Customer, Issued: now, Starts: rec.Starts, Ends: rec.Ends,
		KeyHash: rec.KeyHash, Places: terms.PlaceCount{Total: rec.Places}, Policy: rec.Policy,
	}
	if o := rec.Overlap; o != nil && !now.After(o.Until) {
		l.Overlap = o
	}
	return l
}
