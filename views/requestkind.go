package views

import (
	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// ofKind is t with the words of a kind of request, where it has its own.
func (v voice) ofKind(kind, id string, pairs ...any) string {
	if own := id + "." + kind; v.Has("ui." + own) {
		id = own
	}
	return v.t(id, pairs...)
}

// brings is what the answer to a check-in or to a request for more time does here: only what is so now.
func (v voice) brings(s licensing.Snapshot, r terms.Request) []string {
	var out []string
	add := func(id string, pairs ...any) { out = append(out, v.t(id, pairs...)) }
	switch r.Kind {
	case exchange.RequestMoreTime:
		add("brings.moretime", "date", v.long(r.Wanted))
		add("brings.person", "vendor", vendorName(s, r.Vendor))
	case exchange.RequestCheckin:
	default:
		return nil
	}
	for _, p := range s.Verdict.Products {
		if p.Vendor == r.Vendor && !p.OfflineUntil.IsZero() {
			add("brings.offline")
			break
		}
	}
	if s.Clock.State != "" {
		add("brings.clock")
	}
	if c := s.Device.Changed; c != nil {
		f := terms.Finding{State: terms.StateComputerChanged, Slots: terms.Slots{"n": c.Same, "m": c.Of, "parts": c.Parts}}
		out = append(out, v.Say(f, s.Verdict.At, v.zone).Happened+" "+v.t("brings.computer"))
	}
	if s.Records.State == terms.StateRolledBack {
		add("brings.restored")
	}
	return out
}
