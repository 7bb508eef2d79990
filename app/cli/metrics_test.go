package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/licensing/terms"
)

// An agent says once that its file for numbers cannot be written, and again when that comes back after it was over.
func TestAnAgentSaysOnceThatItsNumbersCannotBeWritten(t *testing.T) {
	s, out := testSession(t, "en")
	f := &fake{verdict: verdict(terms.StateActive), home: &fakeHome{}}
	write := s.keepMetrics(filepath.Join("folder", "m.prom"))
	folder := filepath.Join(s.Dir, "folder")
	for i, there := range []bool{true, false, false, true, false} {
		if there {
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
		} else if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		write(t.Context(), Opened{Home: f.home, Engine: f})
		if _, err := os.Stat(filepath.Join(folder, "m.prom")); (err == nil) != there {
			t.Fatalf("%d: %v", i, err)
		}
		if got, want := strings.Count(out.String(), "There is no folder"), []int{0, 1, 1, 1, 2}[i]; got != want {
			t.Fatalf("%d: told %d times, want %d\n%s", i, got, want, out)
		}
	}
}
