package usage

import (
	"maps"
	"slices"
	"time"

	"holdfast/licensing/exchange"
)

// Standing is what a vendor remembers of one ledger: which epochs were counted, as a tree of their closes, and what came out. Its zero
// value is a ledger never heard of. The caller keeps it, and adds one to Receipt with each receipt it signs.
type Standing struct {
	Ledger  string           `json:"ledger"`
	Device  string           `json:"device"`
	Next    uint64           `json:"next"`            // epoch behind the newest that was counted
	Close   string           `json:"close,omitempty"` // hex hash of the close of that one
	Last    uint64           `json:"last"`            // its last entry
	Receipt int              `json:"receipt"`         // number of the newest receipt
	Events  uint64           `json:"events"`          // counted in all
	From    time.Time        `json:"from,omitzero"`   // when the first and the last of them were
	To      time.Time        `json:"to,omitzero"`
	Totals  map[string]int64 `json:"totals,omitempty"` // by TotalKey: units; of a peak the highest
	Issued  time.Time        `json:"issued,omitzero"`  // of the newest file
	Rebuilt uint64           `json:"rebuilt,omitempty"`
	Known   []Known          `json:"known,omitempty"`
	Parked  []Proven         `json:"parked,omitempty"` // proven, waiting for what is before them
	Forks   []Fork           `json:"forks,omitempty"`
	// Uncertain: an epoch is missing or was counted twice in part, so the sums of closes are no longer those of the vendor.
	Uncertain bool     `json:"uncertain,omitempty"`
	Final     *Session `json:"final,omitempty"` // newest session, for the clock
}

// Known is an epoch that was counted.
type Known struct {
	Number   uint64 `json:"number"`
	Last     uint64 `json:"last"`
	Start    string `json:"start"`
	Close    string `json:"close"`
	Head     string `json:"head"`
	After    string `json:"after,omitempty"` // close of the epoch before
	Sessions string `json:"sessions,omitempty"`
}

// Fork says that an epoch exists twice. Both heads are kept.
type Fork struct {
	Epoch  uint64 `json:"epoch"`
	Ours   string `json:"ours"`   // head of the one known before
	Theirs string `json:"theirs"` // head of the one that came later
}

func (s Standing) clone() Standing {
	s.Known, s.Parked, s.Forks = slices.Clone(s.Known), slices.Clone(s.Parked), slices.Clone(s.Forks)
	if s.Totals = maps.Clone(s.Totals); s.Totals == nil {
		s.Totals = map[string]int64{}
	}
	return s
}

// Rebuild is the standing that a receipt of this vendor, which the device kept, gives back after the vendor's memory was lost. ok is false when the
// standing knows as much already. The caller has verified that the receipt is its own and meant for that device.
func Rebuild(s Standing, device string, r exchange.Receipt) (Standing, bool) {
	if r.Epoch < 1 || r.Close == "" || s.Ledger != "" && (s.Ledger != r.Ledger || s.Device != device || r.Number <= s.Receipt || r.Epoch < s.Next) {
		return s, false
	}
	out := Standing{
		Ledger: r.Ledger, Device: device, Next: r.Epoch + 1, Close: r.Close, Last: r.Seq, Receipt: r.Number, Events: r.Entries, From: r.From, To: r.To,
		Totals: maps.Clone(r.Totals), Rebuilt: r.Epoch, Uncertain: true, Issued: s.Issued, Forks: slices.Clone(s.Forks), Parked: slices.Clone(s.Parked),
		Known: []Known{{Number: r.Epoch, Last: r.Seq, Close: r.Close}},
	}
	return out, true
}
