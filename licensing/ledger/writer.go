package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	body, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := w.release(); err != nil {
		return err
	}
	data := appendFrame(nil, typeHeader, body)
	if err := disk.WriteFile(w.l.o.FS, filepath.Join(w.l.dir, baseName(num)+suffix), data, 0o600); err != nil {
		return fmt.Errorf("start segment %d: %w", num, err)
	}
	w.num, w.open, w.first, w.end, w.head = num, true, w.seq+1, int64(len(data)), startHead(body)
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
	return nil
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

func fileSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
