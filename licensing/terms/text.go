package terms

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Text is a name that a vendor gave, in one or several languages.
// The key "" holds the text for every language that has none of its own.
type Text map[string]string

// Plain returns a Text that reads the same in every language.
func Plain(s string) Text {
	if s == "" {
		return nil
	}
	return Text{"": s}
}

// In returns the text in lang (a BCP 47 base language such as "de"), else the neutral text,
// else English, else the first language in alphabetical order, else "".
func (t Text) In(lang string) string {
	for _, k := range []string{lang, "", "en"} {
		if s := t[k]; s != "" {
			return s
		}
	}
	for _, k := range slices.Sorted(maps.Keys(t)) {
		return t[k]
	}
	return ""
}

// MarshalJSON writes a bare string when there is only a neutral text.
func (t Text) MarshalJSON() ([]byte, error) {
	if s, ok := t[""]; ok && len(t) == 1 {
		return json.Marshal(s)
	}
	return json.Marshal(map[string]string(t))
}

// UnmarshalJSON reads a string or an object of language to string.
func (t *Text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = Plain(s)
		return nil
	}
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("a text is a string or an object of language and string")
	}
	*t = m
	return nil
}
