package local

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"
)

const (
	commandPath = "/v1/command"
	host        = "holdfast"
)

// guarded accepts connections of this user only, and at most as many at once as it has places.
type guarded struct {
	net.Listener
	places chan struct{}
}

func (g *guarded) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if checkPeer(c) != nil {
			_ = c.Close()
			continue
		}
		select {
		case g.places <- struct{}{}:
			return &placed{Conn: c, leave: sync.OnceFunc(func() { <-g.places })}, nil
		default:
			_ = c.Close()
		}
	}
}

// placed gives its place back when it is closed.
type placed struct {
	net.Conn
	leave func()
}

func (p *placed) Close() error {
	p.leave()
	return p.Conn.Close()
}

func newServer(ctx context.Context, h Handler) *http.Server {
	s := &service{handle: h, running: make(chan struct{}, maxCommands)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+commandPath, s.command)
	return &http.Server{
		Handler:           mux,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: Patience,
		ReadTimeout:       readTime,
		IdleTimeout:       Patience,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // what a caller did wrong is told to the caller
	}
}

type service struct {
	handle  Handler
	running chan struct{}
}

// command runs one command. Its header is sent before the command runs and says that it was accepted.
func (s *service) command(w http.ResponseWriter, r *http.Request) {
	if status := refuse(r); status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	select {
	case s.running <- struct{}{}:
		defer func() { <-s.running }()
	case <-time.After(Patience):
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	case <-r.Context().Done():
		return
	}
	var c Command
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, MaxBody))
	if err := d.Decode(&c); err != nil || d.Decode(&struct{}{}) != io.EOF {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	if c.Schema != SchemaVersion {
		http.Error(w, http.StatusText(http.StatusNotImplemented), http.StatusNotImplemented)
		return
	}
	c = c.unpacked()
	if len(c.Args) == 0 || len(c.Args) > maxArgs || !filepath.IsAbs(c.Dir) {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}

	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	if http.NewResponseController(w).Flush() != nil || r.Context().Err() != nil {
		return // the client is gone; it did not see that the command was accepted
	}
	ctx, cancel := context.WithTimeout(r.Context(), commandTime)
	defer cancel()
	a := s.handle(ctx, c)
	a.Schema = SchemaVersion
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(readTime))
	_ = json.NewEncoder(w).Encode(a)
}

// refuse returns the status for a request that no client of ours sends, 0 for one that may be read.
func refuse(r *http.Request) int {
	if r.Host != host {
		return http.StatusForbidden
	}
	for _, h := range []string{"Origin", "Referer", "Cookie", "Sec-Fetch-Site", "Sec-Fetch-Mode"} {
		if r.Header.Get(h) != "" {
			return http.StatusForbidden
		}
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return http.StatusUnsupportedMediaType
	}
	if r.ContentLength > MaxBody {
		return http.StatusRequestEntityTooLarge
	}
	return 0
}
