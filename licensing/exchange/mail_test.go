package exchange

import (
	"strings"
	"testing"

	"holdfast/licensing/terms"
)

func TestAMailGivesEachFileOnceUnderItsOwnName(t *testing.T) {
	file := licenseFile(t)
	whole := inMail("Content-Type: multipart/mixed; boundary=top", func([]byte) []byte {
		return []byte(parts("top",
			"Content-Type: multipart/alternative; boundary=alt\r\n\r\n"+parts("alt",
				"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"+string(quoted(file)),
				"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"+string(quoted(asHTML(file)))),
			"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename*=utf-8''Lizenz%20f%C3%BCr%20Labor.hflic\r\n\r\n"+string(inBase64(smallFile(t))),
			"Content-Type: application/octet-stream; name=\"=?utf-8?q?..=2F..=2Fcut=0A.hflic?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"+string(inBase64(armor(t, KindProfile, sign(t, testProfile(), ProfileType, rootKey))[:700]))))
	})(nil)
	found, err := Read("mail.eml", whole)
	if err != nil || len(found) != 3 {
		t.Fatalf("%v, %d found", err, len(found))
	}
	if found[0].Name != "mail.eml" || found[1].Name != "Lizenz für Labor.hflic" || found[2].Name != "cut.hflic" {
		t.Errorf("names %q, %q, %q", found[0].Name, found[1].Name, found[2].Name)
	}
	if p := found[2].Problem; p == nil || p.State != terms.StateFileCut {
		t.Errorf("%v", p)
	}
}

func TestWhatIsNoMailIsNotTakenForOne(t *testing.T) {
	for text, want := range map[string]bool{
		"From: a\n\nx":                         true,
		"Received: by x\r\n\tfoo\r\n\r\nx":     true,
		"X-Any: 1\nContent-Type: text/plain\n": true,
		"From a@b Mon\nReturn-Path: <>\n\n":    true,
		"Note: the license\n\nFrom: nobody":    false,
		"This is a license file":               false,
		"http://acme.example/":                 false,
		"":                                     false,
	} {
		if got := isMail([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestUnquotingFollowsTheStandardAndForgives(t *testing.T) {
	for in, want := range map[string]string{
		"a=3Db":         "a=b",
		"a=\r\nb":       "ab",
		"a=  \nb":       "ab",
		"a=\rb":         "ab",
		"50% = half":    "50% = half",
		"=ZZ =4":        "=ZZ =4",
		"end=":          "end=",
		"=E2=80=94dash": "—dash",
	} {
		if got := string(unquote([]byte(in))); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}

func TestUntaggingKeepsTheTextInLines(t *testing.T) {
	for in, want := range map[string]string{
		"<p>a</p><p>b<br/>c</p>":                              "a b c",
		"a<b>b</b><span x='>'>c":                              "ab'>c",
		"<script>if (a < b) x('</p>')</script>d":              "d",
		"<STYLE>p{}</STYLE>e<!-- <p>no</p> -->f":              "ef",
		"&lt;x&gt;&nbsp;&#45;&amp;":                           "<x> -&",
		"unclosed <a href=":                                   "unclosed",
		strings.Repeat("<div>", 3) + "g" + "</div></unknown>": "g",
	} {
		got := strings.Join(strings.Fields(string(untag([]byte(in)))), " ")
		if got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}
