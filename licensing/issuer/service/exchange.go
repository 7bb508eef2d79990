package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// mediaType is that of every Holdfast file that travels for itself.
const mediaType = "application/vnd.holdfast"

const (
	headerTrace = "Holdfast-Trace"
	headerKind  = "Holdfast-Kind"
	headerAgain = "Holdfast-Again"
	packingZstd = "zstd"
)

// exchange answers one file.
func (s *Service) exchange(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r)
	v.kind = kindOther
	packed, status, code := carried(r)
	if status != 0 {
		if code == codeEncoding {
			w.Header().Set("Accept-Encoding", packingZstd)
		}
		s.refuse(w, r, status, code, 0)
		return
	}
	data, done, err := s.body(w, r, v, packed)
	if err != nil {
		s.refuseBody(w, r, err)
		return
	}
	defer done()
	seen, err := look(data)
	v.trace, v.kind = seen.trace, seen.kind
	if err != nil {
		s.refuseError(w, r, err)
		return
	}
	if seen.files > 1 {
		s.refuse(w, r, http.StatusBadRequest, codeSeveral, 0)
		return
	}
	if wait, spent := s.devices.spent(seen.key, s.o.running()); spent {
		s.numbers.limited.add(1, "device")
		s.refuse(w, r, http.StatusTooManyRequests, codeRate, wait)
		return
	}
	answer := s.desk.AnswerFound
	if takesPacked(r) {
		answer = s.desk.AnswerPacked
	}
	a, err := s.decide(r.Context(), seen.found, answer)
	if errors.Is(err, errFull) {
		s.numbers.limited.add(1, "exchanges")
		s.refuse(w, r, http.StatusServiceUnavailable, codeBusy, retryBusy)
		return
	}
	if verified(err) {
		s.devices.use(seen.key, s.o.running())
	}
	if err != nil {
		s.refuseDecision(w, r, data, err)
		return
	}
	s.answered(v, a)
	s.hand(w, r, http.StatusOK, a)
}

// Why the desk was not asked.
var (
	errFull = errors.New("as many exchanges as are allowed at once")
	errAway = errors.New("the store is away")
)

// answering is a desk's way to answer.
type answering func(ctx context.Context, name string, found []exchange.Found) ([]issuer.Answer, error)

// decide asks the desk, unless it has enough to do, or its store is known to be away and somebody else is trying it.
func (s *Service) decide(ctx context.Context, found []exchange.Found, answer answering) (issuer.Answer, error) {
	leave, ok := enter(s.exchanges)
	if !ok {
		return issuer.Answer{}, errFull
	}
	if !s.away.try() {
		leave()
		return issuer.Answer{}, errAway
	}
	settled := false
	defer func() {
		if !settled { // a panic, too
			s.away.undecided()
		}
	}()
	limited, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	answers, err := s.ask(limited, found, answer, leave)
	if err == nil && len(answers) != 1 {
		err = &issuer.Error{Code: issuer.CodeNoRequest}
	}
	if err != nil {
		return issuer.Answer{}, err
	}
	settled = true
	s.settle(ctx)
	return answers[0], nil
}

// ask waits for the desk as long as ctx lasts, also when the desk waits longer for its store. leave is called when the desk is done: until
// then it is at work.
func (s *Service) ask(ctx context.Context, found []exchange.Found, answer answering, leave func()) ([]issuer.Answer, error) {
	type result struct {
		answers []issuer.Answer
		err     error
		broken  any
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if what := recover(); what != nil {
				r.broken = fmt.Sprintf("%v\n%s", what, debug.Stack())
			}
			leave()
			done <- r
		}()
		r.answers, r.err = answer(ctx, "request", found)
	}()
	select {
	case r := <-done:
		if r.broken != nil {
			panic(r.broken) // where it ends this exchange alone
		}
		return r.answers, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// refuseDecision answers what the desk did not. When the store is away, the answer is a notice that the vendor signed, if the request
// deserves one.
func (s *Service) refuseDecision(w http.ResponseWriter, r *http.Request, data []byte, err error) {
	v := visitOf(r)
	var ask *issuer.Ask
	if errors.As(err, &ask) {
		v.device = ask.Computer
	}
	status, code, wait, fault := verdictOn(err)
	if r.Context().Err() != nil { // nobody is there any more
		v.cause = causeGone
		return
	}
	if !fault {
		s.refuse(w, r, status, code, wait)
		return
	}
	if code == codeStore && errors.Is(err, context.DeadlineExceeded) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTime)
		defer cancel()
		if s.desk.Ready(ctx) == nil { // slow, not away
			s.fault(r.Context(), codeBusy, err)
			s.refuse(w, r, status, codeBusy, retryBusy)
			return
		}
	}
	if !errors.Is(err, errAway) {
		s.fault(r.Context(), code, err)
	}
	if code != codeStore { // a wrong clock signs nothing
		s.refuse(w, r, status, code, wait)
		return
	}
	since := s.away.began()
	if !errors.Is(err, errAway) {
		since = s.away.failed(s.o.now().Add(v.started - s.o.running()))
	} else if since.IsZero() { // it is back just now
		s.refuse(w, r, status, codeBusy, retryBusy)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	file, err := s.desk.Outage(ctx, data, since)
	if err != nil {
		s.refuse(w, r, status, code, wait)
		return
	}
	s.away.tell()
	v.cause = code
	retryAfter(w.Header(), wait)
	v.answer = string(exchange.KindNotice)
	s.numbers.answers.add(1, v.answer)
	s.hand(w, r, status, issuer.Answer{File: file, Name: "notice" + exchange.Ending(exchange.KindNotice)})
}

// answered notes what the desk said.
func (s *Service) answered(v *visit, a issuer.Answer) {
	v.device, v.again, v.answer = a.Code, a.Again, string(a.Kind())
	s.numbers.answers.add(1, v.answer)
	if a.Again {
		s.numbers.again.Add(1)
	} else if a.Receipt != nil {
		v.entries = a.Receipt.New
		s.numbers.entries.Add(a.Receipt.New)
	}
}
