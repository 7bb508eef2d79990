package plain

import (
	"strings"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

// chain is a product with an offline window, grace for its features and a kept one.
func chain() terms.ProductVerdict {
	offline, grace, render := utc("2026-12-02T22:59:59Z"), utc("2026-12-16T22:59:59Z"), utc("2026-12-05T22:59:59Z")
	ends, last := utc("2027-03-14T22:59:59Z"), utc("2027-03-28T21:59:59Z")
	return terms.ProductVerdict{
		ID: "acmecad", Works: []string{"edit", "export", "render"},
		Finding: terms.Finding{State: terms.StateActiveOffline, Slots: terms.Slots{
			"after": terms.Kept{ViewText: texts("open and print drawings"), View: texts("Edit drawings")},
		}},
		Features: map[string]terms.FeatureVerdict{
			"edit":   {ID: "edit", Name: text("Edit drawings"), Mode: terms.Keep, Until: grace, Then: terms.View},
			"export": {ID: "export", Name: text("Export"), Mode: terms.Keep},
			"render": {ID: "render", Mode: terms.Keep, Until: render, Then: terms.Pause},
		},
		OfflineUntil: offline, OfflineGrace: grace, LicenseEnds: ends, GraceEnds: last,
		Next: []terms.Event{
			{At: offline, Name: terms.EventOfflineEnds},
			{At: render, Name: terms.EventPause, Feature: "render"},
			{At: grace, Name: terms.EventOfflineGraceEnds},
			{At: grace, Name: terms.EventViewMode, Feature: "edit"},
			{At: ends, Name: terms.EventLicenseEnds},
		},
	}
}

func TestTheStepsOfAProductSayWhatEachDateDoes(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {
			"2 Dec 2026 | Offline time ends | The offline time ends. Grace starts by itself. Everything works.",
			"5 Dec 2026 | Pauses | render pauses.",
			"16 Dec 2026 | Grace ends (offline) | Grace after the offline time ends.",
			"16 Dec 2026 | View mode starts | View mode starts for Edit drawings. You can still open and print drawings.",
			"14 Mar 2027 | License ends | The license ends. Grace starts by itself.",
			"Later | After that | It stays like this. Nothing is deleted.",
		},
		"de": {
			"2. Dez. 2026 | Offline-Zeit endet | Die Offline-Zeit endet. Die Kulanzzeit beginnt von selbst. Alles funktioniert.",
			"5. Dez. 2026 | Pause beginnt | render pausiert.",
			"16. Dez. 2026 | Kulanzzeit endet (offline) | Die Kulanzzeit nach der Offline-Zeit endet.",
			"16. Dez. 2026 | Ansichtsmodus beginnt | Der Ansichtsmodus beginnt für Edit drawings. Sie können weiterhin open and print drawings.",
			"14. März 2027 | Lizenz endet | Die Lizenz endet. Die Kulanzzeit beginnt von selbst.",
			"Später | Danach | Es bleibt so. Nichts wird gelöscht.",
		},
	} {
		var got []string
		for _, x := range speaker(t, lang).Steps(chain(), now, berlin) {
			got = append(got, x.When+" | "+x.Title+" | "+x.Text)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s\ngot  %s\nwant %s", lang, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

func TestPartsThatLeaveAtOneMomentAreOneStep(t *testing.T) {
	p := chain()
	at := p.OfflineUntil
	p.Next = []terms.Event{{At: at, Name: terms.EventOfflineEnds}, {At: at, Name: terms.EventPause, Feature: "edit"}, {At: at, Name: terms.EventPause, Feature: "render"}}
	steps := speaker(t, "en").Steps(p, now, berlin)
	if len(steps) != 3 || steps[0].Text != "The offline time ends. Grace starts by itself." || steps[1].Text != "Edit drawings and render pause." {
		t.Errorf("%+v", steps)
	}
}

func TestWhatGoesOnForGoodIsSaidAsSuch(t *testing.T) {
	s := speaker(t, "en")
	p := chain()
	p.Features = map[string]terms.FeatureVerdict{"export": {ID: "export", Mode: terms.Keep}}
	p.Works, p.GraceEnds, p.Next = []string{"export"}, time.Time{}, p.Next[4:]
	steps := s.Steps(p, now, berlin)
	if len(steps) != 2 || steps[0].Text != "The license ends. Everything goes on working." || steps[1].Text != "Everything goes on working." {
		t.Errorf("%+v", steps)
	}
	if steps := s.Steps(terms.ProductVerdict{Finding: terms.Finding{State: terms.StateNotSetUp}}, now, berlin); len(steps) != 0 {
		t.Errorf("without a license: %+v", steps)
	}
}

func TestEveryEventHasANameAndAnEffectInEveryLanguage(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, name := range constants(t, "licensing/terms", "Event") {
			for _, list := range [][]string{nil, {"edit"}, {"edit", "render"}} {
				p := chain()
				p.Next = nil
				for _, id := range append([]string{}, list...) {
					p.Next = append(p.Next, terms.Event{At: now, Name: name, Feature: id})
				}
				if list == nil {
					p.Next = []terms.Event{{At: now, Name: name}}
				}
				part := name == terms.EventViewMode || name == terms.EventPause
				if part == (list == nil) {
					continue
				}
				x := s.Steps(p, now, berlin)[0]
				if untidy(x.Title) != "" || untidy(x.Text) != "" || !s.Has("effect."+name) {
					t.Errorf("%s %s: %q, %q", lang, name, x.Title, x.Text)
				}
			}
		}
	}
}

func TestABeginningHasItsTimeUnlessTheDayBeginsWithIt(t *testing.T) {
	p := chain()
	at := utc("2026-12-31T23:00:00Z")
	for _, name := range []string{terms.EventPolicyChange, terms.EventMaintenance, terms.EventLicenseStarts} {
		p.Next = []terms.Event{{At: at, Name: name}}
		if x := speaker(t, "en").Steps(p, now, berlin)[0]; x.When != "1 Jan 2027" {
			t.Errorf("%s in Berlin: %q", name, x.When)
		}
		if x := speaker(t, "en").Steps(p, now, time.UTC)[0]; x.When != "31 Dec 2026, 23:00" {
			t.Errorf("%s in UTC: %q", name, x.When)
		}
	}
}

func TestAReminderSaysOfWhat(t *testing.T) {
	p := chain()
	p.Next = []terms.Event{{At: now, Name: terms.EventReminder}}
	for lang, want := range map[string][2]string{
		"en": {"Reminder of the license end", "We begin to remind you that the license ends. Everything works."},
		"de": {"Erinnerung an das Lizenzende", "Ab jetzt erinnern wir Sie, dass die Lizenz endet. Alles funktioniert."},
	} {
		if x := speaker(t, lang).Steps(p, now, berlin)[0]; x.Title != want[0] || x.Text != want[1] {
			t.Errorf("%s: %q, %q", lang, x.Title, x.Text)
		}
	}
}

func TestAnEventWithoutWordsStandsAsItsCode(t *testing.T) {
	p := chain()
	p.Next = []terms.Event{{At: now, Name: "made_up"}}
	if x := speaker(t, "en").Steps(p, now, berlin)[0]; x.Title != "made_up" || x.Text != "made_up." {
		t.Errorf("%+v", x)
	}
}

func TestGraceIsNamedByItsCause(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, c := range causes() {
			if untidy(s.Cause(c)) != "" || untidy(s.CauseText(c)) != "" || s.CauseText(c) == string(c) {
				t.Errorf("%s %s: %q, %q", lang, c, s.Cause(c), s.CauseText(c))
			}
		}
		for _, e := range []string{"started", "changed", "ended", "recovered"} {
			if got := s.GraceEvent(e); untidy(got) != "" || got == e {
				t.Errorf("%s %s: %q", lang, e, got)
			}
		}
	}
	s := speaker(t, "en")
	for _, c := range []struct{ got, want string }{
		{s.Cause(""), ""},
		{s.CauseText("made_up"), "made_up"},
		{s.GraceEvent("made_up\x1b"), "made_up"},
		{s.CauseText(terms.CauseOffline), "The offline time ended before a new contact came."},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestWhatIsLeftIsSaidInTheUnitThatHelps(t *testing.T) {
	s, de := speaker(t, "en"), speaker(t, "de")
	for _, c := range []struct {
		d        time.Duration
		want, de string
	}{
		{75 * time.Hour, "3 days left", "noch 3 Tage"},
		{47 * time.Hour, "47 hours left", "noch 47 Stunden"},
		{119 * time.Minute, "119 minutes left", "noch 119 Minuten"},
		{90 * time.Second, "90 seconds left", "noch 90 Sekunden"},
		{time.Second, "1 second left", "noch 1 Sekunde"},
		{time.Millisecond, "1 second left", "noch 1 Sekunde"},
		{0, "over", "vorbei"},
		{-time.Hour, "over", "vorbei"},
	} {
		if got := s.Left(c.d); got != c.want {
			t.Errorf("%v is %q, want %q", c.d, got, c.want)
		}
		if got := de.Left(c.d); got != c.de {
			t.Errorf("%v is %q, want %q", c.d, got, c.de)
		}
	}
}
