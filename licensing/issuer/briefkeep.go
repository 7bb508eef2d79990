package issuer

import (
	"errors"
	"strings"
	"time"

	"holdfast/licensing/exchange"
)

// bucketBriefs keeps short answers for a while: hex SHA-256 of a request's signed bytes → briefRecord, and "at/" day "/" the same hash →
// nothing, so that old ones are found.
const bucketBriefs = "briefs"

// briefRecord is a short answer as it was handed out.
type briefRecord struct {
	At       time.Time         `json:"at"`
	Key      string            `json:"key"` // id of the key that signed
	Request  string            `json:"request"`
	Device   string            `json:"device"`
	Code     string            `json:"code"`
	Envelope exchange.Envelope `json:"envelope"`
}

// handed is the answer as others are kept, without the file when it leaves packed. The text for people is written anew; what is signed is not.
func (is *Issuer) handed(b briefRecord, p exchange.Profile, packed bool) (rec answerRecord, err error) {
	rec = answerRecord{
		Name: fileName(exchange.KindStanding, nil, b.Code), At: b.At, Key: b.Key, Request: b.Request, Device: b.Device, Code: b.Code, brief: true, envelopes: []exchange.Envelope{b.Envelope},
	}
	if !packed {
		rec.File, err = exchange.Armor(exchange.KindStanding, is.firstLine(exchange.KindStanding, p, map[string]any{"code": b.Code}), b.Envelope)
	}
	return rec, err
}

// briefKept is how long short answers are kept: longer than any request waits for its answer.
const briefKept = 90 * 24 * time.Hour

const (
	briefDays = "at/"
	pruneMost = 200 // short answers in one go
)

func (is *Issuer) keepBrief(t tx, key string, b briefRecord) error {
	if err := is.prune(t, b.At); err != nil {
		return err
	}
	if err := putLater(t, bucketBriefs, key, b); err != nil {
		return err
	}
	return put(t, bucketBriefs, briefDays+b.At.Format(time.DateOnly)+"/"+key, struct{}{})
}

// pruneRecord is the first day of which short answers may be left.
type pruneRecord struct {
	Day time.Time `json:"day"`
}

const pruneKey = "pruned"

// prune deletes some short answers that were kept long enough. Once a day there is something to do for it.
func (is *Issuer) prune(t tx, now time.Time) error {
	limit := midnight(now.Add(-briefKept))
	if is.memory.pruned.Load() >= limit.Unix() {
		return nil
	}
	rec, err := get[pruneRecord](t, bucketBriefs, pruneKey)
	if errors.Is(err, errNoRecord) {
		rec.Day, err = limit, nil
	}
	var old []string
	for err == nil && rec.Day.Before(limit) && len(old) == 0 {
		err = t.Each(bucketBriefs, briefDays+rec.Day.Format(time.DateOnly)+"/", func(key string, _ []byte) error {
			if old = append(old, key); len(old) >= pruneMost {
				return errEnough
			}
			return nil
		})
		if len(old) == 0 {
			rec.Day = rec.Day.AddDate(0, 0, 1)
		}
		if errors.Is(err, errEnough) {
			err = nil
		}
	}
	for _, key := range old {
		_, hash, _ := strings.Cut(strings.TrimPrefix(key, briefDays), "/")
		err = errors.Join(err, t.Delete(bucketBriefs, hash), t.Delete(bucketBriefs, key))
	}
	if err == nil && len(old) == 0 {
		is.memory.pruned.Store(limit.Unix())
	}
	if err != nil {
		return err
	}
	return putLater(t, bucketBriefs, pruneKey, rec)
}

var errEnough = errors.New("enough was found")
