package usage

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
)

// Errors of a Book. Those of the disk are wrapped.
var (
	// ErrLocked: the key store is locked, so nothing can be signed.
	ErrLocked = errors.New("the key store is locked")
	// ErrEvent: an event, or a note, that no ledger takes.
	ErrEvent = errors.New("not an event that can be recorded")
	// ErrUnknown: the disk did not say whether the events are there. Look tells, as soon as it answers again.
	ErrUnknown = ledger.ErrUnknown
)

// Keys are what the key store holds. Store nil: it is locked; recording goes on, nothing can be closed.
type Keys struct {
	Store   *Key
	Sign    func([]byte) ([]byte, error) // with the device key
	Public  ed25519.PublicKey
	Earlier []ed25519.PublicKey
}

// BookOptions of OpenBook. Ledger, Vendor, Device, Sealing and Session are needed.
type BookOptions struct {
	FS      disk.FS // nil: the real file system
	Ledger  string  // id, 32 hex digits
	Vendor  string  // root
	Device  string  // device id
	Sealing exchange.SealingKey
	Keys    Keys
	Rand    io.Reader // nil: that of the system
	// Session describes this run of the program. It is called when a session begins, and must be quick.
	Session func() Session
	// ReadOnly: nothing is ever written, as while another process owns the home.
	ReadOnly bool
	// EpochRecords is how many entries an epoch holds; 0: 4,096.
	EpochRecords int
}

// Recovery says what OpenBook found wrong; that of package ledger.
type Recovery = ledger.Recovery

// Book is the usage ledger of one vendor. Its methods may be called from many goroutines; one process writes at a time.
type Book struct {
	dir string
	o   BookOptions
	l   *ledger.Ledger

	idsLoaded atomic.Bool
	hashers   sync.Pool     // of *hasher
	lostIDs   atomic.Uint64 // ids whose key is gone, until a note says so

	mu      sync.Mutex // guards everything below; never held while the ledger is called
	keys    Keys
	sealing exchange.SealingKey
	now     epoch // the one that is written
	kept    []keptKey
	totals  tally // since the ledger began, without days
	days    map[uint64][]Sum
	unread  uint64
	ids     window
	idKey   []byte
	// recalled are the epochs whose ids have the mark of their units.
	recalled map[uint64]bool
	// Beside what can be read here:
	was    counts // as counts.json said, but for what was found since
	beside Totals // of entries that cannot be read here
	own    tally  // by day, what this process counted while the key store was locked
	first  uint64 // the last entry before it
	keptAt uint64 // the entry up to which counts.json is written; 0: it has to be

	keeping sync.Mutex // KeepCounts, one at a time
}

// epoch is what is known of the epoch that is written.
type epoch struct {
	num     uint64
	key     *Key      // nil: it cannot be unwrapped here
	to      string    // id of the sealing key
	opened  time.Time // when its first session began; zero: not known
	names   map[meterName]uint64
	count   uint64 // names given out, with those that are not durable yet
	durable uint64 // names that are
	days    tally
	run     *run // the session of this process; nil: the next entry begins one
}

// run is the session of this process in the present epoch.
type run struct {
	*session
	start Session
}

const (
	epochAge = 24 * time.Hour
	reserve  = 64 << 10
)

// OpenBook opens the usage ledger in dir, which is made when it is missing. It reads the last epoch, of the others only the ends.
func OpenBook(dir string, o BookOptions) (*Book, Recovery, error) {
	o, err := o.complete()
	if err != nil {
		return nil, Recovery{}, err
	}
	b := &Book{dir: dir, o: o, keys: o.Keys, sealing: o.Sealing, days: map[uint64][]Sum{}, recalled: map[uint64]bool{}}
	lo := o.ledger()
	if !o.ReadOnly {
		lo.Sign, lo.Owner, lo.Totals, lo.Reserve = b.sign, b.newEpoch, b.closeTotals, reserve
	}
	l, rec, err := ledger.Open(dir, lo)
	if err != nil {
		return nil, rec, err
	}
	b.l, b.own, b.was = l, tally{}, b.readCounts()
	b.first, _ = l.Tail()
	b.keptAt = b.was.Seq
	err = b.load()
	if err == nil {
		err = b.missIDKey()
	}
	if err != nil {
		_ = l.Close()
		return nil, rec, err
	}
	return b, rec, nil
}

func (o BookOptions) complete() (BookOptions, error) {
	if o.FS == nil {
		o.FS = disk.OS()
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Session == nil || o.Ledger == "" {
		return o, errors.New("a usage ledger needs an id and a session")
	}
	return o, nil
}

func (o BookOptions) ledger() ledger.Options {
	return ledger.Options{FS: o.FS, ID: o.Ledger, Public: o.Keys.Public, Earlier: o.Keys.Earlier, SegmentRecords: o.EpochRecords}
}

// sign signs a close, when the key store is open.
func (b *Book) sign(message []byte) ([]byte, error) {
	b.mu.Lock()
	keys := b.keys
	b.mu.Unlock()
	if keys.Store == nil || keys.Sign == nil {
		return nil, ErrLocked
	}
	return keys.Sign(message)
}

// newEpoch makes the owner part of a new epoch's HEADER.
func (b *Book) newEpoch(num, _ uint64) (json.RawMessage, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key, enc, err := newEpochKey(b.sealing, b.o.Ledger, num)
	if err != nil {
		return nil, err
	}
	own := owner{Version: 1, Vendor: b.o.Vendor, Device: b.o.Device, Suite: Suite, Key: b.sealing.ID, Enc: enc}
	if b.keys.Store != nil {
		if own.Wrapped, err = wrapKey(*b.keys.Store, key, b.o.Ledger, num, 0, b.o.Rand); err != nil {
			return nil, err
		}
	} else {
		b.keep(num, 0, key)
	}
	b.now = epoch{num: num, key: &key, to: b.sealing.ID, names: map[meterName]uint64{}, days: tally{}}
	return json.Marshal(own)
}

// closeTotals makes CLOSE.totals; nil when the key of the epoch is not known.
func (b *Book) closeTotals() ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.now.key == nil {
		return nil, nil
	}
	t := Totals{Since: b.totals.list(), Days: b.now.days.list(), Unread: b.unread}
	return sealTotals(*b.now.key, b.o.Ledger, b.now.num, t, b.o.Rand)
}

// SetSealing makes the vendor's new sealing key that of the next epoch. An open epoch closes before the next event.
func (b *Book) SetSealing(key exchange.SealingKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sealing = key
}

// EndSession makes the next event begin a new session, as when the level of detail has changed.
func (b *Book) EndSession() {
	_ = b.l.Do(func() error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.now.run = nil
		return nil
	})
}

// Tail returns number and head of the last entry, and the number of the epoch that it is in; 0 when there is none.
func (b *Book) Tail() (seq uint64, head [32]byte, epoch uint64) {
	seq, head = b.l.Tail()
	last, _ := b.l.Segment(0)
	return seq, head, last.Number
}

// At returns the head after entry seq, for comparing it with an anchor; ledger.ErrNotFound when there is none.
func (b *Book) At(seq uint64) ([32]byte, error) {
	e, err := b.l.At(seq)
	return e.Head, err
}

// CloseEpoch ends the present epoch with a signed CLOSE. Without entries in it, it does nothing. ErrLocked while the key store is.
func (b *Book) CloseEpoch(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.l.CloseSegment(); err != nil {
		return fmt.Errorf("close the epoch: %w", err)
	}
	return nil
}

// Close releases the files. The epoch stays open.
func (b *Book) Close() error { return b.l.Close() }

// VerifyBook reads everything in dir and writes nothing, as ledger.Verify. A pruned epoch that no note in the ledger speaks of is
// a finding (Missing), as far as the notes can be read.
func VerifyBook(dir string, o BookOptions) (ledger.Report, error) {
	o, err := o.complete()
	if err != nil {
		return ledger.Report{}, err
	}
	rep, err := ledger.Verify(dir, o.ledger())
	if err != nil {
		return rep, err
	}
	found, err := unsaidPrunes(dir, o)
	rep.Findings = append(rep.Findings, found...)
	return rep, err
}
