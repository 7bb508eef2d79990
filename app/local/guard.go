package local

import (
	"context"
	"net"
	"sync"
	"time"

	"holdfast/licensing/client/endpoint"
)

// guard accepts connections of this user only, and shares the places among the processes that call. A newcomer takes
// the place of the connection that waits longest: of one of its own process when that has its share, else of the process that
// has most. So neither silent callers nor the kept connections of licensed programs keep anybody out.
//
// A flood of connections that are refused keeps this goroutine busy, and then Go looks for what others sent only every 10 ms. So
// it pauses now and then.
type guard struct {
	net.Listener
	now func() time.Time

	mu      sync.Mutex
	places  map[*place]bool
	callers map[int]*caller
	turn    uint64
}

const (
	breathAfter = 32
	breath      = time.Millisecond
)

func newGuard(ln net.Listener) *guard {
	return &guard{Listener: ln, now: time.Now, places: map[*place]bool{}, callers: map[int]*caller{}}
}

// place is one accepted connection.
type place struct {
	net.Conn
	guard  *guard
	caller *caller
	busy   bool   // a request was read and is being answered
	since  uint64 // turn at which it began to wait
}

func (g *guard) Accept() (net.Conn, error) {
	for refused := 1; ; refused++ {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		pid, err := endpoint.PeerOf(c)
		if err != nil {
			_ = c.Close()
			continue
		}
		p, leaves := g.seat(c, pid)
		if leaves != nil {
			_ = leaves.Close()
		}
		if p == nil {
			_ = c.Close()
			if refused%breathAfter == 0 {
				time.Sleep(breath)
			}
			continue
		}
		return p, nil
	}
}

// seat gives c a place, and says whose connection has to leave for it. Both are nil when its process connects all the time, and when
// all that could leave are busy.
func (g *guard) seat(c net.Conn, pid int) (p, leaves *place) {
	g.mu.Lock()
	defer g.mu.Unlock()
	who := g.callerOf(pid)
	if !who.connects.take(1, who.seen) {
		return nil, nil
	}
	switch {
	case who.places >= callerConnections:
		leaves = g.longestWaiting(who)
	case len(g.places) >= maxConnections:
		leaves = g.longestWaiting(nil)
	}
	if leaves == nil && (who.places >= callerConnections || len(g.places) >= maxConnections) {
		return nil, nil
	}
	if leaves != nil {
		g.free(leaves)
	}
	g.turn++
	p = &place{Conn: c, guard: g, caller: who, since: g.turn}
	g.places[p], who.places = true, who.places+1
	return p, leaves
}

// longestWaiting is the place that waits longest, of one caller or, for nil, of those callers that have most places.
func (g *guard) longestWaiting(of *caller) (found *place) {
	for p := range g.places {
		switch {
		case p.busy || of != nil && p.caller != of:
		case found == nil, p.caller.places > found.caller.places, p.caller.places == found.caller.places && p.since < found.since:
			found = p
		}
	}
	return found
}

func (g *guard) free(p *place) {
	if g.places[p] {
		delete(g.places, p)
		p.caller.places--
	}
}

// Close gives the place back.
func (p *place) Close() error {
	p.guard.mu.Lock()
	p.guard.free(p)
	p.guard.mu.Unlock()
	return p.Conn.Close()
}

// answering marks a connection whose request was read: it keeps its place until done is called.
func (p *place) answering() (done func()) {
	p.mark(true)
	return func() { p.mark(false) }
}

func (p *place) mark(busy bool) {
	p.guard.mu.Lock()
	defer p.guard.mu.Unlock()
	p.guard.turn++
	p.busy, p.since = busy, p.guard.turn
}

type placeKey struct{}

// remember puts the place of a connection into the context of its requests.
func remember(ctx context.Context, c net.Conn) context.Context {
	if p, ok := c.(*place); ok {
		return context.WithValue(ctx, placeKey{}, p)
	}
	return ctx
}

func placeOf(ctx context.Context) *place {
	p, _ := ctx.Value(placeKey{}).(*place)
	return p
}
