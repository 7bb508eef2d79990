package alarm

import (
	"strings"
	"testing"
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

func TestAStateIsReadAsItWasWritten(t *testing.T) {
	s := State{Shown: start, Snoozed: start.Add(day), Lines: map[string]Mark{
		"root/cad/license_ends": {End: start.Add(days(30)), Told: start}, computerKey + "clock_wrong": {Told: start},
	}}
	b, err := s.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if got := ParseState(b); !got.Equal(s) {
		t.Errorf("%+v, want %+v", got, s)
	}
	const golden = `{"version":1,"shown":"2026-03-01T09:00:00Z","snoozed":"2026-03-02T09:00:00Z","lines":{` +
		`"computer/clock_wrong":{"told":"2026-03-01T09:00:00Z"},` +
		`"root/cad/license_ends":{"end":"2026-03-31T09:00:00Z","told":"2026-03-01T09:00:00Z"}}}`
	if string(b) != golden {
		t.Errorf("written as\n%s\nwant\n%s", b, golden)
	}
}

func TestWhatIsNoStateCountsAsNothingTold(t *testing.T) {
	for _, b := range []string{
		"", "{", "null", "[]", `{"version":2,"shown":"2026-03-01T09:00:00Z"}`, `{"shown":"2026-03-01T09:00:00Z"}`,
		`{"version":1,"shown":"yesterday"}`, `{"version":1,"lines":{"` + strings.Repeat("k", keyLimit+1) + `":{}}}`,
	} {
		if got := ParseState([]byte(b)); !got.Equal(State{}) {
			t.Errorf("%.60s: %+v", b, got)
		}
	}
}

func FuzzParseState(f *testing.F) {
	f.Add([]byte(`{"version":1,"shown":"2026-03-01T09:00:00Z","lines":{"a":{"end":"2026-03-31T09:00:00Z","told":"2026-03-01T09:00:00Z"}}}`))
	f.Add([]byte(`{"version":1,"lines":{"a":{"told":"9999-12-31T23:59:59Z"}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := ParseState(b)
		again, err := s.Marshal()
		if err != nil {
			t.Fatalf("%v", err)
		}
		if !ParseState(again).Equal(s) {
			t.Fatalf("%s is read as another state", again)
		}
		v := verdictAt(start, held{id: "a", license: start.Add(days(5)), grace: start.Add(days(9)), contact: start, offline: start.Add(days(2)), offlineOver: start.Add(days(3))})
		_, next := Due(v, s, start) // whatever the state says
		if next.Shown.After(start) {
			t.Fatalf("shown at %v", next.Shown)
		}
	})
}

func TestWhatIsGoneIsForgottenUnlessItCannotBeRead(t *testing.T) {
	h := held{id: "cad", license: start.Add(days(30)), grace: start.Add(days(44))}
	_, st := Due(verdictAt(start, h), State{}, start)
	if len(st.Lines) != 1 {
		t.Fatalf("%+v", st)
	}
	locked := verdictAt(start)
	locked.Main = terms.Finding{State: terms.StateKeychainLocked, Tone: terms.ToneWarn}
	if _, kept := Due(locked, st, start); len(kept.Lines) != 2 {
		t.Errorf("%+v", kept)
	}
	none := verdictAt(start)
	none.Main = terms.Finding{State: terms.StateNotSetUp}
	if _, gone := Due(none, st, start); len(gone.Lines) != 0 {
		t.Errorf("%+v", gone)
	}
}

func TestEveryAlarmHasWordsInEveryLanguage(t *testing.T) {
	h := held{id: "cad", license: start.Add(days(70)), grace: start.Add(days(84)), contact: start, offline: start.Add(days(20)), offlineOver: start.Add(days(30))}
	for _, lang := range plain.Languages() {
		s, err := plain.New(lang)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[Step]bool{}
		for _, a := range watch(start, start.Add(days(100)), time.Hour, func(now time.Time) terms.Verdict {
			v := verdictAt(now, h, held{id: "second", license: start.Add(days(83)), grace: start.Add(days(90))})
			if now.After(start.Add(days(40))) {
				v.Others = append(v.Others, terms.Finding{State: terms.StateDiskFull, Tone: terms.ToneWarn})
			}
			return v
		}) {
			seen[a.Step] = true
			title, text := a.Words(s, time.UTC)
			if title == "" || text == "" || plain.IsMissing(title+text) || strings.Contains(title+text, "{{") {
				t.Errorf("%s: %q, %q for %+v", lang, title, text, a)
			}
		}
		for _, step := range []Step{StepDays, StepQuarter, StepStarted, StepHalf, StepEnded, StepOpen} {
			if !seen[step] {
				t.Errorf("no alarm is at %s", step)
			}
		}
	}
}
