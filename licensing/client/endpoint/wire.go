package endpoint

import (
	"time"

	"holdfast/licensing/exchange"
)

// SchemaVersion is that of every message on the wire.
const SchemaVersion = 1

// Host is what the Host header of every request says.
const Host = "holdfast"

// Paths that licensed programs use.
const (
	CheckPath  = "/v1/check"
	UsagePath  = "/v1/usage"
	StatusPath = "/v1/status"
)

// Limits of requests and answers.
const (
	MaxCheck    = 64 << 10 // bytes of a check
	MaxUsage    = 1 << 20  // bytes of a batch
	MaxEvents   = 10_000   // events of a batch
	MaxFeatures = 256      // features asked about at once
	MaxID       = 200      // bytes of an event's id
	MaxName     = 200      // bytes of a product, meter, feature or vendor
	MaxAnswer   = 16 << 20 // bytes of an answer
	MinNonce    = 16       // bytes of a nonce, before base64
	MaxNonce    = 64
)

// CheckRequest asks what a product may do now. Without Features all of the license are answered. With Nonce (base64 of 16 to 64
// random bytes) the answer is signed by the device key and brings the vendor's documents.
type CheckRequest struct {
	Schema   int      `json:"schema_version"`
	Product  string   `json:"product"`
	Vendor   string   `json:"vendor,omitempty"` // id or root key id; needed when two vendors have a product of this id
	Version  string   `json:"version,omitempty"`
	Features []string `json:"features,omitempty"`
	Nonce    string   `json:"nonce,omitempty"`
}

// CheckAnswer says what a product may do. Proof comes last: what it signs are the bytes of the object before ,"proof": closed by }.
type CheckAnswer struct {
	Schema       int                `json:"schema_version"`
	Product      string             `json:"product"`
	Vendor       string             `json:"vendor,omitempty"` // root key id; "" when no vendor here has the product
	Version      string             `json:"version,omitempty"`
	At           time.Time          `json:"at"` // the time that decisions use
	State        string             `json:"state"`
	Tone         string             `json:"tone"`
	Text         string             `json:"text"`           // a sentence for the person, in the language of the settings
	Code         string             `json:"code,omitempty"` // product_unknown: no license here is for the product
	Works        []string           `json:"works"`
	View         []string           `json:"view"`
	Paused       []string           `json:"paused"`
	Features     map[string]Feature `json:"features"`
	LicenseEnds  time.Time          `json:"license_ends,omitzero"`  // left out: no end
	OfflineUntil time.Time          `json:"offline_until,omitzero"` // left out: no offline window
	ValidUntil   time.Time          `json:"valid_until"`            // the answer holds from At until then: up to 24 hours
	Meters       []Meter            `json:"meters"`
	Ledger       string             `json:"ledger,omitempty"` // of the vendor's usage; "" while nothing was recorded
	Seq          uint64             `json:"seq"`              // newest entry of that ledger
	Head         string             `json:"head"`
	ExitCode     int                `json:"exit_code"` // of holdfast status for the product
	Proof        *Proof             `json:"proof,omitempty"`
}

// Feature is what one feature may do. Mode is keep (full use), view or pause. Until is the last moment of full use, left out without
// an end; Text says why it is not at full use.
type Feature struct {
	Mode  string    `json:"mode"`
	Until time.Time `json:"until,omitzero"`
	Text  string    `json:"text,omitempty"`
}

// Meter is what one meter counted in its present period.
type Meter struct {
	ID       string    `json:"id"`
	Name     string    `json:"name,omitempty"`
	Unit     string    `json:"unit,omitempty"`
	Kind     string    `json:"kind,omitempty"` // counter, duration (seconds) or peak
	Used     int64     `json:"used"`
	Included int64     `json:"included"` // 0: no limit was bought
	Left     int64     `json:"left"`
	Overage  string    `json:"overage,omitempty"` // allow, warn or stop
	Reset    time.Time `json:"reset,omitzero"`
	State    string    `json:"state,omitempty"` // quota_low or quota_used
	Stops    bool      `json:"stops,omitempty"` // used up, and the license says that the feature stops
}

// Proof shows that an answer comes from the computer that the vendor's license is for. Licenses and Profiles are the vendor's own
// signed documents.
type Proof struct {
	Public    string              `json:"public"`    // base64 device key
	Signature string              `json:"signature"` // base64, over exchange.ProofMessage
	Licenses  []exchange.Envelope `json:"licenses"`
	Profiles  []exchange.Envelope `json:"profiles"`
}

// UsageProof shows that uses were recorded by the computer whose device key a check proved: it needs no documents.
type UsageProof struct {
	Public    string `json:"public"`    // base64 device key
	Signature string `json:"signature"` // base64, over exchange.UsageProofMessage
}

// UsageRequest reports uses, in order. Vendor is needed when two vendors have a product of that id. With Nonce (as in CheckRequest) the answer
// is signed by the device key.
type UsageRequest struct {
	Schema int          `json:"schema_version"`
	Vendor string       `json:"vendor,omitempty"`
	Nonce  string       `json:"nonce,omitempty"`
	Events []UsageEvent `json:"events"`
}

// UsageEvent is one use. The same id again is counted once; without an id every event counts.
type UsageEvent struct {
	Product string `json:"product"`
	Meter   string `json:"meter"`
	Units   int64  `json:"units"`
	ID      string `json:"id,omitempty"`
}

// UsageAnswer comes when all events are safely on disk. Events are in the order of the request. Proof comes last, as in CheckAnswer.
type UsageAnswer struct {
	Schema     int           `json:"schema_version"`
	Events     []RecordedUse `json:"events"`
	Seq        uint64        `json:"seq"` // newest entry of the ledger
	Head       string        `json:"head"`
	Ledger     string        `json:"ledger"`
	ValidUntil time.Time     `json:"valid_until"` // for State and Left of the events
	Proof      *UsageProof   `json:"proof,omitempty"`
}

// RecordedUse is what became of one event. Again: its id was recorded before, and Seq is that entry. Conflict: that entry has another
// amount, and it stands; false also when its amount cannot be known. Flags say under which circumstances it was recorded; it counts in
// any case.
type RecordedUse struct {
	Seq   uint64   `json:"seq"`
	Again bool     `json:"again,omitempty"`
	Flags []string `json:"flags,omitempty"`
	State string   `json:"state,omitempty"` // of the meter: quota_low or quota_used
	Left  int64    `json:"left"`

	Conflict bool `json:"conflict,omitempty"`
}

// StatusAnswer is the verdict of the whole home and the ledgers of usage in short.
type StatusAnswer struct {
	Schema  int           `json:"schema_version"`
	Version string        `json:"version"`
	Home    string        `json:"home"`
	Verdict StatusVerdict `json:"verdict"`
	Usage   []StatusUsage `json:"usage"`
}

// StatusVerdict is the first line of holdfast status.
type StatusVerdict struct {
	State    string    `json:"state"`
	Tone     string    `json:"tone"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
	ExitCode int       `json:"exit_code"`
}

// StatusUsage is the usage ledger of one vendor.
type StatusUsage struct {
	Vendor string    `json:"vendor"` // root key id
	Ledger string    `json:"ledger"`
	Seq    uint64    `json:"seq"`
	Head   string    `json:"head"`
	Unsent uint64    `json:"unsent"`
	Due    time.Time `json:"due,omitzero"`
}

// ErrorAnswer is the body of every answer that is not 200.
type ErrorAnswer struct {
	Error Error `json:"error"`
}

// Error says what was wrong. Code is stable, for programs; Text is for people.
type Error struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Codes of Error that the endpoint itself gives. Others are states and mistakes of the engine.
const (
	CodeForbidden = "forbidden"              // 403: not as a client of ours asks
	CodeNotFound  = "not_found"              // 404
	CodeMethod    = "method"                 // 405
	CodeTooLarge  = "too_large"              // 413
	CodeMedia     = "media_type"             // 415
	CodeMalformed = "malformed"              // 400
	CodeNoVersion = "schema_version_missing" // 400
	CodeVersion   = "newer_version"          // 501
	CodeQuota     = "too_many_requests"      // 429: this caller alone; Retry-After says when
	CodeBusy      = "busy"                   // 503: all callers together; Retry-After says when
	CodeStopping  = "stopping"               // 503: the owner ends; ask the next one
)
