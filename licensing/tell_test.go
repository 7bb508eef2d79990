package licensing

import (
	"context"
	"errors"
	"testing"
	"time"

	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// soonOver is a computer whose license ends in three weeks.
func soonOver(t *testing.T) (*computer, *vendor, productName) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.clock.Advance(345 * 24 * time.Hour)
	c.Refresh(context.Background())
	c.wants(terms.StateEndingSoon)
	p := c.Snapshot().Verdict.Products[0]
	return c, v, productName{p.Vendor, p.ID}
}

// productName names a product of a vendor.
type productName struct{ root, id string }

func (c *computer) tells(who string, p productName) {
	c.t.Helper()
	if err := c.Tell(context.Background(), Telling{Who: who, Vendor: p.root, Product: p.id}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *computer) toldOf(p productName) terms.Finding {
	c.t.Helper()
	pv, ok := product(c.Snapshot().Verdict, p.root, p.id)
	if !ok {
		c.t.Fatal("no such product")
	}
	return pv.Finding
}

func TestATellingIsRecordedAndSurvivesTheLossOfCopies(t *testing.T) {
	c, _, p := soonOver(t)
	c.tells(TellBuyer, p)
	now := c.clock.Read().Wall
	for _, lost := range [][]string{nil, {indexFile, checkpointFile}, {journalDir, indexFile}, {journalDir, checkpointFile}} {
		c.lose(lost...)
		f := c.toldOf(p)
		if !f.Told.Equal(now) || f.ToldWho != TellBuyer || f.Action != terms.ActUseFile || f.State != terms.StateEndingSoon {
			t.Fatalf("after the loss of %v: told %v %s, action %s, state %s", lost, f.Told, f.ToldWho, f.Action, f.State)
		}
	}
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if f := c.toldOf(p); f.Told.IsZero() {
		t.Fatal("forgotten without the key store")
	}
}

func TestATellingIsOneRecordWithWhoAndWhat(t *testing.T) {
	c, _, p := soonOver(t)
	before := c.Snapshot().Records.Seq
	c.tells(TellVendor, p)
	if after := c.Snapshot().Records.Seq; after != before+1 {
		t.Fatalf("the journal went from %d to %d", before, after)
	}
	h, err := c.History(context.Background(), p.root, "A-1", 1)
	if err != nil || len(h) != 1 || h[0].Kind != "told" || h[0].Reason != TellVendor || h[0].Authority != "person" || h[0].License != "A-1" || h[0].Vendor != p.root {
		t.Fatalf("%+v, %v", h, err)
	}
}

func TestANewerLicenseEndsATelling(t *testing.T) {
	c, v, p := soonOver(t)
	c.tells(TellBuyer, p)
	l := v.license("A-1", 2, c.rec.Licenses[p.root+"/A-1"].License.Device) // the same end: still ending soon
	v.now = c.clock.Read().Wall
	if it := c.use(v.file("license", v.response("license", nil, licensePart(l)))); !it.Taken {
		t.Fatalf("%+v", it.Finding)
	}
	if f := c.toldOf(p); !f.Told.IsZero() || f.State != terms.StateEndingSoon || f.Action != terms.ActTellBuyer {
		t.Fatalf("told %v of %s, action %s", f.Told, f.State, f.Action)
	}
}

func TestATellingIsOverWhenTheDateHasPassed(t *testing.T) {
	c, _, p := soonOver(t)
	c.tells(TellBuyer, p)
	c.clock.Advance(30 * 24 * time.Hour)
	if f := c.toldOf(p); f.State == terms.StateEndingSoon || !f.Told.IsZero() {
		t.Fatalf("%s, told %v", f.State, f.Told)
	}
	c.tells(TellIT, p)
	if f := c.toldOf(p); f.ToldWho != TellIT {
		t.Fatalf("%s, told %s", f.State, f.ToldWho)
	}
}

func TestTheMainFindingOfTheComputerCanBeTold(t *testing.T) {
	c, _, p := soonOver(t)
	c.tells(TellBuyer, productName{})
	if f := c.toldOf(p); f.Told.IsZero() {
		t.Fatal("the product that the main finding is about was not told of")
	}
	d := newComputer(t)
	d.tells(TellIT, productName{})
	if m := d.Snapshot().Verdict.Main; m.State != terms.StateNotSetUp || m.ToldWho != TellIT {
		t.Fatalf("%+v", m)
	}
}

func TestAWrongTellingSaysWhatIsWrong(t *testing.T) {
	c, _, p := soonOver(t)
	for code, telling := range map[string]Telling{
		"tell_whom":       {Who: "boss", Vendor: p.root, Product: p.id},
		"product_unknown": {Who: TellIT, Vendor: p.root, Product: "acmelathe"},
	} {
		var m *Mistake
		if err := c.Tell(context.Background(), telling); !errors.As(err, &m) || m.Code != code {
			t.Errorf("%+v: %v", telling, err)
		}
	}
	c.keys.Fail(keystore.Locked)
	c.reopen()
	var pr *terms.Problem
	if err := c.Tell(context.Background(), Telling{Who: TellIT, Vendor: p.root, Product: p.id}); !errors.As(err, &pr) || pr.State != terms.StateKeychainLocked {
		t.Errorf("with a locked key store: %v", err)
	}
}
