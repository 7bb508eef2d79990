//go:build unix

package policy

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestWhatOthersMayWriteDoesNotCount(t *testing.T) {
	const content = `{"schema_version":1,"network.mode":{"value":"auto"}}`
	for name, loose := range map[string]struct{ files, open, at string }{
		"the file":       {"policy.json", "policy.json", "policy.json"},
		"the folder":     {"policy.json", ".", "."},
		"the drop-ins":   {"policy.d/a.json", "policy.d", "policy.d"},
		"above drop-ins": {"policy.d/a.json", ".", "."},
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{loose.files: content})
		if p := Read(dir, keys); p.Broken() || string(p.Entries[NetworkMode].Value) != `"auto"` {
			t.Fatalf("%s, in order: %+v", name, p)
		}
		open := filepath.Join(dir, loose.open)
		if err := os.Chmod(open, 0o777); err != nil {
			t.Fatal(err)
		}
		p := Read(dir, keys)
		want := Finding{File: filepath.Join(dir, loose.at), Code: Writable}
		if got := p.Entries[NetworkMode]; len(p.Findings) != 1 || p.Findings[0] != want || string(got.Value) != `"manual"` || !got.Locked {
			t.Errorf("%s: %+v", name, p)
		}
	}
	// The same is told of a file that is only looked at, and of none that lies elsewhere.
	looked := t.TempDir()
	write(t, looked, map[string]string{"policy.json": content, "policy.d/a.json": content})
	at := filepath.Join(looked, "policy.d", "a.json")
	if got := keptIn(looked, at); got != nil {
		t.Errorf("in order: %+v", got)
	}
	if err := os.Chmod(at, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := keptIn(looked, at); len(got) != 1 || got[0] != (Finding{File: at, Code: Writable}) {
		t.Errorf("that others may write: %+v", got)
	}
	if got := keptIn(t.TempDir(), at); got != nil {
		t.Errorf("elsewhere: %+v", got)
	}
	// A folder that holds nothing decides nothing, whoever may write it.
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if p := Read(dir, keys); len(p.Entries)+len(p.Findings) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestThePolicyOfTheSystemBelongsToAnAdministratorAlone(t *testing.T) {
	const somebody = 4711
	for _, c := range []struct {
		owner int
		mode  fs.FileMode
		own   bool
		want  string
	}{
		{0, 0o644, false, ""},
		{0, 0o755, false, ""},
		{0, 0o664, false, Writable},
		{0, 0o646, false, Writable},
		{0, fs.ModeSticky | 0o777, false, Writable},
		{somebody, 0o600, false, Owner},
		{somebody, 0o600, true, Owner},
		{os.Geteuid(), 0o664, true, ""},
		{os.Geteuid(), 0o646, true, Writable},
	} {
		if got := keptBy(c.owner, c.mode, c.own); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	if got := kept(filepath.Join(t.TempDir(), "none"), true); got != Unreadable {
		t.Errorf("a file that is not there: %q", got)
	}
}
