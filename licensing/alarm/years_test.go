package alarm

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// life is a product over years: contacts and renewals come when they come.
type life struct {
	id       string
	window   time.Duration // of a contact; zero: none
	grace    time.Duration
	contacts []time.Time
	renewals []time.Time // a year each
}

func (l life) at(now time.Time) held {
	h := held{id: l.id}
	last := func(all []time.Time) (t time.Time) {
		for _, x := range all {
			if !x.After(now) {
				t = x
			}
		}
		return t
	}
	if l.window > 0 {
		h.contact = last(l.contacts)
		h.offline = h.contact.Add(l.window)
		h.offlineOver = h.offline.Add(l.grace)
	}
	if len(l.renewals) > 0 {
		h.license = last(l.renewals).AddDate(1, 0, 0)
		h.grace = h.license.Add(l.grace)
	}
	return h
}

func lives(t *rapid.T) []life {
	var all []life
	for i := range rapid.IntRange(1, 5).Draw(t, "products") {
		l := life{id: fmt.Sprint("p", i), grace: days(rapid.IntRange(0, 40).Draw(t, "grace")), contacts: []time.Time{start}}
		if rapid.Bool().Draw(t, "offline") {
			l.window = time.Duration(rapid.IntRange(1, 24*90).Draw(t, "window")) * time.Hour
		}
		at := start
		for range rapid.IntRange(0, 20).Draw(t, "contacts") {
			at = at.Add(time.Duration(rapid.IntRange(1, 24*60).Draw(t, "after")) * time.Hour)
			l.contacts = append(l.contacts, at)
		}
		if rapid.Bool().Draw(t, "license") {
			at = start
			for range rapid.IntRange(1, 3).Draw(t, "renewals") {
				l.renewals = append(l.renewals, at)
				at = at.Add(days(rapid.IntRange(200, 420).Draw(t, "later")))
			}
		}
		all = append(all, l)
	}
	return all
}

// times are the times between two looks, over and over.
func times(t *rapid.T) []time.Duration {
	var all []time.Duration
	for _, h := range rapid.SliceOfN(rapid.IntRange(4, 40), 1, 20).Draw(t, "hours") {
		all = append(all, time.Duration(h)*time.Hour)
	}
	return all
}

func TestOverYearsThereIsAtMostOneNoticeADayAndNoStepTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, looks := lives(t), times(t)
		var st State
		var last time.Time
		told := map[string]int{}
		for i, now := 0, start; now.Before(start.AddDate(2, 0, 0)); i, now = i+1, now.Add(looks[i%len(looks)]) {
			var products []held
			for _, l := range all {
				products = append(products, l.at(now))
			}
			v := verdictAt(now, products...)
			a, next := Due(v, st, now)
			st = next
			if a == nil {
				continue
			}
			key := fmt.Sprint(a.Key, " ", a.Step, " ", a.OS, " ", a.Date)
			if a.Step == StepDays { // one for each number of days
				key += fmt.Sprint(" ", lastDay(a.Date.Sub(now)))
			}
			if told[key]++; told[key] > 1 {
				t.Fatalf("%s was told twice", key)
			}
			if !a.OS {
				continue
			}
			if !last.IsZero() && (now.Sub(last) < day || now.YearDay() == last.YearDay() && now.Year() == last.Year()) {
				t.Fatalf("notices at %v and %v", last, now)
			}
			last = now
		}
	})
}

// lastDay is the step that a time before an end belongs to.
func lastDay(left time.Duration) int {
	for _, n := range []int{1, 3, 7, 14, 30, 60} {
		if left <= days(n) {
			return n
		}
	}
	return 0
}

// Each step of each date is told, covered by a worse one of its moment (More), or passed by a later step of its own line before a
// notice was free again: nothing else keeps a step back.
func TestEveryStepIsToldOrGivesWayToAWorseOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, looks := lives(t), times(t)
		var st State
		for i, now := 0, start; now.Before(start.AddDate(1, 0, 0)); i, now = i+1, now.Add(looks[i%len(looks)]) {
			var products []held
			for _, l := range all {
				products = append(products, l.at(now))
			}
			v := verdictAt(now, products...)
			free := st.free(now)
			a, next := Due(v, st, now)
			if !free {
				st = next
				continue
			}
			// A notice was possible: then nothing for the operating system is left to tell.
			again, _ := Due(v, State{Lines: next.Lines}, now)
			if again != nil && again.OS {
				t.Fatalf("%v: after %+v there is still %+v", now, a, again)
			}
			st = next
		}
	})
}

func BenchmarkDue(b *testing.B) {
	var products []held
	for i := range 10_000 {
		products = append(products, held{id: fmt.Sprint("p", i), license: start.Add(days(300)), grace: start.Add(days(314)), contact: start, offline: start.Add(days(60))})
	}
	v := verdictAt(start, products...)
	_, st := Due(v, State{}, start)
	for b.Loop() {
		_, _ = Due(v, st, start)
	}
}
