package exchange

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// keySet is a slice while it is small, as almost all objects are, and a map beyond, so that many keys cost no
// quadratic time.
type keySet struct {
	few  []string
	many map[string]struct{}
}

func (k *keySet) add(s string) bool {
	if k.many == nil {
		for _, have := range k.few {
			if have == s {
				return false
			}
		}
		if len(k.few) < 24 {
			k.few = append(k.few, s)
			return true
		}
		k.many = make(map[string]struct{}, 64)
		for _, have := range k.few {
			k.many[have] = struct{}{}
		}
	}
	n := len(k.many)
	k.many[s] = struct{}{}
	return len(k.many) > n
}

// fold maps strings that differ only in case to one, with Unicode simple folding as encoding/json does.
func fold(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return strings.Map(foldRune, s)
		}
	}
	return s
}

func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		// The long s and the Kelvin sign fold to s and k; ASCII letters stand for their whole orbit.
		return unicode.ToLower(r)
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	if least < utf8.RuneSelf {
		return unicode.ToLower(least)
	}
	return least
}
