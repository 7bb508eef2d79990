package issuer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"holdfast/licensing/disk"
)

// bbolt notices few changed bytes by itself, and this store is the vendor's only copy. So the store keeps a roll: the
// exclusive or of the checksums of all records, changed in the same transaction as they are. A record that was changed, lost
// or put back from before does not fit the roll. Open looks at every record once (about 1 ms per 2 MB).
//
// The later buckets have a roll of their own, and so have those of usage and of the service. So a program that does not know them finds its own buckets
// whole, comes to the store's version, and says that it is too old instead of that the store is damaged.

const (
	bucketRoll = "roll"
	rollKey    = "all"
	laterKey   = "later"
	usageKey   = "usage"
	onlineKey  = "online"
	recentKey  = "recent"
)

type roll [sumSize]byte

func (r *roll) turn(sum []byte) {
	for i := range r {
		r[i] ^= sum[i]
	}
}

// rolls are the roll of the first buckets, that of the later ones, that of usage, that of what the service keeps and that of recent answers.
type rolls struct{ first, later, usage, online, recent roll }

func (r *rolls) of(bucket string) *roll {
	switch {
	case slices.Contains(laterBuckets, bucket):
		return &r.later
	case slices.Contains(usageBuckets, bucket):
		return &r.usage
	case slices.Contains(onlineBuckets, bucket):
		return &r.online
	case slices.Contains(recentBuckets, bucket):
		return &r.recent
	}
	return &r.first
}

func rollsIn(t *bbolt.Tx) (rolls, error) {
	var r rolls
	b := t.Bucket([]byte(bucketRoll))
	if b == nil || copy(r.first[:], b.Get([]byte(rollKey))) != len(r.first) {
		return r, errors.New("the roll of records is missing")
	}
	for key, into := range map[string]*roll{laterKey: &r.later, usageKey: &r.usage, onlineKey: &r.online, recentKey: &r.recent} {
		if have := b.Get([]byte(key)); have != nil && copy(into[:], have) != len(into) {
			return r, fmt.Errorf("the roll of %s records is cut", key)
		}
	}
	return r, nil
}

func (r *rolls) save(t *bbolt.Tx) error {
	b := t.Bucket([]byte(bucketRoll))
	if err := b.Put([]byte(rollKey), r.first[:]); err != nil {
		return err
	}
	for key, of := range map[string]roll{usageKey: r.usage, onlineKey: r.online, recentKey: r.recent} {
		if of == (roll{}) && b.Get([]byte(key)) == nil { // a store of before
			continue
		}
		if err := b.Put([]byte(key), of[:]); err != nil {
			return err
		}
	}
	return b.Put([]byte(laterKey), r.later[:])
}

// checkStore looks at the store without changing it: bbolt then reads nothing but what it is asked for, and a fault in a
// damaged page leaves neither lock nor mapped memory behind.
func checkStore(fsys disk.FS, path string, wait time.Duration) error {
	s, err := mapBolt(fsys, path, bbolt.Options{Timeout: wait, ReadOnly: true})
	if err != nil {
		return err
	}
	start, err := readStart(fsys, path) // after the lock was got, so that nobody is writing
	if err != nil {
		return errors.Join(onDisk(err, path), s.close())
	}
	err = checkMeta(start)
	if err == nil {
		err = s.check()
	}
	if err != nil {
		err = say(CodeDamaged, err, "file", path)
	}
	return errors.Join(err, s.close())
}

// check reads every record and compares with the roll.
func (s *boltStore) check() (err error) {
	defer guardFault(&err)()
	file, err := os.Stat(s.db.Path())
	if err != nil {
		return err
	}
	return s.db.View(func(t *bbolt.Tx) error {
		want, err := rollsIn(t)
		if err != nil {
			return err
		}
		var have rolls
		for _, name := range slices.Concat(buckets, addedBuckets) {
			b := t.Bucket([]byte(name))
			if b == nil && slices.Contains(addedBuckets, name) {
				continue
			}
			if b == nil {
				return fmt.Errorf("bucket %s is missing", name)
			}
			err := b.ForEach(func(key, v []byte) error {
				if int64(len(key))+int64(len(v)) > file.Size() { // a damaged length; what it spans is not ours to read
					return fmt.Errorf("%s: %w", name, errDamaged)
				}
				if len(v) < sumSize || !bytes.Equal(v[:sumSize], checksum(name, key, v[sumSize:])) {
					return fmt.Errorf("%s/%s: %w", name, key, errDamaged)
				}
				have.of(name).turn(v[:sumSize])
				return nil
			})
			if err != nil {
				return err
			}
		}
		if have != want {
			return errors.New("records are missing, or older than the others")
		}
		return nil
	})
}

// Layout of a bbolt file: two meta pages, each with a 16-byte page header, 56 bytes, and their FNV-1a sum.
const (
	pageHeader = 16
	metaSize   = 56
	metaRead   = 2 * 64 << 10 // two pages of the largest size that a system has
)

// checkMeta demands that both meta pages are whole. bbolt goes on with one, which is the state before
// the last transaction, and says nothing. Both are written in one sector each, so a crash leaves them whole.
func checkMeta(b []byte) error {
	if len(b) < pageHeader+metaSize+8 {
		return errors.New("the file is cut")
	}
	size := int(binary.NativeEndian.Uint32(b[pageHeader+8:]))
	if size < 512 || size > metaRead/2 || size+pageHeader+metaSize+8 > len(b) {
		return errors.New("the first page is damaged")
	}
	for _, page := range [][]byte{b, b[size:]} {
		meta := page[pageHeader:]
		h := fnv.New64a()
		_, _ = h.Write(meta[:metaSize])
		if h.Sum64() != binary.NativeEndian.Uint64(meta[metaSize:]) {
			return errors.New("a first page is damaged")
		}
	}
	return nil
}

func readStart(fsys disk.FS, path string) ([]byte, error) {
	f, err := fsys.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	b := make([]byte, metaRead)
	n, err := f.ReadAt(b, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], errors.Join(err, f.Close())
}
