package issuer

import (
	"context"
	"encoding/hex"
	"errors"

	"holdfast/licensing/exchange"
)

// HandedID names what a request or usage file gets as its answer: the hex SHA-256 of its signed bytes. Nobody can guess it who has not
// seen the file, since a nonce is in there.
func HandedID(e exchange.Envelope) (string, error) { return payloadKey(e) }

// Handed is the answer that was handed out under an id (see HandedID). ok is false when there is none, or when its key was withdrawn
// since: the file that it answers then gets another one. Nothing is signed or recorded.
func (is *Issuer) Handed(ctx context.Context, id string) (a Answer, ok bool, err error) {
	if b, bad := hex.DecodeString(id); bad != nil || hex.EncodeToString(b) != id {
		return Answer{}, false, ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, false, err
	}
	err = is.db.For(ctx).View(func(t tx) error {
		k, err := is.knownIn(t)
		if err != nil {
			return err
		}
		rec, good, err := recorded(t, id, k)
		if err == nil && !good {
			if rec, err = get[receiptRecord](t, bucketReceipts, id); errors.Is(err, errNoRecord) {
				return nil
			}
			good = err == nil && k.good(rec.Key, rec.At)
		}
		if err == nil && good {
			ok = true
			a, err = is.handed(rec, k.profile, false)
		}
		return err
	})
	a.Again = ok
	return a, ok, err
}
