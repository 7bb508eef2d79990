package docs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// label is one text that the window can show.
type label struct {
	id   string
	form *regexp.Regexp // with anything for its slots
}

var slot = regexp.MustCompile(`\\\{\\\{\\\.[a-z_0-9]+\\\}\\\}`)

// labels are all texts of the window in a language. A text that is little more than a slot names nothing.
func labels(t *testing.T, lang string) []label {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("..", "assets", "translations", lang, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []label
	for _, file := range found {
		if base := filepath.Base(file); strings.HasPrefix(base, "cli") || strings.HasPrefix(base, "issuer") { // the window does not show them
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]json.RawMessage{}
		if err := json.Unmarshal(b, &texts); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for id, raw := range texts {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				continue // plural forms are no labels
			}
			text = strings.ReplaceAll(text, "\u00ad", "") // where a long word may break
			form := slot.ReplaceAllString(regexp.QuoteMeta(text), ".+")
			if strings.Contains(form, ".+") && letters(strings.ReplaceAll(form, ".+", "")) < 8 {
				continue
			}
			all = append(all, label{id, regexp.MustCompile("^" + form + "$")})
		}
	}
	return all
}

// named are the ids of the texts that read like this.
func named(all []label, text string) []string {
	var ids []string
	for _, l := range all {
		if l.form.MatchString(text) {
			ids = append(ids, l.id)
		}
	}
	return ids
}

// bold are the labels that a block names.
func bold(b Block) []string {
	var all []string
	for _, r := range b.Runs {
		if r.Bold {
			all = append(all, r.Text)
		}
	}
	return all
}

// A button that is renamed must be renamed in the guides too, in each language.
func TestLabelsOfGuidesAreLabelsOfTheWindow(t *testing.T) {
	texts := map[string][]label{"en": labels(t, "en"), "de": labels(t, "de")}
	for _, name := range Names() {
		en, err := Read(name, "en")
		if err != nil {
			t.Fatal(err)
		}
		de, err := Read(name, "de")
		if err != nil {
			t.Fatal(err)
		}
		if len(en.Blocks) != len(de.Blocks) {
			t.Fatalf("%s: not the same blocks in English and German", name)
		}
		for i := range en.Blocks {
			var german []string
			for _, text := range bold(de.Blocks[i]) {
				ids := named(texts["de"], text)
				if len(ids) == 0 {
					t.Errorf("%s (de), block %d: the window has no **%s**", name, i+1, text)
				}
				german = append(german, ids...)
			}
			if got, want := len(bold(de.Blocks[i])), len(bold(en.Blocks[i])); got != want {
				t.Errorf("%s, block %d: %d labels in English, %d in German", name, i+1, want, got)
			}
			for _, text := range bold(en.Blocks[i]) {
				ids := named(texts["en"], text)
				switch {
				case len(ids) == 0:
					t.Errorf("%s (en), block %d: the window has no **%s**", name, i+1, text)
				case len(german) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(german, id) }):
					t.Errorf("%s, block %d: **%s** (%s) is another label in German: %q", name, i+1, text, strings.Join(ids, ", "), bold(de.Blocks[i]))
				}
			}
		}
	}
}
