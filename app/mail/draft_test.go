package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func sample() Draft {
	return Draft{
		To: "help@acme.example", Subject: "Usage file of computer 7F3A-2C91, für Acme", Text: "Hello,\n\nhere is a file.\nBitte prüfen.\n",
		Name: "usage_acme_7F3A-2C91_2026-11-03.hfuse", File: []byte("\x89HFUSE\r\n\x1a\n\x00\x01binary"),
	}
}

// opened is a mail as a mail program reads it.
type opened struct {
	header mail.Header
	text   string
	name   string
	file   []byte
}

func open(t testing.TB, eml []byte) opened {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(eml))
	if err != nil {
		t.Fatalf("%v\n%s", err, eml)
	}
	o := opened{header: m.Header}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatalf("%v\n%s", err, eml)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextPart() // undoes quoted-printable
		if err == io.EOF {
			return o
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, eml)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		if p.FileName() == "" {
			o.text = strings.ReplaceAll(string(b), "\r\n", "\n")
			continue
		}
		if o.name, err = new(mime.WordDecoder).DecodeHeader(p.FileName()); err != nil {
			t.Fatal(err)
		}
		if o.file, err = base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(string(b))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestADraftIsAMailToBeSentWithItsFileUnchanged(t *testing.T) {
	d := sample()
	eml, err := d.EML(noon)
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, eml)
	subject, err := new(mime.WordDecoder).DecodeHeader(o.header.Get("Subject"))
	if err != nil || subject != d.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if to, err := o.header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != d.To {
		t.Errorf("to %v, %v", to, err)
	}
	if at, err := o.header.Date(); err != nil || !at.Equal(noon) {
		t.Errorf("date %v, %v", at, err)
	}
	if o.header.Get("X-Unsent") != "1" {
		t.Error("a mail program would show it as one that came in")
	}
	if o.text != d.Text || o.name != d.Name || !bytes.Equal(o.file, d.File) {
		t.Errorf("%+v", o)
	}
}

func TestADraftNamesNoSenderAndNoComputer(t *testing.T) {
	eml, err := sample().EML(noon)
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, eml)
	for name := range o.header {
		switch name {
		case "Content-Type", "Date", "Message-Id", "Mime-Version", "Subject", "To", "X-Unsent":
		default:
			t.Errorf("a header %s: %v", name, o.header[name])
		}
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if len(host) > 3 && bytes.Contains(eml, []byte(host)) {
		t.Errorf("the name of this computer is in the mail:\n%s", eml)
	}
}

func TestTheSameDraftIsTheSameMail(t *testing.T) {
	d := sample()
	one, err := d.EML(noon)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := d.EML(noon)
	if !bytes.Equal(one, two) {
		t.Error("two mails of one draft differ")
	}
	d.File = append(d.File, '!')
	if three, _ := d.EML(noon); bytes.Contains(three, []byte(open(t, one).header.Get("Message-Id"))) {
		t.Error("another file has the same message id")
	}
}

func TestADraftWithoutAnAddressIsWrittenAndOneWithANonsenseAddressIsNot(t *testing.T) {
	d := sample()
	d.To = ""
	eml, err := d.EML(noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, there := open(t, eml).header["To"]; there {
		t.Error("an empty address line")
	}
	d.To = "not an address"
	if _, err := d.EML(noon); err == nil {
		t.Error("a nonsense address was written")
	}
}

func TestALinkCarriesAddressSubjectAndTextAsTheyAre(t *testing.T) {
	d := sample()
	d.To, d.Subject, d.Text = "a+b@acme.example", "50 % & more? #1", "one + two\n= three"
	link := d.Mailto()
	if strings.ContainsAny(link, " +\n") {
		t.Errorf("%q", link)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.PathUnescape(u.Opaque)
	if err != nil || u.Scheme != "mailto" || to != d.To {
		t.Errorf("%q, %q, %v", u.Scheme, to, err)
	}
	if q := u.Query(); q.Get("subject") != d.Subject || q.Get("body") != "one + two\r\n= three" || len(q) != 2 {
		t.Errorf("%v", q)
	}
}

func TestTextWithTheFileInsideIsOnlyForFilesThatAreText(t *testing.T) {
	d := sample()
	if got := d.Inside(); got != "" {
		t.Errorf("%q", got)
	}
	d.File = []byte("-----BEGIN HOLDFAST USAGE-----\nabc\n-----END HOLDFAST USAGE-----\n")
	if got := d.Inside(); !strings.HasPrefix(got, strings.TrimSpace(d.Text)+"\n\n-----BEGIN") || !strings.HasSuffix(got, string(d.File)) {
		t.Errorf("%q", got)
	}
}

// FuzzWhateverIsInADraftStaysInItsPlace puts anything into a draft: no header is added, and the file arrives as it was.
func FuzzWhateverIsInADraftStaysInItsPlace(f *testing.F) {
	f.Add("Usage", "Hello", "a.hfuse", []byte("x"))
	f.Add("a\r\nBcc: x@acme.example", "--holdfast\r\n.\r\n", "a\"\r\nb.hfuse", []byte("\r\n--"))
	f.Add("ü\x00\xff", "\xff\n\n", "é/..\\.hfuse", []byte{})
	f.Fuzz(func(t *testing.T, subject, text, name string, file []byte) {
		if name == "" {
			return // nothing is attached
		}
		eml, err := Draft{To: "help@acme.example", Subject: subject, Text: text, Name: name, File: file}.EML(noon)
		if err != nil {
			t.Fatal(err)
		}
		o := open(t, eml)
		if len(o.header) != 7 || !bytes.Equal(o.file, file) {
			t.Errorf("%d headers, file %q\n%s", len(o.header), o.file, eml)
		}
	})
}
