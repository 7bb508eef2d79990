package plain

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"holdfast/licensing/terms"
)

func TestAnUnknownIdIsSeen(t *testing.T) {
	got := speaker(t, "en").Text("cli.no_such_text", nil)
	if !IsMissing(got) || !strings.Contains(got, "cli.no_such_text") {
		t.Errorf("got %q", got)
	}
	if IsMissing(speaker(t, "en").Text("answer.by", nil)) {
		t.Error("a text that is there counts as missing")
	}
}

func TestAnArgumentThatIsNotGivenIsSeen(t *testing.T) {
	if got := speaker(t, "en").Text("list.two", map[string]any{"a": "A"}); got != "A and {b}" {
		t.Errorf("got %q", got)
	}
}

func TestASentenceWithAnEmptyArgumentIsLeftOut(t *testing.T) {
	s := speaker(t, "en")
	got := s.Text("file.request", map[string]any{"vendor": "Acme", "code": "7F3A-2C91", "contact": "", "page": ""})
	want := "This is a request file for Acme, from computer code 7F3A-2C91. They send back a file ending in .hflic, to be opened with Holdfast."
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := s.Text("list.two", map[string]any{"a": "A", "b": ""}); got != "A and" {
		t.Errorf("a text that has no other sentence is left out: %q", got)
	}
}

func TestArgumentsOfEveryKindBecomeWords(t *testing.T) {
	s := speaker(t, "en")
	at := utc("2026-12-02T09:14:05Z")
	for _, c := range []struct {
		in   any
		want string
	}{
		{"text", "text"},
		{3, "3"},
		{int64(9999), "9999"},
		{10000, "10,000"},
		{-1234567, "-1,234,567"},
		{at.In(berlin), "2 December 2026"},
		{terms.Text{"en": "Edit", "de": "Bearbeiten"}, "Edit"},
		{terms.Text{"de": "Bearbeiten"}, "Bearbeiten"},
		{texts("A", "B", "C"), "A, B and C"},
		{[]string{"A", "", "B"}, "A and B"},
		{terms.Days(2), "2 days"},
		{time.Duration(1500) * time.Millisecond, "1.5s"},
		{errors.New("why"), "why"},
		{true, "true"},
		{terms.StateActive, "active"},
	} {
		if got := s.Text("list.two", map[string]any{"a": c.in, "b": "x"}); got != c.want+" and x" {
			t.Errorf("%v is %q, want %q", c.in, got, c.want)
		}
	}
}

func TestNumbersDecideThePluralForm(t *testing.T) {
	s := speaker(t, "en")
	f := sample(terms.StateActiveOffline)
	for days, want := range map[int]string{
		0: "Offline until 3 November 2026, 23:59 (today). License ends 15 March 2027, 00:59.",
		1: "Offline until 4 November 2026, 23:59 (1 day). License ends 15 March 2027, 00:59.",
		2: "Offline until 5 November 2026 (2 days). License ends 15 March 2027, 00:59.",
	} {
		f.Slots["date"] = utc("2026-11-03T22:59:59Z").AddDate(0, 0, days)
		if days == 2 {
			want = strings.Replace(want, "5 November 2026", s.Until(f.Slots["date"].(time.Time), now, berlin), 1)
		}
		if got := s.Say(f, now, berlin).By; got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	limit := sample(terms.StateDeviceLimit)
	limit.Slots["n"] = 1
	if got := s.Say(limit, now, berlin).Headline; got != "The only place for this license is in use." {
		t.Errorf("one place: %q", got)
	}
}

func TestListsAreJoinedAsTheLanguageDoes(t *testing.T) {
	s := speaker(t, "en")
	for want, in := range map[string][]string{
		"": nil, "A": {"A"}, "A and B": {"A", "B"}, "A, B and C": {"A", "B", "C"}, "A, B, C and D": {"A", "B", "C", "D"},
	} {
		if got := s.List(in); got != want {
			t.Errorf("%v is %q, want %q", in, got, want)
		}
	}
	long := strings.Split(strings.Repeat("x", 40), "")
	if got := s.List(long); !strings.HasSuffix(got, "x and 28 more") || strings.Count(got, "x") != 12 {
		t.Errorf("a long list is %q", got)
	}
	if got := s.List(long[:13]); strings.Count(got, "x") != 13 {
		t.Errorf("one more than the limit is named, not counted: %q", got)
	}
}

func TestTheSentencesOfTheSketchInWordsMdComeOutAsThere(t *testing.T) {
	s := speaker(t, "en")
	f := terms.Finding{State: terms.StateActiveOffline, Slots: terms.Slots{
		"date": utc("2026-12-02T22:59:59Z"), "end": utc("2027-03-14T22:59:59Z"), "vendor": "Acme", "last": utc("2026-11-02T09:14:00Z"),
		"features": texts("Edit drawings", "Export"),
	}}
	a := s.Say(f, now, berlin)
	for _, c := range []struct{ got, want string }{
		{a.Headline, "Ready. You can work offline until 2 December 2026."},
		{a.Happened, "Your license is in order. Last contact with Acme: 2 November 2026."},
		{a.Works, "Everything in your license: Edit drawings and Export."},
		{a.Do, "Nothing. Away for longer? Get more time."},
		{a.By, "Offline until 2 December 2026 (29 days). License ends 14 March 2027."},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
}

func TestWhatWorksIsSaidByFeaturesAndByProducts(t *testing.T) {
	s := speaker(t, "en")
	works := func(state terms.State, slot string, k terms.Kept, product any) string {
		slots := terms.Slots{slot: k}
		if product != nil {
			slots["product"] = product
		}
		return s.Say(terms.Finding{State: state, Slots: slots}, now, berlin).Works
	}
	mixed := terms.Kept{Full: texts("A"), View: texts("B"), Paused: texts("C", "D")}
	for _, c := range []struct{ got, want string }{
		{works(terms.StateExpired, "kept_and_viewed", kept, nil), "Export works as before. You can still open, print and export drawings. Cloud render is paused. Holdfast deleted nothing."},
		{works(terms.StateExpired, "kept_and_viewed", mixed, nil), "A works as before. B is in view mode. C and D are paused. Holdfast deleted nothing."},
		{works(terms.StateExpired, "kept_and_viewed", terms.Kept{Full: texts("A")}, nil), "Everything goes on. Holdfast deleted nothing."},
		{works(terms.StateGraceRenewal, "all_or_all_except", terms.Kept{Full: texts("A")}, nil), "Everything in your license."},
		{works(terms.StateGraceRenewal, "all_or_all_except", mixed, nil), "Everything except C, D and B."},
		{works(terms.StateGraceRenewal, "all_or_all_except", kept, nil), "Everything except Cloud render and Edit drawings. You can still open, print and export drawings."},
		{works(terms.StateKeychainLocked, "works_now_or_unread", terms.Kept{Full: texts("A", "B")}, nil), "A and B work as before."},
		{works(terms.StateKeychainLocked, "works_now_or_unread", mixed, nil), "A works as before. Parts of B work. C and D are paused."},
		{works(terms.StateKeychainLocked, "works_now_or_unread", mixed, text("CAD")), "A works as before. B is in view mode. C and D are paused."},
		{works(terms.StateKeychainLocked, "works_now_or_unread", terms.Kept{Unread: true}, nil), "We cannot read your licenses until then. Programs already running go on."},
		{works(terms.StateRequestWaiting, "works_now", terms.Kept{}, nil), "Each program decides what it does without a license."},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
}

func TestWhatFollowsALicenseEndIsSaid(t *testing.T) {
	s := speaker(t, "en")
	by := func(v terms.Then) string {
		return s.Say(terms.Finding{State: terms.StateEndingSoon, Slots: terms.Slots{"date": utc("2027-03-14T22:59:59Z"), "then": v}}, now, berlin).By
	}
	grace := utc("2027-03-28T21:59:59Z").Add(time.Hour)
	for _, c := range []struct{ got, want string }{
		{by(terms.Then{Grace: grace, After: terms.Kept{Paused: texts("A")}}), "14 March 2027. Then grace until 28 March 2027. After that: A is paused."},
		{by(terms.Then{Grace: grace}), "14 March 2027. Then grace until 28 March 2027."},
		{by(terms.Then{After: terms.Kept{Full: texts("A")}}), "14 March 2027. Then: Everything goes on."},
		{by(terms.Then{}), "14 March 2027."},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
}

func TestVersionsAreSaidWithoutSigns(t *testing.T) {
	s := speaker(t, "en")
	for in, want := range map[string]string{
		">=4 <6": "version 4 to 5", ">=4 <5": "version 4", ">=4.2 <6": "version 4.2 or newer, before 6", ">=4": "version 4 or newer", "<6": "any version before 6",
		"<=5.2": "any version up to 5.2", ">=4 <=5.2": "version 4 to 5.2", "": "", "~4.2": "version ~4.2",
	} {
		if got := s.Versions(terms.ReadVersions(in)); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestTwoMomentsOfOneDayAreToldApart(t *testing.T) {
	s := speaker(t, "en")
	f := terms.Finding{State: terms.StateFileOlder, Slots: terms.Slots{"d1": utc("2026-06-14T08:00:00Z"), "d2": utc("2026-06-14T15:30:00Z")}}
	if got, want := s.Say(f, now, berlin).Happened, "This file is from 14 June 2026, 09:00. Yours is from 14 June 2026, 16:30."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestADateThatIsPastByItsMeaningHasNoTimeEvenWhenTheClockIsBehind(t *testing.T) {
	s := speaker(t, "en")
	f := terms.Finding{State: terms.StateRequestWaiting, Slots: terms.Slots{"date": now.Add(time.Second)}}
	if got, want := s.Say(f, now, berlin).Headline, "Request made on 3 November 2026. Waiting for the answer."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAPromiseIsADate(t *testing.T) {
	s := speaker(t, "en")
	f := terms.Finding{State: terms.StateRequestWaiting, Slots: terms.Slots{"date": utc("2026-11-03T09:00:00Z"), "name": "a.hfreq", "promise": terms.Days(2)}}
	if got, want := s.Say(f, now, berlin).Happened, "You saved it as a.hfreq. Expected by 5 November 2026."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAFutureStartAtMidnightNeedsNoTime(t *testing.T) {
	s := speaker(t, "en")
	f := terms.Finding{State: terms.StateNotStarted, Slots: terms.Slots{"date": utc("2026-11-30T23:00:00Z")}}
	if got, want := s.Say(f, now, berlin).Headline, "Your license starts on 1 December 2026."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	f.Slots["date"] = utc("2026-12-01T00:00:00Z")
	if got, want := s.Say(f, now, berlin).Headline, "Your license starts on 1 December 2026, 01:00."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestValuesFromOutsideCannotSteerTheTerminalOrTheReadingDirection(t *testing.T) {
	s := speaker(t, "en")
	rapid.Check(t, func(t *rapid.T) {
		evil := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"a\x1b[2Jb", "line\nline", "\u202egnp.exe", "a\u2066b", "tab\tend", "\xff\xfe", "a\u200bb", "bell\a", "c1\u009b31m", "\u2028x",
		})).Draw(t, "value")
		f := terms.Finding{State: terms.StateVendorNew, Slots: terms.Slots{"name": evil, "words": evil}}
		shown := append(s.Say(f, now, berlin).all(), s.Text("list.two", map[string]any{"a": evil, "b": terms.Plain(evil)}), s.List([]string{evil, evil}))
		for _, text := range shown {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
				t.Fatalf("%q gives %q", evil, text)
			}
		}
	})
}

func TestALongValueIsCutInASentence(t *testing.T) {
	f := terms.Finding{State: terms.StateOnHold, Slots: terms.Slots{"reason": text(strings.Repeat("é", 5000)), "ref": "1"}}
	got := speaker(t, "en").Say(f, now, berlin).Happened
	if n := utf8.RuneCountInString(got); n > longest+60 || !strings.Contains(got, "…") {
		t.Errorf("%d characters", n)
	}
}

func TestASpeakerCanBeUsedByManyAtOnce(t *testing.T) {
	want := speaker(t, "en").Say(sample(terms.StateEndingSoon), now, berlin)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			s, err := New("en")
			if err != nil {
				t.Error(err)
				return
			}
			for _, state := range terms.States() {
				s.Say(sample(state), now, berlin)
			}
			if got := s.Say(sample(terms.StateEndingSoon), now, berlin); got != want {
				t.Errorf("got %v", got)
			}
		})
	}
	wg.Wait()
}

func TestAnUnknownStateIsAnsweredHonestly(t *testing.T) {
	a := speaker(t, "en").Say(terms.Finding{State: "from_the_future"}, now, berlin)
	if a.Code != "unknown_state" || slices.ContainsFunc(a.all(), func(s string) bool { return untidy(s) != "" }) {
		t.Errorf("got %+v", a)
	}
}
