package issuer

import (
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/usage"
)

// receipt signs what was counted of a ledger so far. The totals are cumulative, so that any later receipt makes up for a lost one.
func (is *Issuer) receipt(k known, d computer, now time.Time, rec ledgerRecord, u exchange.Usage, c usage.Counted, found []usage.Finding, held []licenseRecord) (receiptRecord, error) {
	id, err := is.o.newID()
	if err != nil {
		return receiptRecord{}, err
	}
	s := rec.Standing
	r := exchange.Receipt{
		Number: s.Receipt, Ledger: u.Ledger, Epoch: c.Epoch, Seq: c.Seq, Close: c.Close, Totals: s.Totals, Missing: c.Missing,
		Entries: s.Events, From: s.From, To: s.To, Export: u.ID, Findings: codes(found), AllowDays: allowDays(held), AllowUnits: allowUnits(held),
	}
	if !u.Speaks(rec.Device) { // the ledger of another computer: nothing was counted, and this one learns nothing of the other
		r = exchange.Receipt{Ledger: u.Ledger, Export: u.ID, Findings: r.Findings}
	}
	f := outgoing{
		parts: []exchange.Part{{Kind: exchange.KindReceipt, ID: id, Receipt: &r}}, trace: u.Trace, external: u.ExternalID,
		answers: &exchange.Answers{Request: u.ID, Nonce: u.Nonce, Device: u.Device.ID},
		slots:   map[string]any{"number": int64(r.Number), "n": int64(min(r.Entries, 1<<62)), "from": r.From, "to": r.To},
	}
	w, err := is.sealed(k, d, now, f)
	if err != nil {
		return receiptRecord{}, err
	}
	return receiptRecord{
		answerRecord: answerRecord{
			Name: exchange.ReceiptFileName(safeName(k.who.Vendor), safeName(d.code), now), Kind: w.kind, Line: w.line, Envelopes: w.envelopes, At: now, Key: k.who.Signing,
			Request: u.ID, Device: d.id, Code: d.code,
		},
		Ledger: u.Ledger, Number: r.Number, Entries: r.Entries, New: c.Events, Missing: r.Missing, Findings: r.Findings,
		Customer: customerOf(rec),
	}, nil
}

// codes lists the codes of findings, each once.
func codes(found []usage.Finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.Code)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// customerOf names the customers of a ledger, nearly always one.
func customerOf(rec ledgerRecord) string {
	all := slices.Sorted(maps.Values(rec.Customers))
	all = slices.DeleteFunc(slices.Compact(all), func(c string) bool { return c == "" })
	return strings.Join(all, ", ")
}

// customersOf names the customer of each product, from what was known and the licenses that are held now.
func customersOf(known map[string]string, held []licenseRecord) map[string]string {
	all := map[string]string{}
	maps.Copy(all, known)
	for _, l := range held {
		all[l.Policy.Product.ID] = l.Customer
	}
	return all
}

// dueDays is how often a contract asks for a usage file, in days; never is 0.
var dueDays = map[string]int{"weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366, "never": 0}

// dueOf is the shortest time between usage files that the licenses ask for, in days; 0 when none asks. Meters without a word about it
// are due monthly, as in package terms.
func dueOf(held []licenseRecord) (days int) {
	for _, l := range held {
		if len(l.Policy.Meters) == 0 {
			continue
		}
		n, said := dueDays[l.Policy.Usage.Due]
		if !said {
			n = dueDays["monthly"]
		}
		if n > 0 && (days == 0 || n < days) {
			days = n
		}
	}
	return days
}

// allowDays is how long use may go without a receipt before the computer calls it late: two of the contract's periods, so that one
// lost mail stops nothing. Without a contract here it is that of a monthly one.
func allowDays(held []licenseRecord) int {
	if len(held) == 0 {
		return 2 * dueDays["monthly"]
	}
	return 2 * dueOf(held)
}

// allowUnits is the lowest bound that the licenses put on units without a receipt; 0 when none does.
func allowUnits(held []licenseRecord) (units int64) {
	for _, l := range held {
		if n := l.Policy.Usage.Unreported; n > 0 && len(l.Policy.Meters) > 0 && (units == 0 || n < units) {
			units = n
		}
	}
	return units
}
