package terms

import (
	"slices"
	"strings"
	"time"
)

// about makes the finding that a license leads to, for the features it decides.
func (p *product) about(j *judged, ids []string) ranked {
	r := ranked{at: p.At, date: j.term}
	s := Slots{"product": p.Name}
	if p.vendor.NoService {
		s["no_service"] = true // no sentence says to go online
	}
	buyer := j.Policy.Renewal.Contact
	switch {
	case j.phase == elsewhere:
		return p.aboutElsewhere(j)
	case j.phase == unproved:
		return p.aboutUnproved(j)
	case j.words.revoked != nil && !j.holdFirst():
		p.aboutRevoked(j, ids, &r, s)
	case j.phase == upcoming:
		r.rank, r.date = rankInformation, j.starts
		s["date"], s["works_until_start"] = j.starts, p.kept(ids, p.At)
		r.Finding = finding(StateNotStarted, s, "")
	case j.words.hold != nil:
		p.aboutHold(j, ids, &r, s)
	case j.phase == over && !j.byOffline():
		r.rank = rankLimited
		s["date"], s["kept_and_viewed"], s["buyer"] = j.term, p.kept(ids, p.At), buyer
		if !j.firstUse.IsZero() && j.term.Equal(j.firstUse) {
			r.Finding = finding(StateLimited, s, ActSendRequest)
		} else {
			r.Finding = finding(StateExpired, s, ActTellBuyer)
		}
	case j.phase == over:
		r.rank = rankLimited
		s["date"], s["kept_and_viewed"] = j.graceEnds(), p.kept(ids, p.At)
		r.Finding = finding(StateLimited, s, ActCheckin)
	case j.phase == inGrace:
		p.aboutGrace(j, ids, &r, s)
	default:
		p.aboutInTerm(j, ids, &r, s)
	}
	r.Product, r.License, r.Reasons = p.ID, j.Serial, p.whyOf(j)
	return p.facts.told(r, p.vendor)
}

// aboutInTerm is about a license in force. Its end is that of the last license that follows it without a gap.
func (p *product) aboutInTerm(j *judged, ids []string, r *ranked, s Slots) {
	last := j
	if j == p.best {
		last = p.last
	}
	offline := j.offline
	if j.silentNow(p.At) {
		offline = time.Time{}
	}
	r.rank, r.date = rankWorking, sooner(last.term, offline)
	s["features"] = p.featureNames(slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return p.Features[id].Mode != Keep }))
	switch {
	case !j.firstUse.IsZero():
		r.rank, r.date = rankFix, j.term
		s["date"], s["vendor"], s["days"] = j.term, p.vendor.Name, daysUntil(j.term, p.At, j.zone)
		s["after"] = p.keptAfter(ids, j.term)
		r.Finding = finding(StateFirstUse, s, ActSendRequest)
	case !offline.IsZero() && CompareEnds(offline, last.term) <= 0 && !p.At.Before(j.offlineFrom()):
		r.rank = rankFix
		s["date"], s["days"], s["grace"] = offline, daysUntil(offline, p.At, j.zone), j.offlineGrace
		s["last"], s["vendor"] = j.contact, p.vendor.Name
		r.Finding = finding(StateOfflineEnding, s, ActCheckin)
		if !p.At.Before(lastDays(offline)) {
			r.Tone = ToneWarn
		}
	case last.moreTerm != nil && past(p.At, last.Ends) && p.At.Before(lastDays(last.ends)):
		p.aboutExtended(last.moreTerm, last.ends, ids, r, s)
	case j.trial:
		s["date"], s["start"], s["after"] = j.ends, later(j.Issued, j.starts), p.keptAfter(ids, j.ends)
		r.Finding = finding(StateTrial, s, ActUseFile)
	case p.reminds(last):
		r.rank = rankFix
		s["date"], s["buyer"] = last.ends, last.Policy.Renewal.Contact
		s["then"] = Then{Grace: last.grace, After: p.keptAfter(ids, later(last.ends, last.grace))}
		r.Finding = finding(StateEndingSoon, s, ActTellBuyer)
	case !offline.IsZero():
		s["date"], s["days"], s["end"] = r.date, daysUntil(r.date, p.At, j.zone), last.ends
		s["last"], s["vendor"] = j.contact, p.vendor.Name
		r.Finding = finding(StateActiveOffline, s, "")
		r.Also = ActMoreTime
	case last.ends.IsZero():
		s["versions"], s["updates"] = ReadVersions(j.Policy.Product.Versions), ""
		r.Finding = finding(StateActiveNoEnd, s, "")
	default:
		s["date"] = last.ends
		r.Finding = finding(StateActive, s, "")
	}
}

// reminds says whether the time to tell about a license end has come.
func (p *product) reminds(j *judged) bool {
	from, ok := j.reminder()
	return ok && !p.At.Before(from)
}

// reminder is when reminding begins: renewal.remind_from (60d when not stated) before the end, but never in the first
// half of the license: a license for a month is not "ending soon" from its first day. Trials, first use and
// licenses without end are not reminded of.
func (j *judged) reminder() (time.Time, bool) {
	l := j.Policy.Renewal.RemindFrom.Or(defaultRemindFrom)
	if j.ends.IsZero() || j.kind() != 2 || !l.Lasts() {
		return time.Time{}, false
	}
	from := j.Starts
	if from.IsZero() {
		from = j.Issued // a license that is only issued again keeps its start
	}
	lasts := j.ends.Sub(from)
	if t := j.Policy.Term.Length; t.Lasts() {
		lasts = min(lasts, j.ends.Sub(t.Before(j.ends, j.zone))) // one that is renewed each month lasts a month
	}
	return later(l.Before(j.ends, j.zone), j.ends.Add(-lasts/2)), true
}

func (p *product) aboutElsewhere(j *judged) ranked {
	b := BoundDevice{}
	if j.Device != nil {
		b = *j.Device
	}
	s := Slots{"product": p.Name, "c1": b.Code, "label1": b.Label, "c2": p.facts.Device.Code, "vendor": p.vendor.Name}
	r := ranked{Finding: finding(StateOtherComputer, s, ActRequest), rank: rankInformation, at: p.At}
	r.Product, r.License, r.Reasons = p.ID, j.Serial, p.whyOf(j)
	return p.facts.told(r, p.vendor)
}

// aboutUnproved is about a license that could not show for too long that this is its computer: the key store's
// state stays, with what is left.
func (p *product) aboutUnproved(j *judged) ranked {
	f := keyFinding(p.facts, p.vendor.Name, p.kept(p.ids, p.At), time.Time{})
	if p.facts.Device.Proven {
		f = changedFinding(p.facts.Device.Changed, p.kept(p.ids, p.At), j.unproven, p.At)
	}
	f.Slots["product"] = p.Name
	f.Product, f.License, f.Reasons = p.ID, j.Serial, p.whyOf(j)
	return p.facts.told(ranked{Finding: f, rank: rankBlocked, at: p.At, date: j.unproven}, p.vendor)
}

// aboutOthers adds a line for each further license that decides a feature and has something to say.
func (p *product) aboutOthers() {
	for i := range p.licenses {
		j := &p.licenses[i]
		if j == p.best || j == p.last || j.phase <= unproved || j.phase == upcoming && j.words.revoked == nil {
			continue
		}
		ids := p.decidedBy(j)
		if j.phase == over || j.phase == withdrawn {
			ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(p.Works, id) || p.comesBack(id) })
		} else {
			ids = slices.DeleteFunc(ids, func(id string) bool { return p.outlasts(id, j) })
		}
		if len(ids) == 0 {
			continue
		}
		r := p.about(j, ids)
		switch {
		case r.State == StateActive || r.State == StateActiveNoEnd || r.State == StateActiveOffline:
			continue
		case j.phase == over && p.best.phase > upcoming && (j.trial || p.renewed(j)), r.State == StateTrial:
			r.rank = rankInformation
		}
		p.lines = append(p.lines, r)
	}
}

// outlasts says whether the feature goes on in full after everything that j gives.
func (p *product) outlasts(id string, j *judged) bool {
	return CompareEnds(p.Features[id].Until, j.rights[p.place(id)].full) > 0
}

// comesBack says whether the license that the product waits for has the feature: its start is told then.
func (p *product) comesBack(id string) bool {
	return p.best.rights[p.place(id)].granted && p.best.phase == upcoming
}

// renewed says whether a license in force was issued after the time to renew j had begun. What it leaves out was a
// choice, and no news.
func (p *product) renewed(j *judged) bool {
	from, ok := j.reminder()
	if !ok {
		from = j.term
	}
	for i := range p.licenses {
		if n := &p.licenses[i]; n.phase >= inGrace && !n.Issued.Before(from) {
			return true
		}
	}
	return false
}

// serials are the licenses that decide features, sorted, for sentences.
func (p *product) serials() string {
	var all []string
	for _, o := range p.chosen {
		if o.judged != nil && !slices.Contains(all, o.Serial) {
			all = append(all, o.Serial)
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// daysUntil counts the midnights in zone between two moments, as people count days.
func daysUntil(end, at time.Time, zone *time.Location) int {
	y, m, d := at.In(zone).Date()
	y2, m2, d2 := end.In(zone).Date()
	from, to := time.Date(y, m, d, 0, 0, 0, 0, time.UTC), time.Date(y2, m2, d2, 0, 0, 0, 0, time.UTC)
	return int(to.Sub(from) / (24 * time.Hour))
}
