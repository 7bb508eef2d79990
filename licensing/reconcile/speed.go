package reconcile

import (
	"net/http/httptrace"
	"sync"
	"time"

	"holdfast/licensing/clock"
)

// A way is slow when connecting takes longer than slowAfter, or an exchange does that moved less than slowRate bytes a second.
const (
	slowAfter = 2 * time.Second
	slowRate  = 16 << 10
)

// meter measures one exchange with one address. The transport calls it from its goroutines, also after the exchange ended.
type meter struct {
	mu    sync.Mutex
	watch func() time.Duration
	slow  time.Duration
	// dns: a name is being looked up; dialed: somebody took the connection; linked: it stands; wrote: the request left; first: a byte
	// came back.
	dns, dialed, linked, wrote, first bool
	link                              time.Duration // what connecting took
	bytes                             int64
	proxy                             string // host and port, when the way goes through one
}

// meterKey is where an exchange's context holds its meter.
type meterKey struct{}

func newMeter(slow time.Duration) *meter {
	if slow == 0 {
		slow = slowAfter
	}
	return &meter{watch: clock.Stopwatch(), slow: slow}
}

func (m *meter) trace() *httptrace.ClientTrace {
	note := func(f func()) {
		m.mu.Lock()
		defer m.mu.Unlock()
		f()
	}
	return &httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { note(func() { m.dns = true }) },
		DNSDone:           func(httptrace.DNSDoneInfo) { note(func() { m.dns = false }) },
		ConnectDone:       func(_, _ string, err error) { note(func() { m.dialed = m.dialed || err == nil }) },
		TLSHandshakeStart: func() { note(func() { m.linked = true }) },
		GotConn:           func(httptrace.GotConnInfo) { note(func() { m.linked, m.link = true, m.watch() }) },
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			note(func() { m.wrote = i.Err == nil })
		},
		GotFirstResponseByte: func() { note(func() { m.first = true }) },
	}
}

func (m *meter) look(f func() bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return f()
}

func (m *meter) naming() bool    { return m.look(func() bool { return m.dns }) }
func (m *meter) connected() bool { return m.look(func() bool { return m.linked }) }
func (m *meter) written() bool   { return m.look(func() bool { return m.wrote }) }

func (m *meter) through(proxy string) { m.look(func() bool { m.proxy = proxy; return true }) }

// proxied is the proxy that the way goes through; met says whether it took the connection.
func (m *meter) proxied() (proxy string, met bool) {
	m.look(func() bool { proxy, met = m.proxy, m.dialed || m.linked; return true })
	return proxy, met
}

func (m *meter) moved(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bytes += n
}

// class is how good the way was, when the exchange ended with c.
func (m *meter) class(c Cause) Class {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch c {
	case CauseStopped:
		return ClassUnknown
	case CauseCaptive:
		return ClassCaptive
	case CauseProxy, CauseProxyAway, CauseIntercepted:
		return ClassBlocked
	case CauseNoNetwork, CauseDNS, CauseRefused:
		return ClassNone
	case CauseTimeout, CauseCut:
		if !m.first {
			return ClassNone
		}
		if c == CauseTimeout {
			return ClassSlow
		}
	}
	if !m.linked {
		return ClassUnknown
	}
	took := m.watch() - m.link
	if m.link > m.slow || took > m.slow && float64(m.bytes) < slowRate*took.Seconds() {
		return ClassSlow
	}
	return ClassGood
}
