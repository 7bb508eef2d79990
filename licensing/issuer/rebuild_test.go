package issuer_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// backup copies the desk's folder; putBack replaces the desk by such a copy.
func (d *desk) backup(t *testing.T) string {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "backup")
	if err := os.CopyFS(to, os.DirFS(d.dir)); err != nil {
		t.Fatal(err)
	}
	is, err := issuer.Open(d.dir, d.opts)
	if err != nil {
		t.Fatal(err)
	}
	d.Issuer = is
	return to
}

func (d *desk) putBack(t *testing.T, from string) {
	t.Helper()
	if err := errors.Join(d.Close(), os.RemoveAll(d.dir), os.CopyFS(d.dir, os.DirFS(from))); err != nil {
		t.Fatal(err)
	}
	is, err := issuer.Open(d.dir, d.opts)
	if err != nil {
		t.Fatal(err)
	}
	d.Issuer = is
}

func TestAStoreThatWasPutBackIsRebuiltFromTheReceiptThatAComputerHolds(t *testing.T) {
	for name, rotate := range map[string]bool{"the same key": false, "a key that the old copy does not know": true} {
		d := newDesk(t)
		a := d.agent(t, 1)
		d.known(t, a)
		a.use(10)
		a.take(d.receive(t, a.export()).File)
		old := d.backup(t)
		if rotate {
			if _, err := d.RotateKeys(issuer.Rotation{}); err != nil {
				t.Fatal(err)
			}
			a.v = d.trusted(t)
		}
		for range 3 {
			d.now = d.now.Add(24 * time.Hour)
			a.now = d.now
			a.use(20)
			last := d.receive(t, a.export()).File
			a.take(last)
			if rotate { // its home brings the newest profile along
				all := envelopes(t, last)
				a.proof = all[len(all)-2:]
			}
		}
		d.putBack(t, old)
		d.now = d.now.Add(24 * time.Hour)
		a.now = d.now
		a.use(5)
		got := d.receive(t, a.export())
		if !slices.Equal(got.Receipt.Findings, []string{"standing_rebuilt"}) || got.Receipt.Number != 5 || got.Receipt.Entries != 75 || len(got.Receipt.Missing) > 0 {
			t.Errorf("%s: counted %+v", name, got.Receipt)
		}
		if n := d.units(t, issuer.UsageFilter{Customer: "8812"}); n != 75 {
			t.Errorf("%s: %d units", name, n)
		}
		if n := d.units(t, issuer.UsageFilter{Month: "2026-11"}); n != 15 {
			t.Errorf("%s: %d units have a month", name, n)
		}
		if x := d.found(t)["standing_rebuilt"]; x.Evidence["receipt_here"] != "1" || x.Evidence["receipt"] != "4" {
			t.Errorf("%s: anomaly %+v", name, x)
		}
		a.v = d.trusted(t)
		if r := a.take(got.File); r.Totals["acmecad/renders"] != 75 {
			t.Errorf("%s: receipt %+v", name, r)
		}
		a.use(1) // and it goes on from there
		if got := d.receive(t, a.export()); got.Receipt.New != 1 || len(got.Receipt.Findings) > 0 {
			t.Errorf("%s: afterwards %+v", name, got.Receipt)
		}
	}
}

func TestAStoreThatWasPutBackNamesWhatIsMissingWithoutAReceipt(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(10)
	a.take(d.receive(t, a.export()).File)
	old := d.backup(t)
	a.use(20)
	a.take(d.receive(t, a.export()).File)
	d.putBack(t, old)
	a.proof = nil
	a.use(5)
	got := d.receive(t, a.export())
	if !slices.Equal(got.Receipt.Missing, []string{"2"}) || got.Receipt.New != 0 {
		t.Errorf("counted %+v", got.Receipt)
	}
	if got = d.receive(t, a.exportFrom(2)); got.Receipt.Entries != 35 {
		t.Errorf("afterwards %+v", got.Receipt)
	}
}

func TestAReceiptThatIsNotThisVendorsRebuildsNothing(t *testing.T) {
	d := newDesk(t)
	other := newDesk(t, func(o *issuer.Options) { o.Rand = randomness(9) })
	a := d.agent(t, 1)
	b := other.agent(t, 1) // the same device and ledger, at another vendor of the same name
	b.use(1000)
	b.take(other.receive(t, b.export()).File)
	a.proof, a.receipt = b.proof, exchange.Receipt{}
	a.use(3)
	got := d.receive(t, a.export())
	if slices.Contains(got.Receipt.Findings, "standing_rebuilt") || got.Receipt.Entries != 3 || got.Receipt.Number != 1 {
		t.Errorf("counted %+v", got.Receipt)
	}
	// Nor does a receipt for another computer.
	c := d.agent(t, 2)
	c.use(7)
	c.take(d.receive(t, c.export()).File)
	a.proof = c.proof
	a.use(1)
	if got := d.receive(t, a.export()); slices.Contains(got.Receipt.Findings, "standing_rebuilt") || got.Receipt.Entries != 4 {
		t.Errorf("counted %+v", got.Receipt)
	}
}
