package exchange

import (
	"bytes"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A rewriting undoes one thing that programs do to text in transport. It returns its argument when there is nothing to undo.
type rewriting struct {
	name string
	undo func([]byte) []byte
}

// rewritings are tried in this order. The first under which all blocks match their own byte count and check words wins;
// if none does, the last one that applies says what is wrong.
var rewritings = []rewriting{
	{"", func(b []byte) []byte { return b }},
	{RepairEscapes, unescape},
	{RepairQuotedPrintable, unquote},
	{RepairHTML, untag},
	{RepairHTML, func(b []byte) []byte { return untag(unquote(b)) }},
	{RepairHTML, func(b []byte) []byte { return untag(unescape(b)) }},
}

var escapes = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n", `\r`, "\n", `\t`, " ", `\"`, `"`, `\/`, "/",
	`\u002b`, "+", `\u002B`, "+", `\u003d`, "=", `\u003D`, "=", `\u003e`, ">", `\u003E`, ">", `\u003c`, "<", `\u003C`, "<")

// unescape undoes the escapes of JSON and program source.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	return []byte(escapes.Replace(string(b)))
}

// unquote undoes quoted-printable (RFC 2045, 6.7). It leaves alone what is none, where the standard library would stop.
func unquote(b []byte) []byte {
	if bytes.IndexByte(b, '=') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '=' {
			out = append(out, b[i])
			continue
		}
		if i+2 < len(b) {
			hi, ok1 := hexDigit(b[i+1])
			lo, ok2 := hexDigit(b[i+2])
			if ok1 && ok2 {
				out = append(out, hi<<4|lo)
				i += 2
				continue
			}
		}
		j := i + 1
		for j < len(b) && (b[j] == ' ' || b[j] == '\t') {
			j++
		}
		switch {
		case j+1 < len(b) && b[j] == '\r' && b[j+1] == '\n':
			i = j + 1
		case j < len(b) && (b[j] == '\n' || b[j] == '\r'):
			i = j
		default:
			out = append(out, '=')
		}
	}
	return out
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// inline are the tags that do not end a line.
var inline = map[string]bool{"a": true, "b": true, "i": true, "u": true, "em": true, "font": true, "span": true, "strong": true, "wbr": true, "code": true, "tt": true}

// untag reduces HTML to its text.
func untag(b []byte) []byte {
	if bytes.IndexByte(b, '<') < 0 && bytes.IndexByte(b, '&') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			i = len(b)
		}
		out = append(out, b[:i]...)
		b = b[i:]
		if len(b) == 0 {
			break
		}
		if bytes.HasPrefix(b, []byte("<!--")) {
			b = after(b, "-->")
			continue
		}
		end := bytes.IndexByte(b, '>')
		if end < 0 {
			break
		}
		name := tagName(b[1:end])
		b = b[end+1:]
		if name == "script" || name == "style" {
			b = after(b, "</"+name)
			b = after(b, ">")
		}
		if !inline[strings.TrimPrefix(name, "/")] {
			out = append(out, '\n')
		}
	}
	return []byte(html.UnescapeString(string(out)))
}

// after returns what follows mark, in any case of letters; nothing when it is not there.
func after(b []byte, mark string) []byte {
	for i := 0; i+len(mark) <= len(b); i++ {
		if bytes.EqualFold(b[i:i+len(mark)], []byte(mark)) {
			return b[i+len(mark):]
		}
	}
	return nil
}

func tagName(tag []byte) string {
	end := bytes.IndexFunc(tag, func(r rune) bool { return r != '/' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(tag)
	}
	return strings.ToLower(string(tag[:min(end, 16)]))
}

// plainText turns every kind of dash into "-" and every kind of space into " ", and drops what has no width, so that a BEGIN
// line is found however it was beautified. Bytes that are not UTF-8 are taken for Windows-1252.
func plainText(b []byte) (text []byte, dashes, spaces bool) {
	i := 0
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	if i == len(b) {
		return b, false, false
	}
	out := append(make([]byte, 0, len(b)), b[:i]...)
	for i < len(b) {
		if b[i] < utf8.RuneSelf {
			out = append(out, b[i])
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			r = windows1252(b[i])
		}
		switch {
		case r == 0xad || unicode.Is(unicode.Cf, r):
			spaces = true
		case unicode.Is(unicode.Pd, r) || r == 0x2212:
			out, dashes = append(out, '-'), true
		case unicode.IsSpace(r) || unicode.Is(unicode.Z, r):
			out, spaces = append(out, ' '), true
		default:
			out = append(out, b[i:i+n]...)
		}
		i += n
	}
	return out, dashes, spaces
}

// windows1252 maps the dashes and the no-break space; nothing else matters here.
func windows1252(c byte) rune {
	switch c {
	case 0x96:
		return 0x2013
	case 0x97:
		return 0x2014
	}
	return rune(c)
}

// toUTF8 decodes UTF-16 with or without a byte order mark and drops the mark of UTF-8.
func toUTF8(b []byte) (text []byte, repaired string) {
	switch {
	case bytes.HasPrefix(b, []byte{0xef, 0xbb, 0xbf}):
		return b[3:], RepairBOM
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return fromUTF16(b[2:], 0), RepairUTF16
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return fromUTF16(b[2:], 1), RepairUTF16
	}
	// Without a mark: Latin text has its zero bytes all on one side.
	var zeros [2]int
	head := b[:min(len(b), 128)&^1]
	for i, c := range head {
		if c == 0 {
			zeros[i&1]++
		}
	}
	switch most := len(head) * 2 / 5; { // four fifths of one side
	case len(head) < 16:
	case zeros[1] >= most && zeros[0] == 0:
		return fromUTF16(b, 0), RepairUTF16
	case zeros[0] >= most && zeros[1] == 0:
		return fromUTF16(b, 1), RepairUTF16
	}
	return b, ""
}

// fromUTF16 decodes code units whose low byte stands at offset low. Surrogates become U+FFFD: nothing of ours uses them.
func fromUTF16(b []byte, low int) []byte {
	out := make([]byte, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		out = utf8.AppendRune(out, rune(b[low])|rune(b[1-low])<<8)
	}
	return out
}
