package terms

import (
	"fmt"
	"testing"
)

// many are n licenses of one vendor, ten for each product.
func many(n int) Facts {
	f := home()
	for i := range n {
		f.Licenses = append(f.Licenses, cad(func(h *Held) {
			h.Serial, h.Policy.Product.ID = fmt.Sprintf("S%05d", i), fmt.Sprintf("product%04d", i/10)
			h.Ends = h.Ends.AddDate(0, 0, i%400)
			h.Policy.Zone = "Europe/Berlin"
		}))
	}
	return f
}

func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{1, 50, 10_000} {
		f := many(n)
		for _, q := range []Query{{}, {Product: "product0000", Feature: "edit", Version: "5.1"}} {
			b.Run(fmt.Sprintf("%dLicenses/%s", n, or(q.Feature, "all")), func(b *testing.B) {
				for b.Loop() {
					if v := Evaluate(f, q, day("2027-03-20")); len(v.Products) == 0 {
						b.Fatal("no product")
					}
				}
			})
		}
	}
}

func BenchmarkEvaluateOneProduct(b *testing.B) {
	f := many(10_000)
	for i := range f.Licenses {
		f.Licenses[i].Policy.Product.ID = "acmecad"
	}
	for b.Loop() {
		Evaluate(f, Query{}, day("2027-03-20"))
	}
}

// oneLicense has fifty features, each with an end of its own kind.
func oneLicense() Facts {
	f := away()
	p := &f.Licenses[0].Policy
	p.Features = map[string]Feature{}
	for i := range 50 {
		x := Feature{Name: Plain(fmt.Sprintf("Feature %d", i)), After: []After{View, Keep, Pause}[i%3]}
		if i%5 == 0 {
			x.Grace = Days(3 + i%4)
		}
		p.Features[fmt.Sprintf("feature%02d", i)] = x
	}
	return f
}

func BenchmarkEvaluateFiftyFeatures(b *testing.B) {
	f := oneLicense()
	b.ReportAllocs()
	for b.Loop() {
		Evaluate(f, Query{}, day("2026-11-10"))
	}
}

func BenchmarkEvaluateGrowth(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		f := many(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				Evaluate(f, Query{}, day("2026-11-10"))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/license")
		})
	}
}
