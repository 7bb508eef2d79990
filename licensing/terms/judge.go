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
	over                   // ended, and its grace too
	upcoming               // starts later
	inGrace
	inTerm
)

// judged is one license with what follows from it at its vendor's decision time. All dates are last moments; zero
// means that there is none.
type judged struct {
	*Held
	order    int // place in the order of newer, see sortNewest
	vendor   *Vendor
	at       time.Time
	zone     *time.Location
	phase    phase
	trial    bool
	starts   time.Time // zero when it started as it was issued
	firstUse time.Time // until when a first-use license goes unconfirmed
	term     time.Time // the earlier of license end and firstUse
	grace    time.Time // end of the longest grace of a feature that changes afterwards
	unproven time.Time // until when it decides without proof of the device key; zero: proven or not needed
	differs  bool      // neither proof nor the same hardware
	rights   map[string]right
}

// right is what a license gives for one feature: nothing before start, full use until full (zero: no end), then rest.
type right struct {
	feature Feature
	start   time.Time
	full    time.Time
	rest    After // View or Pause
}

// judge applies the rules to one license. canonical gives the present id of a feature.
func judge(h *Held, f *Facts, vendor *Vendor, at time.Time, canonical func(string) string) judged {
	j := judged{Held: h, vendor: vendor, at: at, zone: h.Policy.zone(), trial: h.Policy.Term.Kind == TermTrial}
	if h.Binding == BoundToDevice && (h.Device == nil || h.Device.ID == "" || h.Device.ID != f.Device.ID) {
		return j
	}
	if h.Starts.After(h.Issued) {
		// A license cannot be issued before it is issued: an earlier start only says "at once".
		j.starts = h.Starts
	}
	j.term = h.Ends
	if h.Binding == BoundToFirstUse && h.Policy.Devices.FirstUse.Lasts() {
		j.firstUse = h.Policy.Devices.FirstUse.After(h.firstUsed(), j.zone)
		j.term = sooner(h.Ends, j.firstUse)
	}
	if h.Binding != BoundToSite && !f.Device.Proven {
		j.unproven = h.Policy.Devices.Unproven.Or(defaultUnproven).After(f.Device.ProvenAt, j.zone)
		j.differs = !f.Device.HintsMatch
	}
	j.grace = j.graceEnd()
	j.phase = j.phaseNow()
	j.rights = make(map[string]right, len(h.Policy.Features))
	for id, feature := range h.Policy.Features {
		r, c := j.right(feature), canonical(id)
		if old, ok := j.rights[c]; !ok || r.beats(old) {
			j.rights[c] = r
		}
	}
	return j
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
	case past(j.at, j.term) && (j.grace.IsZero() || past(j.at, j.grace)):
		return over
	case past(j.at, j.unproven):
		return unproved
	case past(j.at, j.term):
		return inGrace
	}
	return inTerm
}

// graceEnd is when the renewal grace of all features is over. Features that are kept anyway have none, unless
// all are kept; a license without features has the cause's length.
func (j *judged) graceEnd() time.Time {
	var changing, kept time.Time
	for _, f := range j.Policy.Features {
		end := j.graceFor(f)
		if f.After == Keep {
			kept = later(kept, end)
		} else {
			changing = later(changing, end)
		}
	}
	switch {
	case len(j.Policy.Features) == 0:
		return j.graceFor(Feature{})
	case changing.IsZero() && j.allKept():
		return kept
	}
	return changing
}

func (j *judged) allKept() bool {
	for _, f := range j.Policy.Features {
		if f.After != Keep {
			return false
		}
	}
	return true
}

// graceFor is the end of a feature's renewal grace; zero when it has none. The end of first-use time has no
// grace, and no grace goes beyond it: the vendor does not know this computer yet.
func (j *judged) graceFor(f Feature) time.Time {
	l := f.Grace.Or(j.Policy.Grace.Renewal)
	if j.trial || j.Ends.IsZero() || !l.Lasts() || (!j.firstUse.IsZero() && !j.firstUse.After(j.Ends)) {
		return time.Time{}
	}
	return sooner(l.After(j.Ends, j.zone), j.firstUse)
}

func (j *judged) right(f Feature) right {
	r := right{feature: f, start: j.starts, full: j.term, rest: f.After}
	if g := j.graceFor(f); !g.IsZero() {
		r.full = g
	}
	switch f.After {
	case Keep:
		r.full, r.rest = time.Time{}, View
	case Pause:
	default:
		r.rest = View
	}
	switch {
	case j.differs:
		r.full, r.rest = longAgo, Pause
	case !j.unproven.IsZero():
		// Whoever holds this home may go on reading their own work, but not work with it.
		r.full = sooner(r.full, j.unproven)
	}
	return r
}

// longAgo ends a right that never was; it is not the zero time, which would mean no end.
var longAgo = time.Unix(0, 0).UTC()

// mode is what the right gives at a time; "" before it starts.
func (r right) mode(at time.Time) After {
	switch {
	case at.Before(r.start):
		return ""
	case past(at, r.full):
		return r.rest
	}
	return Keep
}

// beats orders two rights from the same license.
func (r right) beats(o right) bool {
	return cmp.Or(CompareEnds(r.full, o.full), rank(r.rest)-rank(o.rest)) > 0
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
