package licensing

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"sync"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/usage"
)

// Folders of the usage ledgers: <home>/usage/<ledger id>, the usage files that wait for a receipt in exports below.
const (
	usageDir   = "usage"
	exportsDir = "exports"
	exportEnd  = ".hfuse"
)

var ledgerName = regexp.MustCompile(`^[0-9a-f]{32}$`)

// usageLedger is one usage ledger of this home. New entries go into the one that this device made for the vendor; one of a key
// that is lost is kept until the vendor has it.
type usageLedger struct {
	id, root, device string
	book             *usage.Book
	found            usage.Recovery

	// With the engine's lock:
	anchored time.Time
	epoch    uint64 // at the last anchor
	anchor   uint64 // its entry
	sums     meteredSums

	mu   sync.Mutex // guards what follows; never held while a disk is waited for
	lost lostUses
	gaps []usage.Note // said in the ledger, and not yet in the records
}

// ledgers are the open usage ledgers.
type ledgers struct {
	mu  sync.RWMutex
	all []*usageLedger // by id
}

func (s *ledgers) list() []*usageLedger {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.all
}

func (s *ledgers) add(l *usageLedger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(slices.Clone(s.all), l)
	slices.SortFunc(s.all, func(a, b *usageLedger) int { return cmp.Compare(a.id, b.id) })
}

// clear forgets all of them and returns them.
func (s *ledgers) clear() []*usageLedger {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.all
	s.all = nil
	return all
}

func (e *Engine) ledgerByID(id string) *usageLedger {
	for _, l := range e.ledgers.list() {
		if l.id == id {
			return l
		}
	}
	return nil
}

// ledgersOf are those of a vendor: the one that goes on last.
func (e *Engine) ledgersOf(root string) []*usageLedger {
	var all []*usageLedger
	own, _ := e.deviceID()
	for _, l := range e.ledgers.list() {
		if l.root == root {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b *usageLedger) int {
		mine := func(l *usageLedger) int {
			if l.device == own {
				return 1
			}
			return 0
		}
		return mine(a) - mine(b)
	})
	return all
}

// present is the ledger of a vendor that new entries go into; nil before the first.
func (s *ledgers) present(root, device string) *usageLedger {
	for _, l := range s.list() {
		if l.root == root && l.device == device {
			return l
		}
	}
	return nil
}

// ledgerFor is the ledger that uses of a vendor's products go into; the first use makes it.
func (e *Engine) ledgerFor(ctx context.Context, v *meteredVendor) (*usageLedger, error) {
	own := e.ownDevice.Load()
	if own != nil {
		if l := e.ledgers.present(v.root, *own); l != nil {
			return l, nil
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errClosed
	}
	if e.public == nil {
		return nil, e.writable()
	}
	id, _ := e.deviceID()
	e.ownDevice.Store(&id)
	if l := e.ledgers.present(v.root, id); l != nil {
		return l, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var random [16]byte
	if _, err := io.ReadFull(e.o.Rand, random[:]); err != nil {
		return nil, err
	}
	l, err := e.openLedger(hex.EncodeToString(random[:]), v.root)
	if err != nil {
		return nil, e.diskProblem(err)
	}
	e.ledgers.add(l)
	return l, nil
}

var errClosed = errors.New("the records are closed")

// openLedgers opens the usage ledgers that lie in the home, or gives those that are open the keys. One that cannot be opened now is
// told of and tried at the next start. The lock is held.
func (e *Engine) openLedgers(ctx context.Context) {
	e.usageState = ""
	id, _ := e.deviceID()
	e.ownDevice.Store(&id)
	for _, l := range e.ledgers.list() {
		if e.secrets == nil {
			continue
		}
		if err := l.book.Unlock(ctx, e.usageKeys()); err != nil {
			e.usageState = recordsState(e.diskProblem(err), time.Time{}).State
		}
		_ = l.book.KeepCounts()
		l.sums = meteredSums{}
	}
	entries, err := e.o.FS.ReadDir(e.path(usageDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		e.usageState = recordsState(e.diskProblem(err), time.Time{}).State
	}
	for _, en := range entries {
		if !en.IsDir() || !ledgerName.MatchString(en.Name()) || e.ledgerByID(en.Name()) != nil {
			continue
		}
		switch l, err := e.openLedger(en.Name(), ""); {
		case errors.Is(err, errNoOwner):
		case err != nil:
			e.usageState = recordsState(e.diskProblem(err), time.Time{}).State
		default:
			e.ledgers.add(l)
			e.foundDamage(l)
		}
	}
	e.checkLedgers(ctx)
	for _, l := range e.ledgers.list() {
		e.takeMissing(l)
	}
}

// errNoOwner says that a ledger was made and cut off before its first entry.
var errNoOwner = errors.New("the usage ledger is empty")

// openLedger opens one ledger, or makes the one of the vendor root for this device. The lock is held.
func (e *Engine) openLedger(id, root string) (*usageLedger, error) {
	own, _ := e.deviceID()
	l := &usageLedger{id: id, root: root, device: own}
	var err error
	l.book, l.found, err = usage.OpenBook(e.path(usageDir, id), usage.BookOptions{
		FS: e.o.FS, Ledger: id, Keys: e.usageKeys(), Rand: e.o.Rand, ReadOnly: e.o.ReadOnly,
		Session: func() usage.Session { return e.session(l) },
	})
	if err != nil {
		return nil, fmt.Errorf("open usage ledger: %w", err)
	}
	if root == "" {
		var ok bool
		if l.root, l.device, ok = l.book.Owner(); !ok {
			_ = l.book.Close()
			return nil, errNoOwner
		}
	}
	key, err := e.sealingKeyOf(l.root)
	if err != nil && root != "" {
		_ = l.book.Close()
		return nil, err
	}
	l.book.Continue(l.root, l.device, key)
	return l, nil
}

// sealingKeyOf is the key to which a vendor's usage is sealed now.
func (e *Engine) sealingKeyOf(root string) (exchange.SealingKey, error) {
	for _, v := range e.listsOf(e.rec).meters.vendors {
		if v.root == root {
			return v.sealingKey()
		}
	}
	return exchange.SealingKey{}, &Mistake{Code: "vendor_unknown", Args: map[string]any{"vendor": root}}
}

// sealAnew lets the ledgers go on with the newest sealing keys of their vendors, after a profile came. The lock is held.
func (e *Engine) sealAnew() {
	for _, l := range e.ledgers.list() {
		if key, err := e.sealingKeyOf(l.root); err == nil {
			l.book.SetSealing(key)
		}
	}
}

// usageKeys are the keys as far as the key store gives them.
func (e *Engine) usageKeys() usage.Keys {
	k := usage.Keys{Public: e.public, Earlier: e.rec.Home.formerKeys()}
	if s := e.secrets; s != nil {
		k.Store, k.Sign = &s.store, deviceSigner{s.device}.Sign
	}
	return k
}

// formerKeys are the device keys that were lost: what they signed stays theirs.
func (h *homeRecord) formerKeys() []ed25519.PublicKey {
	var all []ed25519.PublicKey
	for _, text := range h.Former {
		if k, err := exchange.DecodeKey(text); err == nil {
			all = append(all, k)
		}
	}
	return all
}

// closeLedgers lets go of the usage ledgers.
func (e *Engine) closeLedgers() error {
	var errs []error
	for _, l := range e.ledgers.clear() {
		if !e.o.ReadOnly {
			l.tellLost(context.Background(), e.rec.Home.decision(l.root, e.clockRead()), 0)
		}
		errs = append(errs, l.book.Close())
	}
	return errors.Join(errs...)
}
