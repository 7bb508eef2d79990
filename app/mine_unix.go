//go:build unix

package app

import (
	"io/fs"
	"os"
	"syscall"
)

// mine says whether a folder belongs to this account: under sudo, files made in another's would lock that one out.
func mine(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(st.Uid) == os.Geteuid()
}
