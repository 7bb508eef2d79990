package licensing

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"sync"
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

	mu        sync.Mutex
	home      homeInfo
	secrets   *secrets          // nil while the key store does not give them
	public    ed25519.PublicKey // device key; nil on a fresh home
	journal   *ledger.Journal   // nil without secrets
	index     *store.Store      // nil when it could not be used; rebuilt next time
	indexBusy bool
	rec       *records
	keyState  terms.KeyStore
	recState  terms.Records
	revision  uint64
	watchers  map[int]func(Snapshot)
	nextID    int
	closed    bool
}

// Open reads the home in o.Home, which need not exist yet: nothing is written before something has to be kept.
// ctx bounds the key store calls. The error is a *terms.Problem when the home cannot be used at all.
func Open(ctx context.Context, o Options) (*Engine, error) {
	if o.FS == nil {
		o.FS = disk.OS()
	}
	randReader(&o)
	e := &Engine{o: o, rec: newRecords(), watchers: map[int]func(Snapshot){}}
	if err := ownHome(o.Home); err != nil {
		return nil, err
	}
	info, err := readHome(o.FS, o.Home)
	switch {
	case err == nil:
		e.home = info
	case errors.Is(err, fs.ErrNotExist):
		if !e.exists(checkpointFile) {
			return e, nil // fresh
		}
	case !errors.Is(err, errDamaged):
		return nil, e.diskProblem(err)
	}
	if e.home.ID == "" {
		e.recoverHome()
	}
	e.load(ctx)
	return e, nil
}

// load brings in secrets and records, as far as they can be read now. It can be called again after a failure.
func (e *Engine) load(ctx context.Context) {
	err := e.openSecrets(ctx)
	if err == nil {
		if err = e.openRecords(ctx); err == nil {
			e.refresh(ctx)
			return
		}
		e.recState = recordsState(err, e.clockRead().Wall)
	}
	rec, cerr := e.readCheckpoint()
	if cerr == nil {
		e.rec = rec
	}
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
// records are open afterwards, else the *terms.Problem that remains.
func (e *Engine) Unlock(ctx context.Context) error {
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
	var errs []error
	if e.index != nil {
		errs = append(errs, e.index.Close())
	}
	if e.journal != nil {
		errs = append(errs, e.journal.Close())
	}
	return errors.Join(errs...)
}

// Watch calls fn after every change with the new snapshot, one call at a time, until stop is called.
func (e *Engine) Watch(fn func(Snapshot)) (stop func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	id := e.nextID
	e.nextID++
	e.watchers[id] = fn
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.watchers, id)
	}
}

// changed raises the revision and tells the watchers. The lock is held.
func (e *Engine) changed() {
	e.revision++
	if len(e.watchers) == 0 {
		return
	}
	s := e.snapshot()
	for _, fn := range e.watchers {
		go fn(s)
	}
}
