package reconcile

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/clock"
	"holdfast/licensing/reconcile/faultnet"
)

func TestTooMuchIsNotTaken(t *testing.T) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	wide, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(32<<20))
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 9<<20)
	_, _ = rand.Read(noise)
	for name, body := range map[string][]byte{
		"a long answer":             make([]byte, maxAnswer+1),
		"one that unpacks too long": z.EncodeAll(make([]byte, maxUnpacked+1), nil),
		"one with a large window":   wide.EncodeAll(append(noise, noise[:1000]...), nil)[:1<<20],
		"half of one":               z.EncodeAll(noise[:1000], nil)[:500],
	} {
		s := newScene(t)
		s.service.Handle(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", MediaType)
			w.Header().Set("Content-Encoding", "zstd")
			_, _ = w.Write(body)
		}))
		if c := s.contact(); c.Cause != CauseAnswer || len(c.Came) != 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestOnlyTheVendorsAddressesOverASafeWayAreUsed(t *testing.T) {
	for address, want := range map[string]string{
		"https://licenses.acme.example":          "https://licenses.acme.example/v1/exchange",
		"https://licenses.acme.example:8443/hf/": "https://licenses.acme.example:8443/hf/v1/exchange",
		"http://127.0.0.1:8080":                  "http://127.0.0.1:8080/v1/exchange",
		"http://[::1]:8080":                      "http://[::1]:8080/v1/exchange",
		"http://licenses.acme.example":           "",
		"http://127.0.0.1.evil.example":          "",
		"https://user:word@acme.example":         "",
		"https://acme.example?x=1":               "",
		"file:///etc/passwd":                     "",
		"https://":                               "",
		"":                                       "",
		"::":                                     "",
	} {
		got := ""
		for _, u := range usable([]string{address}) {
			got = u.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func TestNoPasswordOfAProxyIsInALogOrError(t *testing.T) {
	const secret = "pass-of-the-proxy"
	for _, proxy := range []string{"http://anna:" + secret + "@127.0.0.1:1", "http://anna:" + secret + "@[::bad:1", "ftp://anna:" + secret + "@x"} {
		s := newScene(t)
		s.network.Proxy, s.urls = proxy, []string{"https://service.test"}
		var logs bytes.Buffer
		h := newHouse(t, s.urls...)
		r := New(Options{
			Home: h, Clock: clock.System(), Carrier: NewHTTPS(s.options), Rand: rand.Reader, Budget: time.Second,
			Log: slog.New(slog.NewTextHandler(&logs, nil)),
		})
		c, err := r.Now(t.Context(), "r")
		if text := fmt.Sprintf("%+v", c); err != nil || c.Cause != CauseProxy && c.Cause != CauseProxyAway || strings.Contains(text, secret) {
			t.Errorf("%v %s", err, text)
		}
		if logs.Len() == 0 || strings.Contains(logs.String(), secret) {
			t.Errorf("the log: %s", logs.String())
		}
		if err := CheckNetwork(s.network); err != nil && (!errors.Is(err, ErrProxy) || strings.Contains(err.Error(), secret)) {
			t.Error(err)
		}
	}
}

func TestTheSystemsProxyIsReadAnewForEachContact(t *testing.T) {
	s := newScene(t)
	g, err := faultnet.NewGateway(s.proxy.Addr(), "", "", 0)
	g = must(t, g, err)
	t.Cleanup(g.Close)
	s.urls = []string{"https://service.test"}
	for _, k := range []string{"HTTP_PROXY", "http_proxy", "https_proxy", "NO_PROXY", "no_proxy"} {
		t.Setenv(k, "")
	}
	for i, proxy := range []string{"http://127.0.0.1:1", "http://" + g.Addr()} {
		t.Setenv("HTTPS_PROXY", proxy)
		if c := s.contact(); (c.Cause == "") != (i == 1) {
			t.Errorf("%s: %+v", proxy, c)
		}
	}
	if g.Asked() != 1 {
		t.Errorf("the proxy was asked %d times", g.Asked())
	}
	s.network.Proxy = ProxyNone
	if s.contact(); g.Asked() != 1 {
		t.Error("no proxy was wanted, and one was used")
	}
}

func TestSettingsOfTheNetworkAreChecked(t *testing.T) {
	ca, err := faultnet.NewAuthority("a", time.Now())
	ca = must(t, ca, err)
	for _, c := range []struct {
		n    Network
		want error
	}{
		{Network{}, nil},
		{Network{Proxy: ProxyNone, CA: ca.PEM}, nil},
		{Network{Proxy: "proxy.acme.example:3128"}, nil},
		{Network{Proxy: "socks5://127.0.0.1:1080"}, nil},
		{Network{Proxy: "ftp://x"}, ErrProxy},
		{Network{Proxy: "http://"}, ErrProxy},
		{Network{CA: []byte("no certificate")}, ErrCA},
	} {
		if err := CheckNetwork(c.n); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.n.Proxy, err, c.want)
		}
	}
}

// What travels of a real check-in is short.
func TestACheckInTravelsInLittle(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("..", "exchange", "testdata", "golden", "v1", "request-checkin.hfreq"))
	if err != nil {
		t.Fatal(err)
	}
	body, compressed, err := pack(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes as a file, %d on the wire", len(file), len(body))
	if !compressed || len(body) >= len(file)*3/4 || len(body) > 2048 {
		t.Errorf("%d of %d bytes", len(body), len(file))
	}
	back, err := unpack("zstd", body)
	if err != nil || len(back) < 100 {
		t.Errorf("%d bytes, %v", len(back), err)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(200, MediaType, "zstd", "", "", []byte("\x28\xb5\x2f\xfd\x04\x00\x09\x00\x00a"))
	f.Add(200, "text/html; charset=utf-8", "", "120", "", []byte("<html>"))
	f.Add(302, "", "", "Mon, 02 Nov 2026 10:00:00 GMT", "https://portal.test", []byte{})
	f.Add(429, "application/problem+json", "", "99999999999999999999", "", []byte(`{"code":"rate"}`))
	f.Add(503, MediaType, "gzip", "-1", "%zz", []byte("x"))
	asked, err := url.Parse("https://acme.example/v1/exchange")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, kind, encoding, after, to string, body []byte) {
		h := http.Header{"Content-Type": {kind}, "Content-Encoding": {encoding}, "Retry-After": {after}, "Location": {to}}
		a := &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(bytes.NewReader(body)), Request: httptest.NewRequest("POST", asked.String(), nil)}
		var got Carried
		if err := got.read(a, asked); err != nil {
			t.Fatalf("the connection is well: %v", err)
		}
		if (got.Answer != nil) != (got.Cause == "" || got.Cause == CauseOutage) {
			t.Errorf("cause %q with %d bytes of an answer", got.Cause, len(got.Answer))
		}
		if got.Cause == "" && status != 200 || got.Cause == CauseOutage && status != 503 || len(got.Code) > 64 {
			t.Errorf("status %d: %+v", status, got)
		}
		if d := retryAfter(h); d < 0 || d > LongestRetryAfter {
			t.Errorf("Retry-After %q is %s", after, d)
		}
	})
}
