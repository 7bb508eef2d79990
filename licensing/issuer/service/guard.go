package service

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// visit is one request from its first byte to its last, for the log.
type visit struct {
	path    string
	what    string // the route, or what an exchange came through that has none
	started time.Duration
	address netip.Addr
	status  int
	in, out int64
	cause   string
	// Of an exchange: the document's trace, what it asks for, the code of the verified computer, what was answered.
	trace, kind, device, answer string
	again                       bool
	entries                     uint64
	files                       int // brought to the page so far
}

type visitKey struct{}

// visitOf is the visit that a request belongs to; a spare one outside of guard.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// watched keeps status and size of an answer.
type watched struct {
	http.ResponseWriter
	v    *visit
	last *atomic.Bool // the connection ends with this answer: the service stops
}

// begin is before the first byte of an answer.
func (w *watched) begin(status int) {
	if w.v.status != 0 {
		return
	}
	w.v.status = status
	if w.last.Load() {
		w.Header().Set("Connection", "close")
	}
}

func (w *watched) WriteHeader(status int) {
	w.begin(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	w.begin(http.StatusOK)
	n, err := w.ResponseWriter.Write(b)
	w.v.out += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// guard stands in front of everything public: it counts, logs, keeps panics in, and refuses who asks too often. route names the route of
// a request, also of one that gets no farther.
func (s *Service) guard(next http.Handler, route func(r *http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{path: r.URL.Path, what: route(r), started: s.o.running(), address: s.callerOf(r)}
		if v.path == exchangePath {
			v.kind = kindOther
		}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		s.numbers.inFlight.Add(1)
		defer func() {
			s.numbers.inFlight.Add(-1)
			s.finished(v, s.o.running()-v.started)
		}()
		s.recovered(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			plainHeaders(w.Header(), r)
			if probe(v.path) && (r.Method == http.MethodGet || r.Method == http.MethodHead) || s.admits(w, r, v) {
				next.ServeHTTP(w, r)
			}
		})).ServeHTTP(&watched{w, v, &s.stopping}, r)
	})
}

// admits refuses what comes while the service stops, or too often from one address.
func (s *Service) admits(w http.ResponseWriter, r *http.Request, v *visit) bool {
	if s.stopping.Load() {
		s.refuse(w, r, http.StatusServiceUnavailable, codeStopping, retryStopping)
		return false
	}
	wait, ok := s.addresses.take(network(v.address), v.started)
	if !ok {
		s.numbers.limited.add(1, "address")
		s.refuse(w, r, http.StatusTooManyRequests, codeRate, wait)
	}
	return ok
}

// probe says whether a path is one that load balancers ask all the time.
func probe(path string) bool { return path == "/healthz" || path == "/readyz" }

// recovered turns a panic into a problem, when nothing was sent yet.
func (s *Service) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			v := visitOf(r)
			s.fault(r.Context(), "panic", fmt.Errorf("%v\n%s", what, debug.Stack()))
			if v.status == 0 {
				s.refuse(w, r, http.StatusInternalServerError, codeUnexpected, 0)
				return
			}
			v.cause = codeUnexpected
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}()
		next.ServeHTTP(w, r)
	})
}

// callerOf is the address that a request comes from. Behind a proxy it is the last one in X-Forwarded-For, which that proxy wrote; what
// stands before it is the caller's own word.
func (s *Service) callerOf(r *http.Request) netip.Addr {
	if s.o.Proxy {
		all := r.Header.Values("X-Forwarded-For")
		if len(all) > 0 {
			last := all[len(all)-1]
			last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
			if a, err := netip.ParseAddr(last); err == nil {
				return a.Unmap().WithZone("")
			}
			if a, err := netip.ParseAddrPort(last); err == nil { // some proxies add the port
				return a.Addr().Unmap().WithZone("")
			}
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// network is what a rate holds for: an IPv4 address, or the network of 64 bits that one customer has in IPv6.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// paged stands in front of the pages: a place of theirs, a time, and a body that keeps coming.
func (s *Service) paged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leave, ok := enter(s.pages)
		if !ok {
			s.numbers.limited.add(1, "pages")
			s.refuse(w, r, http.StatusServiceUnavailable, codeBusy, retryBusy)
			return
		}
		defer leave()
		from := network(visitOf(r).address)
		if !s.visitors.enter(from) { // one that reads or sends slowly must not hold every place
			s.numbers.limited.add(1, "pages")
			s.refuse(w, r, http.StatusTooManyRequests, codeRate, retryBusy)
			return
		}
		defer s.visitors.leave(from)
		if r.Method == http.MethodPost {
			if r.ContentLength > maxPage {
				s.refuse(w, r, http.StatusRequestEntityTooLarge, codeTooLarge, 0)
				return
			}
			body := s.slowBody(w, http.MaxBytesReader(w, r.Body, maxPage))
			form := &roomBody{ReadCloser: body, from: &s.forms}
			defer func() {
				body.stop()
				s.forms.give(form.held)
				v := visitOf(r)
				if v.in = body.read; form.refused {
					v.cause = codeBusy
					s.numbers.limited.add(1, "bodies")
				}
			}()
			ctx, cancel := context.WithTimeout(r.Context(), formTime)
			defer cancel()
			r = r.WithContext(ctx)
			r.Body = form
		}
		next.ServeHTTP(w, r)
	})
}

// enter takes a place if one is free.
func enter(places chan struct{}) (leave func(), ok bool) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, true
	default:
		return nil, false
	}
}
