package terms

import (
	"cmp"
	"time"
)

// Verdict is the answer to "can I work, and until when?".
type Verdict struct {
	At   time.Time // decision time D of Main: its vendor's, else the wall time
	Main Finding   // the one that the first line shows (words: order when several apply)
	// Effect is the state whose exit code counts, see ExitCode: that of Main, unless Main came first because
	// somebody was told of something worse.
	Effect State
	// Limited: some product is not at full use today, or none may be used, see ExitCode.
	Limited  bool
	Others   []Finding // everything else worth a line, in the same order; products that just work have none
	Products []ProductVerdict
	Works    Kept // by product, what works now
	// Granted and Answer say whether the query's product or feature may be used, see Allowed.
	Granted bool
	Answer  Finding
}

// Allowed says whether what the query named may be used now: a feature when it is at full use, whatever the rest of
// its product does; a product when its state's exit code is 0; everything when some product may be used. The finding is why, and its state
// has the exit code of a refusal. A key store that cannot be used refuses nothing until Device.ProvenAt is
// devices.unproven ago.
func (v Verdict) Allowed() (bool, Finding) { return v.Granted, v.Answer }

// ExitCode returns the published exit code of the verdict. Telling somebody never changes it. A verdict without an
// Effect has that of its Main.
func (v Verdict) ExitCode(strict bool) int {
	state := cmp.Or(v.Effect, v.Main.State)
	if code, ok := limitedCodes[state]; ok && v.Limited {
		return code
	}
	return state.ExitCode(strict)
}

// CodeOf returns the exit code of a finding that refuses something, such as Answer.
func (v Verdict) CodeOf(f Finding, strict bool) int {
	if code, ok := limitedCodes[f.State]; ok {
		return code
	}
	return f.State.ExitCode(strict)
}

// limitedCodes are exit codes of states that count only once something is limited.
var limitedCodes = map[State]int{StateClockWrong: 30, StateClockUnsure: 30, StateComputerChanged: 34, StateTwoCopies: 34, StateUsageOverdue: 12}

// ProductVerdict is the answer for one product.
type ProductVerdict struct {
	ID     string
	Name   Text
	Vendor string    // root
	At     time.Time // decision time D for this vendor
	Finding
	Works    []string // feature ids at full use, sorted
	View     []string // feature ids in view mode
	Paused   []string // feature ids that do not start
	Features map[string]FeatureVerdict
	// License is the serial of the license that decides for the product as a whole.
	License      string
	LicenseEnds  time.Time // zero: no end
	GraceEnds    time.Time // when the last feature's renewal grace ends or will end; zero: no grace
	GraceActive  bool
	OfflineUntil time.Time // last moment without a contact and without grace; zero: no offline window
	OfflineGrace time.Time // when the last feature's grace after OfflineUntil ends; zero: none
	LastContact  time.Time // what the offline window counts from; zero: no offline window
	// The grace that runs now: why, since when and until when. Cause is "" when none does.
	Cause        Cause
	GraceStarted time.Time
	GraceUntil   time.Time
	Next         []Event // coming dates, soonest first
	// Meters are those of the licenses in force, sorted by id; UsageDue is when a usage file is due, zero: none is asked for.
	Meters   []MeterVerdict
	UsageDue time.Time
	// Change is the first coming moment after which this verdict may differ by time alone; zero: never.
	Change time.Time
	// Turn is Change without midnights, at which only numbers of days differ: a simulation goes from one to the next.
	Turn time.Time
}

// FeatureVerdict is the answer for one feature of one product.
type FeatureVerdict struct {
	ID      string
	Name    Text
	Mode    After     // keep: full use now; view; pause
	Until   time.Time // last moment of full use, over all licenses held; zero: no end, or no full use now
	Then    After     // what it does after Until; "" without an end
	License string    // serial that decides
	Reasons []Reason
}

// Event is a coming date and its effect.
type Event struct {
	At      time.Time
	Name    string // one of the Event constants
	Product string
	Feature string
}

// Finding is one state of words.md with what its sentences need.
type Finding struct {
	State   State
	Tone    Tone
	Product string // id; "" when it concerns the whole computer
	License string // serial
	Slots   Slots
	Action  Action // the one main button; "" for none
	Also    Action // a second way, of less weight; "" for none
	Reasons []Reason
	// Told is when a person told somebody who can act, and ToldWho whom: "buyer", "it" or "vendor". Zero: nobody was told.
	Told    time.Time
	ToldWho string
}

// Slots carry the values behind the {…} of a state's sentences: string, int, time.Time, Length, Text, []Text,
// []string, []PlaceUse, Kept, Then or Versions. Package plain turns them into words; SlotsOf lists those of
// each state. A zero value means that the sentence goes without it. They are shared with the facts: read only.
type Slots map[string]any

// Reason is one step of "why?": the rule, what it was applied to and who issued it. What dates were compared with is the
// decision time of its verdict.
type Reason struct {
	Rule      string    `json:"rule"`               // stable code such as license_ends
	Evidence  string    `json:"evidence,omitempty"` // document hash, record number or value compared
	Authority string    `json:"authority,omitempty"`
	License   string    `json:"license,omitempty"`
	Policy    int       `json:"policy,omitempty"` // policy version
	At        time.Time `json:"at,omitzero"`      // the date compared with
}

// Action is the stable code of a button.
type Action string

// The actions that a state may lead to.
const (
	ActUseFile     Action = "use_file"
	ActRequest     Action = "make_request"
	ActShowRequest Action = "show_request"
	ActSendRequest Action = "send_request"
	ActTellBuyer   Action = "tell_buyer"
	ActUnlock      Action = "unlock"
	ActTryAgain    Action = "try_again"
	ActSetUpAgain  Action = "set_up_again"
	ActPassphrase  Action = "use_passphrase"
	ActCopyDetails Action = "copy_details"
	ActTrust       Action = "trust_vendor"
	// Check-in and more time, online or by file.
	ActCheckin         Action = "make_checkin"
	ActMoreTime        Action = "get_more_time"
	ActCheckAgain      Action = "check_again" // look at the clock again
	ActConfirmRestore  Action = "confirm_restore"
	ActConfirmComputer Action = "confirm_computer" // a check-in with the hardware as it is
	ActSeeChanges      Action = "see_changes"      // what a policy change means here
	ActAskVendor       Action = "ask_vendor"       // a ready note to the vendor
	ActExportUsage     Action = "export_usage"     // preview and save the usage file
	ActSeeReceipt      Action = "see_receipt"      // compare or save the newest receipt
)
