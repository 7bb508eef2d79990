package usage

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/licensing/exchange"
)

// exportsOf makes a ledger with n epochs of 3 uses, and a file of each epoch by itself.
func exportsOf(t tester, b *Book, n int) (files []Opened, events [][]Event) {
	t.Helper()
	for i := range n {
		events = append(events, uses(3*i, 3*i+3))
		mustRecord(t, b, events[i]...)
		closeBook(t, b)
	}
	for i, e := range epochsOf(t, b, 1) {
		u := face(fmt.Sprintf("u-%d", i))
		u.Issued = u.Issued.Add(time.Duration(i) * time.Hour)
		files = append(files, seal(t, build(t, []RawEpoch{e}), u).open(t))
	}
	return files, events
}

// throughJSON is what a vendor has that keeps its standing in a file.
func throughJSON(t tester, s Standing) Standing {
	t.Helper()
	b, err := json.Marshal(s)
	var out Standing
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatalf("standing: %v", err)
	}
	return out
}

func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, rest := range orders(n - 1) {
		for at := 0; at <= len(rest); at++ {
			all = append(all, slices.Insert(slices.Clone(rest), at, n-1))
		}
	}
	return all
}

// simple is the plainest vendor: it counts every epoch once, as soon as all before it are there.
func simple(arrived map[int]bool, events [][]Event) (counted []Event) {
	for i := 0; i < len(events) && arrived[i]; i++ {
		counted = append(counted, events[i]...)
	}
	return counted
}

// Scorecard R12.
func TestTotalsAreExactInEveryOrderOfFiveFiles(t *testing.T) {
	files, events := exportsOf(t, sealBook(t), 5)
	for _, order := range orders(5) {
		var s Standing
		arrived := map[int]bool{}
		for _, i := range order {
			var c Counted
			s, c = Reckon(throughJSON(t, s), files[i])
			arrived[i] = true
			want := simple(arrived, events)
			if !maps.Equal(s.Totals, totalsOf(want)) || s.Events != uint64(len(want)) {
				t.Fatalf("order %v, after file %d: %v of %d events, want %v of %d", order, i, s.Totals, s.Events, totalsOf(want), len(want))
			}
			if (len(c.Missing) > 0) != (len(want) < 3*len(arrived)) || len(c.Forks) > 0 {
				t.Fatalf("order %v, after file %d: missing %q, forks %v", order, i, c.Missing, c.Forks)
			}
		}
	}
}

func TestTotalsAreExactWithDoubledMissingAndLongerFiles(t *testing.T) {
	b := sealBook(t)
	files, events := exportsOf(t, b, 6)
	epochs := epochsOf(t, b, 1)
	type file struct{ from, to int }
	made := map[file]Opened{}
	rapid.Check(t, func(rt *rapid.T) {
		var s Standing
		arrived := map[int]bool{}
		for range rapid.IntRange(1, 12).Draw(rt, "files") {
			f := file{from: rapid.IntRange(0, len(files)-1).Draw(rt, "from")}
			f.to = rapid.IntRange(f.from, len(files)-1).Draw(rt, "to")
			o, ok := made[f]
			if !ok {
				o = seal(t, build(t, epochs[f.from:f.to+1]), face(fmt.Sprintf("u-%d-%d", f.from, f.to))).open(t)
				made[f] = o
			}
			var c Counted
			s, c = Reckon(throughJSON(rt, s), o)
			for i := f.from; i <= f.to; i++ {
				arrived[i] = true
			}
			want := simple(arrived, events)
			if !maps.Equal(s.Totals, totalsOf(want)) || s.Events != uint64(len(want)) || len(s.Forks) > 0 {
				rt.Fatalf("%v of %d events, want %v of %d; forks %v", s.Totals, s.Events, totalsOf(want), len(want), s.Forks)
			}
			for _, f := range c.Findings {
				if f.Code != "late" {
					rt.Fatalf("finding %v", f)
				}
			}
		}
	})
}

func TestAMissingMiddleIsNamedAndCountedWhenItComes(t *testing.T) {
	files, _ := exportsOf(t, sealBook(t), 6)
	var s Standing
	var c Counted
	for _, step := range []struct {
		file    int
		missing string
	}{{0, "[]"}, {3, "[2-3]"}, {5, "[2-3 5]"}, {1, "[3 5]"}, {4, "[3]"}, {2, "[]"}} {
		if s, c = Reckon(throughJSON(t, s), files[step.file]); fmt.Sprint(c.Missing) != step.missing {
			t.Errorf("after file %d: missing %v, want %s", step.file, c.Missing, step.missing)
		}
	}
	if s.Next != 7 || len(s.Parked) != 0 || fmt.Sprint(c.Accepted) != "[3 4 5 6]" {
		t.Errorf("next %d, %d parked, accepted %v", s.Next, len(s.Parked), c.Accepted)
	}
}

func TestAnEpochWithoutItsCloseWaitsAndIsCountedWholeWhenItComes(t *testing.T) {
	b := sealBook(t)
	_, events := exportsOf(t, b, 3)
	epochs := epochsOf(t, b, 1)
	cut := func(left int) Opened {
		e := epochs[1]
		e.Close, e.Totals, e.Entries = nil, nil, e.Entries[:left]
		return openContentOf(t, build(t, []RawEpoch{epochs[0], e, epochs[2]}))
	}
	var s Standing
	for _, left := range []int{4, 2, 5} { // each time the first is counted, and nothing behind it
		var c Counted
		s, c = Reckon(throughJSON(t, s), cut(left))
		if !maps.Equal(s.Totals, totalsOf(events[0])) || len(s.Parked) != 2 || fmt.Sprint(c.Missing, codesOf(c.Findings)) != "[2] [not_signed]" {
			t.Fatalf("%d entries: %v, %d parked, missing %v, findings %q", left, s.Totals, len(s.Parked), c.Missing, codesOf(c.Findings))
		}
	}
	whole := openContentOf(t, build(t, epochs[1:2]))
	for range 2 {
		var c Counted
		s, c = Reckon(throughJSON(t, s), whole)
		if !maps.Equal(s.Totals, totalsOf(slices.Concat(events...))) || len(s.Parked)+len(s.Forks)+len(c.Findings)+len(c.Missing) > 0 {
			t.Errorf("whole: %v, %+v", s.Totals, c)
		}
	}
	if s, c := Reckon(s, cut(4)); len(s.Parked)+len(s.Forks)+len(c.Findings) > 0 || c.Events != 0 {
		t.Errorf("cut again: %+v", c)
	}
}

func TestAnOlderCopyThatWasPutBackIsAForkAndWhatIsNewIsCounted(t *testing.T) {
	o := sealOptions(t)
	b := openBook(t, o)
	shared := uses(0, 4)
	mustRecord(t, b, shared[:2]...)
	closeBook(t, b)
	mustRecord(t, b, shared[2:]...)
	copied := cloneDisk(t, o.FS)
	ours := uses(10, 13)
	mustRecord(t, b, ours...)
	closeBook(t, b)
	first := openContentOf(t, build(t, epochsOf(t, b, 1)))

	o.FS = copied
	old := openBook(t, o)
	if _, err := old.Note(context.Background(), Note{Kind: "restore", At: bookStart, Seq: 9, Head: "aa"}); err != nil {
		t.Fatal(err)
	}
	theirs := uses(20, 22)
	mustRecord(t, old, theirs...)
	closeBook(t, old)
	mustRecord(t, old, uses(22, 24)...)
	closeBook(t, old)
	second := openContentOf(t, build(t, epochsOf(t, old, 1)))

	s, _ := Reckon(Standing{}, first)
	s, c := Reckon(s, second)
	want := totalsOf(slices.Concat(shared, ours, uses(20, 24)))
	if !maps.Equal(s.Totals, want) {
		t.Errorf("%v, want %v", s.Totals, want)
	}
	fork := Fork{Epoch: 2, Ours: first.Epochs[1].Head, Theirs: second.Epochs[1].Head}
	if len(c.Forks) != 1 || c.Forks[0] != fork || fork.Ours == fork.Theirs {
		t.Errorf("forks %v, want %v", c.Forks, fork)
	}
	if codes := codesOf(c.Findings); !slices.Equal(codes, []string{"fork", "restored"}) {
		t.Errorf("findings %q", codes)
	}
	if last := second.Epochs[len(second.Epochs)-1]; c.Epoch != last.Number || c.Close != last.Close {
		t.Errorf("the receipt would name epoch %d", c.Epoch)
	}
	// Both copies go on reporting all they have: nothing is counted again.
	for _, again := range []Opened{first, second, first} {
		if s, c = Reckon(throughJSON(t, s), again); !maps.Equal(s.Totals, want) || c.Events != 0 || len(c.Forks) != 0 {
			t.Errorf("again: %v, %+v", s.Totals, c)
		}
	}
	if last := first.Epochs[len(first.Epochs)-1]; c.Epoch != last.Number || c.Close != last.Close {
		t.Errorf("the receipt for the first copy would name epoch %d", c.Epoch)
	}
}

func TestAFileOfAnotherDeviceOrLedgerCountsNothing(t *testing.T) {
	files, _ := exportsOf(t, sealBook(t), 2)
	s, _ := Reckon(Standing{}, files[0])
	for name, f := range map[string]func(*Opened){
		"device": func(o *Opened) { o.File.Device.ID = idOf(thatDevice) },
		"ledger": func(o *Opened) { o.File.Ledger = "ff" },
	} {
		o := files[1]
		f(&o)
		after, c := Reckon(s, o)
		if c.Events != 0 || !maps.Equal(after.Totals, s.Totals) || !slices.Equal(codesOf(c.Findings), []string{"other_device"}) {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestAnotherDeviceCannotReportALedgerThatIsNotItsOwn(t *testing.T) {
	content, _ := subject(t)
	u := face("u-1")
	u.Device = exchange.RequestDevice{ID: idOf(thatDevice), Public: exchange.EncodeKey(publicOf(thatDevice)), Code: "AAAA-BBBB"}
	env, sealed, err := Seal(content, u, exchange.KeySigner(thatDevice), bookSealing(1))
	if err != nil {
		t.Fatal(err)
	}
	s, c := Reckon(Standing{}, sent{env, sealed}.open(t))
	if s.Events != 0 || !slices.Equal(codesOf(c.Findings), []string{"other_device"}) {
		t.Errorf("%d events, %q", s.Events, codesOf(c.Findings))
	}
}

func TestAFormerKeyVouchesForItsOwnLedgerAlone(t *testing.T) {
	content, _ := subject(t)
	for _, c := range []struct {
		name   string
		former ed25519.PublicKey
		events uint64
		codes  []string
	}{
		{"the key that signed the ledger", publicOf(sealDevice), 9, []string{"other_device"}},
		{"a key that is made up", publicOf(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))), 0, []string{"other_device"}},
	} {
		u := face("u-1")
		u.Device = exchange.RequestDevice{ID: idOf(thatDevice), Public: exchange.EncodeKey(publicOf(thatDevice)), Code: "AAAA-BBBB"}
		u.Former = []string{exchange.EncodeKey(c.former)}
		env, sealed, err := Seal(content, u, exchange.KeySigner(thatDevice), bookSealing(1))
		if err != nil {
			t.Fatal(err)
		}
		o := sent{env, sealed}.open(t)
		s, counted := Reckon(Standing{}, o)
		if s.Events != c.events || !slices.Equal(codesOf(counted.Findings), c.codes) {
			t.Errorf("%s: %d events, %q", c.name, s.Events, codesOf(counted.Findings))
		}
		if c.events > 0 && s.Device != idOf(sealDevice) {
			t.Errorf("%s: the ledger is said to be of %s", c.name, s.Device)
		}
		o.File.Former = nil // the vendor does not know that key as this device's
		if s, _ := Reckon(Standing{}, o); s.Events != 0 {
			t.Errorf("%s: %d events are counted on its word", c.name, s.Events)
		}
	}
}

func TestAnOldFileThatComesAgainLaterIsSkippedAndSaidToBeLate(t *testing.T) {
	files, _ := exportsOf(t, sealBook(t), 3)
	var s Standing
	for _, f := range files {
		s, _ = Reckon(s, f)
	}
	after, c := Reckon(s, files[0])
	if c.Events != 0 || !slices.Equal(c.Skipped, []uint64{1}) || !slices.Equal(codesOf(c.Findings), []string{"late"}) || !maps.Equal(after.Totals, s.Totals) || !after.Issued.Equal(s.Issued) {
		t.Errorf("%+v", c)
	}
	if c.Epoch != 3 || c.Close != s.Close {
		t.Errorf("the receipt would name epoch %d: it is cumulative", c.Epoch)
	}
}

func TestAVendorThatLostItsMemoryGoesOnFromItsOwnReceipt(t *testing.T) {
	files, events := exportsOf(t, sealBook(t), 5)
	var s Standing
	for _, f := range files[:3] {
		s, _ = Reckon(s, f)
	}
	receipt := exchange.Receipt{
		Number: 7, Ledger: s.Ledger, Epoch: s.Next - 1, Seq: s.Last, Close: s.Close, Totals: s.Totals, Entries: s.Events, From: s.From, To: s.To,
	}
	older, _ := Reckon(Standing{}, files[0])
	for name, before := range map[string]Standing{"nothing": {}, "an old backup": older} {
		lost, ok := Rebuild(before, idOf(sealDevice), receipt)
		if !ok || lost.Receipt != 7 {
			t.Fatalf("%s: not rebuilt", name)
		}
		lost, c := Reckon(throughJSON(t, lost), files[1]) // of before the receipt, once more
		if c.Events != 0 || len(c.Parked) != 0 || len(c.Missing) != 0 {
			t.Errorf("%s: %+v", name, c)
		}
		for _, f := range files[3:] {
			if lost, c = Reckon(lost, f); len(c.Parked) != 0 || len(c.Forks) != 0 {
				t.Errorf("%s: %+v", name, c)
			}
		}
		if want := totalsOf(slices.Concat(events...)); !maps.Equal(lost.Totals, want) || lost.Events != 15 {
			t.Errorf("%s: %v, want %v", name, lost.Totals, want)
		}
	}
	if _, ok := Rebuild(s, idOf(sealDevice), exchange.Receipt{Number: 7, Ledger: s.Ledger, Epoch: 2, Close: "aa"}); ok {
		t.Error("an older receipt took something back")
	}
	if _, ok := Rebuild(s, idOf(thatDevice), receipt); ok {
		t.Error("a receipt for another device was taken")
	}
	if _, c := Reckon(Standing{}, files[3]); fmt.Sprint(c.Missing) != "[1-3]" {
		t.Errorf("without a receipt missing is %v", c.Missing)
	}
}

func TestAStandingThatWasRebuiltAtAnEpochLeftOpenGoesOnBehindIt(t *testing.T) {
	b, _, keys := lockedLong(t, 180_000)
	if err := b.Unlock(context.Background(), keys); err != nil { // writes the close that was left out
		t.Fatal(err)
	}
	closeBook(t, b)
	epochs := epochsOf(t, b, 1)
	if len(epochs) < 2 {
		t.Fatalf("%d epochs", len(epochs))
	}
	s, c := Reckon(Standing{}, openContentOf(t, build(t, epochs[:1])))
	receipt := exchange.Receipt{Number: 1, Ledger: s.Ledger, Epoch: c.Epoch, Seq: c.Seq, Close: c.Close, Totals: s.Totals, Entries: s.Events}
	back, ok := Rebuild(Standing{}, idOf(sealDevice), receipt)
	if !ok {
		t.Fatal("not rebuilt")
	}
	next := openContentOf(t, build(t, epochs[1:]))
	if back, c = Reckon(throughJSON(t, back), next); back.Events != 180_000 || len(c.Parked)+len(c.Missing)+len(c.Findings) > 0 {
		t.Errorf("%d uses, parked %v, missing %v, findings %v", back.Events, c.Parked, c.Missing, codesOf(c.Findings))
	}
	// Entries are missing between: that is no next epoch.
	receipt.Seq--
	if back, _ = Rebuild(Standing{}, idOf(sealDevice), receipt); back.Ledger == "" {
		t.Fatal("not rebuilt")
	}
	if _, c = Reckon(back, next); c.Events > 0 || len(c.Parked) == 0 {
		t.Errorf("from another place: %d uses, parked %v", c.Events, c.Parked)
	}
}

func TestKeysOfTheVendorThatWereChangedStillOpenWhatTheySealed(t *testing.T) {
	b := sealBook(t)
	mustRecord(t, b, uses(0, 3)...)
	b.SetSealing(bookSealing(2))
	mustRecord(t, b, uses(3, 6)...)
	closeBook(t, b)
	s, c := Reckon(Standing{}, openContentOf(t, build(t, epochsOf(t, b, 1))))
	if !maps.Equal(s.Totals, totalsOf(uses(0, 6))) || len(c.Findings) > 0 || s.Next != 3 {
		t.Errorf("%v, %+v", s.Totals, c)
	}
}

func TestWhatWasRecordedWithALockedKeyStoreIsReadByTheVendorAlone(t *testing.T) {
	o := sealOptions(t)
	o.Keys = Keys{Public: publicOf(sealDevice)}
	b := openBook(t, o)
	mustRecord(t, b, uses(0, 3)...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	store := bookStore
	o.Keys = Keys{Store: &store, Public: publicOf(sealDevice), Sign: func(m []byte) ([]byte, error) { return ed25519.Sign(sealDevice, m), nil }}
	b = openBook(t, o)
	mustRecord(t, b, uses(3, 5)...)
	closeBook(t, b)
	built, err := BuildContent(bookID, epochsOf(t, b, 1))
	if err != nil || built.Unread == 0 {
		t.Fatalf("%v, %d unread", err, built.Unread)
	}
	c, err := Decode(built.Content, face("u-1"))
	if err != nil || c.Epochs[0].Unread != built.Unread || !slices.ContainsFunc(c.Rows, func(r Row) bool { return r.Sealed }) {
		t.Fatalf("the preview does not say what cannot be read: %v", err)
	}
	s, counted := Reckon(Standing{}, openContentOf(t, built.Content))
	if !maps.Equal(s.Totals, totalsOf(uses(0, 5))) || counted.Events != 5 {
		t.Errorf("%v, want %v; findings %+v", s.Totals, totalsOf(uses(0, 5)), counted.Findings)
	}
}

func TestClocksThatJumpOrStandStillAreFindings(t *testing.T) {
	at := func(boot string, wall, running time.Duration) Session {
		return Session{Boot: boot, Wall: bookStart.Add(wall), At: bookStart.Add(wall), Running: running, Grain: 60}
	}
	for _, c := range []struct {
		name string
		a, b Session
		code string
	}{
		{"both run alike", at("1", 0, time.Hour), at("1", 5*time.Hour, 6*time.Hour), ""},
		{"set by five minutes", at("1", 0, 0), at("1", 55*time.Minute, time.Hour), ""},
		{"set back a day", at("1", 0, 0), at("1", -23*time.Hour, time.Hour), "clock_back"},
		{"set ahead a day", at("1", 0, 0), at("1", 25*time.Hour, time.Hour), "clock_forward"},
		{"stands still", at("1", 0, 0), at("1", 0, 20*time.Hour), "clock_frozen"},
		{"off for a week", at("1", 0, time.Hour), at("2", 7*24*time.Hour, time.Minute), ""},
		{"set back while off", at("1", 0, time.Hour), at("2", -48*time.Hour, time.Minute), "clock_back"},
		{"set back to the same time at each start", at("1", 0, time.Minute), at("2", 0, 3*time.Hour), "clock_frozen"},
	} {
		f, ok := clockStep(c.a, c.b)
		if ok != (c.code != "") || f.Code != c.code {
			t.Errorf("%s: %q, want %q", c.name, f.Code, c.code)
		}
	}
}

func TestClockFindingsComeFromSessionsNotesAndAcrossFiles(t *testing.T) {
	o := sealOptions(t)
	wall := []time.Duration{0, time.Hour, -40 * time.Hour, -39 * time.Hour}
	run := 0
	o.Session = func() Session {
		s := Session{Boot: "b1", At: bookStart, Wall: bookStart.Add(wall[run]), Running: time.Duration(run) * time.Hour, Program: "1.0.0", Grain: 60}
		run++
		return s
	}
	b := openBook(t, o)
	mustRecord(t, b, uses(0, 1)...) // session 0
	closeBook(t, b)
	mustRecord(t, b, uses(1, 2)...) // session 1
	closeBook(t, b)
	note := Note{Kind: "clock", Code: "forward", At: bookStart, From: bookStart, To: bookStart.AddDate(1, 0, 0)}
	if _, err := b.Note(context.Background(), note); err != nil { // session 2, after the clock was set back
		t.Fatal(err)
	}
	closeBook(t, b)
	epochs := epochsOf(t, b, 1)
	s, c := Reckon(Standing{}, openContentOf(t, build(t, epochs[:2])))
	if len(c.Findings) > 0 {
		t.Errorf("findings %+v", c.Findings)
	}
	_, c = Reckon(throughJSON(t, s), openContentOf(t, build(t, epochs[2:])))
	if codes := codesOf(c.Findings); !slices.Equal(codes, []string{"clock_forward", "clock_back"}) {
		t.Fatalf("findings %q", codes)
	}
	if back := c.Findings[1].Evidence; back["from"] != "2027-03-14T16:09:00Z" || back["to"] != "2027-03-12T23:09:00Z" {
		t.Errorf("evidence %v", back)
	}
}

func TestManyEpochsThatWaitAreNamedAtOnceAndKeptWithinBounds(t *testing.T) {
	s := Standing{Ledger: bookID, Device: "d", Next: 1}
	for i := range 20_000 { // as those of a file that leads nowhere
		s.Parked = append(s.Parked, Proven{Number: uint64(90_000_000 - 2*i), Previous: "x", Close: fmt.Sprint("c", i)})
	}
	s, c := Reckon(s, Opened{File: exchange.Usage{Ledger: bookID, Device: exchange.RequestDevice{ID: "d"}}})
	if len(s.Parked) != maxParked || len(c.Missing) != maxMissing || len(c.Parked) != maxParked {
		t.Fatalf("%d parked, %d of them now; %d missing", len(s.Parked), len(c.Parked), len(c.Missing))
	}
	lowest := uint64(90_000_000 - 2*19_999)
	if s.Parked[0].Number != lowest || c.Missing[0] != fmt.Sprintf("1-%d", lowest-1) || c.Missing[1] != fmt.Sprint(lowest+1) {
		t.Errorf("first parked %d, missing %q", s.Parked[0].Number, c.Missing[:2])
	}
}

func TestAMeterThatBecomesOfAnotherKindAddsUpAlikeInEveryOrder(t *testing.T) {
	b := sealBook(t)
	for i, kind := range []string{Peak, Counter, Peak} {
		mustRecord(t, b, Event{Product: "acmecad", Meter: "seats", Kind: kind, Units: int64(5 - 2*i), At: bookStart})
		closeBook(t, b)
	}
	epochs := epochsOf(t, b, 1)
	for _, order := range orders(len(epochs)) {
		var s Standing
		for _, i := range order {
			var c Counted
			if s, c = Reckon(throughJSON(t, s), openContentOf(t, build(t, epochs[i:i+1]))); len(c.Findings) > 0 {
				t.Errorf("order %v: %v", order, c.Findings)
			}
		}
		if want := map[string]int64{"acmecad/seats": 3, "acmecad/seats/peak": 5}; !maps.Equal(s.Totals, want) {
			t.Errorf("order %v: %v, want %v", order, s.Totals, want)
		}
	}
}

func TestAStandingThatWasRebuiltAccusesNobodyUntilItsSumsWereAlike(t *testing.T) {
	files, _ := exportsOf(t, sealBook(t), 4)
	s, c := Reckon(Standing{}, files[0])
	for name, more := range map[string]int64{"what a copy reported besides": 2, "nothing": 0} {
		totals := maps.Clone(s.Totals)
		totals["acmecad/render"] += more
		r := exchange.Receipt{Number: 1, Ledger: bookID, Epoch: c.Epoch, Seq: c.Seq, Close: c.Close, Totals: totals, Entries: s.Events}
		back, ok := Rebuild(Standing{}, idOf(sealDevice), r)
		back, next := Reckon(back, files[1])
		if !ok || len(next.Findings) > 0 || back.Uncertain != (more > 0) {
			t.Errorf("%s: uncertain %v, findings %v", name, back.Uncertain, next.Findings)
		}
		back.Totals["acmecad/render"]++ // a mistake of the vendor
		if _, next = Reckon(back, files[2]); (len(next.Findings) > 0) != (more == 0) {
			t.Errorf("%s: afterwards %v", name, next.Findings)
		}
	}
}
