package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Event is one record of the journal. Kind is a short stable word such as import; Reason a stable code; Authority
// who decided (a key id, "person", "holdfast"); License a serial; Vendor a root; Document the hex SHA-256 of a signed document.
// Data is JSON whose meaning belongs to Kind.
type Event struct {
	At        time.Time       `json:"at,omitzero"`   // decision time
	Wall      time.Time       `json:"wall,omitzero"` // what the computer's clock said
	Kind      string          `json:"kind"`
	Reason    string          `json:"reason,omitempty"`
	Authority string          `json:"authority,omitempty"`
	License   string          `json:"license,omitempty"`
	Vendor    string          `json:"vendor,omitempty"`
	Document  string          `json:"document,omitempty"`
	Data      json.RawMessage `json:"data,omitempty"`
}

// eventVersion is the version of events that this build writes, and the highest that it reads.
const eventVersion = 1

type versioned struct {
	Version int `json:"v"`
	Event
}

var errEvent = errors.New("not an event of this format")

// encodeEvent writes e as JSON with its version.
func encodeEvent(e Event) ([]byte, error) {
	if e.Kind == "" {
		return nil, errors.New("an event needs a kind")
	}
	e.At, e.Wall = e.At.UTC(), e.Wall.UTC()
	b, err := json.Marshal(versioned{eventVersion, e})
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return b, nil
}

// decodeEvent reads what encodeEvent wrote, now or in any version before. It fails with ErrTooNew for a later one.
func decodeEvent(b []byte) (Event, error) {
	var v versioned
	if err := json.Unmarshal(b, &v); err != nil {
		return Event{}, errEvent
	}
	if v.Version > eventVersion {
		return Event{}, fmt.Errorf("event format %d: %w", v.Version, ErrTooNew)
	}
	if v.Version < 1 || v.Kind == "" {
		return Event{}, errEvent
	}
	return v.Event, nil
}
