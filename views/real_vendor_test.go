package views

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// world is a vendor's office, computers and one time for all of them.
type world struct {
	t     *testing.T
	clock *clock.Driven
	acme  *office
	here  *computer
}

func newWorld(t *testing.T) *world {
	c := clock.NewDriven(day("2026-11-03"))
	return &world{t: t, clock: c, acme: newOffice(t, c), here: newComputer(t, c, "lab 1")}
}

// pass lets days go by.
func (w *world) pass(days int) { w.clock.Advance(time.Duration(days) * 24 * time.Hour) }

// office is a vendor with its issuer.
type office struct {
	*issuer.Issuer
	t    *testing.T
	dir  string
	opts issuer.Options
}

func newOffice(t *testing.T, c *clock.Driven, urls ...string) *office {
	t.Helper()
	o := &office{t: t, dir: filepath.Join(t.TempDir(), "office"), opts: issuer.Options{
		Now: func() time.Time { return c.Read().Wall }, FS: &fillingDisk{FS: disk.OS()},
	}}
	is, err := issuer.Init(o.dir, issuer.NewVendor{ID: "acme", Name: "Acme GmbH", Support: exchange.Support{Email: "help@acme.example"}, URLs: urls}, o.opts)
	if err != nil {
		t.Fatal(err)
	}
	o.keep(is)
	return o
}

func (o *office) keep(is *issuer.Issuer) {
	o.Issuer = is
	o.t.Cleanup(func() { _ = is.Close() })
}

// backup is the office as its backup of now would be after a restore.
func (o *office) backup() *office {
	o.t.Helper()
	b := *o
	b.dir = filepath.Join(o.t.TempDir(), "office")
	if err := os.CopyFS(b.dir, os.DirFS(o.dir)); err != nil {
		o.t.Fatal(err)
	}
	is, err := issuer.Open(b.dir, b.opts)
	if err != nil {
		o.t.Fatal(err)
	}
	b.keep(is)
	return &b
}

// cad is a policy for a year with two features.
func cad(change ...func(*terms.Policy)) terms.Policy {
	p := cadPolicy("acmecad", "AcmeCAD Pro")
	p.Devices.Places = 2
	for _, f := range change {
		f(&p)
	}
	return p
}

func (o *office) sell(change ...func(*terms.Policy)) issuer.Created { return o.sellTo("", change...) }

// sellTo sells a license, one that joins the license key when there is one.
func (o *office) sellTo(key string, change ...func(*terms.Policy)) issuer.Created {
	o.t.Helper()
	p := cad(change...)
	c, err := o.CreateLicense(issuer.NewLicense{Policy: p, Key: key, Customer: "customer 7", Starter: p.Devices.FirstUse.Lasts()})
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func (o *office) profile() []byte {
	o.t.Helper()
	p, err := o.Profile()
	if err != nil {
		o.t.Fatal(err)
	}
	return p.File
}

func (o *office) answer(request []byte) []byte {
	o.t.Helper()
	all, err := o.AnswerFile(context.Background(), "request.hfreq", request)
	if err != nil || len(all) != 1 {
		o.t.Fatalf("%d answers, %v", len(all), err)
	}
	return all[0].File
}

// renew gives the file of a longer license for the only computer that has a place.
func (o *office) renew(serial string) []byte {
	o.t.Helper()
	r, err := o.Renew(context.Background(), serial, "")
	if err != nil || len(r.Files) != 1 {
		o.t.Fatalf("%d files, %v", len(r.Files), err)
	}
	return r.Files[0].File
}

// says signs a response with the vendor's working key, as an issuer with other features than this one would.
func (o *office) says(kind exchange.Kind, audience *exchange.Audience, parts ...exchange.Part) []byte {
	o.t.Helper()
	names, err := filepath.Glob(filepath.Join(o.dir, "keys", "signing-*.json"))
	if err != nil || len(names) != 1 {
		o.t.Fatalf("%v, %v", names, err)
	}
	b, err := os.ReadFile(names[0])
	var key struct{ Secret []byte }
	if err == nil {
		err = json.Unmarshal(b, &key)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	signer := exchange.KeySigner(ed25519.NewKeyFromSeed(key.Secret))
	env, err := exchange.Sign(exchange.Response{
		Header: exchange.Header{
			Schema: exchange.ResponseSchema, Vendor: "acme", Alg: "ed25519", KeyID: signer.KeyID(), ID: "said", Issued: o.opts.Now(), Trace: "said",
		},
		Kind: kind, Audience: audience, Parts: parts,
	}, exchange.ResponseType, signer)
	if err != nil {
		o.t.Fatal(err)
	}
	file, err := exchange.Armor(kind, "A file from Acme.", env)
	if err != nil {
		o.t.Fatal(err)
	}
	return file
}

// strangeKey is a license key that no vendor made.
func strangeKey(t *testing.T) string {
	t.Helper()
	k, err := terms.NewLicenseKey(rand.NewChaCha8([32]byte{7}), "ACME")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// computer is one home with its key store, its disk and its hardware.
type computer struct {
	*licensing.Engine
	t     *testing.T
	name  string
	parts map[string]string // hardware that is not what it was, by kind
	home  string
	keys  *keystore.MemoryStore
	disk  *fillingDisk
	clock *clock.Driven
}

func newComputer(t *testing.T, c *clock.Driven, name string) *computer {
	t.Helper()
	m := &computer{t: t, name: name, home: filepath.Join(t.TempDir(), "home"), keys: keystore.Memory(), disk: &fillingDisk{FS: disk.OS()}, clock: c}
	m.start()
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func (c *computer) start() {
	c.t.Helper()
	e, err := licensing.Open(context.Background(), licensing.Options{
		Home: c.home, KeyStore: c.keys, Clock: c.clock, FS: c.disk, Program: "1.0.0",
		Probe: func(context.Context) []device.Fact {
			return []device.Fact{
				c.part(device.KindSystem, c.name), c.part(device.KindMachine, "machine of "+c.name), c.part(device.KindDisk, "disk of "+c.name),
				c.part(device.KindCPU, "test"),
			}
		},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.Engine = e
}

// part is one of the parts of the computer, which may have been exchanged.
func (c *computer) part(kind, value string) device.Fact {
	if other := c.parts[kind]; other != "" {
		value = other
	}
	return device.Fact{Kind: kind, Value: value}
}

// between does something to the files of the home while the program is not running.
func (c *computer) between(do func()) {
	c.t.Helper()
	if err := c.Close(); err != nil {
		c.t.Fatal(err)
	}
	do()
	c.start()
}

// restart starts the program anew with the key store in some condition.
func (c *computer) restart(keys keystore.Class) {
	c.t.Helper()
	c.between(func() { c.keys.Fail(keys) })
}

// lose removes files or folders of the home while the program is not running.
func (c *computer) lose(names ...string) {
	c.t.Helper()
	c.between(func() {
		for _, n := range names {
			if err := os.RemoveAll(filepath.Join(c.home, n)); err != nil {
				c.t.Fatal(err)
			}
		}
	})
}

// take imports a file, with trust in its vendor, and demands that it is used.
func (c *computer) take(file []byte) {
	c.t.Helper()
	rep, err := c.Import(context.Background(), []licensing.Source{{Name: "file", Data: file}}, licensing.ImportOptions{TrustVendor: true, AcceptLoss: true})
	if err != nil || len(rep.Items) != 1 || !rep.Items[0].Taken {
		c.t.Fatalf("not taken: %+v, %v", rep, err)
	}
}

// ask makes a request for a license key and returns its file.
func (c *computer) ask(key string) []byte {
	c.t.Helper()
	m, err := c.MakeRequest(context.Background(), licensing.RequestOptions{Vendor: "acme", Key: key})
	if err != nil {
		c.t.Fatal(err)
	}
	return m.File
}

// trusting is this computer once it trusts the vendor.
func (w *world) trusting() *computer {
	w.t.Helper()
	w.here.take(w.acme.profile())
	return w.here
}

// activated is this computer with a license that it asked for.
func (w *world) activated(change ...func(*terms.Policy)) issuer.Created {
	w.t.Helper()
	sold := w.acme.sell(change...)
	w.here.take(w.acme.answer(w.trusting().ask(sold.Key)))
	return sold
}

// elsewhere is the answer that another computer got for a license.
func (w *world) elsewhere(sold issuer.Created) []byte {
	w.t.Helper()
	other := newComputer(w.t, w.clock, "lab 2")
	other.take(w.acme.profile())
	return w.acme.answer(other.ask(sold.Key))
}

// fillingDisk is a disk on which nothing can be written while problem is set. It saves the time that syncing takes: no power
// goes here.
type fillingDisk struct {
	disk.FS
	problem error
}

func (d *fillingDisk) OpenFile(name string, flag int, perm fs.FileMode) (disk.File, error) {
	if d.problem != nil && flag&(os.O_CREATE|os.O_TRUNC) != 0 {
		return nil, &os.PathError{Op: "open", Path: name, Err: d.problem}
	}
	f, err := d.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &fillingFile{f, d}, nil
}

func (d *fillingDisk) MkdirAll(name string, perm fs.FileMode) error {
	if _, err := d.Stat(name); d.problem != nil && errors.Is(err, fs.ErrNotExist) {
		return &os.PathError{Op: "mkdir", Path: name, Err: d.problem}
	}
	return d.FS.MkdirAll(name, perm)
}

func (d *fillingDisk) SyncDir(string) error { return nil }

type fillingFile struct {
	disk.File
	disk *fillingDisk
}

func (f *fillingFile) Sync() error { return nil }

func (f *fillingFile) Write(p []byte) (int, error) {
	if f.disk.problem != nil {
		return 0, f.disk.problem
	}
	return f.File.Write(p)
}

func (f *fillingFile) WriteAt(p []byte, off int64) (int, error) {
	if f.disk.problem != nil {
		return 0, f.disk.problem
	}
	return f.File.WriteAt(p, off)
}
