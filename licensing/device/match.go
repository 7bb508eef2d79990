package device

import (
	"maps"
	"slices"

	"holdfast/licensing/exchange"
)

// Likeness is how far two sets of hints agree, kind by kind. A kind agrees when one of its old values is still there.
type Likeness struct {
	Same, Total int      // weights: of the kinds that agree, and of all old kinds
	Kept        []string // kinds that agree, sorted
	Changed     []string // old kinds that do not, sorted
	OK          bool     // the same computer
}

// Match compares what was once known of a computer with what is seen now; same and total are weights.
// Compare tells more and says when ok is true.
func Match(old, now []exchange.Hint) (same, total int, ok bool) {
	l := Compare(old, now)
	return l.Same, l.Total, l.OK
}

// Compare compares what was once known of a computer (old) with what is seen now. Both must be blinded
// with the same key. Weights come from this package, never from the hints, so a sender cannot set
// them; kinds that this build does not know are left out. What is new now is ignored.
//
// The computer is the same when
//   - at least two kinds agree, and
//   - of a computer of which a unique part was known (mainboard, disk, network card): such a part agrees, and
//     kinds worth at least half of the old weight agree. So a reinstalled system, a new disk or a new
//     mainboard keeps the place, and a copy of the disk image in another computer of the same model does not get it.
//   - of a computer without such parts (many containers and virtual machines): the machine id agrees, and kinds
//     worth at least three quarters of the old weight do. So a container that shows only a machine id and a processor
//     must show both again; the machine id alone is never enough, and neither is a model.
func Compare(old, now []exchange.Hint) Likeness {
	before, after := byKind(old), byKind(now)
	var l Likeness
	uniqueKnown, uniqueKept := false, false
	for _, k := range slices.Sorted(maps.Keys(before)) {
		info := kinds[k]
		l.Total += info.weight
		uniqueKnown = uniqueKnown || info.unique
		if !meet(before[k], after[k]) {
			l.Changed = append(l.Changed, k)
			continue
		}
		l.Same += info.weight
		l.Kept = append(l.Kept, k)
		uniqueKept = uniqueKept || info.unique
	}
	switch {
	case len(l.Kept) < 2:
	case uniqueKnown:
		l.OK = uniqueKept && 2*l.Same >= l.Total
	default:
		l.OK = slices.Contains(l.Kept, KindMachine) && 4*l.Same >= 3*l.Total
	}
	return l
}

func byKind(hints []exchange.Hint) map[string][]string {
	m := map[string][]string{}
	for _, h := range hints {
		if _, known := kinds[h.Kind]; known && h.Digest != "" {
			m[h.Kind] = append(m[h.Kind], h.Digest)
		}
	}
	return m
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
