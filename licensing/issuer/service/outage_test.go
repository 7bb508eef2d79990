package service

import (
	"context"
	"errors"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// breaking is a real desk whose store can be taken away.
type breaking struct {
	*issuer.Issuer
	mu    sync.Mutex
	away  bool
	asked int
	over  []span
	lost  bool // OutageOver cannot be kept
}

func (b *breaking) set(away bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.away = away
}

func (b *breaking) AnswerFound(ctx context.Context, name string, found []exchange.Found) ([]issuer.Answer, error) {
	b.mu.Lock()
	away := b.away
	b.asked++
	b.mu.Unlock()
	if away {
		return nil, &issuer.Error{Code: issuer.CodeSpace, Err: errors.New("no room")}
	}
	return b.Issuer.AnswerFound(ctx, name, found)
}

func (b *breaking) OutageOver(ctx context.Context, since, until time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lost {
		return errors.New("not now")
	}
	b.over = append(b.over, span{since, until})
	return b.Issuer.OutageOver(ctx, since, until)
}

func (b *breaking) Profile() (issuer.Profile, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return issuer.Profile{}, &issuer.Error{Code: issuer.CodeAway}
	}
	return b.Issuer.Profile()
}

func noticeIn(t *testing.T, v *vendor, file []byte) exchange.Response {
	t.Helper()
	found, err := exchange.Read("answer", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found[0].Bundle.Envelopes {
		if e.PayloadType == exchange.ResponseType {
			r, err := exchange.ParseResponse(e, v.known.Profile)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	t.Fatal("no response")
	return exchange.Response{}
}

func TestWhileTheStoreIsAwayTheVendorSaysSoItself(t *testing.T) {
	v := newVendor(t, 3)
	desk := &breaking{Issuer: v.Issuer}
	s := newRunning(t, desk)
	if err := v.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.clock.pass(time.Minute)
	desk.set(true)
	began := s.clock.now()
	var ids []string
	for n := range 2 {
		file := v.request(t, n+1)
		res, body := s.post(file)
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Content-Type") != mediaType || res.Header.Get("Retry-After") != "30" || res.Header.Get(headerKind) != "notice" {
			t.Fatalf("%d %v: %.300s", res.StatusCode, res.Header, body)
		}
		r := noticeIn(t, v, body)
		notice := r.Parts[0].Notice
		if len(r.Parts) != 1 || notice == nil || notice.Type != terms.NoticeOutage || !notice.From.Equal(began) || !notice.Until.IsZero() || r.Parts[0].Version != 1 {
			t.Errorf("%+v", r.Parts)
		}
		ids = append(ids, notice.ID)
		s.clock.pass(time.Minute)
	}
	if ids[0] != ids[1] {
		t.Errorf("one outage has the names %v", ids)
	}
	if res, body := s.post([]byte("hello")); res.StatusCode != 400 {
		t.Errorf("what is no request gets %d %s", res.StatusCode, body)
	}
	if _, numbers := metricsOf(s); !strings.Contains(numbers, "holdfast_outage 1\n") || !strings.Contains(numbers, `holdfast_faults_total{cause="store"} 2`) {
		t.Error(numbers)
	}

	desk.set(false)
	desk.lost = true
	if res, _ := s.post(v.request(t, 1)); res.StatusCode != 200 {
		t.Fatalf("%d", res.StatusCode)
	}
	ended := s.clock.now()
	desk.lost = false
	s.clock.pass(time.Minute)
	for range 2 {
		if res, _ := s.post(v.request(t, 2)); res.StatusCode != 200 {
			t.Fatalf("%d", res.StatusCode)
		}
	}
	if len(desk.over) != 1 || !desk.over[0].since.Equal(began) || !desk.over[0].until.Equal(ended) {
		t.Errorf("recorded as over: %v, want %v to %v", desk.over, began, ended)
	}
	res, body := s.post(v.request(t, 3))
	if res.StatusCode != 200 {
		t.Fatalf("%d", res.StatusCode)
	}
	told := false
	for _, p := range noticeIn(t, v, body).Parts {
		told = told || p.Notice != nil && p.Notice.ID == ids[0] && p.Version == 2 && p.Notice.Until.Equal(ended)
	}
	if !told {
		t.Error("a later answer does not say that the outage is over")
	}
}

func TestOneExchangeTriesAStoreThatIsAway(t *testing.T) {
	v := newVendor(t, 1)
	in, out := make(chan struct{}), make(chan struct{})
	asked := 0
	d := &counter{outage: func(time.Time) ([]byte, error) { return []byte("signed"), nil }}
	d.answer = func(context.Context, []byte) ([]issuer.Answer, error) {
		if asked++; asked == 2 {
			in <- struct{}{}
			<-out
		}
		return nil, errors.New("gone")
	}
	s := newRunning(t, d)
	file := v.request(t, 1)
	s.post(file)
	var wg sync.WaitGroup
	wg.Go(func() { s.post(file) })
	<-in
	for range 3 {
		if res, body := s.post(file); res.StatusCode != 503 || string(body) != "signed" {
			t.Errorf("%d %s", res.StatusCode, body)
		}
	}
	close(out)
	wg.Wait()
	if asked != 2 {
		t.Errorf("the desk was asked %d times", asked)
	}
	s.post(file)
	if asked != 3 {
		t.Error("nobody tries again")
	}
}

func TestAWrongClockSignsNothing(t *testing.T) {
	v := newVendor(t, 1)
	signed := false
	s := newRunning(t, &counter{
		answer: func(context.Context, []byte) ([]issuer.Answer, error) {
			return nil, &issuer.Error{Code: issuer.CodeClockBehind}
		},
		outage: func(time.Time) ([]byte, error) { signed = true; return nil, nil },
	})
	res, body := s.post(v.request(t, 1))
	p := problemIn(t, res, body)
	if res.StatusCode != 503 || p.Code != codeClock || signed {
		t.Errorf("%d %s, signed %v", res.StatusCode, p.Code, signed)
	}
	documented(t, http.MethodPost, exchangePath, p)
}

func TestAStoreThatIsOnlySlowIsNotAway(t *testing.T) {
	v := newVendor(t, 1)
	d := &counter{answer: func(context.Context, []byte) ([]issuer.Answer, error) { return nil, context.DeadlineExceeded }}
	s := newRunning(t, d)
	res, body := s.post(v.request(t, 1))
	if p := problemIn(t, res, body); res.StatusCode != 503 || p.Code != codeBusy || !s.away.began().IsZero() {
		t.Errorf("%d %s", res.StatusCode, p.Code)
	}
	d.ready = func() error { return os.ErrDeadlineExceeded }
	res, body = s.post(v.request(t, 1))
	if p := problemIn(t, res, body); res.StatusCode != 503 || p.Code != codeStore || s.away.began().IsZero() {
		t.Errorf("%d %s", res.StatusCode, p.Code)
	}
	if res, body := s.get("/readyz"); res.StatusCode != 503 {
		t.Errorf("%d %s", res.StatusCode, body)
	} else {
		documented(t, http.MethodGet, "/readyz", problemIn(t, res, body))
	}
	d.ready = nil
	s.clock.pass(readyFor)
	if res, body := s.get("/readyz"); res.StatusCode != 200 || string(body) != "ok\n" {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

// A desk that waits for its store without end is not waited for.
func TestADeskThatDoesNotComeBackIsNotWaitedFor(t *testing.T) {
	v := newVendor(t, 1)
	out := make(chan struct{})
	s := newRunning(t, &counter{
		answer: func(context.Context, []byte) ([]issuer.Answer, error) {
			<-out
			return nil, errors.New("late")
		},
		ready:  func() error { return errors.New("gone") },
		outage: func(time.Time) ([]byte, error) { return []byte("signed"), nil },
	}, func(o *Options) { o.Exchanges = 2 })
	s.patience = 10 * time.Millisecond
	for range 2 {
		if res, body := s.post(v.request(t, 1)); res.StatusCode != 503 || string(body) != "signed" {
			t.Errorf("%d %s", res.StatusCode, body)
		}
	}
	res, body := s.post(v.request(t, 1))
	if p := problemIn(t, res, body); p.Code != codeBusy {
		t.Errorf("with both places taken: %+v", p)
	}
	close(out)
	for len(s.exchanges) > 0 { // they are free once the desk is back
		runtime.Gosched()
	}
}
