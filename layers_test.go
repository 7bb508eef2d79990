package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// deps returns the packages that pattern needs, for the given extra go list arguments.
func deps(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-deps"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	list := strings.Fields(string(out))
	if len(list) < 10 {
		t.Fatalf("go list -deps named only %d packages", len(list))
	}
	return list
}

func TestEngineNeedsNeitherWindowNorCommandLine(t *testing.T) {
	for _, p := range deps(t, "./licensing", "./licensing/terms", "./licensing/exchange", "./licensing/plain", "./licensing/ledger",
		"./licensing/store", "./licensing/keystore", "./licensing/device", "./licensing/clock", "./licensing/disk", "./licensing/issuer", "./licensing/simulate", "./licensing/calendar", "./licensing/alarm", "./licensing/reconcile", "./licensing/issuer/service") {
		for _, banned := range []string{"fyne.io/", "github.com/alecthomas/kong", "holdfast/app", "holdfast/views"} {
			if strings.HasPrefix(p, banned) {
				t.Errorf("licensing depends on %s", p)
			}
		}
	}
}

func TestCommandsNeedNoWindow(t *testing.T) {
	for _, p := range deps(t, "-tags", "nogui", ".", "./app/...") {
		if strings.HasPrefix(p, "fyne.io/") || strings.HasPrefix(p, "holdfast/views") {
			t.Errorf("the command-line build depends on %s", p)
		}
	}
}

func TestEvaluateIsPure(t *testing.T) {
	for _, p := range deps(t, "./licensing/terms", "./licensing/simulate") {
		switch p {
		case "net", "net/http", "os/exec", "math/rand", "math/rand/v2":
			t.Errorf("licensing/terms depends on %s", p)
		}
	}
}

// TestTimeIsReadInOnePlace keeps time.Now out of the engine: the clock is passed in. Tests and programs' main are free.
func TestTimeIsReadInOnePlace(t *testing.T) {
	files := 0
	err := filepath.WalkDir("licensing", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if filepath.Dir(path) == filepath.Join("licensing", "clock") {
			return nil
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if ok && pkg.Name == "time" && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since" || sel.Sel.Name == "Until") {
				t.Errorf("%s uses time.%s; take a clock.Clock instead", path, sel.Sel.Name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Fatalf("only %d files looked at", files)
	}
}

func TestNoPackageIsADrawer(t *testing.T) {
	for _, p := range deps(t, "-tags", "nogui", "./...") {
		if !strings.HasPrefix(p, "holdfast") {
			continue
		}
		switch filepath.Base(p) {
		case "util", "utils", "common", "helpers", "misc":
			t.Errorf("package %s has no subject", p)
		}
	}
}
