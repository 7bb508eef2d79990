package device

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
)

func seed(b byte) []byte { return bytes.Repeat([]byte{b}, SeedSize) }

func TestKeyComesBackFromItsSeedAndSigns(t *testing.T) {
	k, err := NewKey(bytes.NewReader(seed(7)))
	if err != nil {
		t.Fatal(err)
	}
	again, err := KeyFromSeed(k.Seed())
	if err != nil || again.ID() != k.ID() || !bytes.Equal(k.Seed(), seed(7)) {
		t.Fatalf("%v, %v", again, err)
	}
	message := []byte("message")
	if !ed25519.Verify(k.Public(), message, again.Sign(message)) {
		t.Error("the signature does not verify")
	}
	if ed25519.Verify(k.Public(), []byte("other"), k.Sign(message)) {
		t.Error("the signature verifies for another message")
	}
}

func TestIDAndCodeAreFixedForAKey(t *testing.T) {
	k, err := KeyFromSeed(seed(1))
	if err != nil {
		t.Fatal(err)
	}
	// SHA-256 of the public key that RFC 8032 makes of the seed 0101…01.
	const id = "34750f98bd59fcfc946da45aaabe933be154a4b5094e1c4abf42866505f3c97e"
	if k.ID() != id || ID(k.Public()) != id {
		t.Errorf("id %s", k.ID())
	}
	if k.Code() != "3475-0F98" || Code(k.Public()) != k.Code() {
		t.Errorf("code %s", k.Code())
	}
	if !regexp.MustCompile(`^[0-9A-F]{4}-[0-9A-F]{4}$`).MatchString(k.Code()) {
		t.Errorf("code %s has another form", k.Code())
	}
}

func TestShortSeedsAreRefused(t *testing.T) {
	if _, err := KeyFromSeed(make([]byte, 31)); err == nil {
		t.Error("a short seed was taken")
	}
	if _, err := NewKey(strings.NewReader("short")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("short random source: %v", err)
	}
}

func TestPrintingAKeyShowsNoSecret(t *testing.T) {
	k, err := KeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		out := fmt.Sprintf(format, k) + fmt.Sprintf(format, &k)
		for _, secret := range []string{"0123456789abcdef", hex.EncodeToString(k.Seed()[:8]), "48 49 50", "0x30, 0x31"} {
			if strings.Contains(out, secret) {
				t.Errorf("%s shows %s", format, out)
			}
		}
	}
}

func TestZeroKeyIsEmptyInsteadOfPanicking(t *testing.T) {
	var k Key
	if k.Seed() != nil || k.Public() != nil || k.Sign([]byte("m")) != nil || k.String() != "device without key" {
		t.Errorf("%v %x %x", k, k.Public(), k.Sign([]byte("m")))
	}
}

func TestSystemProbeGivesTheSameFactsEachTime(t *testing.T) {
	first := System()(context.Background())
	second := System()(context.Background())
	if fmt.Sprint(first) != fmt.Sprint(second) {
		t.Errorf("%v, then %v", first, second)
	}
	if fmt.Sprint(first) != fmt.Sprint(Clean(first)) {
		t.Errorf("%v is not clean", first)
	}
}

func BenchmarkProbe(b *testing.B) {
	probe := System()
	for b.Loop() {
		_ = probe(context.Background())
	}
}
