package client

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"holdfast/licensing/client/endpoint"
)

// Modes of a feature.
const (
	Keep  = "keep"  // full use
	View  = "view"  // open and look, change nothing
	Pause = "pause" // does not start
)

// Feature is what one feature may do now: Mode, the last moment of full use, and why it is not at full use.
type Feature = endpoint.Feature

// Meter is what one meter counted in its present period.
type Meter = endpoint.Meter

// Status is the verdict of the whole account and its usage ledgers in short. It carries no proof: it is for showing.
type Status = endpoint.StatusAnswer

// Verdict is what a product may do. Proven says that the device key signed it; an answer that grants nothing needs no proof.
type Verdict struct {
	endpoint.CheckAnswer
	Proven bool
}

// Allowed says whether the product may be used.
func (v *Verdict) Allowed() bool { return v.ExitCode == 0 }

// longest is how long an answer may be kept, whatever it says of itself.
const longest = 24 * time.Hour

// kept is an answer that is used again.
type kept struct {
	verdict Verdict
	older   error         // nil, or ErrOlderRecords
	fresh   time.Duration // until then nobody is asked, on the client's stopwatch
	ends    time.Duration // until then it holds without anybody to ask, in the computer's running time with sleep
}

// Check says what a feature may do. A feature that no license names is paused. With ErrOlderRecords the feature is told as usual.
func (c *Client) Check(ctx context.Context, feature string) (Feature, error) {
	if k := c.kept.Load(); k != nil && c.ran() < k.fresh {
		if f, ok := k.verdict.Features[feature]; ok {
			return f, k.older
		}
	}
	k, err := c.ask(ctx, feature, false)
	if err != nil {
		return Feature{Mode: Pause}, err
	}
	f, ok := k.verdict.Features[feature]
	if !ok {
		f = Feature{Mode: Pause, Text: k.verdict.Text}
	}
	return f, k.older
}

// CheckAll returns all that is known of the product, kept as for Check. The result is shared: read only.
func (c *Client) CheckAll(ctx context.Context) (*Verdict, error) {
	if k := c.kept.Load(); k != nil && c.ran() < k.fresh {
		return &k.verdict, k.older
	}
	return c.verdict(c.ask(ctx, "", false))
}

// Refresh is CheckAll that asks in any case, such as after a person used a file.
func (c *Client) Refresh(ctx context.Context) (*Verdict, error) {
	return c.verdict(c.ask(ctx, "", true))
}

func (c *Client) verdict(k *kept, err error) (*Verdict, error) {
	if err != nil {
		return nil, err
	}
	return &k.verdict, k.older
}

// Status asks for the verdict of the whole account.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var s Status
	b, err := c.call(ctx, http.MethodGet, endpoint.StatusPath, nil, c.o.Patience)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return s, nil
}

// ask asks the endpoint, one caller at a time; the others take what it brought. Without an answer, the kept one holds until
// its time is over.
func (c *Client) ask(ctx context.Context, feature string, always bool) (*kept, error) {
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	was := c.kept.Load()
	if was != nil && c.ran() < was.fresh && !always {
		if _, ok := was.verdict.Features[feature]; ok || feature == "" || slices.Contains(c.more, feature) {
			return was, nil
		}
	}
	k, err := c.fetch(ctx, feature, was)
	if errors.Is(err, ErrNoHoldfast) && was != nil && c.o.Clock.Read().Running < was.ends && !always {
		again := *was
		again.fresh = c.ran() + c.o.Recheck
		c.kept.Store(&again)
		return &again, nil
	}
	if err != nil {
		return nil, err
	}
	c.kept.Store(k)
	return k, nil
}

// fetch asks with a new nonce and verifies the answer. asking is held.
func (c *Client) fetch(ctx context.Context, feature string, was *kept) (*kept, error) {
	q := endpoint.CheckRequest{Schema: endpoint.SchemaVersion, Product: c.o.Product, Vendor: keyID(c.o.Vendor), Version: c.o.Version}
	if was != nil && feature != "" && len(c.more) < endpoint.MaxFeatures/2 && !slices.Contains(c.more, feature) {
		if _, ok := was.verdict.Features[feature]; !ok {
			c.more = append(c.more, feature)
		}
	}
	if len(c.more) > 0 && was != nil {
		q.Features = slices.Clone(c.more)
		for id := range was.verdict.Features {
			if !slices.Contains(q.Features, id) && len(q.Features) < endpoint.MaxFeatures {
				q.Features = append(q.Features, id)
			}
		}
	}
	var err error
	if q.Nonce, err = c.nonce(); err != nil {
		return nil, err
	}
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	patience := c.o.Patience
	if c.away.Load() {
		patience = min(patience, 10*firstPause) // it was waited for already
	}
	before, began := c.before(), c.o.Clock.Read().Running
	answer, err := c.call(ctx, http.MethodPost, endpoint.CheckPath, body, patience)
	if err != nil {
		return nil, err
	}
	v, err := c.verify(q, answer)
	if err != nil {
		return nil, err
	}
	life := min(max(0, v.ValidUntil.Sub(v.At)), longest)
	k := &kept{verdict: v, fresh: c.ran() + min(life, c.o.Recheck), ends: began + life}
	if v.Proven {
		k.older = c.saw(before, v.Ledger, tail{v.Seq, v.Head})
	}
	_, named := v.Features[feature]
	if feature != "" && !named && was == nil { // the first question; now it is known what the license names
		return c.fetch(ctx, feature, k)
	}
	return k, nil
}

// nonce is one that nobody saw before.
func (c *Client) nonce() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(c.o.Rand, b[:]); err != nil {
		return "", fmt.Errorf("client: a nonce: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b[:]), nil
}
