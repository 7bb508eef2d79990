package service

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// hands is a clock that is set by hand.
type hands struct {
	mu sync.Mutex
	at time.Time
}

var start = time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)

func newHands() *hands { return &hands{at: start} }

func (h *hands) now() time.Time { return h.Read().Wall }

func (h *hands) Read() clock.Reading {
	h.mu.Lock()
	defer h.mu.Unlock()
	return clock.Reading{Wall: h.at, Boot: "boot", Running: time.Hour + h.at.Sub(start)}
}

func (h *hands) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// counter is a desk of the test's own making. What is not set answers as a desk that has nothing.
type counter struct {
	Desk
	answer func(ctx context.Context, data []byte) ([]issuer.Answer, error)
	outage func(since time.Time) ([]byte, error)
	over   func(since, until time.Time) error
	ready  func() error
}

func (c *counter) AnswerFound(ctx context.Context, _ string, found []exchange.Found) ([]issuer.Answer, error) {
	return c.answer(ctx, found[0].Raw)
}

func (c *counter) AnswerPacked(ctx context.Context, name string, found []exchange.Found) ([]issuer.Answer, error) {
	return c.AnswerFound(ctx, name, found)
}

func (c *counter) Outage(_ context.Context, _ []byte, since time.Time) ([]byte, error) {
	if c.outage == nil {
		return nil, errors.New("no key")
	}
	return c.outage(since)
}

func (c *counter) OutageOver(_ context.Context, since, until time.Time) error {
	if c.over == nil {
		return nil
	}
	return c.over(since, until)
}

func (c *counter) Ready(context.Context) error {
	if c.ready == nil {
		return nil
	}
	return c.ready()
}
func (c *counter) Profile() (issuer.Profile, error) { return issuer.Profile{}, errors.New("none") }

func (c *counter) Handed(context.Context, string) (issuer.Answer, bool, error) {
	return issuer.Answer{}, false, nil
}

// running is a service that answers on a port.
type running struct {
	*Service
	t     testing.TB
	url   string
	clock *hands
	log   *safeBuffer
	// over waits until everything that was answered is counted and logged too. Nothing is answered afterwards.
	over func()
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newRunning(t testing.TB, d Desk, change ...func(*Options)) *running {
	t.Helper()
	r := &running{t: t, clock: newHands(), log: &safeBuffer{}}
	o := Options{Clock: r.clock, Version: "1.2.3", Store: "bbolt", Log: jsonLog(r.log)}
	for _, c := range change {
		c(&o)
	}
	s, err := New(d, o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	r.over = server.Close
	r.Service, r.url = s, server.URL
	return r
}

// post sends a body to the exchange. header is a row of names and values.
func (r *running) post(body []byte, header ...string) (*http.Response, []byte) {
	r.t.Helper()
	return r.send(bytes.NewReader(body), header...)
}

func (r *running) send(body io.Reader, header ...string) (*http.Response, []byte) {
	r.t.Helper()
	q, err := http.NewRequestWithContext(context.Background(), http.MethodPost, r.url+exchangePath, body)
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Content-Type", mediaType)
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	return r.do(q)
}

func (r *running) do(q *http.Request) (*http.Response, []byte) {
	r.t.Helper()
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res, b
}

func (r *running) get(path string) (*http.Response, []byte) {
	r.t.Helper()
	q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.do(q)
}

// vendor is a real issuer with a license.
type vendor struct {
	*issuer.Issuer
	dir   string
	key   string
	sold  issuer.License
	known issuer.Profile
	clock *hands
}

func newVendor(t testing.TB, places int) *vendor {
	t.Helper()
	v := &vendor{dir: filepath.Join(t.TempDir(), "acme"), clock: newHands()}
	var err error
	v.Issuer, err = issuer.Init(v.dir, issuer.NewVendor{ID: "acme", Name: "Acme GmbH", Support: exchange.Support{Email: "help@acme.example"}}, issuer.Options{Now: v.clock.now, Rand: rand.NewChaCha8([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	b, err := os.ReadFile("../../../docs/examples/acmecad.yaml")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := terms.ParsePolicy(b)
	if err != nil {
		t.Fatal(err)
	}
	made, err := v.CreateLicense(issuer.NewLicense{Policy: policy, Places: places, Order: "O-1", Line: 1})
	if err != nil {
		t.Fatal(err)
	}
	v.key, v.sold = made.Key, made.License
	if v.known, err = v.Profile(); err != nil {
		t.Fatal(err)
	}
	return v
}

// request is that of the n-th computer, signed by it. change may alter it before.
func (v *vendor) request(t testing.TB, n int, change ...func(*exchange.Request)) []byte {
	t.Helper()
	var seed [32]byte
	seed[0], seed[1], seed[2] = byte(n), byte(n>>8), 7
	k, err := device.NewKey(rand.NewChaCha8(seed))
	if err != nil {
		t.Fatal(err)
	}
	hash, err := terms.KeyHash(v.key)
	if err != nil {
		t.Fatal(err)
	}
	r := exchange.Request{
		Header: exchange.Header{
			Schema: exchange.RequestSchema, Vendor: "acme", Alg: "ed25519", KeyID: exchange.KeyID(k.Public()),
			ID: fmt.Sprintf("Q-%d", n), Issued: start, Trace: fmt.Sprintf("trace-%d", n),
		},
		Kind: exchange.RequestActivate, Nonce: fmt.Sprintf("a-nonce-of-%d", n), Until: start.AddDate(0, 1, 0), KeyHash: hash,
		Device: exchange.RequestDevice{ID: k.ID(), Public: exchange.EncodeKey(k.Public()), Code: k.Code(), Label: "drawing room"},
	}
	for _, c := range change {
		c(&r)
	}
	e, err := exchange.Sign(r, exchange.RequestType, exchange.KeySigner(ed25519.NewKeyFromSeed(k.Seed())))
	if err != nil {
		t.Fatal(err)
	}
	file, err := exchange.Armor(exchange.KindRequest, "This is a request file.", e)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func jsonLog(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) }
