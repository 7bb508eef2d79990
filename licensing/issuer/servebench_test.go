package issuer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/issuer/pgtest"
	"holdfast/licensing/issuer/service"
)

// BenchmarkServe measures P10 as computers see it: over HTTP on loopback, eight at once on kept connections, packed and compressed both
// ways, for both stores at 1,000 and at 100,000 licenses.
func BenchmarkServe(b *testing.B) {
	for _, store := range []string{"bbolt", "postgres"} {
		for _, n := range []int{1000, 100_000} {
			var c *crowd
			for _, kind := range []string{"brief", "full", "usage", "mixed"} {
				b.Run(fmt.Sprintf("%s/licenses=%d/%s", store, n, kind), func(sub *testing.B) {
					if c == nil { // only for what is really run
						c = newCrowd(b, n, func(o *issuer.Options) {
							if store == "postgres" {
								o.Database = pgtest.Start(b)
							}
						})
					}
					c.overHTTP(sub, kind)
				})
			}
		}
	}
}

// overHTTP sends files to a service from eight clients.
func (c *crowd) overHTTP(b *testing.B, kind string) {
	files := c.files(b, kind, b.N)
	packer, err := zstd.NewWriter(nil)
	if err != nil {
		b.Fatal(err)
	}
	for i, f := range files {
		packed, err := exchange.Pack(f)
		if err != nil {
			b.Fatal(err)
		}
		files[i] = packer.EncodeAll(packed, nil)
	}
	s, err := service.New(c.Issuer, service.Options{Clock: clock.System()})
	if err != nil {
		b.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, ln, nil, nil) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchClients}}
	took := make([]time.Duration, b.N)
	var next, size atomic.Int64
	var wg sync.WaitGroup
	busy := processorTime()
	b.ResetTimer()
	for range benchClients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				start := time.Now()
				n, err := postTo(client, "http://"+ln.Addr().String()+"/v1/exchange", files[i])
				took[i] = time.Since(start)
				size.Add(n)
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	busy = processorTime() - busy
	client.CloseIdleConnections()
	stop()
	if err := <-ended; err != nil {
		b.Error(err)
	}
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "exchanges/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(busy.Microseconds())/1000/float64(b.N), "cpu-ms/op") // of the clients too
	b.ReportMetric(float64(size.Load())/float64(b.N), "answer-bytes")
}

func postTo(client *http.Client, url string, body []byte) (int64, error) {
	q, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	for name, value := range map[string]string{
		"Content-Type": "application/vnd.holdfast", "Content-Encoding": "zstd", "Accept": "application/vnd.holdfast", "Accept-Encoding": "zstd",
	} {
		q.Header.Set(name, value)
	}
	res, err := client.Do(q)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || res.Header.Get("Holdfast-Again") != "") {
		err = fmt.Errorf("status %d, again %q", res.StatusCode, res.Header.Get("Holdfast-Again"))
	}
	return n, err
}
