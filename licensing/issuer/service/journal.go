package service

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"
)

const (
	causeGone  = "gone" // the caller went away
	statusGone = 499    // as proxies log it; it is never sent

	statusGiven = http.StatusOK // what an answer counts as that no HTTP carried
)

// journal writes the log. It holds no license key, nonce or body, and of addresses only their network unless a person asked for more.
type journal struct {
	to  slog.Handler // nil: nothing is written
	now func() time.Time
}

func (j journal) write(ctx context.Context, level slog.Level, message string, attrs ...slog.Attr) {
	if j.to == nil || !j.to.Enabled(ctx, level) {
		return
	}
	r := slog.NewRecord(j.now(), level, message, 0)
	r.AddAttrs(attrs...)
	_ = j.to.Handle(ctx, r) // a log that cannot be written stops no exchange
}

// finished counts and logs a request that is over. Probes that went well are not worth a line.
func (s *Service) finished(v *visit, took time.Duration) {
	if v.status == 0 {
		v.status = http.StatusOK
		if v.cause == causeGone {
			v.status = statusGone
		}
	}
	s.served.Add(1)
	s.tellLeft(false)
	switch {
	case v.path == exchangePath:
		s.exchanged(v, took)
	case probe(v.path):
		if v.status != http.StatusOK {
			s.line("probe", v, took)
		}
	default:
		s.numbers.pages.add(1, statusText(v.status))
		s.line("page", v, took)
	}
}

// line logs a request that is over. Every line has the same fields.
func (s *Service) line(message string, v *visit, took time.Duration) {
	if v.status >= http.StatusBadRequest && v.what != throughCommand {
		k := lineKey{message: message, status: v.status, cause: v.cause}
		if p, err := wider(v.address); err == nil {
			k.network = p.String()
		}
		if !s.lineLimit.room(k, s.o.running()) {
			return
		}
	}
	level := slog.LevelInfo
	if v.status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{slog.Int("status", v.status), milliseconds(took)}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	add("what", v.what)
	add("trace", v.trace)
	add("kind", v.kind)
	add("device", v.device)
	add("answer", v.answer)
	add("cause", v.cause)
	add("address", s.shownAddress(v.address))
	attrs = append(attrs, slog.Int64("in", v.in), slog.Int64("out", v.out))
	if v.again {
		attrs = append(attrs, slog.Bool("again", true))
	}
	if v.entries > 0 {
		attrs = append(attrs, slog.Uint64("entries", v.entries))
	}
	s.log.write(context.Background(), level, message, attrs...)
}

func milliseconds(d time.Duration) slog.Attr {
	return slog.Float64("ms", float64(d.Microseconds())/1000)
}

// fault counts and logs what is wrong on this side. The caller is told nothing of it but a code.
func (s *Service) fault(ctx context.Context, cause string, err error) {
	s.numbers.faults.add(1, cause)
	trace := ""
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		trace = v.trace
	}
	s.log.write(ctx, slog.LevelError, "fault", slog.String("cause", cause), slog.String("trace", trace), slog.String("error", err.Error()))
}

// started logs where a service answers, and with what.
func (s *Service) started(ctx context.Context, public net.Listener, secure bool, private net.Listener) {
	attrs := []slog.Attr{
		slog.String("address", public.Addr().String()), slog.Bool("tls", secure), slog.Bool("proxy", s.o.Proxy),
		slog.String("store", s.o.Store), slog.String("version", s.o.Version),
	}
	if private != nil {
		attrs = append(attrs, slog.String("metrics", private.Addr().String()))
	}
	s.log.write(ctx, slog.LevelInfo, "start", attrs...)
}

// Shows logs until when the certificate in use counts, and what a person has to look after.
func (s *Service) Shows(c *Certificate) {
	cert, err := c.get()
	if err != nil {
		return // reported already
	}
	s.log.write(context.Background(), slog.LevelInfo, "certificate", slog.String("sha256", c.Fingerprint()),
		slog.Time("from", cert.Leaf.NotBefore), slog.Time("until", cert.Leaf.NotAfter))
	for _, w := range c.Worries() {
		attrs := []slog.Attr{slog.String("cause", "certificate_"+w.Code), slog.String("file", w.File)}
		if !w.At.IsZero() {
			attrs = append(attrs, slog.Time("at", w.At))
		}
		s.log.write(context.Background(), slog.LevelWarn, "warning", attrs...)
	}
}

// stopped logs why a service ended, how many requests it answered and how many it cut off, and for how long it was up.
func (s *Service) stopped(ctx context.Context, reason error, up time.Duration) {
	s.log.write(ctx, slog.LevelInfo, "stop", slog.String("reason", reason.Error()), slog.Uint64("served", s.served.Load()),
		slog.Int64("cut", s.numbers.inFlight.Load()), slog.Int64("uptime_seconds", int64(up/time.Second)))
}

// shownAddress is an address as the log has it.
func (s *Service) shownAddress(a netip.Addr) string {
	if s.o.Addresses && a.IsValid() {
		return a.String()
	}
	p, err := wider(a)
	if err != nil {
		return ""
	}
	return p.String()
}

// wider is the network that an address is shown as, and counted in where many are.
func wider(a netip.Addr) (netip.Prefix, error) {
	if !a.IsValid() {
		return netip.Prefix{}, errors.New("no address")
	}
	if a.Is6() {
		return a.Prefix(48)
	}
	return a.Prefix(24)
}

// Report counts and logs a fault around the service, such as a certificate that cannot be used.
func (s *Service) Report(cause string, err error) { s.fault(context.Background(), cause, err) }
