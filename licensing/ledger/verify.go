package ledger

import (
	"crypto/ed25519"
	"fmt"
)

type signKey = ed25519.PublicKey

// Code says what is wrong with a segment. Codes are stable.
type Code string

// What Verify can find.
const (
	Cut       Code = "cut"       // it ends too early
	Changed   Code = "changed"   // bytes are not those that were written
	Missing   Code = "missing"   // its file is gone
	Order     Code = "order"     // it does not belong in this place
	Signature Code = "signature" // its CLOSE is not signed by this device
	Damaged   Code = "damaged"   // it was set aside as damaged before
)

// Finding is one thing wrong. Seq is the first entry concerned; Noted means that a later HEADER tells of it.
type Finding struct {
	Segment uint64 `json:"segment"`
	Seq     uint64 `json:"seq,omitempty"`
	Code    Code   `json:"code"`
	Noted   bool   `json:"noted,omitempty"`
}

// Report is the result of Verify. Entries counts the proven ones, Loose those that could be read from damaged
// segments. Head is the chain after LastSeq. Closes were in order, Signed of them were also signed by a key of Options.
type Report struct {
	Segments, Closes, Signed int
	Entries, Loose           uint64
	FirstSeq, LastSeq        uint64
	Head                     Head
	Findings                 []Finding
}

// OK says whether nothing is wrong that the ledger does not tell of itself.
func (r Report) OK() bool {
	for _, f := range r.Findings {
		if !f.Noted {
			return false
		}
	}
	return true
}

// Verify reads everything in dir and writes nothing. An error means that the disk failed or that a later version
// wrote the ledger; what is wrong with the ledger is in the report. A missing or empty directory is an empty ledger. While the
// ledger is written, an entry on its way looks like a cut end.
func Verify(dir string, o Options) (Report, error) {
	return verify(dir, o, func(Entry) error { return nil })
}

// verify is Verify with a further check of each entry's body.
func verify(dir string, o Options, check func(Entry) error) (Report, error) {
	var r Report
	o, err := o.complete()
	if err != nil {
		return r, err
	}
	segs, err := survey(dir, o, false)
	if err != nil {
		return r, fmt.Errorf("verify ledger: %w", err)
	}
	keys := o.keys()
	ahead := readAhead(dir, o, segs)
	defer ahead.stop()
	for i := range segs {
		s := &segs[i]
		r.Segments++
		if err := r.segment(ahead.of(i), s, i == len(segs)-1, keys, check); err != nil {
			return r, fmt.Errorf("verify segment %d: %w", s.num, err)
		}
		if !s.ok() {
			r.Findings = append(r.Findings, Finding{Segment: s.num, Seq: max(s.at, s.first), Code: s.code, Noted: s.noted})
		}
	}
	return r, nil
}

// segment verifies one segment whole.
func (r *Report) segment(read func() (contents, error), s *segment, isLast bool, keys []signKey, check func(Entry) error) error {
	if s.as == missing {
		return nil
	}
	c := s.contents
	s.contents = nil
	if c == nil || s.body == nil {
		fresh, err := read()
		if err != nil {
			return err
		}
		c = &fresh
	}
	unfinished := isLast && s.ok() && c.fault == faultTorn
	if isLast && s.ok() && c.fault == faultEmpty {
		c.fault = faultNone
	}
	if unfinished {
		c.fault = faultNone
		r.Findings = append(r.Findings, Finding{Segment: s.num, Seq: c.last + 1, Code: Cut})
	}
	judge(s, c, keys)
	if c.closing != nil && s.ok() {
		r.Closes++
		if s.signed {
			r.Signed++
		}
	}
	return pass(s, c, 0, func(e Entry) error {
		if err := check(e); err != nil {
			if !s.noted {
				r.Findings = append(r.Findings, Finding{Segment: s.num, Seq: e.Seq, Code: Changed})
			}
			return nil
		}
		if e.Loose {
			r.Loose++
			return nil
		}
		if r.FirstSeq == 0 {
			r.FirstSeq = e.Seq
		}
		r.Entries++
		r.LastSeq, r.Head = e.Seq, e.Head
		return nil
	})
}
