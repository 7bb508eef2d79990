package terms

import (
	"cmp"
	"time"
)

// phase is how far one license is in its life on this computer. A higher one is better for the person.
type phase int

const (
	elsewhere phase = iota // bound to another computer
	unproved               // this computer could not show for too long that it is the one
	withdrawn              // by the vendor, and its last day of full use is over
	over                   // ended, and its grace too
	upcoming               // starts later
	inGrace
	inTerm
)

// ended says that the license was in force here and is no more.
func (p phase) ended() bool { return p > elsewhere && p < upcoming }

// judged is one license with what follows from it at its vendor's decision time. All dates are last moments; zero
// means that there is none.
type judged struct {
	*Held
	order    int // place in the order of newer, see sortNewest
	vendor   *Vendor
	words    words
	at       time.Time
	zone     *time.Location
	phase    phase
	trial    bool
	starts   time.Time // zero when it started as it was issued
	firstUse time.Time // until when a first-use license goes unconfirmed
	ends     time.Time // license end, with extensions
	term     time.Time // the earlier of ends and firstUse
	grace    time.Time // end of the longest grace of a feature that changes after term
	unproven time.Time // until when it decides without proof of the device key or of the hardware; zero: proven or not needed
	differs  bool      // neither proof nor the same hardware

	contact      time.Time // what the time without contact counts from
	window       time.Time // end of that time, as the policy has it
	offline      time.Time // the same with everything that moves it
	offlineGrace time.Time // end of the longest grace of a feature that changes after it
	silent       time.Time // when the continuity rule takes over
	held         time.Time // until when a question must be answered
	withdrawn    time.Time // last moment of full use of a withdrawn license

	atTerm, atOffline     stay // of the feature that stays longest
	moreTerm, moreOffline *Signed[Extension]
	restored, overlapped  bool    // a restored copy, or the policy before, moved the end
	rights                []right // by place in the product's features
	features              int     // how many of them it grants
	spans                 []span
	known                 []knownStay
	signer                string   // see product.authority
	why                   []Reason // see product.whyOf
	whyMore               []moreWhy
}

// right is what a license gives for one feature: nothing before start, full use until full (zero: no end), then rest. full is the
// sooner of the two ends. Once the vendor is silent for too long the one without contact counts no more, as far as then says.
type right struct {
	granted bool
	feature Feature
	start   time.Time
	full    time.Time
	term    time.Time
	offline time.Time
	rest    After // View or Pause
	silent  time.Time
	then    After
}

// judge applies the rules to one license of a product with these features.
func judge(h *Held, f *Facts, vendor *Vendor, at time.Time, names *features) judged {
	j := judged{Held: h, vendor: vendor, at: at, zone: h.Policy.zone(), trial: h.Policy.Term.Kind == TermTrial}
	if h.Binding == BoundToDevice && (h.Device == nil || h.Device.ID == "" || h.Device.ID != f.Device.ID) {
		return j
	}
	j.words = f.wordsAbout(h)
	if h.Starts.After(h.Issued) {
		// A license cannot be issued before it is issued: an earlier start only says "at once".
		j.starts = h.Starts
	}
	j.ends, j.moreTerm = j.words.extend(h.Ends, ExtendLicense, j.zone)
	j.term = j.ends
	if h.Binding == BoundToFirstUse && h.Policy.Devices.FirstUse.Lasts() {
		j.firstUse = h.Policy.Devices.FirstUse.After(h.firstUsed(), j.zone)
		j.term = sooner(j.ends, j.firstUse)
	}
	j.judgeComputer(&f.Device)
	j.offlineEnds(f)
	if x := j.words.hold; x != nil {
		j.held = x.Body.AnswerBy
	}
	if x := j.words.revoked; x != nil {
		j.withdrawn = later(x.Body.From, x.Body.Until)
	}
	j.judgeRights(names)
	j.phase = j.phaseNow()
	return j
}

// judgeComputer works out until when the license decides although the computer does not show that it is the one.
func (j *judged) judgeComputer(d *Device) {
	if j.Binding == BoundToSite {
		return
	}
	l := j.Policy.Devices.Unproven.Or(defaultUnproven)
	switch {
	case !d.Proven:
		j.unproven, j.differs = l.After(d.ProvenAt, j.zone), !d.HintsMatch
	case d.Changed != nil:
		j.unproven = l.After(d.Changed.Since, j.zone)
	}
}

// firstUsed is when the first-use time began. Without a record of it the license counts from when it came.
func (h *Held) firstUsed() time.Time {
	for _, t := range []time.Time{h.FirstUsed, h.Taken} {
		if !t.IsZero() {
			return t
		}
	}
	return h.Issued
}

// phaseNow orders the causes: what the license itself says comes before what this computer can show, since
// proving the computer would not bring back a license that ended.
func (j *judged) phaseNow() phase {
	switch {
	case j.differs:
		return unproved
	case j.at.Before(j.starts):
		return upcoming
	case past(j.at, j.withdrawn):
		return withdrawn
	case j.termOver(), j.offlineOver(), past(j.at, j.held):
		return over
	case past(j.at, j.unproven):
		return unproved
	case !past(j.at, j.term) && !j.offlinePast():
		return inTerm
	case past(j.at, j.graceEnds()):
		return over // some features for want of a contact, the others for the license end
	}
	return inGrace
}

func (j *judged) termOver() bool {
	return past(j.at, j.term) && (j.grace.IsZero() || past(j.at, j.grace))
}

func (j *judged) offlinePast() bool { return past(j.at, j.offline) && !j.silentNow(j.at) }

func (j *judged) offlineOver() bool {
	return j.offlinePast() && (j.offlineGrace.IsZero() || past(j.at, j.offlineGrace))
}

// byOffline says that the time without contact, and not the license end, decides what happens next to a license that is past
// one of them.
func (j *judged) byOffline() bool {
	switch {
	case !j.offlinePast(), j.termOver():
		return false
	case !past(j.at, j.term), j.offlineOver(), j.waits():
		return true
	}
	return CompareEnds(j.offlineGrace, j.grace) < 0
}

// waits says that a feature stopped for want of a contact. That the license ends too makes nothing of it better.
func (j *judged) waits() bool {
	for i := range j.rights {
		if r := &j.rights[i]; r.granted && r.mode(j.at) != Keep && CompareEnds(r.offline, r.term) < 0 {
			return true
		}
	}
	return false
}

// whole says that nothing of the license waits for a contact. A license of which parts do is less than one in grace.
func (j *judged) whole() bool {
	if j.phase != inGrace || !j.byOffline() {
		return true
	}
	for i := range j.rights {
		if r := &j.rights[i]; r.granted && r.mode(j.at) != Keep {
			return false
		}
	}
	return true
}

// stayNow is the grace that runs, with the end that it follows.
func (j *judged) stayNow() (end time.Time, s stay) {
	if j.byOffline() {
		return j.offline, j.atOffline
	}
	return j.term, j.atTerm
}

// graceEnds is when the last feature stops that the grace which runs keeps going: its grace is over, or before that the other
// end and its grace are, or what this computer must show.
func (j *judged) graceEnds() time.Time {
	var last time.Time
	for i := range j.rights {
		r := &j.rights[i]
		if !r.granted || r.feature.After == Keep {
			continue
		}
		full := r.full
		if !r.silent.IsZero() && r.then == Keep && !r.term.IsZero() && (past(j.at, r.silent) || follows(r.silent, full)) {
			full = r.term
		}
		last = later(last, full)
	}
	if _, s := j.stayNow(); last.IsZero() {
		return s.until
	}
	return last
}

// longAgo ends a right that never was; it is not the zero time, which would mean no end.
var longAgo = time.Unix(0, 0).UTC()

// mode is what the right gives at a time; "" before it starts.
func (r *right) mode(at time.Time) After {
	switch {
	case at.Before(r.start):
		return ""
	case !past(at, r.full):
		return Keep
	case past(at, r.silent) && !past(at, r.term) && rank(r.then) > rank(r.rest):
		return r.then
	}
	return r.rest
}

// stretches are the times of full use: up to full, and again once the vendor is silent for too long.
func (r *right) stretches(all []stretch) []stretch {
	switch {
	case r.silent.IsZero() || r.then != Keep || r.full.IsZero():
	case follows(r.silent, r.full):
		return append(all, stretch{r.start, r.term})
	default:
		all = append(all, stretch{r.silent, r.term})
	}
	return append(all, stretch{r.start, r.full})
}

// stretch is a time of full use; full is its last moment, zero: no end.
type stretch struct{ start, full time.Time }

// beats orders two rights from the same license.
func (r *right) beats(o *right) bool {
	return cmp.Or(CompareEnds(r.full, o.full), rank(r.rest)-rank(o.rest), CompareEnds(r.term, o.term), CompareEnds(r.offline, o.offline)) > 0
}

// rank orders what a person can do: nothing, not at all, view, full use.
func rank(a After) int {
	switch a {
	case Keep:
		return 3
	case View:
		return 2
	case Pause:
		return 1
	}
	return 0
}

// past says whether at lies after end; never when there is no end.
func past(at, end time.Time) bool { return !end.IsZero() && at.After(end) }

// CompareEnds orders ends as cmp.Compare does; the zero time is no end and comes last.
func CompareEnds(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

// sooner is the earlier of two ends; zero is no end.
func sooner(a, b time.Time) time.Time {
	if CompareEnds(a, b) <= 0 {
		return a
	}
	return b
}

// later is the later of two dates; zero is no date.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
