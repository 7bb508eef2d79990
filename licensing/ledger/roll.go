package ledger

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"holdfast/licensing/disk"
)

// startSegment makes the next segment, with its HEADER, or makes an empty one anew.
func (w *writer) startSegment() error {
	num, behind := w.num, w.open && w.seq >= w.first // the present one is left open
	if !w.open || behind {
		num++
	}
	h := header{Version: formatVersion, Ledger: w.l.o.ID, Segment: num, First: w.seq + 1}
	if num > maxNumber {
		return errors.New("the ledger has no numbers left")
	}
	var err error
	if len(w.pending) > 0 {
		if h.Damage, err = json.Marshal(w.pending); err != nil {
			return err
		}
	}
	switch again := w.anew(num); {
	case again != nil:
		h.Version, h.Previous = again.Version, again.Previous
	case behind:
		h.Version, h.Previous = openVersion, hex.EncodeToString(w.head[:])
	case w.lastEnd != nil:
		h.Previous = hex.EncodeToString(w.lastEnd[:])
	case h.Damage != nil:
		sum := damageHash(h.Damage)
		h.Previous = hex.EncodeToString(sum[:])
	}
	if w.l.o.Owner != nil {
		if h.Owner, err = w.l.o.Owner(num, h.First); err != nil {
			return fmt.Errorf("start segment %d: %w", num, err)
		}
	}
	body, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := w.release(); err != nil {
		return err
	}
	if len(body) > maxMeta {
		return ErrTooLarge
	}
	data := appendFrame(nil, typeHeader, body)
	if err := disk.WriteFile(w.l.o.FS, filepath.Join(w.l.dir, baseName(num)+suffix), data, 0o600); err != nil {
		return fmt.Errorf("start segment %d: %w", num, err)
	}
	w.num, w.open, w.first, w.end, w.head = num, true, w.seq+1, int64(len(data)), startHead(body)
	w.room, w.writes = 0, 0
	w.pending = nil
	w.l.addSegment(segment{num: num, as: asSegment, header: h, body: body, first: h.First, last: w.seq}, w)
	return nil
}

// anew returns the HEADER of a segment without entries that is made anew, when the one before it is sound.
func (w *writer) anew(num uint64) *header {
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	if n := len(w.l.segs); n > 1 && w.l.segs[n-1].num == num && w.l.segs[n-1].body != nil && w.l.segs[n-2].ok() {
		return &w.l.segs[n-1].header
	}
	return nil
}

// signError marks a CLOSE that could not be signed; the entries are not concerned.
type signError struct{ error }

func (e signError) Unwrap() error { return e.error }

// closeSegment writes CLOSE, when there is something to close.
func (w *writer) closeSegment() error {
	if w.l.o.Sign == nil {
		return ErrReadOnly
	}
	if err := w.closeEarlier(); err != nil {
		return err
	}
	if err := w.repair(); err != nil || !w.open || w.seq < w.first {
		return err
	}
	c := closing{
		Version: formatVersion, Ledger: w.l.o.ID, Segment: w.num, First: w.first, Last: w.seq,
		Count: w.seq - w.first + 1, Head: hex.EncodeToString(w.head[:]),
	}
	if w.l.o.Totals != nil {
		var err error
		if c.Totals, err = w.l.o.Totals(); err != nil {
			return fmt.Errorf("close segment %d: %w", w.num, err)
		}
	}
	body, err := signClose(c, w.l.o.Sign)
	if err == nil && len(body) > maxMeta { // the entries say the same
		c.Totals = nil
		body, err = signClose(c, w.l.o.Sign)
	}
	if err != nil {
		return signError{err}
	}
	if err := w.extend(appendFrame(nil, typeClose, body)); err != nil {
		return err
	}
	sum := closeHash(body)
	w.open, w.lastEnd = false, &sum
	w.l.endSegment(c, sum, w)
	w.trim()
	return nil
}
