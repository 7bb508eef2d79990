//go:build !windows

package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
)

func rawClient(socket string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
}

func TestWhatNoClientOfOursSendsIsRefusedAndNotRun(t *testing.T) {
	ran := 0
	_, o := serve(t, func(context.Context, Command) Answer { ran++; return Answer{} })
	good := func() *http.Request {
		b, _ := json.Marshal(Command{Schema: SchemaVersion, Args: []string{"status"}, Dir: "/"})
		r, _ := http.NewRequest("POST", "http://holdfast/v1/command", bytes.NewReader(b))
		r.Header.Set("Content-Type", "application/json")
		return r
	}
	body := func(s string) func(*http.Request) {
		return func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(s)), -1
		}
	}
	cases := map[string]struct {
		change func(*http.Request)
		status int
	}{
		"a browser's origin":     {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		"a null origin":          {func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		"a fetch":                {func(r *http.Request) { r.Header.Set("Sec-Fetch-Mode", "no-cors") }, 403},
		"a foreign host":         {func(r *http.Request) { r.Host = "localhost:80" }, 403},
		"a form":                 {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415},
		"no content type":        {func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		"a GET":                  {func(r *http.Request) { r.Method = "GET" }, 405},
		"another path":           {func(r *http.Request) { r.URL.Path = "/v1/../debug/pprof" }, 404},
		"no JSON":                {body("hello"), 400},
		"two commands":           {body(`{"schema_version":1,"args":["a"],"dir":"/"}{"schema_version":1}`), 400},
		"no arguments":           {body(`{"schema_version":1,"args":[],"dir":"/"}`), 400},
		"a relative folder":      {body(`{"schema_version":1,"args":["a"],"dir":"x"}`), 400},
		"too many arguments":     {body(`{"schema_version":1,"dir":"/","args":[` + strings.Repeat(`"",`, maxArgs) + `""]}`), 400},
		"a newer version":        {body(`{"schema_version":2,"args":["a"],"dir":"/"}`), 501},
		"a body without an end":  {func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(endless('[')), -1 }, 400},
		"a string without end":   {func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(endless('"')), -1 }, 400},
		"a length of many bytes": {func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(endless(' ')), 1<<40 }, 413},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := good()
			c.change(r)
			res, err := rawClient(o.ln.Addr().String()).Do(r)
			if err != nil {
				// A server that stops reading may close before our body is out; that is a refusal too.
				if r.ContentLength == -1 || r.ContentLength > MaxBody {
					return
				}
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != c.status {
				t.Errorf("status %d, want %d", res.StatusCode, c.status)
			}
		})
	}
	if ran != 0 {
		t.Fatalf("%d hostile commands ran", ran)
	}
	if res, err := rawClient(o.ln.Addr().String()).Do(good()); err != nil || res.StatusCode != 200 {
		t.Fatalf("afterwards a good one: %v %v", res, err)
	}
}

type endless byte

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	b[0] = byte(e)
	return len(b), nil
}

func TestManySilentConnectionsDoNotKeepTheOwnerFromAnswering(t *testing.T) {
	home, o := serve(t, echo)
	before := runtime.NumGoroutine()
	var silent []net.Conn
	for range 4 * maxConnections {
		c, err := net.Dial("unix", o.ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		silent = append(silent, c)
	}
	if n := runtime.NumGoroutine() - before; n > 3*maxConnections {
		t.Errorf("%d goroutines for %d silent callers", n, len(silent))
	}
	for _, c := range silent[:maxConnections] {
		c.Close()
	}
	// A client tries until there is a place; silent callers lose theirs after readTime at the latest. On a slow machine
	// that may take more than one try: what counts is that an answer comes while the silent ones stay.
	_, a, err := OwnOrAsk(t.Context(), home, command("a", "b"))
	for tries := 1; errors.Is(err, ErrBusy) && tries < 10; tries++ {
		_, a, err = OwnOrAsk(t.Context(), home, command("a", "b"))
	}
	if err != nil || a.Code != 2 {
		t.Errorf("answer %v, error %v", a, err)
	}
	for _, c := range silent {
		c.Close()
	}
}

func TestADamagedOrForeignEndpointFileIsNoOwner(t *testing.T) {
	home, dir := testHome(t)
	o, err := Take(home)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Release()
	bystander := filepath.Join(dir, "precious")
	if err := os.WriteFile(bystander, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := net.Listen("unix", filepath.Join(dir, "other.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	cases := map[string]func(name string) error{
		"empty":              func(n string) error { return os.WriteFile(n, nil, 0o600) },
		"not JSON":           func(n string) error { return os.WriteFile(n, []byte("\x00\xff"), 0o600) },
		"huge":               func(n string) error { return os.WriteFile(n, bytes.Repeat([]byte("["), 1<<20), 0o600) },
		"a file":             func(n string) error { return os.WriteFile(n, address(bystander), 0o600) },
		"a foreign socket":   func(n string) error { return os.WriteFile(n, address(filepath.Join(dir, "gone.sock")), 0o600) },
		"a TCP address":      func(n string) error { return os.WriteFile(n, address("127.0.0.1:80"), 0o600) },
		"a very long name":   func(n string) error { return os.WriteFile(n, address("/"+strings.Repeat("x", 3000)), 0o600) },
		"a folder":           func(n string) error { return os.Mkdir(n, 0o700) },
		"a link to a device": func(n string) error { return os.Symlink("/dev/zero", n) },
	}
	for name, make := range cases {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(home, endpoint.File)
			os.RemoveAll(file)
			if err := make(file); err != nil {
				t.Fatal(err)
			}
			if _, err := ask(t.Context(), home, command("x"), time.Second); err == nil {
				t.Error("an answer came from nowhere")
			}
			removeStale(home)
			for _, kept := range []string{bystander, filepath.Join(dir, "other.sock")} {
				if _, err := os.Lstat(kept); err != nil {
					t.Errorf("a bystander is gone: %v", err)
				}
			}
		})
	}
}

func address(name string) []byte {
	b, _ := json.Marshal(map[string]any{"schema_version": 1, "address": name})
	return b
}

func TestAListenerThatIsNotAnOwnerIsNotBelieved(t *testing.T) {
	answers := map[string]string{
		"another status":    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
		"a redirect":        "HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n",
		"no HTTP":           "SSH-2.0-nothing\r\n",
		"an answer cut off": "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"code\":0",
		"no answer":         "",
	}
	for name, text := range answers {
		t.Run(name, func(t *testing.T) {
			home, dir := testHome(t)
			os.MkdirAll(home, 0o700)
			ln, err := net.Listen("unix", filepath.Join(dir, socketPrefix+"x"+socketSuffix))
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			go func() {
				for {
					c, err := ln.Accept()
					if err != nil {
						return
					}
					b := make([]byte, 4096)
					c.Read(b)
					fmt.Fprint(c, text)
					c.Close()
				}
			}()
			if err := endpoint.Write(home, ln.Addr().String()); err != nil {
				t.Fatal(err)
			}
			if a, err := ask(t.Context(), home, command("x"), time.Second); err == nil {
				t.Errorf("believed %+v", a)
			}
		})
	}
}
