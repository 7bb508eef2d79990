package licensing

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
)

// BenchmarkRecordUsage records events with ids, durable one by one, from many goroutines and in batches.
func BenchmarkRecordUsage(b *testing.B) {
	for _, size := range []int{1, 100} {
		b.Run(fmt.Sprintf("together=%d", size), func(b *testing.B) {
			c, _ := meteringComputer(b)
			var n atomic.Int64
			b.SetParallelism(64)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					events := make([]UsageEvent, size)
					for i := range events {
						events[i] = UsageEvent{Product: "acmecad", Meter: "renders", Units: 1, ID: fmt.Sprint("e-", n.Add(1))}
					}
					if _, err := c.RecordUsage(context.Background(), events); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkSnapshotWhileMetering takes a snapshot after every hundred uses of a ledger with many epochs.
func BenchmarkSnapshotWhileMetering(b *testing.B) {
	c, _ := meteringComputer(b)
	events := make([]UsageEvent, 1000)
	for i := range events {
		events[i] = UsageEvent{Product: "acmecad", Meter: "renders", Units: 1}
	}
	for range 200 {
		if _, err := c.RecordUsage(context.Background(), events); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for range b.N {
		if _, err := c.RecordUsage(context.Background(), events[:100]); err != nil {
			b.Fatal(err)
		}
		c.Snapshot()
	}
}
