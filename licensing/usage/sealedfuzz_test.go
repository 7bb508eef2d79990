package usage

import (
	"bytes"
	"context"
	"crypto/hpke"
	"errors"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

var bg = context.Background()

// FuzzContent puts anything where a content should be. What can be read is written to the same bytes, and what is proven is the ledger's own.
func FuzzContent(f *testing.F) {
	content, epochs := subject(f)
	strange, forged := strangers(f)
	f.Add(content)
	for _, m := range append(mutations(epochs, strange, forged), noise(8)...) {
		if m.findings != nil {
			continue // made with the device key
		}
		b := bytes.Clone(content)
		if m.epochs != nil {
			b = tighten(m.epochs(loosen(f, content)))
		}
		if m.bytes != nil {
			b = m.bytes(b)
		}
		f.Add(b)
	}
	honest, _ := judgeContent(content)
	genuine := map[string]bool{}
	for _, e := range honest.Epochs {
		genuine[e.Head] = true
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
			if e.Fault == "" && !genuine[e.Head] {
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
