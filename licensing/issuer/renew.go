package issuer

import (
	"context"
	"errors"
	"slices"
	"time"

	"holdfast/licensing/exchange"
)

// Renewal is a license with a later end, and a fresh file for every computer that holds a place.
type Renewal struct {
	License
	Was   time.Time // end before
	Again bool      // this order renewed the license before; these are the same files
	Files []Answer
}

// Renew extends a license by its policy's length, from the old end on, so that renewing early costs nothing. A
// license that ended longer ago than that length is extended from now on. Each computer gets a file of a higher
// version and needs no new request. order is the caller's id: the same order renews once and gives the same files again;
// "" renews each time. A withdrawal of the license ends, also of one without end. Errors: CodeSerialUnknown, CodeNoEnd, and those of
// signing.
func (is *Issuer) Renew(ctx context.Context, serial, order string) (Renewal, error) {
	var out Renewal
	if err := ctx.Err(); err != nil {
		return out, err
	}
	err := is.db.Update(func(t tx) error {
		who, err := identityIn(t)
		if err != nil {
			return err
		}
		rec, err := licenseIn(t, serial)
		if err != nil {
			return err
		}
		key := rec.Serial + "/" + order
		done, err := get[renewalRecord](t, bucketRenewals, key)
		switch {
		case err == nil && order != "":
			out.Again = true
		case err != nil && !errors.Is(err, errNoRecord):
			return err
		default:
			if done, err = is.renew(t, who, &rec, order); err != nil {
				return err
			}
			if err := put(t, bucketRenewals, key, done); err != nil {
				return err
			}
		}
		out.Was = done.Was
		for _, f := range done.Files {
			out.Files = append(out.Files, f.answer())
		}
		out.License, err = view(t, rec)
		return err
	})
	return out, err
}

func (is *Issuer) renew(t tx, who identity, rec *licenseRecord, order string) (renewalRecord, error) {
	no, err := withdrawn(t, rec.Serial)
	if err != nil {
		return renewalRecord{}, err
	}
	if rec.Ends.IsZero() && no == nil {
		return renewalRecord{}, say(CodeNoEnd, nil, "serial", rec.Serial)
	}
	now, err := is.stamp(t)
	if err != nil {
		return renewalRecord{}, err
	}
	done := renewalRecord{Was: rec.Ends}
	if !rec.Ends.IsZero() {
		rec.renew(now)
	}
	done.Ends = rec.Ends
	if _, err := giveBack(t, *rec, now); err != nil {
		return done, err
	}
	if done.Files, err = is.spread(t, who, rec, now, order); err != nil {
		return done, err
	}
	return done, put(t, bucketLicenses, rec.Serial, *rec)
}

// renew moves the end of a license by its policy's length, from the old end on or, when that is long past, from now on.
func (rec *licenseRecord) renew(now time.Time) {
	zone, length := zoneOf(rec.Policy), rec.Policy.Term.Length
	rec.Ends = length.After(rec.Ends, zone)
	if !rec.Ends.After(now) {
		rec.Ends = length.After(now, zone)
	}
	rec.Natural, rec.Renewed = time.Time{}, rec.Version+1
}

// spread makes a file with the next version of a license for every computer that holds a place, with more parts if there are any
// and with what stands about the license.
func (is *Issuer) spread(t tx, who identity, rec *licenseRecord, now time.Time, order string, more ...exchange.Part) ([]answerRecord, error) {
	all, err := placesOf(t, rec.Serial)
	if err != nil {
		return nil, err
	}
	said, _, err := standing(t, []licenseRecord{*rec}, now)
	if err != nil {
		return nil, err
	}
	var files []answerRecord
	for _, p := range all {
		d := computer{id: p.Device, code: p.Code, label: p.Label}
		part, err := issue(t, rec, d, len(all), now)
		if err != nil {
			return nil, err
		}
		parts := slices.Concat([]exchange.Part{part}, more, said)
		w, err := is.seal(t, who, d, now, outgoing{parts: parts, external: order})
		if err != nil {
			return nil, err
		}
		files = append(files, answerRecord{
			Name: w.name, File: w.file, At: now, Key: who.Signing, Device: p.Device, Code: p.Code, Serials: []string{rec.Serial},
		})
	}
	return files, nil
}
