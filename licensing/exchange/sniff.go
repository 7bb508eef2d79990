package exchange

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"
)

// magics tell kinds of files by their first bytes.
var magics = []struct{ prefix, kind string }{
	{"%PDF-", OtherPDF},
	{"\x89PNG\r\n\x1a\n", OtherImage},
	{"\xff\xd8\xff", OtherImage},
	{"GIF87a", OtherImage},
	{"GIF89a", OtherImage},
	{"II*\x00", OtherImage},
	{"MM\x00*", OtherImage},
	{"BM", OtherImage}, // with a zero byte, see sniff
	{"\x78\x9f\x3e\x22", OtherOutlook},
	{"{\\rtf", OtherOffice},
	{"7z\xbc\xaf\x27\x1c", OtherPacked},
	{"Rar!\x1a\x07", OtherPacked},
	{"\x1f\x8b", OtherPacked},
	{"BZh", OtherPacked},
	{"\xfd7zXZ\x00", OtherPacked},
	{"\x28\xb5\x2f\xfd", OtherPacked},
	{"MSCF", OtherPacked},
	{"MZ", OtherProgram}, // with a zero byte, see sniff
	{"\x7fELF", OtherProgram},
	{"\xcf\xfa\xed\xfe", OtherProgram},
	{"\xca\xfe\xba\xbe", OtherProgram},
}

const (
	zipMagic = "PK\x03\x04"
	zipEmpty = "PK\x05\x06"
	oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
)

// sniff tells what a file that is none of ours is, by its content.
func sniff(b []byte) string {
	head := b[:min(len(b), 1024)]
	binary := bytes.IndexByte(head, 0) >= 0
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) && (binary || len(m.prefix) > 2) {
			return m.kind
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte(oleMagic)):
		// Outlook's messages have this entry in their directory, in UTF-16.
		if bytes.Contains(b, []byte("_\x00_\x00n\x00a\x00m\x00e\x00i\x00d\x00")) {
			return OtherOutlook
		}
		return OtherOffice
	case bytes.HasPrefix(head, []byte("RIFF")) && len(head) > 12 && string(head[8:12]) == "WEBP":
		return OtherImage
	case len(b) > 262 && string(b[257:262]) == "ustar":
		return OtherPacked
	case binary:
		return OtherUnknown
	case looksHTML(head):
		return OtherWebPage
	case isText(head):
		return OtherText
	}
	return OtherUnknown
}

func looksHTML(b []byte) bool {
	low := bytes.ToLower(b)
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<meta ", "<div", "<?xml", "<table", "<p>", "<br"} {
		if bytes.Contains(low, []byte(tag)) {
			return true
		}
	}
	return false
}

// isText accepts text in UTF-8 or in an old 8-bit code; the last rune may be cut.
func isText(b []byte) bool {
	control, high := 0, 0
	for _, c := range b {
		switch {
		case c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b:
			control++
		case c >= utf8.RuneSelf:
			high++
		}
	}
	return control == 0 && (high*3 < len(b) || utf8.Valid(b[:max(0, len(b)-utf8.UTFMax)]))
}

// isBlank says whether there is nothing in b but white space and zeros, as a stopped copy leaves behind.
func isBlank(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte{0xef, 0xbb, 0xbf})
	b = bytes.TrimPrefix(b, []byte{0xff, 0xfe})
	b = bytes.TrimPrefix(b, []byte{0xfe, 0xff})
	return len(bytes.TrimLeft(b, " \t\r\n\x00")) == 0
}

// oursByName says whether a name has one of our endings. It never decides what a file is, only how damage is named.
func oursByName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".hfkey", ".hfreq", ".hfuse", ".hflic", ".hfrcp", ".hfnot", ".hfrev":
		return true
	}
	return false
}

// plainName makes a name from a mail or an archive fit to be shown. It is never used as a path.
func plainName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "?"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r == '\n' {
			return -1
		}
		return printable(r)
	}, name)
	if runes := []rune(name); len(runes) > 120 {
		name = string(runes[:120])
	}
	if name == "." || name == ".." || name == "/" {
		return ""
	}
	return name
}
