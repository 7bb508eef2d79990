package issuer

import (
	"cmp"
	"slices"
	"strings"
)

// holding is what a computer holds here: licenses, oldest first, and the device keys that it had before.
type holding struct {
	licenses []licenseRecord
	former   []string
}

// known are those of the keys that are known to have been this computer's.
func (h holding) known(keys []string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !slices.Contains(h.former, deviceOf(key)) })
}

// held finds the licenses of which a computer holds a place, or held it under an earlier key.
func held(t tx, device string) (holding, error) {
	var h holding
	keys, err := placesHeld(t, device)
	if err != nil {
		return h, err
	}
	ask := need(bucketPlaces, keys...)
	for _, key := range keys {
		serial, _, _ := strings.Cut(key, "/")
		ask = asked(ask, need(bucketLicenses, serial))
	}
	if err := t.Fetch(ask); err != nil {
		return h, err
	}
	last := ""
	for _, key := range keys {
		p, err := get[Place](t, bucketPlaces, key)
		if err != nil {
			return h, err
		}
		h.former = append(h.former, p.Former...)
		serial, _, _ := strings.Cut(key, "/")
		if serial == last {
			continue
		}
		last = serial
		rec, err := licenseIn(t, serial)
		if err != nil {
			return h, err
		}
		h.licenses = append(h.licenses, rec)
	}
	slices.SortFunc(h.licenses, func(a, b licenseRecord) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.Serial, b.Serial)) })
	return h, nil
}

// otherLedger finds another ledger that the same computer reported, also under an earlier key; "" when there is none.
func otherLedger(t tx, ledger ledgerKey, devices []string) (other string, newest ledgerRecord, err error) {
	for _, device := range slices.Compact(slices.Sorted(slices.Values(devices))) {
		list, err := ledgersOf(t, device)
		if err != nil {
			return "", newest, err
		}
		for _, rec := range list {
			if rec.key() != ledger && !rec.Latest.Before(newest.Latest) {
				other, newest = rec.ID, rec
			}
		}
	}
	return other, newest, nil
}
