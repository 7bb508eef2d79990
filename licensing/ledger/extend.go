package ledger

import (
	"fmt"

	"holdfast/licensing/disk"
)

// extend writes b at the end of the segment and syncs it. On error it takes the bytes away again, now or before the
// next write.
func (w *writer) extend(b []byte) error {
	if err := w.openFile(); err != nil {
		return err
	}
	n := len(b)
	if w.writes++; w.l.o.Reserve > 0 && w.writes > reserveAfter && w.end+int64(n) > w.room {
		b = append(b, make([]byte, w.l.o.Reserve)...)
	}
	err := w.put(b)
	if err != nil && len(b) > n && disk.IsFull(err) && w.repair() == nil {
		b = b[:n] // no room to spare: what has to be written may still fit
		err = w.put(b)
	}
	if err != nil {
		_ = w.repair() // when this does not succeed either, ready tries again and reports it
		if w.dirty {
			err = fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		return fmt.Errorf("append to segment %d: %w", w.num, err)
	}
	w.room = max(w.room, w.end+int64(len(b)))
	w.end += int64(n)
	return nil
}

// reserveAfter keeps a process that writes once or twice from making room that it will not use.
const reserveAfter = 8

// put writes b behind the end and syncs it.
func (w *writer) put(b []byte) error {
	start := w.watch()
	_, err := w.file.WriteAt(b, w.end)
	if err == nil {
		err = w.file.Sync()
	}
	w.took = w.watch() - start
	if err != nil {
		w.dirty = true
	}
	return err
}

// trim takes away room that was made and not used.
func (w *writer) trim() {
	if w.room > w.end && w.l.o.Sign != nil {
		w.dirty = true
		_ = w.repair() // else before the next write, or never: zeros say nothing
	}
}
