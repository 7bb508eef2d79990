package alarm

import (
	"testing"
	"time"

	"holdfast/licensing/terms"
)

func TestAUsageFileIsToldAWeekAndADayBeforeItIsDueAndOnceWhenItIsLate(t *testing.T) {
	due := start.Add(days(20))
	late := terms.Finding{State: terms.StateUsageOverdue, Tone: terms.ToneWarn, Product: "cad", Slots: terms.Slots{"date": due}}
	got := watch(start, start.Add(days(40)), time.Hour, func(now time.Time) terms.Verdict {
		p := terms.ProductVerdict{ID: "cad", Vendor: "root", At: now, UsageDue: due, Finding: terms.Finding{State: terms.StateActiveNoEnd, Product: "cad"}}
		v := terms.Verdict{At: now, Products: []terms.ProductVerdict{p}, Main: p.Finding}
		if now.After(due) {
			v.Main = late
		}
		return v
	})
	want := []struct {
		after int
		step  Step
		state terms.State
	}{{13, StepDays, terms.StateActiveNoEnd}, {19, StepDays, terms.StateActiveNoEnd}, {20, StepLate, terms.StateUsageOverdue}}
	if len(got) != len(want) {
		t.Fatalf("%d alarms: %+v", len(got), got)
	}
	for i, w := range want {
		if at := start.Add(days(w.after)); got[i].Step != w.step || got[i].Finding.State != w.state || !got[i].OS || got[i].at.Before(at) || got[i].at.Sub(at) > 2*time.Hour {
			t.Errorf("%d: %s %s at %v", i, got[i].Step, got[i].Finding.State, got[i].at)
		}
	}
}
