package issuer

import (
	"context"
	"time"

	"holdfast/licensing/terms"
)

// NewTerms are what changes about a license; what is left open stays.
type NewTerms struct {
	Policy   *terms.Policy
	Places   int
	Customer string
}

// Change gives a license other terms and every computer that holds a place a fresh file; none needs a new request. A new policy takes
// nothing away that the old one granted, see Publish; the end stays. Fewer places than are in use are not possible: free one first.
// Without any change the files are just made again. A withdrawal of the license ends.
// Errors: CodeSerialUnknown, CodeOtherProduct, CodeValue.
func (is *Issuer) Change(ctx context.Context, serial string, n NewTerms) (Renewal, error) {
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
		now, err := is.stamp(t)
		if err != nil {
			return err
		}
		if err := rec.change(t, n, now); err != nil {
			return err
		}
		if _, err := giveBack(t, rec, now); err != nil {
			return err
		}
		files, err := is.spread(t, who, &rec, now, "")
		if err != nil {
			return err
		}
		if err := putLater(t, bucketLicenses, rec.Serial, rec); err != nil {
			return err
		}
		out.Was = rec.Ends
		for _, f := range files {
			out.Files = append(out.Files, f.answer())
		}
		out.License, err = view(t, rec)
		return err
	})
	return out, err
}

func (rec *licenseRecord) change(t tx, n NewTerms, now time.Time) error {
	if n.Policy != nil {
		next := n.Policy.WithDefaults()
		if next.Product.ID != rec.Policy.Product.ID {
			return say(CodeOtherProduct, nil, "product", next.Product.ID, "own", rec.Policy.Product.ID)
		}
		rec.follow(next, now, now)
	}
	if n.Places > 0 {
		all, err := placesOf(t, rec.Serial)
		if err != nil {
			return err
		}
		if n.Places < len(all) {
			return say(CodeValue, nil, "flag", "--places", "value", n.Places)
		}
		if rec.PolicyPlaces == 0 {
			rec.PolicyPlaces = rec.Places
		}
		rec.Places, rec.Policy.Devices.Places, rec.policySum = n.Places, n.Places, ""
	}
	if n.Customer != "" {
		rec.Customer = n.Customer
	}
	return nil
}
