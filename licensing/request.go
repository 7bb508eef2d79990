package licensing

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// Mistake is a wrong use of the engine that a person can put right. Code is stable (vendor_unknown, vendor_ambiguous, …)
// and has its sentence in the translation files as error.<code>; Args fill it.
type Mistake struct {
	Code string
	Args map[string]any
}

// Error returns the stable code.
func (m *Mistake) Error() string { return m.Code }

// Spoken gives plain.Speaker.Problem what it needs for the sentence.
func (m *Mistake) Spoken() (code string, args map[string]any) { return m.Code, m.Args }

// requestLife is how long an answer is waited for. Long enough for a stick that travels by ship.
const requestLife = 60 * 24 * time.Hour

// MakeRequest makes a request to activate, to check in, to renew or for more time, or returns the open one for the same vendor, kind
// and product (to activate: license key) again. More time until another date, or a computer that was restored or changed since,
// replaces the open one. The error is a *Mistake for a wrong vendor, key, product or date, a *terms.Problem when nothing can be kept.
func (e *Engine) MakeRequest(ctx context.Context, o RequestOptions) (Made, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v, err := e.askedOf(o)
	if err != nil {
		return Made{}, err
	}
	a, err := e.ask(v, o)
	if err != nil {
		return Made{}, err
	}
	if err := e.begin(ctx); err != nil {
		return Made{}, err
	}
	return e.makeRequest(ctx, v, a, o)
}

func (e *Engine) makeRequest(ctx context.Context, v vendorRecord, a ask, o RequestOptions) (Made, error) {
	r := e.clockRead()
	now := e.rec.Home.decision(v.Root, r)
	var c change
	for _, q := range sortedValues(e.rec.Requests) {
		if !q.isFor(a, v.Root) || now.After(q.Until) {
			continue
		}
		if q.same(a) && !e.rec.Home.provesLess(q, r) {
			return e.made(*q, true)
		}
		over := *q
		over.State, over.Closed = terms.RequestCancelled, now
		c.Requests = append(c.Requests, over)
	}
	q, err := e.newRequest(v, a, o, now)
	if err != nil {
		return Made{}, err
	}
	m, err := e.made(q, false)
	if err != nil {
		return Made{}, err
	}
	c.Requests, c.Home = append(c.Requests, q), e.proven(e.rec.Home)
	if o.Label != "" {
		c.Home.Label = o.Label
	}
	ev := ledger.Event{Kind: "request_made", Reason: a.kind, Authority: "person", Vendor: v.Root, Document: documentHash(q.Envelope)}
	if err := e.commit(ctx, ev, c); err != nil {
		return Made{}, err
	}
	return m, nil
}

// sendable says that an answer is waited for and the file is there. One that was closed and waits again, since the license in its
// answer was lost, may have no file any more.
func (q requestRecord) sendable() bool {
	return q.State == terms.RequestOpen && q.Envelope.Payload != ""
}

func (e *Engine) newRequest(v vendorRecord, a ask, o RequestOptions, now time.Time) (requestRecord, error) {
	var random [32]byte
	if _, err := io.ReadFull(e.o.Rand, random[:]); err != nil {
		return requestRecord{}, err
	}
	hintKey, err := base64.StdEncoding.DecodeString(v.Profile.HintKey)
	if err != nil {
		return requestRecord{}, err
	}
	signer := deviceSigner{e.secrets.device}
	id, code := e.deviceID()
	req := exchange.Request{
		Header: exchange.Header{
			Schema: exchange.RequestSchema, Vendor: v.Profile.Vendor, Alg: "ed25519", KeyID: signer.KeyID(),
			ID: hex.EncodeToString(random[:8]), Issued: now.Truncate(time.Second), Trace: hex.EncodeToString(random[8:16]),
		},
		Kind: a.kind,
		Device: exchange.RequestDevice{
			ID: id, Public: exchange.EncodeKey(e.public), Code: code, Label: o.Label, Hints: device.Blind(e.hardware(), hintKey),
		},
		Nonce: base64.StdEncoding.EncodeToString(random[16:]), Until: e.goodUntil(now),
		KeyHash: a.keyHash, Product: a.product, Program: e.o.Program, Licenses: a.licenses, Wanted: a.wanted, Restored: a.restored, Changed: a.changed,
		Brief: a.brief, State: a.state,
	}
	if len(a.licenses) == 1 {
		req.Serial = a.licenses[0].Serial
	}
	env, err := exchange.Sign(req, exchange.RequestType, signer)
	if err != nil {
		return requestRecord{}, err
	}
	return requestRecord{
		ID: req.ID, Kind: req.Kind, Vendor: v.Root, KeyHash: a.keyHash, Nonce: req.Nonce, Product: a.product, Wanted: a.wanted,
		Restored: a.restored, Changed: a.changed, Lower: e.rec.Home.lower(v.Root, e.clockRead()).UTC(), Created: req.Issued, Until: req.Until,
		File: o.File, State: terms.RequestOpen, Envelope: env,
	}, nil
}

// goodUntil is until when an answer to a request made now is waited for. On a computer that was off for months decisions stay on
// the line from before, while the vendor goes by the real date: the later of both counts.
func (e *Engine) goodUntil(now time.Time) time.Time {
	if wall := e.clockRead().Wall; wall.After(now) {
		now = wall.UTC()
	}
	return now.Add(requestLife).Truncate(time.Second)
}

// made turns a request record into its file.
func (e *Engine) made(q requestRecord, again bool) (Made, error) {
	name := e.requestName(q)
	file, err := exchange.Armor(exchange.KindRequest, e.requestText(q), q.Envelope)
	if err != nil {
		return Made{}, err
	}
	m := Made{Request: e.requestFacts(q, e.clockRead()), File: file, Name: name, Again: again}
	if found, err := exchange.Read(name, file); err == nil && len(found) == 1 {
		m.Words = found[0].Words
	}
	return m, nil
}

// say asks the caller's translation for a text that goes into a file; without one the file has no paragraph.
func (e *Engine) say(id string, args map[string]any) string {
	if e.o.Text == nil {
		return ""
	}
	return e.o.Text(id, args)
}

// vendor finds a trusted vendor by id, "id@root", root, or a prefix of the root; "" means the only one there is.
func (e *Engine) vendor(name string) (vendorRecord, error) {
	var hits []vendorRecord
	id, root, _ := strings.Cut(name, "@")
	for _, v := range sortedValues(e.rec.Vendors) {
		switch {
		case name == "", name == v.Root, strings.EqualFold(id, v.Profile.Vendor) && strings.HasPrefix(v.Root, root):
			hits = append(hits, v)
		}
	}
	switch len(hits) {
	case 1:
		return hits[0], nil
	case 0:
		return vendorRecord{}, &Mistake{Code: "vendor_unknown", Args: map[string]any{"vendor": name}}
	}
	var names []string
	for _, v := range hits {
		names = append(names, v.Profile.Vendor+"@"+v.Root[:8])
	}
	return vendorRecord{}, &Mistake{Code: "vendor_ambiguous", Args: map[string]any{"vendor": name, "list": strings.Join(names, ", ")}}
}

// requestKey returns the hash of the key that was given, or of the one that a welcome file brought.
func (e *Engine) requestKey(v vendorRecord, key string) (string, error) {
	if strings.TrimSpace(key) != "" {
		hash, err := terms.KeyHash(terms.WithPrefix(key, v.Profile.Vendor))
		if err != nil {
			return "", &Mistake{Code: "key_mistyped"}
		}
		for _, other := range sortedValues(e.rec.Vendors) {
			if terms.KeyOf(key, other.Profile.Vendor) && !terms.KeyOf(key, v.Profile.Vendor) {
				return "", &Mistake{Code: "key_other_vendor", Args: map[string]any{"vendor": v.Profile.Name, "other": other.Profile.Name}}
			}
		}
		return hash, nil
	}
	var found []keyRecord
	for _, k := range sortedValues(e.rec.Keys) {
		if k.Root == v.Root {
			found = append(found, k)
		}
	}
	if len(found) == 0 {
		return "", &Mistake{Code: "key_needed", Args: map[string]any{"vendor": v.Profile.Name}}
	}
	for _, k := range found {
		if !e.activated(k) {
			return k.Hash, nil
		}
	}
	return found[len(found)-1].Hash, nil
}

// activated says that a license bound to this computer was given for the key.
func (e *Engine) activated(k keyRecord) bool {
	for _, l := range e.rec.Licenses {
		if l.License.KeyHash == k.Hash && l.License.Binding == terms.BoundToDevice {
			return true
		}
	}
	return false
}

// prepareRequests makes the request that goes with a welcome file, so that it only needs to be sent.
func (e *Engine) prepareRequests(ctx context.Context, p *planner) {
	for _, d := range p.docs {
		if !d.item.Taken || d.item.Kind != exchange.KindKey {
			continue
		}
		v, ok := e.rec.Vendors[d.item.Root]
		if !ok {
			continue
		}
		for _, k := range sortedValues(e.rec.Keys) {
			if k.Root != v.Root || e.activated(k) {
				continue
			}
			if _, err := e.makeRequest(ctx, v, ask{kind: exchange.RequestActivate, keyHash: k.Hash}, RequestOptions{}); err != nil {
				return
			}
		}
	}
}

// RequestFile returns an open request again. id may be a prefix that fits only one, or "" for the only open one.
func (e *Engine) RequestFile(id string) (Made, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	q, err := e.request(id)
	if err == nil && !q.sendable() {
		err = &Mistake{Code: "request_unknown", Args: map[string]any{"id": id}}
	}
	if err != nil {
		return Made{}, err
	}
	return e.made(q, true)
}

// RequestSaved keeps the name under which a person saved an open request, so that they can find it again.
func (e *Engine) RequestSaved(ctx context.Context, id, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	q, err := e.request(id)
	if err != nil || q.File == name {
		return err
	}
	if err := e.begin(ctx); err != nil {
		return err
	}
	q.File = name
	ev := ledger.Event{Kind: "request_saved", Reason: "person", Authority: "person", Vendor: q.Vendor, Document: documentHash(q.Envelope)}
	return e.commit(ctx, ev, change{Requests: []requestRecord{q}})
}

// CancelRequest closes an open request: its answer is no longer taken.
func (e *Engine) CancelRequest(ctx context.Context, id string) (terms.Request, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	q, err := e.request(id)
	if err != nil {
		return terms.Request{}, err
	}
	if err := e.begin(ctx); err != nil {
		return terms.Request{}, err
	}
	q.State, q.Closed = terms.RequestCancelled, e.clockRead().Wall.UTC()
	ev := ledger.Event{Kind: "request_cancelled", Reason: "person", Authority: "person", Vendor: q.Vendor, Document: documentHash(q.Envelope)}
	if err := e.commit(ctx, ev, change{Requests: []requestRecord{q}}); err != nil {
		return terms.Request{}, err
	}
	return e.requestFacts(q, e.clockRead()), nil
}

func (e *Engine) request(id string) (requestRecord, error) {
	var hits []requestRecord
	for _, q := range sortedValues(e.rec.Requests) {
		if q.State == terms.RequestOpen && strings.HasPrefix(q.ID, strings.ToLower(id)) {
			hits = append(hits, *q)
		}
	}
	switch len(hits) {
	case 1:
		return hits[0], nil
	case 0:
		return requestRecord{}, &Mistake{Code: "request_unknown", Args: map[string]any{"id": id}}
	}
	return requestRecord{}, &Mistake{Code: "request_ambiguous", Args: map[string]any{"id": id, "n": len(hits)}}
}
