package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"holdfast/licensing/terms"
)

// block is one armored block as it stands in a text whose dashes and spaces are plain (see plainText).
type block struct {
	start, end int    // where it begins and ends in the text
	begin      string // the BEGIN line as it stands
	label      string
	count      int    // announced bytes; -1 when the BEGIN line does not say
	words      string // announced check words
	body       []byte
	ended      bool // an END line follows
}

const (
	maxBlocks = 1000
	maxBegin  = 200 // bytes in which a BEGIN line must end
	maxGap    = 64  // bytes between two words of a BEGIN or END line
)

// gap is what transport may put between two words of the BEGIN line: white space, and the marks of quoted lines.
const gap = `[\s>|]`

var beginLine = regexp.MustCompile(`^BEGIN` + gap + `+HOLDFAST` + gap + `+([A-Z][A-Z ]{0,30}?)` + gap + `+([0-9]{1,20})` + gap +
	`+([a-z]{3,8})` + gap + `*-` + gap + `*([a-z]{3,8})` + gap + `*-` + gap + `*([0-9]{2})(?:` + gap + `*-+)?`)

// ourName stands in every BEGIN and END line.
var ourName = []byte("HOLDFAST")

// findBlocks returns the blocks of text in order.
func findBlocks(text []byte) []block {
	var found []block
	for at := 0; at < len(text) && len(found) < maxBlocks; {
		start := indexBegin(text[at:])
		if start < 0 {
			break
		}
		start += at
		after := start + len("BEGIN HOLDFAST")
		limit := len(text)
		if next := indexBegin(text[after:]); next >= 0 {
			limit = after + next
		}
		b := readBlock(text[:limit], start)
		found = append(found, b)
		at = max(b.end, after)
	}
	return found
}

func indexBegin(text []byte) int {
	start, _ := indexMark(text, "BEGIN")
	return start
}

// indexMark finds the first place where verb stands before our name with nothing but gaps between; end is behind the name.
func indexMark(text []byte, verb string) (start, end int) {
	for at := 0; ; {
		i := bytes.Index(text[at:], ourName)
		if i < 0 {
			return -1, -1
		}
		i += at
		at = i + len(ourName)
		before := bytes.TrimRight(text[max(0, i-maxGap):i], " \t\r\n>|")
		if len(before) < min(i, maxGap) && bytes.HasSuffix(before, []byte(verb)) {
			return max(0, i-maxGap) + len(before) - len(verb), at
		}
	}
}

// readBlock reads the block whose BEGIN stands at start.
func readBlock(text []byte, start int) block {
	head := text[start:min(len(text), start+maxBegin)]
	b := block{start: start, count: -1}
	bodyAt := start
	if m := beginLine.FindSubmatchIndex(head); m != nil {
		part := func(i int) string { return string(head[m[2*i]:m[2*i+1]]) }
		b.begin, b.label = part(0), strings.Join(strings.Fields(part(1)), " ")
		b.words = part(3) + "-" + part(4) + "-" + part(5)
		if n, err := strconv.Atoi(part(2)); err == nil {
			b.count = n
		} else {
			b.count = int(^uint(0) >> 1) // more digits than a number has: no file is that long
		}
		bodyAt += m[1]
	} else {
		b.begin = string(head)
		bodyAt += skipBegin(head)
	}
	b.body, b.end, b.ended = bodyOf(text, bodyAt)
	return b
}

// skipBegin returns where the body starts behind a BEGIN line that cannot be read: after its closing dashes or, if it has
// none, after its line.
func skipBegin(head []byte) int {
	line := head
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		line = head[:i]
	}
	if i := bytes.LastIndex(line, []byte("--")); i >= 0 {
		return i + 2
	}
	return len(line)
}

// bodyOf returns what stands between at and the END line, or else the end of the text.
func bodyOf(text []byte, at int) (body []byte, end int, ended bool) {
	start, end := indexMark(text[at:], "END")
	if start < 0 {
		return text[at:], len(text), false
	}
	return text[at : at+start], at + end, true
}

// bundle returns the bytes of the bundle in b when they are those that the BEGIN line announces.
// Otherwise the problem is file_cut or file_changed.
func (b block) bundle() ([]byte, error) {
	chars := base64Chars(b.body)
	if b.count < 0 {
		return b.unannounced(chars)
	}
	if b.count <= maxBundle {
		want := base64.RawStdEncoding.EncodedLen(b.count)
		if len(chars) >= want {
			raw, err := base64.RawStdEncoding.Strict().DecodeString(string(chars[:want]))
			if err == nil && FileWords(raw) == b.words {
				return raw, nil
			}
			return nil, changed(errors.New("the check words do not match"))
		}
	}
	have := base64.RawStdEncoding.DecodedLen(len(chars))
	err := fmt.Errorf("%d of %d bytes", have, b.count)
	if b.ended {
		return nil, changed(err)
	}
	return nil, cut(err)
}

// unannounced reads a body whose BEGIN line is damaged: it is taken if it holds exactly one complete bundle.
func (b block) unannounced(chars []byte) ([]byte, error) {
	raw, err := firstValue(chars)
	switch {
	case err == nil:
		return raw, nil
	case !b.ended:
		return nil, cut(fmt.Errorf("no END line: %w", err))
	}
	return nil, changed(fmt.Errorf("the BEGIN line cannot be read: %w", err))
}

// bareMark is how base64 of a bundle begins.
var bareMark = []byte("eyJob2xkZmFzdCI6")

var errAbsent = errors.New("no bundle")

// firstValue looks for a bundle in base64 and returns its bytes. The error is errAbsent, errShort when one begins well and the
// text ends inside it, or says what is wrong with it.
func firstValue(chars []byte) ([]byte, error) {
	i := bytes.Index(chars, bareMark)
	if i < 0 {
		return nil, errAbsent
	}
	part := chars[i:min(len(chars), i+base64.RawStdEncoding.EncodedLen(maxBundle))]
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(part)))
	n, _ := base64.RawStdEncoding.Decode(out, part)
	end, err := scanJSON(out[:n], bundleShape())
	if err == nil && !json.Valid(out[:end]) {
		err = errSyntax
	}
	return out[:end], err
}

// base64Chars keeps the letters of standard base64; padding, white space and quoting marks fall away.
func base64Chars(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for _, c := range body {
		if isBase64[c] {
			out = append(out, c)
		}
	}
	return out
}

var isBase64 = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = true
	}
	return t
}()

// parseBundle decodes the bytes of a bundle, or of a single envelope.
func parseBundle(raw []byte) (Bundle, error) {
	v, ok := plainBundle(raw)
	if !ok {
		if err := decodeStrict(raw, &v); err != nil {
			return Bundle{}, malformed(fmt.Errorf("bundle: %w", err))
		}
	}
	if v.Format == "" {
		var e Envelope
		if err := decodeStrict(raw, &e); err == nil && e.PayloadType != "" {
			v = Bundle{Format: BundleFormat, Envelopes: []Envelope{e}}
		}
	}
	switch {
	case v.Format == BundleFormat:
	case strings.HasPrefix(v.Format, bundlePrefix):
		return Bundle{}, tooNew("", fmt.Errorf("bundle format %q", v.Format))
	default:
		return Bundle{}, terms.NewProblem(terms.StateFileOtherKind, terms.Slots{"kind": OtherText}, nil)
	}
	if len(v.Envelopes) == 0 || len(v.Envelopes) > maxEnvelopes {
		return Bundle{}, malformed(fmt.Errorf("%d envelopes", len(v.Envelopes)))
	}
	return v, nil
}
