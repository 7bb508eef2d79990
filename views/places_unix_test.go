//go:build !windows

package views

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

func TestAStickIsOnlyWhatIsMounted(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{filepath.Join(first, "STICK"), filepath.Join(first, "left behind"), filepath.Join(first, ".hidden"), filepath.Join(second, "CARD")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/", filepath.Join(first, "Disk")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(first, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mounted := func(dir string) bool { return filepath.Base(dir) != "left behind" }
	got := mountsIn(mounted, first, filepath.Join(first, "gone"), second)
	if want := []string{filepath.Join(first, "STICK"), filepath.Join(second, "CARD")}; !slices.Equal(got, want) {
		t.Errorf("sticks: %v", got)
	}
}

func TestAFolderIsNoMountPoint(t *testing.T) {
	if dir := t.TempDir(); isMount(dir) || isMount(filepath.Join(dir, "gone")) || isMount("/") {
		t.Error("a folder counts as a stick")
	}
	if runtime.GOOS == "linux" && !isMount("/proc") {
		t.Error("a mount point is not seen")
	}
}
