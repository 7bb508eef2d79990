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
