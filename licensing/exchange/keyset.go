package exchange

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keySet are the keys of one object. They are a piece of a slice that all objects share while they are few, as almost always, and a map beyond,
// so that many keys cost no quadratic time.
type keySet struct {
	keys *[]string
	from int
	many map[string]struct{}
}

const fewKeys = 24

func (k *keySet) add(s string) bool {
	if k.many == nil {
		few := (*k.keys)[k.from:]
		if slices.Contains(few, s) {
			return false
		}
		if len(few) < fewKeys {
			*k.keys = append(*k.keys, s)
			return true
		}
		k.many = make(map[string]struct{}, 64)
		for _, have := range few {
			k.many[have] = struct{}{}
		}
	}
	n := len(k.many)
	k.many[s] = struct{}{}
	return len(k.many) > n
}

// drop forgets the keys, when the object ends.
func (k *keySet) drop() { *k.keys = (*k.keys)[:k.from] }

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
