package main

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
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/disk"
)

// serving is a service in this process.
type serving struct {
	t    *testing.T
	url  string
	said string
	stop func() (code int)
	errs *bytes.Buffer // what it said and logged, once it is stopped
}

// serve starts the verb on the desk's folder and waits until it says where it answers.
func (d desk) serve(args ...string) *serving {
	d.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, say := io.Pipe()
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, append([]string{"serve", "--json", "--dir", d.path("acme"), "--addr", "127.0.0.1:0"}, args...), world{
			in: strings.NewReader(""), out: say, err: &errs, fs: disk.OS(), now: scriptTime,
			wait: func(context.Context, time.Duration) {},
		})
		_ = say.CloseWithError(fmt.Errorf("code %d", code))
		ended <- code
	}()
	s := &serving{t: d.t, errs: &errs}
	var once sync.Once
	code := -1
	s.stop = func() int {
		once.Do(func() {
			cancel()
			code = <-ended
		})
		return code
	}
	d.t.Cleanup(func() { s.stop() })
	var line struct {
		URL         string `json:"url"`
		Fingerprint string `json:"tls_fingerprint_sha256"`
	}
	if err := json.NewDecoder(out).Decode(&line); err != nil {
		d.t.Fatalf("it does not serve: %v: %s", err, errs.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	s.url, s.said = line.URL, line.Fingerprint
	return s
}

func (s *serving) post(file string) (*http.Response, []byte) {
	s.t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	q, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.url+"/v1/exchange", bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res, got
}

// in runs a command in another folder, with something on standard input.
func (d desk) in(dir, stdin string, args ...string) (code int, out, err string) {
	d.t.Helper()
	d.t.Chdir(dir)
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), args, world{in: strings.NewReader(stdin), out: &stdout, err: &stderr, fs: disk.OS(), now: scriptTime, wait: func(context.Context, time.Duration) {}})
	return code, stdout.String(), stderr.String()
}

func TestCommandsOnAServedFolderGoThroughTheService(t *testing.T) {
	d := newDesk(t, 4)
	d.request("inbox", 1, 3)
	s := d.serve()
	res, got := s.post(d.path("inbox/1.hfreq"))
	if res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, got)
	}
	// A relative folder, relative files, and standard input and output.
	code, out, text := d.in(d.path(""), "", "license", "list", "--dir", "acme")
	if code != 0 || !strings.Contains(out, "1/4") {
		t.Errorf("code %d: %s%s", code, out, text)
	}
	code, _, text = d.in(d.path("inbox"), "", "answer", "1.hfreq", "2.hfreq", "--dir", "../acme", "--out", "../outbox")
	if code != 0 || len(d.whole(d.path("outbox"))) != 2 {
		t.Errorf("code %d: %s", code, text)
	}
	request, err := os.ReadFile(d.path("inbox/3.hfreq"))
	if err != nil {
		t.Fatal(err)
	}
	code, out, text = d.in(d.path(""), string(request), "answer", "-", "--dir", "acme", "--out", "-")
	if code != 0 || !strings.Contains(out, "BEGIN HOLDFAST LICENSE") {
		t.Errorf("code %d: %.100s %s", code, out, text)
	}
	// The answer over HTTP is the same file.
	if _, again := s.post(d.path("inbox/3.hfreq")); string(again) != out {
		t.Error("the service answers otherwise than the command")
	}
	code, out, _ = d.in(d.path(""), "", "license", "show", "NOSUCH", "--dir", "acme", "--json")
	var told struct{ Error struct{ Code string } }
	if err := json.Unmarshal([]byte(out), &told); err != nil || code != 2 || told.Error.Code != "serial_unknown" {
		t.Errorf("code %d: %s, %v", code, out, err)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("stopped with %d", code)
	}
	for _, name := range []string{"endpoint", "desk.sock"} {
		if d.has("acme", name) {
			t.Errorf("%s is left", name)
		}
	}
	if out := d.must(disk.OS(), "license", "list", "--dir", d.path("acme")); !strings.Contains(out, "3/4") {
		t.Errorf("afterwards: %s", out)
	}
	// Everything has its line, the start and the stop too.
	for _, want := range []string{
		`"msg":"start","address":"127.0.0.1:`, `"tls":false,"proxy":false,"store":"bbolt","version":"dev"`,
		`"msg":"command","what":"license list","code":0,`, `"msg":"command","what":"license show","code":2,`,
		`"msg":"exchange","status":200,"ms":0,"what":"command","trace":"`, `"msg":"exchange","status":200,"ms":0,"what":"POST /v1/exchange","trace":"`,
		`"msg":"stop","reason":"context canceled","served":2,"cut":0,"uptime_seconds":0`,
	} {
		if !strings.Contains(s.errs.String(), want) {
			t.Errorf("no %s in\n%s", want, s.errs)
		}
	}
}

func TestFlagsOfTheProcessAreNotThoseOfTheService(t *testing.T) {
	d := newDesk(t, 1)
	d.serve()
	for _, flag := range [][]string{{"--clock-is-right"}, {"--root-dir", "stick"}} {
		code, _, text := d.in(d.path(""), "", append([]string{"rotate-keys", "--dir", "acme"}, flag...)...)
		if code != 75 || !strings.Contains(text, flag[0]) {
			t.Errorf("%s: code %d: %s", flag[0], code, text)
		}
	}
	code, out, text := d.in(d.path(""), "", "license", "list", "--dir", "acme", "--passphrase-file", "nowhere")
	if code != 0 || !strings.Contains(text, "--passphrase-file") || !strings.Contains(out, "0/1") {
		t.Errorf("code %d: %s%s", code, out, text)
	}
	if code, _, text := d.in(d.path(""), "", "serve", "--dir", "acme", "--addr", "127.0.0.1:0"); code != 75 {
		t.Errorf("a second service: code %d: %s", code, text)
	}
}

func TestAWatchedFolderIsAnsweredThroughTheService(t *testing.T) {
	d := newDesk(t, 2)
	d.request("inbox", 1, 1)
	d.serve()
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(d.path("inbox/1.hfreq"), past, past); err != nil {
		t.Fatal(err)
	}
	now := scriptTime()
	code, text := d.watch(&now, disk.OS(), func(n int) (time.Duration, bool) { return time.Second, n < 5 })
	if code != 0 || !d.has("inbox/done", "1.hfreq") || len(d.whole(d.path("outbox"))) != 1 {
		t.Errorf("code %d: %s", code, text)
	}
}

func TestWhatAKilledServiceLeftIsCleared(t *testing.T) {
	d := newDesk(t, 1)
	if err := endpoint.Write(d.path("acme"), d.path("acme/desk.sock")); err != nil {
		t.Fatal(err)
	}
	if out := d.must(disk.OS(), "license", "list", "--dir", d.path("acme")); !strings.Contains(out, "0/1") {
		t.Errorf("%s", out)
	}
	d.serve()
	if code, out, text := d.in(d.path(""), "", "license", "list", "--dir", "acme"); code != 0 || !strings.Contains(out, "0/1") {
		t.Errorf("code %d: %s%s", code, out, text)
	}
}

func TestServeRefusesWhatOthersCouldRead(t *testing.T) {
	d := newDesk(t, 1)
	used, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer used.Close()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--addr", "0.0.0.0:0"}, 2, "Others can reach"},
		{[]string{"--addr", ":0"}, 2, "Others can reach"},
		{[]string{"--addr", "nonsense"}, 2, "--addr nonsense: an address needs a port. Write it like 127.0.0.1:8080"},
		{[]string{"--addr", "127.0.0.1:nonsense"}, 2, "an address needs a port"},
		{[]string{"--addr", "127.0.0.1:999999"}, 2, "an address needs a port"},
		{[]string{"--addr", "127.0.0.1:0", "--metrics-addr", "9090"}, 2, "--metrics-addr 9090: an address needs a port"},
		{[]string{"--addr", used.Addr().String()}, 75, "another program answers there already"},
		{[]string{"--addr", "192.0.2.1:8080", "--behind-proxy"}, 2, "nothing can listen there"},
		{[]string{"--addr", "127.0.0.1:0", "--tls-cert", "x"}, 2, "Name --tls-key too."},
		{[]string{"--addr", "127.0.0.1:0", "--tls-key", "x"}, 2, "Name --tls-cert too."},
		{[]string{"--addr", "127.0.0.1:0", "--tls-cert", "x", "--tls-key", "y"}, 29, "x: "},
		{[]string{"--addr", "127.0.0.1:0", "--tls-cert", policyFile, "--tls-key", policyFile}, 2, "The certificate cannot be used."},
		{[]string{"--addr", "127.0.0.1:0", "--tls", "self", "--tls-cert", "x", "--tls-key", "y"}, 2, "--tls"},
		{[]string{"--addr", "127.0.0.1:0", "--exchanges", "0"}, 2, "--exchanges"},
		{[]string{"--addr", "127.0.0.1:0", "--rate", "-1"}, 2, "--rate"},
	} {
		code, _, text := d.run(disk.OS(), append([]string{"serve", "--dir", d.path("acme")}, c.args...)...)
		if code != c.code || !strings.Contains(text, c.says) || strings.Contains(text, "{{") {
			t.Errorf("%v: code %d: %s", c.args, code, text)
		}
	}
}

func FuzzACommandOfAnotherProcessIsBounded(f *testing.F) {
	f.Add([]byte(`{"schema_version":1,"args":["bGlzdA=="],"dir":"L3RtcA=="}`))
	f.Add([]byte(`{"schema_version":1,"args":[],"dir":"Lg=="} {}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, ok := readCommand(bytes.NewReader(b)); ok && (len(c.Args) == 0 || len(c.Args) > maxArgs || !filepath.IsAbs(string(c.Dir))) {
			t.Fatalf("%+v", c)
		}
	})
}

func TestAServiceThatTakesNothingIsNotAStopOfThePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer there.Close()
		p := &program{}
		p.ctx = t.Context()
		if _, err := p.ask(here, deskCommand{Schema: deskSchema}); !errors.Is(err, errNoService) || errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
