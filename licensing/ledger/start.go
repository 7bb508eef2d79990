package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"holdfast/licensing/clock"
	"holdfast/licensing/disk"
)

// start takes over what the survey found, sets damaged segments aside and cuts an unfinished end.
func (l *Ledger) start(segs []segment) (Recovery, error) {
	var rec Recovery
	l.w = writer{l: l, watch: clock.Stopwatch()}
	for i := range segs {
		s := &segs[i]
		if s.ok() {
			continue
		}
		if err := l.setAside(s, &rec); err != nil {
			return rec, err
		}
	}
	l.seq, l.head = tail(segs)
	l.segs = segs
	if n := len(segs); n > 0 {
		if err := l.resume(&segs[n-1], &rec); err != nil {
			return rec, err
		}
	}
	rec.Restarted = len(l.w.pending) > 0
	for i := range segs {
		segs[i].contents = nil
	}
	return rec, nil
}

// setAside renames a damaged segment and prepares the notice on it, unless a HEADER has one already.
func (l *Ledger) setAside(s *segment, rec *Recovery) error {
	n := notice{Segment: s.num, Code: s.code}
	name := baseName(s.num) + suffix
	if s.as != missing {
		data, err := s.load(l.o.FS, l.dir, -1)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		n.Sum = hex.EncodeToString(sum[:])
	}
	if s.as == asSegment && l.o.Sign != nil {
		to, err := freeName(l.o.FS, filepath.Join(l.dir, baseName(s.num)+damaged))
		if err != nil {
			return err
		}
		if err := l.o.FS.Rename(s.path(l.dir), to); err != nil {
			return fmt.Errorf("set segment %d aside: %w", s.num, err)
		}
		if err := l.o.FS.SyncDir(l.dir); err != nil {
			return fmt.Errorf("set segment %d aside: %w", s.num, err)
		}
		s.as = asDamaged
		name = filepath.Base(to)
	}
	if s.noted {
		return nil
	}
	if from := max(s.at, s.first); from <= s.last {
		n.LostFrom, n.LostTo = from, s.last
		if rec.LostFrom == 0 || from < rec.LostFrom {
			rec.LostFrom = from
		}
		rec.LostTo = max(rec.LostTo, s.last)
	}
	l.w.pending = append(l.w.pending, n)
	rec.Damaged = append(rec.Damaged, name)
	return nil
}

// resume continues in the last segment, or behind it.
func (l *Ledger) resume(s *segment, rec *Recovery) error {
	w := &l.w
	w.num, w.seq = s.num, s.last
	if !s.ok() {
		return nil
	}
	if s.as == asPruned {
		sum := s.closed
		w.first, w.lastEnd, w.head = s.first, &sum, l.head
		return nil
	}
	c := s.contents
	w.first, w.end, w.head = s.first, int64(c.good), c.head
	w.open = c.closing == nil
	if !w.open {
		sum := s.closed
		w.lastEnd = &sum
	}
	l.end = w.end
	if s.size <= w.end {
		return nil
	}
	if c.fault == faultEmpty {
		w.room = s.size
		return nil
	}
	rec.TornBytes = s.size - w.end
	if l.o.Sign == nil {
		return nil
	}
	w.dirty, w.keep = true, true
	if err := w.repair(); err != nil {
		return nil // no room, perhaps: the first Append tries again and reports it
	}
	rec.Torn = w.tornName
	return nil
}

// tail returns the last entry that the chain proves.
func tail(segs []segment) (uint64, Head) {
	for i := len(segs) - 1; i >= 0; i-- {
		s := &segs[i]
		if s.contents != nil && s.body != nil && len(s.contents.entries) > 0 {
			e := s.contents.entries[len(s.contents.entries)-1]
			return e.Seq, e.Head
		}
		if s.ok() && s.closing != nil {
			var h Head
			if b, err := hex.DecodeString(s.closing.Head); err == nil {
				copy(h[:], b)
			}
			return s.closing.Last, h
		}
	}
	return 0, Head{}
}

// freeName returns name, or name with .2, .3 … when it is taken: what was kept before is never overwritten.
func freeName(fsys disk.FS, name string) (string, error) {
	for i := 1; i < 10_000; i++ {
		try := name
		if i > 1 {
			try = fmt.Sprintf("%s.%d", name, i)
		}
		_, err := fsys.Stat(try)
		if errors.Is(err, fs.ErrNotExist) {
			return try, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("%s: too many of these", filepath.Base(name))
}

// makeDir makes the ledger's directory, durably.
func makeDir(fsys disk.FS, dir string) error {
	if _, err := fsys.Stat(dir); err == nil {
		return nil
	}
	if err := fsys.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return fsys.SyncDir(filepath.Dir(dir))
}

// publish shows readers the entries that have become durable.
func (l *Ledger) publish(w *writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq, l.head, l.end = w.seq, w.head, w.end
	l.segs[len(l.segs)-1].last = w.seq
}

func (l *Ledger) addSegment(s segment, w *writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.segs); n > 0 && l.segs[n-1].num == s.num {
		l.segs[n-1] = s
	} else {
		l.segs = append(l.segs, s)
	}
	for i := range l.segs[:len(l.segs)-1] {
		if !l.segs[i].ok() {
			l.segs[i].noted = true
		}
	}
	l.end = w.end
}

func (l *Ledger) endSegment(c closing, sum Head, w *writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.segs[len(l.segs)-1]
	s.closing, s.closed, s.last = &c, sum, c.Last
	l.end = w.end
}
