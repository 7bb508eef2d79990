package ledger

import (
	"errors"
	"fmt"
)

// Read calls fn for every entry from number from on (0 and 1: all), in order. A closed segment is verified whole, with its
// signed CLOSE, before its first entry is passed. Damage does not end the reading: what can be read of a
// damaged segment is passed as Loose, and Read returns a *DamageError at the end, unless a HEADER tells of the damage already.
// An error of fn ends the reading and is returned as it is. Entries that are appended meanwhile are not passed. Body may be
// kept, but keeps the segment it came from in memory.
func (l *Ledger) Read(from uint64, fn func(Entry) error) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return ErrClosed
	}
	segs := append([]segment(nil), l.segs...)
	end := l.end
	l.mu.Unlock()
	var damage DamageError
	for i := range segs {
		s := &segs[i]
		if s.last < from {
			continue
		}
		limit := int64(-1)
		if i == len(segs)-1 && s.ok() {
			limit = end
		}
		if err := l.readSegment(s, limit, from, fn, &damage); err != nil {
			return err
		}
	}
	if len(damage.Findings) > 0 {
		return &damage
	}
	return nil
}

// At returns the entry with number seq, for comparing its Head with an anchor. ErrNotFound when there is none, or when it was lost.
func (l *Ledger) At(seq uint64) (Entry, error) {
	if seq == 0 {
		return Entry{}, ErrNotFound
	}
	found := Entry{}
	err := l.Read(seq, func(e Entry) error {
		found = e
		return errStop
	})
	if err != nil && !errors.Is(err, errStop) && !errors.Is(err, ErrDamaged) {
		return Entry{}, err
	}
	if found.Seq != seq {
		return Entry{}, fmt.Errorf("entry %d: %w", seq, ErrNotFound)
	}
	return found, nil
}

var errStop = errors.New("stop")

func (l *Ledger) readSegment(s *segment, limit int64, from uint64, fn func(Entry) error, damage *DamageError) error {
	if s.as == missing {
		damage.add(s)
		return nil
	}
	data, err := s.load(l.o.FS, l.dir, limit)
	if err != nil {
		return fmt.Errorf("read segment %d: %w", s.num, err)
	}
	c := s.parse(data)
	judge(s, &c, l.keys)
	if !s.ok() {
		damage.add(s)
	}
	return pass(s, &c, from, fn)
}

// judge compares what was read now with what is known of the segment.
func judge(s *segment, c *contents, keys []signKey) {
	if !s.ok() {
		return
	}
	switch {
	case c.fault != faultNone || c.body == nil:
		s.code, s.at = Changed, c.last+1
	case string(c.body) != string(s.body):
		s.code, s.at = Changed, s.first
	case s.closing != nil && (c.closing == nil || closeHash(c.closeBody) != s.closed):
		s.code, s.at = Changed, s.first
	case s.closing == nil && c.closing == nil && c.last < s.last:
		s.code, s.at = Cut, c.last+1
	case c.closing != nil && len(keys) > 0:
		if s.signed = signedBy(c.closeBody, keys); !s.signed {
			s.code, s.at = Signature, s.first
		}
	}
}

// pass delivers the entries of a segment.
func pass(s *segment, c *contents, from uint64, fn func(Entry) error) error {
	shift := uint64(0)
	if s.body == nil && c.body != nil { // its HEADER is another segment's
		shift = s.first - c.header.First
	}
	for _, row := range [2][]Entry{c.entries, c.loose} {
		for _, e := range row {
			e.Seq += shift
			if e.Loose = e.Loose || !s.ok(); shift != 0 {
				e.Head = Head{}
			}
			if e.Seq < from || e.Seq > s.last {
				continue
			}
			if err := fn(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *DamageError) add(s *segment) {
	if !s.noted {
		e.Findings = append(e.Findings, Finding{Segment: s.num, Seq: max(s.at, s.first), Code: s.code})
	}
}
