package service

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/time/rate"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// content answers everything with the same file.
func content(context.Context, []byte) ([]issuer.Answer, error) {
	return []issuer.Answer{{File: []byte("a file"), Name: "a.hflic"}}, nil
}

func TestABodyIsNotReadBeyondWhatAFileMayHave(t *testing.T) {
	s := newRunning(t, &counter{answer: content})
	var packed bytes.Buffer
	bomb, err := zstd.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 64 {
		if _, err := bomb.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := bomb.Close(); err != nil || packed.Len() > 100<<10 {
		t.Fatalf("%d bytes, %v", packed.Len(), err)
	}
	read := &counted{r: io.LimitReader(endless{}, 64<<20)}
	for name, c := range map[string]struct {
		body   io.Reader
		header []string
	}{
		"said beforehand": {bytes.NewReader(make([]byte, maxBody+1)), nil},
		"not said":        {read, nil},
		"unpacked":        {bytes.NewReader(packed.Bytes()), []string{"Content-Encoding", "zstd"}},
	} {
		t.Run(name, func(t *testing.T) {
			res, body := s.send(c.body, c.header...)
			p := problemIn(t, res, body)
			if res.StatusCode != 413 || p.Code != codeTooLarge {
				t.Errorf("%d %s", res.StatusCode, p.Code)
			}
			documented(t, http.MethodPost, exchangePath, p)
		})
	}
	if s.bodies.used.Load() != 0 {
		t.Errorf("%d bytes are held", s.bodies.used.Load())
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// A window that needs more memory than is given to one body is refused before it is made.
func TestAWideWindowIsRefused(t *testing.T) {
	s := newRunning(t, &counter{answer: content})
	var b bytes.Buffer
	wide, err := zstd.NewWriter(&b, zstd.WithWindowSize(64<<20), zstd.WithSingleSegment(false))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(wide, endless{}, 65<<20); err != nil {
		t.Fatal(err)
	}
	if err := wide.Close(); err != nil {
		t.Fatal(err)
	}
	if res, _ := s.post(b.Bytes(), "Content-Encoding", "zstd"); res.StatusCode != 400 && res.StatusCode != 413 {
		t.Errorf("%d", res.StatusCode)
	}
}

func TestASlowBodyHoldsNothing(t *testing.T) {
	s := newRunning(t, &counter{answer: content})
	s.pace = pace{30 * time.Millisecond, 1 << 20}
	from, to := io.Pipe()
	defer to.Close()
	go func() { _, _ = to.Write([]byte("x")) }() // one byte, and then nothing more
	res, body := s.send(from)
	p := problemIn(t, res, body)
	if res.StatusCode != 408 || p.Code != codeSlow || s.bodies.used.Load() != 0 {
		t.Errorf("%d %s, %d bytes held", res.StatusCode, p.Code, s.bodies.used.Load())
	}
	documented(t, http.MethodPost, exchangePath, p)
	if res, _ := s.post([]byte("x")); res.StatusCode == 408 {
		t.Error("the next one is cut too")
	}
}

func TestAllBodiesTogetherHaveARoom(t *testing.T) {
	v := newVendor(t, 1)
	s := newRunning(t, &counter{answer: content})
	s.bodies.most = 1000
	res, body := s.post(v.request(t, 1))
	if p := problemIn(t, res, body); res.StatusCode != 503 || p.Code != codeBusy || res.Header.Get("Retry-After") != "5" {
		t.Errorf("%d %s", res.StatusCode, p.Code)
	}
	if s.bodies.used.Load() != 0 {
		t.Errorf("%d bytes are held", s.bodies.used.Load())
	}
}

func TestAnAddressThatAsksTooOftenWaits(t *testing.T) {
	s := newRunning(t, &counter{answer: content}, func(o *Options) { o.Rate = 2 })
	for range 20 {
		if res, _ := s.post([]byte("x")); res.StatusCode == 429 {
			t.Fatal("refused within the burst")
		}
	}
	res, body := s.post([]byte("x"))
	p := problemIn(t, res, body)
	if res.StatusCode != 429 || p.Code != codeRate || res.Header.Get("Retry-After") != "1" {
		t.Errorf("%d %s %v", res.StatusCode, p.Code, res.Header)
	}
	documented(t, http.MethodPost, exchangePath, p)
	if res, _ := s.get("/healthz"); res.StatusCode != 200 {
		t.Errorf("a probe is refused: %d", res.StatusCode)
	}
	s.clock.pass(500 * time.Millisecond)
	if res, _ := s.post([]byte("x")); res.StatusCode == 429 {
		t.Error("still refused after the wait")
	}
}

func TestAComputerThatAsksTooOftenWaitsAndNobodyUsesUpItsShare(t *testing.T) {
	v := newVendor(t, 3)
	s := newRunning(t, v.Issuer, func(o *Options) { o.DeviceRate = 1 })
	mine := v.request(t, 1)
	forged := resigned(t, mine) // somebody else under this computer's name
	for range 30 {
		if res, body := s.post(forged); res.StatusCode != 400 {
			t.Fatalf("%d %s", res.StatusCode, body)
		}
	}
	for n := range burst {
		if res, body := s.post(mine); res.StatusCode != 200 {
			t.Fatalf("request %d: %d %s", n, res.StatusCode, body)
		}
	}
	res, body := s.post(mine)
	if p := problemIn(t, res, body); res.StatusCode != 429 || p.Code != codeRate || p.Trace != "trace-1" {
		t.Errorf("%d %+v", res.StatusCode, p)
	}
	if res, _ := s.post(v.request(t, 3)); res.StatusCode != 200 {
		t.Errorf("another computer: %d", res.StatusCode)
	}
	s.clock.pass(time.Second)
	if res, _ := s.post(mine); res.StatusCode != 200 {
		t.Errorf("after a second: %d", res.StatusCode)
	}
}

// resigned is a request with a signature that its key did not make.
func resigned(t *testing.T, file []byte) []byte {
	t.Helper()
	found, err := exchange.Read("request", file)
	if err != nil {
		t.Fatal(err)
	}
	e := found[0].Bundle.Envelopes[0]
	e.Signatures[0].Sig = base64.StdEncoding.EncodeToString(make([]byte, 64))
	b, err := exchange.Armor(exchange.KindRequest, "", e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMoreExchangesThanAllowedAreToldToComeAgain(t *testing.T) {
	v := newVendor(t, 1)
	in, out := make(chan struct{}), make(chan struct{})
	s := newRunning(t, &counter{answer: func(ctx context.Context, b []byte) ([]issuer.Answer, error) {
		in <- struct{}{}
		<-out
		return content(ctx, b)
	}}, func(o *Options) { o.Exchanges = 1 })
	file := v.request(t, 1)
	var first int
	var wg sync.WaitGroup
	wg.Go(func() {
		res, _ := s.post(file)
		first = res.StatusCode
	})
	<-in
	res, body := s.post(file)
	p := problemIn(t, res, body)
	if res.StatusCode != 503 || p.Code != codeBusy || res.Header.Get("Retry-After") != "5" {
		t.Errorf("%d %+v", res.StatusCode, p)
	}
	documented(t, http.MethodPost, exchangePath, p)
	close(out)
	wg.Wait()
	if first != 200 {
		t.Errorf("the first one: %d", first)
	}
}

func TestBucketsAreForgottenAndNeverMoreThanAllowed(t *testing.T) {
	b := newBuckets(1, 1)
	if _, ok := b.take("busy", 0); !ok {
		t.Fatal("the first one is refused")
	}
	for n := range 3 * keptBuckets {
		if n%1000 == 0 {
			if _, ok := b.take("busy", 0); ok {
				t.Fatalf("after %d others it is new again", n)
			}
		}
		b.take(fmt.Sprint(n), 0)
		if len(b.now)+len(b.old) > keptBuckets {
			t.Fatalf("%d buckets", len(b.now)+len(b.old))
		}
	}
	var none *buckets
	if _, ok := none.take("x", 0); !ok {
		t.Error("no limit refuses")
	}
}

func TestNobodyOwesMoreThanAFewSeconds(t *testing.T) {
	for _, limit := range []rate.Limit{.2, 1, 7} {
		b := newBuckets(limit, burst)
		for range 1000 {
			b.charge("a", time.Hour)
		}
		one := time.Duration(float64(time.Second) / float64(limit))
		wait, spent := b.spent("a", time.Hour)
		if !spent || wait < one || wait > debt*time.Second+one {
			t.Errorf("%v a second: %v, %v", limit, wait, spent)
		}
	}
}

func TestACustomerOfIPv6IsOneNetwork(t *testing.T) {
	a, b, c := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::ffff:2"), netip.MustParseAddr("2001:db8:0:1::1")
	if network(a) != network(b) || network(a) == network(c) || network(netip.MustParseAddr("192.0.2.1")) == network(netip.MustParseAddr("192.0.2.2")) {
		t.Error(network(a), network(b), network(c))
	}
}

func TestOnlyThisComputerIsLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:80": true, "127.9.9.9:80": true, "[::1]:80": true, "localhost:80": true, "[::ffff:127.0.0.1]:80": true,
		":80": false, "0.0.0.0:80": false, "[::]:80": false, "192.0.2.1:80": false, "localhost.example:80": false, "nonsense": false, "": false,
	} {
		if Loopback(address) != want {
			t.Errorf("%q is %v", address, !want)
		}
	}
}

func FuzzWhatIsNotVerifiedStaysHarmless(f *testing.F) {
	f.Add([]byte("-----BEGIN HOLDFAST"), "a, b;q=0", "zstd")
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 0, 0}, mediaType, "gzip;q=")
	f.Fuzz(func(t *testing.T, data []byte, accept, asked string) {
		seen, _ := look(data)
		for _, token := range []string{seen.trace, seen.key, seen.kind} {
			if len(token) > 64 || strings.ContainsAny(token, "\r\n\"\\ ") {
				t.Fatalf("%q", token)
			}
		}
		accepts([]string{accept}, asked)
		p := newPacker()
		d := p.unpack(bytes.NewReader(data))
		if n, _ := io.Copy(io.Discard, io.LimitReader(d, maxBody+2)); n > maxBody+1 {
			t.Fatalf("%d bytes out of %d", n, len(data))
		}
		p.done(d)
	})
}
