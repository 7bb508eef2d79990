package simulate

import (
	"slices"

	"holdfast/licensing/terms"
)

// assumptions are the codes of what a scenario takes for granted.
func (s *Scenario) assumptions(f *terms.Facts) []string {
	has := map[string]bool{AssumeRunning: true}
	breaks, forGood := false, false
	for i := range s.Conditions {
		c := &s.Conditions[i]
		switch c.Kind {
		case Clock:
			has[AssumeClockRight] = has[AssumeClockRight] || c.For.Lasts()
			has[AssumeClockAlone] = has[AssumeClockAlone] || c.By > ahead && !s.NeverOnline
		case Maintenance:
			has[AssumeAnnounced] = true
		case Replaced:
			has[AssumeNoAnswer] = true
		case Revoked:
			has[AssumeRevoked] = true
		}
		if c.breaks() || c.Kind == Clock && c.By > ahead {
			breaks = true
			has[AssumeFiles] = true
			forGood = forGood || c.end().IsZero() && c.Vendor == "" && c.Product == ""
			has[AssumeOnline] = has[AssumeOnline] || !c.end().IsZero() && !s.NeverOnline
		}
	}
	// Contact comes back after all that breaks it, and settles the clock then.
	has[AssumeOnline] = has[AssumeOnline] && !forGood
	has[AssumeClockAlone] = has[AssumeClockAlone] && !has[AssumeOnline]
	switch {
	case s.NeverOnline:
		has[AssumeNothing], has[AssumeFiles] = true, false
	case breaks:
		has[AssumeContact] = true
	default:
		has[AssumeAlways] = true
	}
	if !s.NeverOnline && (f.Device.Changed != nil || f.Records.State == terms.StateRolledBack || !f.Clock.Line.IsZero()) {
		has[AssumeSettled] = true
	}
	return slices.DeleteFunc(Assumed(), func(code string) bool { return !has[code] })
}
