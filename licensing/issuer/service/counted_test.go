package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// bring posts files to the page.
func (r *running) bring(files ...upload) (*http.Response, []byte) {
	r.t.Helper()
	body, kind := pageForm(r.t, files...)
	q, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+"/exchange", bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Content-Type", kind)
	q.Header.Set("Accept", "text/html")
	return r.do(q)
}

// lines are those of the log with one message, after everything is over.
func (r *running) lines(message string) (all []map[string]any) {
	r.t.Helper()
	r.over()
	for text := range strings.Lines(r.log.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			r.t.Fatalf("%q: %v", text, err)
		}
		if line["msg"] == message {
			all = append(all, line)
		}
	}
	return all
}

func wantLine(t *testing.T, line, want map[string]any) {
	t.Helper()
	for key, value := range want {
		if line[key] != value {
			t.Errorf("%s is %v, not %v: %v", key, line[key], value, line)
		}
	}
	for _, key := range []string{"ms", "in", "out"} {
		if _, ok := line[key].(float64); !ok {
			t.Errorf("%s is missing: %v", key, line)
		}
	}
}

func TestWhatThePageAnswersIsCountedAndLoggedLikeAnExchange(t *testing.T) {
	v := newVendor(t, 1)
	s := newRunning(t, v.Issuer)
	res, page := s.bring(upload{"one.hfreq", v.request(t, 1)}, upload{"two.hfreq", v.request(t, 2)}, upload{"three.hfreq", []byte("hello")})
	if res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, page)
	}
	s.bring(upload{"one.hfreq", v.request(t, 1)})
	all := s.lines("exchange")
	if len(all) != 4 {
		t.Fatalf("%d lines: %s", len(all), s.log)
	}
	code := codeOfComputer(t, v, 1)
	wantLine(t, all[0], map[string]any{
		"what": "page", "status": 200.0, "trace": "trace-1", "kind": "activate", "device": code, "answer": "license", "address": "127.0.0.0/24",
	})
	wantLine(t, all[1], map[string]any{"status": 200.0, "trace": "trace-2", "kind": "activate", "answer": "refusal"})
	wantLine(t, all[2], map[string]any{"status": 400.0, "kind": "other", "cause": "file_cut", "in": 5.0})
	wantLine(t, all[3], map[string]any{"status": 200.0, "trace": "trace-1", "again": true})
	if pages := s.lines("page"); len(pages) != 2 || pages[0]["what"] != "POST /exchange" || pages[0]["in"].(float64) < 1000 || pages[0]["out"].(float64) < 1000 {
		t.Errorf("%v", pages)
	}
	_, text := metricsOf(s)
	for _, want := range []string{
		`holdfast_exchanges_total{kind="activate",status="200"} 3`, `holdfast_exchanges_total{kind="other",status="400"} 1`,
		`holdfast_answers_total{kind="license"} 2`, `holdfast_answers_total{kind="refusal"} 1`, `holdfast_answers_again_total 1`,
		`holdfast_exchange_seconds_count 4`, `holdfast_pages_total{status="200"} 2`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing:\n%s", want, text)
		}
	}
	hash, err := terms.KeyHash(v.key)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{v.key, hash, "a-nonce-of-1", "drawing room", "one.hfreq", "hello"} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, s.log)
		}
	}
}

func TestACommandOnTheFolderIsCountedAndLogged(t *testing.T) {
	v := newVendor(t, 1)
	s := newRunning(t, v.Issuer)
	file := append(v.request(t, 1), v.request(t, 2)...)
	answers, err := v.AnswerFile(t.Context(), "both", file)
	if err != nil || len(answers) != 2 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	s.Answered(file, answers, nil, 20*time.Millisecond)
	ask := &issuer.Error{Code: issuer.CodeNeedsPerson, Err: &issuer.Ask{Kind: "renew", Computer: "AAAA-BBBB"}}
	s.Answered(v.request(t, 3), nil, errors.Join(ask), 0)
	s.Answered([]byte("hello"), nil, nil, 0)
	s.Command("license create", 0, 1500*time.Microsecond, 10, 20)
	s.Command("answer", 70, 0, 0, 0)
	all := s.lines("exchange")
	if len(all) != 3 {
		t.Fatalf("%d lines: %s", len(all), s.log)
	}
	wantLine(t, all[0], map[string]any{
		"what": "command", "status": 200.0, "trace": "trace-1", "kind": "activate", "device": codeOfComputer(t, v, 1), "answer": "license", "ms": 10.0,
	})
	wantLine(t, all[1], map[string]any{"trace": "trace-2", "kind": "activate", "answer": "refusal"})
	wantLine(t, all[2], map[string]any{"status": 202.0, "trace": "trace-3", "kind": "activate", "cause": "needs_person", "device": "AAAA-BBBB"})
	commands := s.lines("command")
	if len(commands) != 2 {
		t.Fatalf("%s", s.log)
	}
	wantLine(t, commands[0], map[string]any{"what": "license create", "code": 0.0, "ms": 1.5, "in": 10.0, "out": 20.0})
	wantLine(t, commands[1], map[string]any{"what": "answer", "code": 70.0, "level": "WARN"})
	_, text := metricsOf(s)
	for _, want := range []string{
		`holdfast_commands_total{command="license create",code="0"} 1`, `holdfast_commands_total{command="answer",code="70"} 1`,
		`holdfast_exchanges_total{kind="activate",status="200"} 2`, `holdfast_exchanges_total{kind="activate",status="202"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing:\n%s", want, text)
		}
	}
}

// tooManyCame is true of an address, a computer and pages at once.
const tooManyCame = "More requests came than this service takes at a time."

func TestTheLimitsOfAnExchangeHoldForWhatPeopleBring(t *testing.T) {
	v := newVendor(t, 9)
	s := newRunning(t, v.Issuer, func(o *Options) { o.DeviceRate, o.Rate = 1, 2 })
	var files []upload
	for n := range 25 { // of 20 at once, and none is refused half way
		files = append(files, upload{"r.hfreq", v.request(t, n+1)})
	}
	if res, page := s.bring(files...); res.StatusCode != 200 || strings.Contains(string(page), "too fast") {
		t.Fatalf("%d %s", res.StatusCode, page)
	}
	res, page := s.bring(files[0])
	if res.StatusCode != 429 || res.Header.Get("Retry-After") != "3" || !strings.Contains(string(page), "That was a little too fast.") {
		t.Errorf("after many at once: %d %v", res.StatusCode, res.Header)
	}
	s.clock.pass(time.Hour)
	for n := range burst + 1 {
		res, page = s.bring(files[0])
		if over := n == burst; (res.StatusCode == 429) != over || (res.Header.Get("Retry-After") != "") != over {
			t.Errorf("request %d of one computer: %d %v", n, res.StatusCode, res.Header)
		}
	}
	if !strings.Contains(string(page), "That was a little too fast.") || !strings.Contains(string(page), tooManyCame) {
		t.Errorf("%s", page)
	}
}
