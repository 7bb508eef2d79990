package issuer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/usage"
)

// Codes of findings that this side adds to those of package usage.
const (
	findingGap     = "gap"
	findingRestart = "restart"
	findingUnknown = "unknown_device"
	findingOther   = "other_device"
	findingRebuilt = "standing_rebuilt"
	findingRate    = "rate"
	findingSilence = "silence"
	findingLate    = "late" // of package usage

	evidenceMissing = "missing" // epochs that have to come before others are counted
)

// Receive takes a usage file: proves it, counts what is new in it, and answers with a receipt that says what was counted in all.
// The same file gets the same bytes again, for 90 days. Whatever is odd in it is recorded, named in the receipt and listed by Anomalies; nothing
// is refused for it, and neither is a computer that is not known here. Errors: *terms.Problem when a seal is not right, CodeOtherVendor,
// CodeSealedForOther, CodeClockBehind, CodeClockAhead, and those of the keys. On error nothing was recorded.
func (is *Issuer) Receive(ctx context.Context, f exchange.Found) (Answer, error) {
	e, ok := usageIn(f)
	if !ok {
		return Answer{}, say(CodeNoRequest, nil, "file", f.Name)
	}
	return is.receive(ctx, f, e, false)
}

// receive takes the usage file f, whose face is e.
func (is *Issuer) receive(ctx context.Context, f exchange.Found, e exchange.Envelope, packed bool) (Answer, error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	u, err := exchange.ParseUsage(e)
	if err != nil {
		return Answer{}, err
	}
	key, err := payloadKey(e)
	if err != nil {
		return Answer{}, fmt.Errorf("usage file: %w", err)
	}
	var a Answer
	opened, unopened := usage.OpenFace(u, f.Bundle.Sealed, is.sealingKey)
	needs := asked(signingNeeds, recentNeeds(key), need(bucketReceipts, key), indexNeeds(u.Device.ID))
	err = is.db.For(ctx, needs, repeatable, early).Update(func(t tx) error {
		k, err := is.addressee(t, u.Vendor)
		if err != nil {
			return err
		}
		rec, err := recentIn(t, key)
		if errors.Is(err, errNoRecord) {
			rec, err = get[receiptRecord](t, bucketReceipts, key)
		}
		if err != nil && !errors.Is(err, errNoRecord) {
			return err
		}
		// What was not counted is looked at anew: the computer may be known by now.
		if err == nil && k.good(rec.Key, rec.At) && rec.Number > 0 {
			a, err = is.handed(rec, k.profile, packed)
			a.Again = true
			return err
		}
		if unopened != nil {
			return unopened
		}
		owner, _ := ownerOf(opened)
		ledger := ledgerKey{u.Ledger, owner}.String()
		if err := t.Fetch(need(bucketLedgers, ledger), needAll(bucketFindings, ledger+"/"+findingGap+"/"), need(bucketKeeping, keepKey)); err != nil {
			return err
		}
		if rec, err = is.count(t, k, f, opened); err != nil {
			return err
		}
		if err := is.keepRecent(t, key, rec); err != nil {
			return err
		}
		a, err = is.handed(rec, k.profile, packed)
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	if !a.Again {
		is.prune(ctx, a.At)
	}
	a.Trace = u.Trace
	return a, nil
}

func (r receiptRecord) answer() Answer {
	a := r.answerRecord.answer()
	if r.Ledger == "" { // no receipt
		return a
	}
	a.Receipt = &Counting{
		Ledger: r.Ledger, Number: r.Number, Entries: r.Entries, New: r.New, Missing: r.Missing, Findings: r.Findings, Customer: r.Customer,
	}
	return a
}

// Counting says what became of a usage file.
type Counting struct {
	Ledger   string   `json:"ledger"`
	Number   int      `json:"number"`             // of the receipt
	Entries  uint64   `json:"entries"`            // counted in all
	New      uint64   `json:"new"`                // of them by this file
	Missing  []string `json:"missing,omitempty"`  // what has to come before the rest is counted
	Findings []string `json:"findings,omitempty"` // codes, see Anomalies
	Customer string   `json:"customer,omitempty"`
}

// usageIn finds the face of a usage file.
func usageIn(f exchange.Found) (exchange.Envelope, bool) {
	for _, e := range f.Bundle.Envelopes {
		if e.IsUsage() {
			return e, true
		}
	}
	return exchange.Envelope{}, false
}

// count counts an opened usage file and makes its receipt.
func (is *Issuer) count(t tx, k known, f exchange.Found, o usage.Opened) (receiptRecord, error) {
	now, err := is.stamp(t)
	if err != nil {
		return receiptRecord{}, err
	}
	d, err := computerOf(exchange.Request{Device: o.File.Device})
	if err != nil {
		return receiptRecord{}, err
	}
	has, err := held(t, d.id)
	if err != nil {
		return receiptRecord{}, err
	}
	owner, code := ownerOf(o)
	o.File.Former = has.known(o.File.Former)
	u := o.File
	ledger, own := ledgerKey{u.Ledger, owner}, u.Speaks(owner)
	rec, old, err := ledgerIn(t, ledger)
	if err != nil {
		return receiptRecord{}, err
	}
	var found []usage.Finding
	if !old || !own { // to another computer, a ledger is as if it was never heard of
		rec = ledgerRecord{ID: u.Ledger, Device: owner, Code: code, Since: now}
	}
	more, err := before(t, k.profile, f, u, &rec, has)
	if err != nil {
		return receiptRecord{}, err
	}
	found = append(found, more...)
	next, counted := usage.Reckon(rec.Standing, o)
	if len(counted.Skipped) == len(o.Epochs) { // an old file once more, of which the receipt is not kept any more: nothing to look at
		counted.Findings = slices.DeleteFunc(counted.Findings, func(f usage.Finding) bool { return f.Code == findingLate })
	}
	found = append(found, counted.Findings...)
	if len(counted.Missing) > 0 {
		found = append(found, odd(u, findingGap, evidenceMissing, strings.Join(counted.Missing, " ")))
	}
	if own {
		rec.take(next, u, d, has.licenses, now)
		err = errors.Join(addDays(t, ledger, rec.Customers, counted.Sums), settle(t, ledger, found, now), putLedger(t, rec, old))
	}
	if err == nil {
		err = keepFindings(t, ledger, u.ID, found, now)
	}
	if err != nil {
		return receiptRecord{}, err
	}
	if _, err := is.forget(t, now); err != nil {
		return receiptRecord{}, err
	}
	return is.receipt(k, d, now, rec, u, counted, found, has.licenses)
}

// before looks at what is known before a file is counted: whether this store was put back from an old copy, whether the computer began
// a new ledger, and whether it is known at all.
func before(t tx, profile exchange.Profile, f exchange.Found, u exchange.Usage, rec *ledgerRecord, has holding) ([]usage.Finding, error) {
	var found []usage.Finding
	proof, ok := newerReceipt(profile, f, *rec, u)
	switch {
	case ok:
		found = append(found, proof.finding(rec.Standing, u))
		if err := proof.into(t, rec, has.licenses); err != nil {
			return nil, err
		}
	case rec.Standing.Ledger == "" && u.Speaks(rec.Device):
		other, before, err := otherLedger(t, rec.key(), append(has.former, u.Device.ID))
		if err != nil {
			return nil, err
		}
		if other != "" {
			found = append(found, odd(u, findingRestart, "before", other, "last", fmt.Sprint(before.Standing.Last), "until", before.Latest.Format(time.RFC3339)))
		}
	}
	if rec.Known = len(has.licenses) > 0; !rec.Known {
		found = append(found, odd(u, findingUnknown, "device", u.Device.ID, "code", codeOf(u.Device.Public)))
	}
	return found, nil
}

// odd makes a finding about a file as a whole. evidence is a row of names and values.
func odd(u exchange.Usage, code string, evidence ...string) usage.Finding {
	f := usage.Finding{Code: code, Ledger: u.Ledger, At: u.Issued.UTC(), Evidence: map[string]string{}}
	for i := 0; i+1 < len(evidence); i += 2 {
		f.Evidence[evidence[i]] = evidence[i+1]
	}
	return f
}

// take moves a ledger on to what was counted of a file.
func (rec *ledgerRecord) take(next usage.Standing, u exchange.Usage, d computer, held []licenseRecord, now time.Time) {
	rec.Standing = next
	rec.Standing.Receipt++
	if d.label != "" {
		rec.Label = d.label
	}
	rec.Latest, rec.File = now, u.ID
	rec.Customers = customersOf(rec.Customers, held)
	for meter := range next.Totals {
		product, _, _, _ := usage.CutTotal(meter)
		if rec.Customers[product] == "" && len(held) > 0 {
			rec.Customers[product] = held[0].Customer // a product that it holds no place of: still the same customer's computer
		}
	}
}

// ownerOf is the device that the ledger of a file belongs to, and its code.
func ownerOf(o usage.Opened) (id, code string) {
	id = o.Owner()
	for _, key := range append([]string{o.File.Device.Public}, o.File.Former...) {
		if deviceOf(key) == id {
			return id, codeOf(key)
		}
	}
	return id, ""
}

// deviceOf is the id of the device with a key, "" for something else.
func deviceOf(public string) string {
	k, err := exchange.DecodeKey(public)
	if err != nil {
		return ""
	}
	return device.ID(k)
}

// codeOf is the computer code of a device key, "" for something else.
func codeOf(public string) string {
	k, err := exchange.DecodeKey(public)
	if err != nil {
		return ""
	}
	return device.Code(k)
}
