package ledger

import (
	"encoding/hex"
	"fmt"

	"holdfast/licensing/disk"
)

// A segment that cannot be closed because the device key is away is left open when it is half as large again as others. The HEADER
// behind it names its head, so that nothing can be taken from it unseen, and its CLOSE is written when the key is back.

// leaveOpen prepares the present segment for standing without its CLOSE: nothing may lie behind its entries.
func (w *writer) leaveOpen() error {
	w.dirty = w.dirty || w.room > w.end
	return w.repair()
}

// closeEarlier closes the segments that were left open, oldest first.
func (w *writer) closeEarlier() error {
	for {
		s, head, ok := w.leftOpen()
		if !ok {
			return nil
		}
		if err := w.closeLeft(s, head); err != nil {
			return signError{fmt.Errorf("close segment %d: %w", s.num, err)}
		}
	}
}

// leftOpen finds the oldest segment that was left open, and its head.
func (w *writer) leftOpen() (segment, string, bool) {
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	for i := range max(len(w.l.segs), 1) - 1 {
		if s := &w.l.segs[i]; s.as == asSegment && s.ok() && s.closing == nil {
			return *s, w.l.segs[i+1].header.Previous, true
		}
	}
	return segment{}, "", false
}

// closeLeft signs before it reads, as the key is mostly away. Totals are left out: they are those of a moment that is gone.
func (w *writer) closeLeft(s segment, head string) error {
	c := closing{
		Version: formatVersion, Ledger: w.l.o.ID, Segment: s.num, First: s.first, Last: s.last, Count: s.last - s.first + 1, Head: head,
	}
	body, err := signClose(c, w.l.o.Sign)
	if err != nil {
		return err
	}
	data, err := s.load(w.l.o.FS, w.l.dir, -1)
	if err != nil {
		return err
	}
	found := parse(data, s.first)
	if judge(&s, &found, w.l.keys); s.ok() && hex.EncodeToString(found.head[:]) != head {
		s.code, s.at = Changed, s.first
	}
	switch {
	case !s.ok():
	case found.closing != nil: // the disk did not say so when it was written
		s.closing, s.closed = found.closing, closeHash(found.closeBody)
		err = w.l.o.FS.SyncDir(w.l.dir)
	default: // in one step: half a CLOSE in a segment that is not the last would be damage
		err = disk.WriteFile(w.l.o.FS, s.path(w.l.dir), appendFrame(data, typeClose, body), 0o600)
		s.closing, s.closed = &c, closeHash(body)
	}
	if err != nil {
		return err
	}
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	w.l.segs[s.num-1] = s // damaged by now: it stays as it is, and the next Open sets it aside
	return nil
}
