package service

import (
	"net"
	"net/netip"
	"sync"
)

// crowd bounds how many are here at once from one address.
type crowd struct {
	most int
	mu   sync.Mutex
	here map[string]int
}

func (c *crowd) enter(from string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[from] >= c.most {
		return false
	}
	if c.here == nil {
		c.here = map[string]int{}
	}
	c.here[from]++
	return true
}

func (c *crowd) leave(from string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[from]--; c.here[from] <= 0 {
		delete(c.here, from)
	}
}

// fair is a listener on which one address cannot take all connections. Those that are too many are closed at once. This computer itself
// has no bound: what asks from there may ask for many.
type fair struct {
	net.Listener
	callers *crowd
	refused func()
}

func (f *fair) Accept() (net.Conn, error) {
	for {
		c, err := f.Listener.Accept()
		if err != nil {
			return nil, err
		}
		at, err := netip.ParseAddrPort(c.RemoteAddr().String())
		if err != nil || at.Addr().IsLoopback() {
			return c, nil
		}
		from := network(at.Addr().Unmap().WithZone(""))
		if f.callers.enter(from) {
			return &caller{Conn: c, leave: func() { f.callers.leave(from) }}, nil
		}
		f.refused()
		_ = c.Close()
	}
}

// caller leaves the crowd when its connection is closed.
type caller struct {
	net.Conn
	once  sync.Once
	leave func()
}

func (c *caller) Close() error {
	defer c.once.Do(c.leave)
	return c.Conn.Close()
}
