package issuer

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// CustomerUsage is everything that is stored about the usage of one customer. Schema is "holdfast.usage-export/v1".
type CustomerUsage struct {
	Schema   string          `json:"schema"`
	Vendor   string          `json:"vendor"`
	Customer string          `json:"customer"`
	Made     time.Time       `json:"made"`
	Keep     terms.Length    `json:"keep,omitzero"` // how long days are kept
	Ledgers  []LedgerUsage   `json:"ledgers"`
	Erasures []Erasure       `json:"erasures,omitempty"`
	Findings []usage.Finding `json:"findings,omitempty"`
}

// LedgerUsage is what is stored about one ledger.
type LedgerUsage struct {
	Ledger   string           `json:"ledger"`
	Device   string           `json:"device"`
	Computer string           `json:"computer"` // its code
	Label    string           `json:"label,omitempty"`
	Since    time.Time        `json:"since"`
	Latest   time.Time        `json:"latest"`
	Receipt  int              `json:"receipt"`
	Entries  uint64           `json:"entries"`
	Close    string           `json:"close"` // the chain was counted up to here
	Totals   map[string]int64 `json:"totals,omitempty"`
	Days     []usage.Sum      `json:"days,omitempty"`
}

// Erasure is a record of what was erased, by whom and why. It names no use.
type Erasure struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Customer string    `json:"customer,omitempty"`
	Before   time.Time `json:"before,omitzero"` // days before this one; zero: all
	Agent    string    `json:"agent"`
	Reason   string    `json:"reason,omitempty"`
	Days     int       `json:"days"` // records erased
	Findings int       `json:"findings"`
	Labels   int       `json:"labels"`
}

// CustomerUsage gathers what is stored about the usage of a customer. Error: CodeNobody when nothing is.
func (is *Issuer) CustomerUsage(customer string) (CustomerUsage, error) {
	out := CustomerUsage{Schema: "holdfast.usage-export/v1", Customer: customer, Made: is.o.now(), Ledgers: []LedgerUsage{}}
	err := is.db.View(func(t tx) error {
		who, err := identityIn(t)
		if err != nil {
			return err
		}
		out.Vendor = who.Vendor
		k, err := keeping(t)
		if err != nil {
			return err
		}
		out.Keep = k.Keep
		ledgers, days, findings, err := ofCustomer(t, customer)
		if err != nil {
			return err
		}
		for _, id := range slices.SortedFunc(maps.Keys(ledgers), ledgerKey.compare) {
			rec := ledgers[id]
			l := LedgerUsage{
				Ledger: rec.ID, Device: rec.Device, Computer: rec.Code, Label: rec.Label, Since: rec.Since, Latest: rec.Latest, Receipt: rec.Standing.Receipt,
				Entries: rec.Standing.Events, Close: rec.Standing.Close, Totals: rec.Standing.Totals,
			}
			for _, d := range days {
				if d.ledger() == id {
					l.Days = append(l.Days, d.Sum)
				}
			}
			out.Ledgers = append(out.Ledgers, l)
		}
		for _, f := range findings {
			out.Findings = append(out.Findings, f.Finding)
		}
		out.Erasures, err = erasuresIn(t, customer)
		return err
	})
	if err == nil && len(out.Ledgers) == 0 && len(out.Erasures) == 0 {
		err = say(CodeNobody, nil, "id", customer)
	}
	return out, err
}

// ofCustomer finds the ledgers that a customer's computers reported, the days counted for the customer and what was found.
func ofCustomer(t tx, customer string) (ledgers map[ledgerKey]ledgerRecord, days []dayRecord, findings []findingRecord, err error) {
	ledgers = map[ledgerKey]ledgerRecord{}
	owners, err := ownersOf(t)
	if err != nil {
		return nil, nil, nil, err
	}
	err = each(t, bucketDays, "", func(_ string, d dayRecord) error {
		if cmp.Or(d.Customer, owners[d.ledger()][d.Product]) == customer {
			days = append(days, d)
			ledgers[d.ledger()] = ledgerRecord{}
		}
		return nil
	})
	if err == nil {
		err = each(t, bucketLedgers, "", func(_ string, rec ledgerRecord) error {
			if _, has := ledgers[rec.key()]; has || slices.Contains(slices.Collect(maps.Values(rec.Customers)), customer) {
				ledgers[rec.key()] = rec
			}
			return nil
		})
	}
	if err == nil {
		err = each(t, bucketFindings, "", func(_ string, f findingRecord) error {
			if _, has := ledgers[f.ledger()]; has {
				findings = append(findings, f)
			}
			return nil
		})
	}
	return ledgers, days, findings, err
}

// EraseUsage erases the days of a customer, the names of its computers and the evidence of findings. What proves the chain stays:
// standing and totals, in which stands no day and no name. Errors: CodeNobody, CodeValue.
func (is *Issuer) EraseUsage(ctx context.Context, customer, agent, reason string) (Erasure, error) {
	if err := ctx.Err(); err != nil {
		return Erasure{}, err
	}
	for flag, v := range map[string]string{"CUSTOMER": customer, "--agent": agent, "--reason": reason} {
		if strings.TrimSpace(v) == "" {
			return Erasure{}, say(CodeValue, nil, "flag", flag, "value", v)
		}
	}
	x := Erasure{At: is.o.now(), Customer: customer, Agent: agent, Reason: reason}
	err := is.db.Update(func(t tx) error {
		x.Days, x.Findings, x.Labels = 0, 0, 0
		ledgers, days, findings, err := ofCustomer(t, customer)
		if err != nil {
			return err
		}
		if len(ledgers) == 0 {
			return say(CodeNobody, nil, "id", customer)
		}
		for _, d := range days {
			if err := t.Delete(bucketDays, d.key()); err != nil {
				return err
			}
			x.Days++
		}
		for _, f := range findings {
			key, err := f.key()
			if err == nil {
				err = t.Delete(bucketFindings, key)
			}
			if err != nil {
				return err
			}
			x.Findings++
		}
		for id, rec := range ledgers {
			if rec.Label == "" {
				continue
			}
			rec.Label = ""
			if err := put(t, bucketLedgers, id.String(), rec); err != nil {
				return err
			}
			x.Labels++
		}
		return is.note(t, &x)
	})
	if err == nil {
		err = is.db.Wipe()
	}
	return x, err
}

// note records an erasure.
func (is *Issuer) note(t tx, x *Erasure) (err error) {
	if x.ID, err = is.o.newID(); err != nil {
		return err
	}
	return putLater(t, bucketErasures, x.At.Format(time.RFC3339)+"/"+x.ID, *x)
}

func erasuresIn(t tx, customer string) (all []Erasure, err error) {
	err = each(t, bucketErasures, "", func(_ string, x Erasure) error {
		if x.Customer == customer || x.Customer == "" {
			all = append(all, x)
		}
		return nil
	})
	return all, err
}

func keeping(t tx) (keepRecord, error) {
	k, err := get[keepRecord](t, bucketKeeping, keepKey)
	if errors.Is(err, errNoRecord) {
		return keepRecord{}, nil
	}
	return k, err
}

// Keeping says how long days of usage are kept, and up to when they were erased; without a Length they are kept for good.
func (is *Issuer) Keeping() (keep terms.Length, erased time.Time, err error) {
	err = is.db.View(func(t tx) error {
		k, err := keeping(t)
		keep, erased = k.Keep, k.Erased
		return err
	})
	return keep, erased, err
}

// KeepUsage sets how long days of usage are kept, and erases those that are older at once; later ones go as they become old, with
// each usage file that is taken. Totals and standing stay.
func (is *Issuer) KeepUsage(ctx context.Context, keep terms.Length, agent string) (erased int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if !keep.Lasts() {
		return 0, say(CodeValue, nil, "flag", "--keep", "value", keep.String())
	}
	err = is.db.Update(func(t tx) error {
		if err := putLater(t, bucketKeeping, keepKey, keepRecord{Keep: keep, Agent: agent}); err != nil {
			return err
		}
		erased, err = is.forget(t, is.o.now())
		return err
	})
	if err == nil {
		err = is.db.Wipe()
	}
	return erased, err
}

// forget erases the days that are older than days are kept. It looks once a day of time at most.
func (is *Issuer) forget(t tx, now time.Time) (int, error) {
	k, err := keeping(t)
	if err != nil || !k.Keep.Lasts() {
		return 0, err
	}
	before := midnight(k.Keep.Before(now, time.UTC))
	if !k.Erased.Before(before) {
		return 0, nil
	}
	x := Erasure{At: now, Before: before, Agent: k.Agent}
	var old []dayRecord
	err = each(t, bucketDays, "", func(_ string, d dayRecord) error {
		if !d.Day.IsZero() && d.Day.Before(before) {
			old = append(old, d)
		}
		return nil
	})
	for _, d := range old {
		if err == nil {
			err = t.Delete(bucketDays, d.key())
		}
	}
	if x.Days = len(old); err == nil && x.Days > 0 {
		err = is.note(t, &x)
	}
	if k.Erased = before; err == nil {
		err = put(t, bucketKeeping, keepKey, k)
	}
	return x.Days, err
}
