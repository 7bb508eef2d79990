package usage

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"holdfast/licensing/disk"
	"holdfast/licensing/ledger"
)

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

func benchBook(b *testing.B, dir string) *Book {
	b.Helper()
	o := bookOptions(disk.OS())
	o.EpochRecords = 0
	book, _, err := OpenBook(dir, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = book.Close() })
	return book
}

// benchUse is what a program reports: an event with an id, four meters in turn.
func benchUse(n int) Event {
	return Event{
		Product: "acmecad", Meter: [...]string{"render", "export", "import", "simulate"}[n%4], Kind: Counter, Units: int64(n%100 + 1),
		At: bookStart.Add(time.Duration(n%80_000) * time.Second), ID: "job-" + strconv.Itoa(n),
	}
}

// BenchmarkDurableUse is scorecard P4: one durable record on an idle computer against a preallocated write with fdatasync, in turn.
func BenchmarkDurableUse(b *testing.B) {
	const room = 64 << 20
	raw, data := rawFile(b, room), make([]byte, 48)
	book := benchBook(b, filepath.Join(b.TempDir(), bookID))
	var rawTimes, times []time.Duration
	off, n := int64(0), 0
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
		mustRecord(b, book, benchUse(n))
		rawTimes, times = append(rawTimes, middle.Sub(start)), append(times, time.Since(middle))
		n++
	}
	r, t := benchMedian(rawTimes), benchMedian(times)
	b.ReportMetric(r, "raw-ns")
	b.ReportMetric(t, "record-ns")
	b.ReportMetric(t/r, "ratio")
}

func benchMedian(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2])
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

// BenchmarkManyUses is scorecard P5: 64 callers of Record against 64 callers of a raw group commit, in turn.
func BenchmarkManyUses(b *testing.B) {
	const callers, each = 64, 32
	g := &rawGroup{f: rawFile(b, 64<<20), in: make(chan rawCall, callers)}
	go g.run()
	defer close(g.in)
	book := benchBook(b, filepath.Join(b.TempDir(), bookID))
	round := func(record func(n int) error) time.Duration {
		start := time.Now()
		var wg sync.WaitGroup
		for c := range callers {
			wg.Go(func() {
				for n := range each {
					if err := record(c*each + n); err != nil {
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
	data, turn := make([]byte, 48), 0
	for b.Loop() {
		g.off %= 32 << 20
		rawTimes = append(rawTimes, round(func(int) error {
			c := rawCall{data, make(chan error, 1)}
			g.in <- c
			return <-c.done
		}))
		times = append(times, round(func(n int) error {
			_, err := book.Record(context.Background(), []Event{benchUse(turn*callers*each + n)})
			return err
		}))
		turn++
	}
	r, t := benchMedian(rawTimes), benchMedian(times)
	b.ReportMetric(callers*each/r*1e9, "raw-records/s")
	b.ReportMetric(callers*each/t*1e9, "records/s")
	b.ReportMetric(r/t, "ratio")
}

// BenchmarkSealAndChain is scorecard P6: the processor time of one record, sealed and chained, without the disk. What counts is
// the median of many short stretches, which other programs of the computer disturb little.
func BenchmarkSealAndChain(b *testing.B) {
	const stretch = 200
	s := must(deriveSession(Key{1}, bookID, make([]byte, saltSize)))
	var head ledger.Head
	var text, body []byte
	var times []time.Duration
	seq := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		for range stretch {
			seq++
			text = usePlain{Name: seq % 4, Units: seq % 100, Slot: int64(seq % 3)}.encode(text[:0])
			body = s.sealEntry(body[:0], TypeRecord, seq, head, text)
			head = ledger.NextHead(head, seq, body)
		}
		times = append(times, time.Since(start))
	}
	b.ReportMetric(benchMedian(times)/stretch, "ns/record")
}

// fillBook records n events in steps of 1,000 and returns how long it took.
func fillBook(b *testing.B, dir string, n int) time.Duration {
	b.Helper()
	book := benchBook(b, dir)
	start := time.Now()
	batch := make([]Event, 0, 1000)
	for i := 0; i < n; {
		for batch = batch[:0]; len(batch) < cap(batch) && i < n; i++ {
			batch = append(batch, benchUse(i))
		}
		mustRecord(b, book, batch...)
	}
	took := time.Since(start)
	if err := book.CloseEpoch(context.Background()); err != nil {
		b.Fatal(err)
	}
	if err := book.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}

func sizeOf(b *testing.B, dir string) (size int64) {
	b.Helper()
	for _, e := range must(os.ReadDir(dir)) {
		size += must(e.Info()).Size()
	}
	return size
}

// benchSizes are 10^4 to 10^6 events; HOLDFAST_BENCH_EVENTS names the largest.
func benchSizes() []int {
	most, err := strconv.Atoi(os.Getenv("HOLDFAST_BENCH_EVENTS"))
	if err != nil {
		most = 1_000_000
	}
	var all []int
	for n := 10_000; n <= most; n *= 10 {
		all = append(all, n)
	}
	return all
}

// BenchmarkGrowth is scorecard P7, P8 and P12: bytes on disk and time to record, verify and open, from 10^4 events on.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range benchSizes() {
		b.Run(fmt.Sprintf("events=%d", n), func(b *testing.B) {
			for b.Loop() {
				dir := filepath.Join(b.TempDir(), bookID)
				took := fillBook(b, dir, n)
				b.ReportMetric(float64(took.Nanoseconds())/float64(n), "record-ns/event")
				b.ReportMetric(float64(sizeOf(b, dir))/float64(n), "bytes/event")
				o := bookOptions(disk.OS())
				runtime.GC()
				start, cpu := time.Now(), cpuTime()
				rep, err := VerifyBook(dir, o)
				if err != nil || !rep.OK() || rep.Entries < uint64(n) || rep.Signed != rep.Closes {
					b.Fatalf("%+v, %v", rep, err)
				}
				b.ReportMetric(time.Since(start).Seconds()*1e3, "verify-ms")
				b.ReportMetric(float64((cpuTime() - cpu).Milliseconds()), "verify-cpu-ms")
				start = time.Now()
				book, _, err := OpenBook(dir, o)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(start).Seconds()*1e3, "open-ms")
				start, cpu = time.Now(), cpuTime()
				if _, ok, err := look(book, benchUse(n-1)); err != nil || !ok {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(start).Seconds()*1e3, "first-id-ms")
				b.ReportMetric(float64((cpuTime() - cpu).Milliseconds()), "first-id-cpu-ms")
				start = time.Now()
				if sums, err := book.Sums(time.Time{}, time.Time{}); err != nil || len(sums) == 0 {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(start).Seconds()*1e3, "sums-ms")
				if err := book.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// nest is the published design for comparison: each event is put into a box together with the box so far, and the box is
// written anew. It is what a customer's file holds in that design.
func nest(aead interface {
	Seal(dst, nonce, plain, with []byte) []byte
}, box, event []byte, n uint64,
) []byte {
	var nonce [chacha20poly1305.NonceSize]byte
	binary.BigEndian.PutUint64(nonce[4:], n)
	sum := sha256.Sum256(box)
	inner := append(append(append([]byte(nil), event...), sum[:]...), box...)
	return aead.Seal(nil, nonce[:], inner, nil)
}

// BenchmarkNestedBox compares the published design (a nested box, quadratic) with ours, without the disk in both.
func BenchmarkNestedBox(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprintf("events=%d", n), func(b *testing.B) {
			aead := must(chacha20poly1305.New(make([]byte, 32)))
			event := make([]byte, 64)
			var nested, ours time.Duration
			size := 0
			for b.Loop() {
				start := time.Now()
				var box []byte
				for i := range n {
					box = nest(aead, box, event, uint64(i))
				}
				nested, size = nested+time.Since(start), len(box)
				start = time.Now()
				s := must(deriveSession(Key{1}, bookID, make([]byte, saltSize)))
				var head ledger.Head
				var body []byte
				for i := range uint64(n) {
					body = s.sealEntry(body[:0], TypeRecord, i+1, head, usePlain{Units: 1}.encode(nil))
					head = ledger.NextHead(head, i+1, body)
				}
				ours += time.Since(start)
			}
			b.ReportMetric(float64(nested.Nanoseconds())/float64(b.N*n), "nested-ns/event")
			b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N*n), "ours-ns/event")
			b.ReportMetric(float64(size)/float64(n), "nested-bytes/event")
			b.ReportMetric(float64(nested)/float64(ours), "times")
		})
	}
}
