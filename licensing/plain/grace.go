package plain

import (
	"time"

	"holdfast/licensing/terms"
)

// Cause names the cause of a grace in a word or two, for brackets and columns: "offline". No cause gives "".
func (s *Speaker) Cause(c terms.Cause) string { return s.coded("grace.cause."+string(c), string(c)) }

// CauseText is the cause of a grace as a sentence: "The offline time ended before a new contact came."
func (s *Speaker) CauseText(c terms.Cause) string { return s.coded("grace.why."+string(c), string(c)) }

// GraceEvent names an entry of the grace ledger (started, changed, ended, recovered): "Grace started".
func (s *Speaker) GraceEvent(event string) string { return s.coded("grace.event."+clean(event), event) }

// coded is the text of a code, else the code as it is.
func (s *Speaker) coded(id, code string) string {
	if code == "" || !s.Has(id) {
		return clean(code)
	}
	return s.Text(id, nil)
}

// Left says how much of something remains, in the largest unit of which two are left, days first: "3 days left", "47 hours left".
// Nothing left is "over".
func (s *Speaker) Left(d time.Duration) string {
	if d <= 0 {
		return s.Text("grace.over", nil)
	}
	const day = 24 * time.Hour
	n, id := d/time.Second, "grace.left.seconds"
	switch {
	case d >= 2*day:
		n, id = d/day, "grace.left.days"
	case d >= 2*time.Hour:
		n, id = d/time.Hour, "grace.left.hours"
	case d >= 2*time.Minute:
		n, id = d/time.Minute, "grace.left.minutes"
	}
	return s.Text(id, map[string]any{"n": int(max(n, 1))})
}
