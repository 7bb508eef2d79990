package exchange

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
)

const (
	maxMailDepth  = 8
	maxMailParts  = 1000
	maxMailHeader = 256 << 10
)

// mailHeader must be among the first lines of a mail; many texts begin with some word and a colon.
var mailHeader = regexp.MustCompile(`(?im)^(received|return-path|from|mime-version|message-id|delivered-to|x-mozilla-status|content-type):`)

var headerLine = regexp.MustCompile(`^[!-9;-~]{1,80}:`)

// isMail says whether text begins like a mail (RFC 5322), with or without the "From " line of a mailbox.
func isMail(text []byte) bool {
	text = withoutFromLine(bytes.TrimLeft(text, "\r\n"))
	if !headerLine.Match(text[:min(len(text), 100)]) {
		return false
	}
	head := text[:min(len(text), 16<<10)]
	for _, blank := range []string{"\r\n\r\n", "\n\n", "\r\r"} {
		if i := bytes.Index(head, []byte(blank)); i >= 0 {
			head = head[:i]
		}
	}
	return mailHeader.Match(head)
}

func withoutFromLine(text []byte) []byte {
	if bytes.HasPrefix(text, []byte("From ")) {
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			return text[i+1:]
		}
	}
	return text
}

// mail reads all parts of a mail. It returns whether there was anything of ours in them; if not, the caller looks
// at the mail as a text, since a mail may itself be spoiled.
func (r *reader) mail(name string, text []byte, depth int) bool {
	text = withoutFromLine(bytes.TrimLeft(text, "\r\n"))
	if bytes.IndexByte(text, '\n') < 0 {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	found, problems := len(r.found), len(r.problems)
	r.within(RepairMail, func() {
		r.message(bytes.NewReader(text), depth, 0)
	})
	if len(r.found) > found {
		return true
	}
	mine := r.problems[problems:]
	r.problems = r.problems[:problems]
	var worst *trouble
	for i, t := range mine {
		if worst == nil || rank(t.problem) > rank(worst.problem) {
			worst = &mine[i]
		}
	}
	// What the text says counts if it finds something.
	if r.text(name, text) && len(r.found) > found {
		return true
	}
	if worst != nil && rank(worst.problem) >= 0 {
		r.problems = append(r.problems[:problems], *worst)
	} else if len(r.problems) == problems {
		r.fail(name, "", otherKind(OtherMail))
	}
	return true
}

// message reads one mail. Everything is streamed; only a leaf is held in memory.
func (r *reader) message(in io.Reader, depth, level int) {
	body := bufio.NewReader(in)
	var head bytes.Buffer
	for {
		line, err := body.ReadSlice('\n')
		if head.Len()+len(line) > maxMailHeader || err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
		head.Write(line)
		if err == nil && len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
	}
	m, err := mail.ReadMessage(&head)
	if err != nil {
		return
	}
	r.part(textproto.MIMEHeader(m.Header), body, depth, level)
}

func (r *reader) part(h textproto.MIMEHeader, body io.Reader, depth, level int) {
	if r.parts++; r.parts > maxMailParts || level > maxMailDepth {
		r.fail("", "", otherKind(OtherMail))
		return
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		kind = "text/plain"
	}
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "base64":
		body = base64.NewDecoder(base64.RawStdEncoding, &base64Only{in: body})
	case "quoted-printable":
		body = &unquoter{in: body}
	}
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		mr := multipart.NewReader(body, params["boundary"])
		for r.parts <= maxMailParts {
			p, err := mr.NextRawPart()
			if err != nil {
				return
			}
			r.part(p.Header, p, depth, level+1)
		}
	case kind == "message/rfc822":
		r.message(body, depth, level+1)
	default:
		r.leaf(leafName(h, params), body, depth)
	}
}

func (r *reader) leaf(name string, body io.Reader, depth int) {
	// A part that ends in the middle, as that of a cut mail does, is read as far as it goes.
	data, _ := io.ReadAll(io.LimitReader(body, int64(min(r.left, MaxFile)+1)))
	if len(data) > min(r.left, MaxFile) {
		r.fail(name, "", unreadable(CauseTooLarge, nil))
		return
	}
	r.left -= len(data)
	r.inner(name, data, depth+1)
}

// leafName is the name that the sender gave a part, "" for none.
func leafName(h textproto.MIMEHeader, params map[string]string) string {
	name := params["name"]
	if _, p, err := mime.ParseMediaType(h.Get("Content-Disposition")); err == nil && p["filename"] != "" {
		name = p["filename"]
	}
	if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		name = decoded
	}
	return plainName(name)
}

// base64Only passes letters of base64 and drops all else, since mails have line breaks, quoting and padding in between.
type base64Only struct {
	in  io.Reader
	err error
}

func (f *base64Only) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for f.err == nil {
		var n int
		n, f.err = f.in.Read(p)
		kept := p[:0]
		for _, c := range p[:n] {
			if isBase64[c] {
				kept = append(kept, c)
			}
		}
		if len(kept) > 0 {
			return len(kept), nil
		}
	}
	return 0, f.err
}

// unquoter decodes quoted-printable, leniently: a part is a leaf or small, so it is decoded in one go.
type unquoter struct {
	in  io.Reader
	out *bytes.Reader
}

func (u *unquoter) Read(p []byte) (int, error) {
	if u.out == nil {
		b, err := io.ReadAll(io.LimitReader(u.in, MaxFile))
		if err != nil && len(b) == 0 {
			return 0, err
		}
		u.out = bytes.NewReader(unquote(b))
	}
	return u.out.Read(p)
}
