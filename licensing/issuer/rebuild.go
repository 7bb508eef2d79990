package issuer

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"holdfast/licensing/exchange"
	"holdfast/licensing/usage"
)

// lastReceipt is the newest receipt that a computer holds: this vendor's own signed word on how far a ledger was counted. A store that
// was put back from an old copy takes its standing from it.
type lastReceipt struct{ exchange.Receipt }

// newerReceipt finds, among what travels with a usage file, a receipt of this vendor for the same ledger that is newer than the
// standing here. What is not signed by this vendor's keys counts for nothing; what does not even claim to be newer is not verified.
func newerReceipt(profile exchange.Profile, f exchange.Found, rec ledgerRecord, u exchange.Usage) (last lastReceipt, ok bool) {
	if !u.Speaks(rec.Device) {
		return last, false
	}
	candidates := slices.DeleteFunc(slices.Clone(f.Bundle.Envelopes), func(e exchange.Envelope) bool {
		return exchange.PeekReceipt(e, u.Ledger) <= rec.Standing.Receipt
	})
	if len(candidates) == 0 {
		return last, false
	}
	profile = newerProfile(f, profile)
	for _, e := range candidates {
		r, err := exchange.ParseResponse(e, profile)
		if err != nil || r.Answers == nil || !u.Speaks(r.Answers.Device) {
			continue
		}
		for _, p := range r.Parts {
			if p.Receipt != nil && p.Receipt.Ledger == u.Ledger && p.Receipt.Number > rec.Standing.Receipt && p.Receipt.Number > last.Number {
				last, ok = lastReceipt{*p.Receipt}, true
			}
		}
	}
	return last, ok
}

// newerProfile is a profile of the same root that came with the file and is newer than the one here: the old copy may not know the
// working key that signed since.
func newerProfile(f exchange.Found, p exchange.Profile) exchange.Profile {
	root, err := exchange.DecodeKey(p.Root)
	if err != nil {
		return p
	}
	for _, e := range f.Bundle.Envelopes {
		if _, kind := exchange.PeekHeader(e); kind != exchange.KindProfile {
			continue
		}
		if q, err := exchange.ParseProfile(e, exchange.Roots{root}); err == nil && q.Vendor == p.Vendor && q.Version > p.Version {
			p = q
		}
	}
	return p
}

func (l lastReceipt) finding(s usage.Standing, u exchange.Usage) usage.Finding {
	return odd(u, findingRebuilt, "receipt_here", strconv.Itoa(s.Receipt), "receipt", strconv.Itoa(l.Number),
		"seq_here", fmt.Sprint(s.Last), "seq", fmt.Sprint(l.Seq), "close", l.Close)
}

// into takes the standing from the receipt. What was counted since this copy has no days any more: it stands under the zero day, so
// that totals stay exact.
func (l lastReceipt) into(t tx, rec *ledgerRecord, held []licenseRecord) error {
	next, ok := usage.Rebuild(rec.Standing, rec.Device, l.Receipt)
	if !ok { // it confirmed nothing that is not counted here; only its number is newer
		rec.Standing.Receipt = l.Number
		return nil
	}
	kinds, err := kindsOf(t, rec.key(), held)
	if err != nil {
		return err
	}
	customers := customersOf(rec.Customers, held)
	var lost []usage.Sum
	for meter, units := range l.Totals {
		product, id, kind, ok := usage.CutTotal(meter)
		kind = cmp.Or(kind, kinds[usage.MeterKey(product, id)], usage.Counter)
		more := units - rec.Standing.Totals[meter]
		if !ok || more <= 0 {
			continue
		}
		if kind == usage.Peak {
			more = units
		}
		lost = append(lost, usage.Sum{Product: product, Meter: id, Kind: kind, Units: more})
		if customers[product] == "" && len(held) > 0 {
			customers[product] = held[0].Customer
		}
	}
	rec.Standing, rec.Customers = next, customers
	return addDays(t, rec.key(), customers, lost)
}

// kindsOf finds out of which kind the meters of a ledger are that are added up: from the days here, else from the policies.
func kindsOf(t tx, ledger ledgerKey, held []licenseRecord) (map[string]string, error) {
	kinds := map[string]string{}
	for _, l := range held {
		for id, m := range l.Policy.Meters {
			if m.Kind != usage.Peak {
				kinds[usage.MeterKey(l.Policy.Product.ID, id)] = m.Kind
			}
		}
	}
	err := each(t, bucketDays, ledger.String()+"/", func(_ string, d dayRecord) error {
		if d.Kind != usage.Peak {
			kinds[usage.MeterKey(d.Product, d.Meter)] = d.Kind
		}
		return nil
	})
	return kinds, err
}
