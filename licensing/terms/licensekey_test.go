package terms_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/licensing/terms"
)

func newKey(t interface{ Fatal(...any) }, seed uint64, prefix string) string {
	k, err := terms.NewLicenseKey(rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}), prefix)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestALicenseKeyReadsInGroupsAndHasItsOwnHash(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(200) {
		k := newKey(t, seed, "acme")
		parts := strings.Split(k, "-")
		if len(parts) != 6 || parts[0] != "ACME" {
			t.Fatalf("%q is not a prefix and five groups", k)
		}
		for _, g := range parts[1:] {
			if len(g) != 5 {
				t.Fatalf("%q has a group of %d characters", k, len(g))
			}
		}
		h, err := terms.KeyHash(k)
		if err != nil || len(h) != 64 {
			t.Fatalf("hash of a fresh key: %q, %v", h, err)
		}
		if seen[h] {
			t.Fatal("two keys share a hash")
		}
		seen[h] = true
	}
}

func TestEveryUsualWayOfTypingAKeyGivesTheSameHash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"", "acme", "Aurora & Söhne", "OIL", "averylongvendorname"}).Draw(t, "prefix")
		k := newKey(t, rapid.Uint64Range(0, 1<<20).Draw(t, "seed"), prefix)
		want, err := terms.KeyHash(k)
		if err != nil {
			t.Fatalf("%q: %v", k, err)
		}
		var typed strings.Builder
		for _, r := range k {
			switch rapid.IntRange(0, 6).Draw(t, "how") {
			case 0:
				r = []rune(strings.ToLower(string(r)))[0]
			case 1:
				typed.WriteString(rapid.SampledFrom([]string{" ", "\t", "\u00a0", "\u2013", "-"}).Draw(t, "between"))
			case 2:
				if r == '-' {
					continue
				}
			case 3:
				if s, ok := map[rune]string{'0': "Oo", '1': "IilL"}[r]; ok {
					r = rapid.SampledFrom([]rune(s)).Draw(t, "twin")
				}
			}
			typed.WriteRune(r)
		}
		got, err := terms.KeyHash(" " + typed.String() + "\r\n")
		if err != nil || got != want {
			t.Fatalf("%q typed as %q: %q, %v", k, typed.String(), got, err)
		}
	})
}

func TestOneWrongCharacterOrASwapOfNeighboursIsNoticed(t *testing.T) {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	canonical, err := terms.CanonicalKey(newKey(t, 7, "aurora"))
	if err != nil {
		t.Fatal(err)
	}
	wrong := func(s string) {
		t.Helper()
		if _, err := terms.CanonicalKey(s); !errors.Is(err, terms.ErrNotAKey) {
			t.Errorf("%q was taken for %q", s, canonical)
		}
	}
	for i := range canonical {
		for j := range letters {
			if letters[j] != canonical[i] {
				wrong(canonical[:i] + letters[j:j+1] + canonical[i+1:])
			}
		}
		if i > 0 && canonical[i] != canonical[i-1] {
			wrong(canonical[:i-1] + canonical[i:i+1] + canonical[i-1:i] + canonical[i+1:])
		}
	}
}

func TestAKeyErrorNamesTheFaultAndNeverTheText(t *testing.T) {
	for text, fault := range map[string]terms.KeyFault{
		"":                        "length",
		"ACME-SECRE":              "length",
		strings.Repeat("7", 60):   "length",
		strings.Repeat("7", 5000): "length",
		"ACME-SECRE-T#777-77777-77777-77777-77777": "character",
		"ACME-SECRE-TU777-77777-77777-77777-77777": "character",
		"ACME-SECRE-T7777-77777-77777-77777-7777":  "check",
	} {
		_, err := terms.CanonicalKey(text)
		var ke *terms.KeyError
		if !errors.As(err, &ke) || ke.Fault != fault {
			t.Errorf("%.20q: %v, want %s", text, err, fault)
		}
		if err != nil && strings.Contains(err.Error(), "SECRE") {
			t.Errorf("the error repeats the text: %v", err)
		}
	}
}

func TestAMaskedKeyKeepsAHundredBitsSecret(t *testing.T) {
	k := newKey(t, 3, "acme")
	m := terms.MaskKey(k)
	if strings.Count(m, "*")*5 < 100 || !strings.HasPrefix(m, "ACME-") || !strings.HasSuffix(m, k[len(k)-4:]) || len(m) != len(k) {
		t.Errorf("mask of a key: %q", m)
	}
	if got := terms.MaskKey("hunter2"); got != "*****" {
		t.Errorf("mask of other text: %q", got)
	}
}

func FuzzCanonicalKey(f *testing.F) {
	f.Add(newKey(f, 1, "acme"))
	f.Add("ı-ſ-ﬀ") // letters that grow or change when their case changes
	f.Fuzz(func(t *testing.T, s string) {
		k, err := terms.CanonicalKey(s)
		if err != nil {
			return
		}
		again, err := terms.CanonicalKey(k)
		if err != nil || again != k {
			t.Fatalf("the canonical form of %q is not stable: %q, %v", k, again, err)
		}
		if terms.MaskKey(s) == s {
			t.Fatalf("%q is not masked", s)
		}
	})
}

func TestThePrefixOfALicenseKeyNamesItsVendor(t *testing.T) {
	key, plain := newKey(t, 1, "oil-acme"), newKey(t, 2, "")
	for _, c := range []struct {
		key, vendor string
		want        bool
	}{
		{key, "oil-acme", true},
		{strings.ToLower(key), "OIL-Acme", true},
		{key, "acme", false},
		{key, "oil", false},
		{key, "", false},
		{plain, "oil-acme", false},
		{plain, "", false},
		{"oil-acme", "oil-acme", false},
	} {
		if got := terms.KeyOf(c.key, c.vendor); got != c.want {
			t.Errorf("%s of %q: %v", c.key, c.vendor, got)
		}
	}
}
