package licensing

import (
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/usage"
)

// keepCounts lets every usage ledger keep what is counted now, for a start with a locked key store. Nothing depends on it but what is
// shown then, so an error is none here. The lock is held.
func (e *Engine) keepCounts() {
	for _, l := range e.ledgers.list() {
		_ = l.book.KeepCounts()
	}
}

// takeMissing counts here what the vendor read in entries that cannot be read here, as its newest receipt says. The lock is held.
func (e *Engine) takeMissing(l *usageLedger) {
	if e.secrets == nil || e.o.ReadOnly {
		return
	}
	u := e.listsOf(e.rec).usage
	r, p := u.newest(l.id)
	if p == nil {
		return
	}
	f := u.upTo(&r)
	if f == nil || f.Unread == 0 || f.Close != r.Close || !u.matches(&r) {
		return
	}
	missing := e.missingIn(f, &r)
	if len(missing) > 0 && l.book.Take(r.Epoch, missing) {
		l.sums = meteredSums{}
		_ = l.book.KeepCounts()
	}
}

// missingIn is what a receipt counted beyond a file. It counts on the day of the last use that the vendor saw.
func (e *Engine) missingIn(f *usageFileRecord, r *exchange.Receipt) []usage.Sum {
	at := r.To
	if at.IsZero() {
		at = f.Made
	}
	day := at.UTC().Truncate(24 * time.Hour)
	events := r.Entries - min(r.Entries, f.Events)
	var all []usage.Sum
	for _, key := range sortedKeys(r.Totals) {
		s := usage.Sum{Day: day, Units: r.Totals[key]}
		s.Product, s.Meter, s.Kind = e.meterOf(f, key)
		for _, t := range f.Totals {
			if t.Product == s.Product && t.Meter == s.Meter && s.Kind == usage.Peak && t.Units >= s.Units {
				s.Units = 0
			} else if t.Product == s.Product && t.Meter == s.Meter && s.Kind != usage.Peak {
				s.Units -= t.Units
			}
		}
		if s.Units > 0 && s.Kind != "" {
			s.Count, events = events, 0 // the receipt says only how many they are in all
			all = append(all, s)
		}
	}
	return all
}

// meterOf is the meter of a key in totals; its kind is "" when nothing here says it.
func (e *Engine) meterOf(f *usageFileRecord, key string) (product, meter, kind string) {
	for _, t := range f.Totals {
		if usage.MeterKey(t.Product, t.Meter) == key {
			return t.Product, t.Meter, t.Kind
		}
	}
	for _, products := range e.listsOf(e.rec).meters.products {
		for _, p := range products {
			for id, m := range p.meters {
				if p.vendor.root == f.Root && usage.MeterKey(p.id, id) == key {
					return p.id, id, m.Kind
				}
			}
		}
	}
	return "", "", ""
}

// addLost adds what was counted in entries that cannot be read here.
func (f *usageFileRecord) addLost(lost []usage.Sum) {
	for _, s := range lost {
		f.Events += s.Count
		found := false
		for i := range f.Totals {
			if t := &f.Totals[i]; t.Product == s.Product && t.Meter == s.Meter {
				if found = true; t.Kind == usage.Peak {
					t.Units = max(t.Units, s.Units)
				} else {
					t.Units += s.Units
				}
			}
		}
		if !found {
			f.Totals = append(f.Totals, usageTotal{s.Product, s.Meter, s.Kind, s.Units})
		}
	}
}
