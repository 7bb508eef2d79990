package alarm

import (
	"testing"
	"time"

	"holdfast/licensing/terms"
)

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// held is a product as its verdict is at a time, made of its dates alone.
type held struct {
	id                   string
	license, grace       time.Time
	contact              time.Time
	offline, offlineOver time.Time
	told                 time.Time
}

func (h held) at(now time.Time) terms.ProductVerdict {
	p := terms.ProductVerdict{
		ID: h.id, Vendor: "root", Name: terms.Plain("Acme " + h.id), At: now, LicenseEnds: h.license, GraceEnds: h.grace,
		LastContact: h.contact, OfflineUntil: h.offline, OfflineGrace: h.offlineOver,
	}
	state := terms.StateActive
	runs := func(cause terms.Cause, from, until time.Time, in, over terms.State) {
		switch {
		case from.IsZero() || !now.After(from):
		case now.After(until):
			state = over
		default:
			state, p.Cause, p.GraceStarted, p.GraceUntil, p.GraceActive = in, cause, from, until, true
		}
	}
	runs(terms.CauseOffline, h.offline, h.offlineOver, terms.StateGraceOffline, terms.StateLimited)
	runs(terms.CauseRenewal, h.license, h.grace, terms.StateGraceRenewal, terms.StateExpired)
	p.Finding = terms.Finding{State: state, Tone: state.Tone(), Product: h.id, Told: h.told}
	return p
}

func verdictAt(now time.Time, all ...held) terms.Verdict {
	v := terms.Verdict{At: now}
	for _, h := range all {
		v.Products = append(v.Products, h.at(now))
	}
	if len(v.Products) > 0 {
		v.Main = v.Products[0].Finding
	}
	return v
}

// shown is what a person sees when the alarm is asked at each step of a clock.
type shown struct {
	at time.Time
	Alarm
}

func watch(from, until time.Time, every time.Duration, verdict func(time.Time) terms.Verdict) []shown {
	var all []shown
	var st State
	for now := from; !now.After(until); now = now.Add(every) {
		a, next := Due(verdict(now), st, now)
		if a != nil {
			all = append(all, shown{now, *a})
		}
		st = next
	}
	return all
}

func days(n int) time.Duration { return time.Duration(n) * day }

func TestALicenseEndIsToldAtItsStepsAndItsGraceAtThose(t *testing.T) {
	h := held{id: "cad", license: start.Add(days(90)), grace: start.Add(days(104))}
	got := watch(start, start.Add(days(140)), time.Hour, func(now time.Time) terms.Verdict { return verdictAt(now, h) })
	want := []struct {
		after int // days
		step  Step
		os    bool
	}{
		{30, StepDays, false},
		{60, StepDays, false},
		{76, StepDays, true},
		{83, StepDays, true},
		{87, StepDays, true},
		{89, StepDays, true},
		{90, StepStarted, true},
		{97, StepHalf, true},
		{101, StepDays, true},
		{103, StepDays, true},
		{104, StepEnded, true},
	}
	if len(got) != len(want) {
		t.Fatalf("%d alarms, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		if at := start.Add(days(w.after)); got[i].Step != w.step || got[i].OS != w.os || got[i].at.Sub(at) > 2*time.Hour || got[i].at.Before(at) {
			t.Errorf("%d: %s at %v, OS %v; want %s after %d days, OS %v", i, got[i].Step, got[i].at, got[i].OS, w.step, w.after, w.os)
		}
	}
}

func TestAnOfflineWindowIsToldWithAQuarterLeftThenInItsLastDaysAndThroughItsGrace(t *testing.T) {
	h := held{id: "cad", contact: start, offline: start.Add(days(40)), offlineOver: start.Add(days(54))}
	got := watch(start, start.Add(days(80)), time.Hour, func(now time.Time) terms.Verdict { return verdictAt(now, h) })
	var steps []Step
	for _, a := range got {
		steps = append(steps, a.Step)
		if !a.OS || a.Event != terms.EventOfflineEnds {
			t.Errorf("%+v", a)
		}
	}
	want := []Step{StepQuarter, StepDays, StepDays, StepStarted, StepHalf, StepDays, StepDays, StepEnded}
	if len(steps) != len(want) {
		t.Fatalf("%v, want %v", steps, want)
	}
	for i := range want {
		if steps[i] != want[i] {
			t.Errorf("%v, want %v", steps, want)
		}
	}
	if !got[0].at.Equal(start.Add(days(30))) || !got[3].Date.Equal(h.offlineOver) || !got[0].Date.Equal(h.offline) {
		t.Errorf("%+v", got)
	}
}

func TestNothingIsToldOnQuietDays(t *testing.T) {
	h := held{id: "cad", license: start.Add(days(300)), grace: start.Add(days(314)), contact: start, offline: start.Add(days(60)), offlineOver: start.Add(days(74))}
	if got := watch(start, start.Add(days(30)), 10*time.Minute, func(now time.Time) terms.Verdict { return verdictAt(now, h) }); len(got) > 0 {
		t.Errorf("%+v", got)
	}
	keeps := held{id: "view"} // no date at all
	if got := watch(start, start.Add(days(30)), time.Hour, func(now time.Time) terms.Verdict { return verdictAt(now, keeps) }); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestAContactStartsTheStepsAnew(t *testing.T) {
	got := watch(start, start.Add(days(60)), time.Hour, func(now time.Time) terms.Verdict {
		h := held{id: "cad", contact: start}
		if now.After(start.Add(days(35))) {
			h.contact = start.Add(days(35))
		}
		h.offline, h.offlineOver = h.contact.Add(days(40)), h.contact.Add(days(54))
		return verdictAt(now, h)
	})
	if len(got) != 1 || got[0].Step != StepQuarter {
		t.Errorf("%+v", got)
	}
}

func TestWindowsOfSecondsKeepTheOrderAndStayAtOneNoticeADay(t *testing.T) {
	h := held{id: "cad", contact: start, offline: start.Add(3 * time.Second), offlineOver: start.Add(7 * time.Second)}
	at := func(n int) terms.Verdict { return verdictAt(start.Add(time.Duration(n)*time.Second), h) }
	var st State
	var steps []Step
	for n := range 12 {
		now := start.Add(time.Duration(n) * days(2)) // a notice may be shown each time
		a, next := Due(at(n), st, now)
		if st = next; a != nil {
			steps = append(steps, a.Step)
		}
	}
	want := []Step{StepQuarter, StepStarted, StepHalf, StepEnded}
	if len(steps) != len(want) || steps[0] != want[0] || steps[1] != want[1] || steps[2] != want[2] || steps[3] != want[3] {
		t.Errorf("%v, want %v", steps, want)
	}
	if got := watch(start, start.Add(20*time.Second), 500*time.Millisecond, func(now time.Time) terms.Verdict { return verdictAt(now, h) }); len(got) != 1 {
		t.Errorf("%d notices in 20 seconds", len(got))
	}
}

func TestTheWorstIsToldAndCoversTheRestOfThatMoment(t *testing.T) {
	soon := held{id: "soon", license: start.Add(days(14)), grace: start.Add(days(40))}
	over := held{id: "over", contact: start.Add(-days(60)), offline: start.Add(-days(10)), offlineOver: start.Add(time.Hour)}
	var st State
	_, st = Due(verdictAt(start.Add(-time.Minute), soon, over), st, start.Add(-days(3)))
	now := start.Add(2 * time.Hour)
	a, st := Due(verdictAt(now, soon, over), st, now)
	if a == nil || a.Product != "over" || a.Step != StepEnded || a.More != 1 {
		t.Fatalf("%+v", a)
	}
	for n := range 6 * 24 {
		at := now.Add(time.Duration(n+1) * time.Hour)
		if a, st = Due(verdictAt(at, soon, over), st, at); a != nil {
			t.Errorf("%v: %+v", at, a)
		}
	}
}

func TestWhatSomebodyWasToldOfIsQuietUntilTheStateChanges(t *testing.T) {
	h := held{id: "cad", license: start.Add(days(20)), grace: start.Add(days(34))}
	got := watch(start, start.Add(days(50)), time.Hour, func(now time.Time) terms.Verdict {
		h := h
		if !now.After(h.license) {
			h.told = start
		}
		v := verdictAt(now, h)
		if !h.told.IsZero() {
			v.Products[0].State = terms.StateEndingSoon
		}
		return v
	})
	if len(got) == 0 || got[0].Step != StepStarted {
		t.Errorf("%+v", got)
	}
}

func TestAToldLicenseEndDoesNotSilenceTheOfflineWindow(t *testing.T) {
	h := held{id: "cad", license: start.Add(days(90)), grace: start.Add(days(104)), contact: start, offline: start.Add(days(20)), offlineOver: start.Add(days(30)), told: start}
	got := watch(start, start.Add(days(16)), time.Hour, func(now time.Time) terms.Verdict {
		v := verdictAt(now, h)
		v.Products[0].State = terms.StateEndingSoon
		return v
	})
	if len(got) != 1 || got[0].Step != StepQuarter {
		t.Errorf("%+v", got)
	}
}

func TestASnoozeSilencesWhatComesLaterOnly(t *testing.T) {
	far := held{id: "far", license: start.Add(days(14)), grace: start.Add(days(40))}
	near := held{id: "near", contact: start, offline: start.Add(days(4)), offlineOver: start.Add(days(6))}
	var st State
	_, st = Due(verdictAt(start.Add(-time.Hour), far), st, start.Add(-days(2)))
	a, st := Due(verdictAt(start.Add(time.Minute), far), st, start.Add(time.Minute))
	if a == nil || a.Product != "far" || !a.Snooze.Equal(far.license.Add(-day)) {
		t.Fatalf("%+v", a)
	}
	st.Snoozed = a.Snooze
	var products []string
	for now := start.Add(time.Hour); now.Before(start.Add(days(15))); now = now.Add(time.Hour) {
		if a, st = Due(verdictAt(now, far, near), st, now); a != nil {
			products = append(products, a.Product+" "+string(a.Step))
			if a.Product == "far" && now.Before(far.license.Add(-day)) {
				t.Errorf("%v: %+v", now, a)
			}
		}
	}
	if len(products) < 4 || products[0] != "near days" || products[len(products)-1] != "far started" {
		t.Errorf("%v", products)
	}
}

func TestAStateOfTheComputerIsToldOnceThenOnceADay(t *testing.T) {
	verdict := func(now time.Time) terms.Verdict {
		v := verdictAt(now)
		f := terms.Finding{State: terms.StateClockWrong, Tone: terms.ToneWarn}
		v.Main = terms.Finding{State: terms.StateNotSetUp}
		if now.After(start.Add(time.Hour)) && now.Before(start.Add(days(3))) {
			v.Others = append(v.Others, f)
		}
		if now.After(start.Add(days(10))) {
			v.Others = append(v.Others, terms.Finding{State: terms.StateRecordsRepaired, Tone: terms.ToneNotice})
		}
		return v
	}
	got := watch(start, start.Add(days(20)), 30*time.Minute, verdict)
	if len(got) != 4 {
		t.Fatalf("%d: %+v", len(got), got)
	}
	for i, a := range got[:3] {
		if a.Step != StepOpen || !a.OS || a.Finding.State != terms.StateClockWrong || a.at.Sub(start) < days(i) || a.at.Sub(start) > days(i)+2*time.Hour {
			t.Errorf("%d: %+v", i, a)
		}
	}
	if got[3].Finding.State != terms.StateRecordsRepaired {
		t.Errorf("%+v", got[3])
	}
}

func TestAnAnnouncementIsToldInTheWindowWhenItArrivesAndTwoDaysBefore(t *testing.T) {
	date := start.Add(days(9))
	got := watch(start, start.Add(days(12)), time.Hour, func(now time.Time) terms.Verdict {
		v := verdictAt(now, held{id: "cad"})
		if now.After(start.Add(time.Hour)) && now.Before(date) {
			v.Others = []terms.Finding{{State: terms.StateMaintenance, Tone: terms.ToneNotice, Product: "cad", Slots: terms.Slots{"ref": "N-1", "date": date}}}
		}
		return v
	})
	if len(got) != 2 || got[0].Step != StepArrived || got[1].Step != StepDays || got[0].OS || got[1].OS {
		t.Fatalf("%+v", got)
	}
	if !got[1].at.Equal(date.Add(-days(2))) {
		t.Errorf("second at %v", got[1].at)
	}
}

func TestAClockThatRanAheadDoesNotSilenceWhatIsToldLater(t *testing.T) {
	h := held{id: "cad", license: start.Add(days(30)), grace: start.Add(days(44))}
	var st State
	_, st = Due(verdictAt(start, h), st, start)
	ahead := start.Add(days(400))
	_, st = Due(verdictAt(ahead, h), st, ahead)
	var told []Step
	for now := start.Add(time.Hour); now.Before(start.Add(days(31))); now = now.Add(time.Hour) {
		var a *Alarm
		if a, st = Due(verdictAt(now, h), st, now); a != nil {
			told = append(told, a.Step)
		}
	}
	if len(told) < 5 {
		t.Errorf("%v", told)
	}
}

func TestAHomeThatIsFirstLookedAtLongAfterAnEndSaysNothing(t *testing.T) {
	h := held{id: "cad", license: start.Add(-days(300)), grace: start.Add(-days(290))}
	if got := watch(start, start.Add(days(30)), time.Hour, func(now time.Time) terms.Verdict { return verdictAt(now, h) }); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}
