package terms

import "time"

// whyOffline explains the time without contact of a license in force.
func (p *product) whyOffline(j *judged) []Reason {
	switch {
	case j.offline.IsZero():
		return nil
	case j.silentNow(p.At):
		return []Reason{p.reason(RuleSilent, j, j.silent, "contact", j.contact, "silent", j.Policy.Continuity.Silent, "after", string(j.Policy.Continuity.Then))}
	}
	why := []Reason{p.reason(RuleOfflineWindow, j, j.window, "contact", j.contact, "window", j.Policy.Offline.Window, "offline_ends", j.window)}
	if from := j.offlineFrom(); !p.At.Before(from) {
		why = append(why, p.reason(RuleOfflineEnding, j, from, "from", from, "offline_ends", j.offline))
	}
	if !j.silent.IsZero() && j.Policy.Continuity.Then != Pause {
		why = append(why, p.reason(RuleSilentAhead, j, j.silent, "silent_from", j.silent, "after", string(j.Policy.Continuity.Then)))
	}
	return why
}

// whyGrace explains the grace that runs: which end it follows, and what carries it farther.
func (p *product) whyGrace(j *judged, with func(...any) []any) []Reason {
	end, s := j.stayNow()
	rule, own, ends := RuleRenewalGrace, j.Policy.Grace.Renewal, "ends"
	if j.byOffline() {
		rule, own, ends = RuleOfflineGrace, j.Policy.Grace.Offline, "offline_ends"
	}
	evidence := []any{ends, end, "grace_ends", s.until, "grace", own}
	if j.byOffline() {
		evidence = append(evidence, "contact", j.contact, "window", j.Policy.Offline.Window)
	}
	why := []Reason{p.reason(rule, j, s.until, with(evidence...)...)}
	rules := map[Cause]string{CauseOutage: RuleOutage, CauseMaintenance: RuleMaintenance, CauseMigration: RuleMigration}
	if n := s.notice; n != nil {
		r := p.reason(rules[s.cause], j, s.until, "notice", n.Body.Ref, "from", n.Body.From, "until", n.Body.Until,
			"grace", j.Policy.Grace.of(s.cause), "grace_ends", s.until, "document", n.Document)
		r.Authority = signer(p.vendor, n.Vendor, n.KeyID)
		why = append(why, r)
	}
	if s.more != nil {
		why = append(why, whyExtension(s.more, p.vendor, s.until))
	}
	return why
}

// whyOver explains a license of which one end and its grace are over.
func (p *product) whyOver(j *judged, with func(...any) []any) []Reason {
	switch {
	case !j.termOver() && j.byOffline():
		grace := j.overSince(j.offlineGrace)
		return []Reason{p.reason(RuleOfflineOver, j, later(j.offline, grace),
			with("contact", j.contact, "window", j.Policy.Offline.Window, "offline_ends", j.offline, "grace_ends", grace)...)}
	case !j.termOver() && past(j.at, j.held):
		return nil // on hold, which is explained beside it
	case !j.firstUse.IsZero() && j.term.Equal(j.firstUse):
		return []Reason{p.reason(RuleFirstUseOver, j, j.firstUse, with("first_used", j.firstUsed(), "first_use_ends", j.firstUse)...)}
	}
	grace := j.overSince(j.grace)
	return []Reason{p.reason(RuleAfterGrace, j, later(j.term, grace), with("ends", j.term, "grace_ends", grace)...)}
}

// overSince is the end of a grace that is over, or since when there is nothing left that it keeps going.
func (j *judged) overSince(grace time.Time) time.Time {
	if grace.After(j.at) && !past(j.at, j.held) {
		return j.graceEnds()
	}
	return grace
}

// whyWords explains what the vendor signed besides and what moved a date.
func (p *product) whyWords(j *judged) []Reason {
	var why []Reason
	if j.overlapped {
		why = append(why, p.reason(RuleOverlap, j, j.Overlap.Until, "policy_before", j.Overlap.Version, "until", j.Overlap.Until))
	}
	if j.restored {
		why = append(why, p.reason(RuleRestored, j, j.offline, "until", j.offline, "time", p.facts.Records.At))
	}
	if x := j.moreTerm; x != nil {
		why = append(why, whyExtension(x, p.vendor, j.ends))
	}
	if x := j.moreOffline; x != nil && !j.restored {
		why = append(why, whyExtension(x, p.vendor, j.offline))
	}
	if h := j.words.hold; h != nil {
		r := p.reason(RuleHold, j, j.held, "notice", h.Body.Ref, "until", j.held, "document", h.Document)
		r.Authority = signer(p.vendor, h.Vendor, h.KeyID)
		why = append(why, r)
	}
	return append(why, p.whyRevoked(j)...)
}

func (p *product) whyRevoked(j *judged) []Reason {
	w := j.words.revoked
	if w == nil {
		return nil
	}
	r := p.reason(RuleRevoked, j, j.withdrawn, "notice", w.Body.Ref, "from", w.Body.From, "until", j.withdrawn, "decided_by", w.Body.DecidedBy, "document", w.Document)
	r.Authority = signer(p.vendor, w.Vendor, w.KeyID)
	return []Reason{r}
}
