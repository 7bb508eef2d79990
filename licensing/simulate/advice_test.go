package simulate

import (
	"strings"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

// Nobody can answer in these plans, or what helps is not a file: the advice is what can be done.
func TestWhatIsAdvisedCanBeDoneInThePlan(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	for name, c := range map[string]struct {
		s    Scenario
		want string
	}{
		"silent":                       {Scenario{Conditions: []Condition{{Kind: Silent}}}, "unanswered"},
		"outage and never online":      {Scenario{NeverOnline: true, Conditions: []Condition{{Kind: Outage, For: terms.Days(60)}}}, "unanswered"},
		"outage that begins later":     {Scenario{NeverOnline: true, Conditions: []Condition{{Kind: Outage, From: day(t, "2026-11-20"), For: terms.Days(60)}}}, "checkin by 2026-11-19 23:59:59"},
		"no internet and never online": {Scenario{NeverOnline: true, Conditions: []Condition{{Kind: Offline, For: terms.Days(60)}}}, "checkin by 2026-12-05 23:59:59"},
		"another computer":             {Scenario{Conditions: []Condition{{Kind: Replaced}}}, "request"},
		"another, and no vendor":       {Scenario{Conditions: []Condition{{Kind: Replaced}, {Kind: Silent}}}, "unanswered"},
		"another, and withdrawn":       {Scenario{Conditions: []Condition{{Kind: Replaced}, {Kind: Revoked}}}, "none"},
		"the clock ahead":              {Scenario{Conditions: []Condition{{Kind: Clock, By: 400 * 24 * time.Hour}}}, "set_date by 2026-11-04 09:11:59"},
		"the clock ahead, no vendor":   {Scenario{NeverOnline: true, Conditions: []Condition{{Kind: Clock, By: 20 * 24 * time.Hour}}}, "set_date by 2026-11-15 23:59:59 until 2026-12-06"},
	} {
		r := Run(home(t, cad(t)), now, c.s)
		_, advice, _ := strings.Cut(told(r.Products[0]), "lost ")
		_, advice, _ = strings.Cut(advice, "\n")
		if !strings.HasPrefix(advice, c.want) {
			t.Errorf("%s: %q, not %q\n%s", name, advice, c.want, told(r.Products[0]))
		}
	}
}

func TestAssumptionsDoNotContradictEachOther(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	ahead := Condition{Kind: Clock, By: 400 * 24 * time.Hour}
	for want, all := range map[string][]Condition{
		"contact_at_start no_files clock_alone computer_on": {ahead, {Kind: Offline, For: terms.Days(60)}},
		"contact_at_start no_files computer_on":             {{Kind: Silent}, {Kind: Offline, For: terms.Days(60)}},
	} {
		if got := strings.Join(Run(home(t), now, Scenario{Conditions: all}).Assumptions, " "); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}

func TestAWithdrawalThatBeginsNowHasNoSpanBeforeIt(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	l := Run(home(t, cad(t)), now, Scenario{Conditions: []Condition{{Kind: Revoked}}}).Products[0]
	if s := l.Spans[0]; s.Mode.Full() || s.State != terms.StateRevoked || !l.Lost.Equal(now) || s.Finding.Slots["date"] != now {
		t.Errorf("%s\n%v", told(l), l.Spans[0].Finding.Slots["date"])
	}
}

func TestAVersionThatIsNotCoveredGetsNoBetterAfterTheEnd(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	l := Run(home(t, cad(t)), now, Scenario{Conditions: []Condition{{Kind: Version, Version: "7"}}}).Products[0]
	for _, s := range l.Spans {
		if s.Mode != None || s.State != terms.StateVersionNotCovered || len(s.Works) > 0 {
			t.Error(told(l))
		}
	}
}
