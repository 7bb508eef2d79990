package simulate

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

// What is told depends on what is given and on nothing else: no clock, file, network or chance.
func TestSimulationAndCalendarReadNothingThemselves(t *testing.T) {
	for dir, allowed := range map[string]string{".": "holdfast/licensing/terms", "../calendar": ""} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) < 3 {
			t.Fatalf("%s has %d sources, %v", dir, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range f.Imports {
				path, err := strconv.Unquote(i.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				outside := strings.ContainsAny(path, ".") || strings.HasPrefix(path, "holdfast/") && path != allowed
				if top, _, _ := strings.Cut(path, "/"); outside || top == "os" || top == "net" || top == "math" || top == "syscall" {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
	}
}

func TestAStartWithinASecondStillGoesOn(t *testing.T) {
	now := at(t, "2026-12-02T23:59:59.5Z")
	f := home(t, cad(t)) // the time without contact ended half a second ago
	r := Timeline(f, now, now.AddDate(1, 0, 0))
	s := r.Products[0].Spans
	if s[0].State != terms.StateGraceOffline || !s[0].From.Equal(now) || !s[0].To.Equal(at(t, "2026-12-05T23:59:59Z")) || !s[1].From.Equal(s[0].To.Add(time.Second)) {
		t.Errorf("%+v", s[:2])
	}
}
