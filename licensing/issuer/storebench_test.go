package issuer

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// BenchmarkStore measures transactions of the size of one exchange: four records are read, three written, one of them an answer of 6 KB.
// plain is bbolt's own Update, one call each.
func BenchmarkStore(b *testing.B) {
	const size = 6 << 10
	value := make([]byte, size)
	for _, kind := range []string{"plain", "bbolt", "postgres"} {
		for _, callers := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", kind, callers), func(b *testing.B) {
				var change func(n int64) error
				if kind == "plain" {
					db, err := bbolt.Open(filepath.Join(b.TempDir(), "plain.db"), 0o600, &bbolt.Options{NoFreelistSync: true})
					if err != nil {
						b.Fatal(err)
					}
					defer func() { _ = db.Close() }()
					change = func(n int64) error { return db.Update(func(t *bbolt.Tx) error { return plainly(t, n, value) }) }
				} else {
					s := opened(b, places(b)[kind](b))
					defer func() { _ = s.Close() }()
					change = func(n int64) error {
						license, request := fmt.Sprint(n%1000), fmt.Sprint(n)
						ask := asked(need(bucketMeta, "who", "clock"), need(bucketLicenses, license), need(bucketAnswers, request))
						return s.For(b.Context(), ask, repeatable).Update(func(x tx) error {
							for _, k := range []recordKey{{bucketMeta, "who"}, {bucketMeta, "clock"}, {bucketLicenses, license}, {bucketAnswers, request}} {
								if _, err := x.Get(k.bucket, k.key); err != nil && !errors.Is(err, errNoRecord) {
									return err
								}
							}
							return errors.Join(x.Put(bucketMeta, "clock", value[:100]), x.Put(bucketLicenses, license, value[:2000]), x.Put(bucketAnswers, request, value))
						})
					}
				}
				run(b, callers, change)
			})
		}
	}
}

func plainly(t *bbolt.Tx, n int64, value []byte) error {
	r, err := t.CreateBucketIfNotExists([]byte("records"))
	if err != nil {
		return err
	}
	license, request := fmt.Append(nil, "license/", n%1000), fmt.Append(nil, "answer/", n)
	for _, key := range [][]byte{[]byte("who"), []byte("clock"), license, request} {
		_ = r.Get(key)
	}
	return errors.Join(r.Put([]byte("clock"), value[:100]), r.Put(license, value[:2000]), r.Put(request, value))
}

// run shares the work among callers and reports what half and 99 of 100 of them waited at most.
func run(b *testing.B, callers int, change func(n int64) error) {
	var next atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var wait sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wait.Go(func() {
			var own []time.Duration
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				begun := time.Now()
				if err := change(n); err != nil {
					b.Error(err)
					return
				}
				own = append(own, time.Since(begun))
			}
			mu.Lock()
			took = append(took, own...)
			mu.Unlock()
		})
	}
	wait.Wait()
	b.StopTimer()
	slices.Sort(took)
	if len(took) > 0 {
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "tx/s")
	}
}
