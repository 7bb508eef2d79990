package reconcile

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/exchange"
)

// paper is the payload of the documents in these tests: a request has an ID and a device, an answer says which one it answers.
type paper struct {
	Schema  string `json:"schema"`
	KeyID   string `json:"keyid"`
	ID      string `json:"id"`
	Device  string `json:"device"`
	Answers string `json:"answers,omitempty"`
	Full    bool   `json:"full,omitempty"`
	Fill    []byte `json:"fill,omitempty"`
}

const paperType = "application/vnd.holdfast.paper.v1+json"

var paperKey = exchange.KeySigner(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)))

func write(t testing.TB, p paper) []byte {
	t.Helper()
	p.Schema, p.KeyID = "paper", paperKey.KeyID()
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	e, err := exchange.Sign(exchange.Raw(raw), paperType, paperKey)
	if err != nil {
		t.Fatal(err)
	}
	file, err := exchange.Armor(exchange.KindRequest, "", e)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// parse reads a document and checks its signature.
func parse(file []byte) (paper, error) {
	found, err := exchange.Read("", file)
	if err != nil {
		return paper{}, err
	}
	if found[0].Problem != nil {
		return paper{}, found[0].Problem
	}
	e := found[0].Bundle.Envelopes[0]
	raw, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return paper{}, err
	}
	sig, err := base64.StdEncoding.DecodeString(e.Signatures[0].Sig)
	if err != nil || !ed25519.Verify(paperKey.Public(), exchange.PAE(e.PayloadType, raw), sig) {
		return paper{}, fmt.Errorf("not signed: %w", err)
	}
	var p paper
	return p, json.Unmarshal(raw, &p)
}

// desk is a service that answers every request once, and the same request always with the same bytes.
type desk struct {
	t testing.TB

	mu       sync.Mutex
	answers  map[string][]byte
	commits  map[string]int // per request: how often it was worked on
	requests []*http.Request
	device   string // the answers are for this one; "": the one that asks
	full     bool   // the first brief check-in is to be asked again in full
	fill     int    // bytes in an answer that cannot be compressed
}

func newDesk(t testing.TB) *desk {
	return &desk{t: t, answers: map[string][]byte{}, commits: map[string]int{}}
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.Header.Get("Content-Encoding") == "zstd" {
		body, err = unpack("zstd", body)
	}
	p, perr := parse(body)
	if err != nil || perr != nil || r.URL.Path != "/v1/exchange" || r.Header.Get("Content-Type") != MediaType {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests = append(d.requests, r)
	answer, again := d.answers[p.ID]
	if again {
		w.Header().Set("Holdfast-Again", "1")
	} else {
		d.commits[p.ID]++
		a := paper{ID: "a-" + p.ID, Answers: p.ID, Device: p.Device, Full: d.full}
		if d.device != "" {
			a.Device = d.device
		}
		d.full = false
		a.Fill = make([]byte, d.fill)
		_, _ = rand.Read(a.Fill)
		if answer, err = exchange.Pack(write(d.t, a)); err != nil {
			d.t.Error(err)
		}
		d.answers[p.ID] = answer
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		d.t.Error(err)
		return
	}
	w.Header().Set("Content-Type", MediaType)
	w.Header().Set("Content-Encoding", "zstd")
	w.Header().Set("Holdfast-Trace", r.Header.Get("Holdfast-Trace"))
	_, _ = w.Write(z.EncodeAll(answer, nil))
}

// house is a Home in memory. It counts what it is asked.
type house struct {
	t testing.TB

	mu      sync.Mutex
	vendors []Vendor
	waiting []Call
	usage   []Call
	taken   map[string]int // answers by the request that they were for
	kept    []Contact
	plans   []Plan
	newest  Contact     // shown, and not recorded
	shown   []time.Time // when
	checks  int
	fulls   int
	onTake  func(Call) (Taken, error) // instead of reading the answer
}

func newHouse(t testing.TB, urls ...string) *house {
	return &house{t: t, taken: map[string]int{}, vendors: []Vendor{{Root: "r", Name: "Acme", URLs: urls, Licenses: 1}}}
}

func (h *house) ContactVendors() []Vendor {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := append([]Vendor(nil), h.vendors...)
	for i := range list {
		list[i].Requests, list[i].Usage = len(h.waiting), uint64(100*len(h.usage))
	}
	return list
}

func (h *house) call(what, id string, fill int) Call {
	return Call{What: what, ID: id, Trace: "t-" + id, Body: write(h.t, paper{ID: id, Device: "d1", Fill: make([]byte, fill)}), Essential: what != "usage"}
}

func (h *house) CheckInCall(ctx context.Context, _ string, full bool) (Call, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks++
	if full {
		h.fulls++
	}
	return h.call("checkin", fmt.Sprintf("c%d", h.checks), 0), true, ctx.Err()
}

func (h *house) WaitingCalls(ctx context.Context, _ string) ([]Call, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Call(nil), h.waiting...), ctx.Err()
}

func (h *house) UsageCall(ctx context.Context, _ string, most int) (Call, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.usage) == 0 {
		return Call{}, false, ctx.Err()
	}
	return h.usage[0], true, ctx.Err()
}

func (h *house) TakeAnswer(ctx context.Context, _ string, c Call, answer []byte) (Taken, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.onTake != nil {
		return h.onTake(c)
	}
	p, err := parse(answer)
	switch {
	case ctx.Err() != nil:
		return Taken{}, ctx.Err()
	case err != nil:
		return Taken{Cause: CauseAnswer}, nil
	case p.Answers != c.ID || p.Device != "d1":
		return Taken{Cause: CauseOther}, nil
	}
	h.taken[c.ID]++
	for i, w := range h.waiting {
		if w.ID == c.ID {
			h.waiting = append(h.waiting[:i:i], h.waiting[i+1:]...)
			break
		}
	}
	if len(h.usage) > 0 && h.usage[0].ID == c.ID {
		h.usage = h.usage[1:]
	}
	return Taken{Kind: "standing", Full: p.Full, Remains: len(h.usage) > 0}, nil
}

func (h *house) KeepContact(ctx context.Context, c Contact) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	h.kept = append(h.kept, c)
	v := &h.vendors[0]
	v.LastTry, v.Cause = c.At, c.Cause
	if c.Cause.Reached() {
		v.LastOK, v.Failures = c.At, 0
	} else {
		v.Failures += 1 + c.Before
	}
	return nil
}

func (h *house) ShowContact(c Contact) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.newest = c
}

func (h *house) ShowPlan(_ string, p Plan) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.plans, h.shown = append(h.plans, p), append(h.shown, time.Now())
}

func (h *house) contacts() []Contact {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Contact(nil), h.kept...)
}
