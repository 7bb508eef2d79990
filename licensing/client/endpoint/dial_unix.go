//go:build !windows

package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// MaxSocketPath is the shortest sun_path among the systems we run on (104 with its end mark on macOS).
const MaxSocketPath = 103

// Dial connects to an address that Read returned and makes sure that the other end runs as this user.
func Dial(ctx context.Context, address string) (net.Conn, error) {
	if !filepath.IsAbs(address) || len(address) > MaxSocketPath {
		return nil, ErrNobody
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", address)
	if err != nil {
		return nil, err
	}
	if _, err := PeerOf(c); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// PeerOf returns the process at the other end of c; 0 when the system does not tell. It is an error unless that process runs as
// this user.
func PeerOf(c net.Conn) (pid int, err error) {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return 0, errors.New("not a local connection")
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return 0, err
	}
	uid, peerErr := -1, error(nil)
	if err := raw.Control(func(fd uintptr) { uid, pid, peerErr = peer(int(fd)) }); err != nil {
		return 0, err
	}
	if peerErr != nil {
		return 0, fmt.Errorf("who calls: %w", peerErr)
	}
	if uid != os.Geteuid() {
		return 0, fmt.Errorf("the other end runs as user %d", uid)
	}
	return pid, nil
}
