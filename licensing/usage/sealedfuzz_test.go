package usage

import (
	"bytes"
	"context"
	"crypto/hpke"
	"errors"
	"slices"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

var bg = context.Background()

// FuzzContent puts anything where a content should be. What can be read is written to the same bytes, and what is proven is the ledger's own.
// Each process of a fuzz run builds this anew, so the ledger is that of the vectors: one made here would have other keys in each of them.
func FuzzContent(f *testing.F) {
	recorded := map[string]bool{}
	for _, v := range loadVectors[contentVector](f, "contents.json", 150) {
		b := v.content(f)
		if v.Name == "as it left" {
			for _, e := range v.Epochs {
				recorded[e.Head] = true
			}
		}
		if !slices.Contains(v.Findings, "totals") { // made with the device key
			f.Add(b)
		}
	}
	if len(recorded) != 3 {
		f.Fatalf("%d epochs were recorded", len(recorded))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// Each epoch costs a decapsulation: many of them make the fuzzer slow, and no more is found.
		if epochs, err := unpack(b); err == nil && len(epochs) > 8 {
			return
		}
		c, err := Decode(b, exchange.Usage{})
		v, o := judgeContent(b)
		if err == nil {
			Lines(c)
		}
		if v.Malformed {
			return
		}
		for _, e := range v.Epochs {
			if e.Fault == "" && !recorded[e.Head] {
				t.Fatalf("epoch %d is proven and was never recorded", e.Number)
			}
		}
		if _, err := o.Contents(); err != nil {
			t.Fatalf("judged, and not readable: %v", err)
		}
		if again := tighten(loosen(t, b)); err == nil && !bytes.Equal(again, b) {
			if _, err := Decode(again, exchange.Usage{}); err != nil {
				t.Fatalf("written again it is refused: %v", err)
			}
		}
	})
}

// FuzzOpen puts anything where the sealed bytes of a signed file should be.
func FuzzOpen(f *testing.F) {
	content, _ := subject(f)
	s := seal(f, content, face("u-1"))
	f.Add(s.sealed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		_, err := Open(s.env, sealed, func(id string) (hpke.PrivateKey, error) { return vendorKeys(id) })
		var p *terms.Problem
		if bytes.Equal(sealed, s.sealed) != (err == nil) || err != nil && !errors.As(err, &p) {
			t.Fatal(err)
		}
	})
}
