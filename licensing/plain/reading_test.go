package plain

import (
	"regexp"
	"strings"
	"unicode"
)

// readingGrade is the Flesch-Kincaid grade level (Kincaid et al. 1975): 0.39 words per sentence + 11.8 syllables
// per word − 15.59. Numbers and codes count as one syllable: they are looked at, not read.
func readingGrade(text string) float64 {
	sentences, words, syllables := 0, 0, 0
	for _, s := range splitSentences(text) {
		before := words
		for _, w := range strings.Fields(s) {
			if !strings.ContainsFunc(w, isWord) {
				continue
			}
			words++
			syllables += syllableCount(w)
		}
		if words > before {
			sentences++
		}
	}
	if words == 0 {
		return 0
	}
	return 0.39*float64(words)/float64(sentences) + 11.8*float64(syllables)/float64(words) - 15.59
}

var vowelGroup = regexp.MustCompile(`[aeiouy]+`)

func syllableCount(word string) int {
	if strings.ContainsFunc(word, unicode.IsDigit) || strings.ContainsAny(word, "@/") {
		return 1
	}
	w := strings.ToLower(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }))
	n := len(vowelGroup.FindAllString(w, -1))
	switch {
	case len(w) > 2 && strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le"):
		n-- // silent e
	case len(w) > 3 && strings.HasSuffix(w, "ed") && !strings.HasSuffix(w, "ted") && !strings.HasSuffix(w, "ded"):
		n-- // "asked"
	}
	return max(n, 1)
}

// wordCount counts words of a translation; a slot counts as one.
func wordCount(s string) int {
	n := 0
	for _, w := range strings.Fields(slotForm.ReplaceAllString(s, "slot")) {
		if strings.ContainsFunc(w, isWord) {
			n++
		}
	}
	return n
}

func (f forms) all() []string {
	var list []string
	for _, s := range []string{f.None, f.Zero, f.One, f.Two, f.Few, f.Many, f.Other} {
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}
