package service

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// What an exchange that did not come to /v1/exchange came through.
const (
	throughPage    = "page"
	throughCommand = "command"
)

// errOften says that a computer asks too often.
var errOften = errors.New("more requests of one computer than its rate allows")

// pageSide is the desk as the page sees it: the limits of an exchange hold for what people bring, too.
type pageSide struct{ *Service }

func (s pageSide) Handed(ctx context.Context, id string) (issuer.Answer, bool, error) {
	return s.desk.Handed(ctx, id)
}

func (s pageSide) Profile() (issuer.Profile, error) { return s.desk.Profile() }

func (s pageSide) AnswerFound(ctx context.Context, _ string, found []exchange.Found) ([]issuer.Answer, error) {
	seen := sightOf(found)
	if _, spent := s.devices.spent(seen.key, s.o.running()); spent {
		s.numbers.limited.add(1, "device")
		return nil, errOften
	}
	a, err := s.decide(ctx, found, s.desk.AnswerFound)
	if errors.Is(err, errFull) {
		s.numbers.limited.add(1, "exchanges")
	}
	if verified(err) {
		s.devices.use(seen.key, s.o.running())
	}
	if err != nil {
		return nil, err
	}
	return []issuer.Answer{a}, nil
}

// counted has the page answer one file that a person brought, and counts and logs it like one that came to the exchange.
func (s *Service) counted(ctx context.Context, l letter, answer func() brought) brought {
	v := &visit{what: throughPage, kind: kindOther, started: s.o.running(), in: int64(l.size)}
	if outer, ok := ctx.Value(visitKey{}).(*visit); ok {
		v.address = outer.address
		if outer.files++; outer.files > 1 { // the first one was paid for at the door
			s.addresses.charge(network(v.address), v.started)
		}
	}
	b := answer()
	seen := sightOf(l.found)
	v.trace, v.kind = seen.trace, seen.kind
	if b.asked != nil {
		v.device = b.asked.code
	}
	o, _ := outcomeOf(b)
	v.status = o.status
	if b.answer != nil {
		v.out = int64(len(b.answer.File))
		s.answered(v, *b.answer)
	} else {
		v.refused(b.err, o.code)
	}
	s.exchanged(v, s.o.running()-v.started)
	return b
}

// refused notes why there is no answer. usual is the cause when the desk had no part in it.
func (v *visit) refused(err error, usual string) {
	var ask *issuer.Ask
	if errors.As(err, &ask) && ask.Computer != "" {
		v.device = ask.Computer
	}
	var own *issuer.Error
	if v.cause = usual; errors.As(err, &own) {
		_, v.cause, _, _ = verdictOn(err)
	}
}

// exchanged counts and logs an exchange that is over.
func (s *Service) exchanged(v *visit, took time.Duration) {
	s.numbers.exchanged(v, took)
	s.line("exchange", v, took)
}

// Answered counts and logs what a command answered on the folder that this service has open: all answers to the file in data, and what
// err says of those that got none. took is for all of them.
func (s *Service) Answered(data []byte, answers []issuer.Answer, err error, took time.Duration) {
	var refused []error
	if err != nil {
		refused = []error{err}
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			refused = joined.Unwrap()
		}
	}
	n := len(answers) + len(refused)
	if n == 0 {
		return
	}
	took /= time.Duration(n)
	kinds := kindsIn(data)
	for _, a := range answers {
		v := &visit{what: throughCommand, kind: kindOther, status: statusGiven, trace: traceOf(a), in: int64(len(data) / n), out: int64(len(a.File))}
		if kind := kinds[v.trace]; kind != "" {
			v.kind = kind
		}
		s.answered(v, a)
		s.exchanged(v, took)
	}
	for _, err := range refused {
		v := &visit{what: throughCommand, kind: kindOther, in: int64(len(data) / n)}
		if seen, bad := look(data); bad == nil && seen.files == 1 {
			v.trace, v.kind = seen.trace, seen.kind
		}
		v.status, v.cause, _, _ = verdictOn(err)
		v.refused(err, v.cause)
		s.exchanged(v, took)
	}
}

// traceOf is the trace of an answer as the log may hold it.
func traceOf(a issuer.Answer) string {
	if !plainToken(a.Trace) {
		return ""
	}
	return a.Trace
}

// kindsIn says what each request or usage file in data asks for, by its trace.
func kindsIn(data []byte) map[string]string {
	kinds := map[string]string{}
	found, err := exchange.Read("request", data)
	if err != nil {
		return nil
	}
	for _, f := range found {
		if f.Problem != nil {
			continue
		}
		for _, e := range f.Bundle.Envelopes {
			if e.PayloadType == exchange.RequestType || e.PayloadType == exchange.UsageType {
				v := sight{kind: kindOther}
				v.read(e)
				kinds[v.trace] = v.kind
			}
		}
	}
	return kinds
}

// Command counts and logs a command that ran on the folder for another process: its name ("license create"), its exit code, how long it
// took, and the bytes that it was given and that it printed. The name must be one of the program's own.
func (s *Service) Command(name string, code int, took time.Duration, in, out int64) {
	s.numbers.commands.add(1, name, statusText(code))
	level := slog.LevelInfo
	if code != 0 {
		level = slog.LevelWarn
	}
	s.log.write(context.Background(), level, "command",
		slog.String("what", name), slog.Int("code", code), milliseconds(took), slog.Int64("in", in), slog.Int64("out", out))
}
