package issuer_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// desk is a vendor's desk with a clock that is set by hand and randomness from a seed.
type desk struct {
	*issuer.Issuer
	dir  string
	now  time.Time
	opts issuer.Options
}

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

var monday = time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)

func randomness(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

func newDesk(t testing.TB, change ...func(*issuer.Options)) *desk {
	t.Helper()
	d := &desk{dir: filepath.Join(t.TempDir(), "acme"), now: monday}
	d.opts = issuer.Options{Now: func() time.Time { return d.now }, Rand: randomness(1)}
	for _, c := range change {
		c(&d.opts)
	}
	is, err := issuer.Init(d.dir, acme(), d.opts)
	if err != nil {
		t.Fatal(err)
	}
	d.Issuer = is
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func acme() issuer.NewVendor {
	return issuer.NewVendor{
		ID: "acme", Name: "Acme GmbH", URLs: []string{"https://license.acme.example"},
		Support: exchange.Support{Email: "help@acme.example", Phone: "+49 30 1234", Hours: "Mon-Fri 9-17"},
		Pages:   "https://acme.example/holdfast",
	}
}

// reopen closes the desk and opens it again, as the next command would.
func (d *desk) reopen(t fataler) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	is, err := issuer.Open(d.dir, d.opts)
	if err != nil {
		t.Fatal(err)
	}
	d.Issuer = is
}

func sample(t fataler) terms.Policy {
	t.Helper()
	b, err := os.ReadFile("../../docs/examples/acmecad.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := terms.ParsePolicy(b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (d *desk) license(t fataler, n issuer.NewLicense) issuer.Created {
	t.Helper()
	if n.Policy.Product.ID == "" {
		n.Policy = sample(t)
	}
	c, err := d.CreateLicense(n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// trusted is the profile as a customer who compared the check words holds it.
func (d *desk) trusted(t fataler) exchange.Profile {
	t.Helper()
	p, err := d.Profile()
	if err != nil {
		t.Fatal(err)
	}
	found, err := exchange.Read("acme.hfkey", p.File)
	if err != nil {
		t.Fatal(err)
	}
	var last exchange.Profile
	var roots exchange.Roots
	for _, e := range found[0].Bundle.Envelopes {
		if roots == nil {
			first, err := exchange.PeekProfile(e)
			if err != nil {
				t.Fatal(err)
			}
			roots = exchange.Roots{key(t, first.Root)}
		}
		if last, err = exchange.ParseProfile(e, roots); err != nil {
			t.Fatal(err)
		}
		roots = exchange.Roots{key(t, last.Root)}
	}
	return last
}

func key(t fataler, s string) ed25519.PublicKey {
	t.Helper()
	k, err := exchange.DecodeKey(s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// computer is a customer's computer.
type computer struct {
	device.Key
	facts []device.Fact
}

func newComputer(t fataler, n int) computer {
	t.Helper()
	k, err := device.NewKey(rand.NewChaCha8([32]byte{2, byte(n), byte(n >> 8)}))
	if err != nil {
		t.Fatal(err)
	}
	return computer{k, hardware(n)}
}

func hardware(n int) []device.Fact {
	return []device.Fact{
		{Kind: device.KindMachine, Value: fmt.Sprintf("machine-%032d", n)},
		{Kind: device.KindSystem, Value: fmt.Sprintf("board-serial-%08d", n)},
		{Kind: device.KindDisk, Value: fmt.Sprintf("disk-serial-%08d", n)},
		{Kind: device.KindCPU, Value: "Processor 3000"},
	}
}

// request makes a signed request; change may alter it before it is signed.
func (c computer) request(t fataler, v exchange.Profile, licenseKey string, nonce int, change ...func(*exchange.Request)) exchange.Envelope {
	t.Helper()
	hint, err := base64.StdEncoding.DecodeString(v.HintKey)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := terms.KeyHash(licenseKey)
	if err != nil {
		t.Fatal(err)
	}
	public := c.Public()
	r := exchange.Request{
		Header: exchange.Header{
			Schema: exchange.RequestSchema, Vendor: v.Vendor, Alg: "ed25519", KeyID: exchange.KeyID(public),
			ID: fmt.Sprintf("Q-%s-%d", c.Code(), nonce), Issued: monday, Trace: "trace-1",
		},
		Kind:   "activate",
		Device: exchange.RequestDevice{ID: c.ID(), Public: exchange.EncodeKey(public), Code: c.Code(), Label: "lab 7", Hints: device.Blind(c.facts, hint)},
		Nonce:  fmt.Sprintf("nonce-%d", nonce), Until: monday.AddDate(0, 0, 30), KeyHash: hash,
	}
	for _, f := range change {
		f(&r)
	}
	e, err := exchange.Sign(r, exchange.RequestType, exchange.KeySigner(ed25519.NewKeyFromSeed(c.Seed())))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (d *desk) answer(t fataler, e exchange.Envelope) issuer.Answer {
	t.Helper()
	a, err := d.Answer(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// opened verifies an answer as the customer would.
func opened(t fataler, file []byte, v exchange.Profile) exchange.Response {
	t.Helper()
	all := responses(t, file, v)
	if len(all) != 1 {
		t.Fatalf("%d responses in an answer", len(all))
	}
	return all[0]
}

// responses verifies everything that stands behind the profiles of a file.
func responses(t fataler, file []byte, v exchange.Profile) []exchange.Response {
	t.Helper()
	var all []exchange.Response
	for _, e := range envelopes(t, file) {
		if e.PayloadType == exchange.ProfileType {
			if len(all) > 0 {
				t.Fatal("a profile behind a response")
			}
			continue
		}
		r, err := exchange.ParseResponse(e, v)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func envelopes(t fataler, file []byte) []exchange.Envelope {
	t.Helper()
	found, err := exchange.Read("file", file)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 {
		t.Fatalf("%d bundles", len(found))
	}
	return found[0].Bundle.Envelopes
}

func armored(t fataler, e exchange.Envelope) []byte {
	t.Helper()
	b, err := exchange.Armor(exchange.KindRequest, "This is a request file.", e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantCode(t *testing.T, err error, code issuer.Code, exit int) {
	t.Helper()
	var own *issuer.Error
	if !errors.As(err, &own) || own.Code != code {
		t.Errorf("error %v, want %s", err, code)
	}
	if got := issuer.ExitCode(err); got != exit {
		t.Errorf("exit code %d for %v, want %d", got, err, exit)
	}
}

// tree is every file under a folder.
func tree(t fataler, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files[path] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func contains(files map[string][]byte, s string) bool {
	for _, b := range files {
		if bytes.Contains(b, []byte(s)) {
			return true
		}
	}
	return false
}
