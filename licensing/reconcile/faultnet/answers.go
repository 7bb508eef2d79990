package faultnet

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// Portal answers everything with a sign-in page, as a captive portal does.
func Portal() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!DOCTYPE html><html><title>Welcome to our network</title><form>…</form></html>")
	})
}

// Redirect sends everybody to another address.
func Redirect(status int, to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	})
}

// Status answers with a problem. retryAfter may be "".
func Status(status int, code, retryAfter string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"type":"about:blank","status":`+strconv.Itoa(status)+`,"code":"`+code+`"}`)
	})
}

// Changed lets a service answer and changes the body.
func Changed(h http.Handler, change func(body []byte) []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := record(h, r)
		give(w, a, change(a.Body.Bytes()))
	})
}

// Flip turns one bit in the middle.
func Flip(body []byte) []byte {
	body = bytes.Clone(body)
	if n := len(body); n > 0 {
		body[n/2] ^= 4
	}
	return body
}

// Truncate leaves out the last third.
func Truncate(body []byte) []byte { return body[:len(body)-len(body)/3] }

// Replay gives the first answer of a service to every later request.
func Replay(h http.Handler) http.Handler {
	var once sync.Once
	var first *httptest.ResponseRecorder
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { first = record(h, r) })
		give(w, first, first.Body.Bytes())
	})
}

// Killed lets a service do all its work and ends the connection instead of answering, the first n times.
func Killed(h http.Handler, n int) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n--
		kill := n >= 0
		mu.Unlock()
		a := record(h, r)
		if kill {
			panic(http.ErrAbortHandler)
		}
		give(w, a, a.Body.Bytes())
	})
}

// Twice delivers every request twice and gives the second answer.
func Twice(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var a *httptest.ResponseRecorder
		for range 2 {
			r.Body = io.NopCloser(bytes.NewReader(body))
			a = record(h, r)
		}
		give(w, a, a.Body.Bytes())
	})
}

func record(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	a := httptest.NewRecorder()
	h.ServeHTTP(a, r)
	return a
}

func give(w http.ResponseWriter, a *httptest.ResponseRecorder, body []byte) {
	maps.Copy(w.Header(), a.Header())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.Code)
	_, _ = w.Write(body)
}

func announce(w http.ResponseWriter, a *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), a.Header())
	w.Header().Set("Content-Length", strconv.Itoa(a.Body.Len()))
	w.WriteHeader(a.Code)
}

// As gives the answers of a service another status.
func As(h http.Handler, status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := record(h, r)
		a.Code = status
		give(w, a, a.Body.Bytes())
	})
}

// Breaking ends the connection after n bytes of an answer that was announced in full.
func Breaking(h http.Handler, n int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := record(h, r)
		announce(w, a)
		_, _ = w.Write(a.Body.Bytes()[:min(n, a.Body.Len())])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
}

// Trickling gives an answer at so many bytes a second, one at a time.
func Trickling(h http.Handler, rate int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := record(h, r)
		announce(w, a)
		t := time.NewTicker(time.Second / time.Duration(rate))
		defer t.Stop()
		for _, b := range a.Body.Bytes() {
			if _, err := w.Write([]byte{b}); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
			select {
			case <-t.C:
			case <-r.Context().Done():
				return
			}
		}
	})
}
