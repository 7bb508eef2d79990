package service

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

var pageMonday = time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)

// pagePlace is a vendor with its page on an address of this computer.
type pagePlace struct {
	*issuer.Issuer
	t      testing.TB
	now    time.Time
	dir    string
	opts   issuer.Options
	page   *page
	mux    *http.ServeMux
	faults []error
	first  byte // number of the first computer
}

func newPagePlace(t testing.TB) *pagePlace {
	t.Helper()
	p := &pagePlace{t: t, now: pageMonday, dir: filepath.Join(t.TempDir(), "acme")}
	p.opts = issuer.Options{Now: func() time.Time { return p.now }, Rand: rand.NewChaCha8([32]byte{1})}
	var err error
	p.Issuer, err = issuer.Init(p.dir, issuer.NewVendor{
		ID: "acme", Name: "Acme GmbH", URLs: []string{"https://license.acme.example"},
		Support: exchange.Support{Email: "help@acme.example", Phone: "+49 30 1234", Hours: "Mon-Fri 9-17"},
		Pages:   "https://acme.example/holdfast", Promise: exchange.Promises{Answer: terms.Days(2)},
	}, p.opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	p.serve(p.Issuer)
	return p
}

// serve puts the page before a desk.
func (p *pagePlace) serve(d pageDesk) {
	p.t.Helper()
	var err error
	p.page, err = newPage(d, func(_ context.Context, err error) { p.faults = append(p.faults, err) })
	if err != nil {
		p.t.Fatal(err)
	}
	p.mux = http.NewServeMux()
	p.page.mount(p.mux)
}

func (p *pagePlace) license(change ...func(*issuer.NewLicense)) issuer.Created {
	p.t.Helper()
	b, err := os.ReadFile("../../../docs/examples/acmecad.yaml")
	if err != nil {
		p.t.Fatal(err)
	}
	n := issuer.NewLicense{Customer: "8812"}
	if n.Policy, err = terms.ParsePolicy(b); err != nil {
		p.t.Fatal(err)
	}
	for _, f := range change {
		f(&n)
	}
	c, err := p.CreateLicense(n)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// pageComputer is a customer's computer without internet: a real engine that trusts the vendor.
type pageComputer struct {
	*licensing.Engine
	t     testing.TB
	clock *clock.Driven
}

func (p *pagePlace) computer(n byte) *pageComputer {
	p.t.Helper()
	n += p.first
	c := &pageComputer{t: p.t, clock: clock.NewDriven(p.now)}
	var err error
	c.Engine, err = licensing.Open(p.t.Context(), licensing.Options{
		Home: filepath.Join(p.t.TempDir(), "home"), KeyStore: keystore.Memory(), Clock: c.clock, Rand: rand.NewChaCha8([32]byte{2, n}), Program: "1.0",
		Probe: func(context.Context) []device.Fact {
			return []device.Fact{{Kind: device.KindMachine, Value: "machine-" + string('a'+rune(n))}, {Kind: device.KindDisk, Value: "disk-" + string('a'+rune(n))}}
		},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = c.Close() })
	profile, err := p.Profile()
	if err != nil {
		p.t.Fatal(err)
	}
	c.use(profile.File)
	return c
}

func (c *pageComputer) request(o licensing.RequestOptions) licensing.Made {
	c.t.Helper()
	m, err := c.MakeRequest(c.t.Context(), o)
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

func (c *pageComputer) use(file []byte) {
	c.t.Helper()
	r, err := c.Import(c.t.Context(), []licensing.Source{{Name: "file", Data: file}}, licensing.ImportOptions{TrustVendor: true, AcceptLoss: true})
	if err != nil || len(r.Items) != 1 || !r.Items[0].Taken {
		c.t.Fatalf("the file was not taken: %+v, %v", r.Items, err)
	}
}

func (c *pageComputer) state() terms.State {
	return c.Evaluate(terms.Query{Product: "acmecad"}).Main.State
}

func (c *pageComputer) code() string { return c.Snapshot().Device.Code }

// active is a computer that has a license, by files.
func (p *pagePlace) active(n byte) *pageComputer {
	p.t.Helper()
	c := p.computer(n)
	m := c.request(licensing.RequestOptions{Key: p.license().Key})
	c.use(p.bytesOf(m.File))
	return c
}

func (p *pagePlace) bytesOf(request []byte) []byte {
	p.t.Helper()
	answers, err := p.AnswerFile(p.t.Context(), "x", request)
	if err != nil || len(answers) != 1 {
		p.t.Fatalf("%d answers, %v", len(answers), err)
	}
	return answers[0].File
}

// pageForm is a form with files, as a browser sends it.
func pageForm(t testing.TB, files ...upload) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, f := range files {
		w, err := m.CreateFormFile("file", f.name)
		if err == nil {
			_, err = w.Write(f.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), m.FormDataContentType()
}

func (p *pagePlace) do(r *http.Request) *http.Response {
	p.t.Helper()
	w := httptest.NewRecorder()
	p.mux.ServeHTTP(w, r)
	return w.Result()
}

// bring sends files as the form of the page does, in a language.
func (p *pagePlace) bring(lang string, files ...upload) (*http.Response, string) {
	p.t.Helper()
	body, kind := pageForm(p.t, files...)
	r := httptest.NewRequest(http.MethodPost, "/exchange", bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", lang)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return p.read(p.do(r))
}

func (p *pagePlace) get(path string, header ...string) (*http.Response, string) {
	p.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return p.read(p.do(r))
}

func (p *pagePlace) read(r *http.Response) (*http.Response, string) {
	p.t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r, string(b)
}

// pageSources are the sources and templates of the page.
func pageSources(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"page*.go", "page/*.html"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(name, "_test.go") {
				all[name] = string(b)
			}
		}
	}
	return all
}
