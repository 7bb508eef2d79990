package alarm

import (
	"cmp"
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// Step says how far a date or state is.
type Step string

// The steps that may be told of.
const (
	StepDays    Step = "days"    // some days before an end
	StepQuarter Step = "quarter" // a quarter of the offline window is left
	StepStarted Step = "started" // grace began
	StepHalf    Step = "half"    // half of grace is over
	StepEnded   Step = "ended"   // full use is over
	StepLate    Step = "late"    // a usage file was due
	StepArrived Step = "arrived" // a vendor announced something
	StepOpen    Step = "open"    // a state of this computer that asks for something
)

// Alarm is one thing to tell a person.
type Alarm struct {
	Key     string        // what it is about; stable while it stays the same
	Step    Step          // how far it is
	OS      bool          // a notice of the operating system; false: only in the window
	Vendor  string        // root; "" for the computer
	Product string        // id; "" for the computer
	Name    terms.Text    // of the product
	Finding terms.Finding // the state that it is about
	Event   string        // an Event constant of terms; "" for a state
	At      time.Time     // decision time to say it with
	Date    time.Time     // the date that matters; zero: none
	Snooze  time.Time     // until when it can be put off, a day before Date; zero: it cannot
	More    int           // others that were due at this moment and are covered by it
}

// day is the least time between two notices of the operating system.
const day = 24 * time.Hour

// ranks of what is due, the worst effect first.
const (
	rankOver   = iota // full use is over
	rankFix           // grace runs, or something asks to be put right
	rankAhead         // an end to come
	rankNotice        // worth knowing
	rankRepeat        // told before, and still open
)

// due is a step that may be told now.
type due struct {
	Alarm
	rank int
	mark Mark // of its line once it is told
}

// Due returns what to tell now, nil for nothing, and the state after it. Dates of a product are compared with the decision
// time of its vendor; now is the wall time, whose zone says when a day begins, and paces the notices.
func Due(v terms.Verdict, st State, now time.Time) (*Alarm, State) {
	next := st.clone()
	if next.Shown.After(now) {
		next.Shown = now // the clock was put back: at most a day of silence follows
	}
	var all []due
	known := make(map[string]bool, len(st.Lines)+1)
	var steps []step
	for i := range v.Products {
		eachLine(&v.Products[i], &steps, func(l *line) {
			known[l.key] = true
			if d, ok := l.due(next.mark(l)); ok {
				if d.Step == StepLate {
					d.Finding = lateIn(v, d.Finding)
				}
				all = append(all, d)
			}
		})
	}
	all = append(all, stateDues(v, next, now, known)...)
	next.forget(known, v)
	slices.SortStableFunc(all, func(a, b due) int {
		return cmp.Or(a.rank-b.rank, terms.CompareEnds(a.Date, b.Date), cmp.Compare(a.Key, b.Key))
	})
	if a := next.tell(all, true, now); a != nil {
		next.Shown = now
		return a, next
	}
	return next.tell(all, false, now), next
}

// lateIn is what the verdict says of a usage file that was due, f when it says nothing.
func lateIn(v terms.Verdict, f terms.Finding) terms.Finding {
	for _, x := range append([]terms.Finding{v.Main}, v.Others...) {
		if x.State == terms.StateUsageOverdue && x.Product == f.Product {
			return x
		}
	}
	return f
}

// mark is what is known of a line, which is begun anew when its date is another one.
func (s *State) mark(l *line) Mark {
	m, seen := s.Lines[l.key]
	switch {
	case !seen || !m.End.Equal(l.end):
		m = l.begin(m, seen)
	case m.Told.After(l.at.Add(2 * day)):
		m.Told = l.at // decisions ran ahead, and are right again
	default:
		return m
	}
	s.Lines[l.key] = m
	return m
}

// tell returns the first of what is due for the operating system or only for the window, and marks all of it as told.
func (s *State) tell(all []due, os bool, now time.Time) *Alarm {
	if os && !s.free(now) {
		return nil
	}
	var first *Alarm
	for _, d := range all {
		if d.OS != os || d.silent(*s, now) {
			continue
		}
		s.Lines[d.Key] = d.mark
		switch {
		case first == nil:
			a := d.Alarm
			if until := a.Date.Add(-day); !a.Date.IsZero() && until.After(a.At) {
				a.Snooze = until
			}
			first = &a
		case d.rank != rankRepeat:
			first.More++
		}
	}
	return first
}

// free says that no notice was shown in the last 24 hours nor on this calendar day.
func (s *State) free(now time.Time) bool {
	if s.Shown.IsZero() {
		return true
	}
	y, m, d := now.Date()
	sy, sm, sd := s.Shown.In(now.Location()).Date()
	return now.Sub(s.Shown) >= day && (y != sy || m != sm || d != sd)
}

// silent says that a person told somebody, or put alarms off and nothing comes before they end.
func (d due) silent(s State, now time.Time) bool {
	switch {
	case !d.Finding.Told.IsZero():
		return true
	case !now.Before(s.Snoozed) || d.rank == rankOver:
		return false
	case d.Date.IsZero():
		return d.rank == rankRepeat
	}
	return !d.Date.Before(s.Snoozed)
}
