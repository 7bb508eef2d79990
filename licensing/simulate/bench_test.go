package simulate

import (
	"fmt"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

// many are n licenses, each for a product of its own, with ends all over a year.
func many(b *testing.B, n int) terms.Facts {
	held := make([]terms.Held, n)
	for i := range held {
		held[i] = cad(b, func(h *terms.Held) {
			h.Serial, h.Policy.Product.ID = fmt.Sprintf("S%05d", i), fmt.Sprintf("product%05d", i)
			h.Ends, h.Policy.Zone = h.Ends.AddDate(0, 0, i%400), "Europe/Berlin"
		})
	}
	return home(b, held...)
}

// BenchmarkRun tries a year with 60 days without internet. Time grows with the number of licenses.
func BenchmarkRun(b *testing.B) {
	now := at(b, "2026-11-03T09:12:00Z")
	s := Scenario{Until: now.AddDate(0, 0, 365), Conditions: []Condition{{Kind: Offline, From: day(b, "2026-12-01"), For: terms.Days(60)}}}
	for _, n := range []int{100, 1_000, 10_000} {
		f := many(b, n)
		b.Run(fmt.Sprintf("%dLicenses", n), func(b *testing.B) {
			for b.Loop() {
				if r := Run(f, now, s); len(r.Products) != n || len(r.Products[0].Spans) < 3 {
					b.Fatal("not tried")
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(n)/float64(time.Microsecond), "µs/license")
		})
	}
}

// BenchmarkTimeline looks five years ahead.
func BenchmarkTimeline(b *testing.B) {
	now := at(b, "2026-11-03T09:12:00Z")
	for _, n := range []int{1, 1_000} {
		f := many(b, n)
		b.Run(fmt.Sprintf("%dLicenses", n), func(b *testing.B) {
			for b.Loop() {
				if r := Timeline(f, now, now.AddDate(5, 0, 0)); len(r.Products[0].Spans) < 3 {
					b.Fatal("not tried")
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(n)/float64(time.Microsecond), "µs/license")
		})
	}
}
