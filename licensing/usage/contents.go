package usage

import (
	"time"

	"holdfast/licensing/exchange"
)

// Contents is everything that a usage file says: the signed face and, unsealed, every epoch with every entry. A person is
// shown all of it before the file leaves; a backend gets it as JSON. Schema is "holdfast.usage-contents/v1".
type Contents struct {
	Schema string         `json:"schema"`
	File   exchange.Usage `json:"file"`
	Epochs []Epoch        `json:"epochs"`
	Sums   []Sum          `json:"sums"` // by product, meter and day, worked out from the entries
	Rows   []Row          `json:"rows"`
}

// Epoch is one segment of the ledger as it left.
type Epoch struct {
	Number   uint64   `json:"number"`
	First    uint64   `json:"first"`
	Last     uint64   `json:"last"`
	Previous string   `json:"previous,omitempty"` // hex hash of the close before, or of the damage notice
	Key      string   `json:"key"`                // id of the sealing key of the epoch
	Head     string   `json:"head"`
	Close    string   `json:"close"`            // hex hash of the close
	Closed   []Sum    `json:"closed,omitempty"` // totals since the ledger began, as the close carries them sealed
	Unread   uint64   `json:"unread,omitempty"` // entries that only the vendor can read
	Damage   []string `json:"damage,omitempty"` // what the header says of damaged epochs before
}

// Finding is something that the vendor should know of a ledger. Nothing is refused because of it.
type Finding struct {
	// Code is gap, fork, restart, clock_back, clock_forward, clock_frozen, rate, silence, restored, changed, cut_off, not_signed,
	// other_device, totals, late or unread.
	Code   string    `json:"code"`
	Ledger string    `json:"ledger"`
	Epoch  uint64    `json:"epoch,omitempty"`
	Seq    uint64    `json:"seq,omitempty"`
	At     time.Time `json:"at,omitzero"`
	// Evidence are the facts behind it by name, such as ours, theirs (heads), from, to, expected, found.
	Evidence map[string]string `json:"evidence,omitempty"`
}
