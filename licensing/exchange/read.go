package exchange

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"holdfast/licensing/terms"
)

// MaxFile is the most bytes that a file may have.
const MaxFile = 16 << 20

const (
	maxUnpacked   = 64 << 20
	maxText       = 4 << 20 // of a longer text only this much from the first block on is searched
	maxContainers = 4       // mail in archive in mail …
)

// Repairs that Found.Repaired lists.
const (
	RepairBOM             = "bom"
	RepairUTF16           = "utf16"
	RepairLineBreaks      = "line_breaks" // lost, added, moved, or of another system
	RepairQuoting         = "quoting"     // "> " before lines
	RepairDashes          = "dashes"
	RepairSpaces          = "spaces" // no-break, zero-width, tabs
	RepairEscapes         = "escapes"
	RepairQuotedPrintable = "quoted_printable"
	RepairHTML            = "html"
	RepairTextAround      = "text_around"
	RepairBeginLine       = "begin_line"
	RepairEndLine         = "end_line"
	RepairBare            = "bare" // base64 or JSON without BEGIN and END
	RepairMail            = "mail"
	RepairArchive         = "archive"
)

// Found is one bundle that Read found, or, with Problem set, one that it could not read beside others that it could.
type Found struct {
	// Name is for messages only: the file's name, or that of the attachment or archive entry it was in.
	Name   string
	Bundle Bundle
	// Raw are the bytes of the bundle, or the whole of a compact file: what a home keeps, and what Hash and Words are made of.
	// Read reads them too.
	Raw   []byte
	Words string
	// Repaired lists what was put right, as Repair constants, sorted.
	Repaired []string
	Problem  *terms.Problem
}

// Hash is the SHA-256 of the bundle in hex, the name under which a document is kept.
func (f Found) Hash() string {
	sum := sha256.Sum256(f.Raw)
	return hex.EncodeToString(sum[:])
}

// Kind is the kind of the bundle's main document as it says itself, unverified: that of the first request, response or usage
// file, else KindProfile. "" when nothing in it can be read.
func (f Found) Kind() Kind {
	var kind Kind
	for _, e := range f.Bundle.Envelopes {
		_, k := PeekHeader(e)
		if k != KindProfile && k != "" {
			return k
		}
		kind = max(kind, k)
	}
	return kind
}

// Read finds the bundles in the content of a file: in an armored file, whatever mail, browsers and editors did to it, in a
// mail with the file attached or in its text, in an archive (one level), in bare base64. name is used for
// messages and for naming damage, never to decide what the file is. Each bundle is returned once, in order.
//
// The error is a *terms.Problem: file_empty, file_cut, file_changed, file_too_new, file_unreadable or file_other_kind, the most
// specific one when several things are wrong. It is returned when no bundle can be read; when some can, those that cannot
// are among the results with Problem set. Read verifies no signature.
func Read(name string, data []byte) ([]Found, error) {
	if len(data) > MaxFile {
		return nil, unreadable(CauseTooLarge, nil)
	}
	r := reader{name: plainName(name), seen: map[string]bool{}, left: maxUnpacked}
	r.content(r.name, data, 0)
	return r.result()
}

// reader collects what one call of Read finds.
type reader struct {
	name     string
	found    []Found
	seen     map[string]bool // words of bundles found
	problems []trouble
	left     int // bytes that may still be unpacked
	parts    int
	inZip    bool
	repairs  []string // of the containers around what is being read
}

// trouble is a problem with the check words that the damaged block announced, if any.
type trouble struct {
	name, words string
	problem     *terms.Problem
}

func (r *reader) fail(name, words string, p *terms.Problem) {
	r.problems = append(r.problems, trouble{cmp.Or(name, r.name), words, p})
}

// within runs f with repair noted for everything that f finds.
func (r *reader) within(repair string, f func()) {
	if repair == "" {
		f()
		return
	}
	r.repairs = append(r.repairs, repair)
	f()
	r.repairs = r.repairs[:len(r.repairs)-1]
}

// rank orders problems by how much they say; above zero, the file was one of ours.
func rank(p *terms.Problem) int {
	switch p.State {
	case terms.StateFileTooNew:
		return 4
	case terms.StateFileChanged:
		return 3
	case terms.StateFileCut:
		return 2
	case terms.StateFileUnreadable:
		if p.Slots["cause"] == CauseTooLarge {
			return 5
		}
		return 1
	case terms.StateFileEmpty:
		return 0
	}
	if unopened(p) {
		return 0
	}
	return -1
}

// unopened says that there may be a file of ours where we could not look.
func unopened(p *terms.Problem) bool {
	return p.Slots["kind"] == OtherLocked || p.Slots["kind"] == OtherPacked
}

func (r *reader) result() ([]Found, error) {
	var worst *terms.Problem
	for _, t := range r.problems {
		if worst == nil || rank(t.problem) > rank(worst) {
			worst = t.problem
		}
		// A mail often has the same block twice, once spoiled by HTML.
		if len(r.found) > 0 && rank(t.problem) > 0 && !r.seen[t.words] {
			r.found = append(r.found, Found{Name: t.name, Problem: t.problem})
		}
	}
	for _, f := range r.found {
		if f.Problem == nil {
			return r.found, nil
		}
	}
	if worst == nil {
		worst = otherKind(OtherUnknown)
	}
	return nil, worst
}

// inner reads one attachment or archive entry. Problems of those that are not ours are forgotten: the container as a whole
// has its own.
func (r *reader) inner(name string, data []byte, depth int) {
	before := len(r.problems)
	r.content(name, data, depth)
	kept := r.problems[:before]
	for _, t := range r.problems[before:] {
		if rank(t.problem) > 0 || oursByName(name) || unopened(t.problem) {
			kept = append(kept, t)
		}
	}
	r.problems = kept
}

// content reads one file, attachment or archive entry.
func (r *reader) content(name string, data []byte, depth int) {
	if isBlank(data) {
		r.fail(name, "", empty())
		return
	}
	if depth > maxContainers {
		r.fail(name, "", otherKind(OtherPacked))
		return
	}
	if bytes.HasPrefix(data, []byte(zipMagic)) || bytes.HasPrefix(data, []byte(zipEmpty)) {
		r.archive(name, data, depth)
		return
	}
	if isCompact(data) {
		r.compact(name, data)
		return
	}
	text, repaired := toUTF8(data)
	r.within(repaired, func() {
		if isMail(text) && r.mail(name, text, depth) {
			return
		}
		if !r.text(name, text) {
			kind := sniff(text)
			if kind == OtherText && (oursByName(name) || cutInBegin(text)) {
				r.fail(name, "", cut(nil))
				return
			}
			r.fail(name, "", otherKind(kind))
		}
	})
}

// take keeps a bundle unless it is known already, and returns whether it could be decoded.
func (r *reader) take(name string, raw []byte, repaired []string) bool {
	v, err := parseBundle(raw)
	if err != nil {
		p := asProblem(err)
		r.fail(name, "", p)
		return rank(p) > 0
	}
	r.add(name, v, raw, repaired)
	return true
}

func (r *reader) add(name string, v Bundle, raw []byte, repaired []string) {
	words := FileWords(raw)
	f := Found{Name: cmp.Or(name, r.name), Bundle: v, Raw: raw, Words: words, Repaired: append(repaired, r.repairs...)}
	slices.Sort(f.Repaired)
	f.Repaired = slices.Compact(f.Repaired)
	if r.seen[words] && slices.ContainsFunc(r.found, func(have Found) bool { return bytes.Equal(have.Raw, raw) }) {
		return
	}
	r.seen[words] = true
	r.found = append(r.found, f)
}
