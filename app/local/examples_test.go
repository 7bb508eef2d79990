//go:build linux

package local

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The programs of docs/examples/programs, as a reader runs them.
func TestTheExamplesOfOtherLanguagesRun(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "examples", "programs")
	for language, c := range map[string]struct {
		build func(t *testing.T, out string) error
		run   func(out string) []string
	}{
		"sh":      {nil, func(string) []string { return []string{"sh", filepath.Join(dir, "check.sh")} }},
		"python3": {nil, func(string) []string { return []string{"python3", filepath.Join(dir, "check.py")} }},
		"g++": {func(t *testing.T, out string) error {
			b, err := exec.CommandContext(t.Context(), "g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-o", out, filepath.Join(dir, "check.cpp")).CombinedOutput()
			t.Log(string(b))
			return err
		}, func(out string) []string { return []string{out} }},
	} {
		t.Run(language, func(t *testing.T) {
			needed := []string{language}
			if language == "sh" {
				needed = append(needed, "curl")
			}
			for _, program := range needed {
				if _, err := exec.LookPath(program); err != nil {
					t.Skip(err)
				}
			}
			out := filepath.Join(t.TempDir(), "check")
			if c.build != nil {
				if err := c.build(t, out); err != nil {
					t.Fatal(err)
				}
			}
			f := &fakePrograms{}
			home, _, _ := servePrograms(t, f)
			args := append(c.run(out), "acmecad", "renders", "job-42")
			cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
			cmd.Env = append(os.Environ(), "HOLDFAST_HOME="+home)
			b, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, b)
			}
			for _, want := range []string{"active", "Ready <now>.", "edit", "keep", "abcd"} {
				if !strings.Contains(string(b), want) {
					t.Errorf("%q is not in what it printed:\n%s", want, b)
				}
			}
			if len(f.recorded) != 1 || f.recorded[0].ID != "job-42" || f.recorded[0].Meter != "renders" || f.recorded[0].Units != 1 {
				t.Errorf("recorded %+v", f.recorded)
			}
		})
	}
}
