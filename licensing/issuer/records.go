package issuer

import (
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

const (
	bucketMeta     = "meta"     // identity, clock
	bucketProfiles = "profiles" // version (8 digits) → profileRecord
	bucketLicenses = "licenses" // serial → licenseRecord
	bucketKeys     = "keys"     // hex SHA-256 of a license key → keyRecord
	bucketPlaces   = "places"   // serial "/" device id → Place
	bucketAnswers  = "answers"  // hex SHA-256 of a request's signed bytes → answerRecord, for those that are kept for good
	bucketRenewals = "renewals" // serial "/" order → renewalRecord

	bucketStatements = "statements" // kind "/" serial or notice id → statementRecord
	bucketGrants     = "grants"     // whom it reaches "/" grant id → grantRecord, see reachKey
	bucketLetters    = "letters"    // verb "/" order → letterRecord; publish "/" product "/" version → publishRecord

	metaIdentity = "identity"
	metaClock    = "clock"
)

// storeSchema is the version of a new store's records. A newer one than storeRecent is refused without writing. An older one is read as
// it is and becomes one of a later version with the first record that programs of its version would overlook: of the second with
// a withdrawal, for example, of the third with the first usage file, of the fourth with the index of computers (holders.go), and of the fifth
// with the first answer that is kept without its text (answerRecord).
const (
	storeFirst   = "holdfast.issuer/v1"
	storeSchema  = "holdfast.issuer/v2"
	storeUsage   = "holdfast.issuer/v3"
	storeOnline  = "holdfast.issuer/v4"
	storeRecent  = "holdfast.issuer/v5"
	storeSchemas = "holdfast.issuer/v"
)

// identity says who issues and with which keys.
type identity struct {
	Schema  string    `json:"schema"`
	Vendor  string    `json:"vendor"`
	Name    string    `json:"name"`
	Made    time.Time `json:"made"`
	Root    string    `json:"root"`         // key ids
	Signing string    `json:"signing"`      //
	Keys    string    `json:"license_keys"` // secret that license keys are derived from
}

// clockRecord is the newest time that was signed, and how long the computer had been on then.
type clockRecord struct {
	Newest  time.Time     `json:"newest"`
	Boot    string        `json:"boot,omitempty"`
	Running time.Duration `json:"running,omitempty"`
}

// profileRecord is one version of the profile. Succession marks a version that changed the root: readers who missed it
// need it before any later one, so it travels along for ever.
type profileRecord struct {
	Version    int               `json:"version"`
	Succession bool              `json:"succession,omitempty"`
	Envelope   exchange.Envelope `json:"envelope"`
}

// licenseRecord is one license. Version is the newest that was given out; 1 is kept for the starter license
// of a welcome file, so that a starter never replaces a license made for one computer.
type licenseRecord struct {
	Serial   string       `json:"serial"`
	Version  int          `json:"version"`
	Customer string       `json:"customer,omitempty"`
	Order    string       `json:"order"` // external id, or an id made here
	Line     int          `json:"line"`
	External bool         `json:"external,omitempty"`
	KeyHash  string       `json:"key_hash"`
	Made     time.Time    `json:"made"`
	Starts   time.Time    `json:"starts,omitzero"`
	Ends     time.Time    `json:"ends,omitzero"`
	Places   int          `json:"places"`
	Policy   terms.Policy `json:"policy"`
	// Natural is the end before somebody extended it; zero: nobody did. Renewed is the version from which on files carry the end of
	// the last renewal. PolicyPlaces is what the policy itself says when the license has another number of places.
	Natural      time.Time      `json:"natural_end,omitzero"`
	Renewed      int            `json:"renewed,omitempty"`
	PolicyPlaces int            `json:"policy_places,omitempty"`
	Overlap      *terms.Overlap `json:"overlap,omitempty"` // after a change of the policy

	used, held int // while a request is answered: places in use, and the version that the computer has

	policySum string // of Policy as it was read, see sumOf; "" when it is another now
}

// keyRecord is a license key that is not stored: its masked form, the licenses that it opens, and the name from which
// it can be derived again.
type keyRecord struct {
	Mask    string   `json:"mask"`
	Derived string   `json:"derived"`
	Serials []string `json:"serials"` // in the order they were made
}

// Place is one computer that holds a place of a license. Former lists earlier device ids of the same computer.
type Place struct {
	Device string          `json:"device"`
	Code   string          `json:"code"`
	Label  string          `json:"label,omitempty"`
	Since  time.Time       `json:"since"`
	Former []string        `json:"former,omitempty"`
	Hints  []exchange.Hint `json:"hints,omitempty"`
	Given  int             `json:"given,omitempty"` // version of the license that was given to it last; 0: not known
}

// answerRecord is an answer as it was handed out: what was signed, and the line for people in front of it, of which is.text makes the file.
// Those of before the fifth version of the store have the file.
type answerRecord struct {
	Name      string              `json:"name"`
	File      []byte              `json:"file,omitempty"`
	Kind      exchange.Kind       `json:"kind,omitempty"` // of the file
	Line      string              `json:"line,omitempty"`
	Envelopes []exchange.Envelope `json:"envelopes,omitempty"`
	Brief     bool                `json:"brief,omitempty"`   // a standing part alone; its line is written anew
	Refused   string              `json:"refused,omitempty"` // code of the refusal when nothing was granted
	Partly    bool                `json:"partly,omitempty"`
	Serials   []string            `json:"serials,omitempty"`
	At        time.Time           `json:"at"`
	Key       string              `json:"key"` // id of the key that signed
	Request   string              `json:"request,omitempty"`
	Device    string              `json:"device"`
	Code      string              `json:"code"`
	// Of a check-in, a renewal or more time.
	Withdrawn []string  `json:"withdrawn,omitempty"` // serials that the answer withdraws
	Until     time.Time `json:"until,omitzero"`      // more time that was granted
	EndsFirst bool      `json:"ends_first,omitempty"`
	// The person who decided, when one had to.
	Agent  string `json:"agent,omitempty"`
	Second string `json:"second,omitempty"`
	Why    string `json:"why,omitempty"`
}

// statementRecord is the newest version of what the vendor said about one license, or of one notice.
type statementRecord struct {
	Version  int                `json:"version"`
	At       time.Time          `json:"at"`
	Audience *exchange.Audience `json:"audience,omitempty"`
	Part     exchange.Part      `json:"part"`
	// Over: a notice counts for nothing any more after this; zero: not known.
	Over time.Time `json:"over,omitzero"`
}

// grantRecord is time that somebody added, for the audit and for later answers. Parts are as they were signed.
type grantRecord struct {
	Grant
	Parts []exchange.Part `json:"parts,omitempty"`
}

// letterRecord is a file that answers no request, as it was handed out for an order.
type letterRecord struct {
	Asked    string             `json:"asked"` // hash of what was asked for
	Name     string             `json:"name"`
	File     []byte             `json:"file"`
	At       time.Time          `json:"at"`
	Key      string             `json:"key"`
	Ref      string             `json:"ref"`
	Version  int                `json:"version,omitempty"`
	Until    time.Time          `json:"until,omitzero"`
	Serials  []string           `json:"serials,omitempty"`
	Parts    []exchange.Part    `json:"parts"`
	Audience *exchange.Audience `json:"audience,omitempty"`
}

// renewalRecord is a renewal as it was handed out, so that a repeated order renews once.
type renewalRecord struct {
	Was   time.Time      `json:"was"`
	Ends  time.Time      `json:"ends"`
	Files []answerRecord `json:"files"`
}
