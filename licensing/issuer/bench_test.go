package issuer_test

import (
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

func BenchmarkAnswerANewRequest(b *testing.B) {
	d := newDesk(b)
	made := d.license(b, issuer.NewLicense{Places: 1 << 30})
	v := d.trusted(b)
	asks := make([]exchange.Envelope, b.N)
	pc := newComputer(b, 1)
	for i := range asks {
		asks[i] = pc.request(b, v, made.Key, i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, e := range asks {
		d.answer(b, e)
	}
}

func BenchmarkAnswerTheSameRequest(b *testing.B) {
	d := newDesk(b)
	made := d.license(b, issuer.NewLicense{})
	e := newComputer(b, 1).request(b, d.trusted(b), made.Key, 1)
	d.answer(b, e)
	b.ResetTimer()
	for range b.N {
		d.answer(b, e)
	}
}
