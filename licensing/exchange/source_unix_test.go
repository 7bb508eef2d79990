//go:build unix

package exchange

import (
	"net"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAPipeOrSocketIsRefusedWithoutWaiting(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	wantUnreadable(t, pipe, CauseDevice)
	socket := filepath.Join(dir, "socket")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	wantUnreadable(t, socket, CauseDevice)
}
