package endpoint

import (
	"context"
	"net"
	"strings"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// PipePrefix begins the name of every pipe of ours.
const PipePrefix = `\\.\pipe\holdfast-`

// Dial connects to an address that Read returned. Its name alone says whose pipe it is: the endpoint file lies in a folder of
// this user, and the name in it is new at each start.
func Dial(ctx context.Context, address string) (net.Conn, error) {
	if !strings.HasPrefix(address, PipePrefix) {
		return nil, ErrNobody
	}
	return winio.DialPipeContext(ctx, address)
}

// PeerOf returns the process at the other end of a pipe that was accepted; 0 when the system does not tell. The pipe's security descriptor
// admits this user alone.
func PeerOf(c net.Conn) (pid int, err error) {
	h, ok := c.(interface{ Fd() uintptr })
	if !ok {
		return 0, nil
	}
	var id uint32
	if windows.GetNamedPipeClientProcessId(windows.Handle(h.Fd()), &id) != nil {
		return 0, nil
	}
	return int(id), nil
}
