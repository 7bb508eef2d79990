package issuer

import (
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
)

// Issuer is an open issuer. Its methods are safe for concurrent use; one process at a time has it open.
type Issuer struct {
	o     Options
	dir   string
	db    store
	found found
	say   *plain.Speaker
	keys  *ring
	roots *ring

	memory memory

	mu     sync.Mutex                 // guards signer and opened
	signer exchange.Signer            // the working key, opened when it is first needed
	opened map[string]hpke.PrivateKey // sealing keys, by id
}

// Open opens the issuer in dir: with the store that is there, or the database that it says or Options.Database names. Errors: CodeNone,
// CodeBusy (another process has the store open), CodeNewer, CodeDamaged, CodeNotFolder, CodeDenied, CodeTwoStores, CodeWhich, CodeMoving, and
// those of a database: CodeAway, CodeLogin, CodeNoDatabase, CodeRights, CodeTLS, CodeHost.
func Open(dir string, o Options) (*Issuer, error) {
	o = o.complete(dir)
	words, err := speaker()
	if err != nil {
		return nil, err
	}
	back, err := openStore(dir, o)
	if err != nil {
		return nil, err
	}
	is := &Issuer{
		o: o, dir: dir, db: newGroup(back), say: words,
		keys:  newRing(o.FS, filepath.Join(dir, keysName), o.Passphrase, o.Rand),
		roots: newRing(o.FS, o.RootDir, o.Passphrase, o.Rand),
	}
	if s, ok := back.(*pgStore); ok {
		is.found = s.found
	}
	if _, err := is.identity(); err != nil {
		return nil, errors.Join(err, is.db.Close())
	}
	return is, nil
}

// Password says what became of a password that an earlier version wrote into the folder.
func (is *Issuer) Password() KeptPassword { return is.found.kept }

// Close releases the store.
func (is *Issuer) Close() error { return is.db.Close() }

func (is *Issuer) identity() (who identity, err error) {
	err = is.db.View(func(t tx) error {
		who, err = identityIn(t)
		return err
	})
	return who, err
}

func identityIn(t tx) (identity, error) {
	who, err := get[identity](t, bucketMeta, metaIdentity)
	switch {
	case errors.Is(err, errNoRecord):
		return who, say(CodeDamaged, errors.New("the store does not say whose it is"), "file", storeName)
	case err != nil:
		return who, err
	case who.Schema == storeFirst, who.Schema == storeSchema, who.Schema == storeUsage, who.Schema == storeOnline, who.Schema == storeRecent:
		return who, nil
	case strings.HasPrefix(who.Schema, storeSchemas):
		return who, say(CodeNewer, nil, "file", storeName)
	default:
		return who, say(CodeDamaged, fmt.Errorf("schema %q", who.Schema), "file", storeName)
	}
}

// putLater puts a record that older programs know nothing of: the store is not theirs from then on.
func putLater[T any](t tx, bucket, key string, v T) error {
	if err := raise(t, schemaOf(bucket)); err != nil {
		return err
	}
	return put(t, bucket, key, v)
}

// schemaOf is the version of the store that knows a bucket.
func schemaOf(bucket string) string {
	needs := storeSchema
	if slices.Contains(usageBuckets, bucket) {
		needs = storeUsage
	}
	if slices.Contains(onlineBuckets, bucket) {
		needs = storeOnline
	}
	if slices.Contains(recentBuckets, bucket) {
		needs = storeRecent
	}
	return needs
}

// raise makes the store one of a version, unless it is one of that or a later one.
func raise(t tx, needs string) error {
	who, err := identityIn(t)
	if err != nil {
		return err
	}
	if who.Schema >= needs { // single digits
		return nil
	}
	who.Schema = needs
	return put(t, bucketMeta, metaIdentity, who)
}

// working returns the signer of the working key.
func (is *Issuer) working(who identity) (exchange.Signer, error) {
	is.mu.Lock()
	defer is.mu.Unlock()
	if is.signer != nil && is.signer.KeyID() == who.Signing {
		return is.signer, nil
	}
	s, err := is.keys.signer(roleSigning, who.Signing, is.o.Command, is.o.SignerWait)
	if err == nil {
		is.signer = s
	}
	return s, err
}

// clockSlack is how far a clock may be set back, by a time server for example, without anyone being asked.
// Signed times never go back: within the slack the newest one is used again.
const clockSlack = 5 * time.Minute

// clockAhead is how far a clock may run ahead of the time that the computer was on since the newest signature.
const clockAhead = 24 * time.Hour

// stamp returns the time to sign with and records it. CodeClockBehind when the clock is behind the newest signature.
//
// A clock that is ahead can be proven wrong by one thing only: the computer has been on since the newest signature, and not for so
// long. That is CodeClockAhead. After a restart nothing contradicts, however long ago the newest signature is: a desk that signs
// once a month, or once a year, is never stopped (see LongAgo).
func (is *Issuer) stamp(t tx) (time.Time, error) {
	c, err := clockIn(t)
	if err != nil {
		return time.Time{}, err
	}
	now, next, err := is.judge(c)
	if err != nil || next.Newest.Equal(c.Newest) && next.Boot == c.Boot { // within one second nothing is learned
		return now, err
	}
	return now, put(t, bucketMeta, metaClock, next)
}

func clockIn(t tx) (clockRecord, error) {
	c, err := get[clockRecord](t, bucketMeta, metaClock)
	if errors.Is(err, errNoRecord) {
		return clockRecord{}, nil
	}
	return c, err
}

// judge is the time to sign with by what was signed before, and what is known then.
func (is *Issuer) judge(c clockRecord) (now time.Time, next clockRecord, err error) {
	now = is.o.now()
	if is.o.Running != nil {
		next.Boot, next.Running = is.o.Running()
	}
	if since := next.Running - c.Running; next.Boot != "" && next.Boot == c.Boot && since >= 0 && !is.o.ClockIsRight {
		if most := c.Newest.Add(since + clockAhead); now.After(most) {
			return time.Time{}, c, say(CodeClockAhead, nil, "now", now.Format(time.RFC3339), "most", c.Newest.Add(since).Format(time.RFC3339))
		}
	}
	if now.Before(c.Newest) && !is.o.ClockIsRight {
		if c.Newest.Sub(now) > clockSlack {
			return time.Time{}, c, say(CodeClockBehind, nil, "now", now.Format(time.RFC3339), "newest", c.Newest.Format(time.RFC3339))
		}
		now = c.Newest
	}
	next.Newest = now
	return now, next, nil
}

// longAgo is how old the newest signature is before a person is asked to look at the date.
const longAgo = 92 * 24 * time.Hour

// LongAgo says whether the newest signature is so old that a person should look at today's date once, and when it was made.
// Nothing is refused for it.
func (is *Issuer) LongAgo() (newest time.Time, long bool, err error) {
	err = is.db.View(func(t tx) error {
		c, err := get[clockRecord](t, bucketMeta, metaClock)
		newest = c.Newest
		return err
	})
	return newest, err == nil && is.o.now().Sub(newest) > longAgo, err
}

func shortHash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

func versionKey(v int) string { return fmt.Sprintf("%08d", v) }
