package views

import (
	"strconv"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// Frame work: a page is built, laid out and walked as the driver does for a picture.
func benchmarkPage(b *testing.B, facts func() terms.Facts, to func(w *Window) place) {
	w := open(b, newFake(facts()), benchOptions{})
	b.ResetTimer()
	for b.Loop() {
		w.w.visit(to(w.w))
		w.w.canvas().Content().Refresh()
	}
}

func BenchmarkOverview(b *testing.B) {
	benchmarkPage(b, quietFacts, func(w *Window) place { return w.home() })
}

func BenchmarkOverviewOf41(b *testing.B) {
	benchmarkPage(b, manyFacts, func(w *Window) place { return w.home() })
}

func BenchmarkLicense(b *testing.B) {
	benchmarkPage(b, quietFacts, func(w *Window) place {
		tab := 0
		return place{section: secLicenses, name: "license", build: func() *screen { return w.licenseScreen(acmeRoot+"/acmecad", &tab) }}
	})
}

func BenchmarkResize(b *testing.B) {
	w := open(b, newFake(manyFacts()), benchOptions{})
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		w.resize(fyne.NewSize(900+float32(i%100), 640))
	}
}

// tenThousand is one look at a home with as many products.
func tenThousand(b *testing.B) licensing.Snapshot {
	b.Helper()
	var all []terms.Held
	for i := range 10_000 {
		all = append(all, held("module"+strconv.Itoa(i), "AcmeCAD Module "+strconv.Itoa(i), acmeRoot, endOf("2027-01-01").AddDate(0, 0, i%700)))
	}
	return newFake(acme(all...)).Snapshot()
}

func BenchmarkTenThousandLicensesOverview(b *testing.B) { benchmarkLarge(b, (*Window).home) }

func BenchmarkTenThousandLicensesList(b *testing.B) { benchmarkLarge(b, (*Window).licensesPlace) }

// benchmarkLarge is what one change in a large home costs the main goroutine.
func benchmarkLarge(b *testing.B, to func(w *Window) place) {
	w := open(b, newFake(quietFacts()), benchOptions{})
	snap := tenThousand(b)
	snap.Revision = 10
	w.w.set(state{snap: snap})
	w.w.visit(to(w.w))
	b.ResetTimer()
	for b.Loop() {
		snap.Revision++
		w.w.set(state{snap: snap})
	}
}
