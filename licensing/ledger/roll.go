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
	num, open := w.num, w.open
	if !open {
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
	switch {
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

// signError marks a CLOSE that could not be signed; the entries are not concerned.
type signError struct{ error }

func (e signError) Unwrap() error { return e.error }

// closeSegment writes CLOSE, when there is something to close.
func (w *writer) closeSegment() error {
	if w.l.o.Sign == nil {
		return ErrReadOnly
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
