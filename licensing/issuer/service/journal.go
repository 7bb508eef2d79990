package service

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

const (
	causeGone  = "gone" // the caller went away
	statusGone = 499    // as proxies log it; it is never sent
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
	message := "page"
	switch {
	case v.path == exchangePath:
		message = "exchange"
		s.numbers.exchanged(v, took)
	case probe(v.path):
		if v.status == http.StatusOK {
			return
		}
		message = "probe"
	default:
		s.numbers.pages.add(1, statusText(v.status))
	}
	level := slog.LevelInfo
	if v.status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{slog.Int("status", v.status), slog.Float64("ms", float64(took.Microseconds())/1000)}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
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

// fault counts and logs what is wrong on this side. The caller is told nothing of it but a code.
func (s *Service) fault(ctx context.Context, cause string, err error) {
	s.numbers.faults.add(1, cause)
	trace := ""
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		trace = v.trace
	}
	s.log.write(ctx, slog.LevelError, "fault", slog.String("cause", cause), slog.String("trace", trace), slog.String("error", err.Error()))
}

// shownAddress is an address as the log has it.
func (s *Service) shownAddress(a netip.Addr) string {
	bits := 24
	switch {
	case !a.IsValid():
		return ""
	case s.o.Addresses:
		return a.String()
	case a.Is6():
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// Report counts and logs a fault around the service, such as a certificate that cannot be used.
func (s *Service) Report(cause string, err error) { s.fault(context.Background(), cause, err) }
