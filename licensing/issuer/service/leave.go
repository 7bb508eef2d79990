package service

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// lingerTime is how long a service that stops still takes connections, and afterwards waits for requests on those that are kept: whoever
// wrote one before it knew gets an answer, and is told with it that the connection ends.
const lingerTime = 250 * time.Millisecond

// door is a listener that is closed when nobody stands before it any more: a connection that the kernel took already, and that was not
// accepted yet, would be reset with what was written on it.
type door struct {
	net.Listener
	over   sync.Once
	closed chan struct{} // nothing is accepted any more
}

// Accept ends with net.ErrClosed when the time is over that close gave it. The listener is closed at once, before anybody else comes.
func (d *door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		_ = d.Listener.Close()
		err = net.ErrClosed
	}
	if errors.Is(err, net.ErrClosed) { // any other failure may be over the next time, as when too many files are open
		d.over.Do(func() { close(d.closed) })
	}
	return c, err
}

// close accepts whoever comes within linger, and then closes.
func (d *door) close(linger time.Duration) {
	defer d.Close()
	timed, ok := d.Listener.(interface{ SetDeadline(time.Time) error })
	if !ok {
		return
	}
	end := time.AfterFunc(linger, func() { _ = timed.SetDeadline(time.Unix(1, 0)) }) // long over: who waits comes back
	defer end.Stop()
	late := time.NewTimer(2 * linger) // when as many are here as may be, nobody waits
	defer late.Stop()
	select {
	case <-d.closed:
	case <-late.C:
	}
}

// guests are the connections of a server, and whether they are at work. http.Server.Shutdown drops a request that it reads while it stops,
// so it is not called before all have their answers.
type guests struct {
	mu    sync.Mutex
	busy  map[net.Conn]bool
	moved chan struct{} // closed and made anew whenever something changes
}

// seen is for http.Server.ConnState.
func (g *guests) seen(c net.Conn, state http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy == nil {
		g.busy = map[net.Conn]bool{}
	}
	switch state {
	case http.StateActive:
		g.busy[c] = true
	case http.StateNew, http.StateIdle:
		g.busy[c] = false
	case http.StateClosed, http.StateHijacked:
		delete(g.busy, c)
	}
	if g.moved != nil {
		close(g.moved)
		g.moved = nil
	}
}

// now says how many are at work and how many wait, and gives what is closed when that changes.
func (g *guests) now() (busy, idle int, moved <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range g.busy {
		if b {
			busy++
		} else {
			idle++
		}
	}
	if g.moved == nil {
		g.moved = make(chan struct{})
	}
	return busy, idle, g.moved
}

// leave waits until every request has its answer, and for another one on the connections that are kept as long as linger. Both end with ctx.
func (g *guests) leave(ctx context.Context, linger time.Duration) {
	patience := time.NewTimer(linger)
	defer patience.Stop()
	patient := true
	for {
		busy, idle, moved := g.now()
		if busy == 0 && (idle == 0 || !patient) {
			return
		}
		select {
		case <-moved:
		case <-patience.C:
			patient = false
		case <-ctx.Done():
			return
		}
	}
}
