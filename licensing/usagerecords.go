package licensing

import (
	"cmp"
	"slices"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// usageRecord is what was decided and seen about the usage of one vendor. Its ledgers themselves lie beside the journal.
type usageRecord struct {
	Root  string           `json:"root"`
	Level string           `json:"level,omitempty"` // a person's choice; "" for none
	Gaps  []terms.UsageGap `json:"gaps,omitempty"`  // newest gapsKept, oldest first
	// Settled names, by ledger, what witnesses saw that is not in it, since an older copy was put back: they were heard.
	Settled map[string][]string `json:"settled,omitempty"`
}

// gapsKept bounds what the records say of gaps; the ledger says all of them.
const gapsKept = 32

// usageFileRecord is a usage file that was made here. It says how far the ledger went then and what it had counted, so
// that a receipt can be compared for ever, also after the entries were pruned.
type usageFileRecord struct {
	ID        string       `json:"id"`
	Root      string       `json:"root"`
	Ledger    string       `json:"ledger"`
	Nonce     string       `json:"nonce"`
	Name      string       `json:"name,omitempty"` // under which it was saved; "" while it was not
	Level     string       `json:"level"`
	Asked     string       `json:"asked,omitempty"` // the level that was asked for, when some of it was recorded with finer times
	Made      time.Time    `json:"made"`
	Lower     time.Time    `json:"lower,omitzero"` // the lower bound then: a receipt proves that it was no later
	Left      time.Time    `json:"left,omitzero"`  // when it was saved first
	Document  string       `json:"document"`
	FromEpoch uint64       `json:"from_epoch"`
	ToEpoch   uint64       `json:"to_epoch"`
	First     uint64       `json:"first"`
	Last      uint64       `json:"last"`
	Entries   uint64       `json:"entries"`
	Close     string       `json:"close"`
	Receipt   int          `json:"receipt,omitempty"` // the newest when it was made
	Remains   uint64       `json:"remains,omitempty"`
	From      time.Time    `json:"from,omitzero"` // first and last use in it
	To        time.Time    `json:"to,omitzero"`
	Unread    uint64       `json:"unread,omitempty"`   // entries that only the vendor can read: Events and Totals lack them
	Restored  bool         `json:"restored,omitempty"` // an older copy was put back before: the vendor may have seen more
	Events    uint64       `json:"events"`             // counted in the ledger in all, up to Last
	Totals    []usageTotal `json:"totals,omitempty"`
}

// usageTotal is what one meter had counted up to the end of a file.
type usageTotal struct {
	Product string `json:"product"`
	Meter   string `json:"meter"`
	Kind    string `json:"kind"`
	Units   int64  `json:"units"`
}

// ledgerMark is how far a usage ledger was when the records were written last: beside the key store's anchor a second witness
// against an older copy of it.
type ledgerMark struct {
	Seq  uint64 `json:"seq"`
	Head string `json:"head"`
}

// usageRecords are what lists keep of files and receipts, by ledger.
type usageRecords struct {
	files    map[string][]*usageFileRecord // by epoch and time
	receipts map[string][]*partRecord      // highest number first
	refs     map[string]string             // of receipts, by the key of their part
}

func (r *records) usageRecords() usageRecords {
	u := usageRecords{files: map[string][]*usageFileRecord{}, receipts: map[string][]*partRecord{}}
	for _, f := range sortedValues(r.UsageFiles) {
		u.files[f.Ledger] = append(u.files[f.Ledger], f)
	}
	for _, files := range u.files {
		slices.SortStableFunc(files, func(a, b *usageFileRecord) int {
			return cmp.Or(cmp.Compare(a.ToEpoch, b.ToEpoch), a.Made.Compare(b.Made))
		})
	}
	for _, p := range sortedValues(r.Parts) {
		if p.Body.Receipt != nil {
			u.receipts[p.Body.Receipt.Ledger] = append(u.receipts[p.Body.Receipt.Ledger], p)
		}
	}
	for _, receipts := range u.receipts {
		slices.SortStableFunc(receipts, func(a, b *partRecord) int {
			return cmp.Compare(b.Body.Receipt.Number, a.Body.Receipt.Number)
		})
	}
	u.refs = receiptRefs(u.receipts)
	return u
}

// newest is the receipt with the highest number for a ledger; the zero Receipt before the first.
func (u usageRecords) newest(ledger string) (exchange.Receipt, *partRecord) {
	if all := u.receipts[ledger]; len(all) > 0 {
		return *all[0].Body.Receipt, all[0]
	}
	return exchange.Receipt{}, nil
}

// waiting are the files of a ledger that no receipt covers yet, oldest first.
func (u usageRecords) waiting(ledger string) []*usageFileRecord {
	r, _ := u.newest(ledger)
	var all []*usageFileRecord
	for _, f := range u.files[ledger] {
		if f.ToEpoch > r.Epoch {
			all = append(all, f)
		}
	}
	return all
}

// upTo is a file that ends where a receipt does; nil when there is none.
func (u usageRecords) upTo(r *exchange.Receipt) *usageFileRecord {
	for _, f := range u.files[r.Ledger] {
		if f.ToEpoch == r.Epoch {
			return f
		}
	}
	return nil
}

// sent is how many events were reported up to the end of a receipt; where that is not known, or the vendor may rightly know of
// more, as many as it says.
func (u usageRecords) sent(r *exchange.Receipt) uint64 {
	if f := u.upTo(r); f != nil && !(f.lacks() && r.Entries >= f.Events) {
		return f.Events
	}
	return r.Entries
}

// units are those that were reported up to the end of a receipt, without peaks; where that is not known, as many as it says.
func (u usageRecords) units(r *exchange.Receipt) (n int64) {
	f := u.upTo(r)
	if f == nil {
		for key, units := range r.Totals {
			if _, _, kind, _ := usage.CutTotal(key); kind != usage.Peak {
				n += units
			}
		}
		return n
	}
	for _, t := range f.Totals {
		if t.Kind != usage.Peak {
			n += t.Units
		}
	}
	return n
}

// lacks says that a vendor may count more than this computer could.
func (f *usageFileRecord) lacks() bool { return f.Unread > 0 || f.Restored }

// within says that another file has all the entries of this one.
func (f *usageFileRecord) within(other *usageFileRecord) bool {
	return other.FromEpoch <= f.FromEpoch && f.ToEpoch <= other.ToEpoch
}

// matches says whether a receipt counted what was reported here. What is not known here speaks against nobody.
func (u usageRecords) matches(r *exchange.Receipt) bool {
	f := u.upTo(r)
	if f == nil {
		return true
	}
	return f.Close == r.Close && u.sent(r) == r.Entries && !slices.ContainsFunc(u.compared(r), func(t ReceiptTotal) bool { return t.Here != t.There })
}

// receiptFacts is a receipt as Evaluate reads it.
func (u usageRecords) receiptFacts(p *partRecord) terms.UsageReceipt {
	r := p.Body.Receipt
	return terms.UsageReceipt{
		Ref: u.refs[p.key()], Number: r.Number, Issued: p.Issued, Taken: p.Taken, Sent: u.sent(r), Counted: r.Entries, From: r.From, To: r.To,
		Differs: !u.matches(r),
	}
}

func (f *usageFileRecord) facts() terms.UsageFile {
	return terms.UsageFile{ID: f.ID, Name: f.Name, Made: f.Made, Left: f.Left, Entries: f.Entries, From: f.From, To: f.To}
}
