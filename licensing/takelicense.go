package licensing

import (
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// takeLicense judges one license part: it answers a request, replaces an older version held here, or binds itself to
// this computer or site. A renewal that overtook the answer to an open request for the same license key answers it too.
func (p *planner) takeLicense(it *Item, part exchange.Part, resp exchange.Response, vendor vendorRecord, req **requestRecord, draft *records) (licenseRecord, bool) {
	l := *part.License
	it.License = &l
	held := licenseRecord{Root: vendor.Root, Serial: l.Serial, Version: l.Version, License: l}
	old, have := draft.Licenses[held.key()]
	if !have && *req == nil && l.Binding == terms.BoundToDevice {
		if *req = openFor(draft, vendor.Root, l.KeyHash, p.now(draft, vendor.Root)); *req == nil {
			p.problem(it, terms.StateFileWrongRequest, terms.Slots{"serial": l.Serial})
			return held, false
		}
	}
	if have && old.Version > l.Version {
		p.problem(it, terms.StateFileOlder, terms.Slots{"d1": resp.Issued, "d2": old.License.Issued})
		return held, false
	}
	if have && old.Version == l.Version && *req == nil {
		p.problem(it, terms.StateFileReplayed, terms.Slots{"date": old.Taken})
		return held, false
	}
	if have && old.Version == l.Version {
		held.Taken = old.Taken // a check-in brings what is held once more
	}
	if l.Binding == terms.BoundToFirstUse {
		held.FirstUsed = p.now(draft, vendor.Root)
		if have && !old.FirstUsed.IsZero() {
			held.FirstUsed = old.FirstUsed
		}
	}
	return held, true
}

// openFor is the open request for a license key.
func openFor(draft *records, root, keyHash string, now time.Time) *requestRecord {
	for _, q := range sortedValues(draft.Requests) {
		if q.State == terms.RequestOpen && q.Vendor == root && keyHash != "" && q.KeyHash == keyHash && !now.After(q.Until) {
			return new(*q)
		}
	}
	return nil
}

func (p *planner) takeKey(k *exchange.LicenseKeyPart, root string) (keyRecord, error) {
	hash, err := terms.KeyHash(k.Key)
	if err != nil {
		return keyRecord{}, err
	}
	return keyRecord{Hash: hash, Key: k.Key, Root: root, Serial: k.Serial}, nil
}
