package ledger

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"holdfast/licensing/disk"
)

// Errors. Those of the disk are wrapped, so errors.Is and disk.IsFull work.
var (
	ErrReadOnly = errors.New("the ledger is open for reading only")
	ErrClosed   = errors.New("the ledger is closed")
	ErrTooLarge = errors.New("the entry is too large")
	ErrTooNew   = errors.New("written by a later version")
	ErrDamaged  = errors.New("the ledger is damaged")
	ErrNotFound = errors.New("no such entry")
	// ErrUnknown: what a write that did not succeed left behind could not be taken away yet. It is, before the next
	// write; when the process ends before that, look at what is there when it is opened again.
	ErrUnknown = errors.New("the outcome of the write is not known")
)

// Entry is one record. Seq counts from 1. Head is the chain after it. Loose entries come from a damaged segment: their
// bytes passed the checksum, but the segment's chain and CLOSE prove them no longer (Head is zero where even the chain
// is broken), so only a seal of their own can.
type Entry struct {
	Seq   uint64
	Type  byte
	Body  []byte
	Head  Head
	Loose bool
	// Beside are BesideSize bytes that the chain leaves out, for types from FirstBeside on.
	Beside []byte
}

// Options of Open and Verify. ID is needed; it stands in every HEADER.
type Options struct {
	FS disk.FS // nil: the real file system
	ID string
	// Sign makes an Ed25519 signature with the device key. nil opens for reading only: nothing is ever written.
	Sign func([]byte) ([]byte, error)
	// Public is the device key that must have signed the CLOSEs, Earlier the keys this device had before.
	// With none of them signatures are not checked.
	Public  ed25519.PublicKey
	Earlier []ed25519.PublicKey
	// A segment is closed by the first append after it holds SegmentRecords entries (0: 4096) or SegmentBytes bytes
	// (0: 4 MiB; at most 4 MiB).
	SegmentRecords int
	SegmentBytes   int64
	// Owner makes what stands as owner in the HEADER of a new segment, Totals what stands as totals in its CLOSE. Both
	// are called by the caller that writes, in turn with appends, and must not call the ledger. nil: nothing.
	Owner  func(segment, first uint64) (json.RawMessage, error)
	Totals func() ([]byte, error)
	// Reserve bytes of zeros are written ahead of a busy segment's end, so that a sync need not write the file's new
	// length as well. They are taken away when the segment or the ledger is closed. 0: none.
	Reserve int
}

const (
	defaultRecords = 4096
	defaultBytes   = 4 << 20
)

func (o Options) complete() (Options, error) {
	if o.FS == nil {
		o.FS = disk.OS()
	}
	if o.SegmentRecords <= 0 {
		o.SegmentRecords = defaultRecords
	}
	if o.SegmentBytes <= 0 || o.SegmentBytes > defaultBytes {
		o.SegmentBytes = defaultBytes
	}
	if !validID(o.ID) {
		return o, errors.New("a ledger needs an id of 1 to 200 bytes without control characters")
	}
	return o, nil
}

func (o Options) keys() []ed25519.PublicKey {
	if o.Public == nil {
		return o.Earlier
	}
	return append([]ed25519.PublicKey{o.Public}, o.Earlier...)
}

// Recovery says what Open found wrong that no HEADER speaks of yet. The zero value means all is in order.
type Recovery struct {
	// TornBytes is the length of an unfinished end that was cut off (reading only: passed over), Torn the file beside
	// that keeps it. A damaged last entry looks the same: compare Tail with what is known elsewhere.
	TornBytes int64
	Torn      string
	// Damaged names the segments that are damaged or gone.
	Damaged []string
	// LostFrom to LostTo is the span of entry numbers in which some are lost; some of them may still be
	// delivered. 0 means none.
	LostFrom, LostTo uint64
	// Restarted means that the next entry begins a new segment, whose HEADER tells of the damage.
	Restarted bool
}

// DamageError is what Read and Replay return after they have delivered everything that can be read.
type DamageError struct{ Findings []Finding }

// Error lists the findings.
func (e *DamageError) Error() string {
	var b strings.Builder
	b.WriteString(ErrDamaged.Error())
	for i, f := range e.Findings {
		if i == 8 {
			fmt.Fprintf(&b, " and %d more", len(e.Findings)-i)
			break
		}
		fmt.Fprintf(&b, " [segment %d entry %d: %s]", f.Segment, f.Seq, f.Code)
	}
	return b.String()
}

// Is makes errors.Is(err, ErrDamaged) true.
func (e *DamageError) Is(target error) bool { return target == ErrDamaged }

// Ledger is an open ledger.
type Ledger struct {
	dir  string
	o    Options
	keys []ed25519.PublicKey
	w    writer // of the caller that leads

	mu     sync.Mutex // guards everything below
	queue  []*waiting
	busy   bool // somebody leads
	closed bool
	crowd  int // callers in the last batch
	segs   []segment
	end    int64 // durable bytes of the segment that is written
	seq    uint64
	head   Head
}

// Open opens the ledger in dir, which is made when it is missing (not when reading only). It repairs what it can
// and says so in Recovery; an error means that the disk failed or that a later version wrote the ledger. When the disk
// has no room for a repair, Open succeeds all the same and the first Append tries again.
func Open(dir string, o Options) (*Ledger, Recovery, error) {
	o, err := o.complete()
	if err != nil {
		return nil, Recovery{}, err
	}
	if o.Sign != nil {
		if err := makeDir(o.FS, dir); err != nil {
			return nil, Recovery{}, fmt.Errorf("open ledger: %w", err)
		}
	}
	s, err := survey(dir, o, false)
	if err != nil {
		return nil, Recovery{}, fmt.Errorf("open ledger: %w", err)
	}
	l := &Ledger{dir: dir, o: o, keys: o.keys()}
	rec, err := l.start(s)
	if err != nil {
		return nil, rec, fmt.Errorf("open ledger: %w", err)
	}
	return l, rec, nil
}

// Tail returns number and head of the last entry that the chain proves; 0 and zero when there is none.
func (l *Ledger) Tail() (uint64, Head) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seq, l.head
}

// CloseSegment ends the present segment with a signed CLOSE; the next entry begins a new one. Without entries in
// it, it does nothing.
func (l *Ledger) CloseSegment() error {
	return l.run(func() error { return l.w.closeSegment() })
}

// Close releases the files after the appends that wait have been done. It ends no segment. Later calls return ErrClosed.
func (l *Ledger) Close() error {
	return l.run(func() error {
		l.mu.Lock()
		l.closed = true
		l.mu.Unlock()
		l.w.closed = true
		l.w.trim()
		return l.w.release()
	})
}
