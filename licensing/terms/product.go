package terms

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// outcome is what is known of one product of one vendor when its verdict is made.
type outcome struct {
	ProductVerdict
	main     ranked    // about the license that decides for the product as a whole
	lines    []ranked  // about further licenses
	working  bool      // may be used as a whole
	limited  bool      // something of it is not at full use, although it was
	keptNow  Kept      // what of it works
	unproved bool      // main says already that the device key cannot be proven
	metering *metering // nil: no license in force has meters
	unproven time.Time // until when the license decides without that proof; zero: proven or not needed
}

// product is an outcome with what it came from.
type product struct {
	outcome
	facts    *Facts
	vendor   *Vendor
	names    features
	licenses []judged
	ids      []string   // features that some license here grants, sorted
	options  [][]option // by place in names
	chosen   []option   // the one of options that decides
	best     *judged    // decides for the product as a whole
	bare     bool       // without reasons
	last     *judged    // its successor without a gap, or best itself
}

// option is what one license gives for one feature.
type option struct {
	*judged
	*right
}

// judgeProduct makes the verdict over licenses of one product of one vendor, newest first; there is at least one.
func judgeProduct(f *Facts, vendor *Vendor, names features, held []*Held, at time.Time, bare bool) *product {
	p := &product{facts: f, vendor: vendor, names: names, bare: bare}
	p.At, p.Vendor = at, held[0].Vendor
	p.ID, p.Name = held[0].Policy.Product.ID, nameOr(held[0].Policy.Product.Name, held[0].Policy.Product.ID)
	p.licenses = p.judgeAll(held)
	p.findOptions()
	p.best = slicesBest(p.licenses, betterLicense)
	p.findLast()
	p.decideFeatures()
	p.decideDates()
	p.main = p.about(p.best, p.ids)
	p.Finding = p.main.Finding
	p.License = p.best.Serial
	p.aboutOthers()
	p.aboutBoth()
	p.Next = p.events()
	p.unproved = p.best.phase == unproved
	p.limited = p.best.phase.ended() || p.best.phase >= inGrace && len(p.View)+len(p.Paused) > 0
	p.metering = p.collectMeters()
	if len(p.facts.Extensions) > 0 {
		p.keptNow = p.kept(p.ids, p.At)
	}
	p.working = p.main.State.ExitCode(false) == 0 && !p.unproved
	if p.best.phase >= inGrace && (p.State == StateRevoked || p.State == StateOnHold) {
		p.working = true // nothing of it stopped yet
	}
	p.Turn, p.Change = p.change()
	if p.best.phase > unproved {
		p.unproven = p.best.unproven
	}
	return p
}

// judgeAll judges each license once: of one serial for this computer only the highest version counts.
func (p *product) judgeAll(held []*Held) []judged {
	all := make([]judged, 0, len(held))
	at := map[string]int{}
	for i, h := range held {
		j := judge(h, p.facts, p.vendor, p.At, &p.names)
		j.order = i
		k, seen := at[h.Serial]
		switch {
		case j.phase == elsewhere || !seen:
			all = append(all, j)
			if j.phase != elsewhere {
				at[h.Serial] = len(all) - 1
			}
		case h.Version > all[k].Version:
			all[k] = j
		}
	}
	return all
}

// betterLicense orders licenses by what they mean for the product as a whole: the further in its life, a bought one
// over a trial over one for first use, the longest, the one with the most features, the newest.
func betterLicense(a, b *judged) int {
	starts := 0
	if a.phase == upcoming && b.phase == upcoming {
		starts = b.starts.Compare(a.starts)
	}
	return cmp.Or(
		cmp.Compare(a.phase, b.phase), compareBools(a.whole(), b.whole()), starts, cmp.Compare(a.kind(), b.kind()), CompareEnds(a.ends, b.ends),
		cmp.Compare(a.features, b.features), cmp.Compare(b.order, a.order),
	)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// kind orders a bought license over a trial over one that waits for confirmation.
func (j *judged) kind() int {
	switch {
	case !j.firstUse.IsZero():
		return 0
	case j.trial:
		return 1
	}
	return 2
}

// betterOption orders what licenses give for one feature at a time: full use over view over pause, a license in
// its term over one in grace, the longest full use, then as betterLicense.
func betterOption(at time.Time) func(a, b *option) int {
	return func(a, b *option) int {
		return cmp.Or(
			rank(a.mode(at))-rank(b.mode(at)), cmp.Compare(a.phase, b.phase), CompareEnds(a.full, b.full),
			cmp.Compare(a.kind(), b.kind()), cmp.Compare(b.order, a.order),
		)
	}
}

func slicesBest[T any](all []T, compare func(a, b *T) int) *T {
	best := &all[0]
	for i := range all[1:] {
		if next := &all[i+1]; compare(next, best) > 0 {
			best = next
		}
	}
	return best
}

// findLast follows licenses that begin before the best one ends and carry all of its features on: then its end is
// not what the person meets.
func (p *product) findLast() {
	p.last = p.best
	if p.best.phase != inTerm || p.best.kind() != 2 {
		return
	}
	next := make([]*judged, 0, len(p.licenses))
	for i := range p.licenses {
		if j := &p.licenses[i]; j.phase == upcoming && j.kind() == 2 && j.words.revoked == nil {
			next = append(next, j)
		}
	}
	slices.SortFunc(next, func(a, b *judged) int { return cmp.Or(a.starts.Compare(b.starts), a.order-b.order) })
	for _, j := range next {
		if follows(j.starts, p.last.ends) && CompareEnds(j.ends, p.last.ends) > 0 && includes(j.rights, p.best.rights) {
			p.last = j
		}
	}
}

// follows says whether something that starts then leaves no second free after end.
func follows(starts, end time.Time) bool {
	return end.IsZero() || !starts.After(end.Add(time.Second))
}

func includes(all, some []right) bool {
	for i := range some {
		if some[i].granted && !all[i].granted {
			return false
		}
	}
	return true
}

// findOptions collects what the licenses give for each feature.
func (p *product) findOptions() {
	all := make([]option, 0, len(p.names.ids)*len(p.licenses))
	p.options, p.ids = make([][]option, len(p.names.ids)), make([]string, 0, len(p.names.ids))
	for i := range p.options {
		from := len(all)
		for k := range p.licenses {
			if j := &p.licenses[k]; len(j.rights) > 0 && j.rights[i].granted {
				all = append(all, option{j, &j.rights[i]})
			}
		}
		if p.options[i] = all[from:len(all):len(all)]; len(all) > from {
			p.ids = append(p.ids, p.names.ids[i])
		}
	}
}

// place is where a feature of the product stands; its id is a present one.
func (p *product) place(id string) int {
	i, _ := p.names.place(id)
	return i
}

func (p *product) decideFeatures() {
	p.Features = make(map[string]FeatureVerdict, len(p.options))
	p.chosen = make([]option, len(p.options))
	p.Works = make([]string, 0, len(p.ids))
	for i, options := range p.options {
		if len(options) == 0 {
			continue
		}
		id, o := p.names.ids[i], *slicesBest(options, betterOption(p.At))
		p.chosen[i] = o
		v := FeatureVerdict{ID: id, Name: p.names.name(i), Mode: o.mode(p.At), License: o.Serial}
		switch v.Mode {
		case Keep:
			p.Works = append(p.Works, id)
			v.Until = fullUntil(options, p.At)
			if next := v.Until.Add(time.Second); !v.Until.IsZero() {
				v.Then = slicesBest(options, betterOption(next)).mode(next)
			}
		case View:
			p.View = append(p.View, id)
		default:
			v.Mode = Pause
			p.Paused = append(p.Paused, id)
		}
		v.Reasons = p.whyFeature(i, o, v.Until)
		p.Features[id] = v
	}
	if len(p.Works) == 0 {
		p.Works = nil
	}
}

// fullUntil is the last moment of full use without a gap over all licenses; zero when it does not end.
func fullUntil(options []option, at time.Time) time.Time {
	var room [4]stretch
	all := room[:0]
	for i := range options {
		all = options[i].stretches(all)
	}
	slices.SortFunc(all, func(a, b stretch) int { return a.start.Compare(b.start) })
	end := at
	for _, s := range all {
		if !follows(s.start, end) {
			break
		}
		if s.full.IsZero() {
			return s.full
		}
		end = later(end, s.full)
	}
	return end
}

func (p *product) decideDates() {
	if p.best.phase == elsewhere {
		return
	}
	p.LicenseEnds, p.GraceEnds = p.last.ends, p.last.grace
	p.OfflineUntil, p.OfflineGrace, p.LastContact = p.best.offline, p.best.offlineGrace, p.best.contact
	if p.GraceActive = p.best.phase == inGrace; p.GraceActive {
		end, s := p.best.stayNow()
		p.Cause, p.GraceStarted, p.GraceUntil = s.cause, end, s.until
	}
}

// decidedBy are the features that a license decides, sorted.
func (p *product) decidedBy(j *judged) []string {
	var ids []string
	for i, o := range p.chosen {
		if o.judged == j {
			ids = append(ids, p.names.ids[i])
		}
	}
	return ids
}

// kept says what of the features works at a time.
func (p *product) kept(ids []string, at time.Time) Kept {
	var k Kept
	for _, id := range ids {
		i := p.place(id)
		if len(p.options[i]) == 0 {
			continue
		}
		o := slicesBest(p.options[i], betterOption(at))
		name := p.names.name(i)
		switch o.mode(at) {
		case Keep:
			k.Full = append(k.Full, name)
		case View:
			k.View = append(k.View, name)
			if v := o.feature.View; len(v) > 0 && !slices.ContainsFunc(k.ViewText, func(t Text) bool { return maps.Equal(t, v) }) {
				k.ViewText = append(k.ViewText, v)
			}
		default:
			k.Paused = append(k.Paused, name)
		}
	}
	return k
}

// keptAfter is kept right after the last moment of something.
func (p *product) keptAfter(ids []string, end time.Time) Kept {
	return p.kept(ids, end.Add(time.Second))
}

func (p *product) featureNames(ids []string) []Text {
	names := make([]Text, len(ids))
	for i, id := range ids {
		names[i] = p.names.name(p.place(id))
	}
	return names
}
