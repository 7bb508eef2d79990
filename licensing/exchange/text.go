package exchange

import (
	"bytes"
	"errors"
)

// text reads the blocks in a text. It returns false when there is nothing of ours in it.
func (r *reader) text(name string, text []byte) bool {
	if r.json(name, text) {
		return true
	}
	text = window(text)
	var last *attempt
	for _, w := range rewritings {
		undone := w.undo(text)
		if w.name != "" && bytes.Equal(undone, text) {
			continue
		}
		a := try(undone)
		if len(a.blocks) == 0 {
			continue
		}
		if a.name = w.name; last == nil || a.good >= last.good {
			last = a
		}
		if a.good == len(a.blocks) {
			break
		}
	}
	if last != nil {
		r.keep(name, last)
		return true
	}
	return r.bare(name, text)
}

// attempt is what one rewriting made of a text.
type attempt struct {
	name           string
	text           []byte
	dashes, spaces bool
	blocks         []block
	raws           [][]byte
	errs           []error
	good           int
}

func try(text []byte) *attempt {
	a := &attempt{}
	a.text, a.dashes, a.spaces = plainText(text)
	a.blocks = findBlocks(a.text)
	for _, b := range a.blocks {
		raw, err := b.bundle()
		if err == nil {
			a.good++
		}
		a.raws, a.errs = append(a.raws, raw), append(a.errs, err)
	}
	return a
}

func (r *reader) keep(name string, a *attempt) {
	for i, b := range a.blocks {
		if a.errs[i] != nil {
			r.fail(name, b.words, asProblem(a.errs[i]))
			continue
		}
		r.take(name, a.raws[i], a.repairs(b, i == len(a.blocks)-1))
	}
}

// repairs says what was unlike the file that Armor wrote.
func (a *attempt) repairs(b block, last bool) []string {
	var out []string
	note := func(when bool, repair string) {
		if when {
			out = append(out, repair)
		}
	}
	note(a.name != "", a.name)
	note(b.count < 0, RepairBeginLine)
	note(!b.ended, RepairEndLine)
	lead := a.text[max(0, b.start-5):b.start]
	note(a.dashes || string(lead) != "-----" || !bytes.HasSuffix([]byte(b.begin), []byte("-----")), RepairDashes)
	breaks, quoting, spaces := layout(b.body)
	note(breaks, RepairLineBreaks)
	note(quoting, RepairQuoting)
	note(spaces || a.spaces, RepairSpaces)
	if b.ended && last {
		_, rest, _ := bytes.Cut(a.text[b.end:], []byte("\n"))
		note(len(bytes.TrimSpace(rest)) > 0, RepairTextAround)
	}
	return out
}

// layout compares a body with one line break and then full lines, each ended by a line feed.
func layout(body []byte) (breaks, quoting, spaces bool) {
	column := 0
	lines := 0
	short := false
	for _, c := range body {
		switch {
		case c == '\n':
			if lines > 0 {
				breaks = breaks || short || column == 0
				short = column != lineLength
			} else {
				breaks = breaks || column != 0
			}
			lines++
			column = 0
		case c == '\r':
			breaks = true
		case c == ' ' || c == '\t':
			spaces = true
		case c == '>' || c == '|':
			quoting = true
		case c != '-':
			column++
		}
	}
	return breaks || lines < 2 || column > lineLength, quoting, spaces
}

// window bounds the text that is rewritten: from shortly before the first sign of a block on.
func window(text []byte) []byte {
	if len(text) <= maxText {
		return text
	}
	at := bytes.Index(text, []byte("HOLDFAST"))
	if at < 0 {
		return text[:maxText]
	}
	start := max(0, at-1024)
	return text[start:min(len(text), start+maxText)]
}

// json takes a bundle or an envelope that stands there as JSON.
func (r *reader) json(name string, text []byte) bool {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || text[0] != '{' || len(text) > maxBundle {
		return false
	}
	head := text[:min(len(text), 256)]
	if !bytes.Contains(head, []byte(`"holdfast"`)) && !bytes.Contains(head, []byte(`"payloadType"`)) {
		return false
	}
	end, err := scanJSON(text, bundleShape())
	switch {
	case errors.Is(err, errShort):
		r.fail(name, "", cut(err))
	case err != nil:
		r.fail(name, "", changed(err))
	default:
		return r.take(name, text[:end], []string{RepairBare})
	}
	return true
}

// bare takes base64 that has lost its BEGIN line, or never had one.
func (r *reader) bare(name string, text []byte) bool {
	var ours, short bool
	for _, w := range rewritings {
		undone := w.undo(text)
		if w.name != "" && bytes.Equal(undone, text) {
			continue
		}
		plain, _, _ := plainText(undone)
		end, _ := indexMark(plain, "END")
		if end >= 0 {
			plain, ours = plain[:end], true
		}
		raw, err := firstValue(base64Chars(plain))
		switch {
		case err == nil:
			return r.take(name, raw, []string{RepairBare})
		case errors.Is(err, errShort):
			ours, short = true, short || end < 0
		case !errors.Is(err, errAbsent):
			ours = true
		}
	}
	if !ours {
		return false
	}
	if short {
		r.fail(name, "", cut(nil))
	} else {
		r.fail(name, "", changed(nil))
	}
	return true
}

// cutInBegin says whether text ends inside a BEGIN line.
func cutInBegin(text []byte) bool {
	text = bytes.TrimSpace(text)
	full := "-----BEGIN HOLDFAST"
	for n := len(full); n >= len("-----BEGIN"); n-- {
		if bytes.HasSuffix(text, []byte(full[:n])) {
			return true
		}
	}
	return false
}
