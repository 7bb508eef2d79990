package faultnet

import (
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Gateway is an HTTP proxy behind which every name leads to one address.
type Gateway struct {
	server   *http.Server
	listener net.Listener
	to       string
	// want is what Proxy-Authorization has to say; "": nothing.
	want string
	// status, when not 0, is the answer to every request.
	status int

	mu    sync.Mutex
	asked int
}

// NewGateway starts a proxy to an address; with a name it asks for that and the password. A status other than 0 is its answer to everything.
func NewGateway(to, name, password string, status int) (*Gateway, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &Gateway{listener: l, to: to, status: status}
	if name != "" {
		g.want = "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
	}
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = g.server.Serve(l) }()
	return g, nil
}

// Addr is where the proxy listens.
func (g *Gateway) Addr() string { return g.listener.Addr().String() }

// Asked is how many requests came so far.
func (g *Gateway) Asked() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

// Close ends the proxy.
func (g *Gateway) Close() { _ = g.server.Close() }

// ServeHTTP answers CONNECT.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.asked++
	g.mu.Unlock()
	switch {
	case g.status != 0:
		w.WriteHeader(g.status)
		return
	case g.want != "" && r.Header.Get("Proxy-Authorization") != g.want:
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	case r.Method != http.MethodConnect:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	to, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", g.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer to.Close()
	from, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer from.Close()
	if _, err := io.WriteString(from, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	ctx, done := context.WithCancel(context.Background())
	go func() {
		defer done()
		_, _ = io.Copy(to, from)
	}()
	_, _ = io.Copy(from, to)
	_ = from.Close()
	<-ctx.Done()
}
