package service

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// arrivals is a listener that connections from chosen addresses come to.
type arrivals struct {
	net.Listener
	come chan net.Conn
}

func (a arrivals) Accept() (net.Conn, error) {
	c, ok := <-a.come
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

type from struct {
	net.Conn
	address string
}

func (f from) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(f.address))
}

func TestOneAddressCannotTakeAllConnections(t *testing.T) {
	come, refused := make(chan net.Conn, 20), 0
	f := &fair{Listener: arrivals{come: come}, callers: &crowd{most: 2}, refused: func() { refused++ }}
	accept := func(addresses ...string) (in []net.Conn) {
		t.Helper()
		for _, a := range addresses {
			c, other := net.Pipe()
			t.Cleanup(func() { _ = other.Close() })
			come <- from{c, a}
		}
		come <- from{nil, "127.0.0.1:9"} // stands for the end
		for {
			c, err := f.Accept()
			if err != nil {
				t.Fatal(err)
			}
			if c.RemoteAddr().String() == "127.0.0.1:9" {
				return in
			}
			in = append(in, c)
		}
	}
	in := accept("192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3", "192.0.2.2:1", "[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::3]:1", "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3")
	if len(in) != 8 || refused != 2 {
		t.Fatalf("%d came in, %d were refused", len(in), refused)
	}
	for range 2 { // closed twice, it leaves once
		_ = in[0].Close()
	}
	if in := accept("192.0.2.1:4", "192.0.2.1:5"); len(in) != 1 || refused != 3 {
		t.Errorf("%d came in, %d were refused", len(in), refused)
	}
	close(come)
	if _, err := f.Accept(); err == nil {
		t.Error("a closed listener accepts")
	}
}

func TestOneAddressCannotHoldEveryPage(t *testing.T) {
	s := newRunning(t, &counter{answer: content})
	for range pagesForOne {
		if !s.visitors.enter("127.0.0.1") {
			t.Fatal("refused too early")
		}
	}
	res, text := s.ask(http.MethodGet, "/", fromBrowser, "en", nil)
	if res.StatusCode != 429 || res.Header.Get("Retry-After") != "5" || !strings.Contains(text, tooManyCame) {
		t.Errorf("%d %v %s", res.StatusCode, res.Header, text)
	}
	s.visitors.leave("127.0.0.1")
	if res, _ := s.ask(http.MethodGet, "/", fromBrowser, "en", nil); res.StatusCode != 200 {
		t.Errorf("%d", res.StatusCode)
	}
	if len(s.pages) != 0 {
		t.Errorf("%d places are held", len(s.pages))
	}
}

func TestAllFormsTogetherHaveARoom(t *testing.T) {
	s := newRunning(t, &counter{answer: content})
	s.forms.most = 100
	for name, send := range map[string]func() (*http.Response, []byte){
		"files": func() (*http.Response, []byte) { return s.bring(upload{"a.hfreq", make([]byte, 1<<20)}) },
		"ids": func() (*http.Response, []byte) {
			q := formPost(s.url+"/answers", "id="+strings.Repeat("x", 1000))
			q.Header.Set("Accept", "text/html")
			return s.do(q)
		},
	} {
		res, page := send()
		if res.StatusCode != 503 || res.Header.Get("Retry-After") != "5" || !strings.Contains(string(page), "Wait 5 seconds") || s.forms.used.Load() != 0 {
			t.Errorf("%s: %d %v, %d bytes are held: %s", name, res.StatusCode, res.Header, s.forms.used.Load(), page)
		}
	}
	s.forms.most = formBudget
	if res, _ := s.bring(upload{"a.hfreq", make([]byte, 1000)}); res.StatusCode != 400 || s.forms.used.Load() != 0 {
		t.Errorf("%d, %d bytes are held", res.StatusCode, s.forms.used.Load())
	}
	if _, text := metricsOf(s); !strings.Contains(text, `{by="bodies"} 2`) {
		t.Error(text)
	}
}

// Forms that say how much will come, and of which nothing comes, hold no room, and what comes of forms holds none of the exchange's.
func TestFormsLeaveTheRoomOfTheExchange(t *testing.T) {
	v := newVendor(t, 1)
	file := v.request(t, 1)
	synctest.Test(t, func(t *testing.T) {
		s, err := New(&counter{answer: content}, Options{Clock: newHands(), Proxy: true})
		if err != nil {
			t.Fatal(err)
		}
		post := func(path, kind, address string, length int64, body io.Reader) int {
			r := httptest.NewRequest(http.MethodPost, path, body)
			r.ContentLength = length
			r.Header.Set("Content-Type", kind)
			r.Header.Set("X-Forwarded-For", address)
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			return w.Code
		}
		var forms sync.WaitGroup
		var ends []*io.PipeWriter
		for i := range pagesAtOnce - 1 {
			from, to := io.Pipe()
			ends = append(ends, to)
			forms.Go(func() {
				length := int64(maxUpload)
				if i%2 == 0 {
					length = -1
				}
				post("/exchange", "multipart/form-data; boundary=x", fmt.Sprint("192.0.2.", i%4), length, from)
			})
		}
		synctest.Wait()
		if len(s.pages) != pagesAtOnce-1 || s.forms.used.Load() != 0 {
			t.Errorf("%d forms wait and hold %d bytes", len(s.pages), s.forms.used.Load())
		}
		s.forms.used.Add(formBudget) // no form may send more
		if code := post(exchangePath, mediaType, "198.51.100.7", int64(len(file)), bytes.NewReader(file)); code != 200 {
			t.Errorf("an exchange is answered %d", code)
		}
		s.forms.give(formBudget)
		body, kind := pageForm(t, upload{"a.hfreq", file})
		if code := post("/exchange", kind, "198.51.100.7", int64(len(body)), bytes.NewReader(body)); code != 200 {
			t.Errorf("a form is answered %d", code)
		}
		for _, to := range ends {
			_ = to.Close()
		}
		forms.Wait()
		if s.forms.used.Load() != 0 || s.bodies.used.Load() != 0 {
			t.Errorf("%d and %d bytes are held", s.forms.used.Load(), s.bodies.used.Load())
		}
	})
}

func TestWhatIsPublicIsGuarded(t *testing.T) {
	s := newRunning(t, &counter{answer: content}, func(o *Options) { o.Rate = 1 })
	for path, method := range map[string]string{"/": "GET", exchangePath: "POST", "/healthz": "GET", "/readyz": "GET", "/v1/no": "GET", "/../../etc/passwd": "GET"} {
		res, _ := s.ask(method, path, "*/*", "en", nil)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Set-Cookie": "", "Access-Control-Allow-Origin": "",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
	// A name that the caller made up is in no answer, and a path with two slashes leads nowhere else.
	for _, path := range []string{"/", "/exchange", "//evil.example/..", "/no/../exchange", "/answer/x"} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Host = "evil.example"
		q.Header.Set("Accept", "text/html")
		q.Header.Set("X-Forwarded-Host", "evil.example")
		res, err := http.DefaultTransport.RoundTrip(q)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if to := res.Header.Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, "://") {
			t.Errorf("%s leads to %q", path, to)
		}
	}
	// Only a probe is free.
	s.clock.pass(time.Hour)
	for range 30 {
		s.ask(http.MethodPost, "/healthz", "*/*", "en", nil)
	}
	if res, _ := s.ask(http.MethodPost, "/healthz", "*/*", "en", nil); res.StatusCode != 429 {
		t.Errorf("a probe that is none: %d", res.StatusCode)
	}
	if res, _ := s.get("/healthz"); res.StatusCode != 200 {
		t.Errorf("a probe: %d", res.StatusCode)
	}
}
