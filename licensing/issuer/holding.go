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
	var serials []string
	err := each(t, bucketPlaces, "", func(key string, p Place) error {
		if serial, _, ok := strings.Cut(key, "/"); ok && (p.Device == device || slices.Contains(p.Former, device)) {
			serials = append(serials, serial)
			h.former = append(h.former, p.Former...)
		}
		return nil
	})
	if err != nil {
		return h, err
	}
	for _, serial := range slices.Compact(serials) {
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
	err = each(t, bucketLedgers, "", func(_ string, rec ledgerRecord) error {
		if rec.key() != ledger && slices.Contains(devices, rec.Device) && !rec.Latest.Before(newest.Latest) {
			other, newest = rec.ID, rec
		}
		return nil
	})
	return other, newest, err
}
