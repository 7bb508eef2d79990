//go:build !windows

package views

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// sticks returns the folders where sticks and other drives that come and go are mounted.
func sticks(env func(string) string) []string {
	if runtime.GOOS == "darwin" {
		return mountsIn(isMount, "/Volumes")
	}
	user := env("USER")
	if user == "" {
		return nil
	}
	return mountsIn(isMount, filepath.Join("/run/media", user), filepath.Join("/media", user))
}

// mountsIn returns the mount points in folders. Links are left out, like that of macOS to its own disk, and so are
// folders that a stick left behind: a file there would never leave this computer.
func mountsIn(mounted func(dir string) bool, folders ...string) []string {
	var out []string
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if dir := filepath.Join(folder, e.Name()); e.IsDir() && !strings.HasPrefix(e.Name(), ".") && mounted(dir) {
				out = append(out, dir)
			}
		}
	}
	return out
}

// isMount says whether a folder is on another device than the one it lies in and than the system.
func isMount(dir string) bool {
	own, ok := deviceOf(dir)
	parent, _ := deviceOf(filepath.Dir(dir))
	root, _ := deviceOf("/")
	return ok && own != parent && own != root
}

func deviceOf(dir string) (id uint64, ok bool) {
	info, err := os.Stat(dir)
	if err != nil {
		return 0, false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return uint64(st.Dev), true // of another type on macOS
}

// otherDrives are those of Windows only.
func otherDrives(string) []string { return nil }
