package plain

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// filler gives the words for a slot.
type filler func(slot string) filled

// filled is what stands in a slot. Drop leaves out the whole sentence around it; an empty text leaves out the slot
// alone. Own marks words of ours, which start with a capital where they start a sentence; names stay as they are.
type filled struct {
	text      string
	drop, own bool
}

// textParser is the template parser given to go-i18n. It knows slots and sentences and nothing that can be computed, so a
// translation can never run code. Parsed texts are kept for every Speaker of the language.
type textParser struct{ kept *sync.Map }

// Cacheable says that go-i18n need not keep what it is given.
func (textParser) Cacheable() bool { return false }

// Parse cuts src into sentences of words and slots. The delimiters are always {{ and }}.
func (p textParser) Parse(src, _, _ string) (template.ParsedTemplate, error) {
	if done, ok := p.kept.Load(src); ok {
		return done.(parsed), nil
	}
	done, err := parse(src)
	if err != nil {
		return nil, err
	}
	p.kept.Store(src, done)
	return done, nil
}

func parse(src string) (parsed, error) {
	var all parsed
	for _, text := range splitSentences(strings.ReplaceAll(src, "**", "")) {
		s, err := parseSentence(text)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// parsed is a text as sentences; each keeps the blank that follows it.
type parsed []sentence

// sentence alternates words and slots: words[0] slots[0] words[1] … words[n].
type sentence struct {
	words []string
	slots []string
}

var slotForm = regexp.MustCompile(`\{\{\s*\.([a-z][a-z0-9_]*)\s*\}\}`)

// slotsIn returns the names of the slots of a text in the order in which they stand.
func slotsIn(src string) []string {
	var names []string
	for _, m := range slotForm.FindAllStringSubmatch(src, -1) {
		names = append(names, m[1])
	}
	return names
}

func parseSentence(text string) (sentence, error) {
	var s sentence
	at := 0
	for _, m := range slotForm.FindAllStringSubmatchIndex(text, -1) {
		s.words = append(s.words, text[at:m[0]])
		s.slots = append(s.slots, text[m[2]:m[3]])
		at = m[1]
	}
	s.words = append(s.words, text[at:])
	for _, w := range s.words {
		if strings.Contains(w, "{{") || strings.Contains(w, "}}") {
			return s, fmt.Errorf("a slot is written {{.name}}, not as in %q", text)
		}
	}
	return s, nil
}

var sentenceEnd = regexp.MustCompile(`[.!?…][")”“’\]]*\s+`)

func splitSentences(src string) []string {
	var all []string
	at := 0
	for _, m := range sentenceEnd.FindAllStringIndex(src, -1) {
		all = append(all, src[at:m[1]])
		at = m[1]
	}
	if at < len(src) || len(all) == 0 {
		all = append(all, src[at:])
	}
	return all
}

// Execute fills the slots; data must be a filler.
func (p parsed) Execute(data any) (string, error) {
	fill, ok := data.(filler)
	if !ok {
		return "", fmt.Errorf("a text is filled by a filler, not by %T", data)
	}
	var b strings.Builder
	left := false
	for _, s := range p {
		text, shown := s.fill(fill)
		if shown {
			b.WriteString(text)
		}
		left = left || !shown
	}
	if left {
		return strings.TrimSpace(b.String()), nil
	}
	return b.String(), nil
}

// fill returns the sentence, or false when nothing worth saying is left of it.
func (s sentence) fill(fill filler) (string, bool) {
	if len(s.slots) == 0 {
		return s.words[0], true
	}
	var b strings.Builder
	empty, asked := false, false
	words := func(i int) string {
		if asked { // a value that is a question ends its sentence
			return strings.TrimPrefix(s.words[i], ".")
		}
		return s.words[i]
	}
	for i, name := range s.slots {
		f := fill(name)
		if f.drop {
			return "", false
		}
		text := f.text
		empty = empty || text == ""
		b.WriteString(words(i))
		asked = strings.HasSuffix(text, "?") || strings.HasSuffix(text, "!")
		if f.own && !strings.ContainsFunc(b.String(), isWord) {
			text = capital(text)
		}
		if strings.HasPrefix(s.words[i+1], ".") {
			text = strings.TrimSuffix(text, ".") // a value that is a sentence of its own
		}
		b.WriteString(text)
	}
	last := words(len(s.words) - 1)
	b.WriteString(last)
	if !empty {
		return b.String(), true
	}
	text := tidy(b.String())
	if stop := strings.TrimRightFunc(last, unicode.IsSpace); stop != "" {
		text += last[len(stop):] // the blank before the next sentence
	}
	if !strings.ContainsFunc(text, isWord) {
		return "", false
	}
	return text, true
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

var (
	emptyPair  = regexp.MustCompile(`\(\s*\)|"\s*"|“\s*”|„\s*“`)
	blankStop  = regexp.MustCompile(`\s+([.,;:]+(?:\s|$))`)
	doubleStop = regexp.MustCompile(`[:,;]+(\s*[.!?])`)
	openEnd    = regexp.MustCompile(`\s*[:,;]+\s*$`)
	blanks     = regexp.MustCompile(`[ \t]{2,}`)
)

// tidy removes what an empty slot leaves behind: empty brackets, blanks before a stop, ": ." and double blanks.
func tidy(s string) string {
	s = emptyPair.ReplaceAllString(s, "")
	s = doubleStop.ReplaceAllString(s, "$1")
	s = blankStop.ReplaceAllString(s, "$1")
	s = openEnd.ReplaceAllString(s, ".")
	s = blanks.ReplaceAllString(s, " ")
	return strings.TrimSpace(s)
}
