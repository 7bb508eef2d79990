package licensing

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"holdfast/licensing/exchange"
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

func TestFilesAreWhatCameInWithItsCheckWords(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	c.clock.Advance(time.Hour)
	first := c.use(v.answer(req))
	c.clock.Advance(time.Hour)
	v.now = start.Add(2 * time.Hour)
	second := c.use(v.file("license", v.response("license", nil, licensePart(v.license("A-1", 2, bound(req))))))
	check := func(when string) {
		t.Helper()
		files, err := c.Files(context.Background())
		if err != nil || len(files) != 3 {
			t.Fatalf("%s: %d files, %v", when, len(files), err)
		}
		for i, want := range []struct {
			kind, words, serial string
			inUse               bool
		}{{"license", second.Words, "A-1", true}, {"license", first.Words, "A-1", false}, {"profile", files[2].Words, "", true}} {
			f := files[i]
			if string(f.Kind) != want.kind || f.Words != want.words || f.Words == "" || f.Serial != want.serial || f.InUse != want.inUse {
				t.Errorf("%s: %d is %+v", when, i, f)
			}
			if f.Name != "file" || f.Vendor != "acme GmbH" || f.Issued.IsZero() || f.Taken.IsZero() || want.serial != "" && f.Product.In("en") != "AcmeCAD Pro" {
				t.Errorf("%s: %d is %+v", when, i, f)
			}
		}
		if !files[0].Issued.Equal(v.now) || !files[0].Taken.After(files[1].Taken) {
			t.Errorf("%s: %v, %v", when, files[0], files[1])
		}
	}
	check("now")
	c.lose(journalDir, indexFile)
	check("from checkpoint and documents")
	c.lose(indexFile, checkpointFile)
	check("from the journal")
}

func TestFilesOfAnOlderHomeHaveNoWordsButTheirDates(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(goldenHome)); err != nil {
		t.Fatal(err)
	}
	e, err := Open(context.Background(), childOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	files, err := e.Files(context.Background())
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if f.Words != "" || f.Vendor == "" || f.Issued.IsZero() && f.Kind != exchange.KindKey {
			t.Errorf("%+v", f)
		}
		if f.Kind == "license" && (f.Serial == "" || len(f.Product) == 0) {
			t.Errorf("%+v", f)
		}
	}
}

func TestHistoryIsThatOfTheLicense(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	other := newVendor(t, "other")
	c.use(other.profileFile())
	c.use(v.welcome(testKey(t, 5)))
	root := c.Snapshot().Verdict.Products[0].Vendor
	kinds := func(root, serial string, limit int) []string {
		t.Helper()
		h, err := c.History(context.Background(), root, serial, limit)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for i, en := range h {
			all = append(all, en.Kind)
			if i > 0 && en.Seq >= h[i-1].Seq {
				t.Errorf("%d after %d", en.Seq, h[i-1].Seq)
			}
		}
		return all
	}
	all := kinds("", "", 0)
	if uint64(len(all)) != c.Snapshot().Records.Seq || all[len(all)-1] != "set_up" {
		t.Fatalf("all: %v", all)
	}
	if got := kinds("", "", 2); len(got) != 2 || got[0] != all[0] || got[1] != all[1] {
		t.Errorf("two: %v of %v", got, all)
	}
	mine := kinds(root, "A-1", 0)
	if len(mine) < 3 || mine[len(mine)-1] != "request_made" {
		t.Errorf("license: %v", mine)
	}
	if got := kinds(root, "A-1", 1); len(got) != 1 || got[0] != mine[0] {
		t.Errorf("one: %v of %v", got, mine)
	}
	if vendor := kinds(root, "", 0); len(vendor) <= len(mine) || len(vendor) >= len(all) {
		t.Errorf("vendor: %v", vendor)
	}
	if got := kinds(root, "Z-9", 0); len(got) != 0 {
		t.Errorf("another license: %v", got)
	}
	h, err := c.History(context.Background(), "", "", 0)
	for _, en := range h {
		if b, ok := en.Data.(interface{ MarshalJSON() ([]byte, error) }); ok {
			if text, _ := b.MarshalJSON(); holds(text, testKey(t, 5)) {
				t.Errorf("record %d holds a license key", en.Seq)
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	c.keys.Fail(keystore.Locked)
	c.reopen()
	var p *terms.Problem
	if _, err := c.History(context.Background(), "", "", 0); !errors.As(err, &p) || p.State != terms.StateKeychainLocked {
		t.Fatalf("without the key store: %v", err)
	}
}
