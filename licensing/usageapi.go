package licensing

import (
	"cmp"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// UsageEvent is one use that a licensed program reports. Vendor may be empty when one vendor alone has the product here.
// ID is the caller's idempotency key; the same id again is counted once.
type UsageEvent struct {
	Vendor  string // id, "id@root" or root
	Product string // id
	Meter   string // id
	Units   int64
	ID      string
}

// Recorded is what became of an event: durable, with its place in the ledger. State is the meter's: quota_low, quota_used or "".
// Conflict: its id was recorded before with another amount, which stands; it is not set when that amount cannot be known.
type Recorded struct {
	Root   string
	Ledger string
	Seq    uint64
	Head   string // hex; of the newest entry when Again
	Again  bool
	Flags  []string
	Meter  terms.MeterVerdict

	Conflict bool
}

// UsageView is the usage ledger of one vendor, in short.
type UsageView struct {
	Root    string
	Vendor  string // name
	Ledger  string // id; "" while nothing was recorded
	Meters  []MeterView
	Entries uint64 // in the ledger, with those that were pruned
	Unsent  uint64
	Unread  uint64    // entries that only the vendor can read
	Oldest  time.Time // first use without a receipt
	Due     time.Time // when the next file is due; zero: no contract asks for one
	Level   string    // in force
	LevelBy string    // "contract" when the license sets it, "person" when chosen, "organization", "meanwhile" see UsageByNobody, "" the default
	// LevelSet: no other level can be chosen; LevelOrg is who decided that, "" when not known.
	LevelSet bool
	LevelOrg string
	Keep     terms.Length
	Waiting  []terms.UsageFile
	Gaps     []terms.UsageGap
	Seq      uint64
	Head     string
	Pruned   uint64 // entries taken out after their receipt
	Problem  terms.State
}

// MeterView is a meter with the days it counted on.
type MeterView struct {
	Product     string
	ProductName terms.Text
	terms.MeterVerdict
	Days []usage.Sum // of this meter, oldest first
}

// UsageOptions say what a usage file should carry. Level "" is the one in force; a higher one is a person's choice.
type UsageOptions struct {
	Vendor string // id, "id@root" or root; "" when only one has a ledger
	Level  string
	// Most is the most bytes of content, for a file that a contact carries: it begins behind the newest receipt, whatever was saved
	// since. 0: everything that fits into a file.
	Most int
}

// UsageDraft is a usage file before it leaves, and everything that is in it. Contents was decoded from the bytes of File.
type UsageDraft struct {
	ID        string
	Root      string
	Vendor    string // name
	File      []byte
	Name      string // suggested file name
	Words     string // check words
	Contents  usage.Contents
	From, To  time.Time // first and last use
	Customer  string    // as the license names it
	Again     bool      // nothing was recorded since this file was made; these are the same bytes
	Left      bool      // it was saved before
	Asked     string    // the level that was asked for, when the file has a higher one: some of it was recorded with finer times
	Email     string    // where it goes: the vendor's support address; "" when not known
	ReceiptBy time.Time // when the vendor promises a receipt; zero: no promise
}

// AskedLevel is the level that was asked for. That of the file is Contents.File.Level.
func (d *UsageDraft) AskedLevel() string { return cmp.Or(d.Asked, d.Contents.File.Level) }

// ReceiptView is one receipt of a vendor.
type ReceiptView struct {
	Root   string
	Vendor string
	Ref    string // R-7, or R-7-0f3a when several have that number
	terms.UsageReceipt
	Receipt  exchange.Receipt
	Document string // hex SHA-256 of the envelope
	Matches  bool   // its totals are those of the ledger here
	Totals   []ReceiptTotal
}

// ReceiptTotal compares one meter of a receipt with the ledger here.
type ReceiptTotal struct {
	Product, Meter string
	Here, There    int64
}

// Proof is the signed answer to a licensed program that gave a nonce.
type Proof struct {
	Public    string              `json:"public"` // base64 device key
	Signature string              `json:"signature"`
	Licenses  []exchange.Envelope `json:"licenses"` // the vendor's own documents behind the answer
	Profiles  []exchange.Envelope `json:"profiles"`
}
