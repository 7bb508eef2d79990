package terms

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// The two ends of a license are that of its term and that of the time without contact. After each of them grace runs by
// itself, for each feature its own. The rules here work out both ends and what may follow them, from the license, the last
// contact and what the vendor signed besides.

// words are what the vendor signed about one license besides the license itself.
type words struct {
	notices    []*Signed[Notice] // those that may cover an end: outage, maintenance, migration
	extensions []*Signed[Extension]
	hold       *Signed[Hold]
	revoked    *Signed[Revocation]
}

// wordsAbout collects what is said about a license.
func (f *Facts) wordsAbout(h *Held) words {
	var w words
	for i := range f.Notices {
		n := &f.Notices[i]
		if _, covers := coverCauses[n.Body.Type]; covers && n.Vendor == h.Vendor && !n.Body.Withdrawn && n.concerns(h) {
			w.notices = append(w.notices, n)
		}
	}
	for i := range f.Extensions {
		x := &f.Extensions[i]
		if x.Vendor == h.Vendor && (x.Body.Serial == h.Serial || x.Body.Serial == "" && x.Audience.Includes(&h.License)) {
			w.extensions = append(w.extensions, x)
		}
	}
	for i := range f.Holds {
		if x := &f.Holds[i]; x.Vendor == h.Vendor && x.Body.Serial == h.Serial && !x.Body.Lifted {
			w.hold = x
		}
	}
	for i := range f.Revocations {
		if x := &f.Revocations[i]; x.Vendor == h.Vendor && x.Body.Serial == h.Serial && !x.Body.Lifted {
			w.revoked = x
		}
	}
	return w
}

// concerns says whether a notice is about a license.
func (n *Signed[T]) concerns(h *Held) bool {
	if b, ok := any(&n.Body).(*Notice); ok && b.Product != "" && !equalFold(b.Product, h.Policy.Product.ID) {
		return false
	}
	return n.Audience.Includes(&h.License)
}

// until is when an extension ends.
func extendedTo(x *Signed[Extension], zone *time.Location) time.Time {
	if x.Body.Until.IsZero() {
		return x.Body.By.After(x.Issued, zone)
	}
	return x.Body.Until
}

// extend moves an end to that of the longest extension of a kind, if one is later; x is that one.
func (w *words) extend(end time.Time, what string, zone *time.Location) (_ time.Time, x *Signed[Extension]) {
	if end.IsZero() {
		return end, nil
	}
	for _, e := range w.extensions {
		if to := extendedTo(e, zone); e.Body.What == what && (to.After(end) || x != nil && to.Equal(end) && e.Document < x.Document) {
			end, x = to, e
		}
	}
	return end, x
}

var coverCauses = map[string]Cause{NoticeOutage: CauseOutage, NoticeMaintenance: CauseMaintenance, NoticeMigration: CauseMigration}

// of is the length of grace that a cause has.
func (g Grace) of(c Cause) Length {
	switch c {
	case CauseOffline:
		return g.Offline
	case CauseRenewal:
		return g.Renewal
	case CauseOutage:
		return g.Outage
	case CauseMaintenance:
		return g.Maintenance
	case CauseMigration:
		return g.Migration
	}
	return Length{}
}

// stay is how long a feature stays at full use, and for what reason longer than its end.
type stay struct {
	until  time.Time
	cause  Cause              // of the grace that reaches farthest; "" when there is none
	notice *Signed[Notice]    // for outage, maintenance and migration
	outage *Signed[Notice]    // that the end fell into, whether it reaches farther or not
	more   *Signed[Extension] // when an extension reaches farther than any grace
}

// after works out how long a feature stays at full use after an end for a cause: its own grace, else the cause's. An extension
// of grace and a notice whose time the end falls into may carry it on. The latest end counts; lengths are never added.
func (j *judged) after(end time.Time, cause Cause, f Feature, g Grace) stay {
	s := stay{until: end}
	if j.trial {
		return s // has no grace, whatever it states
	}
	if l := f.Grace.Or(g.of(cause)); l.Lasts() {
		s.until, s.cause = j.span(l, end), cause
	}
	natural := s.until
	for _, n := range j.words.notices {
		by := coverCauses[n.Body.Type]
		l := f.Grace.Or(g.of(by))
		if n.Body.From.After(natural) || !n.Body.Until.IsZero() && end.After(n.Body.Until) {
			continue // over before it began, or goes on after it
		}
		if by == CauseOutage && (s.outage == nil || cmp.Or(CompareEnds(n.Body.Until, s.outage.Body.Until), cmp.Compare(s.outage.Document, n.Document)) > 0) {
			s.outage = n
		}
		if !l.Lasts() {
			continue
		}
		from := n.Body.From
		if by == CauseMaintenance {
			from = n.Body.Until
		}
		if to := j.span(l, from); !from.IsZero() && (to.After(s.until) || s.notice != nil && to.Equal(s.until) && n.Document < s.notice.Document) {
			s.until, s.cause, s.notice = to, by, n
		}
	}
	if to, x := j.words.extend(s.until, ExtendGrace, j.zone); x != nil {
		s.until, s.more = to, x
		if s.cause == "" {
			s.cause = cause
		}
	}
	return s
}

// offlineEnds works out when the time without contact ends, and what it counts from; zero when there is no window.
func (j *judged) offlineEnds(f *Facts) {
	w := j.Policy.Offline.Window
	if !w.Lasts() {
		return
	}
	j.contact = later(later(f.Contact[j.Vendor].Round(0).UTC(), j.Issued), j.starts)
	if j.Binding == BoundToFirstUse {
		j.contact = later(j.contact, j.firstUsed())
	}
	j.offline = w.After(j.contact, j.zone)
	if o := j.Overlap; o != nil {
		kept := o.Until
		if o.Offline.Window.Lasts() {
			kept = sooner(kept, o.Offline.Window.After(j.contact, j.zone))
		}
		if kept.After(j.offline) {
			j.offline, j.overlapped = kept, true
		}
	}
	j.window = j.offline
	j.offline, j.moreOffline = j.words.extend(j.offline, ExtendOffline, j.zone)
	if u := f.Records.Until; f.Records.State == StateRolledBack && !u.IsZero() && u.Before(j.offline) {
		j.offline, j.restored = u, true
	}
	if c := j.Policy.Continuity; c.Silent.Lasts() {
		j.silent = later(c.Silent.After(j.contact, j.zone), j.offline)
	}
}

// offlineFrom is when a quarter of the time without contact is left.
func (j *judged) offlineFrom() time.Time {
	quarter := j.offline.Sub(j.contact) / 4
	if quarter > time.Minute {
		quarter = quarter.Truncate(time.Second) // a date that people read
	}
	return j.offline.Add(-quarter)
}

// lastDays is when the last days before an end begin, in which a state is told with more weight.
func lastDays(end time.Time) time.Time { return end.Add(-3 * 24 * time.Hour) }

// silentNow says that the vendor's silence lifts the limit on time without contact.
func (j *judged) silentNow(at time.Time) bool {
	return !j.silent.IsZero() && j.Policy.Continuity.Then == Keep && past(at, j.silent)
}

// judgeRights works out what the license gives for each feature, and when the grace after each end is over.
func (j *judged) judgeRights(names *features) {
	j.rights = make([]right, len(names.ids))
	allKept := j.allKept()
	if len(names.former) == 0 {
		for i, id := range names.ids {
			if f, ok := j.Policy.Features[id]; ok {
				j.grant(&j.rights[i], id, f, allKept)
			}
		}
	} else {
		for _, id := range slices.Sorted(maps.Keys(j.Policy.Features)) { // two of them may be one feature now
			if i, ok := names.place(id); ok {
				j.grant(&j.rights[i], id, j.Policy.Features[id], allKept)
			}
		}
	}
	if len(j.Policy.Features) == 0 {
		j.atTerm, j.atOffline = j.stays("", Feature{})
	}
	if j.atTerm.until.After(j.term) && !j.term.IsZero() {
		j.grace = j.atTerm.until
	}
	if j.atOffline.until.After(j.offline) && !j.offline.IsZero() {
		j.offlineGrace = j.atOffline.until
	}
}

// grant puts what the license gives for a feature into its place.
func (j *judged) grant(into *right, id string, f Feature, allKept bool) {
	term, offline := j.stays(id, f)
	if f.After != Keep || allKept {
		j.atTerm, j.atOffline = longest(j.atTerm, term), longest(j.atOffline, offline)
	}
	r := j.right(f, term.until, offline.until)
	if !into.granted {
		j.features++
		*into = r
		return
	}
	old := *into // granted under a former name too: the best of both
	if !r.beats(&old) {
		r, old = old, r
	}
	if rank(old.rest) > rank(r.rest) {
		r.rest = old.rest
	}
	*into = r
}

// longest is the stay that reaches farther; of two equal ones the first by cause counts.
func longest(a, b stay) stay {
	if c := cmp.Or(a.until.Compare(b.until), cmp.Compare(b.cause, a.cause), cmp.Compare(a.weight(), b.weight())); c < 0 {
		return b
	}
	return a
}

// weight orders stays of one cause by what they rest on.
func (s *stay) weight() int {
	w := 0
	if s.more != nil {
		w += 4
	}
	if s.notice != nil {
		w += 2
	}
	if s.outage != nil {
		w++
	}
	return w
}

// right is what the license gives for one feature that stays so long after its ends.
func (j *judged) right(f Feature, term, offline time.Time) right {
	r := right{granted: true, feature: f, start: j.starts, term: term, offline: offline, rest: f.After}
	if r.rest != Pause {
		r.rest = View
	}
	switch {
	case f.After == Keep:
		r.term, r.offline = time.Time{}, time.Time{}
	case j.words.hold != nil:
		r.term = sooner(r.term, j.held)
	}
	if j.words.revoked != nil {
		r.term = sooner(r.term, j.withdrawn)
	}
	switch {
	case j.differs:
		r.term, r.rest = longAgo, Pause
	case !j.unproven.IsZero():
		// Whoever holds this home may go on reading their own work, but not work with it.
		r.term = sooner(r.term, j.unproven)
	}
	r.full = sooner(r.term, r.offline)
	r.silent, r.then = j.silent, j.Policy.Continuity.Then
	return r
}

// stays is how long a feature stays after each of the two ends, as the policy has it or as the one before had it; zero until:
// it has no such end.
func (j *judged) stays(id string, f Feature) (term, offline stay) {
	term, offline = j.staysOf(f)
	if o := j.Overlap; o != nil {
		was, ok := o.Features[id]
		if !ok {
			return term, offline
		}
		t, u := j.staysUnder(was, o.Grace)
		if was.After == Keep {
			t.until, u.until = time.Time{}, time.Time{}
		}
		j.keep(&term, t.until, CauseRenewal)
		j.keep(&offline, u.until, CauseOffline)
	}
	return term, offline
}

// keep moves a stay to what the policy before gave, as long as the overlap lasts.
func (j *judged) keep(s *stay, was time.Time, cause Cause) {
	if kept := sooner(was, j.Overlap.Until); !s.until.IsZero() && kept.After(s.until) {
		s.until, j.overlapped = kept, true
		if s.cause == "" {
			s.cause = cause
		}
	}
}

// staysOf is staysUnder the license's own policy. Features with the same grace stay for the same time.
func (j *judged) staysOf(f Feature) (term, offline stay) {
	for i := range j.known {
		if k := &j.known[i]; k.grace == f.Grace {
			return k.term, k.offline
		}
	}
	term, offline = j.staysUnder(f, j.Policy.Grace)
	if j.known == nil {
		j.known = make([]knownStay, 0, 4)
	}
	j.known = append(j.known, knownStay{f.Grace, term, offline})
	return term, offline
}

type knownStay struct {
	grace         Length
	term, offline stay
}

func (j *judged) staysUnder(f Feature, g Grace) (term, offline stay) {
	switch {
	case j.ends.IsZero(), !j.firstUse.IsZero() && !j.firstUse.After(j.ends):
		term.until = j.firstUse // has no grace: the vendor does not know this computer yet
	default:
		term = j.after(j.ends, CauseRenewal, f, g)
		term.until = sooner(term.until, j.firstUse)
	}
	if !j.offline.IsZero() {
		offline = j.after(j.offline, CauseOffline, f, g)
	}
	return term, offline
}

func (j *judged) allKept() bool {
	for _, f := range j.Policy.Features {
		if f.After != Keep {
			return false
		}
	}
	return true
}

// span is l.After(start), which the features of a license ask for again and again.
func (j *judged) span(l Length, start time.Time) time.Time {
	for _, k := range j.spans {
		if k.l == l && k.start == start {
			return k.end
		}
	}
	if j.spans == nil {
		j.spans = make([]span, 0, 8)
	}
	end := l.After(start, j.zone)
	j.spans = append(j.spans, span{l, start, end})
	return end
}

type span struct {
	l          Length
	start, end time.Time
}
