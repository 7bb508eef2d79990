package main

import (
	"crypto/rand"
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"holdfast/licensing/client/endpoint"
)

// listenDesk opens a pipe that only this user may open. Its name is new each time, so that nobody can have opened one of that name before.
func listenDesk(string) (net.Listener, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	return winio.ListenPipe(endpoint.PipePrefix+"issuer-"+rand.Text(), &winio.PipeConfig{
		SecurityDescriptor: fmt.Sprintf("D:P(A;;GA;;;%s)", user.User.Sid),
	})
}

// forgetDesk has nothing to do: a pipe ends with its process.
func forgetDesk(string) {}
