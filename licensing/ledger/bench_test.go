package ledger

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"holdfast/licensing/disk"
)

// benchEvent is as large as a usual journal record.
func benchEvent() Event {
	now := time.Date(2027, 3, 14, 15, 9, 26, 0, time.UTC)
	return Event{
		At: now, Wall: now, Kind: "import", Reason: "license_ends", Authority: "4f1c2a9be0d37786", License: "HF-2027-000042",
		Vendor: "9a0d2c4e8b716f35", Document: "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
		Data: json.RawMessage(`{"product":"acmecad","version":3,"until":"2027-11-01T23:59:59Z"}`),
	}
}

// rawFile is the limit that speeds are stated against: a file whose blocks are there already.
func rawFile(b *testing.B, size int) disk.File {
	b.Helper()
	f, err := disk.OS().OpenFile(filepath.Join(b.TempDir(), "raw"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = f.Close() })
	zeros := make([]byte, 1<<20)
	for off := 0; off < size; off += len(zeros) {
		if _, err := f.WriteAt(zeros, int64(off)); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	return f
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2])
}

// BenchmarkDurableRecord is scorecard P4: one durable journal record against a preallocated write with fdatasync, the two in turn.
func BenchmarkDurableRecord(b *testing.B) {
	const room = 64 << 20
	raw := rawFile(b, room)
	j, _, err := OpenJournal(b.TempDir(), [32]byte{1}, options4096())
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	e, data := benchEvent(), make([]byte, 480)
	var rawTimes, times []time.Duration
	off := int64(0)
	for b.Loop() {
		start := time.Now()
		if _, err := raw.WriteAt(data, off%(room-1024)); err != nil {
			b.Fatal(err)
		}
		if err := raw.Sync(); err != nil {
			b.Fatal(err)
		}
		off += int64(len(data))
		middle := time.Now()
		if _, err := j.Record(context.Background(), e); err != nil {
			b.Fatal(err)
		}
		rawTimes, times = append(rawTimes, middle.Sub(start)), append(times, time.Since(middle))
	}
	r, t := median(rawTimes), median(times)
	b.ReportMetric(r, "raw-ns")
	b.ReportMetric(t, "record-ns")
	b.ReportMetric(t/r, "ratio")
}

func options4096() Options {
	o := options()
	o.SegmentRecords = 0
	return o
}

// rawGroup is a group commit without anything else: one writer, callers that wait for its sync.
type rawGroup struct {
	f   disk.File
	off int64
	buf []byte
	in  chan rawCall
}

type rawCall struct {
	data []byte
	done chan error
}

func (g *rawGroup) run() {
	for first := range g.in {
		calls := []rawCall{first}
		g.buf = append(g.buf[:0], first.data...)
		for more := true; more; {
			select {
			case c := <-g.in:
				calls, g.buf = append(calls, c), append(g.buf, c.data...)
			default:
				more = false
			}
		}
		_, err := g.f.WriteAt(g.buf, g.off)
		if err == nil {
			err = g.f.Sync()
		}
		g.off += int64(len(g.buf))
		for _, c := range calls {
			c.done <- err
		}
	}
}

// BenchmarkManyRecorders is scorecard P5: 64 callers of Append against 64 callers of a raw group commit, in turn.
func BenchmarkManyRecorders(b *testing.B) {
	const callers, each = 64, 32
	f, err := disk.OS().OpenFile(filepath.Join(b.TempDir(), "raw"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	g := &rawGroup{f: f, in: make(chan rawCall, callers)}
	go g.run()
	defer close(g.in)
	l, _ := mustOpen(b, b.TempDir(), options4096())
	data := make([]byte, 64)
	round := func(record func() error) time.Duration {
		start := time.Now()
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for range each {
					if err := record(); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		return time.Since(start)
	}
	var rawTimes, times []time.Duration
	for b.Loop() {
		rawTimes = append(rawTimes, round(func() error {
			c := rawCall{data, make(chan error, 1)}
			g.in <- c
			return <-c.done
		}))
		times = append(times, round(func() error {
			_, err := l.Append(context.Background(), FirstType, data)
			return err
		}))
	}
	r, t := median(rawTimes), median(times)
	b.ReportMetric(callers*each/r*1e9, "raw-records/s")
	b.ReportMetric(callers*each/t*1e9, "records/s")
	b.ReportMetric(r/t, "ratio")
}

// BenchmarkReplay opens and replays a journal of 20,000 events; per event.
func BenchmarkReplay(b *testing.B) {
	const n = 20_000
	dir, o := b.TempDir(), options4096()
	fillJournal(b, dir, n)
	b.ReportAllocs()
	for b.Loop() {
		j, _, err := OpenJournal(dir, [32]byte{1}, o)
		if err != nil {
			b.Fatal(err)
		}
		got := 0
		if err := j.Replay(0, func(uint64, Event) error { got++; return nil }); err != nil || got != n {
			b.Fatalf("%d events: %v", got, err)
		}
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
}

// BenchmarkOpen opens a journal of 100,000 events, of which only the last segment is read whole.
func BenchmarkOpen(b *testing.B) {
	dir, o := b.TempDir(), options4096()
	fillJournal(b, dir, 100_000)
	for b.Loop() {
		j, _, err := OpenJournal(dir, [32]byte{1}, o)
		if err != nil {
			b.Fatal(err)
		}
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// fillJournal records n events with many callers, which is quick.
func fillJournal(b *testing.B, dir string, n int) {
	b.Helper()
	j, _, err := OpenJournal(dir, [32]byte{1}, options4096())
	if err != nil {
		b.Fatal(err)
	}
	const callers = 100
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range n / callers {
				if _, err := j.Record(context.Background(), benchEvent()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
}
