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
	"time"
)

// fake puts a file manager of our own first on the PATH.
func fake(t *testing.T, script string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileManager()), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
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

// TestAFileManagerThatStaysIsLeftAlone has one that runs until the test lets it go.
func TestAFileManagerThatStaysIsLeftAlone(t *testing.T) {
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
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	shown := make(chan error)
	go func() { shown <- Show(ctx, dir) }()
	line := make([]byte, 100)
	if _, err := started.Read(line); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-shown; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := release.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
	n, err := out.Read(line)
	if err != nil || strings.TrimSpace(string(line[:n])) != "ended" {
		t.Fatalf("the file manager was ended: %q, %v", line[:n], err)
	}
}
