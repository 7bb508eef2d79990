//go:build !windows

package client

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func keyFrom(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// holdfast is an endpoint with a vendor and a computer behind it, which can be told to forge.
type holdfast struct {
	home   string
	server *http.Server
	done   chan struct{}

	mu       sync.Mutex
	checks   []endpoint.CheckRequest
	recorded map[string]int64 // units by id
	seq      uint64
	head     string // "" for one made of seq

	root, work, device ed25519.PrivateKey
	roots              []ed25519.PrivateKey // sign the profile
	license            terms.License
	profile            exchange.Profile
	answer             func(a *endpoint.CheckAnswer)                        // changes an answer before it is signed
	proof              func(p *endpoint.Proof, nonce string, b []byte)      // changes a proof
	body               func(b []byte) []byte                                // changes what is sent
	usage              func(w http.ResponseWriter, record func()) (ok bool) // answers instead
	usageProof         func(p *endpoint.UsageProof)                         // changes the proof of recorded uses
	unsigned           bool
}

func newHoldfast(dir string) (*holdfast, error) {
	h := &holdfast{
		home: filepath.Join(dir, "home"), recorded: map[string]int64{},
		root: keyFrom("acme root"), work: keyFrom("acme work"), device: keyFrom("computer"),
	}
	h.roots = []ed25519.PrivateKey{h.root}
	h.profile = exchange.Profile{
		Header:  exchange.Header{Schema: exchange.ProfileSchema, Vendor: "acme", Alg: "ed25519", KeyID: exchange.KeyID(public(h.root)), ID: "profile-1", Issued: noon, Trace: "t"},
		Version: 1, Name: "Acme GmbH", Root: exchange.EncodeKey(public(h.root)), HintKey: base64.StdEncoding.EncodeToString(make([]byte, 32)),
		Keys: []exchange.SigningKey{{ID: exchange.KeyID(public(h.work)), Public: exchange.EncodeKey(public(h.work)), From: noon.Add(-time.Hour)}},
	}
	sum := sha256.Sum256(public(h.device))
	h.license = terms.License{
		Serial: "A-1", Version: 1, Binding: terms.BoundToDevice, Device: &terms.BoundDevice{ID: hex.EncodeToString(sum[:]), Code: "7F3A-2C91"}, Issued: noon,
		Policy: terms.Policy{
			Schema: terms.PolicySchema, Version: 1, Product: terms.Product{ID: "acmecad", Name: terms.Plain("AcmeCAD"), Versions: ">=4 <6"},
			Features: map[string]terms.Feature{"edit": {Name: terms.Plain("Edit")}, "render": {Name: terms.Plain("Render"), Was: []string{"draw"}}},
		}.WithDefaults(),
	}
	if err := os.MkdirAll(h.home, 0o700); err != nil {
		return nil, err
	}
	return h, h.listen()
}

// listen begins to answer at a new place.
func (h *holdfast) listen() error {
	dir, err := os.MkdirTemp("", "hf")
	if err != nil {
		return err
	}
	ln, err := net.Listen("unix", filepath.Join(dir, "holdfast-x.sock"))
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+endpoint.CheckPath, h.check)
	mux.HandleFunc("POST "+endpoint.UsagePath, h.record)
	mux.HandleFunc("GET "+endpoint.StatusPath, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(endpoint.StatusAnswer{Schema: 1, Version: "1", Home: h.home})
	})
	server, done := &http.Server{Handler: mux}, make(chan struct{})
	h.server, h.done = server, done
	go func() {
		defer close(done)
		_ = server.Serve(ln)
		os.RemoveAll(dir)
	}()
	return endpoint.Write(h.home, ln.Addr().String())
}

// stop ends as a killed process does: connections end, and the endpoint file still names the socket.
func (h *holdfast) stop() {
	_ = h.server.Close()
	<-h.done
}

func (h *holdfast) sign(payload any, typ string, keys ...ed25519.PrivateKey) exchange.Envelope {
	var signers []exchange.Signer
	for _, k := range keys {
		signers = append(signers, exchange.KeySigner(k))
	}
	e, err := exchange.Sign(payload, typ, signers...)
	if err != nil {
		panic(err) // a test that makes documents that cannot be
	}
	return e
}

func (h *holdfast) licenseDocument(l terms.License, key ed25519.PrivateKey) exchange.Envelope {
	return h.sign(exchange.Response{
		Header: exchange.Header{Schema: exchange.ResponseSchema, Vendor: "acme", Alg: "ed25519", KeyID: exchange.KeyID(public(key)), ID: "doc", Issued: noon, Trace: "t"},
		Kind:   exchange.KindLicense, Parts: []exchange.Part{{Kind: exchange.KindLicense, Version: l.Version, License: &l}},
	}, exchange.ResponseType, key)
}

func (h *holdfast) end() (uint64, string) {
	if h.head != "" {
		return h.seq, h.head
	}
	return h.seq, fmt.Sprintf("head-%d", h.seq)
}

func (h *holdfast) check(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var q endpoint.CheckRequest
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	h.checks = append(h.checks, q)
	a := endpoint.CheckAnswer{
		Schema: 1, Product: q.Product, Vendor: exchange.KeyID(public(h.root)), Version: q.Version, At: noon, State: "active", Tone: "ok", Text: "Ready.",
		Works: []string{"edit"}, View: []string{"render"}, Paused: []string{}, Meters: []endpoint.Meter{}, ValidUntil: noon.Add(10 * time.Hour),
		Features: map[string]endpoint.Feature{"edit": {Mode: Keep}, "render": {Mode: View, Text: "Rendering needs a check-in."}}, Ledger: "1234",
	}
	for _, id := range q.Features {
		if _, ok := a.Features[id]; !ok {
			a.Features[id] = endpoint.Feature{Mode: Pause, Text: id + " is not part of your license."}
		}
	}
	a.Seq, a.Head = h.end()
	if h.answer != nil {
		h.answer(&a)
	}
	b, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	if !h.unsigned {
		p := endpoint.Proof{
			Public: exchange.EncodeKey(public(h.device)), Licenses: []exchange.Envelope{h.licenseDocument(h.license, h.work)},
			Profiles: []exchange.Envelope{h.sign(h.profile, exchange.ProfileType, h.roots...)},
		}
		p.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(h.device, exchange.ProofMessage(q.Nonce, b)))
		if h.proof != nil {
			h.proof(&p, q.Nonce, b)
		}
		if b, err = endpoint.WithProof(b, p); err != nil {
			panic(err)
		}
	}
	if h.body != nil {
		b = h.body(b)
	}
	_, _ = w.Write(b)
}

func (h *holdfast) record(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var q endpoint.UsageRequest
	asked, err := io.ReadAll(http.MaxBytesReader(w, r.Body, endpoint.MaxUsage))
	if err != nil || json.Unmarshal(asked, &q) != nil || len(q.Events) > endpoint.MaxEvents {
		http.Error(w, "", http.StatusRequestEntityTooLarge)
		return
	}
	a := endpoint.UsageAnswer{Schema: 1, Ledger: "1234"}
	record := func() {
		for _, e := range q.Events {
			units, again := h.recorded[e.ID]
			if !again {
				h.recorded[e.ID] = e.Units
				h.seq++
			}
			a.Events = append(a.Events, endpoint.RecordedUse{Seq: h.seq, Again: again, Conflict: again && units != e.Units})
		}
		a.Seq, a.Head = h.end()
	}
	if h.usage != nil && h.usage(w, record) {
		return
	}
	record()
	b, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	if !h.unsigned {
		p := endpoint.UsageProof{Public: exchange.EncodeKey(public(h.device))}
		p.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(h.device, exchange.UsageProofMessage(q.Nonce, asked, b)))
		if h.usageProof != nil {
			h.usageProof(&p)
		}
		if b, err = endpoint.WithProof(b, p); err != nil {
			panic(err)
		}
	}
	_, _ = w.Write(b)
}

// units is the sum of what was recorded.
func (h *holdfast) units() (sum int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, u := range h.recorded {
		sum += u
	}
	return sum
}

func (h *holdfast) asked() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.checks)
}

// program is a client with a clock that the test drives.
type program struct {
	*Client
	clock *clock.Driven
	ran   time.Duration
}

func begin(t testing.TB) (*holdfast, *program) {
	t.Helper()
	h, err := newHoldfast(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.stop)
	return h, open(t, h, filepath.Join(h.home, "..", "witness.json"))
}

func open(t testing.TB, h *holdfast, witness string) *program {
	t.Helper()
	p := &program{clock: clock.NewDriven(noon)}
	var err error
	p.Client, err = Open(Options{
		Product: "acmecad", Version: "5.1", Vendor: public(h.root), Home: h.home, Witness: witness, Clock: p.clock,
		Patience: 300 * time.Millisecond, PatienceRecord: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Client.ran = func() time.Duration { return p.ran }
	t.Cleanup(func() { p.Close() })
	return p
}

// later lets time pass.
func (p *program) later(d time.Duration) {
	p.ran += d
	p.clock.Advance(d)
}

func (p *program) mode(t testing.TB, feature, want string) {
	t.Helper()
	if f, err := p.Check(context.Background(), feature); err != nil || f.Mode != want {
		t.Errorf("%s: %+v, %v; want %s", feature, f, err, want)
	}
}
