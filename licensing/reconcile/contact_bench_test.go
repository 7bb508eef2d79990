//go:build unix

package reconcile

import (
	"crypto/rand"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/reconcile/faultnet"
)

// BenchmarkContactWithNothingNew makes whole contacts, each over a connection of its own, with a service in the same process: the processor
// time counts both sides.
func BenchmarkContactWithNothingNew(b *testing.B) {
	ca, err := faultnet.NewAuthority("a", time.Now())
	ca = must(b, ca, err)
	cert, err := ca.Issue(time.Now().AddDate(0, 1, 0), "127.0.0.1")
	service, err2 := faultnet.NewService(must(b, cert, err), newDesk(b))
	service = must(b, service, err2)
	defer service.Close()
	h := newHouse(b, "https://"+service.Addr())
	r := New(Options{Home: h, Clock: clock.System(), Rand: rand.Reader, Carrier: NewHTTPS(HTTPSOptions{Network: func() Network { return Network{CA: ca.PEM} }})})
	var sent, came int64
	cpu := used(b)
	for b.Loop() {
		c, err := r.Now(b.Context(), "r")
		if err != nil || c.Cause != "" {
			b.Fatal(err, c)
		}
		sent, came = c.Sent[0].Wire, c.Came[0].Wire
	}
	b.ReportMetric(float64(used(b)-cpu)/float64(b.N)/1e6, "cpu-ms/op")
	b.ReportMetric(float64(sent), "sent-B/op")
	b.ReportMetric(float64(came), "came-B/op")
}

func used(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
