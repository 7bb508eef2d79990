package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// schemaVersion is that of every JSON object printed here.
const schemaVersion = 1

// result is what a verb has to say.
type result struct {
	code int
	page page // for people
	json any  // object for programs; nil: an empty one
	err  bool // the page belongs on standard error
	// raw is printed as it is instead of page and json, such as a file for "-".
	raw []byte
	// note goes to standard error beside raw or the page.
	note page
	// problem goes there too, for people only and also with --quiet: it kept the command from a part of its work.
	problem page
}

// page is text in lines.
type page []string

// add appends lines that are not empty.
func (p *page) add(lines ...string) {
	for _, l := range lines {
		if l != "" {
			*p = append(*p, l)
		}
	}
}

// gap separates by an empty line.
func (p *page) gap() {
	if len(*p) > 0 && (*p)[len(*p)-1] != "" {
		*p = append(*p, "")
	}
}

// indent appends lines set in by two blanks.
func (p *page) indent(lines ...string) {
	for _, l := range lines {
		if l != "" {
			*p = append(*p, "  "+l)
		}
	}
}

// table appends rows with columns of equal width. The last cell of a row may be as long as it likes.
func (p *page) table(rows [][]string) {
	var width []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(width) {
				width = append(width, 0)
			}
			if i < len(r)-1 {
				width[i] = max(width[i], len([]rune(c)))
			}
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, c := range r {
			b.WriteString(c)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", max(0, width[i]-len([]rune(c)))+2))
			}
		}
		*p = append(*p, strings.TrimRight(b.String(), " "))
	}
}

func (p page) write(w io.Writer) {
	for _, l := range p {
		_, _ = fmt.Fprintln(w, l)
	}
}

// print shows a result in the form that was asked for and returns its code. --quiet leaves out what is for people, except
// what kept the command from its work.
func (s *session) print(r result) int {
	switch {
	case r.raw != nil:
		_, _ = s.Out.Write(r.raw)
		if !s.Quiet {
			r.note.write(s.Err)
		}
	case s.JSON:
		b, err := object(r.json, r.code)
		if err != nil {
			return codeUnexpected
		}
		_, _ = s.Out.Write(b)
	case r.err:
		r.page.write(s.Err)
	default:
		if !s.Quiet {
			r.page.write(s.Out)
			r.note.write(s.Err)
		}
		r.problem.write(s.Err)
	}
	return r.code
}

// object is v as a JSON object that begins with schema_version and ends with exit_code.
func object(v any, code int) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if v == nil {
		v = struct{}{}
	}
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	inner := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), "{"), "}")
	if inner != "" {
		inner += ","
	}
	var out bytes.Buffer
	if err := json.Indent(&out, fmt.Appendf(nil, `{"schema_version":%d,%s"exit_code":%d}`, schemaVersion, inner, code), "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
