package issuer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"holdfast/licensing/disk"
)

// boltStore is a store in one bbolt file. Each value carries the first 16 bytes of the SHA-256 of bucket, key and value (see
// storecheck.go); a fault in bbolt's mapped memory becomes an error instead of ending the process.
type boltStore struct {
	db    *bbolt.DB
	fs    disk.FS
	views sync.RWMutex // held by each view, and by wipe while there is none
}

// openBolt opens the store at path, after every record in it was looked at. fresh makes it. The list of free pages is not
// kept in the file but found when it is opened: a damaged list would overwrite records later on.
func openBolt(fsys disk.FS, path string, wait time.Duration, fresh bool) (_ *boltStore, err error) {
	if !fresh {
		if err := checkStore(fsys, path, wait); err != nil {
			return nil, err
		}
	}
	o := bbolt.Options{Timeout: wait, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType} // of arrays the time grows with the store
	if !fresh {
		o.OpenFile = openThere
	}
	s, err := mapBolt(fsys, path, o)
	if err == nil && fresh {
		err = s.create()
	}
	if err == nil && !fresh {
		_, err = fsys.Stat(path) // it may have been moved while this one waited
	}
	if err != nil && s != nil {
		err = errors.Join(onDisk(err, path), s.close())
	}
	return s, err
}

// openThere opens a file that is there. One that was moved away meanwhile is not made anew.
func openThere(name string, flag int, perm os.FileMode) (*os.File, error) {
	return os.OpenFile(name, flag&^os.O_CREATE, perm)
}

func mapBolt(fsys disk.FS, path string, o bbolt.Options) (_ *boltStore, err error) {
	defer guardFault(&err)()
	db, err := bbolt.Open(path, 0o600, &o)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, say(CodeBusy, err)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, say(CodeDamaged, err, "file", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, say(CodeSpace, err, "file", path)
	case err != nil:
		return nil, onDisk(err, path)
	}
	return &boltStore{db: db, fs: fsys}, nil
}

func (s *boltStore) create() error {
	return s.db.Update(func(t *bbolt.Tx) error {
		for _, b := range slices.Concat([]string{bucketRoll}, buckets, laterBuckets) {
			if _, err := t.CreateBucketIfNotExists([]byte(b)); err != nil {
				return err
			}
		}
		return new(rolls).save(t)
	})
}

func (s *boltStore) read(_ context.Context, _ asking, fn func(reader) error) error {
	return s.view(func(t *bbolt.Tx) error { return fn(newBoltTx(t, nil)) })
}

func (s *boltStore) view(fn func(*bbolt.Tx) error) (err error) {
	defer guardFault(&err)()
	s.views.RLock()
	defer s.views.RUnlock()
	return s.db.View(fn)
}

var errNothing = errors.New("nothing to write")

func (s *boltStore) write(_ context.Context, _ asking, fn func(reader) ([]change, error)) (err error) {
	defer guardFault(&err)()
	err = s.db.Update(func(t *bbolt.Tx) error {
		r, err := rollsIn(t)
		if err != nil {
			return say(CodeDamaged, err, "file", s.db.Path())
		}
		b := newBoltTx(t, &r)
		changes, err := fn(b)
		if err == nil && len(changes) == 0 {
			err = errNothing
		}
		for _, c := range changes {
			if err == nil {
				err = b.apply(c)
			}
		}
		if err != nil {
			return err
		}
		return r.save(t)
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return onDisk(err, s.db.Path())
}

func (s *boltStore) fits(key string, value []byte) error {
	if key == "" || len(key) > bbolt.MaxKeySize || len(value) > bbolt.MaxValueSize-sumSize {
		return say(CodeValue, errors.New("too large for the store"), "flag", "record", "value", len(key)+len(value))
	}
	return nil
}

// wipe overwrites the pages that hold nothing any more: what was deleted or replaced is not to be found in the file. The transaction keeps
// them from being used meanwhile and changes nothing; no page that the store refers to is touched, so it may end anywhere. Views that began
// before end first, since some of the pages are theirs.
func (s *boltStore) wipe(context.Context) (err error) {
	defer guardFault(&err)()
	t, err := s.db.Begin(true)
	if err != nil {
		return onDisk(err, s.db.Path())
	}
	defer func() { err = errors.Join(err, t.Rollback()) }()
	s.views.Lock()
	defer s.views.Unlock()
	f, err := s.fs.OpenFile(s.db.Path(), os.O_RDWR, 0)
	if err != nil {
		return onDisk(err, s.db.Path())
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size := int64(s.db.Info().PageSize)
	empty := make([]byte, size)
	for id := int64(2); id < t.Size()/size; id++ {
		page, err := t.Page(int(id))
		if err != nil {
			return onDisk(err, s.db.Path())
		}
		if page == nil || page.Type != "free" {
			continue
		}
		if _, err := f.WriteAt(empty, id*size); err != nil {
			return onDisk(err, s.db.Path())
		}
	}
	return onDisk(f.Sync(), s.db.Path())
}

func (s *boltStore) alone() bool { return true } // the file is locked

func (s *boltStore) close() error { return s.db.Close() }

type boltTx struct {
	t    *bbolt.Tx
	r    *rolls // nil in a view
	open map[string]*bbolt.Bucket
}

func newBoltTx(t *bbolt.Tx, r *rolls) boltTx { return boltTx{t, r, map[string]*bbolt.Bucket{}} }

// bucket finds a bucket; nil, nil for a later one that is not there yet.
func (b boltTx) bucket(name string) (*bbolt.Bucket, error) {
	if k := b.open[name]; k != nil {
		return k, nil
	}
	if k := b.t.Bucket([]byte(name)); k != nil || slices.Contains(addedBuckets, name) {
		b.open[name] = k
		return k, nil
	}
	return nil, say(CodeDamaged, fmt.Errorf("bucket %s is missing", name), "file", b.t.DB().Path())
}

func (b boltTx) Get(bucket, key string) ([]byte, error) {
	k, err := b.bucket(bucket)
	if k == nil {
		return nil, cmp.Or(err, errNoRecord)
	}
	return b.proven(bucket, []byte(key), k.Get([]byte(key)))
}

// apply makes a change and turns the roll.
func (b boltTx) apply(c change) error {
	k, err := b.bucket(c.bucket)
	if err == nil && k == nil && c.value != nil {
		k, err = b.t.CreateBucket([]byte(c.bucket))
		b.open[c.bucket] = k
	}
	if k == nil {
		return err
	}
	key := []byte(c.key)
	if old := k.Get(key); len(old) >= sumSize {
		b.r.of(c.bucket).turn(old[:sumSize])
	}
	if c.value == nil {
		return k.Delete(key)
	}
	value := c.summed()
	b.r.of(c.bucket).turn(value[:sumSize])
	return k.Put(key, value)
}

func (b boltTx) Fetch(...asking) error { return nil } // it is all in memory

func (b boltTx) Each(bucket, prefix string, fn func(string, []byte) error) error {
	k, err := b.bucket(bucket)
	if k == nil {
		return err
	}
	c := k.Cursor()
	for key, v := c.Seek([]byte(prefix)); key != nil && bytes.HasPrefix(key, []byte(prefix)); key, v = c.Next() {
		value, err := b.proven(bucket, key, v)
		if err != nil {
			return err
		}
		if err := fn(string(key), value); err != nil {
			return err
		}
	}
	return nil
}

func (b boltTx) proven(bucket string, key, v []byte) ([]byte, error) {
	if v == nil {
		return nil, errNoRecord
	}
	if len(v) < sumSize || !bytes.Equal(v[:sumSize], checksum(bucket, key, v[sumSize:])) {
		return nil, say(CodeDamaged, damagedRecord{recordKey{bucket, string(key)}}, "file", b.t.DB().Path())
	}
	return bytes.Clone(v[sumSize:]), nil
}
