package issuer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Outage signs, for the first request or usage file in data, the statement that the vendor's service cannot answer since a time: evidence
// for the computer that the vendor is out of reach. It says nothing else, grants nothing and closes no request, and reads no store: who
// signs is known from the last Ready or answer. The same since makes the same notice, whoever asks. Errors: those of exchange.Read and of
// the seal, CodeOtherVendor, CodeNoRequest, CodeClockBehind, CodeAway when nothing was ever read, and those of the working key.
func (is *Issuer) Outage(ctx context.Context, data []byte, since time.Time) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := is.memory.known.Load()
	if k == nil {
		return nil, say(CodeAway, errors.New("the store was never read"))
	}
	asked, err := firstAsked(data)
	if err != nil {
		return nil, err
	}
	if asked.Vendor != k.who.Vendor {
		return nil, say(CodeOtherVendor, nil, "vendor", asked.Vendor, "own", k.who.Vendor)
	}
	now, _, err := is.judge(clockRecord{Newest: time.Unix(is.memory.newest.Load(), 0).UTC()})
	if err != nil {
		return nil, err
	}
	n, err := outageNotice(k.who.Name, since)
	if err != nil {
		return nil, err
	}
	w, err := is.sealed(*k, computer{}, now, outgoing{
		parts: []exchange.Part{{Kind: exchange.KindNotice, Version: 1, Notice: n}}, answers: answers(asked), trace: asked.Trace,
		slots: map[string]any{"text": quiet(n.Text.In("en")), "date": n.From},
	})
	if err != nil {
		return nil, err
	}
	return w.text()
}

// firstAsked is the first request in a file; of a usage file what binds an answer to it.
func firstAsked(data []byte) (exchange.Request, error) {
	found, err := exchange.Read("", data)
	if err != nil {
		return exchange.Request{}, err
	}
	for _, f := range found {
		if f.Problem != nil {
			return exchange.Request{}, f.Problem
		}
		if e, ok := usageIn(f); ok {
			u, err := exchange.ParseUsage(e)
			return exchange.Request{Header: u.Header, Device: u.Device, Nonce: u.Nonce}, err
		}
		for _, e := range f.Bundle.Envelopes {
			if _, kind := exchange.PeekHeader(e); kind == "" || kind == exchange.KindRequest {
				return exchange.ParseRequest(e)
			}
		}
	}
	return exchange.Request{}, say(CodeNoRequest, nil, "file", "")
}

// outageNotice is the notice of an outage. All of it follows from when the outage began, so that every process that notices it says the
// same.
func outageNotice(vendor string, since time.Time) (*exchange.Notice, error) {
	since = since.UTC().Truncate(time.Second)
	id := "outage-" + since.Format("20060102T150405Z")
	sum := sha256.Sum256([]byte(id))
	words, err := text("issuer.outage.text", map[string]any{"vendor": vendor})
	return &exchange.Notice{
		ID: id, Ref: "N-" + strings.ToUpper(hex.EncodeToString(sum[:4])), Type: terms.NoticeOutage, From: since, Text: words,
	}, err
}

// outageTold is how long answers bring the end of an outage along: a computer that was told of the beginning may come back late.
const outageTold = 366 * 24 * time.Hour

// OutageOver keeps that the outage which began at since, and of which Outage spoke, is over: version 2 of its notice, which later answers
// bring. Once it is kept nothing changes it. Errors: CodeValue when until is not after since, and those of the store.
func (is *Issuer) OutageOver(ctx context.Context, since, until time.Time) error {
	until = until.UTC().Truncate(time.Second)
	return is.db.For(ctx, repeatable).Update(func(t tx) error {
		who, err := identityIn(t)
		if err != nil {
			return err
		}
		n, err := outageNotice(who.Name, since)
		if err != nil {
			return err
		}
		if !until.After(n.From) {
			return say(CodeValue, nil, "flag", "until", "value", until.Format(time.RFC3339))
		}
		s, _, err := statement(t, exchange.KindNotice, n.ID)
		if err != nil || s.Version > 1 {
			return err
		}
		n.Until = until
		s.Version, s.At, s.Audience, s.Over = 1, is.o.now(), To{}.audience(), until.Add(outageTold)
		s.Part = exchange.Part{Kind: exchange.KindNotice, Notice: n}
		_, err = state(t, n.ID, s)
		return err
	})
}
