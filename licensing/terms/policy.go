package terms

// PolicySchema is the version of the policy format that this build writes.
const PolicySchema = "holdfast.policy/v1"

// Policy says what a license grants and how it behaves over time. A vendor writes it as YAML; the effective
// values (defaults filled in) travel inside each license, so a later change of defaults changes no license.
type Policy struct {
	Schema     string             `json:"schema"`
	Version    int                `json:"version"`
	Product    Product            `json:"product"`
	Term       Term               `json:"term,omitzero"`
	Zone       string             `json:"zone,omitempty"` // IANA name; default UTC
	Renewal    Renewal            `json:"renewal,omitzero"`
	Offline    Offline            `json:"offline,omitzero"`
	Grace      Grace              `json:"grace,omitzero"`
	Continuity Continuity         `json:"continuity,omitzero"`
	Features   map[string]Feature `json:"features,omitempty"`
	Meters     map[string]Meter   `json:"meters,omitempty"`
	Devices    Devices            `json:"devices,omitzero"`
	Extensions Extensions         `json:"extensions,omitzero"`
	Usage      Usage              `json:"usage,omitzero"`
	Changes    []Change           `json:"changes,omitempty"`
}

// Product names what is licensed. Versions is a constraint such as ">=4 <6"; "" covers all versions.
type Product struct {
	ID       string `json:"id"`
	Name     Text   `json:"name,omitempty"`
	Versions string `json:"versions,omitempty"`
}

// Term says how long a license lasts. Kind is "" or "trial"; Starts is a date (YYYY-MM-DD) or an RFC 3339 time.
type Term struct {
	Length    Length `json:"length,omitzero"`
	Perpetual bool   `json:"perpetual,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Starts    string `json:"starts,omitempty"`
}

// TermTrial is the Term.Kind of a trial: it has no grace and no renewal notices.
const TermTrial = "trial"

// Renewal says from whom to order, and from when on to remind.
type Renewal struct {
	Contact    string `json:"contact,omitempty"`
	URL        string `json:"url,omitempty"`
	Number     string `json:"number,omitempty"`
	RemindFrom Length `json:"remind_from,omitzero"`
}

// Offline is the allowance between two vendor-signed contacts. A zero window means no limit.
type Offline struct {
	Window   Length `json:"window,omitzero"`
	MoreTime Length `json:"more_time,omitzero"`
}

// Grace gives the length of grace by cause.
type Grace struct {
	Offline     Length `json:"offline,omitzero"`
	Renewal     Length `json:"renewal,omitzero"`
	Outage      Length `json:"outage,omitzero"`
	Maintenance Length `json:"maintenance,omitzero"`
	Migration   Length `json:"migration,omitzero"`
}

// Continuity says what happens when the vendor is not heard of for Silent.
type Continuity struct {
	Silent Length `json:"silent,omitzero"`
	Then   After  `json:"then,omitempty"`
}

// After is what a feature does once its grace is over.
type After string

// What a feature does once its grace is over.
const (
	Keep  After = "keep"  // goes on in full
	View  After = "view"  // opens, shows, prints and exports, changes nothing
	Pause After = "pause" // does not start
)

// Feature is one thing a person may do. Was lists former ids. A Grace that is not stated follows the cause's length;
// a stated "0" is no grace at all.
type Feature struct {
	Name  Text     `json:"name,omitempty"`
	Grace Length   `json:"grace,omitzero"`
	After After    `json:"after,omitempty"`
	View  Text     `json:"view,omitempty"`
	Was   []string `json:"was,omitempty"`
}

// Meter counts use. Per is "month", "year" (from the license start) or "" (whole license), in UTC; Overage is allow, warn or stop. A duration is recorded in seconds
// and Included counts in Unit: s, min, h (also for any other unit) or day. Stops are the features that pause when the amount is used up
// and Overage is stop; without any, the licensed program alone decides.
type Meter struct {
	Name     Text     `json:"name,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Kind     string   `json:"kind,omitempty"` // counter (default), duration, peak
	Included int64    `json:"included,omitempty"`
	Per      string   `json:"per,omitempty"`
	Overage  string   `json:"overage,omitempty"`
	Stops    []string `json:"stops,omitempty"`
}

// Devices says how many computers may hold the license. FirstUse > 0 lets a starter license bind itself to the
// first computer that opens it; Unproven is how long a computer may go without proving its device key.
type Devices struct {
	Places      int    `json:"places,omitempty"`
	FirstUse    Length `json:"first_use,omitzero"`
	Unproven    Length `json:"unproven,omitzero"`
	LostPerYear int    `json:"lost_per_year,omitempty"`
	Test        int    `json:"test,omitempty"`
	Site        string `json:"site,omitempty"`
}

// Extensions limits what one agent of the vendor may add alone.
type Extensions struct {
	Agent             Length `json:"agent,omitzero"`
	SecondPersonAbove Length `json:"second_person_above,omitzero"`
}

// Usage says when usage is due, at which level of detail, what a late file does and how long records are kept. A period's usage is
// due a month after the period (a week after a week). Late is nothing, view or pause; it comes lateGrace after the due date. Beyond
// Unreported units without a receipt, of all meters together, a file is asked for at once; 0 is no bound, and a duration counts its seconds.
type Usage struct {
	Due   string `json:"due,omitempty"`
	Level string `json:"level,omitempty"`
	Late  string `json:"late,omitempty"`
	Keep  Length `json:"keep,omitzero"`

	Unreported int64 `json:"unreported,omitempty"`
}

// Change is one line of a policy's changelog.
type Change struct {
	Version int    `json:"version"`
	Date    string `json:"date"`
	Text    Text   `json:"text"`
}
