package usage

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
)

const million = 1_000_000

// large is a ledger of 1,000,000 events with full epochs, as a busy computer makes it in a month: two meters, coarse times.
var large = sync.OnceValues(func() ([]RawEpoch, error) {
	dir, err := os.MkdirTemp("", "usage")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	o := sealOptions(failing{})
	o.FS, o.EpochRecords = disk.OS(), 0
	now := bookStart
	o.Session = func() Session {
		return Session{Boot: "b1", At: now, Wall: now, Running: now.Sub(bookStart), Program: "1.0.0", Grain: 3600}
	}
	b, _, err := OpenBook(dir+"/book", o)
	if err != nil {
		return nil, err
	}
	events, random := make([]Event, 125), rand.New(rand.NewPCG(5, 2026))
	for n := 0; n < million; n += len(events) {
		for i := range events {
			e := use(n + i)
			e.ID, e.Units, e.At = "", random.Int64N(100)+1, bookStart.Add(time.Duration(n+i)*2500*time.Millisecond)
			events[i] = e
		}
		now = events[0].At
		if _, err := b.Record(bg, events); err != nil {
			return nil, err
		}
	}
	if err := b.CloseEpoch(bg); err != nil {
		return nil, err
	}
	return b.Epochs(1)
})

type failing struct{}

func (failing) Helper()                   {}
func (failing) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }

func largeContent(b *testing.B) []byte {
	b.Helper()
	epochs, err := large()
	if err != nil {
		b.Fatal(err)
	}
	built, err := BuildContent(bookID, epochs)
	if err != nil || built.Remains > 0 {
		b.Fatal(err, built.Remains)
	}
	return built.Content
}

// Scorecard P7 (exported bytes per event) and P9 (export of 1,000,000).
func BenchmarkExportMillion(b *testing.B) {
	epochs, err := large()
	if err != nil {
		b.Fatal(err)
	}
	var file []byte
	for b.Loop() {
		content, err := BuildContent(bookID, epochs)
		if err != nil {
			b.Fatal(err)
		}
		s := seal(b, content.Content, face("u-1"))
		if file, err = exchange.WriteUsage("This is a usage file.", s.sealed, s.env); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(file))/million, "bytes/event")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/export")
}

// Scorecard P8: open, rebuild and verify at the vendor, on one core.
func BenchmarkOpenMillion(b *testing.B) {
	s := seal(b, largeContent(b), face("u-1"))
	var raw time.Duration
	for b.Loop() {
		start := b.Elapsed()
		sealAndChain(b)
		raw += b.Elapsed() - start
		o := s.open(b)
		if _, c := Reckon(Standing{}, o); c.Events != million || len(c.Findings) > 0 {
			b.Fatal(c.Events, c.Findings)
		}
	}
	b.ReportMetric((b.Elapsed()-raw).Seconds()/float64(b.N), "s/open")
	b.ReportMetric(float64(b.Elapsed()-raw)/float64(raw), "ratio-to-seal-and-chain")
}

// sealAndChain is the least that proving 1,000,000 entries costs: each is sealed once, and steps the chain.
func sealAndChain(b *testing.B) {
	b.Helper()
	s, err := deriveSession(Key{}, bookID, make([]byte, saltSize))
	if err != nil {
		b.Fatal(err)
	}
	var head ledger.Head
	var buf []byte
	plain := usePlain{Units: 50, Slot: 2}.encode(nil)
	for seq := range uint64(million) {
		buf = s.sealEntry(buf[:0], TypeRecord, seq, head, plain)
		head = ledger.NextHead(head, seq, buf)
	}
}

// Scorecard P9: the vendor takes a file in with every row.
func BenchmarkIngestMillion(b *testing.B) {
	s := seal(b, largeContent(b), face("u-1"))
	for b.Loop() {
		o := s.open(b)
		Reckon(Standing{}, o)
		rows := 0
		if err := o.Rows(func(r Row) error {
			if r.Use != nil {
				rows++
			}
			return nil
		}); err != nil || rows != million {
			b.Fatal(err, rows)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/ingest")
}

// BenchmarkPreviewMillion is what the window waits for: everything in the file, decoded on the device.
func BenchmarkPreviewMillion(b *testing.B) {
	content := largeContent(b)
	for b.Loop() {
		if c, err := Decode(content, exchange.Usage{}); err != nil || len(c.Rows) < million {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/preview")
}
