package plain

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var accents = strings.NewReplacer(
	"a", "å", "e", "é", "i", "î", "o", "ö", "u", "û", "y", "ý", "c", "ç", "n", "ñ", "s", "š", "z", "ž",
	"A", "Å", "E", "É", "I", "Î", "O", "Ö", "U", "Û", "Y", "Ý", "C", "Ç", "N", "Ñ", "S", "Š", "Z", "Ž",
)

var stopAndBlank = regexp.MustCompile(`[.!?:…]*["”)*]*\s*$`)

// pseudo turns an English text into the made-up language, sentence by sentence: accents, 40 % more characters,
// brackets. Slots stay, and so does a sentence that only puts slots in order.
func pseudo(text string) string {
	var b strings.Builder
	for _, sentence := range splitSentences(text) {
		words := slotForm.ReplaceAllString(sentence, "")
		if !strings.ContainsFunc(words, unicode.IsLetter) {
			b.WriteString(sentence)
			continue
		}
		stop := stopAndBlank.FindString(sentence)
		end := strings.TrimRightFunc(stop, unicode.IsSpace)
		b.WriteString("[" + accented(sentence[:len(sentence)-len(stop)]))
		for extra := (utf8.RuneCountInString(words)*4 + 9) / 10; extra > 0; extra -= 6 {
			b.WriteString(" " + strings.Repeat("~", min(extra, 5))) // in pieces, so that lines can break
		}
		b.WriteString(end + "]" + stop[len(end):])
	}
	return b.String()
}

// accented puts accents on everything but slots.
func accented(s string) string {
	var b strings.Builder
	at := 0
	for _, m := range slotForm.FindAllStringIndex(s, -1) {
		b.WriteString(accents.Replace(s[at:m[0]]) + s[m[0]:m[1]])
		at = m[1]
	}
	return b.String() + accents.Replace(s[at:])
}
