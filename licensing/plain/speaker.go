package plain

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"holdfast/licensing/terms"
)

// Speaker speaks one language. It is immutable and safe for concurrent use.
type Speaker struct {
	cat *catalog
}

// New returns a Speaker for lang, a BCP 47 tag such as "en" or "de-AT", or Pseudo. A language that there are no
// translations for gives the nearest one, else English. The error is for translation files that cannot be read, which
// a build with passing tests does not have.
func New(lang string) (*Speaker, error) {
	c, err := load(match(lang))
	if err != nil {
		return nil, err
	}
	return &Speaker{cat: c}, nil
}

// Language returns the language that is spoken, such as "en".
func (s *Speaker) Language() string { return s.cat.lang }

// Has says whether there is a text called id.
func (s *Speaker) Has(id string) bool {
	_, ok := s.cat.messages[id]
	return ok
}

const (
	missingHead = "[no text: "
	missingTail = "]"
)

// IsMissing says whether a text stands for an id that has no text. Tests look for it.
func IsMissing(text string) bool { return strings.Contains(text, missingHead) }

// Text returns the message called id with args in its slots. An argument may be a string, a whole number, a time.Time
// (a date in the time's own zone), a terms.Text, a list of them, a terms.Length or anything with a String method.
// The first whole number or list among the slots decides the plural form. A sentence with an empty argument is left out; when
// nothing else would be left, only the argument is. An argument that is not given shows as {slot}. An unknown id gives
// a text for which IsMissing is true.
func (s *Speaker) Text(id string, args map[string]any) string {
	raw := func(slot string) any { return args[slot] }
	fill := func(slot string) filled {
		v, ok := args[slot]
		if !ok {
			return filled{text: "{" + slot + "}"}
		}
		return filled{text: s.value(v)}
	}
	text := s.say(id, raw, func(slot string) filled {
		f := fill(slot)
		f.drop = f.text == ""
		return f
	})
	if text == "" && len(args) > 0 {
		return s.say(id, raw, fill)
	}
	return text
}

// say renders one message; raw gives the values among which the count is looked for.
func (s *Speaker) say(id string, raw func(slot string) any, fill filler) string {
	f, known := s.cat.messages[id]
	if !known {
		return missingHead + id + missingTail
	}
	message := i18n.Message{ID: id, Zero: f.Zero, One: f.One, Two: f.Two, Few: f.Few, Many: f.Many, Other: f.Other}
	config := i18n.LocalizeConfig{DefaultMessage: &message, TemplateData: fill, TemplateParser: textParser{&s.cat.parsed}}
	for _, slot := range counting(f) {
		n, ok := whole(raw(slot))
		if !ok {
			continue
		}
		if n == 0 && f.None != "" {
			message = i18n.Message{ID: id, Other: f.None}
		} else {
			config.PluralCount = n
		}
		break
	}
	// The error is for a form that a language lacks; the form for all other numbers is said then.
	text, _ := s.cat.localizer.Localize(&config)
	return text
}

// whole returns v as a count; a list counts its members.
func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case uint64:
		return int64(min(n, 1<<62)), true
	case []terms.Text:
		return int64(len(n)), true
	case []string:
		return int64(len(n)), true
	}
	return 0, false
}

// value puts an argument of Text into words.
func (s *Speaker) value(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case int:
		return s.Number(int64(v))
	case int64:
		return s.Number(v)
	case string:
		return clean(v)
	case terms.Text:
		return clean(v.In(s.cat.lang))
	case []string:
		return s.List(v)
	case []terms.Text:
		return s.List(s.names(v))
	case time.Time:
		return s.Date(v, v.Location())
	case terms.Length:
		return s.Length(v)
	case fmt.Stringer:
		return clean(v.String())
	case error:
		return clean(v.Error())
	}
	return clean(fmt.Sprint(v))
}

// Number writes a whole number, with the language's mark between thousands from 10,000 on.
func (s *Speaker) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	mark := s.Text("number.group", nil)
	if n > -10000 && n < 10000 {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if left := len(digits) - i; i > 0 && digits[i-1] != '-' && left%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(d)
	}
	return b.String()
}
