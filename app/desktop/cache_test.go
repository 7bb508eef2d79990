//go:build linux

package desktop

import (
	"os"
	"path/filepath"
	"testing"
)

func TestANewAccountGetsACacheOfItsOwn(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", "")
	for range 2 { // the second finds it there
		if err := MakeCache(); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(filepath.Join(home, ".cache")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
}
