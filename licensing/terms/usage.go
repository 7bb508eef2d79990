package terms

import "time"

// Metered is what the usage ledger of one vendor says, for Evaluate. Times are decision times.
type Metered struct {
	Root string
	// Used holds the days (UTC) on which meters counted, sorted by product, meter and day.
	Used []Spent
	// Unsent is the number of entries that no receipt covers; Oldest is the time of the first of them, zero when there is none.
	// UnsentUnits is the sum of their units.
	Unsent      uint64
	UnsentUnits int64
	Oldest      time.Time
	// Files that left and wait for a receipt, oldest first, and the newest receipts, newest first.
	Waiting   []UsageFile
	Receipts  []UsageReceipt
	Gaps      []UsageGap
	Allowance UsageAllowance // the newest that the vendor signed
}

// Spent is what a meter counted on one day. Of a peak, Units is the highest of the day.
type Spent struct {
	Product string
	Meter   string
	Day     time.Time // midnight UTC
	Units   int64
	Count   uint64 // events
}

// UsageFile is a usage file that was made here.
type UsageFile struct {
	ID      string
	Name    string
	Made    time.Time
	Left    time.Time // when it was saved to be carried or mailed; zero counts as Made
	Entries uint64
	From    time.Time // first and last use in it
	To      time.Time
}

// UsageReceipt is a receipt that was taken. Counted differs from Sent when the vendor counted something else.
type UsageReceipt struct {
	Ref     string
	Number  int
	Issued  time.Time
	Taken   time.Time
	Sent    uint64
	Counted uint64
	From    time.Time
	To      time.Time
	Differs bool // something else was counted than was sent, be it as many
}

// UsageGap is a time in which use could not be recorded. Cause is disk_full, records_damaged or key_store.
type UsageGap struct {
	From, To time.Time
	Cause    string
	Count    uint64
}

// UsageAllowance bounds what may be unreported: at most Days since the oldest use without a receipt, at most Units
// of all meters together. 0 means no bound.
type UsageAllowance struct {
	Days  int
	Units int64
}

// MeterVerdict is what is known of one meter of a product now.
type MeterVerdict struct {
	ID       string
	Name     Text
	Unit     string
	Kind     string // counter, duration or peak
	Used     int64  // in the present period
	Included int64  // 0: no limit was bought
	Left     int64  // never below 0
	Over     int64  // used beyond Included
	Overage  string // allow, warn or stop
	From     time.Time
	Reset    time.Time // when the period ends; zero: it does not
	// RunsOut is when Included will be used up at the pace of the last 28 days; zero: not within the period, or not known.
	RunsOut time.Time
	State   State // quota_low, quota_used or ""
	Stops   bool  // used up and overage is stop
}

// lateGrace is how long after the due date nothing stops yet, whatever the policy says of late files.
const lateGrace = 14 * 24 * time.Hour

// onTheWay is how long files without an answer count as on their way, from the oldest of them on: nothing stops while its receipt
// may still come, and more files make that no longer.
const onTheWay = 30 * 24 * time.Hour

// arrives is until when files that left count as on their way; zero when there are none.
func (m *Metered) arrives() (until time.Time) {
	for _, f := range m.Waiting {
		left := f.Left
		if left.IsZero() {
			left = f.Made
		}
		until = sooner(until, left.Add(onTheWay))
	}
	return until
}
