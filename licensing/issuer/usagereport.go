package issuer

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
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
}

// UsageFilter narrows a report. Empty fields take everything.
type UsageFilter struct {
	Customer string
	Product  string
	Month    string // 2026-11
}

// UsageReport says what was counted, sorted by customer, product, meter and month.
func (is *Issuer) UsageReport(f UsageFilter) ([]UsageRow, error) {
	all := map[UsageRow]usage.Sum{}
	err := is.db.View(func(t tx) error {
		owners, err := ownersOf(t)
		if err != nil {
			return err
		}
		return each(t, bucketDays, "", func(_ string, d dayRecord) error {
			row := UsageRow{Customer: cmp.Or(d.Customer, owners[d.Ledger][d.Product]), Product: d.Product, Meter: d.Meter}
			if !d.Day.IsZero() {
				row.Month = d.Day.UTC().Format(monthForm)
			}
			if f.takes(row) {
				all[row] = added(all[row], d.Sum) // the first is added to nothing, of which the kind is not known
				s := all[row]
				s.Kind = d.Kind
				all[row] = s
			}
			return nil
		})
	})
	rows := []UsageRow{}
	for row, s := range all {
		row.Units = s.Units
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b UsageRow) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Product, b.Product), cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Month, b.Month))
	})
	return rows, err
}

// monthForm is how months are written.
const monthForm = "2006-01"

func (f UsageFilter) takes(r UsageRow) bool {
	return (f.Customer == "" || f.Customer == r.Customer) && (f.Product == "" || f.Product == r.Product) && (f.Month == "" || f.Month == r.Month)
}

// ownersOf finds the customers of every ledger by product, as they are known now.
func ownersOf(t tx) (map[string]map[string]string, error) {
	owners := map[string]map[string]string{}
	err := each(t, bucketLedgers, "", func(id string, rec ledgerRecord) error {
		owners[id] = rec.Customers
		return nil
	})
	return owners, err
}

func ledgerPrefix(ledger string) string { return url.QueryEscape(ledger) + "/" }

// cutMeter splits the key of a meter into product and meter.
func cutMeter(key string) (product, meter string, ok bool) { return strings.Cut(key, "/") }

// midnight is the beginning of a day in UTC.
func midnight(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }
