package issuer

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
)

// store keeps records by bucket and key: in one bbolt file for one process (storebolt.go), or in a PostgreSQL database for many
// (pgstore.go). Both are a backend behind a group, which lets callers share transactions.
type store interface {
	For(ctx context.Context, a ...asking) store // the same store for one caller, who gives up with ctx
	View(func(tx) error) error                  // a consistent view, changes nothing
	Update(func(tx) error) error                // all or nothing; durable when it returns nil
	Wipe() error                                // see the backends for what it promises
	Close() error

	describe(ctx context.Context) (StoreInfo, error)
}

// tx is one transaction. Get answers errNoRecord when there is none; Each goes in the order of keys, by bytes. Delete of what is not there
// is no error; nothing may be deleted from a bucket while Each goes through it. Values that are handed out must not be changed.
type tx interface {
	reader
	Put(bucket, key string, value []byte) error
	Delete(bucket, key string) error
}

type reader interface {
	Get(bucket, key string) ([]byte, error)
	Each(bucket, prefix string, fn func(key string, value []byte) error) error
	// Fetch reads what will probably be asked for, at once. It never changes what the others answer.
	Fetch(a ...asking) error
}

// backend is where a group's records are. Read and write name the transaction's reader to fn once, or not at all when there is an error.
type backend interface {
	read(ctx context.Context, a asking, fn func(reader) error) error
	// write commits what fn returns, all or nothing. Without changes nothing is written. Errors: CodeUnsure when the outcome is not known.
	write(ctx context.Context, a asking, fn func(reader) ([]change, error)) error
	fits(key string, value []byte) error
	alone() bool // nobody else writes there
	describe(ctx context.Context) (StoreInfo, error)
	wipe(ctx context.Context) error
	close() error
}

type recordKey struct{ bucket, key string }

// change is a record that is put, or deleted when the value is nil.
type change struct {
	recordKey
	value []byte
}

// asking is what a caller says about its transactions beforehand: what they will probably read, and that they may run once more.
type asking struct {
	keys       []recordKey
	prefixes   []recordKey
	repeatable bool
	early      bool
}

// repeatable marks a function that begins by looking whether its work is done. It runs once more when a connection was lost.
var repeatable = asking{repeatable: true}

// early marks a function with much work and little to read, about records of its own as a rule: it runs before its turn, at the same time as
// others, and once more when what it read was changed meanwhile.
var early = asking{early: true}

// need names records that will probably be read.
func need(bucket string, keys ...string) (a asking) {
	for _, k := range keys {
		a.keys = append(a.keys, recordKey{bucket, k})
	}
	return a
}

// needAll names small ranges of records that will probably be read, by the beginnings of their keys.
func needAll(bucket string, prefixes ...string) (a asking) {
	for _, p := range prefixes {
		a.prefixes = append(a.prefixes, recordKey{bucket, p})
	}
	return a
}

// asked joins what several say. It is repeatable, or early, when one of them says so: a caller says it of a whole function.
func asked(all ...asking) (a asking) {
	for _, o := range all {
		a.keys, a.prefixes = append(a.keys, o.keys...), append(a.prefixes, o.prefixes...)
		a.repeatable, a.early = a.repeatable || o.repeatable, a.early || o.early
	}
	return a
}

var (
	errNoRecord = errors.New("no such record")
	errDamaged  = errors.New("the record's checksum does not match")
	errReadOnly = errors.New("a view changes nothing")
	errWalking  = errors.New("nothing may be deleted from a bucket while Each goes through it")
	errClosed   = errors.New("the store is closed")
)

// buckets are those of every store. laterBuckets came with the second version of the store, usageBuckets with the third, onlineBuckets with
// the fourth and recentBuckets with the fifth: one that was made before has none of them until something is put there.
var (
	buckets       = []string{bucketMeta, bucketProfiles, bucketLicenses, bucketKeys, bucketPlaces, bucketAnswers, bucketRenewals}
	laterBuckets  = []string{bucketStatements, bucketGrants, bucketLetters}
	usageBuckets  = []string{bucketLedgers, bucketReceipts, bucketDays, bucketFindings, bucketErasures, bucketKeeping}
	onlineBuckets = []string{bucketHolders, bucketReporters, bucketBriefs}
	recentBuckets = []string{bucketRecent}
)

// addedBuckets are those that a store may be without.
var addedBuckets = slices.Concat(laterBuckets, usageBuckets, onlineBuckets, recentBuckets)

// damagedRecord says which record's checksum does not match.
type damagedRecord struct{ recordKey }

func (d damagedRecord) Error() string { return d.bucket + "/" + d.key + ": " + errDamaged.Error() }

func (damagedRecord) Unwrap() error { return errDamaged }

const sumSize = 16

// checksum are the first 16 bytes of the SHA-256 of bucket, key and value. It stands in front of every stored value.
func checksum(bucket string, key, value []byte) []byte {
	var room [64]byte
	head := strconv.AppendInt(room[:0], int64(len(bucket)), 10)
	head = strconv.AppendInt(append(head, ' '), int64(len(key)), 10)
	head = append(append(head, ' '), bucket...)
	h := sha256.New()
	h.Write(head)
	h.Write(key)
	h.Write(value)
	return h.Sum(make([]byte, 0, sha256.Size))[:sumSize:sumSize]
}

// summed is a value as it is stored.
func (c change) summed() []byte {
	return append(checksum(c.bucket, []byte(c.key), c.value), c.value...)
}

// guardFault turns a panic, or a memory fault in a mapped file, into CodeDamaged. Use: defer guardFault(&err)().
func guardFault(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if r := recover(); r != nil {
			*err = say(CodeDamaged, fmt.Errorf("the store stopped: %v", r), "file", storeName)
		}
	}
}

func get[T any](t tx, bucket, key string) (T, error) {
	var v T
	b, err := t.Get(bucket, key)
	if err != nil {
		return v, err
	}
	if err := decode(b, &v); err != nil {
		return v, say(CodeDamaged, fmt.Errorf("%s/%s: %w", bucket, key, err), "file", storeName)
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
