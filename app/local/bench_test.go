//go:build linux

package local

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
)

// P2: a check over a kept connection costs at most twice what net/http costs over a unix socket. Both are measured in turns, so
// that whatever else the computer does counts for both.
func TestACheckCostsAtMostTwiceWhatHTTPCosts(t *testing.T) {
	if raceEnabled {
		t.Skip("measures time")
	}
	_, socket, _ := servePrograms(t, &fakePrograms{})
	plain := plainHTTP(t)
	body, err := json.Marshal(endpoint.CheckRequest{Schema: 1, Product: "acmecad"})
	if err != nil {
		t.Fatal(err)
	}
	kept := func(socket string) *http.Client {
		return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return endpoint.Dial(ctx, socket) }}}
	}
	ours, theirs := kept(socket), kept(plain)
	once := func(c *http.Client) time.Duration {
		began := time.Now()
		res, err := c.Post("http://holdfast/v1/check", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Fatal(res.Status)
		}
		return time.Since(began)
	}
	var check, base []time.Duration
	for range 3000 {
		check, base = append(check, once(ours)), append(base, once(theirs))
	}
	slices.Sort(check)
	slices.Sort(base)
	at := func(all []time.Duration, percent int) time.Duration { return all[len(all)*percent/100] }
	t.Logf("p50 %v, net/http %v (%.2f ×); p99 %v, net/http %v (%.2f ×)", at(check, 50), at(base, 50), float64(at(check, 50))/float64(at(base, 50)),
		at(check, 99), at(base, 99), float64(at(check, 99))/float64(at(base, 99)))
	if at(check, 50) > 2*at(base, 50) {
		t.Errorf("p50 %v, limit %v", at(check, 50), 2*at(base, 50))
	}
	if at(check, 99) > 5*at(base, 99) {
		t.Errorf("p99 %v, limit %v", at(check, 99), 5*at(base, 99))
	}
}

// plainHTTP is net/http over a unix socket that reads the same body and answers as many bytes.
func plainHTTP(t *testing.T) (socket string) {
	t.Helper()
	_, dir := testHome(t)
	ln, err := net.Listen("unix", filepath.Join(dir, "plain.sock"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := (&fakePrograms{}).Check(t.Context(), endpoint.CheckRequest{Product: "acmecad"})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := encode(a)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	})}
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { s.Close() })
	return ln.Addr().String()
}
