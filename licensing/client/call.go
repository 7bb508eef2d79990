package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"holdfast/licensing/client/endpoint"
)

const (
	firstPause   = 5 * time.Millisecond
	longestPause = 250 * time.Millisecond
	idleTime     = time.Minute // shorter than the endpoint's, so that it rarely closes first
)

func (c *Client) transport() *http.Transport {
	return &http.Transport{
		Proxy:               nil,
		DisableCompression:  true,
		MaxIdleConnsPerHost: 4,
		IdleConnTimeout:     idleTime,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			address := endpoint.Read(c.o.Home) // each time: the next owner listens elsewhere
			if address == "" {
				return nil, endpoint.ErrNobody
			}
			return endpoint.Dial(ctx, address)
		},
	}
}

// call sends one request until it is answered: while nobody answers, or the endpoint is busy, it tries again for as long as
// patience and ctx allow. All requests may be sent twice.
func (c *Client) call(ctx context.Context, method, path string, body []byte, patience time.Duration) ([]byte, error) {
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var last error
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		answer, err := c.once(within, method, path, body)
		if err == nil {
			c.away.Store(false)
			return answer, nil
		}
		var r *Refused
		switch {
		case errors.As(err, &r):
			if r.Status != http.StatusTooManyRequests && r.Status != http.StatusServiceUnavailable {
				return nil, err
			}
			last = err
		case last == nil || within.Err() == nil: // the end of patience says less than what came before
			last = fmt.Errorf("%w: %w", ErrNoHoldfast, err)
			c.start.maybe(c.ran())
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-within.Done():
			timer.Stop()
		}
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("%w: %w", last, ctx.Err())
		case within.Err() != nil:
			c.away.Store(true)
			return nil, last
		}
	}
}

// once sends a request once.
func (c *Client) once(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+endpoint.Host+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, endpoint.MaxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(answer) > endpoint.MaxAnswer:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrAnswer, endpoint.MaxAnswer)
	case res.StatusCode == http.StatusOK:
		return answer, nil
	}
	var e endpoint.ErrorAnswer
	if json.Unmarshal(answer, &e) != nil || e.Error.Code == "" {
		e.Error = endpoint.Error{Code: "unexpected", Text: res.Status}
	}
	return nil, &Refused{Status: res.StatusCode, Code: e.Error.Code, Text: e.Error.Text}
}
