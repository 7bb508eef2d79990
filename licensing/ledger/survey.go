package ledger

import (
	"fmt"
)

// survey looks at all segments of dir and judges how they fit together: whole ones when thorough, else only the last one and
// the ends of the others. It writes nothing. It fails when the disk fails or a segment is of a later version.
func survey(dir string, o Options, thorough bool) ([]segment, error) {
	segs, err := list(o.FS, dir)
	if err != nil {
		return nil, err
	}
	noted := map[uint64]notice{}
	for i := range segs {
		s := &segs[i]
		if err := examine(dir, o, s, thorough || i == len(segs)-1); err != nil {
			return nil, fmt.Errorf("segment %d: %w", s.num, err)
		}
		if s.header.Ledger != o.ID || s.header.Segment != s.num {
			continue
		}
		for _, n := range s.header.notices {
			if n.Segment < s.num {
				noted[n.Segment] = n
			}
		}
	}
	for i := range segs {
		link(segs, i, o.ID, noted)
	}
	return segs, nil
}

// examine reads one segment and judges it alone.
func examine(dir string, o Options, s *segment, whole bool) error {
	if s.as == missing {
		s.code = Missing
		return nil
	}
	if s.as == asPruned || !whole && s.as == asSegment {
		ok, err := s.glance(o.FS, dir)
		s.closeBody = nil
		if ok || err != nil {
			return err
		}
		if s.as == asPruned {
			return s.unreadable(o, dir)
		}
	}
	data, err := s.load(o.FS, dir, -1)
	if err != nil {
		return err
	}
	s.size = int64(len(data))
	c := parse(data, 0)
	if c.fault == faultTooNew {
		return ErrTooNew
	}
	s.header, s.body, s.closing, s.contents = c.header, c.body, c.closing, &c
	if s.closing != nil {
		s.closed = closeHash(c.closeBody)
	}
	switch {
	case s.as == asDamaged:
		s.code = Damaged
	case c.fault == faultChanged:
		s.code, s.at = Changed, c.last+1
	}
	return nil
}

// unreadable is for a pruned segment that is not HEADER and CLOSE alone.
func (s *segment) unreadable(o Options, dir string) error {
	data, err := s.load(o.FS, dir, -1)
	if err != nil {
		return err
	}
	c := s.parse(data)
	switch {
	case c.fault == faultTooNew:
		return ErrTooNew
	case c.fault != faultNone || c.closing == nil:
		s.code, s.at, s.closing = Changed, c.last+1, nil
	default: // larger than what is looked at first
		s.closing, s.closed = c.closing, closeHash(c.closeBody)
	}
	s.header, s.body, s.size = c.header, c.body, int64(len(data))
	return nil
}

// link judges segment i beside its neighbours, of which those before were judged already.
func link(segs []segment, i int, id string, noted map[uint64]notice) {
	s := &segs[i]
	n, isNoted := noted[s.num]
	s.noted = isNoted
	s.first = 1
	var before *segment
	if i > 0 {
		before = &segs[i-1]
		s.first = before.last + 1
	}
	if s.body != nil {
		h := s.header
		switch {
		case h.Ledger != id || h.Segment != s.num:
			s.code, s.body = first(s.code, Order), nil
		case before == nil:
			if h.First != 1 || h.Previous != "" {
				s.code = first(s.code, Order)
			}
		case before.ok() && before.closing != nil:
			if h.First != s.first || !h.follows(before.closing, before.closed) {
				s.code = first(s.code, Order)
			}
		case before.ok(): // left open: h carries it on
		case h.First < before.first:
			s.code = first(s.code, Order)
		default: // the number tells where the damaged one before ended
			s.first = h.First
			before.last = max(h.First-1, before.first-1)
		}
	}
	var next *segment
	if i+1 < len(segs) {
		next = &segs[i+1]
	}
	s.measure(next)
	if isNoted {
		s.last = max(n.LostTo, s.first-1)
		if s.code == "" {
			s.code = Damaged
		}
	}
}

// measure finds the last number of the segment; next is the one behind it, nil when it is the last.
func (s *segment) measure(next *segment) {
	isLast := next == nil
	switch {
	case s.code == "" && s.closing != nil && s.contents == nil:
		s.last = s.closing.Last
	case s.contents == nil || s.as == missing:
		s.last = s.first - 1
	default:
		c := s.contents
		if s.code == "" && c.closing == nil && !isLast && !next.header.carries(c) {
			s.code, s.at = Cut, c.last+1
		}
		if s.code == "" && c.closing != nil && (c.fault == faultTorn || c.fault == faultEmpty) && !isLast {
			s.code, s.at = Changed, c.last+1
		}
		if s.body == nil { // numbered from the neighbours, not from its own HEADER
			s.last = s.first - 1 + c.lostTo - (max(c.header.First, 1) - 1)
			return
		}
		s.last = c.last
		if s.code != "" {
			s.last = c.lostTo
		}
	}
}

// first keeps what was found wrong before.
func first(old, found Code) Code {
	if old == "" {
		return found
	}
	return old
}
