package service

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/net/netutil"
)

const (
	headerTime     = 5 * time.Second
	writeTime      = bodyTime + exchangeTime + time.Minute // from the end of the header to the end of the answer
	idleTime       = 2 * time.Minute
	maxHeader      = 16 << 10
	maxConnections = 4096
	maxFromOne     = 256 // connections from one address, when no proxy stands in front
	drainTime      = 10 * time.Second
)

// Serve answers on public, with TLS when there is a config, and gives the numbers on private, which may be nil, until ctx ends. Then it
// takes nothing new, finishes what is under way within ten seconds, and returns nil. Both listeners are closed.
func (s *Service) Serve(ctx context.Context, public net.Listener, secure *tls.Config, private net.Listener) error {
	door := &door{Listener: public, closed: make(chan struct{})}
	var front net.Listener = door
	if !s.o.Proxy {
		front = &fair{Listener: door, callers: &crowd{most: maxFromOne}, refused: func() { s.numbers.limited.add(1, "connections") }}
	}
	front = netutil.LimitListener(front, maxConnections)
	if secure != nil {
		front = tls.NewListener(front, secure)
	}
	_ = s.isReady(ctx) // who signs is known from then on, also when the store goes away next
	s.page.profile()   // and so is whom people ask for help
	began := s.o.running()
	s.started(ctx, public, secure != nil, private)
	servers := []*http.Server{newServer(s.Handler())}
	here := new(guests)
	servers[0].ConnState = here.seen
	ended := make(chan error, 2)
	go func() { ended <- servers[0].Serve(front) }()
	if private != nil {
		servers = append(servers, newServer(s.Metrics()))
		go func() { ended <- servers[1].Serve(netutil.LimitListener(private, pagesAtOnce)) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	s.stopping.Store(true)
	reason := err
	if reason == nil {
		reason = context.Cause(ctx)
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err == nil {
		door.close(lingerTime)
		here.leave(drain, lingerTime)
	}
	for _, server := range servers {
		if server.Shutdown(drain) != nil {
			_ = server.Close()
		}
	}
	s.tellLeft(true)
	s.stopped(ctx, reason, s.o.running()-began)
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// newServer speaks HTTP/1.1 alone: a file a request needs nothing of HTTP/2, and all limits are those of connections.
func newServer(h http.Handler) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler: h, Protocols: protocols,
		ReadHeaderTimeout: headerTime, ReadTimeout: headerTime + bodyTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       log.New(io.Discard, "", 0), // what strangers do to a port; it would name their addresses
	}
}

// Loopback says whether nobody but this computer reaches an address such as "127.0.0.1:8080".
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}
