package views

import (
	"slices"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

// planTime is when the conditions of a scenario hold; a zero to is for good.
func planTime(sc simulate.Scenario) (from, to time.Time) {
	forGood := sc.NeverOnline
	for i, c := range sc.Conditions {
		if i == 0 || c.From.Before(from) {
			from = c.From
		}
		end := conditionEnd(c)
		if forGood = forGood || end.IsZero(); end.After(to) {
			to = end
		}
	}
	if forGood {
		to = time.Time{}
	}
	return from, to
}

// sameWork says that two spans are the same to who works in them.
func sameWork(a, b simulate.Span) bool {
	return a.Mode == b.Mode && a.Cause == b.Cause && slices.Equal(a.Works, b.Works) && slices.Equal(a.View, b.View) && slices.Equal(a.Paused, b.Paused)
}

// upToPlan are the spans before a moment, those that are the same joined.
func upToPlan(spans []simulate.Span, to time.Time) []simulate.Span {
	early := slices.DeleteFunc(slices.Clone(spans), func(x simulate.Span) bool { return !to.IsZero() && !x.From.Before(to) })
	return merged(early, sameWork)
}

// planChangesNothing says that everything works while the conditions of a scenario hold, exactly as it does without them, and
// that they also end nothing later.
func planChangesNothing(s licensing.Snapshot, sc simulate.Scenario, r simulate.Result) bool {
	if len(sc.Conditions) == 0 && !sc.NeverOnline || len(r.Products) == 0 {
		return false
	}
	_, to := planTime(sc)
	without := simulate.Run(s.Facts, wallOf(s), simulate.Scenario{From: sc.From, Until: sc.Until})
	if len(without.Products) != len(r.Products) {
		return false
	}
	for i, l := range r.Products {
		base := without.Products[i]
		a, b := upToPlan(l.Spans, to), upToPlan(base.Spans, to)
		if !l.Lost.Equal(base.Lost) || len(a) != len(b) {
			return false
		}
		for j := range a {
			if !a[j].Mode.Full() || !sameWork(a[j], b[j]) || j > 0 && !a[j].From.Equal(b[j].From) {
				return false
			}
		}
	}
	return true
}

// planNothing answers for a scenario that changes nothing. lost is what ends something all the same; zero: nothing does.
func (v voice) planNothing(sc simulate.Scenario, r simulate.Result, name string, lost time.Time) plain.Answers {
	a := plain.Answers{
		Headline: v.t("plan.same"), Happened: v.t("plan.same.happened"), Works: v.t("plan.same.works"), Do: v.t("plan.same.do"), By: v.t("plan.same.by_none"),
	}
	if from, to := planTime(sc); !to.IsZero() {
		a.Headline = v.t("plan.same.between", "from", v.DayMonth(from, r.From, v.zone), "to", v.DayMonth(lastMoment(to), r.From, v.zone))
	}
	if !lost.IsZero() {
		a.By = v.t("plan.same.by", "product", name, "date", v.Until(lastMoment(lost), r.From, v.zone))
	}
	return a
}

// lastMoment is the last one before t; zero stays zero.
func lastMoment(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-time.Second)
}

// asUsual puts a plan that changes nothing into words: nothing has to be avoided.
func (v voice) asUsual(m *planModel, sc simulate.Scenario, r simulate.Result, first simulate.Lane) {
	m.Tone, m.Ways = terms.ToneOK, nil
	m.Answers = v.planNothing(sc, r, v.name(first.Name, first.Product), first.Lost)
	for i := range m.Products {
		m.Products[i].Avoid = ""
	}
}
