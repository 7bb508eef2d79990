package desktop

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a mailto URL, in bytes after escaping. Windows hands over about 2,000; every mail program takes that.
const (
	mailLimit    = 2000
	addressLimit = 320
	subjectLimit = 500
)

const (
	lineBreak = "%0D%0A"
	ellipsis  = "%E2%80%A6" // …
)

// Mail returns a mailto URL (RFC 6068) that opens a new mail, at most 2,000 bytes long. What does not fit is cut at
// a character and ends in an ellipsis. An address that is too long to be one is left out. Nothing in the address or
// the subject can add a field to the mail.
func Mail(to, subject, body string) string {
	var b strings.Builder
	b.WriteString("mailto:")
	if to = escape(strings.TrimSpace(to), "@", ""); len(to) <= addressLimit {
		b.WriteString(to)
	}
	b.WriteString("?subject=")
	b.WriteString(fit(pieces(subject, "", "%20"), subjectLimit))
	b.WriteString("&body=")
	b.WriteString(fit(pieces(body, "", lineBreak), mailLimit-b.Len()))
	return b.String()
}

func escape(text, kept, lines string) string { return strings.Join(pieces(text, kept, lines), "") }

// pieces escapes a text character by character. Line breaks of every kind become lines; other control characters go.
func pieces(text, kept, lines string) []string {
	const hex = "0123456789ABCDEF"
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, string(utf8.RuneError)))
	all := make([]string, 0, len(text))
	for _, r := range text {
		switch {
		case r == '\n':
			all = append(all, lines)
		case r == '\t':
			all = append(all, "%20")
		case unicode.IsControl(r):
		case r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-._~"+kept, r)):
			all = append(all, string(r))
		default:
			one := make([]byte, 0, 12)
			for _, c := range []byte(string(r)) {
				one = append(one, '%', hex[c>>4], hex[c&15])
			}
			all = append(all, string(one))
		}
	}
	return all
}

// fit joins pieces up to limit bytes. When some are left over, the ellipsis takes the place of the last ones.
func fit(all []string, limit int) string {
	size, keep := 0, 0 // keep: how many fit with an ellipsis behind them
	for i, one := range all {
		size += len(one)
		if size > limit {
			return strings.Join(all[:keep], "") + ellipsis
		}
		if size+len(ellipsis) <= limit {
			keep = i + 1
		}
	}
	return strings.Join(all, "")
}
