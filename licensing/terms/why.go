package terms

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rules that a Reason may name. They are stable.
const (
	RuleTerm              = "license_term"        // in force: D is not past its end
	RuleNoEnd             = "license_no_end"      // in force, and it has no end
	RuleTrial             = "trial_term"          // a trial in its term
	RuleFollows           = "license_follows"     // another license carries on without a gap
	RuleNotStarted        = "license_not_started" // D is before its start
	RuleReminder          = "renewal_reminder"    // the time to renew has come
	RuleRenewalGrace      = "renewal_grace"       // past its end, within grace
	RuleGraceAhead        = "grace_ahead"         // in force; the feature's own grace will follow the end
	RuleAfterGrace        = "after_grace"         // past its end and grace: the feature's "after"
	RuleKept              = "after_keep"          // the feature stays in full, whatever ends
	RuleFirstUse          = "first_use"           // not yet confirmed for this computer, within devices.first_use
	RuleFirstUseOver      = "first_use_over"      // devices.first_use passed without confirmation
	RuleOtherComputer     = "other_computer"      // bound to another device id
	RuleUnproven          = "device_unproven"     // no proof of the device key, within devices.unproven
	RuleUnprovenOver      = "device_unproven_over"
	RuleHintsDiffer       = "hardware_differs" // no proof of the device key, and other hardware
	RuleBest              = "best_license"     // several licenses: this one decides
	RuleFormerName        = "former_name"      // asked for, or granted, under a former id
	RuleNotIncluded       = "feature_not_included"
	RuleVersionCovered    = "version_covered"
	RuleVersionNotCovered = "version_not_covered" // newer than all that is covered
	RuleVersionOlder      = "version_older"       // not covered: before the first version that is
	RuleVersionOutside    = "version_outside"     // not covered, and neither plainly older nor plainly newer
	RuleVersionUnread     = "version_unread"      // version or constraint cannot be read: nothing is taken away
	RuleNoLicense         = "no_license"
	RuleRequest           = "request_made"
	RuleRefused           = "request_refused"
	RuleKeyStore          = "key_store"
	RuleRecords           = "records"

	RuleOfflineWindow   = "offline_window"   // within the offline window, from the last contact
	RuleOfflineEnding   = "offline_ending"   // a quarter of it is left
	RuleOfflineGrace    = "offline_grace"    // past it, within grace
	RuleOfflineOver     = "offline_over"     // past it and its grace
	RuleOfflineAhead    = "offline_ahead"    // within it; the feature's own grace will follow
	RuleSilentAhead     = "silent_ahead"     // within it; the continuity rule will lift it
	RuleOutage          = "vendor_outage"    // the vendor said that it cannot be reached
	RuleMaintenance     = "planned_work"     // an end fell into planned work
	RuleMigration       = "vendor_migration" // the vendor moves its service
	RuleExtension       = "extension"        // more time was granted
	RuleOverlap         = "policy_overlap"   // what the policy before granted still counts
	RuleHold            = "on_hold"
	RuleRevoked         = "revoked"
	RuleClockWrong      = "clock_wrong"
	RuleClockUnsure     = "clock_unsure"
	RuleComputerChanged = "computer_changed"
	RuleRestored        = "restored_copy" // records were put back: a check-in is due
	RuleNotice          = "vendor_notice"
	RuleSilent          = "vendor_silent" // not heard of for continuity.silent
	RuleMeter           = "meter"         // a meter against what is included
	RuleUsageDue        = "usage_due"     // a usage file is asked for
	RuleUsageFile       = "usage_file"    // a usage file was made here, or its receipt came
)

// Rules returns every rule, for tests and translations.
func Rules() []string {
	return []string{
		RuleTerm, RuleNoEnd, RuleTrial, RuleFollows, RuleNotStarted, RuleReminder, RuleRenewalGrace, RuleGraceAhead, RuleAfterGrace, RuleKept,
		RuleFirstUse, RuleFirstUseOver, RuleOtherComputer, RuleUnproven, RuleUnprovenOver, RuleHintsDiffer, RuleBest, RuleFormerName,
		RuleNotIncluded, RuleVersionCovered, RuleVersionNotCovered, RuleVersionOlder, RuleVersionOutside, RuleVersionUnread, RuleNoLicense, RuleRequest, RuleRefused,
		RuleKeyStore, RuleRecords,
		RuleOfflineWindow, RuleOfflineEnding, RuleOfflineGrace, RuleOfflineOver, RuleOutage, RuleMaintenance, RuleMigration, RuleExtension,
		RuleOverlap, RuleHold, RuleRevoked, RuleClockWrong, RuleClockUnsure, RuleComputerChanged, RuleRestored, RuleNotice, RuleSilent,
		RuleMeter, RuleUsageDue, RuleUsageFile, RuleOfflineAhead, RuleSilentAhead,
	}
}

// reason builds one step; evidence is pairs of name and value: string, int, time.Time or Length.
func (p *product) reason(rule string, j *judged, at time.Time, evidence ...any) Reason {
	return Reason{Rule: rule, Evidence: pairs(evidence...), Authority: p.authority(j), License: j.Serial, Policy: j.Policy.Version, At: at}
}

// authority is who signed: the vendor's name, as its trusted profile has it, and the key.
func (p *product) authority(j *judged) string {
	if j.signer == "" {
		j.signer = signer(p.vendor, j.Vendor, j.KeyID)
	}
	return j.signer
}

func signer(v *Vendor, root, key string) string {
	name := or(v.Name, v.ID)
	if name == "" {
		name = root
	}
	if key == "" {
		return name
	}
	return name + ", key " + key
}

// whyLicense explains what a license leads to for its product.
func (p *product) whyLicense(j *judged) []Reason {
	seal := []any{"document", j.Document}
	with := func(e ...any) []any { return append(e, seal...) }
	switch j.phase {
	case elsewhere:
		device := ""
		if j.Device != nil {
			device = j.Device.ID
		}
		return []Reason{p.reason(RuleOtherComputer, j, time.Time{}, append([]any{"license_device", device, "this_device", p.facts.Device.ID}, seal...)...)}
	case upcoming:
		return append(p.whyComputer(j), p.reason(RuleNotStarted, j, j.starts, with("starts", j.starts)...))
	case unproved:
		return p.whyComputer(j)
	case withdrawn:
		return p.whyRevoked(j)
	case inGrace:
		return append(append(p.whyComputer(j), p.whyGrace(j, with)...), p.whyWords(j)...)
	case over:
		return append(p.whyOver(j, with), p.whyWords(j)...)
	}
	return append(p.whyInTerm(j, with), p.whyWords(j)...)
}

func (p *product) whyInTerm(j *judged, with func(...any) []any) []Reason {
	why := p.whyComputer(j)
	switch {
	case !j.firstUse.IsZero():
		why = append(why, p.reason(RuleFirstUse, j, j.firstUse, with("first_used", j.firstUsed(), "first_use_ends", j.firstUse)...))
	case j.ends.IsZero():
		why = append(why, p.reason(RuleNoEnd, j, time.Time{}, with("issued", j.Issued)...))
	case j.trial:
		why = append(why, p.reason(RuleTrial, j, j.ends, with("ends", j.ends)...))
	default:
		why = append(why, p.reason(RuleTerm, j, j.ends, with("ends", j.ends)...))
	}
	last := j
	if j == p.best && p.last != j {
		last = p.last
		why = append(why, p.reason(RuleFollows, last, last.ends, "starts", last.starts, "ends", last.ends, "document", last.Document))
	}
	why = append(why, p.whyOffline(j)...)
	if from, ok := last.reminder(); ok && p.reminds(last) {
		why = append(why, p.reason(RuleReminder, last, from, "remind_from", from))
	}
	return why
}

// whyComputer explains how the binding was judged when there was no proof.
func (p *product) whyComputer(j *judged) []Reason {
	switch {
	case j.unproven.IsZero():
		return nil
	case j.differs:
		return []Reason{p.reason(RuleHintsDiffer, j, j.unproven, "proven", p.facts.Device.ProvenAt, "key_store", string(keyState(p.facts)))}
	}
	if p.facts.Device.Proven {
		c := p.facts.Device.Changed
		return []Reason{p.reason(RuleComputerChanged, j, j.unproven, "same", c.Same, "of", c.Of, "parts", strings.Join(c.Parts, ","), "since", c.Since)}
	}
	rule := RuleUnproven
	if past(p.At, j.unproven) {
		rule = RuleUnprovenOver
	}
	return []Reason{p.reason(rule, j, j.unproven, "proven", p.facts.Device.ProvenAt, "unproven_ends", j.unproven, "key_store", string(keyState(p.facts)))}
}

// moreWhy are the reasons for features of one license that go the same way.
type moreWhy struct {
	way way
	all []Reason
}

// way is what of a right explains how it goes.
type way struct {
	term, offline, full time.Time
	rest, after         After
	grace               Length
}

// whyFeature explains the feature at a place: the license that decides it, which others there were, and its own dates. Features
// that go the same way share their reasons.
func (p *product) whyFeature(i int, o option, until time.Time) []Reason {
	if p.bare {
		return nil
	}
	j, id := o.judged, p.names.ids[i]
	_, own := j.Policy.Features[id]
	if len(p.options[i]) > 1 || !own {
		return append(p.whyShared(o, until), p.whyChosen(i, o, until, own)...)
	}
	return p.whyShared(o, until)
}

// whyChosen explains why this license decides, and under which name.
func (p *product) whyChosen(i int, o option, until time.Time, own bool) []Reason {
	var why []Reason
	if n := len(p.options[i]); n > 1 {
		why = append(why, p.reason(RuleBest, o.judged, until, "licenses", n, "chosen", o.Serial, "full_until", until))
	}
	if !own {
		why = append(why, p.reason(RuleFormerName, o.judged, time.Time{}, "granted_as", p.grantedAs(p.names.ids[i], o), "now", p.names.ids[i]))
	}
	return why
}

// whyShared are the reasons that all features have which a license decides and which go the same way.
func (p *product) whyShared(o option, until time.Time) []Reason {
	j := o.judged
	w := way{o.right.term, o.right.offline, o.full, o.rest, o.feature.After, o.feature.Grace}
	for i := range j.whyMore {
		if j.whyMore[i].way == w {
			return j.whyMore[i].all
		}
	}
	why := slices.Clip(append(slices.Clip(p.whyOf(j)), p.whyEnds(o)...))
	if j.whyMore == nil {
		j.whyMore = make([]moreWhy, 0, 8)
	}
	j.whyMore = append(j.whyMore, moreWhy{w, why})
	return why
}

// whyOf is whyLicense, worked out once.
func (p *product) whyOf(j *judged) []Reason {
	if j.why == nil && !p.bare {
		j.why = p.whyLicense(j)
	}
	return slices.Clip(j.why)
}

// whyEnds explains a feature's own dates.
func (p *product) whyEnds(o option) []Reason {
	var why []Reason
	ahead := func(rule string, end, grace time.Time) {
		if !end.IsZero() && grace.After(end) {
			why = append(why, p.reason(rule, o.judged, grace, "feature_grace_ends", grace))
		}
	}
	switch offline := past(p.At, o.judged.offline) && !o.silentNow(p.At) && !past(p.At, o.judged.term); {
	case o.phase == inTerm:
		if !o.silentNow(p.At) {
			ahead(RuleOfflineAhead, o.judged.offline, o.right.offline)
		}
		ahead(RuleGraceAhead, o.judged.term, o.right.term)
	case o.feature.After == Keep && (past(p.At, o.judged.term) || offline) && o.mode(p.At) == Keep:
		why = append(why, p.reason(RuleKept, o.judged, o.judged.term, "ends", o.judged.term, "after", string(Keep)))
	case o.phase == inGrace && past(p.At, o.full) && offline:
		why = append(why, p.reason(RuleOfflineOver, o.judged, o.full, "feature_grace_ends", o.full, "after", string(o.rest)))
	case o.phase == inGrace && past(p.At, o.full):
		why = append(why, p.reason(RuleAfterGrace, o.judged, o.full, "feature_grace_ends", o.full, "after", string(o.rest)))
	case o.phase == inGrace && offline:
		why = append(why, p.reason(RuleOfflineGrace, o.judged, o.full, "feature_grace_ends", o.full, "grace", o.feature.Grace.Or(o.Policy.Grace.Offline)))
	case o.phase == inGrace:
		why = append(why, p.reason(RuleRenewalGrace, o.judged, o.full, "feature_grace_ends", o.full, "grace", o.feature.Grace.Or(o.Policy.Grace.Renewal)))
	}
	return why
}

// grantedAs is the former id under which a license grants a feature.
func (p *product) grantedAs(id string, o option) string {
	var was []string
	for former := range o.Policy.Features {
		if p.names.canonical(former) == id {
			was = append(was, former)
		}
	}
	slices.Sort(was)
	return strings.Join(was, ",")
}

// pairs writes evidence as name=value, leaving out what is empty. Times are RFC 3339 in UTC.
func pairs(kv ...any) string {
	var room [256]byte
	b := room[:0]
	for i := 0; i+1 < len(kv); i += 2 {
		from := len(b)
		if from > 0 {
			b = append(b, ' ')
		}
		b = append(append(b, kv[i].(string)...), '=')
		value := len(b)
		if b = written(b, kv[i+1]); len(b) == value {
			b = b[:from]
		}
	}
	return string(b)
}

// written appends a value; nothing when it is empty.
func written(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(b, v...)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case Length:
		return append(b, v.String()...)
	case time.Time:
		if !v.IsZero() {
			return v.UTC().AppendFormat(b, time.RFC3339)
		}
	}
	return b
}
