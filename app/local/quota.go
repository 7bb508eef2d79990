package local

import (
	"context"
	"time"
)

// Limits of one caller, which is a process. A licensed program is far below them; what is over them is told to come again.
const (
	callerConnections = 32
	connectRate       = 100 // new connections a second, after connectBurst
	connectBurst      = 500
	callerPrograms    = 8 // requests of licensed programs that run at once
	callerCommands    = 4
	callerRate        = 5_000 // requests a second, after callerBurst
	callerBurst       = 20_000
	callerByteRate    = 32 << 20 // bytes of bodies a second, after callerByteBurst
	callerByteBurst   = 64 << 20
	keptCallers       = 1024 // what processes used is remembered, so that a new connection is no new quota
)

// caller is a process that has connected.
type caller struct {
	pid      int
	places   int
	seen     time.Time
	programs chan struct{}
	commands chan struct{}
	connects bucket
	requests bucket
	bytes    bucket
}

// callerOf returns the caller of a process number. The guard is locked.
func (g *guard) callerOf(pid int) *caller {
	now := g.now()
	if c := g.callers[pid]; c != nil {
		c.seen = now
		return c
	}
	if len(g.callers) >= keptCallers {
		g.forgetCaller()
	}
	c := &caller{
		pid: pid, seen: now, programs: make(chan struct{}, callerPrograms), commands: make(chan struct{}, callerCommands),
		connects: bucket{rate: connectRate, burst: connectBurst, level: connectBurst, at: now},
		requests: bucket{rate: callerRate, burst: callerBurst, level: callerBurst, at: now},
		bytes:    bucket{rate: callerByteRate, burst: callerByteBurst, level: callerByteBurst, at: now},
	}
	g.callers[pid] = c
	return c
}

// forgetCaller drops the caller that has been away longest.
func (g *guard) forgetCaller() {
	var oldest *caller
	for _, c := range g.callers {
		if c.places == 0 && (oldest == nil || c.seen.Before(oldest.seen)) {
			oldest = c
		}
	}
	if oldest != nil {
		delete(g.callers, oldest.pid)
	}
}

// within counts one request with a body of size bytes and says whether its caller may make it now.
func (p *place) within(size int64) bool {
	g := p.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	return p.caller.requests.take(1, now) && p.caller.bytes.take(float64(size), now)
}

// bucket fills with time and is emptied by use.
type bucket struct {
	rate, burst, level float64
	at                 time.Time
}

func (b *bucket) take(n float64, now time.Time) bool {
	if d := now.Sub(b.at); d > 0 {
		b.level, b.at = min(b.burst, b.level+b.rate*d.Seconds()), now
	}
	if b.level < n {
		return false
	}
	b.level -= n
	return true
}

// enter waits up to Patience for a place among those that run.
func enter(ctx context.Context, running chan struct{}) (leave func(), ok bool) {
	leave = func() { <-running }
	select {
	case running <- struct{}{}:
		return leave, true
	default:
	}
	timer := time.NewTimer(Patience)
	defer timer.Stop()
	select {
	case running <- struct{}{}:
		return leave, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil, false
}
