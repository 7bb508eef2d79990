package usage

import (
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/disk/disktest"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
)

const (
	bookID  = "00112233445566778899aabbccddeeff"
	bookDir = "/home/usage/" + bookID
)

var (
	bookDevice = ed25519.NewKeyFromSeed([]byte("holdfast usage test device key!!"))
	bookStore  = Key{7, 7, 7}
	bookStart  = time.Date(2027, 3, 14, 15, 9, 26, 0, time.UTC)
)

// bookVendor returns a fixed private sealing key.
func bookVendor(seed byte) hpke.PrivateKey {
	b := make([]byte, 32)
	b[0] = seed
	k, err := hpke.MLKEM768X25519().NewPrivateKey(b)
	if err != nil {
		panic(err)
	}
	return k
}

func bookSealing(seed byte) exchange.SealingKey {
	public := bookVendor(seed).PublicKey().Bytes()
	return exchange.SealingKey{ID: fmt.Sprintf("seal-%d", seed), Suite: Suite, Public: base64.StdEncoding.EncodeToString(public)}
}

func bookKeys() Keys {
	store := bookStore
	return Keys{
		Store: &store, Public: bookDevice.Public().(ed25519.PublicKey),
		Sign: func(m []byte) ([]byte, error) { return ed25519.Sign(bookDevice, m), nil },
	}
}

func lockedKeys() Keys { return Keys{Public: bookDevice.Public().(ed25519.PublicKey)} }

// bookOptions describe a book whose epochs hold 8 entries.
func bookOptions(fsys disk.FS) BookOptions {
	return BookOptions{
		FS: fsys, Ledger: bookID, Vendor: "9a0d2c4e8b716f35", Device: "4f1c2a9be0d37786", Sealing: bookSealing(1), Keys: bookKeys(),
		Session: func() Session {
			return Session{Boot: "b1", At: bookStart, Wall: bookStart, Program: "1.0.0", Grain: 3600}
		},
		EpochRecords: 8,
	}
}

type tester interface {
	Helper()
	Fatalf(string, ...any)
}

func bookDisk(t tester) *disktest.Memory {
	t.Helper()
	fsys := disktest.NewMemory()
	if err := fsys.MkdirAll("/home/usage", 0o700); err != nil {
		t.Fatalf("%v", err)
	}
	for _, d := range []string{"/", "/home"} {
		if err := fsys.SyncDir(d); err != nil {
			t.Fatalf("%v", err)
		}
	}
	return fsys
}

func openBook(t tester, o BookOptions) *Book {
	t.Helper()
	b, rec, err := OpenBook(bookDir, o)
	if err != nil || rec.Damaged != nil {
		t.Fatalf("open: %+v, %v", rec, err)
	}
	return b
}

// use is the n-th event of these tests: every field depends on n.
func use(n int) Event {
	e := Event{Product: "acmecad", Meter: "render", Kind: Counter, Units: int64(n%7 + 1), At: bookStart.Add(time.Duration(n) * 10 * time.Minute), ID: fmt.Sprintf("use-%d", n)}
	switch n % 4 {
	case 1:
		e.Meter, e.Kind, e.ID = "seats", Peak, ""
	case 2:
		e.Meter, e.Kind, e.Flags = "hours", Duration, Overage
	}
	return e
}

func uses(from, to int) (all []Event) {
	for n := from; n < to; n++ {
		all = append(all, use(n))
	}
	return all
}

func mustRecord(t tester, b *Book, events ...Event) []Done {
	t.Helper()
	done, err := b.Record(context.Background(), events)
	if err != nil {
		t.Fatalf("record: %v", err)
	}
	return done
}

// usesOf returns the uses that the book holds, in order, and how many entries are sealed.
func usesOf(t tester, b *Book) (all []Use, sealed int) {
	t.Helper()
	err := b.Rows(0, func(r Row) error {
		if r.Use != nil {
			all = append(all, *r.Use)
		}
		if r.Sealed {
			sealed++
		}
		return nil
	})
	if err != nil {
		t.Fatalf("rows: %v", err)
	}
	return all, sealed
}

// asKept is how an event must read.
func asKept(e Event) Use {
	return Use{e.Product, e.Meter, e.Kind, e.Units, e.At.Truncate(time.Hour), e.Flags.Names()}
}

func allKept(events []Event) (all []Use) {
	for _, e := range events {
		all = append(all, asKept(e))
	}
	return all
}

// oracle adds up events in the plainest way.
func oracle(events []Event, byDay bool) map[string]Sum {
	all := map[string]Sum{}
	for _, e := range events {
		s := Sum{Product: e.Product, Meter: e.Meter, Kind: e.Kind, Units: e.Units, Count: 1}
		if byDay {
			s.Day = e.At.Truncate(24 * time.Hour)
		}
		if e.Flags&Overage != 0 {
			s.Over = e.Units
		}
		k := e.Meter + s.Day.String()
		if old, ok := all[k]; ok {
			s.Count += old.Count
			if e.Kind == Peak {
				s.Units, s.Over = max(s.Units, old.Units), max(s.Over, old.Over)
			} else {
				s.Units, s.Over = s.Units+old.Units, s.Over+old.Over
			}
		}
		all[k] = s
	}
	return all
}

func sumsMatch(t tester, what string, got []Sum, want map[string]Sum) {
	t.Helper()
	found := map[string]Sum{}
	for _, s := range got {
		found[s.Meter+s.Day.String()] = s
	}
	if !reflect.DeepEqual(found, want) {
		t.Fatalf("%s:\n got %v\nwant %v", what, found, want)
	}
}

func checkBook(t tester, b *Book, events []Event) {
	t.Helper()
	got, sealed := usesOf(t, b)
	if want := allKept(events); !reflect.DeepEqual(got, want) || sealed > 0 {
		t.Fatalf("%d uses (%d sealed), want %d:\n got %v\nwant %v", len(got), sealed, len(want), got, want)
	}
	checkSums(t, b, events)
}

func checkSums(t tester, b *Book, events []Event) {
	t.Helper()
	sumsMatch(t, "totals", b.Totals(), oracle(events, false))
	days, err := b.Sums(time.Time{}, time.Time{})
	if err != nil {
		t.Fatalf("sums: %v", err)
	}
	sumsMatch(t, "days", days, oracle(events, true))
}

func verified(t tester, fsys disk.FS) ledger.Report {
	t.Helper()
	rep, err := VerifyBook(bookDir, bookOptions(fsys))
	if err != nil || !rep.OK() {
		t.Fatalf("verify: %+v, %v", rep, err)
	}
	return rep
}

func TestWhatWasRecordedIsReadBackAndAddedUp(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	var all []Event
	for n := 0; n < 60; n += 3 {
		done := mustRecord(t, b, uses(n, n+3)...)
		all = append(all, uses(n, n+3)...)
		if done[2].Seq <= done[0].Seq || done[2].Head == done[0].Head || done[0].Again {
			t.Fatalf("done %+v", done)
		}
		if n%12 == 0 {
			checkBook(t, b, all)
		}
	}
	if seq, _, epoch := b.Tail(); epoch < 8 || seq < 60 {
		t.Fatalf("only %d epochs, %d entries", epoch, seq)
	}
	for range 3 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b = openBook(t, bookOptions(fsys))
		checkBook(t, b, all)
	}
	verified(t, fsys)
}

func TestTheVendorOpensEveryEntryWithItsKeyAloneAndTheChainFits(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, uses(0, 30)...)
	if _, err := b.Note(context.Background(), Note{Kind: "clock", At: bookStart, Code: "back", From: bookStart}); err != nil {
		t.Fatal(err)
	}
	if err := b.CloseEpoch(context.Background()); err != nil {
		t.Fatal(err)
	}
	epochs, err := b.Epochs(0)
	if err != nil {
		t.Fatal(err)
	}
	var got []Use
	notes := 0
	for _, e := range epochs {
		o := must(parseOwner(e.Header))
		key := must(EpochKey(bookVendor(1), bookID, e.Number, o.Enc))
		e.Key, e.Own = &key, nil
		r := rows{}
		head := ledger.StartHead(e.Header)
		err := e.each(bookID, func(en *RawEntry, plain []byte) error {
			if head = ledger.NextHead(head, en.Seq, en.Body); head != en.Head {
				t.Fatalf("entry %d: the chain does not fit", en.Seq)
			}
			row, _ := r.row(en, plain)
			if row.Use != nil {
				got = append(got, *row.Use)
			}
			if row.Note != nil {
				notes++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		c := must(ledger.ParseClose(e.Close))
		if !ledger.CloseSignedBy(e.Close, bookKeys().Public) || c.Head != fmt.Sprintf("%x", head) {
			t.Fatalf("epoch %d: its close does not fit", e.Number)
		}
	}
	if !reflect.DeepEqual(got, allKept(uses(0, 30))) || notes != 1 {
		t.Fatalf("the vendor reads %v", got)
	}
	last := epochs[len(epochs)-1]
	o := must(parseOwner(last.Header))
	totals := must(openTotals(must(EpochKey(bookVendor(1), bookID, last.Number, o.Enc)), bookID, last.Number, last.Totals))
	sumsMatch(t, "since", totals.Since, oracle(uses(0, 30), false))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAnEpochEndsAfterADayAndWhenTheSealingKeyChanges(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	at := func(d time.Duration) uint64 {
		e := use(0)
		e.At, e.ID = bookStart.Add(d), ""
		mustRecord(t, b, e)
		_, _, epoch := b.Tail()
		return epoch
	}
	if n := at(0); n != 1 {
		t.Fatalf("epoch %d", n)
	}
	if n := at(23 * time.Hour); n != 1 {
		t.Fatalf("after 23 hours: epoch %d", n)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = openBook(t, bookOptions(fsys)) // knows it from the ledger
	if n := at(24 * time.Hour); n != 2 {
		t.Fatalf("after 24 hours: epoch %d", n)
	}
	b.SetSealing(bookSealing(2))
	if n := at(0); n != 3 {
		t.Fatalf("after the key changed: epoch %d", n)
	}
	if err := b.CloseEpoch(context.Background()); err != nil {
		t.Fatal(err)
	}
	epochs := must(b.Epochs(3))
	if o := must(parseOwner(epochs[0].Header)); len(epochs) != 1 || o.Key != "seal-2" {
		t.Fatalf("%d epochs, key %s", len(epochs), o.Key)
	}
	if n := at(0); n != 4 {
		t.Fatalf("after a close: epoch %d", n)
	}
	verified(t, fsys)
}

func TestTimesAreCutToTheGrainOfTheSession(t *testing.T) {
	fsys := bookDisk(t)
	o := bookOptions(fsys)
	grain := int64(3600)
	o.Session = func() Session {
		return Session{Boot: "b1", At: bookStart, Wall: bookStart.Add(time.Second), Running: 90 * time.Minute, Grain: grain}
	}
	b := openBook(t, o)
	before := Event{Product: "acmecad", Meter: "render", Kind: Counter, Units: 1, At: bookStart.Add(-50 * time.Hour)}
	mustRecord(t, b, before, use(3))
	grain = 1
	b.EndSession()
	mustRecord(t, b, use(5))
	var sessions []Session
	if err := b.Rows(0, func(r Row) error {
		if r.Session != nil {
			sessions = append(sessions, *r.Session)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	got, _ := usesOf(t, b)
	if !got[0].At.Equal(before.At.Truncate(time.Hour)) || !got[1].At.Equal(use(3).At.Truncate(time.Hour)) || !got[2].At.Equal(use(5).At) {
		t.Fatalf("times %v", got)
	}
	if len(sessions) != 2 || sessions[0].Wall != bookStart.Truncate(time.Hour) || sessions[0].Running != time.Hour || sessions[1].At != bookStart {
		t.Fatalf("sessions %+v", sessions)
	}
}

func TestWhatIsNoEventIsNotRecorded(t *testing.T) {
	b := openBook(t, bookOptions(bookDisk(t)))
	for name, change := range map[string]func(*Event){
		"no units":        func(e *Event) { e.Units = 0 },
		"negative units":  func(e *Event) { e.Units = -1 },
		"no product":      func(e *Event) { e.Product = "" },
		"no meter":        func(e *Event) { e.Meter = "" },
		"a long meter":    func(e *Event) { e.Meter = strings.Repeat("m", 201) },
		"another kind":    func(e *Event) { e.Kind = "gauge" },
		"a long id":       func(e *Event) { e.ID = strings.Repeat("i", 201) },
		"no time":         func(e *Event) { e.At = time.Time{} },
		"a time too late": func(e *Event) { e.At = time.Date(12_000, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		e := use(0)
		change(&e)
		if done, err := b.Record(context.Background(), []Event{use(1), e}); err == nil || len(done) > 0 {
			t.Errorf("%s: %v, %v", name, done, err)
		}
	}
	if seq, _, _ := b.Tail(); seq != 0 {
		t.Fatalf("%d entries", seq)
	}
}

func TestAnOlderCopyPutBackNeverUsesAKeyAndPlaceAgain(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, uses(0, 2)...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	copied := fsys.Crash(rand.New(rand.NewPCG(1, 1))) // all of it is durable, so this is a copy
	salts := map[string]int{}
	for i, f := range []*disktest.Memory{fsys, copied} {
		b := openBook(t, bookOptions(f))
		mustRecord(t, b, use(100+i))
		if err := b.CloseEpoch(context.Background()); err != nil {
			t.Fatal(err)
		}
		e := must(b.Epochs(1))[0]
		last := ""
		for _, en := range e.Entries {
			if en.Type == TypeSession {
				last = string(must(splitSession(en.Type, en.Body)).salt)
			}
		}
		salts[last]++
		// The totals of both are sealed with the same epoch key: their nonces must differ too.
		salts[string(e.Totals[:24])]++
	}
	if len(salts) != 4 {
		t.Fatal("both copies used the same random bytes")
	}
}

func TestTheFilesOfALedgerArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), bookID)
	o := bookOptions(disk.OS())
	o.Keys = lockedKeys()
	b, _, err := OpenBook(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	mustRecord(t, b, use(0))
	if err := b.Unlock(context.Background(), bookKeys()); err != nil {
		t.Fatal(err)
	}
	names := must(disk.OS().ReadDir(dir))
	if len(names) != 3 {
		t.Fatalf("%d files, want a segment, its keys and the key of ids", len(names))
	}
	for _, n := range names {
		if info := must(n.Info()); info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", n.Name(), info.Mode())
		}
	}
}
