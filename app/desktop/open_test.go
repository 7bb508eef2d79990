//go:build unix

package desktop

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestAnAddressIsHandedToTheDesktopAsItIs(t *testing.T) {
	dir := fake(t, `printf '%s|' "$@" >"${0%/*}/opened"`)
	for _, address := range []string{
		Mail("sales@acme.example", `Lizenz "Ü" $(id) 'x'; ls`, "Guten Tag,\n50 % & mehr"),
		"mailto:sales@acme.example",
		"https://acme.example/support?a=1&b=$(id)#top",
	} {
		if err := Open(t.Context(), address); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "opened")); err != nil || string(got) != address+"|" {
			t.Errorf("opened: %q, %v", got, err)
		}
	}
}

func TestOnlyMailsAndPagesAreOpened(t *testing.T) {
	dir := fake(t, `echo >"${0%/*}/opened"`)
	for _, address := range []string{
		"", "/etc/passwd", "file:///etc/passwd", "http://acme.example", "javascript:alert(1)", "smb://acme.example/x", "-h",
		"https:acme.example", "https://", "mailto://acme.example", "mailto:a b", "mailto:a\nb", "mailto:a\"b", "mailto:ü", "https://a`b",
		"holdfast:x", "https://acme.example\x00", "%zz",
	} {
		if err := Open(t.Context(), address); !errors.Is(err, errAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "opened")); err == nil {
		t.Error("something was opened")
	}
}

func TestOpeningSaysWhatDoesNotWork(t *testing.T) {
	fake(t, "exit 3")
	const address = "mailto:sales@acme.example"
	var exit *exec.ExitError
	if err := Open(t.Context(), address); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("no mail program: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Open(ended, address); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := Open(t.Context(), address); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("nothing opens addresses: %v", err)
	}
}
