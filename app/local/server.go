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
	"time"

	"holdfast/licensing/client/endpoint"
)

const commandPath = "/v1/command"

func newServer(ctx context.Context, h Handler, p Programs) *http.Server {
	s := &service{handle: h, programs: p, commands: make(chan struct{}, maxCommands), requests: make(chan struct{}, maxPrograms)}
	mux := http.NewServeMux()
	mux.HandleFunc(commandPath, s.command)
	for _, o := range s.operations() {
		mux.HandleFunc(o.path, s.serve(o))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refused(w, http.StatusNotFound, endpoint.CodeNotFound) })
	return &http.Server{
		Handler:           mux,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext:       remember,
		ReadHeaderTimeout: Patience,
		ReadTimeout:       readTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // what a caller did wrong is told to the caller
	}
}

type service struct {
	handle   Handler
	programs Programs
	commands chan struct{} // those that run
	requests chan struct{} // of licensed programs
}

// command runs one command. Its header is sent before the command runs and says that it was accepted.
func (s *service) command(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	if status, _ := refuse(r, MaxBody); status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	p := placeOf(r.Context())
	leaveOwn, ok := enter(r.Context(), p.caller.commands)
	if ok {
		defer leaveOwn()
		var leave func()
		if leave, ok = enter(r.Context(), s.commands); ok {
			defer leave()
		}
	}
	if !ok {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
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

	defer p.answering()()
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
func refuse(r *http.Request, limit int64) (status int, code string) {
	if r.Host != endpoint.Host {
		return http.StatusForbidden, endpoint.CodeForbidden
	}
	for _, h := range []string{"Origin", "Referer", "Cookie", "Sec-Fetch-Site", "Sec-Fetch-Mode"} {
		if r.Header.Get(h) != "" {
			return http.StatusForbidden, endpoint.CodeForbidden
		}
	}
	if r.Method == http.MethodPost {
		if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
			return http.StatusUnsupportedMediaType, endpoint.CodeMedia
		}
	}
	if r.ContentLength > limit {
		return http.StatusRequestEntityTooLarge, endpoint.CodeTooLarge
	}
	return 0, ""
}
