package service

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"holdfast/licensing/issuer"
)

// metricsOf is what the private listener says.
func metricsOf(s *running) (int, string) {
	w := httptest.NewRecorder()
	s.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Code, w.Body.String()
}

func TestTheNumbersAreWhatPrometheusReads(t *testing.T) {
	v := newVendor(t, 1)
	s := newRunning(t, v.Issuer)
	for range 2 {
		s.post(v.request(t, 1))
	}
	s.post(v.request(t, 2))
	s.post([]byte("hello"))
	s.over()
	status, text := metricsOf(s)
	if status != 200 {
		t.Fatal(status)
	}
	for _, want := range []string{
		`holdfast_build_info{version="1.2.3",store="bbolt"} 1`, `holdfast_exchanges_total{kind="activate",status="200"} 3`,
		`holdfast_exchanges_total{kind="other",status="400"} 1`, `holdfast_answers_total{kind="license"} 2`, `holdfast_answers_total{kind="refusal"} 1`,
		`holdfast_answers_again_total 1`, `holdfast_exchange_seconds_count 4`, `holdfast_exchange_seconds_bucket{le="+Inf"} 4`, `holdfast_outage 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing:\n%s", want, text)
		}
	}
	line := regexp.MustCompile(`^([a-z_]+)(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e+-]+$`)
	typed := regexp.MustCompile(`^# TYPE ([a-z_]+) (counter|gauge|histogram)$`)
	var kind string
	last := uint64(0)
	for row := range strings.Lines(text) {
		row = strings.TrimSuffix(row, "\n")
		if m := typed.FindStringSubmatch(row); m != nil {
			kind = m[1]
			continue
		}
		if strings.HasPrefix(row, "# HELP ") {
			continue
		}
		m := line.FindStringSubmatch(row)
		if m == nil || !strings.HasPrefix(m[1], kind) {
			t.Errorf("not a sample of %s: %q", kind, row)
			continue
		}
		if strings.HasSuffix(m[1], "_bucket") {
			n, err := strconv.ParseUint(row[strings.LastIndex(row, " ")+1:], 10, 64)
			if err != nil || n < last {
				t.Errorf("%q after %d", row, last)
			}
			last = n
		}
	}
}

// serving runs Serve until stop is called, which waits for it.
func serving(t *testing.T, s *Service) (address string, stop func() error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, ln, nil, nil) }()
	t.Cleanup(cancel)
	return ln.Addr().String(), func() error {
		cancel()
		return <-ended
	}
}

func TestAStopFinishesWhatIsUnderWayAndTakesNothingNew(t *testing.T) {
	v := newVendor(t, 1)
	in, out := make(chan struct{}), make(chan struct{})
	s := newRunning(t, &counter{answer: func(ctx context.Context, b []byte) ([]issuer.Answer, error) {
		in <- struct{}{}
		<-out
		return content(ctx, b)
	}})
	address, stop := serving(t, s.Service)
	s.url = "http://" + address
	file := v.request(t, 1)
	answered := make(chan int, 1)
	go func() {
		res, _ := s.post(file)
		answered <- res.StatusCode
	}()
	<-in
	kept, err := net.Dial("tcp", address) // a second request stands in line on a connection of its own
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if _, err := io.WriteString(kept, "POST /v1/exchange HTTP/1.1\r\nHost: x\r\n"); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for !s.stopping.Load() {
		select {
		case err := <-stopped:
			t.Fatalf("stopped with an exchange under way: %v", err)
		default:
		}
	}
	if _, err := io.WriteString(kept, "Content-Length: 0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if res, err := http.ReadResponse(bufio.NewReader(kept), nil); err == nil { // or the connection is closed already
		body, _ := io.ReadAll(res.Body)
		p := problemIn(t, res, body)
		if res.StatusCode != 503 || p.Code != codeStopping {
			t.Errorf("%d %+v", res.StatusCode, p)
		}
		documented(t, http.MethodPost, exchangePath, p)
	}
	close(out)
	if status := <-answered; status != 200 {
		t.Errorf("what was under way got %d", status)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", address); err == nil {
		_ = c.Close()
		t.Error("it still listens")
	}
}

func TestALongHeaderIsRefused(t *testing.T) {
	s := newRunning(t, &counter{})
	address, stop := serving(t, s.Service)
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+exchangePath, nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("X-Long", strings.Repeat("x", 2*maxHeader))
	res, err := http.DefaultClient.Do(q) // the connection may end before the answer is read
	if err == nil {
		_ = res.Body.Close()
		if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%d", res.StatusCode)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
