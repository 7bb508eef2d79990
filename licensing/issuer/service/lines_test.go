package service

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestLinesOfRefusedRequestsAreLimitedAndCounted(t *testing.T) {
	s := newRunning(t, &counter{answer: content}, func(o *Options) { o.Rate, o.Proxy = 1, true })
	from := func(address, path string) {
		t.Helper()
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("X-Forwarded-For", address)
		s.do(q)
	}
	for range 10 + 30 { // its rate is used up after ten
		from("203.0.113.9", exchangePath)
	}
	for range 4 {
		from("198.51.100.7", "/none")
	}
	s.clock.pass(linesTime - time.Second)
	from("192.0.2.1", "/healthz")
	if early := s.log.String(); strings.Contains(early, "left_out") {
		t.Errorf("told before the minute is over: %s", early)
	}
	s.clock.pass(time.Second)
	from("192.0.2.1", "/healthz")
	from("192.0.2.1", "/none")
	exchanges, told, pages := s.lines("exchange"), s.lines("left_out"), s.lines("page")
	_, numbers := metricsOf(s)
	if len(exchanges) != 2*linesOfOne || len(pages) != 5 || len(told) != 1 {
		t.Fatalf("%d lines of exchanges, %d of pages, left out %v", len(exchanges), len(pages), told)
	}
	for key, want := range map[string]any{"of": "exchange", "status": 429.0, "cause": "rate", "address": "203.0.113.0/24", "lines": 20.0} {
		if told[0][key] != want {
			t.Errorf("%s is %v, not %v", key, told[0][key], want)
		}
	}
	wantLine(t, exchanges[0], map[string]any{"what": "POST /v1/exchange", "kind": "other", "status": 405.0, "cause": "method", "address": "203.0.113.0/24"})
	wantLine(t, exchanges[linesOfOne], map[string]any{"what": "POST /v1/exchange", "kind": "other", "status": 429.0, "cause": "rate", "address": "203.0.113.0/24"})
	if !strings.Contains(numbers, `holdfast_limited_total{by="address"} 30`) || !strings.Contains(numbers, `holdfast_exchanges_total{kind="other",status="429"} 30`) {
		t.Errorf("counted: %s", numbers)
	}
}

func TestARefusalAtTheDoorNamesThePageThatWasAskedFor(t *testing.T) {
	s := newRunning(t, &counter{answer: content}, func(o *Options) { o.Rate = .1 })
	for _, path := range []string{"/", "/", "/answer/x", "/none"} {
		s.get(path)
	}
	for i, want := range []string{"GET /{$}", "GET /{$}", "GET /answer/{id}", "/"} {
		if line := s.lines("page")[i]; line["what"] != want || (i > 0) != (line["status"] == 429.0) {
			t.Errorf("%v, not %s", line, want)
		}
	}
}

func TestManyNetworksFillNoLogEither(t *testing.T) {
	var l lineLimit
	written := 0
	for i := range 5000 {
		if l.room(lineKey{message: "page", status: 404, cause: "not_found", network: fmt.Sprint(i)}, time.Hour) {
			written++
		}
	}
	if written != linesInAll || len(l.by) != linesInAll+1 {
		t.Errorf("%d lines, %d networks are remembered", written, len(l.by))
	}
	if early := l.over(time.Hour+linesTime-1, false); early != nil {
		t.Errorf("told before the minute is over: %v", early)
	}
	left := l.over(time.Hour+linesTime, false)
	if len(left) != 1 || left[lineKey{message: "page", status: 404, cause: "not_found"}].left != 5000-linesInAll {
		t.Errorf("left out: %v", left)
	}
	if l.room(lineKey{message: "page"}, 2*time.Hour); len(l.over(2*time.Hour, true)) != 0 {
		t.Error("nothing was left out, and is told")
	}
}
