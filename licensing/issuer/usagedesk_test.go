package issuer_test

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/usage"
)

// agent is a customer's computer that meters: its device key and its usage ledger for one vendor.
type agent struct {
	computer
	t       testing.TB
	v       exchange.Profile
	dir     string // home
	ledger  string
	owner   string // device that began the ledger, when its key was lost since
	now     time.Time
	book    *usage.Book
	boot    string
	started time.Time // of the computer
	per     int       // entries in an epoch

	receipt exchange.Receipt
	proof   []exchange.Envelope // the newest receipt as it came
	files   int
}

func (d *desk) agent(t testing.TB, n int) *agent {
	t.Helper()
	a := &agent{
		computer: newComputer(t, n), t: t, v: d.trusted(t), dir: filepath.Join(t.TempDir(), "home"), ledger: fmt.Sprintf("%032x", n),
		now: d.now, boot: "boot-1", started: d.now.Add(-time.Hour), per: 64,
	}
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	a.open()
	t.Cleanup(func() { _ = a.book.Close() })
	return a
}

func (a *agent) open() {
	a.t.Helper()
	private := ed25519.NewKeyFromSeed(a.Seed())
	book, _, err := usage.OpenBook(filepath.Join(a.dir, a.ledger), usage.BookOptions{
		Ledger: a.ledger, Vendor: "acme", Device: cmp.Or(a.owner, a.ID()), Sealing: a.v.Sealing[0], EpochRecords: a.per,
		Keys: usage.Keys{
			Store: &[32]byte{7}, Public: a.Public(), Sign: func(b []byte) ([]byte, error) { return ed25519.Sign(private, b), nil },
		},
		Session: func() usage.Session {
			return usage.Session{Boot: a.boot, Wall: a.now, At: a.now, Running: a.now.Sub(a.started), Program: "test", Grain: 3600}
		},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	a.book = book
}

// restart ends the process and starts another.
func (a *agent) restart() {
	a.t.Helper()
	if err := a.book.Close(); err != nil {
		a.t.Fatal(err)
	}
	a.open()
}

// use records n events of one unit.
func (a *agent) use(n int) {
	a.t.Helper()
	events := make([]usage.Event, n)
	for i := range events {
		events[i] = usage.Event{Product: "acmecad", Meter: "renders", Kind: usage.Counter, Units: 1, At: a.now}
	}
	a.record(events...)
}

func (a *agent) record(events ...usage.Event) {
	a.t.Helper()
	if _, err := a.book.Record(context.Background(), events); err != nil {
		a.t.Fatal(err)
	}
}

// export makes a usage file of everything that no receipt covers.
func (a *agent) export(change ...func(*exchange.Usage)) []byte {
	a.t.Helper()
	if err := a.book.CloseEpoch(context.Background()); err != nil {
		a.t.Fatal(err)
	}
	return a.exportFrom(a.receipt.Epoch+1, change...)
}

func (a *agent) exportFrom(epoch uint64, change ...func(*exchange.Usage)) []byte {
	a.t.Helper()
	epochs, err := a.book.Epochs(epoch)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.pack(epochs, change...)
}

// pack seals epochs as a usage file.
func (a *agent) pack(epochs []usage.RawEpoch, change ...func(*exchange.Usage)) []byte {
	a.t.Helper()
	file, err := a.tryPack(epochs, change...)
	if err != nil {
		a.t.Fatal(err)
	}
	return file
}

// tryPack is pack of what may not be packable.
func (a *agent) tryPack(epochs []usage.RawEpoch, change ...func(*exchange.Usage)) ([]byte, error) {
	built, err := usage.BuildContent(a.ledger, epochs)
	if err != nil {
		return nil, err
	}
	a.files++
	face := exchange.Usage{
		Header: exchange.Header{Vendor: a.v.Vendor, ID: fmt.Sprintf("U-%s-%d", a.Code(), a.files), Issued: a.now, Trace: "trace-1"},
		Device: exchange.RequestDevice{ID: a.ID(), Public: exchange.EncodeKey(a.Public()), Code: a.Code()},
		Nonce:  fmt.Sprintf("nonce-%d", a.files), Ledger: a.ledger, Level: usage.LevelContract, Receipt: a.receipt.Number, Remains: built.Remains,
	}
	for _, f := range change {
		f(&face)
	}
	e, sealed, err := usage.Seal(built.Content, face, exchange.KeySigner(ed25519.NewKeyFromSeed(a.Seed())), a.v.Sealing[0])
	if err != nil {
		return nil, err
	}
	return exchange.WriteUsage("This is a usage file.", sealed, append([]exchange.Envelope{e}, a.proof...)...)
}

// take takes a receipt, as the computer would.
func (a *agent) take(file []byte) exchange.Receipt {
	a.t.Helper()
	r := opened(a.t, file, a.v)
	if r.Kind != exchange.KindReceipt || r.Answers == nil || r.Answers.Device != a.ID() {
		a.t.Fatalf("not a receipt for this computer: %+v", r)
	}
	a.receipt = *r.Parts[0].Receipt
	all := envelopes(a.t, file)
	a.proof = all[len(all)-1:]
	return a.receipt
}

// copyHome copies the home elsewhere, as a backup or a clone has it.
func (a *agent) copyHome() string {
	a.t.Helper()
	to := filepath.Join(a.t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(a.dir)); err != nil {
		a.t.Fatal(err)
	}
	return to
}

// clone is a second computer with a copy of everything.
func (a *agent) clone() *agent {
	a.t.Helper()
	c := *a
	c.dir = a.copyHome()
	c.open()
	c.files += 100
	a.t.Cleanup(func() { _ = c.book.Close() })
	return &c
}

// putBack replaces the home by an older copy.
func (a *agent) putBack(from string) {
	a.t.Helper()
	if err := errors.Join(a.book.Close(), os.RemoveAll(a.dir), os.CopyFS(a.dir, os.DirFS(from))); err != nil {
		a.t.Fatal(err)
	}
	a.open()
}

// receive answers a usage file.
func (d *desk) receive(t testing.TB, file []byte) issuer.Answer {
	t.Helper()
	answers, err := d.AnswerFile(context.Background(), "usage.hfuse", file)
	if err != nil {
		t.Fatal(err)
	}
	if len(answers) != 1 || answers[0].Receipt == nil {
		t.Fatalf("answers %+v", answers)
	}
	return answers[0]
}

// known gives the computer a license of customer 8812.
func (d *desk) known(t testing.TB, a *agent) issuer.Created {
	t.Helper()
	made := d.license(t, issuer.NewLicense{Customer: "8812", Order: "ORDER-" + a.Code()})
	d.answer(t, a.request(t, d.trusted(t), made.Key, 1))
	return made
}

// found lists the codes of what the desk should look at.
func (d *desk) found(t testing.TB) map[string]issuer.Anomaly {
	t.Helper()
	all, err := d.Anomalies()
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]issuer.Anomaly{}
	for _, a := range all {
		by[a.Finding.Code] = a
	}
	return by
}

// units is the sum of a report.
func (d *desk) units(t testing.TB, f issuer.UsageFilter) (sum int64) {
	t.Helper()
	rows, err := d.UsageReport(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		sum += r.Units
	}
	return sum
}
