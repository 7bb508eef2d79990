package docs

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files anew")

// written shows a guide block by block.
func written(g Guide) string {
	var out strings.Builder
	fmt.Fprintf(&out, "title %q\n", g.Title)
	for _, b := range g.Blocks {
		fmt.Fprintf(&out, "%s", b.Kind)
		if b.N > 0 {
			fmt.Fprintf(&out, " %d", b.N)
		}
		if b.Code != "" {
			fmt.Fprintf(&out, " %q", b.Code)
		}
		for _, r := range b.Runs {
			switch {
			case r.Bold:
				fmt.Fprintf(&out, " bold %q", r.Text)
			case r.Code:
				fmt.Fprintf(&out, " code %q", r.Text)
			default:
				fmt.Fprintf(&out, " %q", r.Text)
			}
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs, got:\n%s", name, got)
	}
}

func TestEachKindOfBlockIsRead(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "all.md"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := parse(string(b))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "all.blocks", written(g))
	golden(t, "all.txt", g.Plain())
}

func TestPlainLinesFitOnATerminal(t *testing.T) {
	for _, name := range Names() {
		for _, lang := range []string{"en", "de"} {
			g, err := Read(name, lang)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(g.Plain()) {
				line = strings.TrimSuffix(line, "\n")
				if command := strings.HasPrefix(line, "    holdfast "); utf8.RuneCountInString(line) > width && !command {
					t.Errorf("%s (%s): %d characters: %s", name, lang, utf8.RuneCountInString(line), line)
				}
				if strings.HasSuffix(line, " ") {
					t.Errorf("%s (%s): a space at the end: %q", name, lang, line)
				}
			}
		}
	}
}

func TestWhatCannotBeShownIsAnError(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"no title":              {"Text\n", "line 1: a guide begins"},
		"empty":                 {"", "line 1: a guide begins"},
		"title alone":           {"# T\n", "without text"},
		"label in the title":    {"# A **b**\n\nText\n", "line 1"},
		"second title":          {"# T\n\n# U\n", "line 3: text cannot begin so"},
		"deeper heading":        {"# T\n\n### U\n", "line 3: text cannot begin so"},
		"quote":                 {"# T\n\n> U\n", "line 3: text cannot begin so"},
		"table":                 {"# T\n\n| a | b |\n", "line 3: text cannot begin so"},
		"rule":                  {"# T\n\n---\n", "line 3: text cannot begin so"},
		"other list":            {"# T\n\n* a\n", "line 3"},
		"list below a list":     {"# T\n\n- a\n  - b\n", "line 4: text cannot begin so"},
		"list in a paragraph":   {"# T\n\ntext\n- a\n", "line 4: text cannot begin so"},
		"step in a paragraph":   {"# T\n\ntext\n1. a\n", "line 4: text cannot begin so"},
		"fence in a paragraph":  {"# T\n\ntext\n```sh\nx\n```\n", "line 4"},
		"further line of point": {"# T\n\n- a\nb\n\n- c\n   d\n", "line 7: text cannot begin so"},
		"link":                  {"# T\n\nsee [a](b)\n", "line 3: '['"},
		"address":               {"# T\n\nsee <a@b>\n", "line 3: '<'"},
		"picture":               {"# T\n\n![a](b)\n", "line 3"},
		"emphasis":              {"# T\n\na *b* c\n", "line 3: one * alone"},
		"other emphasis":        {"# T\n\na _b_ c\n", "line 3: '_'"},
		"entity":                {"# T\n\na &amp; b\n", "line 3: an &"},
		"open label":            {"# T\n\na **b\n", "line 3: ** without its end"},
		"empty label":           {"# T\n\na **** b\n", "line 3: ** without its end"},
		"code in a label":       {"# T\n\na **b `c`** d\n", "line 3: '`'"},
		"open code":             {"# T\n\na `b\n", "line 3: ` without its end"},
		"step that is missing":  {"# T\n\n1. a\n3. b\n", "line 4: step 3 does not follow step 1"},
		"first step":            {"# T\n\n2. a\n", "line 3: step 2 does not follow step 0"},
		"step twice":            {"# T\n\n1. a\n1. b\n", "line 4: step 1 does not follow step 1"},
		"open block":            {"# T\n\n```sh\nx\n", "line 3: a block of commands without an end"},
		"empty block":           {"# T\n\n```sh\n```\n", "line 4: a block of commands ends"},
		"blank block":           {"# T\n\n```sh\n\n```\n", "line 5: a block of commands ends"},
		"other block":           {"# T\n\n```go\nx\n```\n", "line 3: a block of commands begins"},
		"tab":                   {"# T\n\na\tb\n", "line 3: a character that cannot be seen"},
		"hidden character":      {"# T\n\na\u200bb\n", "line 3: a character that cannot be seen"},
		"turned text":           {"# T\n\n```sh\na\u202eb\n```\n", "line 4: a character that cannot be seen"},
		"carriage return":       {"# T\r\n\r\na\r\n", "line 1: a character that cannot be seen"},
		"space at the end":      {"# T\n\na \n", "line 3: a space at the end"},
		"two spaces":            {"# T\n\na  b\n", "line 3: two spaces"},
		"not UTF-8":             {"# T\n\n\xff\n", "not UTF-8"},
		"long line":             {"# T\n\n" + strings.Repeat("a", maxLine+1) + "\n", "line 3: longer"},
		"long guide":            {"# T\n\n" + strings.Repeat("a\n\n", maxBytes/3), "longer than"},
		"many blocks":           {"# T\n\n" + strings.Repeat("a\n\n", maxBlocks+1), "more than 200 blocks"},
		"many styles":           {"# T\n\n" + strings.Repeat("`a` ", maxRuns) + "end\n", "line 3: more than 64 changes of style"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g, err := parse(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q and error %v, want %q", written(g), err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		b, err := source(name, English)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	b, err := os.ReadFile(filepath.Join("testdata", "all.md"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add("# T\n\n1. a\n\n```sh\nx\n```\n\n- b **c**\n")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := parse(text)
		if err != nil {
			return
		}
		if g.Title == "" || len(g.Blocks) == 0 || len(g.Blocks) > maxBlocks {
			t.Fatalf("title %q, %d blocks", g.Title, len(g.Blocks))
		}
		for _, b := range g.Blocks {
			if (b.Kind == Code) != (b.Code != "") || (b.Kind == Code) == (len(b.Runs) > 0) || (b.Kind == Step) != (b.N > 0) {
				t.Fatalf("a block that is not whole: %+v", b)
			}
			for _, r := range b.Runs {
				if r.Text == "" || r.Bold && r.Code || strings.ContainsAny(r.Text, "\n\r\t") {
					t.Fatalf("a run that is not whole: %+v", r)
				}
			}
		}
		// No letter that was written is lost on the way to a terminal.
		fences := 0
		for _, b := range g.Blocks {
			if b.Kind == Code {
				fences++
			}
		}
		if got, want := letters(g.Plain()), letters(text)-fences*len("sh"); got != want {
			t.Fatalf("%d letters shown, %d written", got, want)
		}
	})
}

// letters counts what is neither space nor a mark of Markdown.
func letters(s string) int {
	n := 0
	for _, r := range s {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > utf8.RuneSelf {
			n++
		}
	}
	return n
}
