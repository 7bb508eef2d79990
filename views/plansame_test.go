package views

import (
	"testing"

	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

func TestAPlanThatChangesNothingInItsTimeSaysSoAndHasNothingToAvoid(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	b.w.plan = planForm{tab: tabWhatIf, conditions: []planCondition{newCondition(simulate.Maintenance)}}
	b.w.visit(b.w.planPlace())
	b.clickID("plan.try")
	m := b.planned()
	b.mustSay("Nothing changes in this time: 4 Nov to 5 Nov.")
	if m.Tone != terms.ToneOK || len(m.Ways) != 0 || m.Products[0].Avoid != "" {
		t.Errorf("%s, ways %v, avoid %q", m.Tone, m.Ways, m.Products[0].Avoid)
	}
	b.mustNotSay(b.w.v.Action(terms.ActTellBuyer))
}

func TestAPlanThatEndsSomethingIsNotCalledQuiet(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	for _, k := range []simulate.Kind{simulate.Offline, simulate.Revoked} {
		c := newCondition(k)
		s, wrong := b.w.v.scenario(planForm{conditions: []planCondition{c}}, wallOf(b.w.snap))
		if wrong != nil {
			t.Fatal(*wrong)
		}
		if planChangesNothing(b.w.snap, s, simulate.Run(b.w.snap.Facts, wallOf(b.w.snap), s)) {
			t.Errorf("%s changes something", k)
		}
	}
}

func TestTheLastDayOfAConditionIsTheSameInItsLineAndInItsBar(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	tryPlan(b, simulate.Offline)
	m := b.planned()
	if m.Conditions[0] != "No contact with any vendor, 4 Nov to 2 Jan" || m.Lanes.Reaches[0].Word != "60 days, to 2 Jan" {
		t.Errorf("%q beside %q", m.Conditions[0], m.Lanes.Reaches[0].Word)
	}
}
