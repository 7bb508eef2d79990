package reconcile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
)

// MediaType is the type of a Holdfast file over HTTP.
const MediaType = "application/vnd.holdfast"

// Limits of an answer, and of what a problem may take.
const (
	maxAnswer   = 16 << 20
	maxUnpacked = 64 << 20
	maxWindow   = 8 << 20
	maxProblem  = 64 << 10
)

// pack writes a file as it travels: compact, and compressed when that is shorter, which it is not for what is sealed.
func pack(file []byte) (body []byte, compressed bool, err error) {
	body, err = exchange.Pack(file)
	if err != nil {
		return nil, false, err
	}
	z, err := packer()
	if err != nil {
		return nil, false, err
	}
	if short := z.EncodeAll(body, nil); len(short) < len(body) {
		return short, true, nil
	}
	return body, false, nil
}

var (
	packer = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
	})
	unpacker = sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(maxUnpacked), zstd.WithDecoderMaxWindow(maxWindow))
	})
)

// unpack undoes the Content-Encoding of an answer.
func unpack(encoding string, body []byte) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "", "identity":
		return body, nil
	case "zstd":
		z, err := unpacker()
		if err != nil {
			return nil, err
		}
		return z.DecodeAll(body, nil)
	}
	return nil, errors.New("an encoding that was not asked for")
}

// left is the time until end, as far as a contact goes.
func left(end time.Time) time.Duration {
	return min(max(end.Sub(clock.System().Read().Wall), 0), Budget)
}

// send makes one exchange with one address.
func (l *line) send(ctx context.Context, u *url.URL, c Call, body []byte, compressed bool) Carried {
	got := Carried{Host: hostPort(u)}
	m := newMeter(l.h.o.Slow)
	traced := context.WithValue(httptrace.WithClientTrace(ctx, m.trace()), meterKey{}, m)
	r, err := http.NewRequestWithContext(traced, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		got.Cause, got.Err = CauseNotService, errors.New("no address of a service")
		return got
	}
	r.Header.Set("Content-Type", MediaType)
	r.Header.Set("Accept", MediaType)
	r.Header.Set("Accept-Encoding", "zstd")
	r.Header.Set("User-Agent", "holdfast/"+l.h.o.Version)
	if compressed {
		r.Header.Set("Content-Encoding", "zstd")
	}
	if c.Trace != "" {
		r.Header.Set("Holdfast-Trace", c.Trace)
	}
	// Present without a value it is not sent, and lets a connection that the service closed in between be made again: the same
	// request gets the same answer.
	r.Header["Idempotency-Key"] = nil
	a, err := l.client.Do(r)
	if err == nil {
		defer a.Body.Close()
		got.Status, got.Trace = a.StatusCode, bounded64(a.Header.Get("Holdfast-Trace"))
		got.Again = a.Header.Get("Holdfast-Again") == "1"
		got.RetryAfter = retryAfter(a.Header)
		err = got.read(a, u)
		if got.Came > 0 {
			m.moved(got.Came)
		}
	}
	if m.written() || got.Status != 0 { // an answer may be faster than the word that all was written
		got.Sent = int64(len(body))
		m.moved(got.Sent)
	}
	if err != nil {
		got.Answer, got.Err = nil, plainError(err)
		got.Cause, got.Detail = l.h.cause(ctx, err, m)
		got.Detail.System = got.Cause == CauseProxyAway && l.system
	}
	got.Class = m.class(got.Cause)
	return got
}

// read reads the answer and says what it is. An error is one of the connection.
func (got *Carried) read(a *http.Response, u *url.URL) error {
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	ours, most := kind == MediaType, int64(maxProblem)
	if ours {
		most = maxAnswer
	}
	body, err := io.ReadAll(io.LimitReader(a.Body, most+1))
	got.Came = int64(len(body))
	if got.Cause = answered(a, u, kind, body); err != nil && (ours || got.Cause == "") {
		return err
	}
	if !ours {
		got.Code = problemCode(kind, body)
		if got.Cause != "" {
			got.Err = fmt.Errorf("status %d, %s", a.StatusCode, strconv.Quote(bounded64(kind)))
		}
		return nil
	}
	if got.Cause != "" && got.Cause != CauseOutage {
		return nil
	}
	if got.Came > maxAnswer {
		err = errors.New("too long an answer")
	} else {
		got.Answer, err = unpack(a.Header.Get("Content-Encoding"), body)
	}
	if err == nil && len(got.Answer) == 0 {
		err = errors.New("an empty answer")
	}
	if err != nil {
		got.Cause, got.Answer, got.Err = CauseAnswer, nil, err
	}
	return nil
}

// answered says what a status and the kind of its body mean.
func answered(a *http.Response, asked *url.URL, kind string, body []byte) Cause {
	ours, html := kind == MediaType, kind == "text/html" || looksHTML(body)
	switch s := a.StatusCode; {
	case s == http.StatusOK && ours:
		return ""
	case s == http.StatusServiceUnavailable && ours:
		return CauseOutage
	case s == http.StatusAccepted:
		return CauseWaiting
	case s == http.StatusNetworkAuthenticationRequired:
		return CauseCaptive
	case s >= 300 && s < 400:
		// Over TLS the certificate proved the vendor's own host: what that one sends elsewhere on itself is no sign-in page.
		to, err := a.Location()
		if html && asked.Scheme != "https" || err == nil && to.Hostname() != asked.Hostname() {
			return CauseCaptive
		}
		return CauseNotService
	case s == http.StatusOK && html:
		return CauseCaptive
	case s == http.StatusProxyAuthRequired:
		return CauseProxy
	case s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable:
		return CauseBusy
	case s == http.StatusRequestTimeout || s >= 500:
		return CauseServer
	}
	return CauseNotService
}

func looksHTML(body []byte) bool {
	head := strings.ToLower(string(bytes.TrimSpace(body[:min(len(body), 512)])))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}

// problemCode is the stable code of an RFC 9457 problem; "" when there is none, or none that a code looks like.
func problemCode(kind string, body []byte) string {
	var p struct{ Code string }
	if kind != "application/problem+json" && kind != "application/json" || json.Unmarshal(body, &p) != nil || len(p.Code) > 64 {
		return ""
	}
	for _, r := range p.Code {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return ""
		}
	}
	return p.Code
}

// retryAfter reads Retry-After: seconds, or a date, which is compared with the service's own clock.
func retryAfter(h http.Header) time.Duration {
	s := strings.TrimSpace(h.Get("Retry-After"))
	if s == "" {
		return 0
	}
	if n, err := strconv.ParseUint(s, 10, 63); err == nil {
		return time.Duration(min(n, uint64(LongestRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = clock.System().Read().Wall
	}
	return min(max(at.Sub(now), 0), LongestRetryAfter)
}

func bounded64(s string) string { return s[:min(len(s), 64)] }

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return u.Hostname() + map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
}
