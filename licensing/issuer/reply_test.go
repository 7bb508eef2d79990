package issuer_test

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// mailed is a mail with files attached, as a customer sends it.
func mailed(subject string, files ...[]byte) []byte {
	var b bytes.Buffer
	b.WriteString("From: \"Pat Lee\" <pat@customer.example>\r\nReply-To: cad@customer.example\r\nTo: help@acme.example\r\nSubject: " + subject +
		"\r\nMessage-ID: <2@customer.example>\r\nReferences: <1@customer.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=xyz\r\n\r\n" +
		"--xyz\r\nContent-Type: text/plain\r\n\r\nSee attached.\r\n")
	for _, f := range files {
		b.WriteString("--xyz\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=u.hfuse\r\n\r\n")
		b.Write(bytes.ReplaceAll(f, []byte("\n"), []byte("\r\n")))
	}
	b.WriteString("\r\n--xyz--\r\n")
	return b.Bytes()
}

// attached lists the attachments of a mail.
func attached(t *testing.T, file []byte) (*mail.Message, map[string][]byte) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return m, files
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		files[p.FileName()] = b
	}
}

func TestAMailGetsAReplyInItsConversationWithTheAnswerAttached(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	d.known(t, a)
	a.use(12)
	ask := mailed("=?utf-8?q?Nutzung_f=C3=BCr_November?=", a.export())
	answers, err := d.AnswerFile(t.Context(), "mail.eml", ask)
	if err != nil || len(answers) != 1 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	r, err := d.Reply(ask, answers)
	if err != nil {
		t.Fatal(err)
	}
	if r.To != "cad@customer.example" || r.Subject != "Re: Nutzung für November" || !strings.HasSuffix(r.Name, ".eml") {
		t.Errorf("reply %+v", r)
	}
	m, files := attached(t, r.File)
	for name, want := range map[string]string{
		"In-Reply-To": "<2@customer.example>", "References": "<1@customer.example> <2@customer.example>", "X-Unsent": "1",
		"From": "<help@acme.example>", "To": "<cad@customer.example>",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if len(files[answers[0].Name]) == 0 {
		t.Errorf("attachments %v", files)
	}
	if text := string(files[""]); !strings.Contains(text, answers[0].Name) || !strings.Contains(text, "12") {
		t.Errorf("text %q", text)
	}
	if again, err := d.Reply(ask, answers); err != nil || !bytes.Equal(again.File, r.File) {
		t.Errorf("the same mail got another reply, %v", err)
	}
	found, err := exchange.Read("reply.eml", r.File) // and the customer's side finds the receipt in it
	if err != nil || len(found) != 1 {
		t.Fatalf("%d files in the reply, %v", len(found), err)
	}
	if got := opened(t, r.File, d.trusted(t)); got.Kind != exchange.KindReceipt {
		t.Errorf("kind %s", got.Kind)
	}
}

// TestAMailCannotPutLinesIntoTheReply answers mails whose headers try to.
func TestAMailCannotPutLinesIntoTheReply(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(1)
	file := a.export()
	for _, subject := range []string{
		"=?utf-8?q?x=0D=0ABcc:_all@customer.example?=", "=?utf-8?b?eA0KQmNjOiBhbGxAY3VzdG9tZXIuZXhhbXBsZQ==?=", strings.Repeat("long ", 5000), "",
		"RE: again", "\u202eevil",
	} {
		ask := mailed(subject, file)
		answers, err := d.AnswerFile(t.Context(), "mail.eml", ask)
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Reply(ask, answers)
		if err != nil {
			t.Fatalf("%q: %v", subject, err)
		}
		m, files := attached(t, r.File)
		if m.Header.Get("Bcc") != "" || len(files) != 2 || strings.ContainsAny(r.Subject, "\r\n\u202e") || len(r.Subject) > 300 {
			t.Errorf("%q: subject %q, %d parts", subject, r.Subject, len(files))
		}
		if subject == "RE: again" && r.Subject != subject {
			t.Errorf("subject %q", r.Subject)
		}
	}
	for _, from := range []string{"nobody", "a@b\r\nBcc: c@d", ""} {
		ask := []byte("From: " + from + "\r\nMessage-ID: x\r\n\r\n\r\n")
		if r, err := d.Reply(ask, []issuer.Answer{{Name: "a.hfrcp", File: []byte("x")}}); err != nil || r.To != "" && !strings.HasPrefix(from, "a@b") {
			t.Errorf("%q: to %q, %v", from, r.To, err)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add([]byte("From: a@b.example\r\nSubject: x\r\n\r\n"))
	f.Add(mailed("=?utf-8?q?x?=", []byte("y")))
	f.Add([]byte("From nobody Mon Nov  2 10:00:00 2026\nFrom: =?x?=\n\n"))
	d := newDesk(f)
	f.Fuzz(func(t *testing.T, ask []byte) {
		r, err := d.Reply(ask, []issuer.Answer{{Name: "receipt.hfrcp", File: []byte("the answer")}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(r.File))
		if err != nil {
			t.Fatalf("%v in %q", err, r.File)
		}
		for _, name := range []string{"Bcc", "Cc"} {
			if m.Header.Get(name) != "" {
				t.Errorf("a %s came from the mail", name)
			}
		}
	})
}
