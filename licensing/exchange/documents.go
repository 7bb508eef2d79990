package exchange

import (
	"encoding/json"
	"time"

	"holdfast/licensing/terms"
)

// Kind is what a document or a part of one is for.
type Kind string

// Kinds of documents and parts. License, profile, hold, revocation and notice are state parts: complete, with a
// version, the highest wins. Receipt, extension, review and refusal are event parts: taken once, in any order.
const (
	KindProfile    Kind = "profile"
	KindRequest    Kind = "request"
	KindLicense    Kind = "license"
	KindRefusal    Kind = "refusal"
	KindKey        Kind = "license_key" // in a welcome file
	KindHold       Kind = "hold"
	KindRevocation Kind = "revocation"
	KindNotice     Kind = "notice"
	KindReceipt    Kind = "receipt"
	KindExtension  Kind = "extension"
	KindReview     Kind = "review"
	KindStanding   Kind = "standing" // a state part: what the vendor believes of a computer that asked for it
)

// Schemas of the payloads that this build reads and writes.
const (
	ProfileSchema  = "holdfast.profile/v1"
	RequestSchema  = "holdfast.request/v1"
	ResponseSchema = "holdfast.response/v1"
)

// Header stands at the start of every signed payload. All of it is inside the signed bytes.
type Header struct {
	Schema     string            `json:"schema"`
	Vendor     string            `json:"vendor"`
	Alg        string            `json:"alg"` // "ed25519"
	KeyID      string            `json:"keyid"`
	ID         string            `json:"id"`
	Issued     time.Time         `json:"issued"` // the signer's time
	Trace      string            `json:"trace"`
	ExternalID string            `json:"external_id,omitempty"`
	Meta       map[string]string `json:"meta,omitempty"`
	// Critical names fields that a reader must know, as paths such as "parts.license.policy.offline".
	Critical []string `json:"critical,omitempty"`
	// Needs is the version of Holdfast that a reader needs who does not know what Critical names.
	Needs string `json:"needs,omitempty"`
}

// Profile is what a vendor says of itself, signed by its root key. Version grows with every change.
type Profile struct {
	Header
	Version      int          `json:"version"`
	Name         string       `json:"name"`
	Root         string       `json:"root"`                    // base64 Ed25519 public key
	PreviousRoot string       `json:"previous_root,omitempty"` // signs too when the root changed
	Keys         []SigningKey `json:"keys"`
	Sealing      []SealingKey `json:"sealing,omitempty"`
	HintKey      string       `json:"hint_key"` // base64, 32 bytes; blinds hardware hints per vendor
	Support      Support      `json:"support,omitzero"`
	URLs         []string     `json:"urls,omitempty"`
	StatusPage   string       `json:"status_page,omitempty"`
	DownloadPage string       `json:"download_page,omitempty"`
	Promises     Promises     `json:"promises,omitzero"`
	Review       Review       `json:"review,omitzero"`
}

// SigningKey is a working key. Documents issued before From, after Until, or after NothingAfter are not accepted;
// what the journal already holds stays.
type SigningKey struct {
	ID           string    `json:"id"`
	Public       string    `json:"public"` // base64 Ed25519 public key
	From         time.Time `json:"from"`
	Until        time.Time `json:"until,omitzero"`
	NothingAfter time.Time `json:"nothing_after,omitzero"`
}

// SealingKey is an HPKE public key (RFC 9180) for usage. Suite is "MLKEM768X25519/HKDF-SHA256/ChaCha20Poly1305".
type SealingKey struct {
	ID     string    `json:"id"`
	Suite  string    `json:"suite"`
	Public string    `json:"public"` // base64
	From   time.Time `json:"from"`
}

// Support is how a person reaches the vendor.
type Support struct {
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	Hours string `json:"hours,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Promises are answer times, as lengths.
type Promises struct {
	Answer  terms.Length `json:"answer,omitzero"`
	Receipt terms.Length `json:"receipt,omitzero"`
	Review  terms.Length `json:"review,omitzero"`
}

// Review names the next level when a review was answered.
type Review struct {
	Next string `json:"next,omitempty"`
}

// Request is what a device asks of a vendor, signed by the device's own key.
type Request struct {
	Header
	Kind    string        `json:"kind"` // activate, checkin, renew or moretime
	Device  RequestDevice `json:"device"`
	Nonce   string        `json:"nonce"`
	Until   time.Time     `json:"until"`              // an answer after this is not taken
	KeyHash string        `json:"key_hash,omitempty"` // hex SHA-256 of the license key, canonical form
	Serial  string        `json:"serial,omitempty"`   // license it concerns, when known
	Product string        `json:"product,omitempty"`
	Program string        `json:"program,omitempty"` // version of Holdfast
	// Licenses are those of the vendor that this home holds; a check-in, renewal or more time is asked for them.
	Licenses []RequestLicense `json:"licenses,omitempty"`
	Wanted   time.Time        `json:"wanted,omitzero"` // moretime: the last day away
	// Restored: the records were put back from a copy. Changed: the computer's parts are not what they were.
	Restored bool `json:"restored,omitempty"`
	Changed  bool `json:"changed,omitempty"`
	// Brief: of a check-in, a standing part is understood. When State is what the vendor would bring this computer to, the answer is
	// that part alone; else it says all, and which State that is.
	Brief bool   `json:"brief,omitempty"`
	State string `json:"state,omitempty"`
}

// The kinds of requests.
const (
	RequestActivate = "activate"
	RequestCheckin  = "checkin"
	RequestRenew    = "renew"
	RequestMoreTime = "moretime"
)

// RequestLicense is a license that the device holds.
type RequestLicense struct {
	Serial  string `json:"serial"`
	Version int    `json:"version"`
	Product string `json:"product,omitempty"`
}

// RequestDevice is the device that asks.
type RequestDevice struct {
	ID     string `json:"id"`
	Public string `json:"public"` // base64 Ed25519 public key
	Code   string `json:"code"`
	Label  string `json:"label,omitempty"`
	Hints  []Hint `json:"hints,omitempty"`
}

// Hint is one hardware fact, blinded with the vendor's hint key: Digest = HMAC-SHA-256(hint key, kind 0x00 value), base64 of the first 16 bytes.
type Hint struct {
	Kind   string `json:"kind"`
	Weight int    `json:"weight"`
	Digest string `json:"digest"`
}

// Response is what a vendor tells a device. Its parts are covered by one signature.
type Response struct {
	Header
	Kind     Kind      `json:"kind"`              // of the main part
	Answers  *Answers  `json:"answers,omitempty"` // nil: not the answer to a request
	Audience *Audience `json:"audience,omitempty"`
	Parts    []Part    `json:"parts"`
}

// Answers names the request that a response answers.
type Answers struct {
	Request string `json:"request"`
	Nonce   string `json:"nonce"`
	Device  string `json:"device"` // device id
}

// Audience widens a response to more than one computer.
type Audience = terms.Audience

// Part is one part of a response. Exactly the member named by Kind is set.
type Part struct {
	Kind       Kind            `json:"kind"`
	ID         string          `json:"id,omitempty"`      // event parts
	Version    int             `json:"version,omitempty"` // state parts
	License    *terms.License  `json:"license,omitempty"`
	Refusal    *terms.Refusal  `json:"refusal,omitempty"`
	LicenseKey *LicenseKeyPart `json:"license_key,omitempty"`
	Hold       *Hold           `json:"hold,omitempty"`
	Revocation *Revocation     `json:"revocation,omitempty"`
	Notice     *Notice         `json:"notice,omitempty"`
	Receipt    *Receipt        `json:"receipt,omitempty"`
	Extension  *Extension      `json:"extension,omitempty"`
	Review     *ReviewAnswer   `json:"review,omitempty"`
	Standing   *Standing       `json:"standing,omitempty"`
}

// Standing is what a vendor believes of the computer that asked. State names all that was or would be said to it, apart from versions and times: a
// computer that was told so once may ask in brief from then on. Licenses and Ledgers are what the vendor knows of it; a short answer
// that changes nothing leaves them out.
type Standing struct {
	State    string           `json:"state"`
	Licenses []RequestLicense `json:"licenses,omitempty"`
	Ledgers  []LedgerStanding `json:"ledgers,omitempty"`
}

// LedgerStanding is how far a vendor has counted a usage ledger.
type LedgerStanding struct {
	Ledger  string `json:"ledger"`
	Epoch   uint64 `json:"epoch"`
	Seq     uint64 `json:"seq"`
	Close   string `json:"close"`
	Receipt int    `json:"receipt"`
}

// LicenseKeyPart carries the license key in a welcome file.
type LicenseKeyPart struct {
	Key     string        `json:"key"`
	Serial  string        `json:"serial"`
	Product terms.Product `json:"product"`
}

// What a vendor says besides licenses; package terms says what each means.
type (
	Hold       = terms.Hold
	Revocation = terms.Revocation
	Notice     = terms.Notice
	Extension  = terms.Extension
)

// Receipt confirms usage, cumulatively.
type Receipt struct {
	Number     int              `json:"number"`
	Ledger     string           `json:"ledger"`
	Epoch      uint64           `json:"epoch"`
	Seq        uint64           `json:"seq"`
	Close      string           `json:"close"`
	Totals     map[string]int64 `json:"totals,omitempty"`
	Missing    []string         `json:"missing,omitempty"`
	AllowDays  int              `json:"allow_days,omitempty"`
	AllowUnits int64            `json:"allow_units,omitempty"`
	// Entries is how many events were counted in all, From and To when the first and the last of them were.
	Entries uint64    `json:"entries,omitempty"`
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	// Export is the id of the usage file that it answers, Findings the codes of what was found in it (usage.Finding).
	Export   string   `json:"export,omitempty"`
	Findings []string `json:"findings,omitempty"`
}

// ReviewAnswer is the signed answer to a request for review.
type ReviewAnswer struct {
	Ref    string     `json:"ref"`
	Result string     `json:"result"`
	Who    string     `json:"who"`
	Text   terms.Text `json:"text"`
	Until  time.Time  `json:"until,omitzero"`
}

// Envelope is a DSSE envelope (github.com/secure-systems-lab/dsse, protocol v1.0).
type Envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     string      `json:"payload"` // standard base64
	Signatures  []Signature `json:"signatures"`
}

// Signature is one signature over the envelope's PAE.
type Signature struct {
	KeyID string `json:"keyid"`
	Sig   string `json:"sig"` // standard base64
}

// Bundle is what one armored file carries: envelopes that are each verified for themselves. Profiles come first.
// The bundle itself is only a wrapper and is never trusted.
type Bundle struct {
	Format    string     `json:"holdfast"` // "bundle/v1"
	Envelopes []Envelope `json:"envelopes"`
	// Sealed are bytes that travel beside the envelopes, for the vendor alone: those that the envelope of a usage file binds.
	Sealed []byte `json:"sealed,omitempty"`
}

// Raw is kept so that signed bytes are never encoded again.
type Raw = json.RawMessage

// KindUsage is a usage file of a device.
const KindUsage Kind = "usage"

// UsageSchema is the payload of its envelope, SealingSuite the one HPKE suite in use.
const (
	UsageSchema  = "holdfast.usage/v1"
	SealingSuite = "MLKEM768X25519/HKDF-SHA256/ChaCha20Poly1305"
)

// Usage is the signed face of a usage file: who reports what to whom. The content travels beside the envelope, sealed for the
// vendor; Sealed and Content bind it. It is signed by the device key, or by the key that CLOSEs of the ledger are signed with.
type Usage struct {
	Header
	Device RequestDevice `json:"device"` // Label only at level computer and above; Hints are left out
	// Former are device keys that were lost before, base64, with a ledger that one of them began. That they were this device's is the
	// sender's word: a vendor believes it of those that it knows itself.
	Former  []string `json:"former,omitempty"`
	Nonce   string   `json:"nonce"`
	Program string   `json:"program,omitempty"`
	Ledger  string   `json:"ledger"` // id
	Level   string   `json:"level"`
	// Epochs FromEpoch to ToEpoch (numbers of segments) with the entries First to Last; Entries is how many are in the file.
	FromEpoch uint64 `json:"from_epoch"`
	ToEpoch   uint64 `json:"to_epoch"`
	First     uint64 `json:"first"`
	Last      uint64 `json:"last"`
	Entries   uint64 `json:"entries"`
	Close     string `json:"close"`             // hex hash of the last close in it
	Receipt   int    `json:"receipt,omitempty"` // number of the newest receipt taken here
	Remains   uint64 `json:"remains,omitempty"` // entries that wait for another file, because this one is full
	// Sealed describes the bytes beside the envelope.
	Sealed SealedContent `json:"sealed"`
}

// SealedContent describes sealed bytes: HPKE in base mode for the vendor's key Key, with info "holdfast/v1/usage" 0x00 Header.ID, of
// zstd-compressed content. The hashes are hex SHA-256.
type SealedContent struct {
	Suite    string `json:"suite"`
	Key      string `json:"key"`      // id of the sealing key
	Size     int64  `json:"size"`     // of the sealed bytes
	SHA256   string `json:"sha256"`   // of the sealed bytes
	Unpacked int64  `json:"unpacked"` // size of the content
	Content  string `json:"content"`  // SHA-256 of the content: what the person was shown
}
