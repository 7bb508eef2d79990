package licensing

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

func TestEntriesGoAfterTheirReceiptAndTheirTime(t *testing.T) {
	c, d := newComputer(t), newDesk(t)
	c.with(d.vendor, metered, func(l *terms.License) { l.Policy.Usage.Keep = terms.Days(30); l.Ends = start.AddDate(3, 0, 0) })
	for range 3 {
		c.uses("renders", 10, "")
		d.now = c.clock.Read().Wall
		receipt, _ := d.confirm(c.drafts(UsageOptions{}).File)
		c.use(receipt)
		c.clock.Advance(20 * day)
		c.again()
	}
	v := c.usage()
	if v.Pruned == 0 || v.Unsent != 0 || !c.noted("prune") || len(c.kinds("usage_pruned")) == 0 {
		t.Fatalf("%d entries were taken out, %d unsent, recorded %v", v.Pruned, v.Unsent, c.kinds("usage_pruned"))
	}
	if m := v.meter("renders"); len(m.Days) != 3 {
		t.Fatalf("days %+v", m.Days)
	}
	c.nothing()
	c.reopen()
	if got := c.usage(); got.Pruned != v.Pruned || len(got.meter("renders").Days) != 3 {
		t.Fatalf("after a new start: %d taken out, days %+v", got.Pruned, got.meter("renders").Days)
	}
	reports, err := c.VerifyUsage(context.Background())
	if err != nil || len(reports) != 1 || !reports[0].OK() {
		t.Fatalf("verified %+v, %v", reports, err)
	}
	c.uses("renders", 1, "")
	if receipt, counted := d.confirm(c.drafts(UsageOptions{}).File); counted.Events != 1 || !c.use(receipt).Taken {
		t.Fatalf("the vendor counted %+v", counted)
	}
}

func TestAReceiptThatCountedSomethingElseIsTold(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 10, "")
	d.edit = func(r *exchange.Receipt) { r.Entries++; r.Totals = map[string]int64{"acmecad/renders": 11} }
	receipt, _ := d.confirm(c.drafts(UsageOptions{}).File)
	it := c.use(receipt)
	if !it.Taken || it.Finding.State != terms.StateUsageMismatch || it.Finding.Slots["a"] != 1 || it.Finding.Slots["b"] != 2 {
		t.Fatalf("receipt %+v", it.Finding)
	}
	r := c.Receipts()
	if len(r) != 1 || r[0].Matches || r[0].Totals[0].Here != 10 || r[0].Totals[0].There != 11 {
		t.Fatalf("receipts %+v", r)
	}
	if !slices.ContainsFunc(c.Snapshot().Verdict.Others, func(f terms.Finding) bool { return f.State == terms.StateUsageMismatch }) && c.state() != terms.StateUsageMismatch {
		t.Fatalf("the verdict says %s", c.state())
	}
}

func TestAReceiptForAnotherComputerIsNotTaken(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	other, second := newComputer(t), newDesk(t)
	second.vendor = d.vendor
	other.with(d.vendor, metered)
	other.uses("renders", 1, "")
	receipt, _ := d.confirm(other.drafts(UsageOptions{}).File)
	if it := c.use(receipt); it.Taken || it.Finding.State != terms.StateOtherComputer || !it.ForOther {
		t.Fatalf("another computer's receipt: %+v", it.Finding)
	}
	if it := other.use(receipt); !it.Taken {
		t.Fatalf("its own: %+v", it.Finding)
	}
}

func TestALostFileIsNamedAndHealsWithTheNext(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	receipt, _ := d.confirm(c.drafts(UsageOptions{}).File)
	c.use(receipt)
	c.uses("renders", 2, "")
	c.drafts(UsageOptions{}) // lost on the way
	c.uses("renders", 4, "")
	third := c.drafts(UsageOptions{})
	receipt, counted := d.confirm(third.File)
	if counted.Events != 2 || len(counted.Missing) > 0 {
		t.Fatalf("the vendor counted %+v", counted)
	}
	if it := c.use(receipt); it.Finding.State != terms.StateUsageConfirmed || len(c.usage().Waiting) != 0 {
		t.Fatalf("receipt %+v, waiting %+v", it.Finding, c.usage().Waiting)
	}
}

func TestAVendorThatLostItsMemoryGetsItsOwnReceiptBack(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	receipt, _ := d.confirm(c.drafts(UsageOptions{}).File)
	c.use(receipt)
	c.uses("renders", 2, "")
	found, err := exchange.Read("", c.drafts(UsageOptions{}).File)
	if err != nil || len(found[0].Bundle.Envelopes) != 2 {
		t.Fatalf("%d envelopes, %v", len(found[0].Bundle.Envelopes), err)
	}
	sent, err := exchange.Read("", receipt)
	if err != nil || documentHash(found[0].Bundle.Envelopes[1]) != documentHash(sent[0].Bundle.Envelopes[0]) {
		t.Fatalf("what goes along is not the newest receipt: %v", err)
	}
}

func TestLevelsOfDetailKeepNamesAndTimesBack(t *testing.T) {
	const label = "Anna's drawing board"
	c, d := newComputer(t), newDesk(t)
	c.with(d.vendor, metered, func(l *terms.License) { l.Policy.Usage.Level = usage.LevelComputer })
	c.rec.Home.Label = label
	c.clock.Advance(17*time.Minute + 13*time.Second)
	c.uses("renders", 1, "")
	if v := c.usage(); v.Level != usage.LevelComputer || v.LevelBy != levelByContract {
		t.Fatalf("level %s by %q", v.Level, v.LevelBy)
	}
	if err := c.SetUsageLevel(context.Background(), "acme", usage.LevelFull); mistake(err) != "usage_level_high" {
		t.Fatalf("more than the contract lets leave: %v", err)
	}
	if err := c.SetUsageLevel(context.Background(), "acme", "everything"); mistake(err) != "usage_level" {
		t.Fatalf("a level that is none: %v", err)
	}
	if draft := c.drafts(UsageOptions{}); draft.Contents.File.Device.Label != label {
		t.Fatalf("the contract asks for the label: %+v", draft.Contents.File.Device)
	}
	if err := c.SetUsageLevel(context.Background(), "acme", usage.LevelContract); err != nil {
		t.Fatal(err)
	}
	c.reopen()
	if v := c.usage(); v.Level != usage.LevelContract || v.LevelBy != levelByPerson {
		t.Fatalf("level %s by %q", v.Level, v.LevelBy)
	}
	c.uses("renders", 1, "")
	draft := c.drafts(UsageOptions{})
	o := d.open(draft.File)
	contents, err := o.Contents()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range contents.Rows {
		if row.Use != nil && !row.Use.At.Equal(row.Use.At.Truncate(time.Hour)) || row.Session != nil && !row.Session.Wall.Equal(row.Session.Wall.Truncate(time.Hour)) {
			t.Errorf("entry %d shows more than the hour: %+v", row.Seq, row)
		}
	}
	host, _ := os.Hostname()
	for name, secret := range map[string]string{"label": label, "host": host, "user": os.Getenv("USER"), "folder": c.home} {
		if secret != "" && len(secret) > 3 && (strings.Contains(string(draft.File), secret) || strings.Contains(jsonOf(t, contents), secret)) {
			t.Errorf("the file holds the %s %q", name, secret)
		}
	}
}

func TestWhatHappensToTheClockStandsInTheLedger(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	c.clock.Set(start.AddDate(0, 2, 0))
	c.again()
	c.clock.Set(start.Add(time.Hour))
	c.again()
	c.clock.Set(start.Add(-60 * day))
	c.again()
	c.clock.Set(start.Add(2 * time.Hour))
	c.again()
	if got := c.notes("clock"); !slices.Equal(got, []string{"forward", "settled", "back", "settled"}) {
		t.Fatalf("the ledger says %v", got)
	}
	for range 3 {
		wall := c.clock.Read().Wall
		c.clock.Advance(2 * time.Hour)
		c.clock.Set(wall)
		c.again()
	}
	if got := c.notes("clock"); !slices.Equal(got[4:], []string{"frozen"}) {
		t.Fatalf("of a clock that stands still: %v", got[4:])
	}
	d.confirm(c.drafts(UsageOptions{}).File)
	for _, code := range []string{"clock_forward", "clock_back", "clock_frozen"} {
		if !slices.Contains(d.codes(), code) {
			t.Errorf("the vendor found %v, not %s", d.codes(), code)
		}
	}
}

func TestGraceStandsInTheLedger(t *testing.T) {
	c, d := newComputer(t), newDesk(t)
	c.with(d.vendor, metered, func(l *terms.License) {
		l.Policy.Grace.Renewal = terms.Days(14)
		l.Policy.Features = map[string]terms.Feature{"edit": {After: terms.View}}
		l.Policy = l.Policy.WithDefaults()
	})
	c.uses("renders", 1, "")
	c.clock.Set(start.AddDate(1, 0, 2))
	c.again()
	c.clock.Advance(25 * time.Hour) // until the clock is believed
	c.again()
	if r := c.uses("renders", 1, ""); !slices.Contains(r.Flags, "grace") {
		t.Fatalf("flags %v", r.Flags)
	}
	c.clock.Advance(30 * day)
	c.again()
	c.clock.Advance(25 * time.Hour)
	c.again()
	if got := c.notes("grace"); !slices.Equal(got, []string{"started", "ended"}) {
		t.Fatalf("the ledger says %v", got)
	}
}

func TestUsesThatFoundNoRoomAreAGap(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	o := c.options()
	faulty := disk.NewBroken(disk.OS(), 1, syscall.ENOSPC)
	faulty.Heal()
	o.FS = faulty
	e, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c.Engine = e
	faulty.Arm(1)
	_, err = c.RecordUsage(context.Background(), []UsageEvent{{Product: "acmecad", Meter: "renders", Units: 5}, {Product: "acmecad", Meter: "renders", Units: 5}})
	if !isProblem(err, terms.StateDiskFull) {
		t.Fatalf("on a full disk: %v", err)
	}
	faulty.Heal()
	c.clock.Advance(time.Hour)
	c.uses("renders", 7, "")
	c.again()
	if got := c.notes("gap"); !slices.Equal(got, []string{gapDiskFull}) {
		t.Fatalf("the ledger says %v", got)
	}
	v := c.usage()
	if len(v.Gaps) != 1 || v.Gaps[0].Count != 2 || v.Gaps[0].Cause != gapDiskFull || v.meter("renders").Used != 8 {
		t.Fatalf("gaps %+v, used %d", v.Gaps, v.meter("renders").Used)
	}
	if d.confirm(c.drafts(UsageOptions{}).File); !slices.Contains(d.codes(), "gap") {
		t.Fatalf("the vendor found %v", d.codes())
	}
}

func TestEraseTakesUsageToo(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "a")
	draft := c.drafts(UsageOptions{})
	ledger := draft.Contents.File.Ledger
	if err := c.Erase(context.Background()); err != nil {
		t.Fatal(err)
	}
	if left := filesIn(t, c.home); len(left) != 0 {
		t.Fatalf("left: %v", left)
	}
	if _, err := c.keys.Get(context.Background(), "usage-"+ledger); keystore.ClassOf(err) != keystore.Missing {
		t.Fatalf("the key store still knows the ledger: %v", err)
	}
	if v := c.Snapshot().Usage; len(v) != 0 {
		t.Fatalf("usage %+v", v)
	}
	if _, err := c.RecordUsage(context.Background(), []UsageEvent{{Product: "acmecad", Meter: "renders", Units: 1}}); mistake(err) != "product_unknown" {
		t.Fatalf("recording without a license: %v", err)
	}
	c.with(d.vendor, metered)
	if r := c.uses("renders", 1, "a"); r.Again || r.Ledger == ledger {
		t.Fatalf("on a fresh home: %+v", r)
	}
}

func TestProofsNameTheLicenseAndVerify(t *testing.T) {
	c, d := meteringComputer(t)
	answer := []byte(`{"state":"active"}`)
	p, err := c.Prove("acmecad", "bm9uY2U=", answer)
	if err != nil || len(p.Licenses) != 1 || len(p.Profiles) == 0 {
		t.Fatalf("%d licenses, %d profiles, %v", len(p.Licenses), len(p.Profiles), err)
	}
	checkProof(t, p, "bm9uY2U=", answer)
	profile, err := exchange.ParseProfile(p.Profiles[0], exchange.Roots{pub(d.root)})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := exchange.ParseResponse(p.Licenses[0], profile)
	if err != nil || resp.Parts[0].License.Device.ID != c.Snapshot().Device.ID {
		t.Fatalf("the license is of another device: %v", err)
	}
	documents := filepath.Join(c.home, documentsDir)
	if err := os.Rename(documents, documents+".away"); err != nil {
		t.Fatal(err)
	}
	again, err := c.Prove("acmecad", "bm9uY2U=", answer) // without looking at the disk
	if err != nil || !reflect.DeepEqual(again, p) {
		t.Fatalf("the second proof differs: %v", err)
	}
	if err := os.Rename(documents+".away", documents); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Prove("nosuch", "n", answer); mistake(err) != "product_unknown" {
		t.Fatal(err)
	}
	if _, err := c.Prove("acmecad", "", answer); mistake(err) != "proof_nonce" {
		t.Fatal(err)
	}
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if _, err := c.Prove("acmecad", "n", answer); !isProblem(err, terms.StateKeychainLocked) {
		t.Fatal(err)
	}
}

func TestAReadOnlyEngineReadsUsageAndWritesNone(t *testing.T) {
	c, _ := meteringComputer(t)
	c.uses("renders", 3, "")
	o := c.options()
	o.ReadOnly = true
	before := filesIn(t, c.home)
	e, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if v := e.Snapshot().Usage; len(v) != 1 || v[0].meter("renders").Used != 3 {
		t.Fatalf("usage %+v", v)
	}
	if _, err := e.RecordUsage(context.Background(), []UsageEvent{{Product: "acmecad", Meter: "renders", Units: 1}}); err == nil {
		t.Fatal("recorded")
	}
	if after := filesIn(t, c.home); !slices.Equal(before, after) {
		t.Fatalf("files %v, then %v", before, after)
	}
}

func TestChecksTellOfUsage(t *testing.T) {
	c, _ := meteringComputer(t)
	find := func() Check {
		for _, k := range c.Checks(context.Background()) {
			if k.ID == "usage" {
				return k
			}
		}
		t.Fatal("no line about usage")
		return Check{}
	}
	if k := find(); k.Level != terms.ToneOK || k.Args["fresh"] != true {
		t.Fatalf("fresh: %+v", k)
	}
	c.uses("renders", 1, "")
	if k := find(); k.Level != terms.ToneOK || k.Args["n"] == 0 {
		t.Fatalf("in order: %+v", k)
	}
	name := filepath.Join(c.home, usageDir, c.usage().Ledger, "00000001.seg")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if k := find(); k.Level == terms.ToneOK {
		t.Fatalf("damaged: %+v", k)
	}
}

func TestSixHundredUsesASecondMakeFewSnapshots(t *testing.T) {
	c, _ := meteringComputer(t)
	told := 0
	stop := c.Watch(func(Snapshot) { told++ })
	before := c.revision
	for range 600 {
		c.uses("renders", 1, "")
	}
	stop()
	if n := c.revision - before; n == 0 || n > 20 {
		t.Fatalf("%d revisions", n)
	}
	c.clock.Advance(time.Second)
	if used := c.usage().meter("renders").Used; used != 600 {
		t.Fatalf("%d used", used)
	}
}

func TestReceiptsThatAnEarlierProgramLeftAreTaken(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	receipt, _ := d.confirm(c.drafts(UsageOptions{}).File)
	p := c.plan(ImportOptions{})
	for _, doc := range p.documents([]Source{{Name: "f", Data: receipt}}) {
		s := p.take(doc)
		s.change.Parts, s.change.Documents[0].Pending, s.change.Documents[0].Looked = nil, true, 1
		if err := c.keep(context.Background(), p, doc, s); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.Receipts()) != 0 || c.usage().Unsent == 0 {
		t.Fatal("the receipt was taken")
	}
	for range 2 {
		c.reopen()
		if r := c.Receipts(); len(r) != 1 || !r[0].Matches || c.usage().Unsent != 0 {
			t.Fatalf("receipts %+v", r)
		}
	}
	if got := c.kinds("parts_taken"); len(got) != 1 {
		t.Fatalf("%d records of it", len(got))
	}
}

func TestVendorsOfTheSameProductAreToldApartAndSeeNothingOfEachOther(t *testing.T) {
	c, d := meteringComputer(t)
	other := newDesk(t)
	other.id, other.root, other.keys[0] = "other", keyFrom("other root"), keyFrom("other work 1")
	req := c.request(other.vendor, testKeyOf(t, other.id, 9))
	if it := c.use(other.answer(req, metered, func(l *terms.License) { l.Serial, l.Policy.Product.ID = "B-1", "acmecad" })); !it.Taken {
		t.Fatalf("second license: %+v", it.Finding)
	}
	event := UsageEvent{Product: "acmecad", Meter: "renders", Units: 1}
	if _, err := c.RecordUsage(context.Background(), []UsageEvent{event}); mistake(err) != "usage_vendor_needed" {
		t.Fatalf("two vendors count it: %v", err)
	}
	first, second := event, event
	first.Vendor, second.Vendor, second.Units = "acme", "other@"+exchange.KeyID(pub(other.root)), 5
	rec, err := c.RecordUsage(context.Background(), []UsageEvent{first, second, first})
	if err != nil || rec[0].Ledger == rec[1].Ledger || rec[2].Ledger != rec[0].Ledger || rec[2].Seq <= rec[0].Seq {
		t.Fatalf("recorded %+v, %v", rec, err)
	}
	if _, err := c.DraftUsage(context.Background(), UsageOptions{}); mistake(err) != "vendor_ambiguous" {
		t.Fatalf("a file for which of them: %v", err)
	}
	for each, want := range map[*desk]int64{d: 2, other: 5} {
		_, counted := each.confirm(c.drafts(UsageOptions{Vendor: each.id}).File)
		if len(counted.Sums) != 1 || counted.Sums[0].Units != want {
			t.Errorf("%s counted %+v", each.id, counted.Sums)
		}
	}
	if v := c.Snapshot().Usage; len(v) != 2 || v[0].Vendor > v[1].Vendor {
		t.Fatalf("%d views", len(v))
	}
}

func TestANewSealingKeyOfTheVendorIsUsedFromThenOn(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	add := d.vendor.edit
	d.vendor.edit = func(p *exchange.Profile) {
		add(p)
		k := p.Sealing[0]
		k.ID, k.From = "seal-2", start
		p.Sealing = append(p.Sealing, k)
	}
	c.newer(d.vendor, start.Add(time.Hour))
	c.uses("renders", 1, "")
	draft := c.drafts(UsageOptions{})
	var keys []string
	for _, e := range draft.Contents.Epochs {
		keys = append(keys, e.Key)
	}
	if !slices.Equal(keys, []string{"seal-1", "seal-2"}) || draft.Contents.File.Sealed.Key != "seal-2" {
		t.Fatalf("epochs are sealed for %v, the file for %s", keys, draft.Contents.File.Sealed.Key)
	}
}

func TestAUsageFileIsNoAnswer(t *testing.T) {
	c, _ := meteringComputer(t)
	c.uses("renders", 1, "")
	if it := c.use(c.drafts(UsageOptions{}).File); it.Taken || it.Kind != exchange.KindUsage || it.Finding.State != terms.StateFileRequest {
		t.Fatalf("its own usage file: %+v", it)
	}
}

func TestAFullFileThatLeftIsFollowedByTheNextPart(t *testing.T) {
	c, _ := meteringComputer(t)
	c.uses("renders", 1, "")
	l := c.ledgersOf(c.usage().Root)[0]
	part := func(from, to, remains uint64, left bool) usageFileRecord {
		f := usageFileRecord{ID: strings.Repeat(string(rune('a'+from)), 16), Root: l.root, Ledger: l.id, FromEpoch: from, ToEpoch: to, Remains: remains, Made: start}
		if left {
			f.Left = start
		}
		return f
	}
	for _, step := range []struct {
		file usageFileRecord
		want uint64
	}{
		{part(1, 4, 900, false), 1}, // nobody has it: it is made again
		{part(1, 4, 900, true), 5},
		{part(5, 9, 100, true), 10},
		{part(10, 11, 0, true), 10}, // the last part goes on with what comes
	} {
		c.rec.apply(change{UsageFiles: []usageFileRecord{step.file}})
		if got := c.from(l); got != step.want {
			t.Fatalf("after epochs %d to %d the next file begins with %d, want %d", step.file.FromEpoch, step.file.ToEpoch, got, step.want)
		}
	}
}

func TestRecordingWaitsForNobodyAndCountsAll(t *testing.T) {
	c, d := meteringComputer(t)
	const writers, each = 8, 40
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				if _, err := c.RecordUsage(context.Background(), []UsageEvent{{Product: "acmecad", Meter: "renders", Units: 1, ID: fmt.Sprint(w, "-", i)}}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Go(func() {
		for range each {
			c.Snapshot()
			c.again()
			if _, err := c.Prove("acmecad", "n", []byte("x")); err != nil {
				t.Error(err)
			}
		}
	})
	c.uses("renders", 1, "first") // there is something to report
	all.Go(func() {
		if _, err := c.DraftUsage(context.Background(), UsageOptions{}); err != nil {
			t.Error(err)
		}
	})
	c.mu.Lock()
	c.uses("renders", 1, "locked") // the engine is busy, perhaps with a key store that asks
	c.mu.Unlock()
	all.Wait()
	if _, counted := d.confirm(c.drafts(UsageOptions{}).File); counted.Events != writers*each+2 {
		t.Fatalf("the vendor counted %d", counted.Events)
	}
	c.clock.Advance(time.Second)
	if used := c.usage().meter("renders").Used; used != writers*each+2 {
		t.Fatalf("%d used", used)
	}
}
