package issuer

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// placesOf returns the computers that hold a place of a license, longest holder first.
func placesOf(t tx, serial string) ([]Place, error) {
	var all []Place
	err := t.Each(bucketPlaces, serial+"/", func(_ string, value []byte) error {
		var p Place
		if err := json.Unmarshal(value, &p); err != nil {
			return say(CodeDamaged, err, "file", storeName)
		}
		all = append(all, p)
		return nil
	})
	sortPlaces(all)
	return all, err
}

// sortPlaces puts the oldest first.
func sortPlaces(all []Place) {
	slices.SortStableFunc(all, func(a, b Place) int { return a.Since.Compare(b.Since) })
}

// takePlace gives the computer a place of the license, or finds the one it holds. The same computer is: the same device key,
// a device key that it had before, or hardware that still matches (reinstalled, repaired). It keeps its place under
// its new key. full lists the holders when no place is left.
func takePlace(t tx, rec licenseRecord, d computer, now time.Time) (used int, full []Place, err error) {
	if p, err := placeAt(t, rec.Serial, d.id); err != nil || d.at(p) {
		if err == nil {
			used, err = countPlaces(t, rec.Serial)
		}
		return used, nil, err
	}
	all, err := placesOf(t, rec.Serial)
	if err != nil {
		return 0, nil, err
	}
	at := samePlace(all, d)
	if at < 0 {
		if len(all) >= rec.Places {
			return len(all), all, nil
		}
		all = append(all, Place{Since: now})
		at = len(all) - 1
	}
	p := all[at]
	id := placeID(p, d)
	if p.Device != "" && p.Device != d.id && !slices.Contains(p.Former, p.Device) {
		p.Former = append(p.Former, p.Device)
	}
	p.Device, p.Code = d.id, d.code
	if d.label != "" {
		p.Label = d.label
	}
	if len(d.hints) > 0 {
		p.Hints = d.hints
	}
	return len(all), nil, putPlace(t, rec.Serial, id, p)
}

// placeAt is the place with an id; a zero one when there is none.
func placeAt(t tx, serial, id string) (Place, error) {
	p, err := get[Place](t, bucketPlaces, serial+"/"+id)
	if errors.Is(err, errNoRecord) {
		return Place{}, nil
	}
	return p, err
}

// placeIn is the place that a computer holds under its present key; a zero one when it holds none.
func placeIn(t tx, serial string, d computer) (Place, error) {
	p, err := placeAt(t, serial, d.id) // nearly every computer has one key for ever, and its place is named by it
	if err != nil || p.Device == d.id {
		return p, err
	}
	all, err := placesOf(t, serial)
	if i := slices.IndexFunc(all, func(p Place) bool { return p.Device == d.id }); i >= 0 {
		return all[i], err
	}
	return Place{}, err
}

// countPlaces is how many places of a license are in use.
func countPlaces(t tx, serial string) (n int, err error) {
	err = t.Each(bucketPlaces, serial+"/", func(string, []byte) error { n++; return nil })
	return n, err
}

// given keeps which version of a license a computer was given.
func given(t tx, serial string, d computer, version int) error {
	p, err := placeIn(t, serial, d)
	if err != nil || p.Device == "" {
		return err
	}
	p.Given = version
	return putPlace(t, serial, placeID(p, d), p)
}

// at says that a computer holds a place under its present key, and that all that is known of it there is still so.
func (d computer) at(p Place) bool {
	return p.Device == d.id && p.Code == d.code && (d.label == "" || p.Label == d.label) && (len(d.hints) == 0 || slices.Equal(p.Hints, d.hints))
}

// placeID names a place for ever: by the first device key that it had.
func placeID(p Place, d computer) string {
	switch {
	case len(p.Former) > 0:
		return p.Former[0]
	case p.Device != "":
		return p.Device
	}
	return d.id
}

// samePlace finds the place of a computer; -1 when it has none. Keys are looked at before hardware, so
// that of two computers that look alike each keeps its own place.
func samePlace(all []Place, d computer) int {
	for i, p := range all {
		if p.Device == d.id {
			return i
		}
	}
	for i, p := range all {
		if slices.Contains(p.Former, d.id) {
			return i
		}
	}
	for i, p := range all {
		if _, _, ok := device.Match(p.Hints, d.hints); ok {
			return i
		}
	}
	return -1
}

// computer is the device that asks, as its verified request describes it.
type computer struct {
	id, code, label string
	hints           []exchange.Hint
}

const maxLabel = 60

func computerOf(r exchange.Request) (computer, error) {
	public, err := exchange.DecodeKey(r.Device.Public)
	if err != nil {
		return computer{}, err
	}
	label := strings.TrimSpace(strings.Map(shown, r.Device.Label))
	if cut := []rune(label); len(cut) > maxLabel {
		label = string(cut[:maxLabel])
	}
	hints := r.Device.Hints
	if len(hints) > maxHints {
		hints = hints[:maxHints]
	}
	return computer{id: r.Device.ID, code: device.Code(public), label: label, hints: hints}, nil
}

const maxHints = 64

// shown drops what a label must not carry to a vendor's terminal: control characters and marks that turn text around.
func shown(r rune) rune {
	if unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) {
		return r
	}
	return -1
}

func inUse(all []Place) []terms.PlaceUse {
	var out []terms.PlaceUse
	for _, p := range all {
		out = append(out, terms.PlaceUse{Code: p.Code, Label: p.Label, Since: p.Since})
	}
	return out
}
