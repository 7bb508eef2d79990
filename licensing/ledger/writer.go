package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"holdfast/licensing/disk"
)

// errType is for callers that break the contract.
var errType = fmt.Errorf("entries have type %d to %d", FirstType, FirstBeside-1)

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
	dirty    bool          // the file may be longer than end
	keep     bool          // what is longer was found at Open and is kept beside
	tornName string        // file that keeps it
	room     int64         // bytes of the file, when zeros lie ready behind end
	writes   int           // to this segment by this process
	took     time.Duration // by the last write, with its sync
	watch    func() time.Duration

	buf      []byte     // frames not yet written
	batch    []*waiting // the present callers
	staged   []*waiting // those of them whose entries are in buf
	place    Place      // this writer's, for Fill
	nextSeq  uint64
	nextHead Head
}

// begin starts a batch, stageAll adds callers to it, and flush ends it.
func (w *writer) begin() {
	w.buf, w.staged, w.nextSeq, w.nextHead, w.place.w = w.buf[:0], w.staged[:0], w.seq, w.head, w
}

// stageAll does what the callers want, in order, and sets entry and err of each.
func (w *writer) stageAll(batch []*waiting) {
	for _, c := range batch {
		switch {
		case w.closed:
			c.err = ErrClosed
		case c.do != nil:
			w.flush()
			c.err = c.do()
			w.nextSeq, w.nextHead = w.seq, w.head
		case c.batch != nil:
			c.err = w.stageBatch(c)
		default:
			c.err = w.stage(c)
		}
	}
}

// stage adds c's entry to the bytes to be written.
func (w *writer) stage(c *waiting) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if err := w.makeRoom(1); err != nil {
		return err
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
		return ErrTooLarge
	}
	w.nextSeq++
	w.nextHead = nextHead(w.nextHead, w.nextSeq, body)
	w.buf = appendEntry(w.buf, c.typ, body, c.beside)
	w.staged = append(w.staged, c)
	c.entry = Entry{Seq: w.nextSeq, Type: c.typ, Body: body, Beside: c.beside, Head: w.nextHead}
	return nil
}

// makeRoom sees to it that n more entries go into a sound segment together with those that are staged.
func (w *writer) makeRoom(n int) error {
	if len(w.staged) > 0 && w.full(n) {
		w.flush()
	}
	if len(w.staged) > 0 {
		return nil
	}
	if err := w.ready(n); err != nil {
		return err
	}
	w.nextSeq, w.nextHead = w.seq, w.head
	return nil
}

// closeRoom is kept free in the largest segment for its CLOSE.
const closeRoom = frameHead + maxMeta

// full says whether the present segment has its share, with what is staged and n more.
func (w *writer) full(n int) bool {
	records := uint64(w.l.o.SegmentRecords)
	return w.nextSeq+1-w.first+min(uint64(n), records) > records || w.end+int64(len(w.buf)) >= w.l.o.SegmentBytes
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
		if c.batch != nil && c.batch.Done != nil {
			c.batch.Done(err)
		}
	}
	w.buf, w.staged = w.buf[:0], w.staged[:0]
	if cap(w.buf) > defaultBytes {
		w.buf = nil
	}
	w.nextSeq, w.nextHead = w.seq, w.head
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

// ready sees to it that there is a sound segment with room for n entries.
func (w *writer) ready(n int) error {
	if err := w.repair(); err != nil {
		return err
	}
	if w.open && len(w.pending) == 0 && !w.full(n) {
		return nil
	}
	if w.open && w.seq >= w.first {
		err := w.closeSegment()
		var refused signError
		if errors.As(err, &refused) { // the key is away: the segment grows, and then the next one carries it on
			if w.end < w.l.o.SegmentBytes+w.l.o.SegmentBytes/2 {
				return nil
			}
			err = w.leaveOpen()
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
	w.dirty, w.room = false, 0
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
	end := data[w.end:]
	if w.l.o.Reserve > 0 {
		end = bytes.TrimRight(end, "\x00")
	}
	if err := disk.WriteFile(w.l.o.FS, name, end, 0o600); err != nil {
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
