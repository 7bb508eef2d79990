//go:build unix

package desktop

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestADraftIsHandedToTheMailProgram(t *testing.T) {
	dir := fake(t, `printf '%s|' "$@" >"${0%/*}/opened"`)
	draft := filepath.Join(t.TempDir(), "usage $(id) 7.eml")
	if err := os.WriteFile(draft, []byte("X-Unsent: 1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := OpenDraft(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "opened")); err != nil || string(got) != draft+"|" {
		t.Errorf("opened: %q, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := OpenDraft(ended, draft); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

func TestOnlyDraftsOfMailsAreOpened(t *testing.T) {
	dir := fake(t, `echo >"${0%/*}/opened"`)
	program := filepath.Join(t.TempDir(), "run.sh")
	if err := os.WriteFile(program, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "mails.eml")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{program: errDraft, folder: errDraft, filepath.Join(folder, "none.eml"): fs.ErrNotExist} {
		if err := OpenDraft(t.Context(), path); !errors.Is(err, want) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "opened")); err == nil {
		t.Error("something was opened")
	}
}
