package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"holdfast/licensing/client/endpoint"
)

const lockFile = "lock"

// Owner is this process while it holds the lock of a home. Take makes one; Release ends it.
type Owner struct {
	home   string
	lock   *flock.Flock
	ln     net.Listener
	server *http.Server
	cancel context.CancelFunc
	done   chan struct{}
}

// Take takes the lock of home without waiting and makes the folder (0700) when it is missing.
// It returns ErrTaken when another process has it.
func Take(home string) (*Owner, error) {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, fmt.Errorf("make home: %w", err)
	}
	lock := flock.New(filepath.Join(home, lockFile), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock home: %w", err)
	}
	if !got {
		return nil, ErrTaken
	}
	return &Owner{home: home, lock: lock}, nil
}

// Serve begins to run the commands of other processes with h, to answer licensed programs with p (nil: they are told to come
// again), and names the place in the endpoint file. runtimeDir is a folder for sockets that belongs to the user ($XDG_RUNTIME_DIR),
// "" for none. After an error the lock is still held.
func (o *Owner) Serve(runtimeDir string, h Handler, p Programs) error {
	removeStale(o.home)
	ln, err := listen(o.home, runtimeDir)
	if err != nil {
		return fmt.Errorf("listen for other commands: %w", err)
	}
	if err := endpoint.Write(o.home, ln.Addr().String()); err != nil {
		return errors.Join(fmt.Errorf("name the endpoint: %w", err), ln.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	o.ln, o.cancel, o.done = ln, cancel, make(chan struct{})
	o.server = newServer(ctx, h, p)
	go func() {
		defer close(o.done)
		_ = o.server.Serve(newGuard(ln))
	}()
	return nil
}

// Stop takes no more commands and waits for those that run, for a few seconds; then it cancels them. It may be called
// without Serve. The lock stays: release it when the home's files are closed.
func (o *Owner) Stop() {
	if o.server == nil {
		return
	}
	_ = os.Remove(filepath.Join(o.home, endpoint.File))
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if o.server.Shutdown(ctx) != nil {
		o.cancel()
		_ = o.server.Close()
	}
	o.cancel()
	<-o.done
	forget(o.ln.Addr().String())
	o.server = nil
}

// Address is where the owner listens; "" when it does not.
func (o *Owner) Address() string {
	if o.ln == nil {
		return ""
	}
	return o.ln.Addr().String()
}

// Release stops and gives the lock back.
func (o *Owner) Release() error {
	o.Stop()
	return o.lock.Unlock()
}
