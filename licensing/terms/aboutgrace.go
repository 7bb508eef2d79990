package terms

import (
	"slices"
	"time"
)

// aboutGrace is about a license that is past one of its ends and goes on by itself.
func (p *product) aboutGrace(j *judged, ids []string, r *ranked, s Slots) {
	end, stays := j.stayNow()
	until := j.graceEnds()
	r.rank, r.date = rankFix, until
	s["date"], s["grace"] = end, until
	s["all_or_all_except"], s["after"] = p.kept(ids, p.At), p.keptAfter(ids, until)
	s["sooner"] = p.endsBefore(ids, until)
	switch n := stays.outage; {
	case j.byOffline() && len(p.endedParts(j, ids)) > 0:
		p.aboutParts(j, ids, r, s)
	case n != nil && stays.more == nil && !past(p.At, n.Body.Until):
		s["evidence"] = Evidence{Kind: "notice", Ref: n.Body.Ref, At: n.Issued}
		s["status_page"], s["vendor"] = p.vendor.Status, p.vendor.Name
		r.Finding = finding(StateGraceVendor, s, "")
	case stays.more != nil && p.At.Before(lastDays(until)):
		p.aboutExtended(stays.more, until, ids, r, s)
	case j.byOffline():
		r.Finding = finding(StateGraceOffline, s, ActCheckin)
	default:
		s["buyer"] = j.Policy.Renewal.Contact
		r.Finding = finding(StateGraceRenewal, s, ActTellBuyer)
	}
}

// aboutParts is about a license of which some features need a contact already, and others do not yet.
func (p *product) aboutParts(j *judged, ids []string, r *ranked, s Slots) {
	parts := p.endedParts(j, ids)
	var since time.Time
	var core []string
	for _, id := range ids {
		o := p.chosen[p.place(id)]
		switch {
		case slices.Contains(parts, id):
			since = sooner(since, o.full)
		case o.mode(p.At) == Keep:
			core = append(core, id)
		}
	}
	r.rank, r.date = rankLimited, j.graceEnds()
	s["date"], s["grace"], s["parts"], s["core_parts"] = since, r.date, p.featureNames(parts), p.featureNames(core)
	r.Finding = finding(StateLimitedParts, s, ActCheckin)
}

// endsBefore are the features at full use that leave it before a date, soonest first.
func (p *product) endsBefore(ids []string, date time.Time) []PartEnd {
	var all []PartEnd
	for _, id := range ids {
		if v := p.Features[id]; v.Mode == Keep && !v.Until.IsZero() && v.Until.Before(date) {
			all = append(all, PartEnd{v.Name, v.Until})
		}
	}
	slices.SortStableFunc(all, func(a, b PartEnd) int { return a.Until.Compare(b.Until) })
	return all
}

// endedParts are those features of a license whose own grace is over.
func (p *product) endedParts(j *judged, ids []string) []string {
	var ended []string
	for _, id := range ids {
		if o := p.chosen[p.place(id)]; o.judged == j && o.mode(p.At) != Keep {
			ended = append(ended, id)
		}
	}
	return ended
}

// aboutExtended is about time that somebody at the vendor added.
func (p *product) aboutExtended(x *Signed[Extension], until time.Time, ids []string, r *ranked, s Slots) {
	extendedSlots(x, until, s)
	s["all_or_all_except"], s["vendor"] = p.kept(ids, p.At), p.vendor.Name
	s["sooner"] = p.endsBefore(ids, until)
	r.rank, r.date = rankFix, until
	r.Finding = finding(StateGraceExtended, s, "")
}

func extendedSlots(x *Signed[Extension], until time.Time, s Slots) {
	s["date"], s["agent"], s["what"], s["reason"] = until, x.Body.Agent, x.Body.What, x.Body.Reason
	s["days"] = x.Body.By.Days
	if x.Body.By.Days == 0 {
		s["days"] = int(x.Body.By.Span / (24 * time.Hour))
	}
}

// aboutRevoked is about a license that the vendor withdrew.
func (p *product) aboutRevoked(j *judged, ids []string, r *ranked, s Slots) {
	w := j.words.revoked
	r.rank, r.date = rankFix, j.withdrawn
	if j.phase == withdrawn {
		r.rank = rankBlocked
	}
	s["issuer"], s["date"], s["date2"], s["deadline"] = p.vendor.Name, w.Body.From, j.withdrawn, w.Body.ReviewBy
	s["reason"], s["ref"], s["who"], s["review_effect"] = w.Body.Reason, w.Body.Ref, w.Body.DecidedBy, ""
	s["until_then"] = p.kept(ids, p.At)
	r.Finding = finding(StateRevoked, s, ActAskVendor)
}

// holdFirst says that a question must be answered before the withdrawal of the license counts.
func (j *judged) holdFirst() bool {
	return j.words.hold != nil && !j.held.IsZero() && j.phase != withdrawn && (j.words.revoked == nil || j.held.Before(j.withdrawn))
}

// aboutBoth tells of the other one when a license is both withdrawn and on hold.
func (p *product) aboutBoth() {
	j := p.best
	if j.words.hold == nil || j.words.revoked == nil || j.phase <= unproved {
		return
	}
	r, s := ranked{at: p.At}, Slots{"product": p.Name}
	if j.holdFirst() {
		p.aboutRevoked(j, p.ids, &r, s)
	} else {
		p.aboutHold(j, p.ids, &r, s)
	}
	r.rank = rankInformation // the other one says what happens next
	r.Product, r.License, r.Reasons = p.ID, j.Serial, p.whyOf(j)
	p.lines = append(p.lines, p.facts.told(r, p.vendor))
}

// aboutHold is about a license that the vendor has a question about.
func (p *product) aboutHold(j *judged, ids []string, r *ranked, s Slots) {
	h := j.words.hold
	r.rank, r.date = rankFix, j.held
	if past(p.At, j.held) {
		r.rank = rankBlocked
	}
	s["issuer"], s["date"], s["reason"], s["ref"] = p.vendor.Name, j.held, h.Body.Reason, h.Body.Ref
	s["what_works"] = p.kept(ids, p.At)
	if len(h.Body.Works) > 0 {
		s["what_works"] = h.Body.Works
	}
	r.Finding = finding(StateOnHold, s, ActAskVendor)
}
