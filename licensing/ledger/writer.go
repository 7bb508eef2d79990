package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"holdfast/licensing/disk"
)

// Errors for callers that break the contract.
var (
	errType   = fmt.Errorf("entries have type %d or above", FirstType)
	errNoSign = errors.New("the device key is needed to close this segment first")
)

// writer is the write side of a ledger. Only the caller that leads touches it.
type writer struct {
	l        *Ledger
	file     disk.File
	num      uint64 // present segment; 0 before the first
	open     bool   // entries can be added to it
	first    uint64 // its first number
	end      int64  // its durable bytes
	head     Head   // its chain
	seq      uint64 // last number given out, or lost
	lastEnd  *Head  // hash of the newest CLOSE, when it is the end of segment num
	pending  []notice
	closed   bool
	dirty    bool   // the file may be longer than end
	keep     bool   // what is longer was found at Open and is kept beside
	tornName string // file that keeps it

	buf      []byte // frames not yet written
	staged   []*waiting
	nextSeq  uint64
	nextHead Head
}

// write does what the callers want, in order, and sets entry and err of each.
func (w *writer) write(batch []*waiting) {
	w.buf, w.staged, w.nextSeq, w.nextHead = w.buf[:0], w.staged[:0], w.seq, w.head
	for _, c := range batch {
		switch {
		case w.closed:
			c.err = ErrClosed
		case c.do != nil:
			w.flush()
			c.err = c.do()
			w.nextSeq, w.nextHead = w.seq, w.head
		default:
			c.err = w.stage(c)
		}
	}
	w.flush()
}

// stage adds c's entry to the bytes to be written.
func (w *writer) stage(c *waiting) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if len(w.staged) > 0 && w.full() {
		w.flush()
	}
	if len(w.staged) == 0 {
		if err := w.ready(); err != nil {
			return err
		}
		w.nextSeq, w.nextHead = w.seq, w.head
	}
	body := c.body
	if c.seal != nil {
		var err error
		if body, err = c.seal(w.nextSeq+1, w.nextHead); err != nil {
			return err
		}
	}
	if len(body) > MaxBody {
		return ErrTooLarge
	}
	if w.end+int64(len(w.buf)+frameHead+len(body)+closeRoom) > maxSegment {
		return errNoSign // ready tried to close it
	}
	w.nextSeq++
	w.nextHead = nextHead(w.nextHead, w.nextSeq, body)
	w.buf = appendFrame(w.buf, c.typ, body)
	w.staged = append(w.staged, c)
	c.entry = Entry{Seq: w.nextSeq, Type: c.typ, Body: body, Head: w.nextHead}
	return nil
}

// closeRoom is kept free in the largest segment for its CLOSE.
const closeRoom = 4096

// full says whether the present segment has its share, with what is staged.
func (w *writer) full() bool {
	return w.nextSeq+1-w.first >= uint64(w.l.o.SegmentRecords) || w.end+int64(len(w.buf)) >= w.l.o.SegmentBytes
}

// flush makes the staged entries durable, or fails all of them and leaves the segment as it was.
func (w *writer) flush() {
	if len(w.staged) == 0 {
		return
	}
	err := w.extend(w.buf)
	if err == nil {
		w.seq, w.head = w.nextSeq, w.nextHead
		w.l.publish(w)
	}
	for _, c := range w.staged {
		if err != nil {
			c.entry, c.err = Entry{}, err
		}
	}
	w.buf, w.staged = w.buf[:0], w.staged[:0]
	if cap(w.buf) > defaultBytes {
		w.buf = nil
	}
	w.nextSeq, w.nextHead = w.seq, w.head
}

// extend writes b at the end of the segment and syncs it. On error it takes the bytes away again, now or before the
// next write.
func (w *writer) extend(b []byte) error {
	if err := w.openFile(); err != nil {
		return err
	}
	_, err := w.file.WriteAt(b, w.end)
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		w.dirty = true
		_ = w.repair() // when this fails too, ready tries again and reports it
		return fmt.Errorf("append to segment %d: %w", w.num, err)
	}
	w.end += int64(len(b))
	return nil
}

func (w *writer) openFile() error {
	if w.file != nil {
		return nil
	}
	f, err := w.l.o.FS.OpenFile(w.path(suffix), os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open segment %d: %w", w.num, err)
	}
	w.file = f
	return nil
}

func (w *writer) path(end string) string { return filepath.Join(w.l.dir, baseName(w.num)+end) }

// ready sees to it that there is a sound segment with room.
func (w *writer) ready() error {
	if err := w.repair(); err != nil {
		return err
	}
	if w.open && len(w.pending) == 0 && !w.full() {
		return nil
	}
	if w.open && w.seq >= w.first {
		err := w.closeSegment()
		var refused signError
		if errors.As(err, &refused) {
			return nil // the key is away: the segment grows until it is back
		}
		if err != nil {
			return err
		}
	}
	return w.startSegment()
}

// repair takes away what lies behind the last durable frame. What Open found there is kept beside first.
func (w *writer) repair() error {
	if !w.dirty {
		return nil
	}
	if err := w.openFile(); err != nil {
		return err
	}
	if w.keep {
		if err := w.keepTorn(); err != nil {
			return fmt.Errorf("keep the unfinished end of segment %d: %w", w.num, err)
		}
		w.keep = false
	}
	if err := w.file.Truncate(w.end); err != nil {
		return fmt.Errorf("cut segment %d: %w", w.num, err)
	}
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("cut segment %d: %w", w.num, err)
	}
	w.dirty = false
	return nil
}

// keepTorn copies the bytes behind end to NNN.torn, or NNN.torn.2 … when there were some before.
func (w *writer) keepTorn() error {
	data, err := disk.ReadFile(w.l.o.FS, w.path(suffix), maxSegment)
	if err != nil || int64(len(data)) <= w.end {
		return err
	}
	name, err := freeName(w.l.o.FS, w.path(torn))
	if err != nil {
		return err
	}
	if err := disk.WriteFile(w.l.o.FS, name, data[w.end:], 0o600); err != nil {
		return err
	}
	w.tornName = filepath.Base(name)
	return nil
}

// release closes the file.
func (w *writer) release() error {
	if w.file == nil {
		return nil
	}
	err := w.file.Close()
	w.file = nil
	return err
}
