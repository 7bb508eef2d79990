package terms

import "time"

// BehindMost is how far the wall clock may lie below the time that is proven to have passed (design: Time, rule 2).
const BehindMost = 24 * time.Hour

// believed is the wall time as far as it is believed.
func (e *evaluation) believed() time.Time {
	if line := e.facts.Clock.Line; !line.IsZero() {
		return line.Round(0).UTC()
	}
	return e.wall
}

// clock is about a wall clock that looks wrong, or that jumped and is not believed yet.
func (e *evaluation) clock(limited bool) (ranked, bool) {
	sure, root := time.Time{}, ""
	for r, l := range e.facts.Lower {
		if l.After(sure) || l.Equal(sure) && r < root {
			sure, root = l.Round(0).UTC(), r
		}
	}
	c := e.facts.Clock
	r := ranked{rank: rankFix, at: e.wall, date: e.firstEnd()}
	if limited {
		r.rank = rankClock // what is limited may be so for the date alone
	}
	switch {
	case !sure.IsZero() && e.wall.Add(BehindMost).Before(sure):
		r.Finding = finding(StateClockWrong, Slots{"local": e.wall, "sure": sure, "date_or_none": r.date, "vendor": e.vendor(root).Name}, ActCheckAgain)
		r.Also, r.at = ActCheckin, sure
		r.Reasons = []Reason{{Rule: RuleClockWrong, Evidence: pairs("wall", e.wall, "sure", sure), Authority: e.vendor(root).Name, At: sure}}
	case !c.Line.IsZero():
		r.Finding = finding(StateClockUnsure, Slots{"from": c.From, "to": c.To, "sure": sure, "date_or_none": r.date, "vendor": e.onlyVendor()}, "")
		r.Also, r.at = ActCheckin, c.Line
		r.Reasons = []Reason{{Rule: RuleClockUnsure, Evidence: pairs("jump_from", c.From, "jump_to", c.To, "line", c.Line, "sure", sure), At: c.To}}
	default:
		return r, false
	}
	return r, true
}

// firstEnd is the first date at which a product that works now stops working in full without a contact.
func (e *evaluation) firstEnd() time.Time {
	var first time.Time
	for _, p := range e.products {
		for _, f := range p.Features {
			if f.Mode == Keep {
				first = sooner(first, f.Until)
			}
		}
	}
	return first
}

// limited says that some product is not at full use today.
func (e *evaluation) limited() bool {
	for _, p := range e.products {
		if p.limited {
			return true
		}
	}
	return false
}
