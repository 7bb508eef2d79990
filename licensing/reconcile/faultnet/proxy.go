package faultnet

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// Fault is what a Proxy does to the connections that it accepts from then on.
type Fault struct {
	// Swallow: everything is read and nothing is answered, like a black hole behind the first router.
	Swallow bool
	// Reset: the connection is reset after After bytes of the answers.
	Reset bool
	// Cut: the connection ends after After bytes of the answers, as if they were complete.
	Cut bool
	// After is how many bytes from the service pass before Reset, Cut or Rate begin. TLS's handshake counts.
	After int64
	// Rate is how many bytes a second pass from the service; 0: all at once.
	Rate int
}

// Proxy is a TCP proxy in front of one address.
type Proxy struct {
	listener net.Listener
	target   string
	ctx      context.Context
	stop     context.CancelFunc
	all      sync.WaitGroup

	mu       sync.Mutex
	fault    Fault
	accepted int
}

// NewProxy starts a proxy to target that has no fault yet.
func NewProxy(target string) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, target: target}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.all.Go(p.serve)
	return p, nil
}

// Addr is where the proxy listens.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Set gives new connections a fault; Fault{} takes it away. Old ones keep theirs.
func (p *Proxy) Set(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

// Accepted is how many connections came so far.
func (p *Proxy) Accepted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.accepted
}

// Close ends all connections. A later one is refused.
func (p *Proxy) Close() {
	p.stop()
	_ = p.listener.Close()
	p.all.Wait()
}

func (p *Proxy) serve() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		f := p.fault
		p.accepted++
		p.mu.Unlock()
		p.all.Go(func() { p.pass(c, f) })
	}
}

func (p *Proxy) pass(c net.Conn, f Fault) {
	defer c.Close()
	ctx, done := context.WithCancel(p.ctx)
	defer done()
	context.AfterFunc(ctx, func() { _ = c.Close() })
	if f.Swallow {
		_, _ = io.Copy(io.Discard, c)
		return
	}
	s, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.target)
	if err != nil {
		return
	}
	defer s.Close()
	context.AfterFunc(ctx, func() { _ = s.Close() })
	go func() {
		_, _ = io.Copy(s, c)
		if w, ok := s.(*net.TCPConn); ok {
			_ = w.CloseWrite()
		}
	}()
	limited := f.Reset || f.Cut || f.Rate > 0
	if !limited {
		_, _ = io.Copy(c, s)
		return
	}
	if _, err := io.CopyN(c, s, f.After); err != nil {
		return
	}
	switch {
	case f.Reset:
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
	case f.Rate > 0:
		trickle(ctx, c, s, f.Rate)
	}
}

// trickle passes rate bytes a second.
func trickle(ctx context.Context, to io.Writer, from io.Reader, rate int) {
	const beat = 20 * time.Millisecond
	t := time.NewTicker(max(beat, time.Second/time.Duration(rate)))
	defer t.Stop()
	n := max(1, int64(rate)*int64(beat)/int64(time.Second))
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if _, err := io.CopyN(to, from, n); err != nil {
			return
		}
	}
}
