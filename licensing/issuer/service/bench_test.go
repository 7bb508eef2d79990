package service

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// BenchmarkCarry measures what carrying adds to the desk's own work: reading, unpacking, counting, logging and packing of one exchange,
// without the network. BenchmarkServe in package issuer measures the whole.
func BenchmarkCarry(b *testing.B) {
	v := newVendor(b, 1)
	file := v.request(b, 1)
	answers, err := v.AnswerFile(b.Context(), "r", file)
	if err != nil {
		b.Fatal(err)
	}
	s := newRunning(b, &counter{answer: func(context.Context, []byte) ([]issuer.Answer, error) { return answers, nil }})
	packed, err := exchange.Pack(file)
	if err != nil {
		b.Fatal(err)
	}
	packer, err := zstd.NewWriter(nil)
	if err != nil {
		b.Fatal(err)
	}
	body, handler := packer.EncodeAll(packed, nil), s.Handler()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, exchangePath, bytes.NewReader(body))
		for name, value := range map[string]string{"Content-Type": mediaType, "Content-Encoding": "zstd", "Accept": mediaType, "Accept-Encoding": "zstd"} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
}

// BenchmarkLook measures how much of that is finding out what a file says of itself.
func BenchmarkLook(b *testing.B) {
	v := newVendor(b, 1)
	packed, err := exchange.Pack(v.request(b, 1))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if seen, err := look(packed); err != nil || seen.kind != exchange.RequestActivate {
			b.Fatalf("%+v %v", seen, err)
		}
	}
}
