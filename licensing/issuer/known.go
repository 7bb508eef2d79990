package issuer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/licensing/exchange"
)

// known is who signs: read in a transaction, and kept in memory for when there is none.
type known struct {
	who       identity
	envelopes []exchange.Envelope // of the profile, as files bring them
	profile   exchange.Profile
	sum       [sha256.Size]byte // of the records of the profiles: while it is the same, they need not be read again
}

// memory is what an issuer can sign with while its store is away. Newest is the newest time that it signed.
type memory struct {
	known  atomic.Pointer[known] // as the store has it
	read   atomic.Pointer[known] // as a transaction had it that may still be lost
	newest atomic.Int64          // Unix seconds
	pruned atomic.Int64          // day, see prune; of what is committed
	hint   atomic.Pointer[hint]  // as it was said last

	pruning sync.Mutex // held by who prunes
}

func (m *memory) signedAt(t time.Time) {
	for now := t.Unix(); ; {
		if old := m.newest.Load(); now <= old || m.newest.CompareAndSwap(old, now) {
			return
		}
	}
}

// knownIn reads who signs.
func (is *Issuer) knownIn(t tx) (known, error) {
	who, err := identityIn(t)
	if err != nil {
		return known{}, err
	}
	return is.knownFor(t, who)
}

func (is *Issuer) knownFor(t tx, who identity) (known, error) {
	h := sha256.New()
	err := t.Each(bucketProfiles, "", func(key string, value []byte) error {
		fmt.Fprintf(h, "%s %d ", key, len(value))
		_, err := h.Write(value)
		return err
	})
	if err != nil {
		return known{}, err
	}
	k := known{who: who}
	h.Sum(k.sum[:0])
	old := is.memory.read.Load()
	if old != nil && old.sum == k.sum {
		k.envelopes, k.profile = old.envelopes, old.profile
	} else if k.envelopes, k.profile, err = profilesIn(t); err != nil {
		return known{}, err
	}
	if old == nil || !old.same(k) {
		is.memory.read.Store(&k)
	}
	if _, ok := t.(lookOnly); ok {
		is.memory.keep(k)
	}
	return k, nil
}

// keep remembers what is committed.
func (m *memory) keep(k known) {
	if old := m.known.Load(); old == nil || !old.same(k) {
		m.known.Store(&k)
	}
}

func (k known) same(o known) bool { return k.sum == o.sum && k.who == o.who }

// Ready says whether the store answers and the working key can be used. With it, Outage knows what to sign with; later answers keep that
// up to date. In a store that is older than the index of computers it makes that, so that no exchange waits for it. Errors: those of the
// store and of the keys.
func (is *Issuer) Ready(ctx context.Context) error {
	var k known
	whole := false
	err := is.db.For(ctx).View(func(t tx) (err error) {
		if k, err = is.knownIn(t); err != nil {
			return err
		}
		c, err := clockIn(t)
		is.memory.signedAt(c.Newest)
		if err == nil {
			whole, err = indexed(t)
		}
		return err
	})
	if err == nil && !whole {
		err = is.db.For(ctx, repeatable).Update(func(t tx) error {
			_, err := index(t)
			return err
		})
	}
	if err != nil {
		return err
	}
	_, err = is.working(k.who)
	return cmp.Or(ctx.Err(), err)
}
