package licensing

import (
	"io"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// Options says where the engine lives and what it may use. Home, KeyStore and Clock are required.
type Options struct {
	Home     string
	KeyStore keystore.Store
	Clock    clock.Clock
	Probe    device.Probe // hardware facts; nil: none
	Rand     io.Reader    // nil: crypto/rand
	FS       disk.FS      // nil: the real file system
	Program  string       // version of Holdfast, written into requests
	// Text makes the readable paragraph of files that leave (plain.Speaker.Text); nil: none.
	Text     func(id string, args map[string]any) string
	ReadOnly bool // never writes (another process owns the home, or the disk is read-only)
}

// Snapshot is an immutable view of the engine. Revision grows with every change.
type Snapshot struct {
	Revision uint64
	Home     string
	Verdict  terms.Verdict
	Facts    terms.Facts
	Vendors  []VendorView
	Requests []terms.Request // newest first
	KeyStore KeyStoreView
	Records  RecordsView
	Device   terms.Device
	Clock    ClockView
	Usage    []UsageView   // sorted by vendor
	Contacts []ContactView // sorted by vendor
	// LastContact is the newest vendor-signed time taken here; zero when none.
	LastContact time.Time
}

// VendorView is a trusted vendor with its eight check words.
type VendorView struct {
	terms.Vendor
	Words   []string
	Version int
	KeyIDs  []string
	URLs    []string // addresses of its service that this computer may contact
	// HasKey says that a license key of this vendor is kept here (from a welcome file), so that a request needs none typed.
	HasKey bool
}

// KeyStoreView is the condition of the key store. State "" means in order.
type KeyStoreView struct {
	Backend, Label string
	State          terms.State
}

// RecordsView is the condition of the journal.
type RecordsView struct {
	State terms.State
	Seq   uint64
	Head  string // hex
}

// Source is one named input. Err is set, usually a *terms.Problem, when it could not be read.
type Source struct {
	Name string
	Data []byte
	Err  error
	// Of names the folder or archive it came from; files in there that are for other computers are counted, not refused.
	Of string
}

// Item is what became, or would become, of one document.
type Item struct {
	Source   string // name of the file
	Name     string // inner name for mails and archives
	Kind     exchange.Kind
	Vendor   string // name of the vendor, verified; "" when not known
	Root     string
	Words    string // check words of the file
	Repaired []string
	Issued   time.Time
	// Finding says what happened: the license's own state when it was taken (or would be), else the file state
	// (file_known, file_older, other_computer, vendor_new, …).
	Finding terms.Finding
	// Usable: importing it changes something. Taken: it was imported now.
	Usable, Taken bool
	ForOther      bool // for another computer
	Changes       []Change
	// NeedsTrust: the vendor is new and RootWords must be compared. NeedsYes: it takes rights away.
	NeedsTrust bool
	RootWords  []string
	URLs       []string // of a key file: the addresses that this computer will contact, as it says
	NeedsYes   bool
	License    *terms.License // the license in it, when verified
	standing   *exchange.Standing
	answers    []string // ids of the requests and usage files that it answers, verified
	Documents  []string // hex SHA-256 of the envelopes
}

// Change is one line of "what changes". Sign is '+', '-' or '='.
type Change struct {
	Sign    byte
	Code    string // vendor, product, feature, removed, until, confirmed, key_changed, refused
	Product string
	Name    terms.Text
	Until   time.Time // new end; zero: no end
	Was     time.Time // old end; zero: none
	New     bool
}

// Report is the result of looking at or importing several files.
type Report struct {
	Items     []Item
	ForHere   int // taken, or usable when only looked at, or known already
	ForOthers int
	// Finding is the outcome of the whole: the worst item's, or file_none_for_here, or the one item's own.
	Finding terms.Finding
	// Partly: some were taken and some were not (exit 70). Nothing: there was nothing to do (exit 71).
	Partly, Nothing bool
}

// ImportOptions are the two acts of a person: trusting a new vendor, and accepting that rights are taken away.
type ImportOptions struct {
	TrustVendor bool
	AcceptLoss  bool
}

// RequestOptions describe a request to make. Vendor is an id, "id@root" or a root; Key may be empty when a
// welcome file brought one.
type RequestOptions struct {
	Kind    string // one of exchange.RequestActivate (also ""), RequestCheckin, RequestRenew, RequestMoreTime
	Vendor  string
	Key     string    // activate only
	Product string    // renew and moretime: id of the product; "" for all of the vendor
	Until   time.Time // moretime only: the last moment away
	Label   string
	File    string // name it is saved under, for the records
}

// Cover says whether a time away is covered already, and otherwise what can be asked for.
type Cover struct {
	Vendor  string // root
	Product string // id
	Name    terms.Text
	// Covered: everything that works now still works at the asked moment without any contact. Zero Until: no end.
	Covered bool
	Until   time.Time // last moment of full use without a contact and without grace
	Grace   time.Time // last moment of grace after it; zero: none
	// Granted: the vendor's policy gives the asked time at once. Most is the last moment that it gives so; zero: none at all.
	// LicenseEnds stands in the way when it comes first; zero: it does not.
	Granted     bool
	Most        time.Time
	LicenseEnds time.Time
}

// ClockView is what is known of the time.
type ClockView struct {
	Wall     time.Time   // what the computer shows
	Decision time.Time   // what decisions use, the latest over all vendors
	State    terms.State // clock_wrong, clock_unsure or ""
	Line     terms.Clock
	Vendors  []VendorClock
}

// VendorClock is what is known of the time from one vendor.
type VendorClock struct {
	Root, Name string
	Signed     time.Time // the latest time that it signed
	Sure       time.Time // that, with the running time since
	Decision   time.Time
	Contact    time.Time     // what the offline window counts from
	Behind     time.Duration // how far the wall clock lies behind Sure; 0 when it does not
}

// NoticeView is something that a vendor announced, granted or decided and that is in force or to come here.
type NoticeView struct {
	Kind       exchange.Kind // notice, extension, hold or revocation
	Root       string
	Vendor     string
	Ref        string
	Document   string
	Issued     time.Time
	Taken      time.Time
	Over       bool          // its time has passed, or it was taken back
	Products   []string      // ids of the products here that it concerns
	Finding    terms.Finding // what Evaluate says of it; without a state when it changes nothing here any more
	Notice     *terms.Notice
	Extension  *terms.Extension
	Hold       *terms.Hold
	Revocation *terms.Revocation
}

// GraceEntry is one line of the grace ledger.
type GraceEntry struct {
	Seq       uint64      `json:"seq"`
	At        time.Time   `json:"at"`    // decision time at which it was recorded
	Event     string      `json:"event"` // started, changed, ended or recovered
	Cause     terms.Cause `json:"cause"`
	Vendor    string      `json:"vendor"`  // root
	Product   string      `json:"product"` // id
	License   string      `json:"license,omitempty"`
	Started   time.Time   `json:"started"` // when the grace began, although nothing may have been running then
	Ends      time.Time   `json:"ends,omitzero"`
	Remaining int64       `json:"remaining_seconds"` // at At
	Authority string      `json:"authority,omitempty"`
}

// Made is a request that was made, or the open one that was there already (Again).
type Made struct {
	Request terms.Request
	File    []byte // armored, ready to write
	Name    string // suggested file name
	Words   string
	Again   bool
}

// Check is one line of doctor. Level is ok, notice, warn or stop; ID names the check, State the words for a fix.
type Check struct {
	ID    string
	Level terms.Tone
	State terms.State // "" when in order
	Args  map[string]any
}

// LedgerEntry is one journal record in readable form.
type LedgerEntry struct {
	Seq       uint64    `json:"seq"`
	At        time.Time `json:"at"`
	Kind      string    `json:"kind"`
	Reason    string    `json:"reason,omitempty"`
	Authority string    `json:"authority,omitempty"`
	License   string    `json:"license,omitempty"`
	Vendor    string    `json:"vendor,omitempty"`
	Document  string    `json:"document,omitempty"`
	Data      any       `json:"data,omitempty"` // without secrets
	Head      string    `json:"head"`
}
