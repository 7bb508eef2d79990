package issuer_test

import (
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/usage"
)

const million = 1_000_000

// aMillion is a usage file with a million events of three meters over some months.
func aMillion(b *testing.B, d *desk) []byte {
	const batch = 4000
	a := d.agent(b, 1)
	if err := a.book.Close(); err != nil {
		b.Fatal(err)
	}
	a.per = 0 // epochs of the usual length
	a.open()
	list := make([]usage.Event, batch)
	for n := 0; n < million; n += batch {
		a.now = a.now.Add(10 * time.Hour)
		for i := range list {
			list[i] = usage.Event{Product: "acmecad", Meter: []string{"renders", "exports", "minutes"}[i%3], Kind: usage.Counter, Units: int64(1 + i%9), At: a.now}
		}
		a.record(list...)
	}
	return a.export()
}

// BenchmarkReceiveAMillionEvents measures P9: a million events proven, counted into rows by day and answered with a receipt.
func BenchmarkReceiveAMillionEvents(b *testing.B) {
	file := aMillion(b, newDesk(b))
	for b.Loop() {
		b.StopTimer()
		d := newDesk(b)
		b.StartTimer()
		if got := d.receive(b, file); got.Receipt.Entries != million {
			b.Fatalf("counted %+v", got.Receipt)
		}
	}
	b.ReportMetric(float64(len(file))/million, "file-bytes/event")
}

// BenchmarkOpenAMillionEvents measures how a backend gets every single event as a row.
func BenchmarkOpenAMillionEvents(b *testing.B) {
	d := newDesk(b)
	file := aMillion(b, d)
	b.ReportAllocs()
	for b.Loop() {
		opened, err := d.OpenUsage(b.Context(), "usage.hfuse", file)
		if err != nil || len(opened[0].Contents.Rows) < million {
			b.Fatal(err)
		}
	}
}

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
