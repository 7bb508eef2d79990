package issuer_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

func TestUsageIsCountedOnceAndAnsweredWithACumulativeReceipt(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	d.known(t, a)
	a.use(150)
	first := a.export()
	got := d.receive(t, first)
	if got.Receipt.New != 150 || got.Receipt.Number != 1 || got.Receipt.Customer != "8812" || len(got.Receipt.Findings) > 0 {
		t.Errorf("counted %+v", got.Receipt)
	}
	if !strings.HasPrefix(got.Name, "receipt_acme_"+a.Code()) || !strings.HasSuffix(got.Name, ".hfrcp") {
		t.Errorf("name %s", got.Name)
	}
	r := a.take(got.File)
	if r.Entries != 150 || r.Totals["acmecad/renders"] != 150 || r.Export == "" || r.From.IsZero() || r.To.Before(r.From) || r.AllowDays != 62 {
		t.Errorf("receipt %+v", r)
	}
	d.now = d.now.Add(48 * time.Hour)
	again := d.receive(t, first)
	if !again.Again || !bytes.Equal(again.File, got.File) {
		t.Error("the same file got another receipt")
	}
	a.now = d.now
	a.use(10)
	second := d.receive(t, a.export())
	if second.Receipt.New != 10 || second.Receipt.Number != 2 {
		t.Errorf("counted %+v", second.Receipt)
	}
	if r := a.take(second.File); r.Entries != 160 || r.Totals["acmecad/renders"] != 160 {
		t.Errorf("receipt %+v", r)
	}
	a.receipt = exchange.Receipt{} // the receipts were lost: everything is sent once more
	all := d.receive(t, a.exportFrom(1))
	if all.Receipt.New != 0 || all.Receipt.Entries != 160 || all.Receipt.Number != 3 {
		t.Errorf("counted again %+v", all.Receipt)
	}
	d.reopen(t)
	rows, err := d.UsageReport(issuer.UsageFilter{})
	want := []issuer.UsageRow{{Customer: "8812", Product: "acmecad", Meter: "renders", Month: "2026-11", Units: 160, Unit: "render"}}
	if err != nil || !slices.Equal(rows, want) {
		t.Errorf("report %+v, %v", rows, err)
	}
	if d.units(t, issuer.UsageFilter{Customer: "other"}) != 0 || d.units(t, issuer.UsageFilter{Month: "2026-11", Product: "acmecad"}) != 160 {
		t.Error("the filter of the report")
	}
}

func TestAReceiptCarriesTheLowestBoundOfTheLicensesOnUnitsWithoutOne(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	for i, most := range []int64{0, 900, 400, 700} {
		p := sample(t)
		p.Usage.Unreported = most
		made := d.license(t, issuer.NewLicense{Policy: p, Customer: "8812", Order: fmt.Sprint(i)})
		d.answer(t, a.request(t, d.trusted(t), made.Key, i))
		a.use(1)
		want := []int64{0, 900, 400, 400}[i]
		if r := a.take(d.receive(t, a.export()).File); r.AllowUnits != want || r.AllowDays != 62 {
			t.Errorf("after license %d: %d units, %d days", i, r.AllowUnits, r.AllowDays)
		}
	}
}

func TestAnUnknownComputerIsCountedAndNamed(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(5)
	got := d.receive(t, a.export())
	if !slices.Equal(got.Receipt.Findings, []string{"unknown_device"}) || got.Receipt.Entries != 5 {
		t.Errorf("counted %+v", got.Receipt)
	}
	if x := d.found(t)["unknown_device"]; x.Computer != a.Code() || x.Since != d.now {
		t.Errorf("anomaly %+v", x)
	}
	if d.units(t, issuer.UsageFilter{}) != 5 {
		t.Error("not in the report")
	}
	d.known(t, a) // it was licensed later: what it used before is the customer's
	a.take(got.File)
	a.use(1)
	d.receive(t, a.export())
	if n := d.units(t, issuer.UsageFilter{Customer: "8812"}); n != 6 {
		t.Errorf("%d units of the customer", n)
	}
}

func TestUsageForAnotherVendorIsRefused(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(3)
	_, err := d.AnswerFile(t.Context(), "x.hfuse", a.export(func(u *exchange.Usage) { u.Vendor = "umbra" }))
	wantCode(t, err, issuer.CodeOtherVendor, 23)
	other := newDesk(t, func(o *issuer.Options) { o.Rand = randomness(9) })
	b := other.agent(t, 2)
	b.use(3)
	_, err = d.AnswerFile(t.Context(), "x.hfuse", b.export())
	wantCode(t, err, issuer.CodeSealedForOther, 23)
	if len(d.found(t)) != 0 || d.units(t, issuer.UsageFilter{}) != 0 {
		t.Error("something was recorded")
	}
}

// TestFilesInEveryOrderGiveTheSameTotals sends five overlapping files in all 120 orders, in some each followed by a copy.
func TestFilesInEveryOrderGiveTheSameTotals(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	d := newDesk(t)
	a := d.agent(t, 1)
	var files [][]byte
	for i := range 5 {
		a.use(10 * (i + 1))
		a.export()                                             // ends the epoch
		files = append(files, a.exportFrom(uint64(max(1, i)))) // with the epoch before
	}
	orders := 0
	permute(len(files), func(order []int) {
		orders++
		if testing.Short() && orders%6 != 0 {
			return
		}
		d := newDesk(t)
		var last issuer.Answer
		for _, i := range order {
			last = d.receive(t, files[i])
			if orders%6 != 0 {
				continue
			}
			if again := d.receive(t, files[i]); !bytes.Equal(again.File, last.File) {
				t.Errorf("order %v: the copy of %d got another receipt", order, i)
			}
		}
		if n := d.units(t, issuer.UsageFilter{}); n != 150 || last.Receipt.Entries != 150 || len(last.Receipt.Missing) > 0 {
			t.Errorf("order %v: %d units, %+v", order, n, last.Receipt)
		}
		if x, ok := d.found(t)["gap"]; ok && x.Settled.IsZero() {
			t.Errorf("order %v: a gap stays open", order)
		}
		if x, ok := d.found(t)["fork"]; ok {
			t.Errorf("order %v: a fork of nothing: %+v", order, x)
		}
	})
	if orders != 120 {
		t.Errorf("%d orders", orders)
	}
}

func permute(n int, fn func([]int)) {
	order := make([]int, 0, n)
	var next func()
	next = func() {
		if len(order) == n {
			fn(order)
			return
		}
		for i := range n {
			if !slices.Contains(order, i) {
				order = append(order, i)
				next()
				order = order[:len(order)-1]
			}
		}
	}
	next()
}

func TestMissingEntriesAreAskedForAndSettledWhenTheyCome(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(10)
	first := a.export()
	a.use(20)
	a.export()
	a.use(30)
	third := func() []byte { a.export(); return a.exportFrom(3) }()
	d.receive(t, first)
	got := d.receive(t, third)
	if !slices.Equal(got.Receipt.Missing, []string{"2"}) || !slices.Contains(got.Receipt.Findings, "gap") || got.Receipt.New != 0 {
		t.Errorf("counted %+v", got.Receipt)
	}
	r := opened(t, got.File, d.trusted(t)).Parts[0].Receipt
	if !slices.Equal(r.Missing, []string{"2"}) || r.Epoch != 1 {
		t.Errorf("receipt %+v", r)
	}
	if x := d.found(t)["gap"]; x.Evidence["missing"] != "2" || !x.Settled.IsZero() {
		t.Errorf("anomaly %+v", x)
	}
	d.now = d.now.Add(time.Hour)
	if got = d.receive(t, a.exportFrom(2)); got.Receipt.New != 50 || len(got.Receipt.Missing) > 0 {
		t.Errorf("counted %+v", got.Receipt)
	}
	if x := d.found(t)["gap"]; x.Settled != d.now {
		t.Errorf("anomaly %+v", x)
	}
}

func TestACopyOfAComputerIsAForkWithBothHeads(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	d.known(t, a)
	a.use(10)
	a.take(d.receive(t, a.export()).File)
	b := a.clone()
	a.use(20)
	b.boot = "boot-2"
	b.use(7)
	d.receive(t, a.export())
	got := d.receive(t, b.export())
	if !slices.Contains(got.Receipt.Findings, "fork") {
		t.Errorf("counted %+v", got.Receipt)
	}
	x := d.found(t)["fork"]
	if x.Evidence["ours"] == "" || x.Evidence["theirs"] == "" || x.Evidence["ours"] == x.Evidence["theirs"] || x.Customer != "8812" || x.File == "" {
		t.Errorf("anomaly %+v", x)
	}
	if n := d.units(t, issuer.UsageFilter{}); n != 37 {
		t.Errorf("%d units of both", n)
	}
}

func TestAnOlderCopyThatWasPutBackIsNamed(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(10)
	a.take(d.receive(t, a.export()).File)
	old := a.copyHome()
	a.use(20)
	d.receive(t, a.export())
	a.putBack(old)
	if _, err := a.book.Note(t.Context(), usage.Note{Kind: "restore", At: a.now, Seq: 40, Head: strings.Repeat("ab", 32)}); err != nil {
		t.Fatal(err)
	}
	a.use(3)
	got := d.receive(t, a.export())
	if !slices.Contains(got.Receipt.Findings, "fork") || !slices.Contains(got.Receipt.Findings, "restored") {
		t.Errorf("counted %+v", got.Receipt)
	}
	if n := d.units(t, issuer.UsageFilter{}); n != 33 {
		t.Errorf("%d units, nothing that was sent may be lost", n)
	}
}

func TestANewBeginningIsNamed(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(10)
	d.receive(t, a.export())
	if err := a.book.Close(); err != nil {
		t.Fatal(err)
	}
	before := a.ledger
	a.ledger = strings.Repeat("c", 32)
	a.open()
	a.use(1)
	if got := d.receive(t, a.export()); !slices.Contains(got.Receipt.Findings, "restart") {
		t.Errorf("counted %+v", got.Receipt)
	}
	if x := d.found(t)["restart"]; x.Evidence["before"] != before {
		t.Errorf("anomaly %+v", x)
	}
}

func TestClockTricksAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		wall, ran time.Duration // between two sessions of one start of the computer
		want      string
	}{
		"back":    {-72 * time.Hour, 24 * time.Hour, "clock_back"},
		"forward": {400 * time.Hour, 2 * time.Hour, "clock_forward"},
		"frozen":  {0, 96 * time.Hour, "clock_frozen"},
	} {
		d := newDesk(t)
		a := d.agent(t, 1)
		a.use(1)
		a.started = a.started.Add(c.wall - c.ran)
		a.now = a.now.Add(c.wall)
		a.restart()
		a.use(1)
		got := d.receive(t, a.export(func(u *exchange.Usage) { u.Issued = d.now }))
		if !slices.Contains(got.Receipt.Findings, c.want) || got.Receipt.Entries != 2 {
			t.Errorf("%s: counted %+v", name, got.Receipt)
		}
		if x := d.found(t)[c.want]; x.Since != d.now || len(x.Evidence) == 0 {
			t.Errorf("%s: anomaly %+v", name, x)
		}
	}
}

// TestWhatWasChangedOnTheComputerIsNotCounted changes entries, order and number of entries in a file whose face the device signs.
func TestWhatWasChangedOnTheComputerIsNotCounted(t *testing.T) {
	made := 0
	for name, change := range map[string]func(e *usage.RawEpoch){
		"edited": func(e *usage.RawEpoch) {
			e.Entries[5].Body = bytes.Clone(e.Entries[5].Body)
			e.Entries[5].Body[3] ^= 1
			e.Key = nil
		},
		"deleted": func(e *usage.RawEpoch) { e.Entries = slices.Delete(slices.Clone(e.Entries), 5, 6); renumber(e) },
		"inserted": func(e *usage.RawEpoch) {
			e.Entries = slices.Insert(slices.Clone(e.Entries), 5, e.Entries[4])
			renumber(e)
		},
		"swapped": func(e *usage.RawEpoch) {
			e.Entries = slices.Clone(e.Entries)
			e.Entries[5], e.Entries[6] = e.Entries[6], e.Entries[5]
			renumber(e)
		},
		"cut": func(e *usage.RawEpoch) { e.Entries = e.Entries[:len(e.Entries)-3] },
	} {
		d := newDesk(t)
		a := d.agent(t, 1)
		a.use(20)
		a.export()
		epochs, err := a.book.Epochs(1)
		if err != nil {
			t.Fatal(err)
		}
		change(&epochs[0])
		file, err := a.tryPack(epochs)
		if err != nil {
			continue // such a file cannot even be made with the means of a computer
		}
		made++
		answers, err := d.AnswerFile(t.Context(), "x.hfuse", file)
		if err != nil {
			var p *terms.Problem
			if !errors.As(err, &p) {
				t.Errorf("%s: %v", name, err)
			}
		} else if f := answers[0].Receipt.Findings; !slices.Contains(f, "changed") && !slices.Contains(f, "cut_off") {
			t.Errorf("%s: counted %+v", name, answers[0].Receipt)
		}
		if n := d.units(t, issuer.UsageFilter{}); n != 0 {
			t.Errorf("%s: %d units were counted", name, n)
		}
		if got := d.receive(t, a.exportFrom(1)); got.Receipt.Entries != 20 { // the honest file
			t.Errorf("%s: afterwards %+v", name, got.Receipt)
		}
	}
	if made < 4 {
		t.Errorf("only %d changed files could be made", made)
	}
}

func renumber(e *usage.RawEpoch) {
	for i := range e.Entries {
		e.Entries[i].Seq = e.First + uint64(i)
		e.Entries[i].Head = [32]byte{1}
	}
}

func TestAnEpochWithoutItsCloseIsNamedAndSoIsTheWholeOneThatComesLater(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(20)
	a.export()
	epochs, err := a.book.Epochs(1)
	if err != nil {
		t.Fatal(err)
	}
	cut := epochs[0]
	cut.Close, cut.Entries = nil, cut.Entries[:len(cut.Entries)-3]
	got := d.receive(t, a.pack([]usage.RawEpoch{cut}))
	if !slices.Contains(got.Receipt.Findings, "not_signed") || got.Receipt.Entries != 0 || !slices.Equal(got.Receipt.Missing, []string{"1"}) {
		t.Errorf("counted %+v", got.Receipt)
	}
	got = d.receive(t, a.pack(epochs))
	if !slices.Equal(got.Receipt.Findings, []string{"unknown_device"}) || len(got.Receipt.Missing) > 0 || got.Receipt.Entries != 20 {
		t.Errorf("counted %+v", got.Receipt)
	}
	if n := d.units(t, issuer.UsageFilter{}); n != 20 {
		t.Errorf("%d units", n)
	}
}

// renewed gives the computer another device key, as after a lost key store, and takes what the old one did not close with it.
func (a *agent) renewed(n int) (was ed25519.PublicKey) {
	a.t.Helper()
	was, a.owner = a.Public(), a.ID()
	facts := a.facts
	a.computer = newComputer(a.t, n)
	a.facts = facts
	a.restart()
	return was
}

func TestUseUnderALostDeviceKeyIsCountedOnceTheComputerIsKnownAgain(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	made := d.known(t, a)
	a.use(20)
	a.take(d.receive(t, a.export()).File)
	a.use(5)
	was := a.renewed(2)
	former := func(u *exchange.Usage) { u.Former = []string{exchange.EncodeKey(was)} }
	file := a.export(former)
	got := d.receive(t, file)
	if got.Receipt.Number != 0 || got.Receipt.Entries != 0 || !slices.Contains(got.Receipt.Findings, "other_device") {
		t.Errorf("before it is known again: %+v", got.Receipt)
	}
	d.answer(t, a.request(t, d.trusted(t), made.Key, 2))
	got = d.receive(t, file)
	if got.Receipt.Entries != 25 || got.Receipt.New != 5 || got.Receipt.Number != 2 || !slices.Equal(got.Receipt.Findings, []string{"other_device"}) {
		t.Errorf("afterwards: %+v", got.Receipt)
	}
	if r := a.take(got.File); r.Totals["acmecad/renders"] != 25 {
		t.Errorf("the receipt says %+v", r)
	}
	a.use(1)
	if got := d.receive(t, a.export(former)); got.Receipt.Entries != 26 {
		t.Errorf("more of it: %+v", got.Receipt)
	}
}

func TestAFormerKeyThatIsMadeUpGainsNothing(t *testing.T) {
	d := newDesk(t)
	a, thief := d.agent(t, 1), d.agent(t, 3)
	d.known(t, a)
	d.known(t, thief)
	a.use(20)
	copied := a.clone()
	copied.owner, copied.computer = a.ID(), thief.computer
	copied.restart()
	copied.use(900) // in the name of the other, signed with its own key
	former := func(u *exchange.Usage) { u.Former = []string{exchange.EncodeKey(a.Public())} }
	got := d.receive(t, copied.export(former))
	if got.Receipt.Number != 0 || got.Receipt.Entries != 0 || !slices.Contains(got.Receipt.Findings, "other_device") {
		t.Errorf("counted %+v", got.Receipt)
	}
	if r := opened(t, got.File, d.trusted(t)).Parts[0].Receipt; len(r.Totals) > 0 || r.Seq > 0 || r.Close != "" {
		t.Errorf("it was told %+v", r)
	}
	if got := d.receive(t, a.export()); got.Receipt.Entries != 20 || len(got.Receipt.Findings) > 0 {
		t.Errorf("the ledger's own computer: %+v", got.Receipt)
	}
	if n := d.units(t, issuer.UsageFilter{}); n != 20 {
		t.Errorf("%d units", n)
	}
}

func TestAFileOfAnotherDeviceCountsNothingAndLearnsNothing(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(20)
	d.receive(t, a.export())
	thief := a.clone()
	thief.computer = newComputer(t, 2) // the copied ledger under its own key
	file := func() []byte {
		epochs, err := a.book.Epochs(1)
		if err != nil {
			t.Fatal(err)
		}
		return thief.pack(epochs)
	}()
	got := d.receive(t, file)
	if !slices.Contains(got.Receipt.Findings, "other_device") || got.Receipt.Number != 0 {
		t.Errorf("counted %+v", got.Receipt)
	}
	if r := opened(t, got.File, d.trusted(t)).Parts[0].Receipt; len(r.Totals) > 0 || r.Seq > 0 || r.Close != "" {
		t.Errorf("it was told %+v", r)
	}
	if n := d.units(t, issuer.UsageFilter{}); n != 20 {
		t.Errorf("%d units", n)
	}
	a.use(1)
	if got := d.receive(t, a.export()); got.Receipt.Entries != 21 || got.Receipt.Number != 2 {
		t.Errorf("afterwards %+v", got.Receipt)
	}
}

func TestALedgerIsNotTakenByWhoSendsACopyOfItFirst(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(20)
	file := a.export()
	thief := a.clone()
	thief.computer = newComputer(t, 2)
	if got := d.receive(t, thief.exportFrom(1)); got.Receipt.Entries != 0 || !slices.Contains(got.Receipt.Findings, "other_device") {
		t.Errorf("counted %+v", got.Receipt)
	}
	if got := d.receive(t, file); got.Receipt.Entries != 20 || slices.Contains(got.Receipt.Findings, "other_device") {
		t.Errorf("its own computer: %+v", got.Receipt)
	}
}

func TestAnotherLedgerOfTheSameIDNeitherTakesNorSpoilsIt(t *testing.T) {
	d := newDesk(t)
	a, thief := d.agent(t, 1), d.agent(t, 3)
	d.known(t, a)
	thief.ledger = a.ledger // it is to be read on the face of every usage file
	thief.restart()
	steal := func() {
		t.Helper()
		d.now = d.now.Add(time.Hour)
		thief.now = d.now
		thief.use(7)
		d.receive(t, thief.export())
	}
	steal()
	for i := range 3 {
		d.now = d.now.Add(time.Hour)
		a.now = d.now
		a.use(20)
		got := d.receive(t, a.export())
		if got.Receipt.Entries != uint64(20*(i+1)) || got.Receipt.Number != i+1 || len(got.Receipt.Findings) > 0 || got.Receipt.Customer != "8812" {
			t.Errorf("the ledger's own computer: %+v", got.Receipt)
		}
		a.take(got.File)
		steal()
	}
	if n := d.units(t, issuer.UsageFilter{Customer: "8812"}); n != 60 {
		t.Errorf("%d units of the customer", n)
	}
	x := d.found(t)["other_device"]
	if ids := []string{x.Evidence["device"], x.Evidence["sender"]}; !slices.Contains(ids, a.ID()) || !slices.Contains(ids, thief.ID()) || x.Ledger != a.ledger {
		t.Errorf("anomaly %+v", x)
	}
	if _, err := d.EraseUsage(t.Context(), "8812", "J. Doe", "asked"); err != nil {
		t.Fatal(err)
	}
	if n := d.units(t, issuer.UsageFilter{}); n != 28 {
		t.Errorf("%d units of the other are left", n)
	}
}

func TestADayOutOfLineAndAFallAreNamed(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.per = 0
	d.known(t, a)
	day := func(n int64) {
		a.record(usage.Event{Product: "acmecad", Meter: "renders", Kind: usage.Counter, Units: n, At: a.now})
		a.now = a.now.AddDate(0, 0, 1)
	}
	for i := range 28 {
		day(int64(100 + i%7))
	}
	d.now = a.now
	a.take(d.receive(t, a.export()).File)
	if x, ok := d.found(t)["rate"]; ok {
		t.Errorf("nothing is odd: %+v", x)
	}
	odd := a.now
	day(5000)
	d.now = a.now
	a.take(d.receive(t, a.export()).File)
	if x := d.found(t)["rate"]; x.At != odd.UTC().Truncate(24*time.Hour) || x.Evidence["found"] != "5000" || x.Evidence["direction"] != "up" || x.Evidence["meter"] != "acmecad/renders" {
		t.Errorf("anomaly %+v", x)
	}
	for range 28 {
		day(1)
	}
	d.now = a.now
	d.receive(t, a.export())
	if x := d.found(t)["rate"]; x.Evidence["direction"] != "down" {
		t.Errorf("anomaly %+v", x)
	}
}

func TestSilenceIsNamedWhenAContractAsksForUsage(t *testing.T) {
	d := newDesk(t)
	a, b := d.agent(t, 1), d.agent(t, 2)
	d.known(t, a)
	d.known(t, b)
	a.use(1)
	d.receive(t, a.export())
	d.now = d.now.AddDate(0, 0, 38)
	if x, ok := d.found(t)["silence"]; ok {
		t.Errorf("too soon: %+v", x)
	}
	d.now = d.now.AddDate(0, 0, 1)
	all, err := d.Anomalies()
	if err != nil || len(all) != 2 {
		t.Fatalf("anomalies %+v, %v", all, err)
	}
	last := map[string]string{}
	for _, x := range all {
		last[x.Computer] = x.Evidence["last"]
		if x.Finding.Code != "silence" || x.Customer != "8812" {
			t.Errorf("anomaly %+v", x)
		}
	}
	if last[a.Code()] != monday.Format(time.RFC3339) || last[b.Code()] != "never" {
		t.Errorf("last %v", last)
	}
}

func TestSealingKeysRotateAndOlderOnesStayUsable(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(4)
	old := a.export()
	p, err := d.RotateKeys(issuer.Rotation{Sealing: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Sealing) != 2 || p.Sealing[0].ID == a.v.Sealing[0].ID || p.Sealing[1].ID != a.v.Sealing[0].ID || len(p.Keys) != 1 {
		t.Errorf("profile %+v", p.Profile)
	}
	d.reopen(t)
	d.receive(t, old)
	a.v = d.trusted(t)
	a.restart()
	a.book.SetSealing(a.v.Sealing[0])
	a.use(5)
	if got := d.receive(t, a.export()); got.Receipt.Entries != 9 {
		t.Errorf("counted %+v", got.Receipt)
	}
}

func TestManyMetersAndPeaksAddUpExactly(t *testing.T) {
	d := newDesk(t)
	var want int64
	for n := range 3 {
		a := d.agent(t, n+1)
		for i := range 40 {
			a.now = a.now.Add(19 * time.Hour)
			units := int64(n*7 + i)
			want += units + 1
			a.record(
				usage.Event{Product: "acmecad", Meter: "renders", Kind: usage.Counter, Units: units + 1, At: a.now},
				usage.Event{Product: "acmecad", Meter: "seats", Kind: usage.Peak, Units: int64(n + 1 + i%3), At: a.now},
			)
		}
		d.receive(t, a.export())
	}
	rows, err := d.UsageReport(issuer.UsageFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, r := range rows {
		switch r.Meter {
		case "renders":
			sum += r.Units
		case "seats":
			if r.Units != 5 {
				t.Errorf("peak %+v", r)
			}
		}
	}
	if sum != want || len(rows) != 4 {
		t.Errorf("%d units in %d rows, want %d", sum, len(rows), want)
	}
}
