package views

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"holdfast/assets"
)

// source calls fn for every string literal of the package and its parts, tests left out.
func source(t *testing.T, fn func(file, text string)) {
	t.Helper()
	for _, dir := range []string{".", "look"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					if s, err := strconv.Unquote(l.Value); err == nil {
						fn(name, s)
					}
				}
				return true
			})
		}
	}
}

func uiWords(t *testing.T) map[string]any {
	t.Helper()
	var words map[string]any
	names, err := fs.Glob(assets.Translations(), "en/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(assets.Translations(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &words); err != nil {
			t.Fatal(err)
		}
	}
	for id := range words {
		if !strings.HasPrefix(id, "ui.") {
			delete(words, id) // said by package plain
		}
	}
	return words
}

func TestNoSentenceIsWrittenInTheWindowsCode(t *testing.T) {
	sentence := regexp.MustCompile(`\p{L}{2,} \p{L}{2,} \p{L}{2,}`)
	source(t, func(file, s string) {
		if sentence.MatchString(s) && !strings.HasPrefix(s, "holdfast ") && !strings.HasPrefix(s, "no symbol called") {
			t.Errorf("%s: %q", file, s)
		}
	})
}

func TestEveryTextOfTheWindowIsThereAndUsed(t *testing.T) {
	words := uiWords(t)
	used := map[string]bool{}
	call := regexp.MustCompile(`\bt\("([a-z_.]+)"`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(b), -1) {
			id := "ui." + m[1]
			used[id] = true
			if _, ok := words[id]; !ok && !strings.HasSuffix(id, ".") {
				t.Errorf("%s wants %s, which has no text", name, id)
			}
		}
	}
	source(t, func(_, s string) { used["ui."+s] = true })
	for id := range words {
		made := slices.ContainsFunc(byName, func(prefix string) bool { return strings.HasPrefix(id, prefix) })
		if !used[id] && !made {
			t.Errorf("%s is used nowhere", id)
		}
	}
}

// byName are the texts whose ids are put together from a stable name: a place, a section, a kind, a record, an event.
var byName = []string{
	"ui.usagefile.days.", "ui.usagefile.not.", "ui.usagefile.kind.", "ui.usagefile.flag.", "ui.usagefile.note.", "ui.receipt.finding.",
	"ui.place.", "ui.rail.", "ui.kind.", "ui.history.", "ui.step.", "ui.detail.bound.", "ui.language.", "ui.tell.",
	"ui.plan.kind.", "ui.ends.more.",
	"ui.open_request.title.", "ui.open_request.made.", "ui.open_request.saved.", "ui.open_request.happened.", "ui.open_request.do_saved.",
	"ui.mail.subject.", "ui.mail.text.", "ui.row.request.", "ui.clock.again.", "ui.clock.rule.", "ui.clock.ok.", "ui.clock.unproven.",
	"ui.away.ends.", "ui.away.person.", "ui.away.granted.", "ui.away.covered.", "ui.notices.kind.", "ui.notices.title.", "ui.notices.means.",
	"ui.usagefile.level.", "ui.notices.quiet.", "ui.change.", "ui.preview.kind.",
	"ui.errand.title.", "ui.errand.happened.", "ui.contacts.what.", "ui.contacts.day.", "ui.contacts.about.", "ui.network.mode.",
}

func TestTheWindowsWordsAreShortAndKind(t *testing.T) {
	banned := regexp.MustCompile(`(?i)\b(invalid|illegal|violation|unauthori[sz]ed|pirate|tamper\w*|cheat|abort\w*|fatal|failed to|fails? to|must not|blacklist\w*|genuine|activation|slot|fingerprint|corrupt\w*)\b`)
	for id, v := range uiWords(t) {
		texts := []string{}
		switch v := v.(type) {
		case string:
			texts = append(texts, v)
		case map[string]any:
			for _, s := range v {
				texts = append(texts, s.(string))
			}
		}
		for _, s := range texts {
			if m := banned.FindString(s); m != "" {
				t.Errorf("%s says %q", id, m)
			}
			for _, sentence := range regexp.MustCompile(`[.!?:] `).Split(s, -1) {
				if n := len(strings.Fields(sentence)); n > 20 {
					t.Errorf("%s has a sentence of %d words", id, n)
				}
			}
		}
	}
}
