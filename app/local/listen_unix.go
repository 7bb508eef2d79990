//go:build !windows

package local

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"holdfast/licensing/client/endpoint"
)

const (
	socketPrefix = "holdfast-"
	socketSuffix = ".sock"
)

// listen opens a socket for home in runtimeDir when that is a folder of this user alone, else in a new folder
// of mode 0700 below the system's temporary folder.
func listen(home, runtimeDir string) (net.Listener, error) {
	base := socketPrefix + nameOf(home) + socketSuffix
	name := filepath.Join(runtimeDir, base)
	if !private(runtimeDir) || len(name) > endpoint.MaxSocketPath {
		dir, err := tempDir(base)
		if err != nil {
			return nil, err
		}
		name = filepath.Join(dir, base)
	}
	forgetSocket(name)
	ln, err := net.Listen("unix", name)
	if err != nil {
		forget(name)
		return nil, err
	}
	if err := os.Chmod(name, 0o600); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return ln, nil
}

// tempDir makes a folder whose name leaves room for base within a socket's length.
func tempDir(base string) (string, error) {
	for _, parent := range []string{os.TempDir(), "/tmp"} {
		dir, err := os.MkdirTemp(parent, socketPrefix)
		if err != nil {
			continue
		}
		if len(filepath.Join(dir, base)) <= endpoint.MaxSocketPath {
			return dir, nil
		}
		_ = os.Remove(dir)
	}
	return "", errors.New("no short temporary folder for a socket")
}

// private says whether dir is a real folder that only this user can reach into.
func private(dir string) bool {
	if !filepath.IsAbs(dir) {
		return false
	}
	i, err := os.Lstat(dir)
	if err != nil || !i.IsDir() || i.Mode().Perm()&0o077 != 0 {
		return false
	}
	st, ok := i.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// forget removes a socket of ours, and its folder when that was made for it. Anything else is left alone.
func forget(name string) {
	if !forgetSocket(name) {
		return
	}
	if dir := filepath.Dir(name); strings.HasPrefix(filepath.Base(dir), socketPrefix) {
		_ = os.Remove(dir) // only when empty
	}
}

func forgetSocket(name string) bool {
	base := filepath.Base(name)
	if !filepath.IsAbs(name) || !strings.HasPrefix(base, socketPrefix) || !strings.HasSuffix(base, socketSuffix) {
		return false
	}
	i, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil || i.Mode().Type() != fs.ModeSocket {
		return false
	}
	return os.Remove(name) == nil
}
