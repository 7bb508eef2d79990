package issuer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Faults breaks the store of an issuer.
type Faults struct {
	Away atomic.Bool  // it cannot be reached
	Lost atomic.Int32 // so many times, what was committed is not told
}

// Break puts faults between an issuer and its store.
func (is *Issuer) Break() *Faults {
	f := &Faults{}
	is.db = faulty{is.db, f}
	return f
}

type faulty struct {
	store
	f *Faults
}

func (s faulty) For(ctx context.Context, a ...asking) store {
	return faulty{s.store.For(ctx, a...), s.f}
}

func (s faulty) View(fn func(tx) error) error {
	if s.f.Away.Load() {
		return say(CodeAway, errors.New("broken by a test"))
	}
	return s.store.View(fn)
}

func (s faulty) Update(fn func(tx) error) error {
	if s.f.Away.Load() {
		return say(CodeAway, errors.New("broken by a test"))
	}
	err := s.store.Update(fn)
	if err == nil && s.f.Lost.Add(-1) >= 0 {
		return say(CodeUnsure, errors.New("broken by a test"))
	}
	return err
}

// Fill puts n licenses like the one with a serial into the store, each with a place of a computer of its own, and returns their serials.
// device(i) is the id and code of the computer, key(i) a hash for the license key.
func (is *Issuer) Fill(n int, like string, device func(i int) (id, code string)) ([]string, error) {
	var serials []string
	for from := 0; from < n; from += fillStep {
		err := is.db.Update(func(t tx) error {
			rec, err := licenseIn(t, like)
			if err != nil {
				return err
			}
			key, err := get[keyRecord](t, bucketKeys, rec.KeyHash)
			if err != nil {
				return err
			}
			serials = serials[:from]
			for i := from; i < min(n, from+fillStep); i++ {
				sum := sha256.Sum256(fmt.Append(nil, like, i))
				rec.Serial, rec.KeyHash, rec.Order = fmt.Sprintf("%05X-%05X-%05X", sum[:3], i, sum[3:6]), hex.EncodeToString(sum[:]), fmt.Sprint("ORDER-", i)
				key.Serials = []string{rec.Serial}
				id, code := device(i)
				p := Place{Device: id, Code: code, Since: rec.Made, Given: rec.Version}
				if err := errors.Join(put(t, bucketLicenses, rec.Serial, rec), put(t, bucketKeys, rec.KeyHash, key), putPlace(t, rec.Serial, id, p)); err != nil {
					return err
				}
				serials = append(serials, rec.Serial)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return serials, nil
}

const fillStep = 10_000

// Indexed says whether the store has its index of computers.
func (is *Issuer) Indexed() (whole bool, err error) {
	err = is.db.View(func(t tx) error {
		whole, err = indexed(t)
		return err
	})
	return whole, err
}

// KeepOld records n answers of size bytes as if they were given at a time.
func (is *Issuer) KeepOld(n, size int, at time.Time) error {
	for from := 0; from < n; from += 1000 {
		err := is.db.Update(func(t tx) error {
			for i := from; i < min(n, from+1000); i++ {
				sum := sha256.Sum256(fmt.Appendf(nil, "old %d", i))
				key := hex.EncodeToString(sum[:])
				where := recentRecord{at.UTC().Format(time.DateOnly) + "/" + fmt.Sprintf("%013d", i)}
				rec := receiptRecord{answerRecord: answerRecord{At: at, File: make([]byte, size*3/4)}}
				if err := errors.Join(putLater(t, bucketRecent, recentOf+key, where), put(t, bucketRecent, recentDays+where.At+"/"+key, rec)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// KeptBefore counts the answers that are kept for a while, of before a time.
func (is *Issuer) KeptBefore(before time.Time) (n int, err error) {
	err = is.db.View(func(t tx) error {
		return t.Each(bucketRecent, recentDays, func(key string, _ []byte) error {
			if key[len(recentDays):] < before.UTC().Format(time.DateOnly) {
				n++
			}
			return nil
		})
	})
	return n, err
}
