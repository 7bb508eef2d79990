package issuer

import (
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
	if err := is.prune(t, rec.At); err != nil {
		return err
	}
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

// pruneRecord is the first day of which answers may be left.
type pruneRecord struct {
	Day time.Time `json:"day"`
}

const pruneKey = "pruned"

// prune deletes some answers that were kept long enough. Once a day there is something to do for it.
func (is *Issuer) prune(t tx, now time.Time) error {
	limit := midnight(now.Add(-answerKept))
	if is.memory.pruned.Load() >= limit.Unix() {
		return nil
	}
	done := true
	for _, bucket := range []string{bucketBriefs, bucketRecent} {
		clean, err := pruneBucket(t, bucket, limit)
		if err != nil {
			return err
		}
		done = done && clean
	}
	if done {
		is.memory.pruned.Store(limit.Unix())
	}
	return nil
}

// pruneBucket says whether nothing was left to delete.
func pruneBucket(t tx, bucket string, limit time.Time) (clean bool, err error) {
	rec, err := get[pruneRecord](t, bucket, pruneKey)
	switch {
	case errors.Is(err, errNoRecord) && bucket == bucketBriefs: // nothing of before
		return true, nil
	case errors.Is(err, errNoRecord):
		rec.Day = limit
	case err != nil:
		return false, err
	}
	var old []string
	for rec.Day.Before(limit) && len(old) == 0 {
		err := t.Each(bucket, recentDays+rec.Day.Format(time.DateOnly)+"/", func(key string, _ []byte) error {
			if old = append(old, key); len(old) >= pruneMost {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return false, err
		}
		if len(old) == 0 {
			rec.Day = rec.Day.AddDate(0, 0, 1)
		}
	}
	for _, key := range old {
		hash := key[strings.LastIndexByte(key, '/')+1:]
		if bucket == bucketRecent {
			hash = recentOf + hash
		}
		if err := errors.Join(t.Delete(bucket, hash), t.Delete(bucket, key)); err != nil {
			return false, err
		}
	}
	return len(old) == 0, putLater(t, bucket, pruneKey, rec)
}

var errEnough = errors.New("enough was found")
