package usage

import (
	"strings"
	"time"
)

// Flag says under which circumstances an event was recorded. It never changes whether the event counts.
type Flag uint32

// Flags of events. Their names, in this order, are those of FlagNames.
const (
	InGrace    Flag = 1 << iota // grace was running
	Offline                     // the offline window was over
	Ended                       // no license in force covered the product
	Unsure                      // the clock was not believed
	ClockWrong                  // the wall clock was behind a signed time
	Overage                     // beyond the included amount
	Restored                    // after an older copy of the records was put back, until that is settled
	Unplaced                    // the key store was locked: recorded without the device key at hand
)

// FlagNames are the stable names of the flags, lowest bit first.
var FlagNames = []string{"grace", "offline", "ended", "clock_unsure", "clock_wrong", "overage", "restored", "key_store_locked"}

// Names returns the names of the flags that are set.
func (f Flag) Names() []string {
	var all []string
	for i, n := range FlagNames {
		if f&(1<<i) != 0 {
			all = append(all, n)
		}
	}
	return all
}

// Kinds of meters: a counter adds units; a duration adds seconds; a peak is the highest number in use at once.
const (
	Counter  = "counter"
	Duration = "duration"
	Peak     = "peak"
)

// Levels of detail. Contract: the computer's code, times cut to the hour. Computer: its label too. Full: times to the second too.
const (
	LevelContract = "contract"
	LevelComputer = "computer"
	LevelFull     = "full"
)

// Event is one use. Units is more than 0. At is the decision time; what is kept is At cut to the grain of the level.
// ID is the caller's idempotency key, at most 200 bytes; "" for none.
type Event struct {
	Product string
	Meter   string
	Kind    string // Counter, Duration or Peak
	Units   int64
	At      time.Time
	Flags   Flag
	ID      string
}

// Done is what became of an event. Again: an event with its id was recorded before, and Seq is that one's.
// Conflict: that one had another amount, and it stands.
type Done struct {
	Seq   uint64
	Head  [32]byte // of the chain after it; zero when Again
	Again bool

	Conflict bool
}

// Session is one run of a program that recorded, as it is sealed in the ledger, which blinds Boot itself.
type Session struct {
	Boot    string        `json:"boot"`    // blinded: the same for one start of the computer, and nothing else
	Wall    time.Time     `json:"wall"`    // what the computer's clock showed, cut to the grain
	At      time.Time     `json:"at"`      // decision time, cut to the grain
	Running time.Duration `json:"running"` // since the computer was started, cut to the grain
	Program string        `json:"program"` // version of Holdfast
	Grain   int64         `json:"grain"`   // seconds to which times are cut
}

// Note is something that the ledger says besides uses. Kind is clock, grace, restore, prune, gap or key_away; the rest depends on it.
type Note struct {
	Kind   string    `json:"kind"`
	At     time.Time `json:"at"`
	Code   string    `json:"code,omitempty"`  // clock: back, forward, frozen, settled; grace: started, ended; gap: disk_full, records_damaged, ids
	From   time.Time `json:"from,omitzero"`   // clock: what it jumped from; gap: begin
	To     time.Time `json:"to,omitzero"`     // clock: where it went; gap: end
	Seq    uint64    `json:"seq,omitempty"`   // restore: the entry that the anchor remembers; prune: last entry taken out
	Head   string    `json:"head,omitempty"`  // restore: its head
	Count  uint64    `json:"count,omitempty"` // gap: how many are not sure; prune: how many
	Cause  string    `json:"cause,omitempty"` // grace: of the grace
	Detail string    `json:"detail,omitempty"`
}

// Row is one entry of a ledger in readable form. Exactly one of Use, Session, Note and Name is set; none when the entry cannot be read
// here (Sealed), which only the vendor can then.
type Row struct {
	Seq     uint64   `json:"seq"`
	Epoch   uint64   `json:"epoch"`
	Use     *Use     `json:"use,omitempty"`
	Session *Session `json:"session,omitempty"`
	Note    *Note    `json:"note,omitempty"`
	Name    *Named   `json:"name,omitempty"`
	Sealed  bool     `json:"sealed,omitempty"`
}

// Named introduces a meter of a product: the uses that follow it in the epoch refer to it.
type Named struct {
	Product string `json:"product"`
	Meter   string `json:"meter"`
	Kind    string `json:"kind"`
}

// Use is one recorded event as it is kept.
type Use struct {
	Product string    `json:"product"`
	Meter   string    `json:"meter"`
	Kind    string    `json:"kind"`
	Units   int64     `json:"units"`
	At      time.Time `json:"at"`
	Flags   []string  `json:"flags,omitempty"`
}

// Sum is what a meter counted on one day (UTC) or, with a zero Day, in all. Units are added up; of a peak it is the highest.
type Sum struct {
	Product string    `json:"product"`
	Meter   string    `json:"meter"`
	Kind    string    `json:"kind"`
	Day     time.Time `json:"day,omitzero"`
	Units   int64     `json:"units"`
	Count   uint64    `json:"count"` // events
	Over    int64     `json:"over,omitempty"`
}

// MeterKey names a meter: product "/" meter.
func MeterKey(product, meter string) string { return product + "/" + meter }

// TotalKey names a meter in totals: its MeterKey, for a peak with "/peak". A peak is not added to what a meter of the same name counted
// when it was of another kind.
func TotalKey(product, meter, kind string) string {
	if kind == Peak {
		return MeterKey(product, meter) + peakEnd
	}
	return MeterKey(product, meter)
}

// CutTotal splits a TotalKey. kind is Peak, or "" for one that is added up.
func CutTotal(key string) (product, meter, kind string, ok bool) {
	if rest, peak := strings.CutSuffix(key, peakEnd); peak {
		key, kind = rest, Peak
	}
	product, meter, ok = strings.Cut(key, "/")
	return product, meter, kind, ok
}

const peakEnd = "/" + Peak
