package docs

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestEveryGuideIsThereInEveryLanguage(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		for _, name := range Names() {
			g, err := Read(name, lang)
			if err != nil {
				t.Errorf("%v", err)
				continue
			}
			if g.Name != name || g.Lang != lang || g.Title == "" {
				t.Errorf("asked for %s in %s, got %s in %s with title %q", name, lang, g.Name, g.Lang, g.Title)
			}
		}
	}
	found, err := fs.Glob(files, "guides/*/*.md")
	if err != nil || len(found) != 2*len(Names()) {
		t.Errorf("%d files of guides for %d names in 2 languages (%v)", len(found), len(Names()), err)
	}
}

func TestLanguagesSayTheSameInTheSameOrder(t *testing.T) {
	for _, name := range Names() {
		en, err1 := Read(name, "en")
		de, err2 := Read(name, "de")
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if en.Title == de.Title {
			t.Errorf("%s: the German title is English: %q", name, de.Title)
		}
		if len(en.Blocks) != len(de.Blocks) {
			t.Errorf("%s: %d blocks in English, %d in German", name, len(en.Blocks), len(de.Blocks))
		}
		for i := range min(len(en.Blocks), len(de.Blocks)) {
			e, d := en.Blocks[i], de.Blocks[i]
			if e.Kind != d.Kind || e.Code != d.Code || e.N != d.N {
				t.Fatalf("%s, block %d: %s %d %q in English, %s %d %q in German", name, i+1, e.Kind, e.N, plainText(e.Runs)+e.Code, d.Kind, d.N, plainText(d.Runs)+d.Code)
			}
			if e.Kind != Code && plainText(e.Runs) == plainText(d.Runs) && strings.Contains(plainText(e.Runs), " ") {
				t.Errorf("%s, block %d is not translated: %q", name, i+1, plainText(e.Runs))
			}
			if got, want := codes(d), codes(e); !slices.Equal(got, want) {
				t.Errorf("%s, block %d: code %q in English, %q in German", name, i+1, want, got)
			}
		}
	}
}

// codes are the pieces of code in a block's text, sorted: word order differs between languages.
func codes(b Block) []string {
	var all []string
	for _, r := range b.Runs {
		if r.Code {
			all = append(all, r.Text)
		}
	}
	slices.Sort(all)
	return all
}

// What words.md forbids, and what German would say for it. "must not" and "fail to" blame as well.
var banned = map[string][]string{
	"en": {"invalid", "illegal", "violation", "unauthorized", "pirate", "tamper", "cheat", "abort", "fatal", "failed to", "fail to", "must not", "blacklist", "genuine"},
	"de": {"ungültig", "illegal", "verstoß", "unbefugt", "unerlaubt", "raubkopie", "manipul", "betrug", "abgebrochen", "fatal", "fehlgeschlagen", "dürfen nicht", "schwarze liste"},
}

func TestGuidesAreShortAndFriendly(t *testing.T) {
	for _, name := range Names() {
		for lang, words := range banned {
			b, err := source(name, lang)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(b), "\n"); n > 100 {
				t.Errorf("%s (%s) has %d lines", name, lang, n)
			}
			for _, word := range words {
				if strings.Contains(strings.ToLower(string(b)), word) {
					t.Errorf("%s (%s) says %q", name, lang, word)
				}
			}
			g, err := parse(string(b))
			if err != nil {
				t.Fatal(err)
			}
			for _, block := range g.Blocks {
				for _, sentence := range strings.FieldsFunc(plainText(block.Runs), func(r rune) bool { return strings.ContainsRune(".:?!", r) }) {
					if n := len(strings.Fields(sentence)); n > 20 {
						t.Errorf("%s (%s): a sentence of %d words: %s", name, lang, n, strings.TrimSpace(sentence))
					}
				}
			}
		}
	}
}

func TestReadFallsBackToEnglish(t *testing.T) {
	for lang, want := range map[string]string{"de": "de", "de-AT": "de", "de_DE.UTF-8": "de", "DE": "de", "fr": "en", "": "en", "..": "en", "en-GB": "en"} {
		g, err := Read("dates", lang)
		if err != nil || g.Lang != want {
			t.Errorf("%q: %q, %v; want %q", lang, g.Lang, err, want)
		}
	}
}

func TestReadKnowsOnlyItsNames(t *testing.T) {
	for _, name := range []string{"", "Dates", "../guides/en/dates", "en/dates", "dates.md"} {
		if _, err := Read(name, "en"); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", name, err)
		}
	}
	list := Names()
	list[0] = "changed"
	if Names()[0] == "changed" {
		t.Error("a caller can change the list of names")
	}
}

func TestIndexNamesEveryGuide(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		for _, lang := range []string{"en", "de"} {
			g, err := Read(name, lang)
			if err != nil {
				t.Fatal(err)
			}
			if link := "[" + g.Title + "](guides/" + lang + "/" + name + ".md)"; !strings.Contains(string(b), link) {
				t.Errorf("README.md has no %s", link)
			}
		}
	}
}
