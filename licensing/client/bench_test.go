//go:build !windows

package client

import (
	"context"
	"crypto/ed25519"
	"testing"
	"time"
)

// P1: a cached check. The program's stopwatch is the real one.
func BenchmarkCachedCheck(b *testing.B) {
	h, p := begin(b)
	c, err := Open(Options{Product: "acmecad", Version: "5.1", Vendor: public(h.root), Home: h.home, Witness: p.o.Witness, Clock: p.clock})
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if f, err := c.Check(ctx, "edit"); err != nil || f.Mode != Keep {
			b.Fatal(f, err)
		}
	}
}

// A check that asks and verifies: nonce, device signature, answer.
func BenchmarkRefresh(b *testing.B) {
	_, p := begin(b)
	ctx := context.Background()
	for b.Loop() {
		if _, err := p.Refresh(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

// P1 as a ratio: 100 ns are a 415th of one Ed25519 verification on the computer that the scorecard names. The least of several rounds
// counts, so that other work on the computer does not.
func TestACachedCheckIsAFourHundredthOfASignature(t *testing.T) {
	h, p := begin(t)
	c, err := Open(Options{Product: "acmecad", Version: "5.1", Vendor: public(h.root), Home: h.home, Witness: p.o.Witness, Clock: p.clock})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	message := []byte("measured")
	sig := ed25519.Sign(h.device, message)
	key := public(h.device)
	least := func(n int, fn func()) time.Duration {
		best := time.Hour
		for range 20 {
			began := time.Now()
			for range n {
				fn()
			}
			best = min(best, time.Since(began))
		}
		return best / time.Duration(n)
	}
	verify := least(20, func() {
		if !ed25519.Verify(key, message, sig) {
			t.Fatal("not verified")
		}
	})
	check := least(10_000, func() {
		if f, err := c.Check(ctx, "edit"); err != nil || f.Mode != Keep {
			t.Fatal(f, err)
		}
	})
	t.Logf("cached check %v, one Ed25519 verification %v: 1/%d", check, verify, verify/max(check, 1))
	if check*400 > verify {
		t.Errorf("a cached check takes %v, limit %v", check, verify/400)
	}
}
