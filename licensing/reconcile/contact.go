package reconcile

import (
	"slices"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Budget is how long one contact with a vendor may take in all.
const Budget = 20 * time.Second

// Reason is why a contact was made, or will be.
type Reason string

// Reasons. All but ReasonPerson are opportunities that the scheduler weighs.
const (
	ReasonStart   Reason = "start"   // the program started
	ReasonNetwork Reason = "network" // the network changed
	ReasonResume  Reason = "resume"  // the computer woke up
	ReasonWindow  Reason = "window"  // a person opened the window
	ReasonUsage   Reason = "usage"   // usage waits to be reported
	ReasonRequest Reason = "request" // a request waits for its answer
	ReasonDate    Reason = "date"    // a date comes nearer that a contact moves
	ReasonRegular Reason = "regular" // the last contact is long ago
	ReasonRetry   Reason = "retry"   // the last one did not succeed
	ReasonMore    Reason = "more"    // the last one had no room or time for everything
	ReasonPerson  Reason = "person"  // somebody asked for it now
)

// Reasons are all of them, what people do first.
func Reasons() []Reason {
	return []Reason{
		ReasonPerson, ReasonWindow, ReasonRequest, ReasonDate, ReasonRegular, ReasonUsage, ReasonStart, ReasonNetwork, ReasonResume, ReasonRetry, ReasonMore,
	}
}

// Cause is why a contact did not succeed; "" when it did.
type Cause string

// Causes, in the order in which they can meet a contact.
const (
	CauseStopped     Cause = "stopped"      // the program ended, or a person stopped it (Detail.Person)
	CauseHere        Cause = "here"         // this computer could not sign or keep: key store, disk
	CauseNoNetwork   Cause = "no_network"   // there is no network, or no way to the address
	CauseDNS         Cause = "dns"          // the vendor's name was not found
	CauseRefused     Cause = "refused"      // nobody listens there
	CauseProxyAway   Cause = "proxy_away"   // the proxy itself is out of reach (Detail.Proxy)
	CauseProxy       Cause = "proxy"        // the proxy asks for a password, or does not let it through
	CauseCaptive     Cause = "captive"      // a sign-in page answered
	CauseIntercepted Cause = "intercepted"  // somebody in between shows a certificate of their own
	CauseCAFile      Cause = "ca_file"      // the file with the organization's certificates is away or holds none (Detail.File)
	CauseExpired     Cause = "cert_expired" // the service's certificate is over (Detail.Date)
	CauseEarly       Cause = "cert_early"   // the service's certificate does not count yet (Detail.Date), or the clock here is behind
	CauseOtherName   Cause = "cert_name"    // the service's certificate is for another name (Detail.Name)
	CauseCertificate Cause = "certificate"  // anything else is wrong with it
	CauseTimeout     Cause = "timeout"      // no answer in time
	CauseCut         Cause = "cut"          // the connection ended in the middle
	CauseBusy        Cause = "busy"         // the service asks to come later (429, 503)
	CauseServer      Cause = "server"       // the service has a fault (other 5xx)
	CauseOutage      Cause = "outage"       // the service itself says so, signed
	CauseNotService  Cause = "not_service"  // something answers there that is no service of ours (other 4xx)
	CauseAnswer      Cause = "answer"       // the answer was changed, cut or not signed by the vendor
	CauseOther       Cause = "other_answer" // the answer is for another request or computer, or an older one
	CauseDeclined    Cause = "declined"     // the vendor did not give what was asked for; the answer says why
	CauseWaiting     Cause = "waiting"      // a person at the vendor's has to decide first (202)
)

// Blocked says that something on the way keeps the vendor out of reach, rather than the network or the vendor.
func (c Cause) Blocked() bool {
	return c == CauseProxy || c == CauseProxyAway || c == CauseCaptive || c == CauseIntercepted
}

// Class is how good the way to a vendor is, measured at the vendor's own endpoint.
type Class string

// Classes.
const (
	ClassUnknown Class = ""
	ClassNone    Class = "none"
	ClassCaptive Class = "captive"
	ClassBlocked Class = "blocked"
	ClassSlow    Class = "slow"
	ClassGood    Class = "good"
)

// Detail is what a cause is about: each has its own part, the others are empty.
type Detail struct {
	Person bool      `json:"person,omitempty"` // CauseStopped: by a person, see ErrByPerson
	File   string    `json:"file,omitempty"`   // CauseCAFile: as the settings name it
	Proxy  string    `json:"proxy,omitempty"`  // CauseProxyAway: host and port
	System bool      `json:"system,omitempty"` // CauseProxyAway: the system's settings name that proxy, not Holdfast's
	Name   string    `json:"name,omitempty"`   // CauseOtherName: whose certificate it is
	Date   time.Time `json:"date,omitzero"`    // CauseExpired: its last moment; CauseEarly: its first
}

// Slots are the parts of d by the names that texts use.
func (d Detail) Slots() map[string]any {
	return map[string]any{"ca_file": d.File, "proxy": d.Proxy, "cert_name": d.Name, "cert_date": d.Date}
}

// Contact is one contact with a vendor, as the journal keeps it.
type Contact struct {
	ID        string        `json:"id"`
	At        time.Time     `json:"at"` // decision time when it began
	Took      time.Duration `json:"took"`
	Reason    Reason        `json:"reason"`
	Root      string        `json:"root"`
	Host      string        `json:"host,omitempty"` // host and port that answered, or were tried last
	Class     Class         `json:"class,omitempty"`
	Cause     Cause         `json:"cause,omitempty"` // "" when everything came through
	Detail    Detail        `json:"detail,omitzero"`
	RetryAt   time.Time     `json:"retry_at,omitzero"`
	Essential bool          `json:"essential,omitempty"` // usage was left for later
	Sent      []Piece       `json:"sent,omitempty"`
	Came      []Piece       `json:"came,omitempty"`
	Changes   []Change      `json:"changes,omitempty"`
	Drift     []Drift       `json:"drift,omitempty"`
	// Before is how many contacts before this one ended the same way without a record of their own.
	Before int `json:"before,omitempty"`
	// Unrecorded: it ended like the ones before it, and gets its record with those that follow.
	Unrecorded bool `json:"-"`
}

// CarriedUsage says that usage left with the contact, whether or not its receipt came.
func (c Contact) CarriedUsage() bool {
	return slices.ContainsFunc(c.Sent, func(p Piece) bool { return p.What == string(exchange.KindUsage) })
}

// ConfirmedUsage says that usage left with the contact, and that its receipt came back.
func (c Contact) ConfirmedUsage() bool {
	return slices.ContainsFunc(c.Sent, func(p Piece) bool {
		return p.Entries > 0 && slices.ContainsFunc(c.Came, func(r Piece) bool { return r.What == string(exchange.KindReceipt) && r.ID == p.ID })
	})
}

// Piece is one file that left or came.
type Piece struct {
	What    string `json:"what"`              // checkin, activate, renew, moretime or usage; of an answer its exchange.Kind
	ID      string `json:"id,omitempty"`      // of the request or usage file
	Bytes   int64  `json:"bytes"`             // as the file has them
	Wire    int64  `json:"wire,omitempty"`    // as they went over the network
	Entries uint64 `json:"entries,omitempty"` // events in it
	Trace   string `json:"trace,omitempty"`
}

// Change is one line of what changed for a person, see licensing.Change.
type Change struct {
	Sign    string     `json:"sign"` // "+", "-" or "="
	Code    string     `json:"code"`
	Product string     `json:"product,omitempty"`
	Name    terms.Text `json:"name,omitempty"`
	Until   time.Time  `json:"until,omitzero"`
	Was     time.Time  `json:"was,omitzero"`
	New     bool       `json:"new,omitempty"`
}

// TakesAway says that something works less, or ends sooner, after changes than before.
func TakesAway(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Sign == "-" })
}

// Drift is a difference between what the vendor believes of this computer and what is here.
type Drift struct {
	Code string `json:"code"` // license_missing, license_old, usage_missing, usage_ahead, usage_behind, receipt_missing
	// Subject is a serial or a ledger; Here and There are versions or numbers of entries.
	Subject   string `json:"subject"`
	Here      string `json:"here,omitempty"`
	There     string `json:"there,omitempty"`
	Corrected bool   `json:"corrected,omitempty"`
}

// Call is one file that a contact carries.
type Call struct {
	What      string // as in Piece
	ID        string
	Trace     string
	Body      []byte
	Entries   uint64
	Essential bool // goes first, and on a slow link alone
}

// Taken is what became of an answer that was imported.
type Taken struct {
	Cause   Cause // "" when it was taken, or known already
	Kind    string
	Changes []Change
	Drift   []Drift
	// Full: what is here differs from what the vendor believes, and a check-in that asks for everything puts it right.
	Full bool
	// Remains: there is more usage to send.
	Remains bool
}
