package views

import (
	"testing"

	"fyne.io/fyne/v2"

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
