package simulate

import (
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// Result is what would happen.
type Result struct {
	From, Until time.Time
	Products    []Lane   // in the order of product and vendor
	Assumptions []string // codes, see Assumptions
}

// Lane is what happens to one product.
type Lane struct {
	Vendor  string // root
	Product string
	Name    terms.Text
	Spans   []Span // without a gap; never empty
	// Lost is the first moment at which something that worked no longer does; zero: nothing is lost.
	Lost time.Time
	// Avoid are the ways not to lose it, the least effort first; a single one of kind none or unanswered when there is no way.
	Avoid []Avoid
}

// Span is a time in which nothing changes but dates.
type Span struct {
	From    time.Time
	To      time.Time // last moment; zero: for good
	State   terms.State
	Cause   terms.Cause // of the grace that runs; "" when none does
	Mode    Mode
	Works   []string // feature ids, as those of terms.ProductVerdict
	View    []string
	Paused  []string
	Finding terms.Finding // as it is at From
	// Offline is the last moment without contact and without grace, as it is at From; zero: there is no such limit.
	Offline time.Time
	Clock   terms.State // clock_wrong or clock_unsure while that holds; "" otherwise
}

// Mode says in one word what a person can do.
type Mode string

// The modes of a span, from the best to the worst.
const (
	Works  Mode = "works"  // everything, and no grace runs
	Grace  Mode = "grace"  // everything, while a grace runs
	Parts  Mode = "parts"  // something, not everything
	View   Mode = "view"   // nothing at full use, something for viewing
	Paused Mode = "paused" // nothing starts
	None   Mode = "none"   // no license is for this: another computer, version or time
)

// Modes returns every mode.
func Modes() []Mode { return []Mode{Works, Grace, Parts, View, Paused, None} }

// Full says whether everything works.
func (m Mode) Full() bool { return m == Works || m == Grace }

// Assumptions that a result rests on, as codes.
const (
	AssumeContact    = "contact_at_start"  // there is contact up to the moment it breaks
	AssumeAlways     = "contact_always"    // at every moment
	AssumeOnline     = "online_otherwise"  // and again afterwards, at every moment
	AssumeNothing    = "nothing_arrives"   // no contact and no file at all
	AssumeFiles      = "no_files"          // and no file is carried meanwhile
	AssumeClockRight = "clock_right_again" // the clock is put right afterwards
	AssumeClockAlone = "clock_alone"       // no answer settles a clock that runs ahead
	AssumeRunning    = "computer_on"       // the computer runs all the time
	AssumeAnnounced  = "told_beforehand"   // planned work is announced before it begins
	AssumeNoAnswer   = "no_answer_yet"     // the new computer has no license of its own
	AssumeRevoked    = "revocation_read"   // the withdrawal is read here when it is made
	AssumeSettled    = "contact_settles"   // what a check-in settles is settled by contact
)

// Assumed returns every code of an assumption.
func Assumed() []string {
	return []string{
		AssumeContact, AssumeAlways, AssumeOnline, AssumeNothing, AssumeFiles, AssumeClockRight, AssumeClockAlone, AssumeRunning, AssumeAnnounced,
		AssumeNoAnswer, AssumeRevoked, AssumeSettled,
	}
}

// Avoid is one way not to lose anything at Lane.Lost.
type Avoid struct {
	Kind Way
	By   time.Time    // last moment at which it helps; zero for none
	More terms.Length // moretime: what is needed beyond the ordinary offline time
	// Until is when something would be lost all the same; zero: not in the time looked at.
	Until time.Time
}

// Way is what a person can do to lose nothing.
type Way string

// The ways.
const (
	ByCheckin  Way = "checkin"
	ByMoreTime Way = "moretime"
	ByRenewal  Way = "renew"
	BySetDate  Way = "set_date" // the clock of this computer is ahead
	ByRequest  Way = "request"  // a request file of the new computer, and its answer; By is zero
	ByNothing  Way = "none"
	ByNobody   Way = "unanswered" // nothing helps, and the vendor cannot be asked either
)

// Ways returns every way.
func Ways() []Way {
	return []Way{ByCheckin, ByMoreTime, ByRenewal, BySetDate, ByRequest, ByNothing, ByNobody}
}

// noneFor are the states of a license that is not for what was asked.
var noneFor = []terms.State{terms.StateNotStarted, terms.StateOtherComputer, terms.StateVersionNotCovered, terms.StateNotSetUp}

// spanOf is a verdict as a span.
func spanOf(at time.Time, v *terms.ProductVerdict) Span {
	return Span{
		From: at, State: v.State, Cause: v.Cause, Mode: modeOf(v), Works: v.Works, View: v.View, Paused: v.Paused, Finding: v.Finding, Offline: v.OfflineUntil,
	}
}

func modeOf(v *terms.ProductVerdict) Mode {
	less := len(v.View)+len(v.Paused) > 0
	switch {
	case slices.Contains(noneFor, v.State):
		return None
	case len(v.Features) == 0 && v.State.ExitCode(false) != 0:
		return Paused // a license that names no features is for the product as a whole
	case len(v.Works) > 0 && less:
		return Parts
	case len(v.View) > 0:
		return View
	case less:
		return Paused
	case v.Cause != "":
		return Grace
	}
	return Works
}

// continues says whether o only carries s on.
func (s *Span) continues(o *Span) bool {
	return s.State == o.State && s.Cause == o.Cause && s.Mode == o.Mode && s.Clock == o.Clock &&
		slices.Equal(s.Works, o.Works) && slices.Equal(s.View, o.View) && slices.Equal(s.Paused, o.Paused)
}

// join puts spans that carry each other on into one. The findings of a span are those of its first moment.
func join(spans []Span) []Span {
	all := spans[:0]
	for _, s := range spans {
		if n := len(all); n > 0 && all[n-1].continues(&s) {
			all[n-1].To = s.To
			continue
		}
		all = append(all, s)
	}
	return all
}
