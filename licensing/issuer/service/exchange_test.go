package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

func problemIn(t *testing.T, res *http.Response, body []byte) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(body, &p); err != nil || res.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%s: %q, %v", res.Header.Get("Content-Type"), body, err)
	}
	if p.Status != res.StatusCode || p.Type != "about:blank" || p.Title == "" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%+v with status %d", p, res.StatusCode)
	}
	return p
}

func TestARequestIsAnsweredWithTheFileThatTheDeskHandsOut(t *testing.T) {
	v := newVendor(t, 3)
	s := newRunning(t, v.Issuer)
	file := v.request(t, 1)
	res, first := s.post(file)
	want, err := v.AnswerFile(t.Context(), "r", file)
	if err != nil || len(want) != 1 || !want[0].Again {
		t.Fatalf("%+v, %v", want, err)
	}
	if res.StatusCode != 200 || !bytes.Equal(first, want[0].File) {
		t.Fatalf("%d, %d bytes: %.200s", res.StatusCode, len(first), first)
	}
	for name, value := range map[string]string{
		"Content-Type": mediaType, "Cache-Control": "no-store", headerKind: "license", headerTrace: "trace-1", headerAgain: "",
		"Content-Disposition": "attachment; filename=" + want[0].Name, "Content-Encoding": "", "X-Content-Type-Options": "nosniff",
	} {
		if got := res.Header.Get(name); got != value {
			t.Errorf("%s is %q, not %q", name, got, value)
		}
	}
	res, again := s.post(file)
	if !bytes.Equal(again, first) || res.Header.Get(headerAgain) != "1" {
		t.Errorf("the same request got %d other bytes", len(again))
	}
}

func TestAProgramGetsTheSameAnswerPacked(t *testing.T) {
	v := newVendor(t, 3)
	s := newRunning(t, v.Issuer)
	policy := v.sold.Policy
	policy.Features = maps.Clone(policy.Features)
	for n := range 200 { // long enough to be compressed
		policy.Features[fmt.Sprintf("f-%d", n)] = terms.Feature{Name: terms.Text{"en": "One of many features"}}
	}
	made, err := v.CreateLicense(issuer.NewLicense{Policy: policy, Places: 1, Order: "O-2", Line: 1})
	if err != nil {
		t.Fatal(err)
	}
	v.key = made.Key
	file := v.request(t, 1)
	_, plain := s.post(file)
	want, err := exchange.Pack(plain)
	if err != nil {
		t.Fatal(err)
	}
	request, err := exchange.Pack(file)
	if err != nil {
		t.Fatal(err)
	}
	packer, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	res, got := s.post(packer.EncodeAll(request, nil), "Content-Encoding", "zstd", "Accept", mediaType, "Accept-Encoding", "gzip, zstd;q=0.8")
	if res.StatusCode != 200 || res.Header.Get("Content-Encoding") != "zstd" || res.Header.Get("Content-Disposition") != "" || len(got) > len(want)/2 {
		t.Fatalf("%d %v, %d bytes", res.StatusCode, res.Header, len(got))
	}
	d, err := zstd.NewReader(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(d)
	if err != nil || !bytes.Equal(unpacked, want) {
		t.Errorf("%d bytes, want %d: %v", len(unpacked), len(want), err)
	}
	if res, got := s.post(request, "Accept", mediaType, "Accept-Encoding", "zstd;q=0"); res.Header.Get("Content-Encoding") != "" || !bytes.Equal(got, want) {
		t.Errorf("without zstd: %v, %d bytes", res.Header, len(got))
	}
}

func TestARequestThatComesManyTimesAtOnceTakesOnePlace(t *testing.T) {
	v := newVendor(t, 5)
	s := newRunning(t, v.Issuer)
	file := v.request(t, 1)
	answers := make([][]byte, 12)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { _, answers[i] = s.post(file) })
	}
	wg.Wait()
	for _, a := range answers {
		if !bytes.Equal(a, answers[0]) {
			t.Fatal("two answers to one request")
		}
	}
	if l, err := v.License(v.sold.Serial); err != nil || l.Used != 1 {
		t.Errorf("%d places, %v", l.Used, err)
	}
	if s.numbers.again.Load() != uint64(len(answers)-1) {
		t.Errorf("%d were counted as handed out again", s.numbers.again.Load())
	}
}

func TestEveryRefusalHasItsStatusAndCode(t *testing.T) {
	v := newVendor(t, 3)
	good := v.request(t, 1)
	changed := bytes.Replace(good, []byte("eyJ"), []byte("eyK"), 1)
	other := v.request(t, 1, func(r *exchange.Request) { r.Vendor = "zenith" })
	over := v.request(t, 1, func(r *exchange.Request) { r.Until = start.AddDate(0, 0, -1) })
	move := v.request(t, 1, func(r *exchange.Request) { r.Kind = "move" })
	two := append(bytes.Clone(good), v.request(t, 2)...)
	s := newRunning(t, v.Issuer)
	for name, c := range map[string]struct {
		body   []byte
		header []string
		status int
		code   string
	}{
		"nothing":              {nil, nil, 400, string(terms.StateFileEmpty)},
		"something else":       {[]byte("hello"), nil, 400, string(terms.StateFileOtherKind)},
		"changed on its way":   {changed, nil, 400, string(terms.StateFileChanged)},
		"cut":                  {good[:len(good)/2], nil, 400, string(terms.StateFileCut)},
		"a key file":           {v.known.File, nil, 400, "no_request"},
		"of another vendor":    {other, nil, 421, "other_vendor"},
		"over":                 {over, nil, 400, "request_over"},
		"of a kind to come":    {move, nil, 400, "kind_unknown"},
		"two at once":          {two, nil, 400, codeSeveral},
		"a form":               {good, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, codeMedia},
		"no media type at all": {good, []string{"Content-Type", ";;"}, 415, codeMedia},
		"gzip":                 {good, []string{"Content-Encoding", "gzip"}, 415, codeEncoding},
		"not zstd":             {good, []string{"Content-Encoding", "zstd"}, 400, codePacking},
	} {
		t.Run(name, func(t *testing.T) {
			res, body := s.post(c.body, c.header...)
			p := problemIn(t, res, body)
			if res.StatusCode != c.status || p.Code != c.code {
				t.Errorf("%d %s, want %d %s", res.StatusCode, p.Code, c.status, c.code)
			}
			documented(t, http.MethodPost, exchangePath, p)
		})
	}
	if l, err := v.License(v.sold.Serial); err != nil || l.Used != 0 {
		t.Errorf("%d places were taken, %v", l.Used, err)
	}
}

func TestARefusalOfTheDeskIsAnAnswer(t *testing.T) {
	v := newVendor(t, 1)
	s := newRunning(t, v.Issuer)
	s.post(v.request(t, 1))
	if res, _ := s.post(v.request(t, 2)); res.StatusCode != 200 || res.Header.Get(headerKind) != "refusal" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

func TestWhatAPersonHasToDecideIsToldToComeAgain(t *testing.T) {
	v := newVendor(t, 1)
	ask := &issuer.Error{Code: issuer.CodeNeedsPerson, Err: &issuer.Ask{Kind: "renew", Computer: "AAAA-BBBB"}}
	s := newRunning(t, &counter{answer: func(context.Context, []byte) ([]issuer.Answer, error) { return nil, ask }})
	res, body := s.post(v.request(t, 1), "Accept-Language", "de-AT, en;q=0.5")
	p := problemIn(t, res, body)
	if res.StatusCode != 202 || p.Code != "needs_person" || p.Trace != "trace-1" || res.Header.Get("Retry-After") != "1800" || !strings.Contains(p.Title, "Mensch") {
		t.Errorf("%d %+v %v", res.StatusCode, p, res.Header)
	}
	s.over()
	if !strings.Contains(s.log.String(), `"device":"AAAA-BBBB"`) {
		t.Errorf("log: %s", s.log)
	}
	documented(t, http.MethodPost, exchangePath, p)
}

func TestAPanicEndsOneExchangeAndTellsNothing(t *testing.T) {
	v := newVendor(t, 1)
	calls := 0
	s := newRunning(t, &counter{answer: func(context.Context, []byte) ([]issuer.Answer, error) {
		if calls++; calls == 1 {
			panic("secret inside")
		}
		return []issuer.Answer{{File: []byte("x"), Name: "x.hflic"}}, nil
	}})
	res, body := s.post(v.request(t, 1))
	p := problemIn(t, res, body)
	if res.StatusCode != 500 || p.Code != codeUnexpected || p.Trace != "trace-1" || bytes.Contains(body, []byte("secret")) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if !strings.Contains(s.log.String(), "secret inside") {
		t.Error("the log does not say what happened")
	}
	if res, _ := s.post(v.request(t, 1)); res.StatusCode != 200 || len(s.exchanges) != 0 {
		t.Errorf("afterwards: %d", res.StatusCode)
	}
	documented(t, http.MethodPost, exchangePath, p)
}

func TestOnlyPostExchanges(t *testing.T) {
	s := newRunning(t, &counter{})
	res, body := s.get(exchangePath)
	if p := problemIn(t, res, body); res.StatusCode != 405 || p.Code != codeMethod || res.Header.Get("Allow") != "POST" {
		t.Errorf("%d %+v", res.StatusCode, p)
	}
	if res, _ := s.get("/metrics"); res.StatusCode != 404 {
		t.Errorf("metrics are public: %d", res.StatusCode)
	}
}

func TestTheLogFollowsAnExchangeAndHoldsNoSecret(t *testing.T) {
	v := newVendor(t, 1)
	s := newRunning(t, v.Issuer)
	s.post(v.request(t, 1))
	s.post([]byte("hello"))
	var line map[string]any
	s.over()
	text := s.log.String()
	first, _, _ := strings.Cut(text, "\n")
	if err := json.Unmarshal([]byte(first), &line); err != nil {
		t.Fatal(err)
	}
	code := codeOfComputer(t, v, 1)
	for key, want := range map[string]any{"msg": "exchange", "trace": "trace-1", "kind": "activate", "device": code, "status": 200.0, "answer": "license", "address": "127.0.0.0/24"} {
		if line[key] != want {
			t.Errorf("%s is %v, not %v", key, line[key], want)
		}
	}
	hash, err := terms.KeyHash(v.key)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{v.key, hash, "a-nonce-of-1", "drawing room", "127.0.0.1", "hello"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %q:\n%s", secret, text)
		}
	}
	s = newRunning(t, v.Issuer, func(o *Options) { o.Addresses = true })
	s.post(v.request(t, 1))
	s.over()
	if !strings.Contains(s.log.String(), `"address":"127.0.0.1"`) {
		t.Errorf("%s", s.log)
	}
}

// codeOfComputer is the code of the n-th computer.
func codeOfComputer(t *testing.T, v *vendor, n int) string {
	t.Helper()
	a, err := v.AnswerFile(t.Context(), "r", v.request(t, n))
	if err != nil {
		t.Fatal(err)
	}
	return a[0].Code
}

func TestAnAddressBehindAProxyIsTheLastOneNamed(t *testing.T) {
	s := newRunning(t, &counter{answer: func(context.Context, []byte) ([]issuer.Answer, error) { return nil, errors.New("x") }}, func(o *Options) {
		o.Proxy, o.Addresses = true, true
	})
	s.post([]byte("x"), "X-Forwarded-For", "198.51.100.7, 203.0.113.9")
	s.post([]byte("x"), "X-Forwarded-For", "nonsense")
	s.post([]byte("x"), "X-Forwarded-For", "203.0.113.10:4711")
	s.over()
	if got := s.log.String(); !strings.Contains(got, `"203.0.113.9"`) || !strings.Contains(got, `"203.0.113.10"`) || strings.Contains(got, "198.51.100.7") || !strings.Contains(got, `"127.0.0.1"`) {
		t.Errorf("%s", got)
	}
	s = newRunning(t, &counter{}, func(o *Options) { o.Addresses = true })
	s.post([]byte("x"), "X-Forwarded-For", "203.0.113.9")
	s.over()
	if strings.Contains(s.log.String(), "203.0.113.9") {
		t.Error("without a proxy the header is believed")
	}
}
