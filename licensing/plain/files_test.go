package plain

import (
	"encoding/json"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"holdfast/assets"
	"holdfast/licensing/terms"
)

// translationFiles calls fn for every file with its language and area.
func translationFiles(t *testing.T, fn func(lang, area string, content []byte)) {
	t.Helper()
	tree := assets.Translations()
	names, err := fs.Glob(tree, "*/*.json")
	if err != nil || len(names) < 6 {
		t.Fatalf("%d translation files, %v", len(names), err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(tree, name)
		if err != nil {
			t.Fatal(err)
		}
		fn(path.Dir(name), strings.TrimSuffix(path.Base(name), ".json"), b)
	}
}

// keysOf reads the keys of a JSON object as they stand, doubles included, which encoding/json would hide.
func keysOf(t *testing.T, content []byte) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(content)))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.(string))
		var value any
		if err := d.Decode(&value); err != nil {
			t.Fatalf("%v: %v", key, err)
		}
	}
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("something follows the object: %v", err)
	}
	return keys
}

func TestEveryIdStandsOnceInItsLanguage(t *testing.T) {
	seen := map[string]string{}
	translationFiles(t, func(lang, area string, content []byte) {
		for _, id := range keysOf(t, content) {
			if before, ok := seen[lang+" "+id]; ok {
				t.Errorf("%s: %q stands in %s and in %s", lang, id, before, area)
			}
			seen[lang+" "+id] = area
		}
	})
}

func TestEveryPluralHasAFormForAllOtherNumbers(t *testing.T) {
	for _, lang := range Languages() {
		for id, f := range speaker(t, lang).cat.messages {
			if f.plural() && f.Other == "" {
				t.Errorf("%s %s has none", lang, id)
			}
		}
	}
}

func TestAFileWithAnythingButTextsAndPluralFormsIsRefused(t *testing.T) {
	for _, content := range []string{`{"x.y": 1}`, `{"x.y": ["a"]}`, `{"x.y": {"others": "a"}}`, `{"x.y": {"one": 1}}`, `{"x.y": null}`, `[]`, `{"x.y": `} {
		if _, err := readLanguage(fstest.MapFS{"en/a.json": {Data: []byte(content)}}, "en"); err == nil || !strings.Contains(err.Error(), "en/a.json") {
			t.Errorf("%s: %v", content, err)
		}
	}
}

func TestEveryTextCanBeParsed(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		for id, f := range speaker(t, lang).cat.messages {
			for _, text := range f.all() {
				if _, err := parse(text); err != nil {
					t.Errorf("%s %s: %v", lang, id, err)
				}
			}
		}
	}
}

func TestOtherLanguagesHaveTheIdsAndSlotsOfEnglish(t *testing.T) {
	english, err := readLanguage(assets.Translations(), base)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Languages()[1:] {
		own, err := readLanguage(assets.Translations(), lang)
		if err != nil {
			t.Fatal(err)
		}
		for id, f := range own {
			if _, ok := english[id]; !ok {
				t.Errorf("%s: %q is not in English", lang, id)
				continue
			}
			if got, want := f.slots(), english[id].slots(); !slices.Equal(got, want) && !strings.HasPrefix(id, "date.") {
				t.Errorf("%s %s has the slots %v, in English %v", lang, id, got, want)
			}
			if got, want := strings.Count(f.Other, "**"), strings.Count(english[id].Other, "**"); got != want {
				t.Errorf("%s %s has %d marks of buttons, in English %d", lang, id, got, want)
			}
			if f.plural() != english[id].plural() || (f.None == "") != (english[id].None == "") {
				t.Errorf("%s %s has other forms than in English", lang, id)
			}
		}
		for id := range english {
			if _, ok := own[id]; !ok {
				t.Errorf("%s: no text for %q", lang, id)
			}
		}
	}
}

// slots are the names of the slots of all forms, each once.
func (f forms) slots() []string {
	all := slotsIn(strings.Join(f.all(), " "))
	slices.Sort(all)
	return slices.Compact(all)
}

// banned are the words of words.md 5.9 that no text may hold, and technical names that have a plain one.
var banned = regexp.MustCompile(`(?i)\b(invalid|illegal|violat(e|ion)|unauthori[sz]ed|pirate|tamper|cheat|abort|fatal|fail(s|ed|ing)?\s+to\b|must\s+not\b|blacklist|genuine` +
	`|host id|fingerprint|haspid|corrupt|reduced functionality|frozen|secure enclave|c2v|v2c)`)

func TestNoTextHoldsABannedWord(t *testing.T) {
	for _, lang := range Languages() {
		for id, f := range speaker(t, lang).cat.messages {
			for _, text := range f.all() {
				if word := banned.FindString(text); word != "" {
					t.Errorf("%s %s says %q: %s", lang, id, word, text)
				}
			}
		}
	}
}

func TestTheLintFindsBannedWords(t *testing.T) {
	for _, text := range []string{"Invalid file", "it was tampered with", "failed to open", "fails to open", "you must not", "aborted", "a violation", "corrupted"} {
		if !banned.MatchString(text) {
			t.Errorf("%q passes", text)
		}
	}
	for _, text := range []string{"valid until May", "it did not work", "a failed line", "mustard"} {
		if banned.MatchString(text) {
			t.Errorf("%q does not pass", text)
		}
	}
}

func TestADoubleIdIsTakenFromTheFirstFile(t *testing.T) {
	tree := fstest.MapFS{
		"en/a.json": {Data: []byte(`{"x.y": "first"}`)},
		"en/b.json": {Data: []byte(`{"x.y": "second", "x.z": {"one": "1", "other": "2"}}`)},
	}
	got, err := readLanguage(tree, "en")
	if err != nil || got["x.y"].Other != "first" || got["x.z"].One != "1" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestThePseudoLanguageMarksAndLengthensEveryText(t *testing.T) {
	english := speaker(t, "en").cat.messages
	for id, f := range speaker(t, Pseudo).cat.messages {
		if english[id].Other == f.Other {
			if wordCount(strings.Join(slotForm.Split(f.Other, -1), " ")) > 0 && strings.ContainsAny(slotForm.ReplaceAllString(f.Other, ""), "aeiou") {
				t.Errorf("%s is left in English: %q", id, f.Other)
			}
			continue
		}
		plain := slotForm.ReplaceAllString(english[id].Other, "")
		long := slotForm.ReplaceAllString(f.Other, "")
		if !strings.Contains(f.Other, "[") || utf8.RuneCountInString(long)*10 < utf8.RuneCountInString(plain)*14 {
			t.Errorf("%s: %q from %q", id, f.Other, english[id].Other)
		}
		if !slices.Equal(slotsIn(f.Other), slotsIn(english[id].Other)) {
			t.Errorf("%s lost slots: %q", id, f.Other)
		}
	}
}

func TestInThePseudoLanguageNoWordOfAStateStandsOutsideBrackets(t *testing.T) {
	s := speaker(t, Pseudo)
	for _, state := range terms.States() {
		for _, answer := range s.Say(terms.Finding{State: state}, now, berlin).all() {
			depth := 0
			for _, r := range answer {
				switch {
				case r == '[':
					depth++
				case r == ']':
					depth--
				case isWord(r) && depth == 0:
					t.Fatalf("%s: %q has words that are not translated", state, answer)
				}
			}
		}
	}
}
