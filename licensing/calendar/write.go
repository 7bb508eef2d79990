package calendar

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// octets is how long a line may be, without its end.
const octets = 75

// writer makes content lines.
type writer struct{ b []byte }

// line adds one line, folded where it is too long; no character is cut in two.
func (w *writer) line(name, value string) {
	s := name + ":" + value
	for room := octets; len(s) > room; room = octets - 1 {
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		w.b = append(w.b, s[:cut]...)
		w.b = append(w.b, "\r\n "...)
		s = s[cut:]
	}
	w.b = append(w.b, s...)
	w.b = append(w.b, "\r\n"...)
}

// text adds a line whose value is free text.
func (w *writer) text(name, value string) { w.line(name, escape(value)) }

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// escape writes what would end a value, and leaves out control characters, which no line may have.
func escape(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return escaper.Replace(s)
}

// trigger is a time before the start of an entry, or after it when it is less than zero.
func trigger(before time.Duration) string {
	sign := "-"
	if before < 0 {
		sign, before = "", -before
	}
	days, rest := before/(24*time.Hour), before%(24*time.Hour)
	s := sign + "P"
	if days > 0 {
		s += fmt.Sprintf("%dD", days)
	}
	if rest == 0 && days > 0 {
		return s
	}
	s += "T"
	h, m, sec := rest/time.Hour, rest%time.Hour/time.Minute, rest%time.Minute/time.Second
	if h > 0 {
		s += fmt.Sprintf("%dH", h)
	}
	if m > 0 || h > 0 && sec > 0 {
		s += fmt.Sprintf("%dM", m)
	}
	if sec > 0 || h == 0 && m == 0 {
		s += fmt.Sprintf("%dS", sec)
	}
	return s
}
