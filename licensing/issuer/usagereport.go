package issuer

import (
	"cmp"
	"slices"
	"time"

	"holdfast/licensing/usage"
)

// UsageRow is what one meter counted for one customer in one month (UTC). Units are added up over computers and days; of a peak it is
// the highest of any computer. Month is "" for what was counted by a copy of the store that was lost: its days are not known.
type UsageRow struct {
	Customer string `json:"customer"`
	Product  string `json:"product"`
	Meter    string `json:"meter"`
	Month    string `json:"month"` // 2026-11
	Units    int64  `json:"units"`
	Unit     string `json:"unit,omitempty"` // s for a duration, else as the newest policy names it
}

// UsageFilter narrows a report. Empty fields take everything.
type UsageFilter struct {
	Customer string
	Product  string
	Month    string // 2026-11
}

// UsageReport says what was counted, sorted by customer, product, meter and month.
func (is *Issuer) UsageReport(f UsageFilter) ([]UsageRow, error) {
	type kindRow struct { // a meter that was of another kind before has a row for each
		UsageRow
		kind string
	}
	all := map[kindRow]usage.Sum{}
	units := map[string]string{} // by usage.MeterKey
	err := is.db.View(func(t tx) error {
		owners, err := ownersOf(t)
		if err != nil {
			return err
		}
		if err := each(t, bucketLicenses, "", func(_ string, l licenseRecord) error {
			for id, m := range l.Policy.Meters {
				key := usage.MeterKey(l.Policy.Product.ID, id)
				units[key] = cmp.Or(m.Unit, units[key])
			}
			return nil
		}); err != nil {
			return err
		}
		return each(t, bucketDays, "", func(_ string, d dayRecord) error {
			row := UsageRow{Customer: cmp.Or(d.Customer, owners[d.ledger()][d.Product]), Product: d.Product, Meter: d.Meter}
			if !d.Day.IsZero() {
				row.Month = d.Day.UTC().Format(monthForm)
			}
			if f.takes(row) {
				k := kindRow{row, d.Kind}
				sum := all[k]
				sum.Kind = d.Kind
				all[k] = added(sum, d.Sum)
			}
			return nil
		})
	})
	rows := []UsageRow{}
	for k, s := range all {
		row := k.UsageRow
		row.Units, row.Unit = s.Units, units[usage.MeterKey(row.Product, row.Meter)]
		if s.Kind == usage.Duration {
			row.Unit = "s" // as it is recorded
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b UsageRow) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Product, b.Product), cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Month, b.Month),
			cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Units, b.Units))
	})
	return rows, err
}

// monthForm is how months are written.
const monthForm = "2006-01"

func (f UsageFilter) takes(r UsageRow) bool {
	return (f.Customer == "" || f.Customer == r.Customer) && (f.Product == "" || f.Product == r.Product) && (f.Month == "" || f.Month == r.Month)
}

// ownersOf finds the customers of every ledger by product, as they are known now.
func ownersOf(t tx) (map[ledgerKey]map[string]string, error) {
	owners := map[ledgerKey]map[string]string{}
	err := each(t, bucketLedgers, "", func(_ string, rec ledgerRecord) error {
		owners[rec.key()] = rec.Customers
		return nil
	})
	return owners, err
}

// midnight is the beginning of a day in UTC.
func midnight(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }
