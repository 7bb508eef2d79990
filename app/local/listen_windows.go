package local

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"holdfast/licensing/client/endpoint"
)

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
	return winio.ListenPipe(endpoint.PipePrefix+nameOf(home)+"-"+hex.EncodeToString(b[:]), &winio.PipeConfig{
		SecurityDescriptor: fmt.Sprintf("D:P(A;;GA;;;%s)", user.User.Sid),
	})
}

// forget has nothing to do: a pipe ends with its process.
func forget(string) {}
