//go:build unix

package issuer

import (
	"io/fs"
	"os"
	"syscall"
)

// mine says whether a file belongs to this account. One that root makes in its place would lock a service out.
func mine(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// alike gives a file of this account the group and mode of another one.
func alike(name string, info fs.FileInfo) error {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		if err := os.Chown(name, -1, int(st.Gid)); err != nil {
			return err
		}
	}
	return os.Chmod(name, info.Mode().Perm())
}
