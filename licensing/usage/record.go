package usage

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"time"
)

// usePlain is the plain text of TypeRecord: four varints. Name is an index into the names of the epoch; Slot is how many grains lie
// between the session's start and the use.
type usePlain struct {
	Name  uint64
	Units uint64
	Slot  int64
	Flags Flag
}

var errRecord = errors.New("not a record of this format")

func (r usePlain) encode(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, r.Name)
	dst = binary.AppendUvarint(dst, r.Units)
	dst = binary.AppendVarint(dst, r.Slot)
	return binary.AppendUvarint(dst, uint64(r.Flags))
}

// parseUse reads what encode wrote, and nothing else: no longer forms, nothing behind it.
func parseUse(b []byte) (usePlain, error) {
	var r usePlain
	var flags uint64
	ok := nextUvarint(&b, &r.Name) && nextUvarint(&b, &r.Units) && nextVarint(&b, &r.Slot) && nextUvarint(&b, &flags)
	if !ok || len(b) > 0 || r.Name >= maxMeters || r.Units < 1 || r.Units > math.MaxInt64 || flags > math.MaxUint32 || r.Slot > maxSlot || r.Slot < -maxSlot {
		return usePlain{}, errRecord
	}
	r.Flags = Flag(flags)
	return r, nil
}

// maxJSON is the most bytes of a JSON text in an entry.
const maxJSON = 4096

// maxSlot keeps times within thousands of years.
const maxSlot = 1 << 36

func nextUvarint(b *[]byte, v *uint64) bool {
	x, n := binary.Uvarint(*b)
	if n <= 0 || n > 1 && (*b)[n-1] == 0 {
		return false
	}
	*v, *b = x, (*b)[n:]
	return true
}

func nextVarint(b *[]byte, v *int64) bool {
	var u uint64
	if !nextUvarint(b, &u) {
		return false
	}
	*v = int64(u>>1) ^ -int64(u&1)
	return true
}

// meterName is the plain text of TypeName, as JSON.
type meterName struct {
	Product string `json:"product"`
	Meter   string `json:"meter"`
	Kind    string `json:"kind"`
}

func (n meterName) ok() bool {
	return n.Product != "" && n.Meter != "" && len(n.Product) <= 200 && len(n.Meter) <= 200 && (n.Kind == Counter || n.Kind == Duration || n.Kind == Peak)
}

func parseName(b []byte) (meterName, error) {
	var n meterName
	if len(b) > maxJSON || json.Unmarshal(b, &n) != nil || !n.ok() {
		return meterName{}, errRecord
	}
	return n, nil
}

func parseNote(b []byte) (Note, error) {
	var n Note
	if len(b) > maxJSON || json.Unmarshal(b, &n) != nil || n.Kind == "" {
		return Note{}, errRecord
	}
	return n, nil
}

// cut is the note with times that are no finer than the grain.
func (n Note) cut(grain int64) Note {
	n.At, n.From, n.To = cut(n.At, grain), cut(n.From, grain), cut(n.To, grain)
	return n
}

// slotOf counts grains since the start of the session; both times are cut to the grain.
func slotOf(at time.Time, s Session) int64 {
	return floor(at.Unix(), s.Grain) - floor(s.At.Unix(), s.Grain)
}

// timeOf is the reverse of slotOf.
func timeOf(slot int64, s Session) time.Time {
	return time.Unix((floor(s.At.Unix(), s.Grain)+slot)*s.Grain, 0).UTC()
}

// usable says whether a use can have been at t. What is further away is nonsense, which not even JSON holds.
func usable(t time.Time) bool { return t.Year() >= 2000 && t.Year() <= 2200 }

func floor(x, by int64) int64 {
	q := x / by
	if x%by < 0 {
		q--
	}
	return q
}

// cut takes from t what is finer than the grain.
func cut(t time.Time, grain int64) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Unix(floor(t.Unix(), grain)*grain, 0).UTC()
}
