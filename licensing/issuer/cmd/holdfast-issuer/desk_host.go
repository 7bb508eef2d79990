package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/issuer"
	"holdfast/licensing/issuer/service"
)

// deskHost runs the commands of other processes on the folder that a service has open.
type deskHost struct {
	world
	is      *issuer.Issuer
	service *service.Service // counts and logs what runs
	dir     string           // absolute
	ln      net.Listener
	server  *http.Server
	running chan struct{}
	stop    context.CancelFunc
}

// hostDesk begins to run commands, and names the place in the folder. The caller has the store open, so whatever lies there of another
// service was left behind.
func hostDesk(w world, is *issuer.Issuer, s *service.Service, dir string) (*deskHost, error) {
	if old := endpoint.Read(dir); old != "" {
		forgetDesk(old)
	}
	ln, err := listenDesk(dir)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	h := &deskHost{world: w, is: is, service: s, dir: dir, ln: ln, running: make(chan struct{}, maxCommands), stop: stop}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+deskPath, h.command)
	h.server = &http.Server{
		Handler: mux, BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: deskPatience, ReadTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() { _ = h.server.Serve(ownUser{ln}) }()
	if err := endpoint.Write(dir, ln.Addr().String()); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// close takes no more commands and waits a while for those that run; then it ends them.
func (h *deskHost) close() {
	_ = os.Remove(filepath.Join(h.dir, endpoint.File)) // one that stays leads nowhere
	ctx, cancel := context.WithTimeout(context.Background(), deskDrain)
	defer cancel()
	if h.server.Shutdown(ctx) != nil {
		h.stop()
		_ = h.server.Close()
	}
	h.stop()
	forgetDesk(h.ln.Addr().String())
}

// command runs one command. The header is sent before it runs, so that its caller knows that it was taken.
func (h *deskHost) command(w http.ResponseWriter, r *http.Request) {
	if r.Host != endpoint.Host || r.Header.Get("Origin") != "" {
		http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		return
	}
	select {
	case h.running <- struct{}{}:
		defer func() { <-h.running }()
	default:
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	c, ok := readCommand(http.MaxBytesReader(w, r.Body, maxCommand))
	if !ok {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	if http.NewResponseController(w).Flush() != nil {
		return // nobody saw that it was taken
	}
	ctx, cancel := context.WithTimeout(r.Context(), deskTime)
	defer cancel()
	_ = json.NewEncoder(w).Encode(h.run(ctx, c))
}

// run is the command as if it had been started here.
func (h *deskHost) run(ctx context.Context, c deskCommand) deskAnswer {
	var out, errs bytes.Buffer
	w := h.world
	w.in, w.out, w.err = bytes.NewReader(c.Stdin), &out, &errs
	w.fs = callerFS{h.fs, string(c.Dir)}
	w.host = &hosted{is: h.is, dir: h.dir, caller: string(c.Dir), tell: h.service}
	var args []string
	for _, a := range c.Args {
		args = append(args, string(a))
	}
	began := worldClock{w}.Read().Running
	code := run(ctx, args, w)
	h.service.Command(cmp.Or(w.host.what, "usage"), code, worldClock{w}.Read().Running-began, int64(len(c.Stdin)), int64(out.Len()+errs.Len()))
	return deskAnswer{Schema: deskSchema, Stdout: out.Bytes(), Stderr: errs.Bytes(), Code: code}
}

// readCommand reads a command and says whether it is one that can be run.
func readCommand(from io.Reader) (c deskCommand, ok bool) {
	d := json.NewDecoder(from)
	if err := d.Decode(&c); err != nil || d.Decode(&struct{}{}) != io.EOF {
		return c, false
	}
	return c, c.Schema == deskSchema && len(c.Args) > 0 && len(c.Args) <= maxArgs && filepath.IsAbs(string(c.Dir))
}

// ownUser accepts connections of this user alone.
type ownUser struct{ net.Listener }

func (o ownUser) Accept() (net.Conn, error) {
	for {
		c, err := o.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if _, err := endpoint.PeerOf(c); err == nil {
			return c, nil
		}
		_ = c.Close()
	}
}
