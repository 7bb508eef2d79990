package issuer

import (
	"context"
	"errors"
	"strings"
	"time"

	"holdfast/licensing/exchange"
)

// bucketRecent keeps answers that can be made anew, for a while: "at/" day "/" time "/" hex SHA-256 of what was answered → receiptRecord, so
// that those of one moment are written together and go together, and "of/" the same hash → recentRecord.
const bucketRecent = "recent"

// answerKept is how long they are kept: longer than any request waits for its answer. An answer to a check-in is one, since a later one says
// everything again, and so is a receipt, since its totals hold those of all before. What was decided, granted or activated is kept for good.
const answerKept = 90 * 24 * time.Hour

const (
	recentDays = "at/"
	recentOf   = "of/"
	pruneMost  = 200 // answers in one go
)

// recentRecord says where an answer is, without "at/" and its hash.
type recentRecord struct {
	At string `json:"at"`
}

// fades says whether an answer is not kept for good.
func fades(r exchange.Request, rec answerRecord) bool {
	return r.Kind == exchange.RequestCheckin && rec.Agent == "" && rec.Until.IsZero()
}

func recentNeeds(key string) asking { return need(bucketRecent, recentOf+key) }

// recentIn is a recent answer. Error: errNoRecord when there is none.
func recentIn(t tx, key string) (receiptRecord, error) {
	where, err := get[recentRecord](t, bucketRecent, recentOf+key)
	if err != nil {
		return receiptRecord{}, err
	}
	return get[receiptRecord](t, bucketRecent, recentDays+where.At+"/"+key)
}

// keepRecent records an answer, in place of an earlier one under the same key.
func (is *Issuer) keepRecent(t tx, key string, rec receiptRecord) error {
	old, err := get[recentRecord](t, bucketRecent, recentOf+key)
	if err == nil {
		err = t.Delete(bucketRecent, recentDays+old.At+"/"+key)
	}
	if err != nil && !errors.Is(err, errNoRecord) {
		return err
	}
	where := recentRecord{rec.At.UTC().Format(time.DateOnly) + "/" + is.o.Now().UTC().Format("150405.000000")}
	if err := putLater(t, bucketRecent, recentOf+key, where); err != nil {
		return err
	}
	return put(t, bucketRecent, recentDays+where.At+"/"+key, rec)
}

// prune deletes some answers that were kept long enough; once a day there is something to do for it. It is no part of the transaction that
// records an answer, so that it holds up nobody else's, and one caller at a time does it. What it cannot do is left to the next.
func (is *Issuer) prune(ctx context.Context, now time.Time) {
	limit := midnight(now.Add(-answerKept))
	if is.memory.pruned.Load() == limit.Unix() || !is.memory.pruning.TryLock() {
		return
	}
	defer is.memory.pruning.Unlock()
	clean := false
	err := is.db.For(ctx).Update(func(t tx) error {
		clean = true
		for _, bucket := range []string{bucketBriefs, bucketRecent} {
			n, err := pruneBucket(t, bucket, limit)
			if err != nil {
				return err
			}
			clean = clean && n < pruneMost
		}
		return nil
	})
	if err == nil && clean {
		is.memory.pruned.Store(limit.Unix())
	}
}

// pruneBucket deletes the oldest answers of a bucket and says how many. It looks from the very first on: while a clock is wrong, answers come
// under any day.
func pruneBucket(t tx, bucket string, limit time.Time) (int, error) {
	end := recentDays + limit.Format(time.DateOnly)
	var old []string
	err := t.Each(bucket, recentDays, func(key string, _ []byte) error {
		if key >= end || len(old) == pruneMost {
			return errEnough
		}
		old = append(old, key)
		return nil
	})
	var bad damagedRecord
	switch {
	case errors.Is(err, errEnough):
	case errors.As(err, &bad) && bad.bucket == bucket: // it goes too when it is old
		if bad.key < end {
			old = append(old, bad.key)
		}
	case err != nil:
		return 0, err
	}
	for _, key := range old {
		hash := key[strings.LastIndexByte(key, '/')+1:]
		if bucket == bucketRecent {
			hash = recentOf + hash
		}
		if err := errors.Join(t.Delete(bucket, hash), t.Delete(bucket, key)); err != nil {
			return 0, err
		}
	}
	if bad.key != "" && len(old) > 0 {
		return pruneMost, nil // nobody looked at what comes behind it
	}
	return len(old), nil
}

var errEnough = errors.New("enough was found")
