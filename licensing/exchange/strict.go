package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Limits of JSON that this package reads.
const (
	maxDepth  = 32
	maxValues = 100_000
	maxKey    = 256
)

// Errors of checkJSON. errShort means that the text ends inside a value.
var (
	errShort     = errors.New("the text ends early")
	errSyntax    = errors.New("not JSON")
	errDepth     = fmt.Errorf("more than %d levels", maxDepth)
	errMany      = fmt.Errorf("more than %d values", maxValues)
	errDuplicate = errors.New("a key stands twice in one object")
	errCase      = errors.New("a key differs from a known one only in case")
	errUTF8      = errors.New("text that is not Unicode")
)

// decodeStrict checks b, then decodes it into v. encoding/json alone takes the last of two equal keys, ignores case
// and knows no limits.
func decodeStrict(b []byte, v any) error {
	if err := checkJSON(b, shapeOf(reflect.TypeOf(v).Elem())); err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// checkJSON accepts exactly one JSON value within the limits, in which no object has two keys that are equal or differ only in
// case, and no key differs only in case from the field of sh that it would be decoded into. Grammar inside
// numbers is left to the decoder.
func checkJSON(b []byte, sh *shape) error {
	n, err := scanJSON(b, sh)
	if err != nil {
		return err
	}
	if len(bytes.TrimLeft(b[n:], " \t\r\n")) > 0 {
		return fmt.Errorf("%w: text after the end", errSyntax)
	}
	return nil
}

// scanJSON checks the first value of b and returns where it ends.
func scanJSON(b []byte, sh *shape) (int, error) {
	s := scanner{b: b}
	if err := s.value(1, sh); err != nil {
		return s.i, err
	}
	if !utf8.Valid(b[:s.i]) {
		return s.i, errUTF8
	}
	return s.i, nil
}

type scanner struct {
	b      []byte
	i      int
	values int
	keys   []string // of the objects around, see keySet
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return
		}
	}
}

// next skips white space and returns the next byte without taking it.
func (s *scanner) next() (byte, error) {
	s.space()
	if s.i == len(s.b) {
		return 0, errShort
	}
	return s.b[s.i], nil
}

func (s *scanner) value(depth int, sh *shape) error {
	if s.values++; s.values > maxValues {
		return errMany
	}
	c, err := s.next()
	if err != nil {
		return err
	}
	switch {
	case c == '{' || c == '[':
		if depth > maxDepth {
			return errDepth
		}
		s.i++
		if c == '{' {
			return s.object(depth, sh)
		}
		return s.array(depth, sh)
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || '0' <= c && c <= '9':
		for s.i < len(s.b) && isNumber(s.b[s.i]) {
			s.i++
		}
		return nil
	}
	for _, word := range []string{"true", "false", "null"} {
		if rest := s.b[s.i:]; len(rest) >= len(word) && string(rest[:len(word)]) == word {
			s.i += len(word)
			return nil
		} else if len(rest) < len(word) && strings.HasPrefix(word, string(rest)) {
			return errShort
		}
	}
	return fmt.Errorf("%w at byte %d", errSyntax, s.i)
}

func isNumber(c byte) bool {
	return '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

// more steps over a comma or the closing byte.
func (s *scanner) more(end byte) (bool, error) {
	c, err := s.next()
	if err != nil {
		return false, err
	}
	s.i++
	switch c {
	case ',':
		return true, nil
	case end:
		return false, nil
	}
	return false, fmt.Errorf("%w at byte %d", errSyntax, s.i-1)
}

func (s *scanner) array(depth int, sh *shape) error {
	if c, err := s.next(); err != nil {
		return err
	} else if c == ']' {
		s.i++
		return nil
	}
	for {
		if err := s.value(depth+1, sh.item()); err != nil {
			return err
		}
		if more, err := s.more(']'); err != nil || !more {
			return err
		}
	}
}

func (s *scanner) object(depth int, sh *shape) error {
	if c, err := s.next(); err != nil {
		return err
	} else if c == '}' {
		s.i++
		return nil
	}
	seen := keySet{keys: &s.keys, from: len(s.keys)}
	defer seen.drop()
	for {
		if c, err := s.next(); err != nil {
			return err
		} else if c != '"' {
			return fmt.Errorf("%w at byte %d", errSyntax, s.i)
		}
		key, folded, field, err := s.key(sh)
		if err != nil {
			return err
		}
		if !seen.add(folded) {
			return fmt.Errorf("%w: %q", errDuplicate, key)
		}
		if field == nil {
			if field, err = sh.member(key, folded); err != nil {
				return err
			}
		}
		if c, err := s.next(); err != nil {
			return err
		} else if c != ':' {
			return fmt.Errorf("%w at byte %d", errSyntax, s.i)
		}
		s.i++
		if err := s.value(depth+1, field); err != nil {
			return err
		}
		if more, err := s.more('}'); err != nil || !more {
			return err
		}
	}
}

// key reads a member's name as the decoder will see it, and folded. What it holds comes along when it is a field of sh, spelled as there.
func (s *scanner) key(sh *shape) (key, folded string, field *shape, err error) {
	raw, err := s.text()
	if err != nil {
		return "", "", nil, err
	}
	if len(raw) > maxKey {
		return "", "", nil, fmt.Errorf("%w: a key of %d bytes", errSyntax, len(raw))
	}
	if f, ok := sh.named(raw[1 : len(raw)-1]); ok {
		return f.name, f.folded, f.shape, nil
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		key = string(raw[1 : len(raw)-1])
	} else if err := json.Unmarshal(raw, &key); err != nil {
		return "", "", nil, fmt.Errorf("%w: %w", errSyntax, err)
	}
	return key, fold(key), nil, nil
}

// text steps over a string and returns it with its quotes. Half surrogates are refused: decoders disagree on them.
func (s *scanner) text() ([]byte, error) {
	start := s.i
	for s.i++; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[start:s.i], nil
		case c < ' ':
			return nil, fmt.Errorf("%w at byte %d", errSyntax, s.i)
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		}
	}
	return nil, errShort
}

// escape leaves s.i on the last byte of the escape that begins at s.i.
func (s *scanner) escape() error {
	if s.i+1 >= len(s.b) {
		return errShort
	}
	s.i++
	if s.b[s.i] != 'u' {
		return nil // the decoder refuses unknown letters
	}
	r, err := s.hex(s.i + 1)
	if err != nil {
		return err
	}
	s.i += 4
	switch {
	case 0xd800 <= r && r < 0xdc00:
		if s.i+2 >= len(s.b) {
			return errShort
		}
		if s.b[s.i+1] != '\\' || s.b[s.i+2] != 'u' {
			return errUTF8
		}
		low, err := s.hex(s.i + 3)
		if err != nil {
			return err
		}
		if low < 0xdc00 || low > 0xdfff {
			return errUTF8
		}
		s.i += 6
	case 0xdc00 <= r && r < 0xe000:
		return errUTF8
	}
	return nil
}

func (s *scanner) hex(at int) (rune, error) {
	if at+4 > len(s.b) {
		return 0, errShort
	}
	var r rune
	for _, c := range s.b[at : at+4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, fmt.Errorf("%w at byte %d", errSyntax, at)
		}
	}
	return r, nil
}
