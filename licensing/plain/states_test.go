package plain

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"holdfast/licensing/terms"
)

func TestEveryStateHasAllItsTexts(t *testing.T) {
	s := speaker(t, "en")
	if n := len(terms.States()); n != 73 {
		t.Errorf("there are %d states, words.md 5.6 has 73", n)
	}
	for _, state := range terms.States() {
		for _, part := range []string{"headline", "happened", "works", "do", "by", "short", "title"} {
			if id := "state." + string(state) + "." + part; s.cat.messages[id].Other == "" {
				t.Errorf("%s has no text", id)
			}
		}
	}
}

func TestNoTextIsThereForAnUnknownState(t *testing.T) {
	own := slices.Concat(terms.Rules(), constants(t, "licensing/exchange", "Other"), constants(t, "licensing/exchange", "Kind"))
	for _, v := range ownWords {
		own = append(own, v.name)
	}
	parts := []string{"headline", "happened", "works", "do", "by", "short", "title", "button", "also"}
	for id := range speaker(t, "en").cat.messages {
		name, ok := strings.CutPrefix(id, "state.")
		if !ok {
			continue
		}
		state, part, _ := strings.Cut(name, ".")
		if variant, rest, ok := strings.Cut(part, "."); ok && slices.Contains(own, variant) {
			part = rest
		}
		if !terms.State(state).Known() || !slices.Contains(parts, part) {
			t.Errorf("%s belongs to no state", id)
		}
	}
}

func TestARuleMayHaveWordsOfItsOwn(t *testing.T) {
	s := speaker(t, "en")
	f := sample(terms.StateLimited)
	usual := s.Say(f, now, berlin)
	f.Reasons = []terms.Reason{{Rule: terms.RuleFirstUseOver}}
	own := s.Say(f, now, berlin)
	if own.Happened == usual.Happened || own.Do == usual.Do || own.Headline != usual.Headline {
		t.Errorf("with the rule: %+v\nwithout: %+v", own, usual)
	}
}

func TestWordsNeverClaimWhatIsNotSo(t *testing.T) {
	s := speaker(t, "en")
	for _, c := range []struct {
		finding terms.Finding
		not     []string
	}{
		{terms.Finding{State: terms.StateKeychainDenied, Slots: terms.Slots{"keychain": passphraseLabel}}, []string{"Deny", "Allow"}},
		{terms.Finding{State: terms.StateKeychainLocked, Slots: terms.Slots{"keychain": passphraseLabel}}, []string{"Your system asks"}},
		{terms.Finding{State: terms.StateKeychainLocked, Slots: terms.Slots{"open": true}}, []string{"cannot read"}},
		{terms.Finding{State: terms.StateKeychainMute, Slots: terms.Slots{"seconds": 0}}, []string{"waited", "0"}},
		{terms.Finding{State: terms.StateKeychainMute, Slots: terms.Slots{"seconds": time.Duration(0)}}, []string{"waited", "0"}},
		{terms.Finding{State: terms.StateRequestWaiting, Slots: terms.Slots{"name": "", "date": now}}, []string{"Waiting", "know no more"}},
		{terms.Finding{State: terms.StateRolledBack}, []string{"Everything"}},
		{terms.Finding{State: terms.StateFileWrongRequest, Slots: terms.Slots{"serial": "A-1"}}, []string{"answers", "own request"}},
		{
			terms.Finding{State: terms.StateOtherComputer, Slots: terms.Slots{"c1": "A", "c2": "B"}, Reasons: []terms.Reason{{Rule: terms.RuleOtherComputer}}},
			[]string{"another computer", "Take it", "Nothing changed"},
		},
		{terms.Finding{State: terms.StateFileOtherKind, Slots: terms.Slots{"kind": "packed_archive"}}, []string{"not a license", "web page", "without a file"}},
		{terms.Finding{State: terms.StateVersionNotCovered, Slots: terms.Slots{"v": "3.9"}, Reasons: []terms.Reason{{Rule: terms.RuleVersionOlder}}}, []string{"newer"}},
		{terms.Finding{State: terms.StateVersionNotCovered, Slots: terms.Slots{"v": "3.9"}, Reasons: []terms.Reason{{Rule: terms.RuleVersionOutside}}}, []string{"newer", "older"}},
	} {
		all := strings.Join(s.Say(c.finding, now, berlin).all(), " ")
		for _, words := range c.not {
			if strings.Contains(all, words) {
				t.Errorf("%s claims %q: %s", c.finding.State, words, all)
			}
		}
	}
}

func TestEveryStateAnswersAllFourQuestionsWithAndWithoutValues(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, state := range terms.States() {
			for _, f := range []terms.Finding{sample(state), {State: state}} {
				for i, answer := range s.Say(f, now, berlin).all() {
					if problem := untidy(answer); problem != "" {
						t.Errorf("%s %s, answer %d, %d slots: %s in %q", lang, state, i, len(f.Slots), problem, answer)
					}
				}
			}
		}
	}
}

// untidy names what no sentence may show.
func untidy(text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "nothing"
	case IsMissing(text):
		return "a missing text"
	case strings.ContainsAny(text, "{}"):
		return "an open slot"
	case strings.Contains(text, "**"):
		return "a mark of a button"
	case strings.Contains(text, "<no value>"):
		return "no value"
	case loose.MatchString(text):
		return "a loose stop, bracket or blank"
	}
	return ""
}

var loose = regexp.MustCompile(` {2}|^ | $| [.,;:!?](\s|$)|\.\.|:\.|,\.|^[.,;:!?)]|\(\)|""|: *$`)

func TestHeadlinesHaveAtMostTwelveWordsAndSentencesTwenty(t *testing.T) {
	everyText(t, func(lang, id, text string) {
		if !strings.HasPrefix(id, "state.") {
			return
		}
		if n := wordCount(text); strings.HasSuffix(id, ".headline") && n > 12 {
			t.Errorf("%s %s has %d words, a headline has at most 12: %q", lang, id, n, text)
		}
		for _, sentence := range splitSentences(text) {
			if n := wordCount(sentence); n > 20 {
				t.Errorf("%s %s: %d words, a sentence has at most 20: %q", lang, id, n, sentence)
			}
		}
	})
}

// everyText calls fn for every text and plural form of every language.
func everyText(t *testing.T, fn func(lang, id, text string)) {
	t.Helper()
	for _, lang := range Languages() {
		for id, f := range speaker(t, lang).cat.messages {
			for _, text := range f.all() {
				fn(lang, id, text)
			}
		}
	}
}

func TestErrorsReasonsAndFallbacksAreShortSentencesToo(t *testing.T) {
	everyText(t, func(lang, id, text string) {
		area, _, _ := strings.Cut(id, ".")
		if !slices.Contains([]string{
			"error", "why", "slot", "works", "answer", "cause", "kind", "late", "overage", "effect", "grace", "plan", "evidence", "event", "all", "part",
		}, area) {
			return
		}
		for _, sentence := range splitSentences(text) {
			if n := wordCount(sentence); n > 20 {
				t.Errorf("%s %s: %d words, a sentence has at most 20: %q", lang, id, n, sentence)
			}
		}
	})
}

func TestChipsAndTitlesAreShort(t *testing.T) {
	for lang, most := range map[string]int{"en": 14, "de": 16} {
		s := speaker(t, lang)
		for _, state := range terms.States() {
			if short := s.Short(state); wordCount(short) > 3 || utf8.RuneCountInString(short) > most {
				t.Errorf("%s: chip of %s is too long: %q", lang, state, short)
			}
			if title := s.Title(state); wordCount(title) > 7 || strings.HasSuffix(title, ".") {
				t.Errorf("%s: title of %s is not a short name: %q", lang, state, title)
			}
		}
	}
}

func TestReadingGradeOfEveryStateIsAtMostEight(t *testing.T) {
	s := speaker(t, "en")
	worst, at := 0.0, terms.State("")
	for _, state := range terms.States() {
		text := strings.Join(s.Say(sample(state), now, berlin).all(), " ")
		grade := readingGrade(text)
		if grade > 8 {
			t.Errorf("%s: reading grade %.1f: %s", state, grade, text)
		}
		if grade > worst {
			worst, at = grade, state
		}
	}
	t.Logf("worst reading grade %.1f, %s", worst, at)
}

func TestReadingGradeOfReasonsAndEffectsIsThatOfPlainText(t *testing.T) {
	en, de := speaker(t, "en"), speaker(t, "de")
	for id := range en.cat.messages {
		area, _, _ := strings.Cut(id, ".")
		if !slices.Contains([]string{"effect", "note"}, area) && !slices.Contains(newRules, strings.TrimPrefix(id, "why.")) {
			continue
		}
		fill := func(s *Speaker) string {
			text := slotForm.ReplaceAllString(s.cat.messages[id].Other, "one")
			return strings.ReplaceAll(text, "\n", " ")
		}
		if grade := readingGrade(fill(en)); grade > 8 && wordCount(fill(en)) > 6 {
			t.Errorf("%s: reading grade %.1f: %s", id, grade, fill(en))
		}
		if ease := germanEase(fill(de)); ease < 40 && wordCount(fill(de)) > 6 {
			t.Errorf("%s: German reading ease %.0f: %s", id, ease, fill(de))
		}
	}
}

func TestTheReadingGradeTellsHardTextFromPlain(t *testing.T) {
	plain := readingGrade("The cat sat on the mat. It was warm. The dog ran to the door.")
	hard := readingGrade("Notwithstanding the aforementioned limitation, authorization of the corresponding entitlement necessitates reconciliation with the administrative infrastructure.")
	if plain > 2 || hard < 16 {
		t.Errorf("grades are %.1f and %.1f, want at most 2 and at least 16", plain, hard)
	}
}

func TestTheMainButtonIsNamedInWhatToDo(t *testing.T) {
	// Their buttons carry out a sentence that has a slot, or no bold words, in words.md.
	other := []terms.Action{terms.ActTellBuyer, terms.ActTrust}
	for _, lang := range Languages() {
		s := speaker(t, lang)
		for state, action := range usualActions {
			a := s.Say(terms.Finding{State: state}, now, berlin)
			if a.Action != action || a.Button == "" {
				t.Errorf("%s %s: button %q does %q, want %q", lang, state, a.Button, a.Action, action)
			}
			do := s.cat.messages["state."+string(state)+".do"].Other
			if slices.Contains(other, action) {
				continue
			}
			if !strings.Contains(strings.ToLower(do), "**"+strings.ToLower(a.Button)) {
				t.Errorf("%s %s: button %q is not in what to do: %q", lang, state, a.Button, do)
			}
		}
	}
}

func TestABindingActionOfTheEngineWinsOverTheUsualButton(t *testing.T) {
	s := speaker(t, "en")
	a := s.Say(terms.Finding{State: terms.StateRequestWaiting, Action: terms.ActShowRequest}, now, berlin)
	if a.Action != terms.ActShowRequest || a.Button != "Show the request file" {
		t.Errorf("button %q does %q", a.Button, a.Action)
	}
	if a := s.Say(terms.Finding{State: terms.StateFileWrongRequest, Action: terms.ActRequest}, now, berlin); a.Button != "Make a new request file" {
		t.Errorf("the state's own label is not used: %q", a.Button)
	}
	if a := s.Say(terms.Finding{State: terms.StateActive}, now, berlin); a.Button != "" || a.Action != "" {
		t.Errorf("a state with nothing to do has the button %q", a.Button)
	}
}
