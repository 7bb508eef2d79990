package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"mime/quotedprintable"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"holdfast/licensing/terms"
)

// mangle is one thing that happens to files on their way, done to a genuine file.
type mangle struct {
	name     string
	do       func(file []byte) []byte
	state    terms.State // "": the same bundle is found again
	slot     string      // value of the state's kind or cause
	repaired []string    // for found bundles: these at least, in any order
	as       string      // file name, "license.hflic" when empty
}

func text(f func(string) string) func([]byte) []byte {
	return func(b []byte) []byte { return []byte(f(string(b))) }
}

func replace(pairs ...string) func([]byte) []byte {
	return text(strings.NewReplacer(pairs...).Replace)
}

// blockOf returns the block alone.
func blockOf(b []byte) []byte { return b[bytes.Index(b, []byte("-----BEGIN")):] }

// bodyText returns the base64 lines alone.
func bodyText(b []byte) []byte {
	lines := bytes.SplitAfter(blockOf(b), []byte("\n"))
	return bytes.Join(lines[1:len(lines)-2], nil)
}

func toUTF16(bom, bigEndian bool) func([]byte) []byte {
	return func(b []byte) []byte {
		units := utf16.Encode([]rune(string(b)))
		if bom {
			units = append([]uint16{0xfeff}, units...)
		}
		var out []byte
		for _, u := range units {
			if bigEndian {
				out = append(out, byte(u>>8), byte(u))
			} else {
				out = append(out, byte(u), byte(u>>8))
			}
		}
		return out
	}
}

func quoted(b []byte) []byte {
	var out bytes.Buffer
	w := quotedprintable.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func jsonString(b []byte) []byte {
	out, err := json.Marshal(string(b))
	if err != nil {
		panic(err)
	}
	return out
}

func wrapAt(n int, prefix, end string) func([]byte) []byte {
	return text(func(s string) string {
		var out strings.Builder
		for line := range strings.SplitSeq(s, "\n") {
			for len(line) > n && !strings.Contains(line, "HOLDFAST") {
				out.WriteString(prefix + line[:n] + end)
				line = line[n:]
			}
			out.WriteString(prefix + line + end)
		}
		return out.String()
	})
}

// asHTML is how a mail program saves a message as a web page.
func asHTML(b []byte) []byte {
	body := strings.ReplaceAll(html.EscapeString(string(b)), "\n", "<br>\r\n")
	return []byte("<!DOCTYPE html>\r\n<html><head><meta charset=\"utf-8\"><title>License</title><style>p { color: red > blue }</style>" +
		"<script>if (1 < 2) alert('-----BEGIN')</script></head>\r\n<body><!-- > --><p>Hello,</p><div class=\"x\">" + body + "</div><p>Best regards&nbsp;</p></body></html>")
}

// asSpans is what word processors make of text: a tag around everything, entities for spaces.
func asSpans(b []byte) []byte {
	var out strings.Builder
	out.WriteString("<html><body>")
	for line := range strings.SplitSeq(string(b), "\n") {
		line = strings.ReplaceAll(html.EscapeString(line), " ", "&nbsp;")
		half := len(line) / 2
		if strings.Contains(line, "&") {
			half = 0
		}
		out.WriteString("<p class=MsoNormal><span lang=EN-US>" + line[:half] + "<wbr>" + line[half:] + "</span></p>")
	}
	return []byte(out.String() + "</body></html>")
}

func flipIn(mark string, offset int) func([]byte) []byte {
	return func(b []byte) []byte {
		b = bytes.Clone(b)
		i := bytes.Index(b, []byte(mark)) + offset
		if b[i] == 'A' {
			b[i] = 'B'
		} else {
			b[i] = 'A'
		}
		return b
	}
}

func cutAfter(mark string, offset int) func([]byte) []byte {
	return func(b []byte) []byte { return b[:bytes.Index(b, []byte(mark))+offset] }
}

var beginCount = regexp.MustCompile(`LICENSE (\d+)`)

func announce(count string) func([]byte) []byte {
	return func(b []byte) []byte { return beginCount.ReplaceAll(b, []byte("LICENSE "+count)) }
}

func chain(fs ...func([]byte) []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		for _, f := range fs {
			b = f(b)
		}
		return b
	}
}

func inMail(headers string, body func([]byte) []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		return append([]byte("From: Acme <sales@acme.example>\r\nTo: me@example.org\r\nSubject: Your license\r\nMIME-Version: 1.0\r\n"+headers+"\r\n\r\n"), body(b)...)
	}
}

func same(b []byte) []byte { return b }

func inBase64(b []byte) []byte {
	s := base64.StdEncoding.EncodeToString(b)
	var out strings.Builder
	for len(s) > 76 {
		out.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return []byte(out.String() + s + "\r\n")
}

const attachment = "Content-Type: application/octet-stream; name=\"license.hflic\"\r\nContent-Transfer-Encoding: base64\r\n" +
	"Content-Disposition: attachment; filename=\"license.hflic\"\r\n\r\n"

// parts joins MIME parts, headers and all.
func parts(boundary string, bodies ...string) string {
	var out strings.Builder
	for _, b := range bodies {
		out.WriteString("--" + boundary + "\r\n" + b + "\r\n")
	}
	return out.String() + "--" + boundary + "--\r\n"
}

func attached(b []byte) []byte {
	return []byte(parts("=_x", "Content-Type: text/plain\r\n\r\nHello, here is your license.", attachment+string(inBase64(b))))
}

func nested(b []byte) []byte {
	inner := parts("inner", "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"+string(quoted(b)),
		"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"+string(quoted(asHTML(b))))
	return []byte(parts("outer", "Content-Type: multipart/alternative; boundary=inner\r\n\r\n"+inner,
		"Content-Type: image/png; name=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUgAA"))
}

func forwarded(b []byte) []byte {
	whole := inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", attached)(b)
	return []byte(parts("fwd", "Content-Type: text/plain\r\n\r\nFYI", "Content-Type: message/rfc822\r\n\r\n"+string(whole)))
}

// mangles is the table of everything that the importer repairs or names. Vectors are made of it.
func mangles() []mangle {
	oneLine := replace("\n", "")
	return []mangle{
		{name: "untouched", do: same},
		{name: "crlf", do: replace("\n", "\r\n"), repaired: []string{RepairLineBreaks}},
		{name: "cr-only", do: replace("\n", "\r"), repaired: []string{RepairLineBreaks}},
		{name: "no-line-breaks", do: oneLine, repaired: []string{RepairLineBreaks}},
		{name: "no-line-breaks-in-block", do: func(b []byte) []byte { return oneLine(blockOf(b)) }, repaired: []string{RepairLineBreaks}},
		{name: "line-breaks-to-spaces", do: replace("\n", " "), repaired: []string{RepairLineBreaks, RepairSpaces}},
		{name: "double-spaced", do: replace("\n", "\n\n"), repaired: []string{RepairLineBreaks}},
		{name: "three-blank-lines-crlf", do: replace("\n", "\r\n\r\n\r\n"), repaired: []string{RepairLineBreaks}},
		{name: "rewrapped-at-40", do: wrapAt(40, "", "\n"), repaired: []string{RepairLineBreaks}},
		{name: "utf8-bom", do: func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }, repaired: []string{RepairBOM}},
		{name: "utf16le-bom", do: toUTF16(true, false), repaired: []string{RepairUTF16}},
		{name: "utf16be-bom", do: toUTF16(true, true), repaired: []string{RepairUTF16}},
		{name: "utf16le", do: toUTF16(false, false), repaired: []string{RepairUTF16}},
		{name: "utf16be", do: toUTF16(false, true), repaired: []string{RepairUTF16}},
		{name: "utf16le-crlf", do: chain(replace("\n", "\r\n"), toUTF16(true, false)), repaired: []string{RepairUTF16, RepairLineBreaks}},
		{name: "quoted-reply", do: wrapAt(1000, "> ", "\n"), repaired: []string{RepairQuoting}},
		{name: "quoted-twice-wrapped", do: chain(wrapAt(50, "> > ", "\r\n")), repaired: []string{RepairQuoting, RepairLineBreaks}},
		{name: "quoted-without-space", do: wrapAt(1000, ">", "\n"), repaired: []string{RepairQuoting}},
		{name: "one-dash-lost", do: replace("-----BEGIN", "----BEGIN"), repaired: []string{RepairDashes}},
		{name: "dash-lost-at-the-end-of-begin", do: text(func(s string) string { return strings.Replace(s, "-----\n", "----\n", 1) }), repaired: []string{RepairDashes}},
		{name: "all-outer-dashes-lost", do: replace("-----", ""), repaired: []string{RepairDashes}},
		{name: "em-dashes", do: replace("-----", "———"), repaired: []string{RepairDashes}},
		{name: "pairs-to-em-dash", do: replace("--", "—"), repaired: []string{RepairDashes}},
		{name: "en-dashes", do: replace("-", "–"), repaired: []string{RepairDashes}},
		{name: "non-breaking-hyphens", do: replace("-", "\u2011"), repaired: []string{RepairDashes}},
		{name: "windows-1252-dashes", do: replace("-----", "\x97\x97\x96"), repaired: []string{RepairDashes}},
		{name: "text-before", do: func(b []byte) []byte { return append([]byte("Dear customer,\nhere it is -- enjoy.\n\n"), b...) }},
		{name: "text-after", do: func(b []byte) []byte { return append(bytes.Clone(b), "\n-- \nAcme GmbH, Berlin\n"...) }, repaired: []string{RepairTextAround}},
		{name: "text-around-one-line", do: chain(oneLine, func(b []byte) []byte { return []byte("See " + string(b) + " Thanks!") }), repaired: []string{RepairLineBreaks}},
		{name: "quoted-printable", do: quoted, repaired: nil},
		{name: "quoted-printable-all-escaped", do: text(func(s string) string {
			var out strings.Builder
			for i, c := range []byte(s) {
				fmt.Fprintf(&out, "=%02X", c)
				if i%20 == 19 {
					out.WriteString("=\r\n")
				}
			}
			return out.String()
		}), repaired: []string{RepairQuotedPrintable}},
		{name: "non-breaking-spaces", do: replace(" ", "\u00a0"), repaired: []string{RepairSpaces}},
		{name: "latin1-non-breaking-spaces", do: replace(" ", "\xa0"), repaired: []string{RepairSpaces}},
		{name: "indented-with-tabs", do: wrapAt(1000, "\t", "\n"), repaired: []string{RepairSpaces}},
		{name: "tabs-for-spaces", do: replace(" ", "\t")},
		{name: "zero-width-spaces", do: text(func(s string) string {
			var out strings.Builder
			for i, r := range s {
				out.WriteRune(r)
				if i%17 == 3 {
					out.WriteRune('\u200b')
				}
			}
			return out.String()
		}), repaired: []string{RepairSpaces}},
		{name: "soft-hyphens", do: wrapAt(30, "", "\u00ad"), repaired: []string{RepairSpaces}},
		{name: "literal-backslash-n", do: replace("\n", `\n`), repaired: []string{RepairEscapes}},
		{name: "literal-backslash-r-n", do: replace("\n", `\r\n`), repaired: []string{RepairEscapes}},
		{name: "json-string", do: jsonString, repaired: []string{RepairEscapes}},
		{name: "json-string-escaped-plus", do: chain(jsonString, replace("+", `\u002B`, "/", `\/`)), repaired: []string{RepairEscapes}},
		{name: "in-quotes", do: func(b []byte) []byte { return []byte(`"` + string(bytes.TrimSpace(b)) + `"`) }},
		{name: "in-single-quotes-one-line", do: func(b []byte) []byte { return []byte("'" + string(oneLine(b)) + "'") }, repaired: []string{RepairLineBreaks}},
		{name: "in-smart-quotes", do: func(b []byte) []byte { return []byte("“" + string(bytes.TrimSpace(b)) + "”") }},
		{name: "bare-base64", do: bodyText, repaired: []string{RepairBare}},
		{name: "bare-base64-one-line", do: chain(bodyText, oneLine), repaired: []string{RepairBare}},
		{name: "bare-base64-quoted", do: chain(bodyText, wrapAt(50, "> ", "\r\n")), repaired: []string{RepairBare}},
		{name: "bare-base64-no-padding", do: chain(bodyText, replace("=", "")), repaired: []string{RepairBare}},
		{name: "bare-base64-in-utf16", do: chain(bodyText, toUTF16(true, false)), repaired: []string{RepairBare, RepairUTF16}},
		{name: "begin-line-lost", do: text(func(s string) string { _, rest, _ := strings.Cut(s, "-----\n"); return rest }), repaired: []string{RepairBare}},
		{name: "begin-line-without-words", do: text(func(s string) string {
			return regexp.MustCompile(`LICENSE [^-]*-[a-z]+-\d\d`).ReplaceAllString(s, "LICENSE ")
		}), repaired: []string{RepairBeginLine}},
		{name: "begin-line-broken-in-two", do: replace("HOLDFAST LICENSE ", "HOLDFAST\nLICENSE ")},
		{name: "begin-line-broken-and-quoted", do: chain(replace("BEGIN HOLDFAST LICENSE ", "BEGIN HOLDFAST\nLICENSE "), wrapAt(1000, "> ", "\n")), repaired: []string{RepairQuoting}},
		{name: "end-line-lost", do: cutAfter("-----END", 0), repaired: []string{RepairEndLine}},
		{name: "end-line-cut", do: cutAfter("-----END", 13), repaired: []string{RepairEndLine}},
		{name: "end-line-lost-text-after", do: replace("-----END HOLDFAST LICENSE-----", "Best regards, Acme"), repaired: []string{RepairEndLine}},
		{name: "html-mail-saved", do: asHTML, repaired: []string{RepairHTML}, as: "license.htm"},
		{name: "html-spans-and-entities", do: asSpans, repaired: []string{RepairHTML}, as: "license.htm"},
		{name: "html-in-quoted-printable", do: chain(asHTML, quoted), repaired: []string{RepairHTML}, as: "license.htm"},
		{name: "html-in-utf16", do: chain(asHTML, toUTF16(true, false)), repaired: []string{RepairHTML, RepairUTF16}, as: "license.htm"},
		{name: "html-in-json", do: chain(asHTML, jsonString), repaired: []string{RepairHTML}},
		{name: "twice-in-one-file", do: func(b []byte) []byte { return slices.Concat(b, []byte("\n\n"), b) }},
		{name: "wrong-name", do: same, as: "photo.png"},
		{name: "raw-json", do: func(b []byte) []byte {
			raw, err := base64.StdEncoding.DecodeString(string(oneLine(bodyText(b))))
			if err != nil {
				panic(err)
			}
			return raw
		}, repaired: []string{RepairBare}},

		{name: "mail-attached", do: inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", attached), repaired: []string{RepairMail}, as: "mail.eml"},
		{name: "mail-in-text", do: inMail("Content-Type: text/plain", same), repaired: []string{RepairMail}, as: "mail.eml"},
		{name: "mail-in-text-quoted-printable", do: inMail("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable", quoted), repaired: []string{RepairMail}, as: "mail.eml"},
		{name: "mail-in-text-base64", do: inMail("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64", inBase64), repaired: []string{RepairMail}, as: "mail.eml"},
		{name: "mail-html-only", do: inMail("Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable", chain(asHTML, quoted)), repaired: []string{RepairMail, RepairHTML}, as: "mail.eml"},
		{name: "mail-nested", do: inMail("Content-Type: multipart/mixed; boundary=outer", nested), repaired: []string{RepairMail}, as: "mail.eml"},
		{name: "mail-forwarded", do: inMail("Content-Type: multipart/mixed; boundary=fwd", forwarded), repaired: []string{RepairMail}, as: "mail.eml"},
		{name: "mail-forwarded-six-times", do: func(b []byte) []byte {
			m := inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", attached)(b)
			for range 6 {
				m = inMail("Content-Type: message/rfc822", same)(m)
			}
			return m
		}, repaired: []string{RepairMail}, as: "mail.eml"},
		{name: "mail-lf-only", do: chain(inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", attached), replace("\r\n", "\n")), repaired: []string{RepairMail}, as: "mail.eml"},
		{name: "mail-from-a-mailbox", do: chain(inMail("Content-Type: text/plain", same), func(b []byte) []byte {
			return append([]byte("From sales@acme.example Mon Nov  2 10:14:00 2026\r\n"), b...)
		}), repaired: []string{RepairMail}, as: "inbox"},
		{name: "mail-closing-boundary-lost", do: chain(inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", attached), replace("--=_x--\r\n", "")), repaired: []string{RepairMail}, as: "mail.eml"},
		{name: "mail-in-utf16", do: chain(inMail("Content-Type: text/plain", same), toUTF16(true, false)), repaired: []string{RepairMail, RepairUTF16}, as: "mail.eml"},
		{name: "zip", do: zipOf("license.hflic"), repaired: []string{RepairArchive}, as: "files.zip"},
		{name: "zip-in-a-folder-with-others", do: zipOf("a/b/license.hflic", "readme.txt", "logo.png"), repaired: []string{RepairArchive}, as: "files.zip"},
		{name: "zip-climbing-name", do: zipOf("../../../../etc/license.hflic"), repaired: []string{RepairArchive}, as: "files.zip"},
		{name: "zip-windows-name", do: zipOf(`C:\Windows\..\license.hflic`), repaired: []string{RepairArchive}, as: "files.zip"},
		{name: "zip-attached-to-mail", do: inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", chain(zipOf("license.hflic"), attached)), repaired: []string{RepairArchive, RepairMail}, as: "mail.eml"},
		{name: "mail-in-zip", do: chain(inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", attached), zipOf("mail.eml")), repaired: []string{RepairArchive, RepairMail}, as: "files.zip"},

		{name: "cut-in-the-middle", do: cutAfter("-----\n", 400), state: terms.StateFileCut},
		{name: "cut-after-begin-line", do: cutAfter("-----\n", 6), state: terms.StateFileCut},
		{name: "cut-in-begin-line", do: cutAfter("HOLDFAST", 14), state: terms.StateFileCut},
		{name: "cut-in-first-word-of-begin", do: cutAfter("HOLDFAST", 2), state: terms.StateFileCut},
		{name: "cut-in-the-paragraph", do: cutAfter("AcmeCAD", 3), state: terms.StateFileCut},
		{name: "cut-by-one-letter", do: func(b []byte) []byte {
			return bytes.TrimRight(b[:bytes.Index(b, []byte("-----END"))], "=\n")[:len(bytes.TrimRight(b[:bytes.Index(b, []byte("-----END"))], "=\n"))-1]
		}, state: terms.StateFileCut},
		{name: "cut-bare-base64", do: func(b []byte) []byte { return bodyText(b)[:500] }, state: terms.StateFileCut},
		{name: "cut-utf16", do: func(b []byte) []byte { return toUTF16(true, false)(b)[:1401] }, state: terms.StateFileCut},
		{name: "cut-html", do: func(b []byte) []byte { h := asHTML(b); return h[:len(h)/2] }, state: terms.StateFileCut},
		{name: "cut-literal-backslash-n", do: chain(cutAfter("-----\n", 700), replace("\n", `\n`)), state: terms.StateFileCut},
		{name: "cut-mail", do: func(b []byte) []byte {
			m := inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", attached)(b)
			return m[:len(m)*2/3]
		}, state: terms.StateFileCut, as: "mail.eml"},
		{name: "cut-zip", do: func(b []byte) []byte { z := zipOf("license.hflic")(b); return z[:len(z)/2] }, state: terms.StateFileCut, as: "files.zip"},
		{name: "cut-zip-entry", do: chain(cutAfter("-----\n", 300), zipOf("license.hflic")), state: terms.StateFileCut, as: "files.zip"},
		{name: "cut-raw-json", do: text(func(s string) string { return `{"holdfast":"bundle/v1","envelopes":[{"payloadType":"appli` }), state: terms.StateFileCut},

		{name: "one-letter-changed", do: flipIn("-----\n", 300), state: terms.StateFileChanged},
		{name: "byte-count-changed", do: announce("1"), state: terms.StateFileChanged},
		{name: "byte-count-too-large", do: announce("99999"), state: terms.StateFileChanged},
		{name: "byte-count-2-to-the-60", do: announce("1152921504606846976"), state: terms.StateFileChanged},
		{name: "byte-count-of-20-digits", do: announce("99999999999999999999"), state: terms.StateFileChanged},
		{name: "check-words-changed", do: text(func(s string) string {
			return regexp.MustCompile(`[a-z]+-[a-z]+-\d\d`).ReplaceAllString(s, "abandon-ability-00")
		}), state: terms.StateFileChanged},
		{name: "line-lost", do: text(func(s string) string {
			lines := strings.Split(s, "\n")
			return strings.Join(slices.Delete(lines, 8, 9), "\n")
		}), state: terms.StateFileChanged},
		{name: "line-doubled", do: text(func(s string) string {
			lines := strings.Split(s, "\n")
			return strings.Join(slices.Insert(lines, 8, lines[8]), "\n")
		}), state: terms.StateFileChanged},
		{name: "case-lost", do: func(b []byte) []byte {
			return bytes.Replace(b, bodyText(b), bytes.ToLower(bodyText(b)), 1)
		}, state: terms.StateFileChanged},
		{name: "plus-turned-to-space", do: func(b []byte) []byte {
			return bytes.Replace(b, bodyText(b), bytes.ReplaceAll(bodyText(b), []byte("y"), []byte(" ")), 1)
		}, state: terms.StateFileChanged},
		{name: "bare-base64-changed", do: chain(bodyText, func(b []byte) []byte { return slices.Replace(bytes.Clone(b), 40, 44, 'A', 'A', 'A', 'A') }), state: terms.StateFileChanged},
		{name: "head-lost", do: func(b []byte) []byte { return b[bytes.Index(b, []byte("-----\n"))+300:] }, state: terms.StateFileChanged},
		{name: "changed-html", do: chain(flipIn("-----\n", 300), asHTML), state: terms.StateFileChanged},
		{name: "changed-mail", do: chain(flipIn("-----\n", 300), inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", attached)), state: terms.StateFileChanged, as: "mail.eml"},
		{name: "changed-zip-entry", do: chain(flipIn("-----\n", 300), zipOf("license.hflic")), state: terms.StateFileChanged, as: "files.zip"},

		{name: "empty", do: func([]byte) []byte { return nil }, state: terms.StateFileEmpty},
		{name: "only-white-space", do: func([]byte) []byte { return []byte("\ufeff \r\n\t\n") }, state: terms.StateFileEmpty},
		{name: "only-zeros", do: func(b []byte) []byte { return make([]byte, len(b)) }, state: terms.StateFileEmpty},
		{name: "empty-in-zip", do: chain(func([]byte) []byte { return nil }, zipOf("license.hflic")), state: terms.StateFileEmpty, as: "files.zip"},

		{name: "newer-bundle", do: func(b []byte) []byte {
			return reArmored([]byte(`{"holdfast":"bundle/v2","envelopes":[],"new":true}`))
		}, state: terms.StateFileTooNew},
		{name: "newer-bundle-bare", do: func(b []byte) []byte { return []byte(`{"holdfast":"bundle/v9","things":[1]}`) }, state: terms.StateFileTooNew},
		{name: "too-large", do: func(b []byte) []byte { return append(bytes.Clone(b), make([]byte, MaxFile)...) }, state: terms.StateFileUnreadable, slot: CauseTooLarge},
		{name: "bundle-without-envelopes", do: func(b []byte) []byte { return reArmored([]byte(`{"holdfast":"bundle/v1","envelopes":[]}`)) }, state: terms.StateFileUnreadable, slot: CauseMalformed},
		{name: "bundle-with-a-doubled-key", do: func(b []byte) []byte {
			return reArmored([]byte(`{"holdfast":"bundle/v1","envelopes":[{}],"holdfast":"bundle/v1"}`))
		}, state: terms.StateFileUnreadable, slot: CauseMalformed},

		{name: "web-page", do: func([]byte) []byte {
			return []byte("<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>")
		}, state: terms.StateFileOtherKind, slot: OtherWebPage},
		{name: "web-page-without-doctype", do: func([]byte) []byte { return []byte("\r\n<HTML>\r\n<BODY>404</BODY></HTML>") }, state: terms.StateFileOtherKind, slot: OtherWebPage},
		{name: "pdf", do: func([]byte) []byte {
			return []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n")
		}, state: terms.StateFileOtherKind, slot: OtherPDF},
		{name: "png", do: func([]byte) []byte {
			return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06")
		}, state: terms.StateFileOtherKind, slot: OtherImage},
		{name: "jpeg", do: func([]byte) []byte { return []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01") }, state: terms.StateFileOtherKind, slot: OtherImage},
		{name: "outlook-message", do: func([]byte) []byte {
			return append(append([]byte(oleMagic), make([]byte, 1000)...), toUTF16(false, false)([]byte("__nameid_version1.0"))...)
		}, state: terms.StateFileOtherKind, slot: OtherOutlook},
		{name: "outlook-winmail", do: func([]byte) []byte { return []byte("\x78\x9f\x3e\x22\x01\x00\x01\x06\x90\x08\x00") }, state: terms.StateFileOtherKind, slot: OtherOutlook},
		{name: "old-word-document", do: func([]byte) []byte { return append([]byte(oleMagic), make([]byte, 1000)...) }, state: terms.StateFileOtherKind, slot: OtherOffice},
		{name: "rich-text", do: func([]byte) []byte { return []byte(`{\rtf1\ansi{\fonttbl Arial;} Hello}`) }, state: terms.StateFileOtherKind, slot: OtherOffice},
		{name: "word-document", do: zipOf("[Content_Types].xml", "word/document.xml"), state: terms.StateFileOtherKind, slot: OtherOffice, as: "letter.docx"},
		{name: "zip-without-our-files", do: chain(func([]byte) []byte { return []byte("hello") }, zipOf("readme.txt", "logo.png")), state: terms.StateFileOtherKind, slot: OtherArchive, as: "files.zip"},
		{name: "zip-in-zip", do: chain(zipOf("license.hflic"), zipOf("inner.zip")), state: terms.StateFileOtherKind, slot: OtherPacked, as: "files.zip"},
		{name: "zip-empty", do: func([]byte) []byte { return append([]byte(zipEmpty), make([]byte, 18)...) }, state: terms.StateFileOtherKind, slot: OtherArchive, as: "files.zip"},
		{name: "zip-with-a-password", do: chain(zipOf("license.hflic"), locked), state: terms.StateFileOtherKind, slot: OtherLocked, as: "files.zip"},
		{name: "gzip", do: func([]byte) []byte { return []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03") }, state: terms.StateFileOtherKind, slot: OtherPacked},
		{name: "seven-zip", do: func([]byte) []byte { return []byte("7z\xbc\xaf\x27\x1c\x00\x04") }, state: terms.StateFileOtherKind, slot: OtherPacked},
		{name: "windows-program", do: func([]byte) []byte { return []byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff") }, state: terms.StateFileOtherKind, slot: OtherProgram},
		{name: "mail-without-our-files", do: func([]byte) []byte {
			return inMail("Content-Type: multipart/mixed; boundary=\"=_x\"", attached)([]byte("%PDF-1.4 nothing here"))
		}, state: terms.StateFileOtherKind, slot: OtherMail, as: "mail.eml"},
		{name: "text", do: func([]byte) []byte { return []byte("Shopping list: milk, bread, BEGIN at once.\n") }, state: terms.StateFileOtherKind, slot: OtherText, as: "list.txt"},
		{name: "json-of-someone-else", do: func([]byte) []byte { return []byte(`{"license":"yes","holdfast":true}`) }, state: terms.StateFileUnreadable, slot: CauseMalformed, as: "x.json"},
		{name: "random-bytes", do: func([]byte) []byte {
			b := make([]byte, 3000)
			x := uint32(1)
			for i := range b {
				x = x*1664525 + 1013904223
				b[i] = byte(x >> 24)
			}
			return b
		}, state: terms.StateFileOtherKind, slot: OtherUnknown},
	}
}

// reArmored frames bytes as Armor does, without looking at them.
func reArmored(raw []byte) []byte {
	return fmt.Appendf(nil, "-----BEGIN HOLDFAST LICENSE %d %s-----\n%s\n-----END HOLDFAST LICENSE-----\n", len(raw), FileWords(raw), base64.StdEncoding.EncodeToString(raw))
}

func (m mangle) file() string {
	if m.as == "" {
		return "license.hflic"
	}
	return m.as
}

func TestEveryMangledFileIsRepairedOrNamed(t *testing.T) {
	for label, file := range map[string][]byte{"small": smallFile(t), "with profile": licenseFile(t)} {
		want := hashOf(must(Read("", file))[0].Raw)
		for _, m := range mangles() {
			t.Run(label+"/"+m.name, func(t *testing.T) {
				found, err := Read(m.file(), m.do(bytes.Clone(file)))
				if got := stateOf(t, err); got != m.state {
					t.Fatalf("state %q (%v), want %q", got, err, m.state)
				}
				if m.state != "" {
					if got := slot(err, "kind") + slot(err, "cause"); got != m.slot {
						t.Errorf("slot %q, want %q", got, m.slot)
					}
					return
				}
				if len(found) != 1 || found[0].Hash() != want {
					t.Fatalf("found %d, not the same bundle", len(found))
				}
				for _, r := range m.repaired {
					if !slices.Contains(found[0].Repaired, r) {
						t.Errorf("repaired %q, want %q", found[0].Repaired, m.repaired)
					}
				}
				if len(m.repaired) == 0 && m.name == "untouched" && len(found[0].Repaired) > 0 {
					t.Errorf("repaired %q of an untouched file", found[0].Repaired)
				}
				last := found[0].Bundle.Envelopes[len(found[0].Bundle.Envelopes)-1]
				if _, err := ParseResponse(last, testProfile()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
