package issuer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"holdfast/licensing/usage"
)

// Anomaly is something about the usage of a computer that a person at the desk should look at. Nothing was refused for it.
type Anomaly struct {
	usage.Finding
	Since    time.Time `json:"since"` // when it was seen first
	Settled  time.Time `json:"settled,omitzero"`
	Customer string    `json:"customer,omitempty"`
	Device   string    `json:"device"`
	Computer string    `json:"computer"` // its code
	Label    string    `json:"label,omitempty"`
	File     string    `json:"file,omitempty"` // id of the usage file in which it was found
}

// Anomalies lists what was found in usage files and what the days themselves show: days out of line with what the same computer did
// before, and computers that say nothing though their contract asks for usage. Oldest first.
func (is *Issuer) Anomalies() ([]Anomaly, error) {
	all := []Anomaly{}
	now := is.o.now()
	err := is.db.View(func(t tx) error {
		ledgers := map[ledgerKey]ledgerRecord{}
		err := each(t, bucketLedgers, "", func(_ string, rec ledgerRecord) error {
			ledgers[rec.key()] = rec
			return nil
		})
		if err != nil {
			return err
		}
		tell := func(f findingRecord) {
			rec := ledgers[f.ledger()]
			all = append(all, Anomaly{
				Finding: f.Finding, Since: f.Seen, Settled: f.Settled, Customer: customerOf(rec), Device: f.Device, Computer: rec.Code, Label: rec.Label, File: f.File,
			})
		}
		if err := each(t, bucketFindings, "", func(_ string, f findingRecord) error { tell(f); return nil }); err != nil {
			return err
		}
		first := firstReporters(ledgers)
		for _, id := range slices.SortedFunc(maps.Keys(ledgers), ledgerKey.compare) {
			found, err := outOfLine(t, id)
			if err != nil {
				return err
			}
			for _, f := range found {
				tell(findingRecord{Finding: f, Device: id.device, Seen: f.At})
			}
			if f, ok := sameID(ledgers, first, id); ok {
				tell(findingRecord{Finding: f, Device: id.device, Seen: f.At})
			}
		}
		silent, err := silentOnes(t, ledgers, now)
		all = append(all, silent...)
		return err
	})
	slices.SortStableFunc(all, func(a, b Anomaly) int { return a.Since.Compare(b.Since) })
	return all, err
}

// firstReporters are the records of the devices that reported each ledger first, by the ledger's id.
func firstReporters(ledgers map[ledgerKey]ledgerRecord) map[string]ledgerRecord {
	all := map[string]ledgerRecord{}
	for k, rec := range ledgers {
		first, ok := all[k.id]
		if !ok || cmp.Or(rec.Since.Compare(first.Since), cmp.Compare(rec.Device, first.Device)) < 0 {
			all[k.id] = rec
		}
	}
	return all
}

// sameID says which other device reported a ledger of the same id first. Which of the two took it from the other cannot be told.
func sameID(ledgers map[ledgerKey]ledgerRecord, reporters map[string]ledgerRecord, k ledgerKey) (usage.Finding, bool) {
	rec, first := ledgers[k], reporters[k.id]
	return usage.Finding{Code: findingOther, Ledger: k.id, At: rec.Since, Evidence: map[string]string{
		"ledger": k.id, "device": first.Device, "sender": k.device,
	}}, first.Device != k.device
}

// slackDays is how late a usage file may be before the desk is told: mails take their time.
const slackDays = 7

// silentOnes are the computers from which a contract asks for usage and nothing came in time: neither since their last file nor, when
// there was none, since they got their place.
func silentOnes(t tx, ledgers map[ledgerKey]ledgerRecord, now time.Time) ([]Anomaly, error) {
	type quiet struct {
		held  []licenseRecord
		place Place
	}
	quiets := map[string]*quiet{}
	a, err := besideAll(t)
	if err != nil {
		return nil, err
	}
	err = each(t, bucketLicenses, "", func(serial string, l licenseRecord) error {
		if a.withdrawal(serial) != nil || len(l.Policy.Meters) == 0 || !l.Ends.IsZero() && now.After(l.Ends) {
			return nil
		}
		for _, p := range a.places[serial] {
			q := quiets[p.Device]
			if q == nil {
				q = &quiet{place: p}
				quiets[p.Device] = q
			}
			q.held = append(q.held, l)
			if p.Since.Before(q.place.Since) {
				q.place.Since = p.Since
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	byDevice := map[string][]ledgerKey{}
	for id, rec := range ledgers {
		byDevice[rec.Device] = append(byDevice[rec.Device], id)
	}
	var all []Anomaly
	for _, device := range slices.Sorted(maps.Keys(quiets)) {
		q := quiets[device]
		days := dueOf(q.held)
		if days == 0 {
			continue
		}
		last, ledger, said := q.place.Since, ledgerKey{}, "never"
		for _, own := range append([]string{device}, q.place.Former...) {
			for _, id := range byDevice[own] {
				if rec := ledgers[id]; ledger.id == "" || rec.Latest.After(last) {
					last, ledger, said = rec.Latest, id, rec.Latest.Format(time.RFC3339)
				}
			}
		}
		due := last.AddDate(0, 0, days+slackDays)
		if !now.After(due) {
			continue
		}
		f := usage.Finding{Code: findingSilence, Ledger: ledger.id, At: last, Evidence: map[string]string{
			"last": said, "expected": due.Format(time.RFC3339), "days": fmt.Sprint(int(now.Sub(last) / (24 * time.Hour))),
		}}
		customers := ledgerRecord{Customers: customersOf(ledgers[ledger].Customers, q.held)}
		all = append(all, Anomaly{Finding: f, Since: due, Customer: customerOf(customers), Device: device, Computer: q.place.Code, Label: cmp.Or(q.place.Label, ledgers[ledger].Label)})
	}
	return all, nil
}
