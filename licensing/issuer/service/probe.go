package service

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// readiness remembers for a moment whether the store answers, so that asking often costs nothing.
type readiness struct {
	mu    sync.Mutex
	asked bool
	at    time.Duration
	err   error
}

// readyFor is how long what was learned of the store holds, readyTime how long the store has to answer.
const (
	readyFor  = time.Second
	readyTime = 2 * time.Second
)

func (s *Service) isReady(ctx context.Context) error {
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	now := s.o.running()
	if !s.ready.asked || now-s.ready.at >= readyFor {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTime)
		defer cancel()
		s.ready.err = s.desk.Ready(ctx)
		s.ready.asked, s.ready.at = true, now
	}
	return s.ready.err
}

func (s *Service) healthz(w http.ResponseWriter, _ *http.Request) { fine(w) }

// readyz says whether work should be sent here: not while the service stops, and not while the store is away.
func (s *Service) readyz(w http.ResponseWriter, r *http.Request) {
	if s.stopping.Load() {
		s.refuse(w, r, http.StatusServiceUnavailable, codeStopping, retryStopping)
		return
	}
	if s.isReady(r.Context()) != nil {
		s.refuse(w, r, http.StatusServiceUnavailable, codeStore, retryStore)
		return
	}
	fine(w)
}

func fine(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n"))
}
