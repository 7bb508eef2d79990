package plain

import (
	"strings"
	"unicode"
)

// longest is how many characters of a value from outside a sentence of a state may carry.
const longest = 300

// clean makes a value from outside safe to show in a line of text: control characters (which could steer a terminal),
// marks that change the reading direction, and broken UTF-8 go; line breaks become blanks.
func clean(s string) string {
	if !strings.ContainsFunc(s, unsafeRune) {
		return s
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unsafeRune(r) && r != unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// unsafeRune finds control characters, bidirectional controls, invisible joiners and broken bytes. Strings are ranged
// over rune by rune, so a broken byte shows as the replacement character.
func unsafeRune(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Zl, r) ||
		unicode.Is(unicode.Zp, r) || r == '\u200B' || r == '\u2060' || r == '\uFEFF' || r == unicode.ReplacementChar
}

// shorten cuts a value at max characters and says so with an ellipsis.
func shorten(s string, max int) string {
	n := 0
	for i := range s {
		if n == max {
			return strings.TrimSpace(s[:i]) + "…"
		}
		n++
	}
	return s
}
