package plain

import (
	"strings"
	"testing"
	"time"

	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

// sketch is the "what if" of words.md 5.3: 60 days without contact from 1 December on.
var sketch = []Span{
	{From: utc("2026-11-30T23:00:00Z"), To: utc("2026-12-31T22:59:59Z"), State: terms.StateActiveOffline, Mode: "works", Works: []string{"Edit drawings", "Cloud render"}},
	{From: utc("2026-12-31T23:00:00Z"), To: utc("2027-01-03T22:59:59Z"), State: terms.StateGraceOffline, Cause: terms.CauseOffline, Mode: "grace", Works: []string{"Edit drawings", "Cloud render"}},
	{
		From: utc("2027-01-03T23:00:00Z"), To: utc("2027-01-14T22:59:59Z"), State: terms.StateLimitedParts, Cause: terms.CauseOffline, Mode: "parts",
		Works: []string{"Edit drawings"}, Paused: []string{"Cloud render"},
	},
	{From: utc("2027-01-14T23:00:00Z"), State: terms.StateLimited, Mode: "view", View: []string{"Edit drawings", "Cloud render"}},
}

func TestThePlanOfTheSketchIsSaidAsThere(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"1 Dec – 31 Dec | Works", "1 Jan – 14 Jan | Grace (offline). Works, Cloud render until 3 Jan", "from 15 Jan | View and export only"},
		"de": {"1. Dez. – 31. Dez. | Läuft", "1. Jan. – 14. Jan. | Kulanzzeit (offline). Läuft, Cloud render bis 3. Jan.", "ab 15. Jan. | Nur ansehen und exportieren"},
	} {
		var got []string
		for _, l := range speaker(t, lang).Spans(sketch, now, berlin) {
			got = append(got, l.When+" | "+l.Text)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s\ngot  %q\nwant %q", lang, got, want)
		}
	}
}

func TestAPlanIsSummedUp(t *testing.T) {
	ways := []Way{
		{Kind: "moretime", By: utc("2026-12-01T22:59:59Z"), More: terms.Days(30)},
		{Kind: "checkin", By: utc("2027-01-14T22:59:59Z")},
	}
	s := speaker(t, "en")
	a := s.Plan("AcmeCAD Pro", sketch, ways, now, berlin)
	for _, c := range []struct{ got, want string }{
		{a.Headline, "All of AcmeCAD Pro works until 3 January 2027."},
		{a.Happened, "Grace from 1 Jan, some parts off from 4 Jan and view mode from 15 Jan."},
		{a.Works, "Everything until 3 January 2027."},
		{a.Do, "To avoid this: get more time before 1 Dec (+30 days), or exchange files once by 14 Jan."},
		{a.By, "1 December 2026."},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
	a = speaker(t, "de").Plan("AcmeCAD Pro", sketch, ways[1:], now, berlin)
	for _, c := range []struct{ got, want string }{
		{a.Headline, "AcmeCAD Pro läuft in vollem Umfang bis zum 3. Januar 2027."},
		{a.Happened, "Kulanzzeit ab 1. Jan., einige Teile aus ab 4. Jan. und Ansichtsmodus ab 15. Jan."},
		{a.Do, "So vermeiden Sie das: bis 14. Jan. einmal Dateien austauschen."},
		{a.By, "14. Januar 2027."},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
	for _, c := range []struct {
		spans []Span
		want  string
	}{
		{sketch[:2], "X works all the time."},
		{[]Span{sketch[0], sketch[3]}, "X works until 31 December 2026."},
		{sketch[3:], "X is limited from the start."},
		{nil, "There is nothing to say about X."},
	} {
		if got := s.Plan("X", c.spans, ways, now, berlin); got.Headline != c.want {
			t.Errorf("got %q, want %q", got.Headline, c.want)
		}
	}
	if got := s.Plan("X", sketch[:2], ways, now, berlin); got.Do != "Nothing." || got.By != "No date." {
		t.Errorf("nothing is lost, and still: %q, %q", got.Do, got.By)
	}
}

func TestHowToAvoidALimit(t *testing.T) {
	s := speaker(t, "en")
	for _, c := range []struct {
		ways []Way
		want string
	}{
		{nil, ""},
		{[]Way{{Kind: "checkin", By: utc("2027-01-14T22:59:59Z")}}, "To avoid this: exchange files once by 14 Jan."},
		{[]Way{{Kind: "checkin", By: utc("2027-11-14T22:59:59Z")}}, "To avoid this: exchange files once by 14 Nov 2027."},
		{[]Way{{Kind: "checkin", By: now.Add(time.Minute)}}, "To avoid this: exchange files once by 3 Nov, 10:13:00."},
		{[]Way{{Kind: "moretime", By: utc("2027-01-14T22:59:59Z")}}, "To avoid this: get more time before 14 Jan."},
		{[]Way{{Kind: "renew", By: utc("2027-01-14T22:59:59Z")}}, "To avoid this: use a renewed license by 14 Jan."},
		{[]Way{{Kind: "set_date", By: now}}, "To avoid this: set the date of this computer right."},
		{[]Way{{Kind: "request"}}, "To avoid this: make a request file on the new computer, and use its answer."},
		{[]Way{{Kind: "unanswered"}}, "Nothing avoids it here: the vendor cannot answer."},
		{[]Way{{Kind: "none"}}, "Nothing from this computer avoids it. Ask your vendor."},
		{[]Way{{Kind: "checkin"}, {Kind: "from_the_future", By: now}}, ""},
	} {
		if got := s.Avoid(c.ways, now, berlin); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestSpansOfEveryModeAreWholePhrases(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, m := range simulate.Modes() {
			for _, cause := range append(causes(), "") {
				for _, x := range []Span{
					{Mode: string(m), Cause: cause, From: now},
					{Mode: string(m), Cause: cause, From: now, To: now.AddDate(0, 1, 0), Works: []string{"A"}, View: []string{"B"}, Paused: []string{"C", "D"}},
					{Mode: string(m), Cause: cause, From: now, To: now.AddDate(2, 0, 0), State: terms.StateRevoked, View: []string{"A"}, Paused: []string{"C"}},
				} {
					l := s.Span(x, now, berlin)
					for _, part := range []string{l.When, l.Word, l.Text} {
						if problem := untidy(part); problem != "" || strings.HasSuffix(part, ",") {
							t.Errorf("%s %+v: %s in %q", lang, x, problem, part)
						}
					}
				}
			}
		}
	}
}

func causes() []terms.Cause {
	return []terms.Cause{terms.CauseOffline, terms.CauseRenewal, terms.CauseOutage, terms.CauseMaintenance, terms.CauseMigration}
}

func TestASpanSaysWhatIsLeftAndWhy(t *testing.T) {
	s := speaker(t, "en")
	for _, c := range []struct {
		x    Span
		want string
	}{
		{Span{Mode: "works"}, "Works, does not end"},
		{Span{Mode: "works", To: now}, "Works"},
		{Span{Mode: "grace", Cause: terms.CauseOutage, To: now}, "Grace (vendor problem). Works"},
		{Span{Mode: "parts", Works: []string{"Export"}, View: []string{"Edit"}, Paused: []string{"Render"}}, "Export works. Edit in view mode. Render paused"},
		{Span{Mode: "parts", Cause: terms.CauseOffline, Works: []string{"Export"}, Paused: []string{"Render"}, To: now}, "Grace (offline). Works except Render"},
		{Span{Mode: "view", State: terms.StateExpired, View: []string{"Edit"}}, "View and export only (License ended)"},
		{Span{Mode: "view", View: []string{"Edit"}, Paused: []string{"Render"}}, "Edit in view mode. Render paused"},
		{Span{Mode: "works", State: terms.StateClockWrong, To: now}, "Works (Date looks wrong)"},
		{Span{Mode: "paused"}, "Paused"},
		{Span{Mode: "from_the_future"}, "from_the_future"},
	} {
		if got := s.Span(c.x, now, berlin).Text; got != c.want {
			t.Errorf("%+v\ngot  %q\nwant %q", c.x, got, c.want)
		}
	}
}

func TestOnlyTheSameGraceWithFewerPartsIsOneLine(t *testing.T) {
	s := speaker(t, "en")
	grace := Span{Mode: "grace", Cause: terms.CauseOffline, Works: []string{"A", "B", "C"}, From: now, To: now.AddDate(0, 0, 3)}
	next := Span{Mode: "parts", Cause: terms.CauseOffline, Works: []string{"A", "B"}, From: grace.To, To: now.AddDate(0, 0, 5)}
	last := Span{Mode: "parts", Cause: terms.CauseOffline, Works: []string{"A"}, From: next.To, To: now.AddDate(0, 0, 9)}
	lines := s.Spans([]Span{grace, next, last}, now, nil)
	if len(lines) != 1 || lines[0].Text != "Grace (offline). Works, C until 6 Nov and B until 8 Nov" || !lines[0].To.Equal(last.To) {
		t.Errorf("%+v", lines)
	}
	for name, change := range map[string]func(x *Span){
		"another cause": func(x *Span) { x.Cause = terms.CauseRenewal },
		"no cause":      func(x *Span) { x.Cause = "" },
		"view mode":     func(x *Span) { x.Mode = "view" },
		"another part":  func(x *Span) { x.Works = []string{"D"} },
	} {
		x := next
		change(&x)
		if lines := s.Spans([]Span{grace, x}, now, nil); len(lines) != 2 {
			t.Errorf("%s: %+v", name, lines)
		}
	}
	if lines := s.Spans(nil, now, nil); lines != nil {
		t.Errorf("%+v", lines)
	}
}

func TestRangesShowTimesOnlyWhereTheyMatter(t *testing.T) {
	s := speaker(t, "en")
	for _, c := range []struct {
		name, from, to, want string
	}{
		{"whole days", "2026-12-31T23:00:00Z", "2027-01-14T22:59:59Z", "1 Jan – 14 Jan"},
		{"one day", "2026-12-31T23:00:00Z", "2027-01-01T22:59:59Z", "1 Jan"},
		{"from now", "2026-11-03T09:12:00Z", "2026-12-31T22:59:59Z", "3 Nov – 31 Dec"},
		{"minutes", "2026-11-03T09:14:00Z", "2026-11-03T10:17:00Z", "3 Nov, 10:14 – 11:17"},
		{"seconds", "2026-11-03T09:14:00Z", "2026-11-03T09:14:03Z", "3 Nov, 10:14:00 – 10:14:03"},
		{"a license of another zone", "2027-01-01T00:00:00Z", "2027-01-14T23:59:59Z", "1 Jan, 01:00 – 15 Jan, 00:59"},
		{"over a year away", "2027-12-31T23:00:00Z", "2028-01-14T22:59:59Z", "1 Jan 2028 – 14 Jan 2028"},
		{"from now to over a year away", "2026-11-03T09:12:00Z", "2027-11-22T22:59:59Z", "3 Nov 2026 – 22 Nov 2027"},
		{"of a year before", "2025-12-31T23:00:00Z", "2026-12-14T22:59:59Z", "1 Jan – 14 Dec"},
	} {
		if got := s.Range(utc(c.from), utc(c.to), now, berlin); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := s.Range(utc("2027-01-14T23:00:00Z"), time.Time{}, now, berlin); got != "from 15 Jan" {
		t.Errorf("for good: %q", got)
	}
	if got := speaker(t, "de").Range(utc("2026-11-03T09:14:00Z"), utc("2026-11-03T10:17:00Z"), now, berlin); got != "3. Nov., 10:14 – 11:17 Uhr" {
		t.Errorf("in German: %q", got)
	}
	if got := s.DayMonth(utc("2025-12-14T12:00:00Z"), now, berlin); got != "14 Dec 2025" {
		t.Errorf("of last year: %q", got)
	}
}

func TestEveryConditionAndAssumptionHasWords(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, k := range simulate.Kinds() {
			for _, to := range []time.Time{{}, now.AddDate(0, 2, 0)} {
				for _, by := range []time.Duration{400 * 24 * time.Hour, -90 * time.Minute} {
					got := s.Condition(string(k), now, to, by, "7", now, berlin)
					if problem := untidy(got); problem != "" || got == string(k) {
						t.Errorf("%s %s: %s in %q", lang, k, problem, got)
					}
				}
			}
		}
		for _, code := range simulate.Assumed() {
			if got := s.Assumption(code); untidy(got) != "" || got == code {
				t.Errorf("%s %s: %q", lang, code, got)
			}
		}
	}
	s := speaker(t, "en")
	for _, c := range []struct{ got, want string }{
		{s.Condition("offline", utc("2026-12-01T00:00:00Z"), utc("2027-01-29T22:59:59Z"), 0, "", now, berlin), "No contact with any vendor, 1 Dec to 29 Jan"},
		{s.Condition("clock", now, time.Time{}, -400*24*time.Hour, "", now, berlin), "The clock is 400 days behind, from 3 Nov on"},
		{s.Condition("made_up", now, time.Time{}, 0, "", now, berlin), "made_up"},
		{s.Assumption("made_up"), "made_up"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
