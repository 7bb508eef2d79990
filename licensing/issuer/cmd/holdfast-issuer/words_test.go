package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

const wordsFiles = "../../../../assets/translations/en/issuer*.json"

// ids returns every id of the issuer's words with all its forms in one text.
func ids(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(wordsFiles)
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	all := map[string]string{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var raw map[string]json.RawMessage
		if err := json.Unmarshal(b, &raw); err != nil {
			t.Fatal(err)
		}
		for id, v := range raw {
			all[id] = string(v)
		}
	}
	return all
}

func TestEveryCommandAndFlagHasHelp(t *testing.T) {
	words, err := plain.New("en")
	if err != nil {
		t.Fatal(err)
	}
	parser, err := kong.New(&cli{}, kong.Name(programName))
	if err != nil {
		t.Fatal(err)
	}
	describe(parser.Model, words)
	seen := 0
	for _, n := range append(parser.Model.Leaves(false), parser.Model.Node) {
		seen++
		if n.Help == "" || plain.IsMissing(n.Help) || plain.IsMissing(n.Detail) {
			t.Errorf("%s: help %q, detail %q", n.FullPath(), n.Help, n.Detail)
		}
		for _, f := range n.Flags {
			if f.Help == "" || plain.IsMissing(f.Help) {
				t.Errorf("%s --%s: %q", n.FullPath(), f.Name, f.Help)
			}
		}
		for _, a := range n.Positional {
			if a.Help == "" || plain.IsMissing(a.Help) {
				t.Errorf("%s %s: %q", n.FullPath(), a.Name, a.Help)
			}
		}
	}
	if seen < 9 {
		t.Errorf("only %d commands were looked at", seen)
	}
}

func TestNoLineOfHelpIsWiderThanItsLimit(t *testing.T) {
	parser, err := kong.New(&cli{}, kong.Name(programName))
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, n := range append(parser.Model.Leaves(false), parser.Model.Node) {
		var out, problems bytes.Buffer
		args := append(strings.Fields(n.Path()), "--help")
		if code := run(t.Context(), args, world{out: &out, err: &problems}); code != 0 || out.Len() == 0 {
			t.Fatalf("%q: exit %d %s", args, code, &problems)
		}
		for line := range strings.Lines(out.String()) {
			if len([]rune(strings.TrimSuffix(line, "\n"))) > helpWidth {
				t.Errorf("%q: %s", args, line)
			}
			if strings.HasSuffix(line, " \\\n") {
				broken++
			}
		}
	}
	if broken < 3 {
		t.Errorf("%d examples go on in a further line", broken)
	}
	long := "    " + programName + strings.Repeat(" --option value", 20)
	if got := narrow(long); strings.Join(strings.Fields(strings.ReplaceAll(strings.Join(got, " "), "\\ ", " ")), " ") != strings.TrimSpace(long) || len(got) < 3 {
		t.Errorf("%q", got)
	}
	if one := "Usage: " + strings.Repeat("x", 200); len(narrow(one)) != 1 {
		t.Errorf("%q", narrow(one))
	}
}

// TestEveryTextIsUsedAndEveryUsedTextExists compares the translation file with the sources. Ids that are put together
// are covered by the first words of their family.
func TestEveryTextIsUsedAndEveryUsedTextExists(t *testing.T) {
	var source strings.Builder
	for _, pattern := range []string{"*.go", "../../*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(b)
		}
	}
	all := ids(t)
	families := []string{"issuer.help.", "issuer.detail.", "issuer.flag."} // see TestEveryCommandAndFlagHasHelp
	literal := regexp.MustCompile(`"(issuer\.[a-z_]+\.[a-z_.]*)"`)
	used := map[string]bool{}
	for _, m := range literal.FindAllStringSubmatch(source.String(), -1) {
		id := m[1]
		used[id] = true
		if strings.HasSuffix(id, ".") {
			families = append(families, id)
		} else if all[id] == "" {
			t.Errorf("%s has no text", id)
		}
	}
	for id := range all {
		known := used[id]
		for _, f := range families {
			known = known || strings.HasPrefix(id, f)
		}
		if !known {
			t.Errorf("%s is not used", id)
		}
	}
	codes := regexp.MustCompile(`\bCode\w+\s+Code = "([a-z_]+)"`).FindAllStringSubmatch(source.String(), -1)
	codes = append(codes, regexp.MustCompile(`\bcode\w+\s+issuer\.Code = "([a-z_]+)"`).FindAllStringSubmatch(source.String(), -1)...)
	if len(codes) < 25 {
		t.Fatalf("only %d codes were found", len(codes))
	}
	for _, c := range codes {
		if all["issuer.error."+c[1]] == "" {
			t.Errorf("code %s has no sentence", c[1])
		}
	}
	for _, c := range []string{
		terms.PolicySyntax, terms.PolicyTooLarge, terms.PolicyTooDeep, terms.PolicyMissing, terms.PolicyUnknown, terms.PolicyUnknown + "_hint",
		terms.PolicyTwice, terms.PolicyType, terms.PolicyValue, terms.PolicyTooLong,
	} {
		if all["issuer.policy."+c] == "" {
			t.Errorf("policy mistake %s has no sentence", c)
		}
	}
}

func TestNoTextBlamesOrFrightens(t *testing.T) {
	banned := regexp.MustCompile(`(?i)\b(invalid|illegal|violation|unauthorized|pirate|tamper\w*|cheat\w*|abort\w*|fatal|fail(ed)? to|must not|blacklist\w*|genuine|corrupt\w*)\b`)
	for id, text := range ids(t) {
		if w := banned.FindString(text); w != "" {
			t.Errorf("%s says %q", id, w)
		}
	}
}
