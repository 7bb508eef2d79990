package issuer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

const (
	bucketLedgers  = "ledgers"  // ledgerKey → ledgerRecord
	bucketReceipts = "receipts" // hex SHA-256 of a usage file's signed bytes → receiptRecord, of before the fifth version
	bucketDays     = "days"     // ledgerKey "/" day "/" product "/" meter "/" kind "/" customer → dayRecord
	bucketFindings = "findings" // ledgerKey "/" code "/" hash → findingRecord
	bucketErasures = "erasures" // time "/" id → Erasure
	bucketKeeping  = "keeping"  // keepKey → keepRecord

	keepKey = "days"
)

// ledgerKey names a ledger: by its id and the device that its own headers name, since anybody who saw a usage file knows the id. What
// another device sends under that id is another ledger.
type ledgerKey struct{ id, device string }

func (k ledgerKey) String() string { return url.QueryEscape(k.id) + "/" + url.QueryEscape(k.device) }

func (k ledgerKey) compare(o ledgerKey) int {
	return cmp.Or(cmp.Compare(k.id, o.id), cmp.Compare(k.device, o.device))
}

// ledgerRecord is what is known of one usage ledger: how far it is counted and which computer reports it. It is never erased, since
// without it nothing that comes later could be proven.
type ledgerRecord struct {
	Standing usage.Standing `json:"standing"`
	ID       string         `json:"id"`
	Device   string         `json:"device"` // the one that it belongs to
	Code     string         `json:"code"`
	Label    string         `json:"label,omitempty"`
	Known    bool           `json:"known"` // the computer holds a place of a license here
	Since    time.Time      `json:"since"`
	Latest   time.Time      `json:"latest"` // when the newest file was taken
	File     string         `json:"file"`   // its id
	// Customers are those whose licenses the computer held, by product, when it last reported.
	Customers map[string]string `json:"customers,omitempty"`
}

func (rec ledgerRecord) key() ledgerKey { return ledgerKey{rec.ID, rec.Device} }

// receiptRecord is the answer to a usage file as it was handed out.
type receiptRecord struct {
	answerRecord
	Ledger   string   `json:"ledger,omitempty"`
	Number   int      `json:"number,omitempty"`
	Entries  uint64   `json:"entries,omitempty"` // counted in all
	New      uint64   `json:"new,omitempty"`     // of them by this file
	Missing  []string `json:"missing,omitempty"`
	Findings []string `json:"findings,omitempty"`
	Customer string   `json:"customer,omitempty"`
}

// dayRecord is what one meter of one ledger counted on one day for one customer. Of a store that was put back and rebuilt, what no
// day is known of stands under the zero day.
type dayRecord struct {
	usage.Sum
	Ledger   string `json:"ledger"`
	Device   string `json:"device"` // that the ledger belongs to
	Customer string `json:"customer,omitempty"`
}

func (d dayRecord) ledger() ledgerKey { return ledgerKey{d.Ledger, d.Device} }

func (d dayRecord) key() string {
	day := rebuiltDay
	if !d.Day.IsZero() {
		day = d.Day.UTC().Format(time.DateOnly)
	}
	return strings.Join([]string{d.ledger().String(), day, url.QueryEscape(d.Product), url.QueryEscape(d.Meter), url.QueryEscape(d.Kind), url.QueryEscape(d.Customer)}, "/")
}

// rebuiltDay stands in keys for a day that is not known, in front of all others.
const rebuiltDay = "0000-00-00"

// findingRecord is something that was found in a usage file. It is kept when what was missing came after all.
type findingRecord struct {
	usage.Finding
	Device  string    `json:"device"` // that the ledger belongs to
	Seen    time.Time `json:"seen"`   // when it was found first
	File    string    `json:"file"`   // id of the usage file in which it was
	Settled time.Time `json:"settled,omitzero"`
}

func (f findingRecord) ledger() ledgerKey { return ledgerKey{f.Ledger, f.Device} }

func (f findingRecord) key() (string, error) {
	b, err := json.Marshal(f.Finding) // evidence is sorted by name
	if err != nil {
		return "", fmt.Errorf("finding: %w", err)
	}
	sum := sha256.Sum256(b)
	return f.ledger().String() + "/" + f.Code + "/" + hex.EncodeToString(sum[:8]), nil
}

// keepRecord is how long days are kept. Erased is up to when they were erased.
type keepRecord struct {
	Keep   terms.Length `json:"keep"`
	Agent  string       `json:"agent,omitempty"`
	Erased time.Time    `json:"erased,omitzero"`
}

func ledgerIn(t tx, k ledgerKey) (rec ledgerRecord, known bool, err error) {
	rec, err = get[ledgerRecord](t, bucketLedgers, k.String())
	if errors.Is(err, errNoRecord) {
		return rec, false, nil
	}
	return rec, err == nil, err
}

// each goes through the records of a bucket.
func each[T any](t tx, bucket, prefix string, fn func(key string, v T) error) error {
	return t.Each(bucket, prefix, func(key string, value []byte) error {
		var v T
		if err := decode(value, &v); err != nil {
			return say(CodeDamaged, err, "file", storeName)
		}
		return fn(key, v)
	})
}

// addDays adds what a file counted to the days.
func addDays(t tx, ledger ledgerKey, customers map[string]string, sums []usage.Sum) error {
	of := func(s usage.Sum) dayRecord {
		return dayRecord{Sum: s, Ledger: ledger.id, Device: ledger.device, Customer: customers[s.Product]}
	}
	var keys []string
	for _, s := range sums {
		keys = append(keys, of(s).key())
	}
	if err := t.Fetch(need(bucketDays, keys...)); err != nil {
		return err
	}
	for _, s := range sums {
		d := of(s)
		old, err := get[dayRecord](t, bucketDays, d.key())
		switch {
		case errors.Is(err, errNoRecord):
		case err != nil:
			return err
		default:
			d.Sum = added(old.Sum, s)
		}
		if err := putLater(t, bucketDays, d.key(), d); err != nil {
			return err
		}
	}
	return nil
}

// added joins two sums of one meter: units are added up; of a peak the highest counts.
func added(a, b usage.Sum) usage.Sum {
	if a.Kind == usage.Peak {
		a.Units = max(a.Units, b.Units)
	} else {
		a.Units += b.Units
	}
	a.Count, a.Over = a.Count+b.Count, a.Over+b.Over
	return a
}

// settle marks findings of missing entries that are not missing any more.
func settle(t tx, ledger ledgerKey, found []usage.Finding, now time.Time) error {
	var settled []findingRecord
	err := each(t, bucketFindings, ledger.String()+"/"+findingGap+"/", func(_ string, f findingRecord) error {
		still := slices.ContainsFunc(found, func(o usage.Finding) bool { return o.Evidence[evidenceMissing] == f.Evidence[evidenceMissing] })
		if f.Evidence[evidenceMissing] != "" && f.Settled.IsZero() && !still {
			f.Settled = now
			settled = append(settled, f)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range settled {
		key, err := f.key()
		if err == nil {
			err = put(t, bucketFindings, key, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keepFindings records what is new among findings.
func keepFindings(t tx, ledger ledgerKey, file string, found []usage.Finding, now time.Time) error {
	for _, f := range found {
		f.Ledger = ledger.id
		rec := findingRecord{Finding: f, Device: ledger.device, Seen: now, File: file}
		key, err := rec.key()
		if err != nil {
			return err
		}
		old, err := get[findingRecord](t, bucketFindings, key)
		switch {
		case err == nil && old.Settled.IsZero():
			continue
		case err == nil:
			old.Settled, rec = time.Time{}, old
		case !errors.Is(err, errNoRecord):
			return err
		}
		if err := putLater(t, bucketFindings, key, rec); err != nil {
			return err
		}
	}
	return nil
}
