package store

import (
	"crypto/rand"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Tx is a transaction. It must not be used after the function it was given to has returned.
type Tx struct {
	s  *Store
	tx *bolt.Tx
}

// Put stores value under key in bucket, which is made when it is missing. Neither name may be empty.
func (t *Tx) Put(bucket, key string, value []byte) error {
	if err := checkBucket(bucket); err != nil {
		return err
	}
	sealed := t.s.seal.seal(bucket, key, value)
	return t.s.guard(func() error {
		b, err := t.tx.CreateBucketIfNotExists([]byte(bucket))
		if err != nil {
			return boltError(err)
		}
		return boltError(b.Put([]byte(key), sealed))
	})
}

// Get returns the value of key in bucket, or ErrNotFound. A value that does not open is ErrRebuild.
func (t *Tx) Get(bucket, key string) (value []byte, err error) {
	if err := checkBucket(bucket); err != nil {
		return nil, err
	}
	err = t.s.guard(func() error {
		b := t.tx.Bucket([]byte(bucket))
		if b == nil {
			return ErrNotFound
		}
		sealed := b.Get([]byte(key))
		if sealed == nil {
			return ErrNotFound
		}
		value, err = t.s.seal.open(bucket, key, sealed)
		return err
	})
	return value, err
}

// Delete removes key from bucket; one that is not there is no error.
func (t *Tx) Delete(bucket, key string) error {
	if err := checkBucket(bucket); err != nil {
		return err
	}
	return t.s.guard(func() error {
		b := t.tx.Bucket([]byte(bucket))
		if b == nil {
			if !t.tx.Writable() {
				return ErrReadOnly
			}
			return nil
		}
		return boltError(b.Delete([]byte(key)))
	})
}

// ForEach calls fn for every key of bucket in byte order. fn must not change the bucket. An error of fn ends it and is
// returned.
func (t *Tx) ForEach(bucket string, fn func(key string, value []byte) error) error {
	if err := checkBucket(bucket); err != nil {
		return err
	}
	var cursor *bolt.Cursor
	if err := t.s.guard(func() error {
		if b := t.tx.Bucket([]byte(bucket)); b != nil {
			cursor = b.Cursor()
		}
		return nil
	}); err != nil || cursor == nil {
		return err
	}
	for step := cursor.First; ; step = cursor.Next {
		var key string
		var value []byte
		more := false
		err := t.s.guard(func() (err error) {
			k, v := step()
			if k == nil {
				return nil
			}
			key, more = string(k), true
			value, err = t.s.seal.open(bucket, key, v)
			return err
		})
		if err != nil || !more {
			return err
		}
		if err := fn(key, value); err != nil {
			return err
		}
	}
}

// The meta bucket is not sealed: it holds what is needed to open the rest.
const (
	metaBucket    = "meta"
	formatVersion = "1"
)

var (
	versionKey = []byte("version")
	idKey      = []byte("id")
)

func checkBucket(name string) error {
	if name == "" || name == metaBucket {
		return fmt.Errorf("index: %q is no bucket", name)
	}
	return nil
}

// initialise gives a new index its version and its random id.
func (s *Store) initialise() error {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails (Go 1.24 and later)
	s.changed.Store(true)
	err := s.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte(metaBucket))
		if err != nil {
			return err
		}
		if err := b.Put(versionKey, []byte(formatVersion)); err != nil {
			return err
		}
		return b.Put(idKey, id)
	})
	if err != nil {
		return err
	}
	s.seal, err = newSealer(s.key.seal, id)
	return err
}

func (s *Store) readMeta(tx *bolt.Tx) error {
	b := tx.Bucket([]byte(metaBucket))
	if b == nil || string(b.Get(versionKey)) != formatVersion || len(b.Get(idKey)) != 16 {
		return fmt.Errorf("%w: another format", ErrRebuild)
	}
	var err error
	s.seal, err = newSealer(s.key.seal, append([]byte(nil), b.Get(idKey)...))
	return err
}

// boltError keeps bbolt's errors out of the contract.
func boltError(err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTxNotWritable):
		return ErrReadOnly
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		return fmt.Errorf("%w: %w", ErrRebuild, err)
	}
	return err
}
