package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"holdfast/licensing/disk"
)

// Segment is what is known of one segment without reading it whole.
type Segment struct {
	Number, First, Last uint64
	Header              []byte // body of HEADER; nil when it cannot be read
	Closed              bool
	CloseHash           Head // SHA-256(0x02, body of CLOSE), as the next HEADER names it
	Pruned              bool // only HEADER and CLOSE are left
	Damaged             bool
	Missing             bool
}

// Segments lists the segments, oldest first.
func (l *Ledger) Segments() []Segment {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Segment, len(l.segs))
	for i := range l.segs {
		all[i] = l.segs[i].face()
	}
	return all
}

// Segment is one of them by its number, the last one for 0. ok is false when there is none.
func (l *Ledger) Segment(num uint64) (s Segment, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := uint64(len(l.segs))
	if num == 0 {
		num = n
	}
	if num == 0 || num > n {
		return Segment{}, false
	}
	return l.segs[num-1].face(), true
}

func (s *segment) face() Segment {
	return Segment{
		Number: s.num, First: s.first, Last: s.last, Header: s.body, Closed: s.closing != nil, CloseHash: s.closed,
		Pruned: s.as == asPruned, Damaged: !s.ok(), Missing: s.as == missing,
	}
}

// Whole is a segment with everything in it. Close is the body of CLOSE, nil when there is none.
type Whole struct {
	Segment
	Close   []byte
	Totals  []byte
	Entries []Entry
}

// ReadSegment reads segment num and judges it as Read does. A damaged one is no error: Damaged is set, and its entries are Loose.
func (l *Ledger) ReadSegment(num uint64) (Whole, error) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return Whole{}, ErrClosed
	}
	if num < 1 || num > uint64(len(l.segs)) {
		l.mu.Unlock()
		return Whole{}, fmt.Errorf("segment %d: %w", num, ErrNotFound)
	}
	s, limit := l.segs[num-1], int64(-1)
	if num == uint64(len(l.segs)) && s.ok() && s.as == asSegment {
		limit = l.end
	}
	l.mu.Unlock()
	if s.as == missing {
		return Whole{Segment: s.face()}, nil
	}
	data, err := s.load(l.o.FS, l.dir, limit)
	if errors.Is(err, fs.ErrNotExist) && s.as == asSegment { // pruned meanwhile
		s.as = asPruned
		data, err = s.load(l.o.FS, l.dir, -1)
	}
	if err != nil {
		return Whole{}, fmt.Errorf("read segment %d: %w", num, err)
	}
	c := s.parse(data)
	judge(&s, &c, l.keys)
	w := Whole{Segment: s.face(), Close: c.closeBody}
	if c.body != nil {
		w.Header = c.body
	}
	if c.closing != nil {
		w.Totals = c.closing.Totals
	}
	err = pass(&s, &c, 0, func(e Entry) error {
		w.Entries = append(w.Entries, e)
		return nil
	})
	return w, err
}

// ReadClose returns the body of CLOSE and its totals, and judges only that; nil when the segment has none or is damaged.
func (l *Ledger) ReadClose(num uint64) (body, totals []byte, err error) {
	l.mu.Lock()
	if num < 1 || num > uint64(len(l.segs)) {
		l.mu.Unlock()
		return nil, nil, fmt.Errorf("segment %d: %w", num, ErrNotFound)
	}
	s := l.segs[num-1]
	l.mu.Unlock()
	if s.closing == nil || !s.ok() {
		return nil, nil, nil
	}
	known := s.closed
	if ok, err := s.glance(l.o.FS, l.dir); err != nil || !ok || s.closed != known {
		w, err := l.ReadSegment(num)
		if err != nil || w.Damaged {
			return nil, nil, err
		}
		return w.Close, w.Totals, nil
	}
	return s.closeBody, s.closing.Totals, nil
}

// Beside calls fn with number and bytes beside the body of every entry that has such, newest segment first, until fn
// returns false at the end of a segment (done). It proves nothing: only the checksums are compared.
func (l *Ledger) Beside(fn func(seq uint64, beside []byte), done func(first uint64) bool) error {
	l.mu.Lock()
	segs, end := append([]segment(nil), l.segs...), l.end
	l.mu.Unlock()
	for i := len(segs) - 1; i >= 0; i-- {
		s, limit := &segs[i], int64(-1)
		if s.as == missing || s.as == asPruned {
			continue
		}
		if i == len(segs)-1 && s.ok() {
			limit = end
		}
		data, err := s.load(l.o.FS, l.dir, limit)
		if err != nil {
			return fmt.Errorf("read segment %d: %w", s.num, err)
		}
		s.beside(data, fn)
		if done(s.first) {
			return nil
		}
	}
	return nil
}

func (s *segment) beside(data []byte, fn func(uint64, []byte)) {
	if !s.ok() {
		c := parse(data, s.first)
		_ = pass(s, &c, 0, func(e Entry) error {
			if e.Beside != nil {
				fn(e.Seq, e.Beside)
			}
			return nil
		})
		return
	}
	seq := s.first - 1
	for len(data) > 0 {
		f, ok := readFrame(data)
		if !ok {
			return
		}
		if f.typ >= FirstType {
			seq++
			if _, beside := f.entry(); beside != nil {
				fn(seq, beside)
			}
		}
		data = data[f.size():]
	}
}

// Prune takes the entries out of all closed segments up to number through; HEADER and CLOSE stay, as NNN.pruned. A damaged
// segment and the last one are left as they are. It returns the segments that were pruned.
func (l *Ledger) Prune(through uint64) ([]uint64, error) {
	if l.o.Sign == nil {
		return nil, ErrReadOnly
	}
	var pruned []uint64
	for num := uint64(1); num <= through; num++ {
		var did bool
		err := l.run(func() (err error) {
			did, err = l.pruneOne(num)
			return err
		})
		if err != nil {
			return pruned, fmt.Errorf("prune segment %d: %w", num, err)
		}
		if did {
			pruned = append(pruned, num)
		}
	}
	return pruned, nil
}

func (l *Ledger) pruneOne(num uint64) (bool, error) {
	l.mu.Lock()
	if num >= uint64(len(l.segs)) {
		l.mu.Unlock()
		return false, nil
	}
	s := l.segs[num-1]
	l.mu.Unlock()
	if s.as != asSegment || !s.ok() || s.closing == nil {
		return false, nil
	}
	data, err := s.load(l.o.FS, l.dir, -1)
	if err != nil {
		return false, err
	}
	c := parse(data, s.first)
	if judge(&s, &c, l.keys); !s.ok() {
		return false, nil // stays as it is, to be looked into
	}
	left := appendFrame(appendFrame(nil, typeHeader, c.body), typeClose, c.closeBody)
	old := s.path(l.dir)
	if err := disk.WriteFile(l.o.FS, filepath.Join(l.dir, baseName(num)+pruned), left, 0o600); err != nil {
		return false, err
	}
	if err := l.o.FS.Remove(old); err != nil {
		return false, err
	}
	l.mu.Lock()
	l.segs[num-1].as = asPruned
	l.mu.Unlock()
	return true, l.o.FS.SyncDir(l.dir)
}
