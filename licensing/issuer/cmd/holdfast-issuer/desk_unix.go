//go:build !windows

package main

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"holdfast/licensing/client/endpoint"
)

const (
	deskSocket = "desk.sock"
	deskFolder = "holdfast-issuer-"
)

// listenDesk opens a socket in the issuer's folder, or in a short folder of its own when its path would be too long for one. Only this
// user may open it.
func listenDesk(dir string) (net.Listener, error) {
	name := filepath.Join(dir, deskSocket)
	if len(name) > endpoint.MaxSocketPath || !private(dir) {
		short, err := os.MkdirTemp("", deskFolder)
		if err != nil {
			return nil, err
		}
		if name = filepath.Join(short, deskSocket); len(name) > endpoint.MaxSocketPath {
			return nil, errors.Join(errors.New("no short temporary folder for a socket"), os.Remove(short))
		}
	}
	forgetDesk(name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	ln, err := net.Listen("unix", name)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(name, 0o600); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return ln, nil
}

// private says whether only this user can reach into a folder.
func private(dir string) bool {
	i, err := os.Lstat(dir)
	return err == nil && i.IsDir() && i.Mode().Perm()&0o077 == 0
}

// forgetDesk removes a socket of ours, and the folder that was made for it. Anything else is left alone.
func forgetDesk(name string) {
	if filepath.Base(name) != deskSocket || !filepath.IsAbs(name) {
		return
	}
	if i, err := os.Lstat(name); err == nil && i.Mode().Type() == fs.ModeSocket {
		_ = os.Remove(name)
	}
	if dir := filepath.Dir(name); strings.HasPrefix(filepath.Base(dir), deskFolder) && filepath.Dir(dir) == filepath.Clean(os.TempDir()) {
		_ = os.Remove(dir) // only when it is empty
	}
}
