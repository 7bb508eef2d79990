package licensing

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

var start = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

// testKey is a license key in canonical form with a correct check character.
func testKey(t testing.TB, n byte) string {
	t.Helper()
	return testKeyOf(t, "ACME", n)
}

func testKeyOf(t testing.TB, vendor string, n byte) string {
	t.Helper()
	k, err := terms.NewLicenseKey(rand.NewChaCha8([32]byte{n}), vendor)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// vendor signs documents as an issuer would, also wrong ones.
type vendor struct {
	t       testing.TB
	id      string
	root    ed25519.PrivateKey
	keys    []ed25519.PrivateKey
	version int
	now     time.Time
	docs    int
	prev    ed25519.PrivateKey
	edit    func(*exchange.Profile)
}

func newVendor(t testing.TB, id string) *vendor {
	return &vendor{t: t, id: id, root: keyFrom(id + " root"), keys: []ed25519.PrivateKey{keyFrom(id + " work 1")}, version: 1, now: start}
}

func keyFrom(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func pub(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func (v *vendor) header(schema string, k ed25519.PrivateKey) exchange.Header {
	v.docs++
	return exchange.Header{
		Schema: schema, Vendor: v.id, Alg: "ed25519", KeyID: exchange.KeyID(pub(k)), ID: fmt.Sprintf("doc-%d", v.docs),
		Issued: v.now, Trace: fmt.Sprintf("trace-%d", v.docs),
	}
}

func (v *vendor) profile() exchange.Envelope {
	hint := sha256.Sum256([]byte(v.id + " hints"))
	p := exchange.Profile{
		Header: v.header(exchange.ProfileSchema, v.root), Version: v.version, Name: v.id + " GmbH",
		Root: exchange.EncodeKey(pub(v.root)), HintKey: base64.StdEncoding.EncodeToString(hint[:]),
		Support: exchange.Support{Email: "help@" + v.id + ".example"},
	}
	p.ID = fmt.Sprintf("profile-%d", v.version)
	for _, k := range v.keys {
		p.Keys = append(p.Keys, exchange.SigningKey{ID: exchange.KeyID(pub(k)), Public: exchange.EncodeKey(pub(k)), From: start.Add(-time.Hour)})
	}
	signers := []exchange.Signer{exchange.KeySigner(v.root)}
	if v.prev != nil {
		p.PreviousRoot = exchange.EncodeKey(pub(v.prev))
		signers = append(signers, exchange.KeySigner(v.prev))
	}
	if v.edit != nil {
		v.edit(&p)
	}
	return v.sign(p, exchange.ProfileType, signers...)
}

func (v *vendor) sign(payload any, typ string, signers ...exchange.Signer) exchange.Envelope {
	v.t.Helper()
	env, err := exchange.Sign(payload, typ, signers...)
	if err != nil {
		v.t.Fatal(err)
	}
	return env
}

func (v *vendor) file(kind exchange.Kind, envs ...exchange.Envelope) []byte {
	v.t.Helper()
	b, err := exchange.Armor(kind, "A file for tests.", envs...)
	if err != nil {
		v.t.Fatal(err)
	}
	return b
}

func (v *vendor) profileFile() []byte { return v.file(exchange.KindProfile, v.profile()) }

// license is a plain one: two features, a year, bound to the device of req.
func (v *vendor) license(serial string, version int, dev *terms.BoundDevice) terms.License {
	p := terms.Policy{
		Schema: terms.PolicySchema, Version: 3, Product: terms.Product{ID: v.id + "cad", Name: terms.Plain("AcmeCAD Pro"), Versions: ">=4 <6"},
		Features: map[string]terms.Feature{"edit": {Name: terms.Plain("Edit drawings")}, "export": {Name: terms.Plain("Export"), Was: []string{"export_pdf"}}},
		Devices:  terms.Devices{Places: 2, FirstUse: terms.Days(14)},
	}.WithDefaults()
	l := terms.License{
		Serial: serial, Version: version, Binding: terms.BoundToDevice, Device: dev, Issued: v.now, Starts: start,
		Ends: terms.EndOfDay(start.AddDate(1, 0, 0), time.UTC), Policy: p,
	}
	if dev == nil {
		l.Binding = terms.BoundToFirstUse
	}
	return l
}

// response signs parts, as the answer to req when that is not nil.
func (v *vendor) response(kind exchange.Kind, req *exchange.Request, parts ...exchange.Part) exchange.Envelope {
	k := v.keys[len(v.keys)-1]
	r := exchange.Response{Header: v.header(exchange.ResponseSchema, k), Kind: kind, Parts: parts}
	if req != nil {
		r.Answers = &exchange.Answers{Request: req.ID, Nonce: req.Nonce, Device: req.Device.ID}
	}
	return v.sign(r, exchange.ResponseType, exchange.KeySigner(k))
}

func licensePart(l terms.License) exchange.Part {
	return exchange.Part{Kind: exchange.KindLicense, Version: l.Version, License: &l}
}

func bound(req exchange.Request) *terms.BoundDevice {
	return &terms.BoundDevice{ID: req.Device.ID, Code: req.Device.Code}
}

// answer gives a license file for the request.
func (v *vendor) answer(req exchange.Request, edit ...func(*terms.License)) []byte {
	l := v.license("A-1", 1, bound(req))
	l.KeyHash = req.KeyHash
	for _, f := range edit {
		f(&l)
	}
	return v.file(exchange.KindLicense, v.profile(), v.response(exchange.KindLicense, &req, licensePart(l)))
}

// said signs parts for an audience, as a file.
func (v *vendor) said(a *exchange.Audience, parts ...exchange.Part) []byte {
	v.t.Helper()
	k := v.keys[len(v.keys)-1]
	r := exchange.Response{Header: v.header(exchange.ResponseSchema, k), Kind: parts[0].Kind, Audience: a, Parts: parts}
	return v.file(parts[0].Kind, v.sign(r, exchange.ResponseType, exchange.KeySigner(k)))
}

func to(scope, id string) *exchange.Audience { return &exchange.Audience{Scope: scope, ID: id} }

func noticePart(version int, n terms.Notice) exchange.Part {
	n.Ref, n.Text = n.ID, terms.Plain("We announce something.")
	return exchange.Part{Kind: exchange.KindNotice, Version: version, Notice: &n}
}

func extensionPart(id string, x terms.Extension) exchange.Part {
	x.Agent, x.Reason, x.Ref = "Kim", terms.Plain("A long trip."), "E-"+id
	return exchange.Part{Kind: exchange.KindExtension, ID: id, Extension: &x}
}

func holdPart(version int, h terms.Hold) exchange.Part {
	h.Ref, h.Reason = "H-1", terms.Plain("Is the address right?")
	return exchange.Part{Kind: exchange.KindHold, Version: version, Hold: &h}
}

func revocationPart(version int, w terms.Revocation) exchange.Part {
	w.Ref, w.Reason, w.DecidedBy = "W-1", terms.Plain("Bought twice."), "Acme order desk"
	return exchange.Part{Kind: exchange.KindRevocation, Version: version, Revocation: &w}
}

// offline is a license with an offline window, for the edit of answer.
func offline(window, more terms.Length) func(*terms.License) {
	return func(l *terms.License) { l.Policy.Offline = terms.Offline{Window: window, MoreTime: more} }
}

// checkin gives an answer file for a request about held licenses: the license as it is, and more parts.
func (v *vendor) checkin(req exchange.Request, l terms.License, parts ...exchange.Part) []byte {
	return v.file(exchange.KindLicense, v.profile(), v.response(exchange.KindLicense, &req, append([]exchange.Part{licensePart(l)}, parts...)...))
}

// asks makes a request of a kind and returns it as the vendor reads it.
func (c *computer) asks(o RequestOptions) exchange.Request {
	c.t.Helper()
	m, err := c.MakeRequest(context.Background(), o)
	if err != nil {
		c.t.Fatal(err)
	}
	return parseRequest(c.t, m.File)
}

// with brings a computer to a working license that was edited.
func (c *computer) with(v *vendor, edit ...func(*terms.License)) exchange.Request {
	c.t.Helper()
	req := c.request(v, testKey(c.t, 1))
	if it := c.use(v.answer(req, edit...)); !it.Taken {
		c.t.Fatalf("license not taken: %+v", it.Finding)
	}
	return req
}

// welcome is a welcome file with a starter license.
func (v *vendor) welcome(key string) []byte {
	starter := v.license("A-1-starter", 1, nil)
	return v.file(exchange.KindKey, v.profile(), v.response(exchange.KindKey, nil,
		exchange.Part{Kind: exchange.KindKey, LicenseKey: &exchange.LicenseKeyPart{Key: key, Serial: "A-1", Product: starter.Policy.Product}}),
		v.response(exchange.KindLicense, nil, licensePart(starter)))
}

// computer is one home with its own key store and clock.
type computer struct {
	t     testing.TB
	home  string
	keys  *keystore.MemoryStore
	clock *clock.Driven
	facts []device.Fact
	*Engine
}

func newComputer(t testing.TB) *computer {
	c := &computer{
		t: t, home: filepath.Join(t.TempDir(), "home"), keys: keystore.Memory(), clock: clock.NewDriven(start),
		facts: []device.Fact{{Kind: device.KindMachine, Value: hex.EncodeToString([]byte(t.Name()))}, {Kind: device.KindCPU, Value: "test"}, {Kind: device.KindSystem, Value: t.Name()}},
	}
	c.open()
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (c *computer) options() Options {
	return Options{
		Home: c.home, KeyStore: c.keys, Clock: c.clock, Program: "1.0.0",
		Probe: func(context.Context) []device.Fact { return c.facts },
	}
}

func (c *computer) open() {
	c.t.Helper()
	e, err := Open(context.Background(), c.options())
	if err != nil {
		c.t.Fatal(err)
	}
	c.Engine = e
}

// reopen is a new start of the program.
func (c *computer) reopen() {
	c.t.Helper()
	if err := c.Close(); err != nil {
		c.t.Fatal(err)
	}
	c.open()
}

// use imports one file with trust and returns its item.
func (c *computer) use(data []byte, o ...ImportOptions) Item {
	c.t.Helper()
	opt := ImportOptions{TrustVendor: true}
	if len(o) > 0 {
		opt = o[0]
	}
	rep, err := c.Import(context.Background(), []Source{{Name: "file", Data: data}}, opt)
	if err != nil {
		c.t.Fatal(err)
	}
	if len(rep.Items) != 1 {
		c.t.Fatalf("%d items", len(rep.Items))
	}
	return rep.Items[0]
}

// request trusts the vendor, makes a request and returns it as the vendor reads it.
func (c *computer) request(v *vendor, key string) exchange.Request {
	c.t.Helper()
	c.use(v.profileFile())
	m, err := c.MakeRequest(context.Background(), RequestOptions{Vendor: v.id, Key: key})
	if err != nil {
		c.t.Fatal(err)
	}
	return parseRequest(c.t, m.File)
}

func parseRequest(t testing.TB, file []byte) exchange.Request {
	t.Helper()
	found, err := exchange.Read("request", file)
	if err != nil {
		t.Fatal(err)
	}
	req, err := exchange.ParseRequest(found[0].Bundle.Envelopes[0])
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// activate brings a computer to a working license.
func (c *computer) activate(v *vendor) exchange.Request {
	c.t.Helper()
	req := c.request(v, testKey(c.t, 1))
	if it := c.use(v.answer(req)); !it.Taken {
		c.t.Fatalf("license not taken: %+v", it.Finding)
	}
	return req
}

func (c *computer) state() terms.State { return c.Snapshot().Verdict.Main.State }

func (c *computer) wants(s terms.State) {
	c.t.Helper()
	if got := c.state(); got != s {
		c.t.Fatalf("state is %s, want %s", got, s)
	}
}
