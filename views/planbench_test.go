package views

import (
	"strconv"
	"testing"
	"time"

	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

// manyWindows is n licenses with a window, with dates all over a year.
func manyWindows(n int) terms.Facts {
	var all []terms.Held
	for i := range n {
		id := "m" + strconv.Itoa(i)
		all = append(all, held(id, "Module "+id, acmeRoot, endOf("2027-01-01").AddDate(0, 0, i%365), windowed(45, 14)))
	}
	f := acme(all...)
	f.Contact = map[string]time.Time{acmeRoot: day("2026-11-02")}
	return f
}

func BenchmarkComingDates(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			v, snap := voiceOf(b, "en", time.UTC), newFake(manyWindows(n)).Snapshot()
			for b.Loop() {
				v.dates(snap)
			}
		})
	}
}

func BenchmarkALicensePageAmongTenThousand(b *testing.B) {
	v, snap := voiceOf(b, "en", time.UTC), newFake(manyWindows(10000)).Snapshot()
	for b.Loop() {
		v.license(snap, snap.Verdict.Products[5000])
	}
}

func BenchmarkAPlanOfTenThousandLicenses(b *testing.B) {
	v, snap := voiceOf(b, "en", time.UTC), newFake(manyWindows(10000)).Snapshot()
	sc, _ := v.scenario(usualPlan(), snap.Verdict.At)
	sc.Until = sc.From.AddDate(1, 0, 0)
	for b.Loop() {
		v.plan(snap, sc, simulate.Run(snap.Facts, snap.Verdict.At, sc))
	}
}
