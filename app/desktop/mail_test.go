package desktop

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// parts reads a mailto URL back as a mail program does.
func parts(t rapid.TB, mailto string) (to, subject, body string) {
	t.Helper()
	u, err := url.Parse(mailto)
	if err != nil || u.Scheme != "mailto" || u.Fragment != "" {
		t.Fatalf("%q: %v", mailto, err)
	}
	if to, err = url.PathUnescape(u.Opaque); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for field := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(field, "=")
		if values[name], err = url.PathUnescape(value); err != nil { // RFC 6068: "+" is a plus
			t.Fatal(err)
		}
	}
	if len(values) != 2 {
		t.Fatalf("%q has the fields %v", mailto, values)
	}
	return to, values["subject"], values["body"]
}

func TestAMailIsWrittenAsRFC6068Says(t *testing.T) {
	got := Mail("help@acme.example", "Lizenz läuft ab", "Hello\nyou + me\r\n100 %")
	want := "mailto:help@acme.example?subject=Lizenz%20l%C3%A4uft%20ab&body=Hello%0D%0Ayou%20%2B%20me%0D%0A100%20%25"
	if got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestNoPartOfAMailAddsAField(t *testing.T) {
	to, subject, body := parts(t, Mail("a@acme.example?bcc=x@y.example", "Hi\r\nBcc: x@y.example&cc=z", "&cc=z#x"))
	if to != "a@acme.example?bcc=x@y.example" || subject != "Hi Bcc: x@y.example&cc=z" || body != "&cc=z#x" {
		t.Fatalf("%q, %q, %q", to, subject, body)
	}
}

func TestAMailThatFitsIsWhole(t *testing.T) {
	const room = mailLimit - len("mailto:?subject=&body=")
	for _, n := range []int{room - 1, room} {
		if _, _, body := parts(t, Mail("", "", strings.Repeat("x", n))); len(body) != n {
			t.Errorf("of %d characters %d are left", n, len(body))
		}
	}
	mailto := Mail("", "", strings.Repeat("x", room+1))
	if _, _, body := parts(t, mailto); len(mailto) != mailLimit || body != strings.Repeat("x", room-len(ellipsis))+"…" {
		t.Errorf("%d bytes: %q", len(mailto), body)
	}
}

// plainText is what a mail program shows of a text.
func plainText(text, lines string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, "\ufffd"))
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\t", " "), "\n", "\x00")
	text = strings.Map(func(r rune) rune {
		if r != 0 && (r < ' ' || r >= 0x7f && r < 0xa0) {
			return -1
		}
		return r
	}, text)
	return strings.ReplaceAll(text, "\x00", lines)
}

// cutOf says whether got is want, or its beginning with an ellipsis.
func cutOf(got, want string) bool {
	head, cut := strings.CutSuffix(got, "…")
	return got == want || cut && strings.HasPrefix(want, head) && len(head) < len(want)
}

func TestAnyMailIsShortAndReadsBack(t *testing.T) {
	text := rapid.OneOf(
		rapid.String(),
		rapid.StringN(0, 3000, -1),
		rapid.StringOf(rapid.SampledFrom([]rune("a ä\n\r\t%&?#+=😀\u200d\x00"))),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 3000), func(b []byte) string { return string(b) }),
	).Filter(func(s string) bool { return !strings.Contains(s, "\x00") })
	rapid.Check(t, func(t *rapid.T) {
		to := rapid.StringMatching(`[a-z+?&,%]{1,20}@[a-z]{1,10}\.example`).Draw(t, "to")
		subject, body := text.Draw(t, "subject"), text.Draw(t, "body")
		mailto := Mail(to, subject, body)
		if len(mailto) > mailLimit {
			t.Fatalf("%d bytes", len(mailto))
		}
		if strings.ContainsFunc(mailto, func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf || strings.ContainsRune(`"<>'`, r) }) {
			t.Fatalf("not escaped: %q", mailto)
		}
		gotTo, gotSubject, gotBody := parts(t, mailto)
		if gotTo != to || !cutOf(gotSubject, plainText(subject, " ")) || !cutOf(gotBody, plainText(body, "\r\n")) {
			t.Fatalf("%q, %q, %q", gotTo, gotSubject, gotBody)
		}
	})
}
