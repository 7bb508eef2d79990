package issuer

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"holdfast/licensing/disk"
)

// store keeps records by bucket and key. One bbolt file serves one vendor's desk; a database for many
// can stand behind the same three calls.
type store interface {
	View(func(tx) error) error   // a consistent view, changes nothing
	Update(func(tx) error) error // all or nothing; durable when it returns nil
	Wipe() error                 // what was deleted or replaced is not to be found in the file any more
	Close() error
}

// tx is one transaction. Get answers errNoRecord when there is none; Each goes in the order of keys. Delete of what is not there
// is no error; nothing may be deleted from a bucket while Each goes through it.
type tx interface {
	Get(bucket, key string) ([]byte, error)
	Put(bucket, key string, value []byte) error
	Delete(bucket, key string) error
	Each(bucket, prefix string, fn func(key string, value []byte) error) error
}

var (
	errNoRecord = errors.New("no such record")
	errDamaged  = errors.New("the record's checksum does not match")
)

// buckets are those of every store. laterBuckets came with the second version of the store and usageBuckets with the third: one that
// was made before has none of them until something is put there.
var (
	buckets      = []string{bucketMeta, bucketProfiles, bucketLicenses, bucketKeys, bucketPlaces, bucketAnswers, bucketRenewals}
	laterBuckets = []string{bucketStatements, bucketGrants, bucketLetters}
	usageBuckets = []string{bucketLedgers, bucketReceipts, bucketDays, bucketFindings, bucketErasures, bucketKeeping}
)

// addedBuckets are those that a store may be without.
var addedBuckets = slices.Concat(laterBuckets, usageBuckets)

// boltStore is a store in one bbolt file. Each value carries the first 16 bytes of the SHA-256 of bucket, key and value (see
// storecheck.go); a fault in bbolt's mapped memory becomes an error instead of ending the process.
type boltStore struct {
	db *bbolt.DB
	fs disk.FS
}

// openBolt opens the store at path, after every record in it was looked at. fresh makes it. The list of free pages is not
// kept in the file but found when it is opened: a damaged list would overwrite records later on.
func openBolt(fsys disk.FS, path string, wait time.Duration, fresh bool) (_ *boltStore, err error) {
	if !fresh {
		if err := checkStore(fsys, path, wait); err != nil {
			return nil, err
		}
	}
	s, err := mapBolt(fsys, path, bbolt.Options{Timeout: wait, NoFreelistSync: true})
	if err == nil && fresh {
		err = s.create()
	}
	if err != nil && s != nil {
		err = errors.Join(onDisk(err, path), s.Close())
	}
	return s, err
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
	return &boltStore{db, fsys}, nil
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

func (s *boltStore) View(fn func(tx) error) (err error) {
	defer guardFault(&err)()
	return s.db.View(func(t *bbolt.Tx) error { return fn(boltTx{t, nil}) })
}

func (s *boltStore) Update(fn func(tx) error) (err error) {
	defer guardFault(&err)()
	return onDisk(s.db.Update(func(t *bbolt.Tx) error {
		r, err := rollsIn(t)
		if err != nil {
			return say(CodeDamaged, err, "file", s.db.Path())
		}
		before := r
		if err := fn(boltTx{t, &r}); err != nil || r == before {
			return err
		}
		return r.save(t)
	}), s.db.Path())
}

// Wipe overwrites the pages that hold nothing any more. The transaction keeps them from being used meanwhile and changes nothing; no
// page that the store refers to is touched, so it may end anywhere.
func (s *boltStore) Wipe() (err error) {
	defer guardFault(&err)()
	t, err := s.db.Begin(true)
	if err != nil {
		return onDisk(err, s.db.Path())
	}
	defer func() { err = errors.Join(err, t.Rollback()) }()
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

func (s *boltStore) Close() error { return s.db.Close() }

type boltTx struct {
	t *bbolt.Tx
	r *rolls // nil in a view
}

// bucket finds a bucket; nil, nil for a later one that is not there yet.
func (b boltTx) bucket(name string) (*bbolt.Bucket, error) {
	if k := b.t.Bucket([]byte(name)); k != nil || slices.Contains(addedBuckets, name) {
		return k, nil
	}
	return nil, say(CodeDamaged, fmt.Errorf("bucket %s is missing", name), "file", b.t.DB().Path())
}

func (b boltTx) Get(bucket, key string) ([]byte, error) {
	k, err := b.bucket(bucket)
	if k == nil {
		return nil, cmp.Or(err, errNoRecord)
	}
	return b.open(bucket, []byte(key), k.Get([]byte(key)))
}

func (b boltTx) Put(bucket, key string, value []byte) error {
	k, err := b.bucket(bucket)
	if err == nil && k == nil {
		k, err = b.t.CreateBucket([]byte(bucket))
	}
	if err != nil {
		return err
	}
	r := b.r.of(bucket)
	if old := k.Get([]byte(key)); len(old) >= sumSize {
		r.turn(old[:sumSize])
	}
	sum := checksum(bucket, []byte(key), value)
	r.turn(sum)
	return k.Put([]byte(key), append(sum, value...))
}

func (b boltTx) Delete(bucket, key string) error {
	k, err := b.bucket(bucket)
	if k == nil {
		return err
	}
	old := k.Get([]byte(key))
	if old == nil {
		return nil
	}
	if len(old) >= sumSize {
		b.r.of(bucket).turn(old[:sumSize])
	}
	return k.Delete([]byte(key))
}

func (b boltTx) Each(bucket, prefix string, fn func(string, []byte) error) error {
	k, err := b.bucket(bucket)
	if k == nil {
		return err
	}
	c := k.Cursor()
	for key, v := c.Seek([]byte(prefix)); key != nil && bytes.HasPrefix(key, []byte(prefix)); key, v = c.Next() {
		value, err := b.open(bucket, key, v)
		if err != nil {
			return err
		}
		if err := fn(string(key), value); err != nil {
			return err
		}
	}
	return nil
}

func (b boltTx) open(bucket string, key, v []byte) ([]byte, error) {
	if v == nil {
		return nil, errNoRecord
	}
	if len(v) < sumSize || !bytes.Equal(v[:sumSize], checksum(bucket, key, v[sumSize:])) {
		return nil, say(CodeDamaged, fmt.Errorf("%s/%s: %w", bucket, key, errDamaged), "file", b.t.DB().Path())
	}
	return bytes.Clone(v[sumSize:]), nil
}

const sumSize = 16

func checksum(bucket string, key, value []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d %s", len(bucket), len(key), bucket)
	h.Write(key)
	h.Write(value)
	return h.Sum(nil)[:sumSize:sumSize]
}

// guardFault turns a panic of bbolt, or a memory fault in its mapped file, into CodeDamaged. Use: defer guardFault(&err)().
func guardFault(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if r := recover(); r != nil {
			*err = say(CodeDamaged, fmt.Errorf("the store stopped: %v", r), "file", "issuer.db")
		}
	}
}

func get[T any](t tx, bucket, key string) (T, error) {
	var v T
	b, err := t.Get(bucket, key)
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, say(CodeDamaged, fmt.Errorf("%s/%s: %w", bucket, key, err), "file", "issuer.db")
	}
	return v, nil
}

func put[T any](t tx, bucket, key string, v T) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("record %s/%s: %w", bucket, key, err)
	}
	return t.Put(bucket, key, b)
}
