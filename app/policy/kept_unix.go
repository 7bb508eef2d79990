//go:build unix

package policy

import (
	"io/fs"
	"os"
	"syscall"
)

// kept says whether an administrator alone can change a file or folder: "", Writable, Owner or Unreadable. own: this account may as well.
func kept(name string, own bool) string {
	info, err := os.Stat(name)
	if err != nil {
		return Unreadable
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Owner
	}
	return keptBy(int(st.Uid), info.Mode(), own)
}

// keptBy judges an owner and a mode. A group of a person's own, as many systems give one, counts as that person.
func keptBy(owner int, mode fs.FileMode, own bool) string {
	others := fs.FileMode(0o022)
	if own {
		others = 0o002
	}
	switch {
	case owner != 0 && !(own && owner == os.Geteuid()):
		return Owner
	case mode&others != 0:
		return Writable
	}
	return ""
}
