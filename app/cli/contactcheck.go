package cli

import (
	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// contactChecks are the lines of doctor about contacts: what was decided about them, then how each vendor was met last. Each has one
// command that changes it, where there is one.
func (s *session) contactChecks(snap licensing.Snapshot) []checkJSON {
	var all []checkJSON
	say := func(level terms.Tone, id string, args map[string]any) *checkJSON {
		k := checkJSON{ID: "contact", Level: level, Text: s.text(id, args)}
		if do := id + ".do"; s.say.Has(do) {
			k.Do = s.text(do, args)
		}
		all = append(all, k)
		return &all[len(all)-1]
	}
	rest := true // a failure of before says nothing then
	switch set, from := s.home.Settings(), s.home.SourceOf("network"); {
	case set.Network == app.NetworkOff && from.Locked():
		say(terms.ToneNotice, "doctor.contact.off_locked", map[string]any{"org": from.Org})
	case set.Network == app.NetworkOff:
		say(terms.ToneNotice, "doctor.contact.off", nil)
	case set.Paused.After(snap.Verdict.At):
		say(terms.ToneOK, "doctor.contact.paused", map[string]any{"time": s.say.DateTime(set.Paused, s.zone)})
	default:
		rest = false
	}
	for _, v := range snap.Contacts {
		args := map[string]any{"vendor": v.Vendor, "time": s.say.DateTime(v.OK, s.zone)}
		if v.Last != nil && v.OK.IsZero() || v.Last != nil && v.Last.Cause != "" {
			args["time"], args["cause"] = s.say.DateTime(v.Last.At, s.zone), s.say.ContactCause(*v.Last)
		}
		switch a, failed := s.notReached(v, snap.Verdict.At); {
		case v.Host == "":
			say(terms.ToneOK, "doctor.contact.no_address", args)
		case rest && (failed || v.OK.IsZero() || v.Last != nil && v.Last.Cause == reconcile.CauseOutage):
		case failed:
			args["headline"] = a.Headline
			k := say(terms.ToneNotice, "doctor.contact.failed", args)
			k.State, k.Do = v.Finding.State, a.Do
		case v.Last != nil && v.Last.Cause == reconcile.CauseOutage:
			say(terms.ToneNotice, "doctor.contact.outage", args)
		case v.OK.IsZero():
			say(terms.ToneOK, "doctor.contact.not_yet", args)
		default:
			args["time"] = s.say.DateTime(v.OK, s.zone)
			say(terms.ToneOK, "doctor.contact.ok", args)
		}
	}
	if len(all) == 0 {
		say(terms.ToneOK, "doctor.contact.fresh", nil)
	}
	return all
}
