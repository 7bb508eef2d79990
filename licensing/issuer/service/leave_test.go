package service

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"holdfast/licensing/issuer"
)

// gate notes whom a listener let in, and when it was closed.
type gate struct {
	*net.TCPListener
	in     sync.Map // addresses of callers
	closed atomic.Pointer[time.Time]
}

func (g *gate) Accept() (net.Conn, error) {
	c, err := g.TCPListener.Accept()
	if err == nil {
		g.in.Store(c.RemoteAddr().String(), true)
	}
	return c, err
}

func (g *gate) Close() error {
	now := time.Now()
	g.closed.CompareAndSwap(nil, &now)
	return g.TCPListener.Close()
}

// TestAStopUnderLoadResetsNoRequest stops a service again and again while eight clients send one request after the other, each on a
// connection that it keeps, and writes the next one the moment that it has the answer.
func TestAStopUnderLoadResetsNoRequest(t *testing.T) {
	v := newVendor(t, 1)
	file := v.request(t, 1)
	request := append(fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", exchangePath, mediaType, len(file)), file...)
	stops := 12
	if testing.Short() {
		stops = 3
	}
	var answered, last atomic.Int64
	for range stops {
		s, err := New(&counter{answer: func(context.Context, []byte) ([]issuer.Answer, error) {
			return []issuer.Answer{{File: []byte("a file"), Name: "a.hflic"}}, nil
		}}, Options{Clock: newHands()})
		if err != nil {
			t.Fatal(err)
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		g := &gate{TCPListener: ln.(*net.TCPListener)}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx, g, nil, nil) }()
		var clients sync.WaitGroup
		var busy atomic.Int64
		for range 8 {
			clients.Go(func() {
				for {
					conn, err := net.Dial("tcp", ln.Addr().String())
					if err != nil {
						return // refused: it is closed
					}
					from := bufio.NewReader(conn)
					for {
						_, err := conn.Write(request)
						wrote := time.Now()
						var res *http.Response
						if err == nil {
							res, err = http.ReadResponse(from, nil)
						}
						if err == nil {
							_, err = io.Copy(io.Discard, res.Body)
						}
						if err != nil {
							_, in := g.in.Load(conn.LocalAddr().String())
							if end := g.closed.Load(); in || end == nil || end.Sub(wrote) > 100*time.Millisecond {
								t.Errorf("a request ended with %v; it was let in: %v", err, in)
							}
							break
						}
						busy.Add(1)
						if res.StatusCode == http.StatusOK {
							answered.Add(1)
						} else if res.StatusCode != http.StatusServiceUnavailable {
							t.Errorf("%d", res.StatusCode)
						}
						if res.Close {
							last.Add(1)
							break
						}
					}
					_ = conn.Close()
				}
			})
		}
		for busy.Load() < 100 { // under load
			if len(ended) > 0 {
				t.Fatal(<-ended)
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		clients.Wait()
	}
	if answered.Load() < int64(stops)*50 || last.Load() == 0 {
		t.Errorf("%d answers, %d connections that were told to end", answered.Load(), last.Load())
	}
}

// TestWhoStandsBeforeTheDoorIsLetIn stops a service before it accepted anybody.
func TestWhoStandsBeforeTheDoorIsLetIn(t *testing.T) {
	s, err := New(&counter{}, Options{Clock: newHands()})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var waiting []net.Conn
	for range 20 {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err == nil {
			_, err = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, c)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Serve(ctx, ln, nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range waiting {
		b, err := io.ReadAll(c)
		if err != nil || !bytes.HasPrefix(b, []byte("HTTP/1.1 200 ")) || !bytes.Contains(b, []byte("Connection: close")) {
			t.Errorf("%q, %v", b, err)
		}
		_ = c.Close()
	}
}

// failing fails the first time, as when no more files may be open, and then has a caller as soon as the time is over.
type failing struct {
	failed bool
	over   chan struct{}
	caller net.Conn
	net.Listener
}

func (f *failing) SetDeadline(time.Time) error {
	close(f.over)
	return nil
}

func (f *failing) Close() error { return nil }

func (f *failing) Accept() (net.Conn, error) {
	if !f.failed {
		f.failed = true
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	if c := f.caller; c != nil {
		f.caller = nil
		return c, nil
	}
	<-f.over
	return nil, &net.OpError{Op: "accept", Err: os.ErrDeadlineExceeded}
}

// TestAFailureThatPassesDoesNotCloseTheDoor fails an Accept; a stop afterwards still waits for whoever comes.
func TestAFailureThatPassesDoesNotCloseTheDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		caller, other := net.Pipe()
		defer other.Close()
		d := &door{Listener: &failing{over: make(chan struct{}), caller: caller}, closed: make(chan struct{})}
		if _, err := d.Accept(); !errors.Is(err, syscall.EMFILE) {
			t.Fatal(err)
		}
		began := time.Now()
		ended := make(chan time.Duration, 1)
		go func() {
			d.close(lingerTime)
			ended <- time.Since(began)
		}()
		synctest.Wait()
		if len(ended) != 0 {
			t.Fatal("it is closed at once: who stands before it is reset")
		}
		if c, err := d.Accept(); c != caller || err != nil {
			t.Errorf("%v, %v", c, err)
		}
		if _, err := d.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		if took := <-ended; took != lingerTime {
			t.Errorf("closed after %v", took)
		}
	})
}
