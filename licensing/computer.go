package licensing

import (
	"slices"
	"time"

	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// changedRecord is a computer of which too few parts are what they were, see terms.Changed.
type changedRecord struct {
	Since time.Time `json:"since"`
	Same  int       `json:"same"`
	Of    int       `json:"of"`
	Parts []string  `json:"parts,omitempty"`
}

// seeComputer compares the hardware with what is known of it, at the decision time now. Small changes are adopted. When too little
// is what it was, the old hints stay known until an answer to a request settles it, or the old hardware is back. A kind of
// part that cannot be read now proves nothing: it stays known as it was.
func (h *homeRecord) seeComputer(seen []exchange.Hint, now time.Time) {
	l := likeness(h.Hints, seen)
	_, _, same := device.Match(h.Hints, seen)
	switch {
	case len(seen) == 0:
	case l.OK && (same || len(l.Kept) == 0):
		h.replace(seen)
	case l.OK:
		h.adopt(seen)
	case len(l.Kept)+len(l.Changed) > 0: // enough is seen to tell
		since := now
		if h.Changed != nil {
			since = h.Changed.Since
		}
		h.Changed = &changedRecord{Since: since, Same: len(l.Kept), Of: len(l.Kept) + len(l.Changed), Parts: l.Changed}
	}
}

// likeness compares what is known with what is seen, by the kinds that both have. What cannot tell one computer from others says
// nothing: neither OK nor kinds. A computer of which nothing is known is what is seen.
func likeness(known, seen []exchange.Hint) device.Likeness {
	if _, _, telling := device.Match(known, known); !telling {
		return device.Likeness{OK: true}
	}
	both := slices.DeleteFunc(slices.Clone(known), func(k exchange.Hint) bool { return !hasKind(seen, k.Kind) })
	if _, _, telling := device.Match(both, both); !telling {
		return device.Likeness{}
	}
	return device.Compare(both, seen)
}

func hasKind(hints []exchange.Hint, kind string) bool {
	return slices.ContainsFunc(hints, func(h exchange.Hint) bool { return h.Kind == kind })
}

// adopt makes what is seen known, beside the kinds that are not seen now.
func (h *homeRecord) adopt(seen []exchange.Hint) {
	known := slices.Clone(seen)
	for _, k := range h.Hints {
		if !hasKind(seen, k.Kind) {
			known = append(known, k)
		}
	}
	h.Hints, h.Changed = known, nil
}

// replace makes what is seen all that is known.
func (h *homeRecord) replace(seen []exchange.Hint) {
	if len(seen) > 0 {
		h.Hints = seen
	}
	h.Changed = nil
}

// computerRecords are those about the computer's parts between two looks.
func computerRecords(before, after *homeRecord) []sideRecord {
	ev := ledger.Event{Kind: "computer_changed", Reason: "parts", Authority: "holdfast"}
	switch {
	case before.Changed == nil && after.Changed != nil:
	case before.Changed != nil && after.Changed == nil:
		ev.Kind, ev.Reason = "computer_confirmed", "parts_back"
	default:
		return nil
	}
	return []sideRecord{{event: ev}}
}

func (c *changedRecord) facts() *terms.Changed {
	if c == nil {
		return nil
	}
	return &terms.Changed{Since: c.Since, Same: c.Same, Of: c.Of, Parts: slices.Clone(c.Parts)}
}
