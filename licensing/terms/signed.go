package terms

import "time"

// Signed is something a vendor said besides a license, with where it came from.
type Signed[T any] struct {
	Body     T
	Vendor   string // root of its vendor
	Document string // hex SHA-256 of the document it came in
	KeyID    string // key that signed it
	Issued   time.Time
	Taken    time.Time // when it was imported (decision time)
	// Audience says whose licenses it is about when its body names none; nil: this computer's.
	Audience *Audience
}

// Audience widens a response to more than one computer. Scope is "license", "customer", "site" or "all"; ID names which.
type Audience struct {
	Scope string `json:"scope"`
	ID    string `json:"id,omitempty"`
}

// Includes says whether the audience reaches a license.
func (a *Audience) Includes(l *License) bool {
	switch {
	case a == nil || a.Scope == "all":
		return true
	case a.ID == "":
		return false
	case a.Scope == "license":
		return a.ID == l.Serial
	case a.Scope == "customer":
		return a.ID == l.Customer
	case a.Scope == "site":
		return a.ID == l.Policy.Devices.Site
	}
	return false
}

// Types of notices.
const (
	NoticeMaintenance = "maintenance" // planned work, from From to Until
	NoticeOutage      = "outage"      // the vendor cannot be reached, from From on; Until once it is over
	NoticePolicy      = "policy"      // the rules change at From
	NoticeMigration   = "migration"   // the vendor moves its service, from From on
)

// Notice announces something. A higher version of the same ID replaces it.
type Notice struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Product string    `json:"product,omitempty"` // id; "" for all products of the vendor
	From    time.Time `json:"from"`
	Until   time.Time `json:"until,omitzero"`
	Ref     string    `json:"ref"`
	Text    Text      `json:"text"`
	Impact  Text      `json:"impact,omitempty"`  // what still works meanwhile; none: everything
	Prepare Text      `json:"prepare,omitempty"` // what to get before
	Old     Text      `json:"old,omitempty"`     // of a policy change: the rule until From
	New     Text      `json:"new,omitempty"`     // and after it
	Policy  int       `json:"policy,omitempty"`  // version of the policy that comes into force
	// Withdrawn takes the notice back.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// What an extension adds time to.
const (
	ExtendOffline = "offline" // the offline window
	ExtendGrace   = "grace"   // any grace that runs or will run
	ExtendLicense = "license" // the license end
)

// Extension adds time: what it names does not end before Until. Extensions are never added to each other: the latest end counts.
type Extension struct {
	Serial string    `json:"serial,omitempty"` // "" for every license that the audience reaches
	What   string    `json:"what"`
	By     Length    `json:"by"`             // what a person asked for or an agent granted, for the sentence
	Until  time.Time `json:"until,omitzero"` // zero: By after the issue
	Agent  string    `json:"agent"`
	Second string    `json:"second,omitempty"` // who signed too, above the agent's limit
	Reason Text      `json:"reason"`
	Ref    string    `json:"ref,omitempty"`
}

// Hold pauses a license while the vendor asks a question. Until AnswerBy everything works; after it features do what follows
// their grace. Zero: nothing stops. It counts for every version of the license until a newer hold has Lifted.
type Hold struct {
	Serial   string    `json:"serial"`
	Reason   Text      `json:"reason"` // the question
	Ref      string    `json:"ref"`
	Works    Text      `json:"works,omitempty"`
	AnswerBy time.Time `json:"answer_by,omitzero"`
	Lifted   bool      `json:"lifted,omitempty"`
}

// Revocation withdraws a license. Everything works until Until (zero: From); afterwards features are for viewing only, those that
// would be kept too. It counts for every version of the license until a newer revocation has Lifted.
type Revocation struct {
	Serial    string    `json:"serial"`
	Reason    Text      `json:"reason"`
	Ref       string    `json:"ref"`
	DecidedBy string    `json:"decided_by"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until,omitzero"` // last moment of full use
	ReviewBy  time.Time `json:"review_by,omitzero"`
	Lifted    bool      `json:"lifted,omitempty"`
}

// Evidence is what a statement about a vendor rests on; Kind is "notice".
type Evidence struct {
	Kind string
	Ref  string
	At   time.Time
}

// Overlap keeps what a license gave under the policy before: up to Until no offline window and no grace is shorter than under
// that one. So a change of the rules never shortens what was granted.
type Overlap struct {
	Until    time.Time          `json:"until"`
	Version  int                `json:"version"` // of the policy before
	Offline  Offline            `json:"offline,omitzero"`
	Grace    Grace              `json:"grace,omitzero"`
	Features map[string]Feature `json:"features,omitempty"`
}

// Cause is why grace runs.
type Cause string

// The causes of grace.
const (
	CauseOffline     Cause = "offline"     // the offline window ended
	CauseRenewal     Cause = "renewal"     // the license ended
	CauseOutage      Cause = "outage"      // the vendor cannot be reached, on evidence
	CauseMaintenance Cause = "maintenance" // the end fell into planned work
	CauseMigration   Cause = "migration"   // the vendor moves its service
)
