//go:build unix

package desktop

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fake puts an opener of our own first on the PATH.
func fake(t *testing.T, script string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, opener()), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return dir
}

func TestAFolderIsShownAndForAFileTheFolderItLiesIn(t *testing.T) {
	dir := fake(t, `printf '%s|' "$@" >"${0%/*}/shown"`)
	folder := filepath.Join(t.TempDir(), "-rf $(id) ünd")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "a.hflic")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, file} {
		if err := Show(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "shown")); err != nil || string(got) != folder+"|" {
			t.Fatalf("shown: %q, %v", got, err)
		}
	}
}

func TestShowingSaysWhatDoesNotWork(t *testing.T) {
	fake(t, "exit 3")
	var exit *exec.ExitError
	if err := Show(t.Context(), t.TempDir()); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("a file manager that gives up: %v", err)
	}
	if err := Show(t.Context(), filepath.Join(t.TempDir(), "gone")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is gone: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := Show(t.Context(), t.TempDir()); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("no file manager: %v", err)
	}
}

// ending is a context whose end the test decides.
type ending struct {
	context.Context
	done chan struct{}
	why  error
}

func (e ending) Done() <-chan struct{} { return e.done }

func (e ending) Err() error {
	select {
	case <-e.done:
		return e.why
	default:
		return nil
	}
}

// TestAProgramThatStaysIsLeftAlone has one that runs until the test lets it go: at the deadline it counts as started.
func TestAProgramThatStaysIsLeftAlone(t *testing.T) {
	folder := t.TempDir()
	for name, open := range map[string]func(context.Context) error{
		"show": func(ctx context.Context) error { return Show(ctx, folder) },
		"open": func(ctx context.Context) error { return Open(ctx, "mailto:sales@acme.example") },
	} {
		for why, want := range map[error]error{context.DeadlineExceeded: nil, context.Canceled: context.Canceled} {
			t.Run(name+" "+why.Error(), func(t *testing.T) { stays(t, open, why, want) })
		}
	}
}

func stays(t *testing.T, open func(context.Context) error, why, want error) {
	t.Helper()
	dir := fake(t, `echo $$ >"${0%/*}/started"; read -r _ <"${0%/*}/go"; echo ended >"${0%/*}/out"`)
	for _, pipe := range []string{"go", "out", "started"} {
		if err := exec.Command("mkfifo", filepath.Join(dir, pipe)).Run(); err != nil {
			t.Fatal(err)
		}
	}
	pipe := func(name string) *os.File {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	started, release, out := pipe("started"), pipe("go"), pipe("out")
	ctx := ending{t.Context(), make(chan struct{}), why}
	opened := make(chan error)
	go func() { opened <- open(ctx) }()
	line := make([]byte, 100)
	if _, err := started.Read(line); err != nil {
		t.Fatal(err)
	}
	close(ctx.done)
	if err := <-opened; !errors.Is(err, want) {
		t.Fatalf("%v, want %v", err, want)
	}
	if _, err := release.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
	n, err := out.Read(line)
	if err != nil || strings.TrimSpace(string(line[:n])) != "ended" {
		t.Fatalf("the program was ended: %q, %v", line[:n], err)
	}
}
