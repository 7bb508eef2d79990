package licensing

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/disk"
	"holdfast/licensing/ledger"
	"holdfast/licensing/store"
	"holdfast/licensing/terms"
)

// Engine owns one home. See the package comment for its contract.
type Engine struct {
	o Options

	// last is the newest snapshot, for those who ask while the lock is held for a slow key store.
	last atomic.Pointer[Snapshot]

	mu        sync.Mutex
	home      homeInfo
	secrets   *secrets          // nil while the key store does not give them
	public    ed25519.PublicKey // device key; nil on a fresh home
	journal   *ledger.Journal   // nil without secrets
	index     *store.Store      // nil when it could not be used; rebuilt next time
	indexBusy bool
	indexOld  bool // to be built anew by this program
	rec       *records
	spare     *records // what the checkpoint says, while the journal cannot be opened
	lists     *lists
	usageRule UsageRule
	since     sinceCheckpoint
	folded    int // weight of the records when they were looked through; 0: not yet
	judging   terms.Judging
	keyState  terms.KeyStore
	recState  terms.Records
	revision  uint64
	watchers  map[int]chan Snapshot
	nextID    int
	anchored  time.Time     // wall time of the last anchor
	parts     []device.Fact // hardware, read once
	closed    bool
	calls     map[string]requestRecord // check-ins that a contact has under way, by id: only refused ones become records
	contacts  map[string]*contactLive

	// Usage. ledgers, metering, ownDevice and usageTold are for recording, which does not take the lock.
	ledgers    ledgers
	metering   atomic.Pointer[metering]
	ownDevice  atomic.Pointer[string] // id of this device
	usageTold  atomic.Int64           // running time at which watchers heard of uses last
	usageState terms.State            // what keeps some usage ledger from being opened
	pace       pacer
	pruned     time.Time     // wall time at which it was looked for entries to take out
	still      clock.Reading // since when the wall clock is watched for standing still
	frozen     bool
}

// Open reads the home in o.Home, which need not exist yet: nothing is written before something has to be kept.
// ctx bounds the key store calls. The error is a *terms.Problem when the home cannot be used at all.
func Open(ctx context.Context, o Options) (*Engine, error) {
	if o.FS == nil {
		o.FS = disk.OS()
	}
	randReader(&o)
	e := &Engine{o: o, rec: newRecords(), watchers: map[int]chan Snapshot{}}
	if err := ownHome(o.Home); err != nil {
		return nil, err
	}
	if e.exists(erasingFile) { // cut off: its keys are gone
		if o.ReadOnly {
			return e, nil
		}
		if err := e.eraseFiles(); err != nil {
			return nil, e.diskProblem(err)
		}
	}
	info, err := readHome(o.FS, o.Home)
	switch {
	case err == nil:
		e.home = info
	case errors.Is(err, fs.ErrNotExist):
		if !e.used() {
			return e, nil // fresh
		}
	case !errors.Is(err, errDamaged):
		return nil, e.diskProblem(err)
	}
	if e.home.ID == "" {
		e.recoverHome()
	}
	if e.home.ID == "" {
		e.recState = terms.Records{State: terms.StateRecordsDamaged, At: e.clockRead().Wall.UTC()}
	} else {
		e.load(ctx)
	}
	e.Snapshot()
	return e, nil
}

// load brings in secrets and records, as far as they can be read now. It can be called again after a failure.
func (e *Engine) load(ctx context.Context) {
	if e.recState.State == terms.StateDiskFull && e.full() {
		return
	}
	e.recState = terms.Records{}
	err := e.openSecrets(ctx)
	if err == nil {
		if err = e.openRecords(ctx); err == nil {
			e.spare = nil
			e.openLedgers(ctx)
			e.refresh(ctx)
			return
		}
		e.recState = recordsState(err, e.clockRead().Wall)
	}
	if e.spare == nil || e.o.ReadOnly { // another process may write to a home that this one only reads
		rec, cerr := e.readCheckpoint()
		if cerr != nil {
			return
		}
		e.spare = rec
	}
	e.rec = e.spare
	e.openLedgers(ctx)
}

// full says that nothing can be written to the home.
func (e *Engine) full() bool {
	var p *terms.Problem
	return !e.o.ReadOnly && errors.As(e.diskProblem(writeProbe(e, e.path(probeFile), 1)), &p)
}

// recordsState names what keeps the journal from being opened.
func recordsState(err error, at time.Time) terms.Records {
	var p *terms.Problem
	if errors.As(err, &p) {
		return terms.Records{State: p.State, At: at, NeedMB: needMB}
	}
	return terms.Records{State: terms.StateRecordsDamaged, At: at}
}

func (e *Engine) clockRead() clock.Reading { return e.o.Clock.Read() }

// deviceID returns the id and code of this computer; empty on a fresh home.
func (e *Engine) deviceID() (id, code string) {
	if e.public == nil {
		return "", ""
	}
	return device.ID(e.public), device.Code(e.public)
}

// Unlock tries the key store again, in the way ctx allows (keystore.Interactive). It returns nil when secrets and
// records are open afterwards and the key store works, else the *terms.Problem that remains. A key store that locked while
// the engine has its keys is a problem of the next start alone: nothing stops.
func (e *Engine) Unlock(ctx context.Context) error {
	if e.open() {
		if ks := e.askKeyStore(ctx); ks.State != "" {
			return terms.NewProblem(ks.State, openSlots(ks), nil)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.home.ID != "" && e.journal == nil {
		e.load(ctx)
		e.changed()
	}
	return e.writable()
}

// writable says why nothing can be recorded now, or nil.
func (e *Engine) writable() error {
	switch {
	case e.o.ReadOnly:
		return terms.NewProblem(terms.StateDiskFull, terms.Slots{"size": needMB}, errors.New("opened for reading only"))
	case e.home.ID == "" || e.journal != nil:
		return nil
	case e.keyState.State != "":
		return e.keyProblem()
	}
	return terms.NewProblem(e.recState.State, terms.Slots{"size": needMB}, nil)
}

// Close writes what is worth keeping and lets go of the files.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	e.saveLook()
	for id := range e.watchers {
		e.unwatch(id)
	}
	var errs []error
	if e.index != nil {
		_ = e.index.Close() // what it could not write is made again from the journal
	}
	if e.journal != nil {
		errs = append(errs, e.journal.Close())
	}
	e.keepCounts()
	errs = append(errs, e.closeLedgers())
	return errors.Join(errs...)
}

// Watch calls fn after every change with the newest snapshot, one call at a time, until stop is called or the engine is
// closed. Snapshots that fn is too slow for are left out.
func (e *Engine) Watch(fn func(Snapshot)) (stop func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	id, ch := e.nextID, make(chan Snapshot, 1)
	e.nextID++
	e.watchers[id] = ch
	go func() {
		for s := range ch {
			fn(s)
		}
	}()
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.unwatch(id)
	}
}

func (e *Engine) unwatch(id int) {
	if ch, ok := e.watchers[id]; ok {
		delete(e.watchers, id)
		close(ch)
	}
}

// changed raises the revision and tells the watchers. The lock is held, so nobody else sends.
func (e *Engine) changed() {
	e.revision++
	s := e.snapshot()
	e.last.Store(&s)
	for _, ch := range e.watchers {
		select {
		case <-ch: // an older one that was not picked up
		default:
		}
		ch <- s
	}
}
