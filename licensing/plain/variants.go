package plain

import (
	"time"

	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// passphraseLabel is what the key store under a passphrase calls itself.
const passphraseLabel = "passphrase file"

// ownWords are the variants that the values of a finding ask for, or the time that it is seen at.
var ownWords = []struct {
	name string
	fits func(resolver) bool
}{
	{"passphrase", func(r resolver) bool { return r.f.Slots["keychain"] == passphraseLabel }},
	// Nothing tries again by itself, see reconcile.Hold.
	{"nobody", func(r resolver) bool { return r.f.State == terms.StateNoContact && r.f.Slots["hold"] == "nobody" }},
	{"manual", func(r resolver) bool { return r.f.State == terms.StateNoContact && r.f.Slots["hold"] == "manual" }},
	{"off", func(r resolver) bool { return r.f.State == terms.StateNoContact && r.f.Slots["hold"] == "off" }},
	// Nothing answered in the vendor's place.
	{"proxy", func(r resolver) bool {
		return r.f.State == terms.StateContactBlocked && r.f.Slots["plain_cause"] == string(reconcile.CauseProxyAway)
	}},
	{"resting", func(r resolver) bool { return r.f.State == terms.StateNoContact && r.f.Slots["hold"] == "paused" }},
	// The records are open whatever the key store does.
	{"open", func(r resolver) bool { return r.f.Slots["open"] == true }},
	{"unsaved", func(r resolver) bool { return r.f.State == terms.StateRequestWaiting && r.f.Slots["name"] == "" }},
	// No request asks for the license of a file.
	{"unasked", func(r resolver) bool { return r.f.State == terms.StateFileWrongRequest && r.f.Slots["serial"] != nil }},
	// More time or a check-in was refused, and no license.
	{"more", func(r resolver) bool {
		return r.f.State == terms.StateRequestRefused && r.f.Slots["asked"] == "moretime"
	}},
	{"checkin", func(r resolver) bool {
		return r.f.State == terms.StateRequestRefused && r.f.Slots["asked"] == "checkin"
	}},
	// All of it was used on one day, or nothing says at which times.
	{"one_day", func(r resolver) bool {
		return r.f.State == terms.StateUsageConfirmed && r.f.Slots["from"] != nil && r.f.Slots["from"] == r.f.Slots["to"]
	}},
	// The vendor's rules gave it, and no person.
	{"unnamed", func(r resolver) bool { return r.f.State == terms.StateGraceExtended && r.f.Slots["agent"] == "" }},
	// A person said that it was a restore; what is left is a check-in.
	{"confirmed", func(r resolver) bool { return r.f.State == terms.StateRolledBack && r.f.Action == terms.ActCheckin }},
	// Planned work has begun.
	{"begun", func(r resolver) bool { return r.f.State == terms.StateMaintenance && r.passed("date") }},
	// Full use of a withdrawn license is over, or nobody says until when it is.
	{"over", func(r resolver) bool {
		return r.f.State == terms.StateRevoked && (r.time("date2").IsZero() || r.passed("date2"))
	}},
	// The date by which something was to be done is past.
	{"late", func(r resolver) bool {
		return r.f.State == terms.StateComputerChanged && r.passed("date") || r.f.State == terms.StateRolledBack && r.passed("until") ||
			r.f.State == terms.StateOnHold && r.passed("date")
	}},
	// The amount is used up, and features stopped with it.
	{"paused", func(r resolver) bool {
		parts, ok := r.f.Slots["paused_parts"].([]terms.Text)
		return ok && len(parts) > 0 && r.f.State == terms.StateQuotaUsed
	}},
	// No license says anything, and a contact takes nothing away.
	{"unlicensed", func(r resolver) bool {
		works, ok := r.f.Slots["works_now"].(terms.Kept)
		return ok && works.None() && (r.f.State == terms.StateNoContact || r.f.State == terms.StateContactBlocked)
	}},
	// The vendor has no service: files are the only way.
	{"no_service", func(r resolver) bool { return r.f.Slots["no_service"] == true }},
	// Something is limited already.
	{"limited", func(r resolver) bool {
		works, ok := r.f.Slots["works_now"].(terms.Kept)
		return ok && !works.All()
	}},
}

// time is a date of the finding; zero when it has none.
func (r resolver) time(slot string) time.Time {
	t, _ := r.f.Slots[slot].(time.Time)
	return t
}

// passed says whether a date of the finding is there and past.
func (r resolver) passed(slot string) bool {
	t := r.time(slot)
	return !t.IsZero() && !t.After(r.at)
}
