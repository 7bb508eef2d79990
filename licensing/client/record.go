package client

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"holdfast/licensing/client/endpoint"
)

// Use is one metered use. ID makes it count once, however often it is sent: an order number, or anything else at most 200 bytes long.
type Use struct {
	Meter   string
	Units   int64
	ID      string
	Product string // "" for that of the client
}

// Recorded is what became of a use: safely on disk, as entry Seq. Again: its id was recorded before; Conflict: with
// another amount, which stands. Left and State are those of its meter. Proven says that the device key signed all of this; while the key store of the account is locked it cannot.
type Recorded struct {
	endpoint.RecordedUse
	Proven bool
}

// Tail is the newest entry of the vendor's ledger on this computer. Proven is as for Recorded.
type Tail struct {
	Ledger string
	Seq    uint64
	Head   string
	Proven bool
}

// Record records one use and returns when it is on disk. Without an id it gets one of its own, so that it counts once
// although it may have to be sent twice.
func (c *Client) Record(ctx context.Context, meter string, units int64, id ...string) (Recorded, error) {
	u := []Use{{Meter: meter, Units: units}}
	if len(id) > 0 {
		u[0].ID = id[0]
	}
	done, _, err := c.RecordAll(ctx, u)
	if len(done) == 0 {
		return Recorded{}, err
	}
	return done[0], err
}

// RecordAll records many uses, in order, and returns when they are on disk. It fills in the IDs that are empty: after an error, calling it again with
// the same slice counts nothing twice, also in another process. What was acknowledged before an error is returned beside it;
// with ErrOlderRecords that is all.
func (c *Client) RecordAll(ctx context.Context, uses []Use) (done []Recorded, end Tail, err error) {
	if err := c.name(uses); err != nil {
		return nil, end, err
	}
	var older error
	for len(uses) > 0 {
		nonce, err := c.nonce()
		if err != nil {
			return done, end, err
		}
		body, n, err := c.batch(nonce, uses)
		if err != nil {
			return done, end, err
		}
		before := c.before()
		b, err := c.call(ctx, http.MethodPost, endpoint.UsagePath, body, c.o.PatienceRecord)
		if err != nil {
			return done, end, err
		}
		a, proven, err := c.verifyUsage(ctx, nonce, body, b)
		if err != nil {
			return done, end, err
		}
		if len(a.Events) != n || a.Ledger == "" {
			return done, end, ErrAnswer
		}
		if err := c.sawUses(before, a, proven); err != nil {
			older = err
		}
		for _, e := range a.Events {
			done = append(done, Recorded{e, proven})
		}
		end, uses = Tail{a.Ledger, a.Seq, a.Head, proven}, uses[n:]
	}
	return done, end, older
}

// name gives every use an id.
func (c *Client) name(uses []Use) error {
	var id [16]byte
	for i := range uses {
		if uses[i].ID != "" {
			continue
		}
		if _, err := io.ReadFull(c.o.Rand, id[:]); err != nil {
			return fmt.Errorf("client: an id: %w", err)
		}
		uses[i].ID = hex.EncodeToString(id[:])
	}
	return nil
}

// batch is a request with as many uses as one may have, at least one.
func (c *Client) batch(nonce string, uses []Use) (body []byte, n int, err error) {
	head, err := json.Marshal(endpoint.UsageRequest{Schema: endpoint.SchemaVersion, Vendor: keyID(c.o.Vendor), Nonce: nonce})
	if err != nil {
		return nil, 0, err
	}
	const none, end = `null}`, `]}`
	body = append(head[:len(head)-len(none)], '[')
	for n < len(uses) && n < endpoint.MaxEvents {
		u := uses[n]
		if u.Product == "" {
			u.Product = c.o.Product
		}
		e, err := json.Marshal(endpoint.UsageEvent{Product: u.Product, Meter: u.Meter, Units: u.Units, ID: u.ID})
		if err != nil {
			return nil, 0, err
		}
		if n > 0 && len(body)+1+len(e)+len(end) > endpoint.MaxUsage {
			break
		}
		if n > 0 {
			body = append(body, ',')
		}
		body, n = append(body, e...), n+1
	}
	return append(body, end...), n, nil
}
