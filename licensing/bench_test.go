package licensing

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// many is a computer with n licenses, each of its own product when products is true, as n answered requests left them: one
// journal record, one document and one closed request each.
func many(t testing.TB, n int, products bool) (*computer, *vendor) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	c.use(v.answer(req))
	ctx := context.Background()
	first := sortedValues(c.rec.Licenses)[0]
	asked := sortedValues(c.rec.Requests)[0]
	for i := range n - 1 {
		serial := fmt.Sprintf("M-%05d", i)
		l := v.license(serial, 1, bound(req))
		if products {
			l.Policy.Product.ID = fmt.Sprintf("product%05d", i)
		}
		env := v.response(exchange.KindLicense, nil, licensePart(l))
		held, q := *first, *asked
		held.Serial, held.License, held.Document = serial, l, documentHash(env)
		q.ID, q.State, q.Answer, q.Closed = fmt.Sprintf("%016x", i), terms.RequestAnswered, held.Document, start
		doc := documentRecord{Hash: held.Document, Kind: exchange.KindLicense, Root: held.Root, Name: serial + ".hflic", Taken: start, Serial: serial, Issued: start, Words: "tulip-orbit-47"}
		ev := ledger.Event{Kind: "license_taken", Reason: "answer_to_request", License: serial, Vendor: held.Root, Document: held.Document}
		if err := c.record(ctx, ev, change{
			Licenses: []licenseRecord{held}, Requests: []requestRecord{q}, Documents: []documentRecord{doc}, Envelopes: []exchange.Envelope{env},
		}); err != nil {
			t.Fatal(err)
		}
	}
	c.refresh(ctx)
	c.writeCheckpoint()
	c.writeAnchor(ctx)
	c.changed()
	return c, v
}

// sizeOf is how many bytes a file of the home has.
func (c *computer) sizeOf(name string) int64 {
	info, err := os.Stat(filepath.Join(c.home, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return info.Size()
}

// BenchmarkTenThousandLicenses measures what a person waits for with 10,000 licenses in one home.
func BenchmarkTenThousandLicenses(b *testing.B) {
	for _, products := range []bool{true, false} {
		name := "OneProduct"
		if products {
			name = "OneProductEach"
		}
		b.Run(name, func(b *testing.B) { benchmarkMany(b, 10_000, products) })
	}
}

// BenchmarkFiftyLicenses is the same with a usual home.
func BenchmarkFiftyLicenses(b *testing.B) { benchmarkMany(b, 50, true) }

func benchmarkMany(b *testing.B, n int, products bool) {
	c, v := many(b, n, products)
	req := parseRequestOf(b, c)
	b.Logf("checkpoint %d bytes, index %d, journal %d entries", c.sizeOf(checkpointFile), c.sizeOf(indexFile), c.rec.Seq)
	open := func(b *testing.B, lost ...string) {
		for b.Loop() {
			b.StopTimer()
			if err := c.Close(); err != nil {
				b.Fatal(err)
			}
			for _, l := range lost {
				if err := os.Remove(filepath.Join(c.home, l)); err != nil {
					b.Fatal(err)
				}
			}
			b.StartTimer()
			c.open()
			if s := c.Snapshot(); len(s.Facts.Licenses) < n {
				b.Fatalf("%d licenses", len(s.Facts.Licenses))
			}
		}
	}
	b.Run("OpenWarm", func(b *testing.B) { open(b) })
	b.Run("OpenWithoutIndex", func(b *testing.B) { open(b, indexFile) })
	b.Run("OpenWithoutKeyStore", func(b *testing.B) {
		c.keys.Fail(keystore.Locked)
		open(b)
		c.keys.Fail(keystore.OK)
	})
	c.reopen()
	b.Run("Snapshot", func(b *testing.B) {
		for b.Loop() {
			c.Snapshot()
		}
	})
	b.Run("SnapshotLater", func(b *testing.B) {
		for b.Loop() {
			c.clock.Advance(time.Second)
			c.Snapshot()
		}
	})
	b.Run("EvaluateFeature", func(b *testing.B) {
		for b.Loop() {
			c.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"})
		}
	})
	b.Run("Refresh", func(b *testing.B) {
		for b.Loop() {
			c.Refresh(context.Background())
		}
	})
	b.Run("RefreshEveryMinute", func(b *testing.B) {
		for b.Loop() {
			c.clock.Advance(time.Minute)
			c.Refresh(context.Background())
		}
	})
	b.Run("RefreshWithoutKeyStore", func(b *testing.B) {
		c.keys.Fail(keystore.Locked)
		c.reopen()
		for b.Loop() {
			c.clock.Advance(time.Second)
			c.Refresh(context.Background())
		}
		c.keys.Fail(keystore.OK)
		c.reopen()
	})
	b.Run("Files", func(b *testing.B) {
		for b.Loop() {
			if f, err := c.Files(context.Background()); err != nil || len(f) < n {
				b.Fatalf("%d files, %v", len(f), err)
			}
		}
	})
	b.Run("History", func(b *testing.B) {
		for b.Loop() {
			if h, err := c.History(context.Background(), sortedValues(c.rec.Vendors)[0].Root, "A-1", 50); err != nil || len(h) == 0 {
				b.Fatalf("%d records, %v", len(h), err)
			}
		}
	})
	version := 1
	b.Run("Import", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			version++
			v.now = v.now.Add(time.Second)
			file := v.file(exchange.KindLicense, v.profile(), v.response(exchange.KindLicense, nil, licensePart(v.license("A-1", version, req))))
			b.StartTimer()
			if it := c.use(file); !it.Taken {
				b.Fatalf("%+v", it.Finding)
			}
		}
	})
	b.Run("ImportForEverybody", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			version++
			file := v.said(to("all", ""), extensionPart(fmt.Sprint("x-", version), terms.Extension{What: terms.ExtendGrace, By: terms.Days(400)}))
			b.StartTimer()
			if it := c.use(file); !it.Taken {
				b.Fatalf("%+v", it.Finding)
			}
		}
	})
	b.Run("Away", func(b *testing.B) {
		for b.Loop() {
			if all := c.Away(terms.Query{}, start.AddDate(0, 2, 0)); len(all) == 0 {
				b.Fatal("no product")
			}
		}
	})
	b.Run("Notices", func(b *testing.B) {
		for b.Loop() {
			if all := c.Notices(); len(all) == 0 {
				b.Fatal("nothing was said")
			}
		}
	})
	b.Run("GraceOfAll", func(b *testing.B) {
		for b.Loop() {
			c.clock.Advance(400 * 24 * time.Hour)
			c.Refresh(context.Background())
		}
	})
	b.Run("Tail", func(b *testing.B) {
		for b.Loop() {
			c.writeCheckpoint()
		}
	})
	b.Run("WholeCheckpoint", func(b *testing.B) {
		for b.Loop() {
			c.since.start(nil)
			c.writeCheckpoint()
		}
	})
	b.Run("Memory", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			if err := c.Close(); err != nil {
				b.Fatal(err)
			}
			c.Engine = nil
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			c.open()
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
			b.StartTimer()
		}
	})
}

// parseRequestOf is the device that the licenses of c are bound to.
func parseRequestOf(t testing.TB, c *computer) *terms.BoundDevice {
	for _, l := range c.rec.Licenses {
		return l.License.Device
	}
	t.Fatal("no license")
	return nil
}
