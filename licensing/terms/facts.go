package terms

import "time"

// Facts is everything a verdict may depend on, besides the time. Evaluate reads nothing else.
type Facts struct {
	Device   Device
	KeyStore KeyStore
	Records  Records
	Vendors  []Vendor
	Licenses []Held
	Requests []Request
	// Lower holds, per vendor root, the latest time that is proven to have passed (rule 1 of design: Time).
	Lower map[string]time.Time
	Clock Clock
	// Contact holds, per vendor root, the newest signed time of a file that was made for this computer or for a license
	// held here: the offline window counts from it. What is addressed to everybody proves the time and is no contact.
	Contact map[string]time.Time
	// What vendors signed besides licenses, the newest version of each subject.
	Notices     []Signed[Notice]
	Extensions  []Signed[Extension]
	Holds       []Signed[Hold]
	Revocations []Signed[Revocation]
	// News are one-time facts that a person should see once, such as vendor_key_changed.
	News []Finding
	// Told is what a person told somebody who can act, by Told.Key.
	Told map[string]Told
	// Metered holds the usage ledgers, one per vendor that has one.
	Metered []Metered
}

// Device is this computer.
type Device struct {
	ID    string
	Code  string
	Label string
	// Proven is true while the device key can be used. Otherwise ProvenAt is when it last could
	// (decision time; zero counts as long ago), and HintsMatch says whether the hardware still looks the same.
	// KeyStore.State says why; without one key_missing is assumed.
	Proven     bool
	ProvenAt   time.Time
	HintsMatch bool
	// Changed says that the hardware is no longer like what was last confirmed, although the device key is here; nil: it is.
	Changed *Changed
}

// Changed is a computer of which too few parts are what they were.
type Changed struct {
	Since time.Time // decision time at which it was seen first
	Same  int       // kinds of parts that still agree
	Of    int       // kinds that were known
	Parts []string  // kinds that do not agree, as device names them, sorted
}

// Clock is what is known of a wall clock that is not believed (design: Time, rule 3). The zero value: it is believed.
type Clock struct {
	Line time.Time     // decisions stay on this line instead of the wall clock
	From time.Time     // what the jump started from
	To   time.Time     // and where it went
	Left time.Duration // running time until the wall clock is believed
}

// KeyStore is the condition of the place where secrets live. State is "" when it is in order.
type KeyStore struct {
	State  State // keychain_locked, keychain_mute, keychain_denied, keychain_none, key_missing
	Name   string
	Waited time.Duration
	Unread bool // the licenses themselves could not be read for that
}

// Seconds is how long was waited for it, in whole seconds; 0 when that is not known.
func (k KeyStore) Seconds() int { return int(k.Waited.Round(time.Second) / time.Second) }

// Records is the condition of journal and index. State is "" when they are in order.
type Records struct {
	State State // records_repaired, records_damaged, rolled_back, disk_full
	At    time.Time
	Lost  int
	// Until is when a restored copy must have checked in (rolled_back); zero when no date is known. Restored: a person said
	// that it was a restore.
	Until    time.Time
	Restored bool
	// NeedMB is the room asked for in disk_full.
	NeedMB int
}

// Vendor is one whose root key a person or admin trusts here. Root is the key id of the first trusted root key:
// two vendors with the same id and different roots are different vendors.
type Vendor struct {
	ID      string
	Root    string
	Name    string
	Support string // who helps, as the profile says
	Promise string // answer time the profile promises, such as "2d"; "" when none
	Receipt string // the same for receipts
	Status  string // address of the status page; "" when none
	// NoService says that its profile names no address to ask: files are the only way.
	NoService bool
	Trusted   time.Time
}

// Held is a license that this home holds, with where it came from.
type Held struct {
	License
	Vendor   string    // root of its vendor
	Document string    // hex SHA-256 of the document it came in
	KeyID    string    // key that signed it
	Taken    time.Time // when it was imported (decision time)
	// FirstUsed is when a first-use license was bound to this computer.
	FirstUsed time.Time
}

// RequestState says how far a request is.
type RequestState string

// The life of a request.
const (
	RequestOpen      RequestState = "open"
	RequestAnswered  RequestState = "answered"
	RequestRefused   RequestState = "refused"
	RequestCancelled RequestState = "cancelled"
	RequestExpired   RequestState = "expired"
)

// Request is a request that this home made.
type Request struct {
	ID      string
	Kind    string // activate, checkin, renew or moretime
	Vendor  string // root
	KeyHash string
	Product string    // id, when known
	Wanted  time.Time // moretime: until when
	Created time.Time
	Until   time.Time
	File    string // name under which it was saved
	State   RequestState
	Refusal *Refusal
}

// Refusal is a vendor's signed "no", with a way forward. Code is "device_limit" or any other short word.
type Refusal struct {
	Code   string    `json:"code"`
	Reason Text      `json:"reason"`
	Ref    string    `json:"ref"`
	At     time.Time `json:"at"`
	// Contact and WayOut tell the person what to do next.
	Contact string     `json:"contact,omitempty"`
	WayOut  Text       `json:"way_out,omitempty"`
	Until   time.Time  `json:"until,omitzero"`
	Places  int        `json:"places,omitempty"`
	InUse   []PlaceUse `json:"in_use,omitempty"`
}

// PlaceUse is one computer that holds a place.
type PlaceUse struct {
	Code  string    `json:"code"`
	Label string    `json:"label,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// Query asks about all products (zero value), one product, one feature, or one version of a product. Product is an id,
// or a name when no id fits; Feature is a present or former id; upper and lower case are the same.
type Query struct {
	Vendor  string // id or root of a vendor; "" for any
	Product string
	Feature string
	Version string
}
