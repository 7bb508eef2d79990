package ledger

import (
	"bytes"
	"errors"
)

// fault is what is wrong inside one segment file.
type fault byte

const (
	faultNone    fault = iota
	faultTorn          // the last frame is unfinished and nothing intact follows: a write that was cut off
	faultEmpty         // nothing but zeros follows: room made for later, or a write that never came
	faultChanged       // anything else
	faultTooNew        // written by a later version
)

// contents is what the bytes of one segment say. Reading them cannot fail: what is wrong is in fault.
type contents struct {
	header    header
	body      []byte  // of HEADER; nil when it cannot be read
	entries   []Entry // up to the first fault, in the chain
	loose     []Entry // behind a fault, where the number is certain; no Head
	closing   *closing
	closeBody []byte
	head      Head   // after the last of entries
	last      uint64 // number of the last of entries, or the number before first
	good      int    // bytes up to the first fault
	fault     fault
	lostTo    uint64 // highest number that the damaged rest may have used
}

// parse reads a segment. first numbers the entries when the HEADER cannot be read.
func parse(data []byte, first uint64) contents {
	c := contents{last: max(first, 1) - 1}
	if f, ok := readFrame(data); ok && f.typ == typeHeader {
		h, err := parseHeader(f.body)
		if errors.Is(err, ErrTooNew) {
			c.fault = faultTooNew
			return c
		}
		if err == nil {
			c.header, c.body, c.good = h, f.body, f.size()
			c.last, c.head = h.First-1, startHead(f.body)
		}
	}
	if c.body != nil {
		c.readEntries(data)
	}
	c.lostTo = c.last
	switch {
	case c.body != nil && c.good < len(data) && allZero(data[c.good:]):
		c.fault = faultEmpty
	case c.good < len(data) || c.body == nil:
		c.readDamaged(data)
	}
	return c
}

func allZero(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }

// parse reads a segment's file according to what it is.
func (s *segment) parse(data []byte) contents {
	if s.as != asPruned {
		return parse(data, s.first)
	}
	c := contents{fault: faultChanged}
	f, ok := readFrame(data)
	if !ok || f.typ != typeHeader {
		return c
	}
	h, err := parseHeader(f.body)
	if errors.Is(err, ErrTooNew) {
		c.fault = faultTooNew
	}
	if err != nil {
		return c
	}
	c.header, c.body, c.last, c.good = h, f.body, h.First-1, f.size()
	f, ok = readFrame(data[c.good:])
	if !ok || f.typ != typeClose || c.good+f.size() != len(data) {
		return c
	}
	cl, err := parseClose(f.body)
	if err != nil || cl.Ledger != h.Ledger || cl.Segment != h.Segment || cl.First != h.First {
		return c
	}
	c.closing, c.closeBody, c.good, c.last, c.fault = &cl, f.body, len(data), cl.Last, faultNone
	return c
}

// readEntries goes on from the HEADER to the CLOSE, the end or the first fault.
func (c *contents) readEntries(data []byte) {
	c.entries = make([]Entry, 0, countFrames(data[c.good:]))
	for c.good < len(data) {
		f, ok := readFrame(data[c.good:])
		switch {
		case !ok || f.typ == typeHeader:
			return
		case f.typ == typeClose:
			if cl, err := parseClose(f.body); err == nil && cl.fits(c.header, c.last, c.head) {
				c.closing, c.closeBody = &cl, f.body
				c.good += f.size()
			}
			return
		}
		body, beside := f.entry()
		c.last++
		c.head = nextHead(c.head, c.last, body)
		c.entries = append(c.entries, Entry{Seq: c.last, Type: f.typ, Body: body, Beside: beside, Head: c.head})
		c.good += f.size()
	}
}

// countFrames says how many frames there are at most, by their lengths alone.
func countFrames(b []byte) (n int) {
	for {
		l, ok := frameLength(b)
		if !ok || l > len(b)-frameHead {
			return n
		}
		b = b[frameHead+l:]
		n++
	}
}

// run is a row of intact entries behind a fault.
type run struct {
	entries []Entry
	sure    bool   // exactly lost entries lie between the run before and this one
	lost    uint64 // how many; at most, when not sure
}

// readDamaged looks at what follows the first fault: nothing intact (torn), or runs of entries. It numbers the runs
// forward while each damaged frame still says where the next begins, and backward from the CLOSE.
func (c *contents) readDamaged(data []byte) {
	var runs []run
	var end *closing
	budget := searchBudget
	c.fault = faultTorn
	if c.body == nil {
		c.fault = faultChanged
	}
	for p := c.good; p < len(data); {
		r := run{sure: true}
		q := p
		if _, ok := readFrame(data[p:]); !ok {
			if q = findFrame(data, p+1, &budget); q < 0 {
				c.lostTo += atMost(len(data) - p)
				break
			}
			r = gap(data[p:], q-p, p == 0)
		}
		c.fault = faultChanged
		for f, ok := readFrame(data[q:]); ok; f, ok = readFrame(data[q:]) {
			q += f.size()
			if f.typ >= FirstType {
				body, beside := f.entry()
				r.entries = append(r.entries, Entry{Type: f.typ, Body: body, Beside: beside, Loose: true})
			} else if cl, err := parseClose(f.body); err == nil && f.typ == typeClose && q == len(data) {
				end = &cl
			}
		}
		c.lostTo += r.lost + uint64(len(r.entries))
		runs = append(runs, r)
		if budget < 0 {
			c.lostTo += atMost(len(data) - q)
			break
		}
		p = q
	}
	switch {
	case c.closing != nil: // bytes behind the CLOSE are nobody's entries
		c.lostTo = c.last
		return
	case end != nil && end.Last >= atLeast(runs, c.last) && end.Last <= c.lostTo:
		c.lostTo = end.Last
	default:
		end = nil
	}
	c.loose = number(runs, c.last, end)
}

// gap judges n damaged bytes at the start of b: one frame, when its head still leads to the next intact one.
func gap(b []byte, n int, isHeader bool) run {
	if l, ok := frameLength(b); ok && l+frameHead == n {
		if isHeader || b[0] == typeClose {
			return run{sure: true}
		}
		return run{sure: true, lost: 1}
	}
	return run{lost: atMost(n)}
}

// atMost is the number of entries that n bytes can have held.
func atMost(n int) uint64 { return uint64(max(1, n/frameHead)) }

// atLeast is the lowest number that the last entry of the runs can have.
func atLeast(runs []run, last uint64) uint64 {
	for _, r := range runs {
		if last += uint64(len(r.entries)); r.sure {
			last += r.lost
		} else {
			last++
		}
	}
	return last
}

// number gives the entries of the runs their numbers, as far as these are certain.
func number(runs []run, last uint64, end *closing) []Entry {
	known := 0
	for ; known < len(runs) && runs[known].sure; known++ {
		last += runs[known].lost
		for i := range runs[known].entries {
			last++
			runs[known].entries[i].Seq = last
		}
	}
	from := len(runs)
	if end != nil {
		n := end.Last
		for from > known {
			from--
			r := runs[from]
			for i := len(r.entries) - 1; i >= 0; i-- {
				r.entries[i].Seq = n
				n--
			}
			if !r.sure {
				break
			}
			n -= r.lost
		}
	}
	var all []Entry
	for i, r := range runs {
		if i < known || i >= from {
			all = append(all, r.entries...)
		}
	}
	return all
}
