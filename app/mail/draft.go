package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// Draft is a mail before it is sent. To may be empty when no address is known. File is attached as Name.
type Draft struct {
	To, Subject, Text string
	Name              string
	File              []byte
}

// EML is the draft as a whole mail (RFC 5322), to be opened in a mail program and sent from there.
func (d Draft) EML(date time.Time) ([]byte, error) {
	id := d.id()
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary("holdfast-"+id))
	if d.To != "" {
		if err := m.To(d.To); err != nil {
			return nil, fmt.Errorf("address of the draft: %w", err)
		}
	}
	m.Subject(d.Subject)
	m.SetDateWithValue(date)
	m.SetMessageIDWithValue(id + "@draft.holdfast") // the library's own would name this computer
	m.SetGenHeader("X-Unsent", "1")
	m.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(d.Text, "\n", "\r\n"))
	if d.Name != "" {
		m.AttachReadSeeker(d.Name, bytes.NewReader(d.File), gomail.WithFileContentType(gomail.TypeAppOctetStream))
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// id is the same for the same draft, so that a draft made twice is seen as one mail.
func (d Draft) id() string {
	h := sha256.New()
	for _, part := range []string{d.To, d.Subject, d.Text, d.Name, string(d.File)} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Mailto is a link (RFC 6068) that opens a new mail with address, subject and text. The file cannot travel in it.
func (d Draft) Mailto() string {
	return "mailto:" + escape(d.To) + "?subject=" + escape(d.Subject) + "&body=" + escape(strings.ReplaceAll(d.Text, "\n", "\r\n"))
}

// escape leaves only what no reader of such links takes for something else; a blank is %20, since "+" is itself there.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// Inside is the text with the file below it, for a mail that takes no attachment; "" when the file is no text.
func (d Draft) Inside() string {
	if len(d.File) == 0 || !utf8.Valid(d.File) || bytes.IndexByte(d.File, 0) >= 0 {
		return ""
	}
	return strings.TrimRight(d.Text, "\n") + "\n\n" + string(d.File)
}

// address is the mail address in what a vendor gave as contact, which may be a name, a number or a page instead.
func address(contact string) string {
	a, err := mail.ParseAddress(contact)
	if err != nil {
		return ""
	}
	return a.Address
}
