package local

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"strings"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

const pipePrefix = `\\.\pipe\holdfast-`

// listen opens a named pipe that only this user may open. Its name is new each time, so that nobody can have
// opened one of that name before.
func listen(home, _ string) (net.Listener, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return nil, err
	}
	return winio.ListenPipe(pipePrefix+nameOf(home)+"-"+hex.EncodeToString(b[:]), &winio.PipeConfig{
		SecurityDescriptor: fmt.Sprintf("D:P(A;;GA;;;%s)", user.User.Sid),
	})
}

// forget has nothing to do: a pipe ends with its process.
func forget(string) {}

// dial connects to the owner's pipe.
func dial(ctx context.Context, name string) (net.Conn, error) {
	if !strings.HasPrefix(name, pipePrefix) {
		return nil, errNoOwner
	}
	return winio.DialPipeContext(ctx, name)
}

// checkPeer has nothing to add: the pipe's security descriptor admits this user alone.
func checkPeer(net.Conn) error { return nil }
