package issuer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"holdfast/licensing/exchange"
)

// Reply is the draft of an answer to a mail, as a mail file that the desk's mail program opens and sends.
type Reply struct {
	File    []byte
	Name    string // suggested file name
	To      string // "" when the mail names nobody
	Subject string
}

const (
	maxMailHead = 256 << 10
	maxSubject  = 200
	maxThread   = 20 // message ids that References names
)

// Reply drafts the answer to a mail, with the answers attached, as part of the same conversation. The same mail and the same answers give
// the same bytes. Nothing is sent.
func (is *Issuer) Reply(original []byte, answers []Answer) (Reply, error) {
	p, err := is.Profile()
	if err != nil {
		return Reply{}, err
	}
	head := mailHead(original)
	r := Reply{To: sender(head), Subject: is.say.Text("issuer.mail.subject", map[string]any{"subject": subjectOf(head)})}
	if subjectOf(head) == "" {
		r.Subject = is.say.Text("issuer.mail.subject_none", map[string]any{"vendor": p.Profile.Name})
	}
	if low := strings.ToLower(subjectOf(head)); strings.HasPrefix(low, "re:") || strings.HasPrefix(low, "aw:") {
		r.Subject = subjectOf(head)
	}
	id := replyID(original, answers)
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary("holdfast-"+id))
	if r.To != "" {
		if err := m.To(r.To); err != nil {
			r.To = ""
		}
	}
	if p.Support.Email != "" {
		if err := m.From(p.Support.Email); err != nil {
			return Reply{}, fmt.Errorf("support address: %w", err)
		}
	}
	m.Subject(r.Subject)
	if len(answers) > 0 {
		m.SetDateWithValue(answers[0].At)
	}
	m.SetMessageIDWithValue(id + "@reply.holdfast") // the library's own would name this computer
	if thread := conversation(head); len(thread) > 0 {
		m.SetGenHeader(gomail.HeaderInReplyTo, thread[len(thread)-1])
		m.SetGenHeader(gomail.HeaderReferences, strings.Join(thread, " "))
	}
	m.SetGenHeader("X-Unsent", "1")
	m.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(is.replyText(p, answers), "\n", "\r\n"))
	names := map[string]bool{}
	for _, a := range answers {
		name := a.Name
		for n := 2; names[name]; n++ {
			name = fmt.Sprintf("%d_%s", n, a.Name)
		}
		names[name] = true
		m.AttachReadSeeker(name, bytes.NewReader(a.File), gomail.WithFileContentType(gomail.TypeAppOctetStream))
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return Reply{}, fmt.Errorf("write the reply: %w", err)
	}
	r.File, r.Name = b.Bytes(), "reply_"+id[:8]+".eml"
	return r, nil
}

// replyText says in a few lines what is attached.
func (is *Issuer) replyText(p Profile, answers []Answer) string {
	lines := []string{is.say.Text("issuer.mail.hello", nil), ""}
	for _, a := range answers {
		slots := map[string]any{"file": a.Name, "code": a.Code, "words": a.Words}
		id := "issuer.mail.license"
		switch {
		case a.Receipt != nil:
			id = "issuer.mail.receipt"
			slots["n"], slots["number"] = int64(min(a.Receipt.Entries, 1<<62)), int64(a.Receipt.Number)
		case a.Refused:
			id = "issuer.mail.refused"
		}
		lines = append(lines, is.say.Text(id, slots))
	}
	lines = append(lines, "", is.say.Text("issuer.mail.open", nil), "", quiet(p.Profile.Name))
	return strings.Join(lines, "\n") + "\n"
}

// IsMail says whether data is a mail that Reply can answer: it begins with the header of one.
func IsMail(data []byte) bool {
	h := mailHead(data)
	return h.Get("From") != "" || h.Get("Reply-To") != "" || h.Get("Message-Id") != ""
}

// mailHead reads the header of a mail; an empty one when there is none.
func mailHead(data []byte) mail.Header {
	data = bytes.TrimLeft(data[:min(len(data), maxMailHead)], "\ufeff\r\n")
	if bytes.HasPrefix(data, []byte("From ")) { // of a mailbox
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	m, err := mail.ReadMessage(io.MultiReader(bytes.NewReader(data), strings.NewReader("\r\n\r\n")))
	if err != nil {
		return mail.Header{}
	}
	return m.Header
}

// sender is whom an answer goes to.
func sender(h mail.Header) string {
	for _, name := range []string{"Reply-To", "From"} {
		if list, err := h.AddressList(name); err == nil && len(list) > 0 {
			return list[0].Address
		}
	}
	return ""
}

func subjectOf(h mail.Header) string {
	s := h.Get("Subject")
	if d, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		s = d
	}
	s = strings.TrimSpace(strings.Map(shown, s))
	if cut := []rune(s); len(cut) > maxSubject {
		s = string(cut[:maxSubject])
	}
	return s
}

// conversation lists the message ids of the mail's thread, the mail's own last.
func conversation(h mail.Header) []string {
	var all []string
	for _, id := range strings.Fields(h.Get("References") + " " + h.Get("Message-Id")) {
		if len(id) < 3 || len(id) > 250 || id[0] != '<' || id[len(id)-1] != '>' || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
			continue
		}
		all = append(all, id)
	}
	return all[max(0, len(all)-maxThread):]
}

func replyID(original []byte, answers []Answer) string {
	h := sha256.New()
	_, _ = h.Write(original)
	for _, a := range answers {
		fmt.Fprintf(h, "%d:", len(a.File))
		_, _ = h.Write(a.File)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Kind is what an answer is: a receipt for a usage file, a standing part when nothing is new, else a license or the reasons why there is
// none.
func (a Answer) Kind() exchange.Kind {
	switch {
	case a.Brief:
		return exchange.KindStanding
	case a.Receipt != nil:
		return exchange.KindReceipt
	case a.Refused:
		return exchange.KindRefusal
	}
	return exchange.KindLicense
}
