package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"holdfast/licensing/disk"
)

// Errors.
var (
	// ErrRebuild means that the index cannot be trusted: remove it and build it from the journal.
	ErrRebuild = errors.New("the index has to be built again")
	// ErrNotFound is returned by Get for a key that is not there.
	ErrNotFound = errors.New("not in the index")
	// ErrBusy means that another process holds the index for longer than the timeout.
	ErrBusy = errors.New("the index is in use")
	// ErrReadOnly and ErrClosed are returned by calls that do not fit the way the index is open.
	ErrReadOnly = errors.New("the index is open for reading only")
	ErrClosed   = errors.New("the index is closed")
)

// Options of Open.
type Options struct {
	Timeout  time.Duration // how long to wait for another process; 0: 2 s
	ReadOnly bool          // never writes; a missing index is ErrRebuild
	FS       disk.FS       // for the sum and for removing; nil: the real one. bbolt itself always uses the real one
}

// Store is an open index.
type Store struct {
	path  string
	key   keys
	o     Options
	db    *bolt.DB
	file  *os.File // bbolt's own, to let go of when bbolt cannot be closed any more
	seal  sealer
	fresh bool

	mu      sync.Mutex // guards closed, and with it the end of db
	closed  bool
	active  sync.WaitGroup
	changed atomic.Bool // since the sum was written
	broken  atomic.Bool
}

// Open opens the index at path. When neither it nor its sum exists, it is made, empty (Fresh says so). Errors:
// ErrRebuild, ErrBusy, or the disk's.
func Open(path string, key [32]byte, o Options) (*Store, error) {
	if o.Timeout <= 0 {
		o.Timeout = 2 * time.Second
	}
	if o.FS == nil {
		o.FS = disk.OS()
	}
	k, err := deriveKeys(key)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, key: k, o: o}
	if s.fresh, err = s.check(); err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	if err := s.guard(s.openDB); err != nil {
		s.abandon()
		return nil, fmt.Errorf("open index: %w", err)
	}
	return s, nil
}

// check compares the file with its sum. It returns true when neither exists and they may be made.
func (s *Store) check() (bool, error) {
	_, err := s.o.FS.Stat(s.path)
	_, serr := s.o.FS.Stat(s.sumPath())
	switch {
	case errors.Is(err, fs.ErrNotExist) && errors.Is(serr, fs.ErrNotExist) && !s.o.ReadOnly:
		return true, nil
	case errors.Is(err, fs.ErrNotExist), err == nil && errors.Is(serr, fs.ErrNotExist):
		return false, ErrRebuild
	case err != nil:
		return false, err
	case serr != nil:
		return false, serr
	}
	return false, s.checkSum()
}

func (s *Store) openDB() error {
	db, err := bolt.Open(s.path, 0o600, &bolt.Options{
		Timeout: s.o.Timeout, ReadOnly: s.o.ReadOnly, NoSync: true, NoGrowSync: true, NoStatistics: true,
		OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag, perm)
			s.file = f
			return f, err
		},
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return ErrBusy
	}
	if err != nil {
		return boltError(err)
	}
	s.db = db
	if s.fresh {
		return s.initialise()
	}
	return s.db.View(s.readMeta)
}

// Fresh says that Open made the index: it is empty and has to be filled.
func (s *Store) Fresh() bool { return s.fresh }

// Update runs fn in a transaction that is kept as a whole when fn returns nil, and not at all when it returns an
// error. When Update returns an error of the disk, it may have been kept as a whole all the same.
func (s *Store) Update(fn func(*Tx) error) error {
	if s.o.ReadOnly {
		return ErrReadOnly
	}
	return s.transact(true, fn)
}

// View runs fn in a transaction that sees one state and changes nothing.
func (s *Store) View(fn func(*Tx) error) error { return s.transact(false, fn) }

func (s *Store) transact(writable bool, fn func(*Tx) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.active.Done()
	var tx *bolt.Tx
	err := s.guard(func() (err error) {
		tx, err = s.db.Begin(writable)
		return err
	})
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	done := false
	defer func() { // also when fn panics
		if !done {
			_ = s.guard(tx.Rollback)
		}
	}()
	if err := fn(&Tx{s, tx}); err != nil || !writable {
		return err
	}
	done = true
	s.changed.Store(true)
	if err := s.guard(tx.Commit); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

func (s *Store) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if s.broken.Load() {
		return ErrRebuild
	}
	s.active.Add(1)
	return nil
}

// guard runs a piece of bbolt. Its panics, and faults of its memory map, become ErrRebuild. They may leave bbolt's locks
// taken, so it is never called again afterwards.
func (s *Store) guard(f func() error) (err error) {
	if s.broken.Load() {
		return ErrRebuild
	}
	old := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(old)
		if p := recover(); p != nil {
			s.broken.Store(true)
			err = fmt.Errorf("%w: bbolt stopped: %v", ErrRebuild, p)
		}
	}()
	return f()
}

// Close waits for transactions that run, closes the file and, when something changed, writes the sum by which the
// next Open knows that all is well. If it fails, the next Open returns ErrRebuild. A second Close returns ErrClosed.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	s.closed = true
	s.mu.Unlock()
	if s.broken.Load() {
		s.abandon()
		return fmt.Errorf("close index: %w", ErrRebuild)
	}
	s.active.Wait()
	if err := s.guard(s.db.Close); err != nil {
		s.abandon()
		return fmt.Errorf("close index: %w", err)
	}
	if !s.changed.Load() {
		return nil
	}
	if err := s.writeSum(); err != nil {
		return fmt.Errorf("close index: %w", err)
	}
	return nil
}

// abandon lets go of the file, and so of its lock, without asking bbolt.
func (s *Store) abandon() {
	if s.file != nil {
		_ = s.file.Close()
	}
}

// Remove deletes the index and its sum; what is not there is no error.
func Remove(path string) error {
	for _, name := range []string{path, path + sumSuffix} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove index: %w", err)
		}
	}
	return nil
}
