package plain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

const moduleRoot = "../.."

func TestEveryIdThatASourceUsesHasAnEnglishText(t *testing.T) {
	s := speaker(t, "en")
	for id, at := range scanModule(t, moduleRoot).required {
		if !s.Has(id) {
			t.Errorf("%s: no English text for %q", at, id)
		}
	}
}

func TestEveryEnglishTextIsUsedBySomeSource(t *testing.T) {
	u := scanModule(t, moduleRoot)
	for _, r := range rows {
		if r.family != "" {
			u.families = append(u.families, r.family+".")
		}
	}
	for id := range speaker(t, "en").cat.messages {
		if !u.used(id) && !u.used(strings.TrimSuffix(id, ".do")) {
			t.Errorf("no source uses %q", id)
		}
	}
}

func TestTheScannerFindsIdsGivenDirectlyAndThroughOtherFunctions(t *testing.T) {
	const source = `package p
type v struct{ help string ` + "`help:\"cli.flag.out\"`" + ` }
func (v v) t(id string, pairs ...any) string { return v.Text("ui."+id, nil) }
func (v v) twice(n int, id string) string    { return v.t(id) }
func wrong(code string) error                { return &Mistake{Code: code} }
func example(v v, verb string) { v.Text("cli.example."+verb, nil) }
func use(v v) {
	name := v.help
	example(v, "program")
	example(v, strings.ToLower(v.help))
	v.Text("plain.id", nil)
	v.t("back")
	v.twice(1, "next")
	wrong("no_key")
	_ = Mistake{Code: "no_vendor"}
	v.Text("cli.level."+name, nil)
	id := "picked"
	v.t(id)
}`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	u := newUses()
	u.scan(fset, []*ast.File{f}, map[string][]handsOn{"Text": {{}}})
	for _, id := range []string{"plain.id", "ui.back", "ui.next", "error.no_key", "error.no_vendor", "cli.flag.out", "cli.example.program"} {
		if _, ok := u.required[id]; !ok {
			t.Errorf("%q was not found", id)
		}
	}
	for id, want := range map[string]bool{"cli.level.ok": true, "cli.example.status": true, "ui.picked": true, "ui.other": false, "cli.other": false} {
		if u.used(id) != want {
			t.Errorf("used(%q) = %v", id, !want)
		}
	}
}

// constants returns the values of string constants of a package whose names begin with prefix.
func constants(t *testing.T, dir, prefix string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(moduleRoot, dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources in %s: %v", dir, err)
	}
	var values []string
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				if lit, ok := first(v.Values).(*ast.BasicLit); ok && strings.HasPrefix(v.Names[0].Name, prefix) {
					values = append(values, unquote(lit))
				}
			}
		}
	}
	if len(values) == 0 {
		t.Fatalf("no constants %s… in %s", prefix, dir)
	}
	return values
}

// spanModes are the modes of a simulation.
func spanModes() []string {
	var all []string
	for _, m := range simulate.Modes() {
		all = append(all, string(m))
	}
	return all
}

func first(all []ast.Expr) ast.Expr {
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

func TestFamiliesOfIdsHaveExactlyTheCodesOfTheirSource(t *testing.T) {
	for family, codes := range map[string][]string{
		"why":    append(terms.Rules(), "other", "source", "issuer"),
		"action": constants(t, "licensing/terms", "Act"),
		"event":  constants(t, "licensing/terms", "Event"),
		"kind":   constants(t, "licensing/exchange", "Other"),
		"cause":  constants(t, "licensing/exchange", "Cause"),
		"fact":   append(constants(t, "licensing/terms", "Cause"), string(terms.Keep), string(terms.View), string(terms.Pause)),
		"part":   constants(t, "licensing/device", "Kind"),
		"what":   constants(t, "licensing/terms", "Extend"),

		"contact.cause":  constants(t, "licensing/reconcile", "Cause"),
		"contact.reason": constants(t, "licensing/reconcile", "Reason"),
		"contact.class":  slices.DeleteFunc(constants(t, "licensing/reconcile", "Class"), func(c string) bool { return c == "" }),
		"contact.hold":   constants(t, "licensing/reconcile", "Hold"),

		"grace.cause": constants(t, "licensing/terms", "Cause"),
		"grace.why":   constants(t, "licensing/terms", "Cause"),
		"plan.assume": constants(t, "licensing/simulate", "Assume"),
		"plan.word":   spanModes(),
	} {
		var have []string
		for id := range speaker(t, "en").cat.messages {
			if code, ok := strings.CutPrefix(id, family+"."); ok {
				have = append(have, code)
			}
		}
		slices.Sort(have)
		slices.Sort(codes)
		if !slices.Equal(have, slices.Compact(codes)) {
			t.Errorf("%s: texts for %v\ncodes are %v", family, have, codes)
		}
	}
}
