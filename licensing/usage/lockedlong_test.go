package usage

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
)

// lockedLong records n uses while the key store is locked, and returns the book, its options and the keys.
func lockedLong(t *testing.T, n int) (*Book, BookOptions, Keys) {
	t.Helper()
	o := sealOptions(t)
	keys := o.Keys
	o.EpochRecords, o.Keys = 0, Keys{Public: keys.Public}
	b := openBook(t, o)
	batch := make([]Event, 1000)
	for at := 0; at < n; at += len(batch) {
		for i := range batch {
			batch[i] = Event{
				Product: "acmecad", Meter: fmt.Sprint("meter", i%4), Kind: Counter, Units: 1,
				At: bookStart.Add(time.Duration(at/40_000) * 24 * time.Hour), ID: fmt.Sprint(at, "-", i),
			}
		}
		mustRecord(t, b, batch...)
	}
	return b, o, keys
}

func countOf(sums []Sum) (n uint64) {
	for _, s := range sums {
		n += s.Count
	}
	return n
}

// allFiles builds files until everything has left, opens them as the vendor and returns what it counts.
func allFiles(t *testing.T, b *Book) (Standing, []Finding) {
	t.Helper()
	var s Standing
	var found []Finding
	for epochs := epochsOf(t, b, 1); len(epochs) > 0; {
		built := must(BuildContent(bookID, epochs))
		var c Counted
		s, c = Reckon(s, openContentOf(t, built.Content))
		found = append(found, c.Findings...)
		epochs = epochs[built.Epochs:]
	}
	return s, found
}

func TestARecorderThatStaysLockedForLongLosesNothing(t *testing.T) {
	const n = 180_000
	b, o, keys := lockedLong(t, n)
	if _, _, epoch := b.Tail(); epoch < 2 {
		t.Fatalf("epoch %d", epoch)
	}
	if err := b.Unlock(context.Background(), keys); err != nil {
		t.Fatal(err)
	}
	closeBook(t, b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	o.Keys = keys
	b = openBook(t, o)
	if got := countOf(b.Totals()); got != n {
		t.Fatalf("%d of %d uses", got, n)
	}
	s, found := allFiles(t, b)
	if s.Events != n || len(s.Parked) > 0 || len(found) > 0 {
		t.Fatalf("the vendor counts %d of %d, parks %d, finds %v", s.Events, n, len(s.Parked), codesOf(found))
	}
}

func TestWhatALockedRecorderLeftBehindCanLeave(t *testing.T) {
	const n = 180_000
	b, o, keys := lockedLong(t, n)
	if err := b.Close(); err != nil { // the keys of its epochs go with it
		t.Fatal(err)
	}
	o.Keys = keys
	b = openBook(t, o)
	closeBook(t, b)
	s, found := allFiles(t, b)
	if s.Events != n || len(s.Parked) > 0 || len(found) > 0 {
		t.Fatalf("the vendor counts %d of %d, parks %d, finds %v", s.Events, n, len(s.Parked), codesOf(found))
	}
}

func TestOneIDMayStandForUsesOfSeveralMeters(t *testing.T) {
	b := sealBook(t)
	order := []Event{
		{Product: "acmecad", Meter: "renders", Kind: Counter, Units: 3, At: bookStart, ID: "order-17"},
		{Product: "acmecad", Meter: "tokens", Kind: Counter, Units: 900, At: bookStart, ID: "order-17"},
		{Product: "acmecam", Meter: "cuts", Kind: Counter, Units: 5, At: bookStart, ID: "order-17"},
		{Product: "acmecam", Meter: "cuts", Kind: Counter, Units: 5, At: bookStart, ID: "order-17"},
		{Product: "acmecam", Meter: "cuts", Kind: Counter, Units: 5, At: bookStart},
	}
	if known := must(b.Known(order)); !slices.Equal(known, []bool{false, false, false, true, false}) {
		t.Fatalf("known before: %v", known)
	}
	done := mustRecord(t, b, order...)
	if len(b.Totals()) != 3 || done[2].Again || !done[3].Again {
		t.Fatalf("%+v", done)
	}
	if known := must(b.Known(order)); !slices.Equal(known, []bool{true, true, true, true, false}) {
		t.Fatalf("known: %v", known)
	}
}

func TestANameThatCannotBeReadHereTakesItsIndex(t *testing.T) {
	o := sealOptions(t)
	o.EpochRecords = 100
	ev := func(meter string, n int64) Event {
		return Event{Product: "acmecad", Meter: meter, Kind: Counter, Units: n, At: bookStart}
	}
	b := openBook(t, o)
	mustRecord(t, b, ev("aaa", 1))
	_ = b.Close()
	locked := o
	locked.Keys = Keys{Public: o.Keys.Public}
	b = openBook(t, locked)
	mustRecord(t, b, ev("hidden", 10))
	_ = b.Close()
	b = openBook(t, o)
	mustRecord(t, b, ev("ccc", 100), ev("ddd", 1000), ev("ddd", 1000))
	closeBook(t, b)
	content := build(t, epochsOf(t, b, 1))
	shown := must(Decode(content, exchange.Usage{}))
	if here, there := sumsText(b.Totals()), sumsText(shown.Sums); here != there || there != "acmecad/aaa=1 acmecad/ccc=100 acmecad/ddd=2000" {
		t.Fatalf("here %s, shown %s", here, there)
	}
	if _, c := Reckon(Standing{}, openContentOf(t, content)); sumsText(c.Sums) != "acmecad/aaa=1 acmecad/ccc=100 acmecad/ddd=2000 acmecad/hidden=10" {
		t.Fatalf("the vendor counts %s", sumsText(c.Sums))
	}
}

func TestUsesFarAwayInTimeAreNeitherTakenNorShown(t *testing.T) {
	for _, year := range []int{1971, 1999, 2201, 9999} {
		e := use(0)
		e.At = time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
		if e.check() == nil {
			t.Errorf("a use in %d is taken", year)
		}
	}
	for _, slot := range []int64{maxSlot, -maxSlot} {
		r := reading{sums: tally{}, session: &Session{At: bookStart, Grain: 86_400}, names: []meterName{{"acmecad", "render", Counter}}, running: make([]dayCount, 1)}
		if r.use(usePlain{Units: 1, Slot: slot}, &Row{}) || r.events > 0 {
			t.Errorf("slot %d is a use", slot)
		}
	}
}

func TestALostKeyOfIDsIsSaidInTheLedger(t *testing.T) {
	dir := t.TempDir()
	o := sealOptions(t)
	o.FS = disk.OS()
	open := func() *Book {
		b, _, err := OpenBook(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := open()
	mustRecord(t, b, use(0), use(4))
	_ = b.Close()
	if err := os.Remove(filepath.Join(dir, idKeyName)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // once is enough
		b = open()
		mustRecord(t, b, use(8))
		_ = b.Close()
	}
	b = open()
	defer b.Close()
	var notes []Note
	err := b.Rows(0, func(r Row) error {
		if r.Note != nil {
			notes = append(notes, *r.Note)
		}
		return nil
	})
	if err != nil || len(notes) != 1 || notes[0].Kind != "gap" || notes[0].Code != "ids" || notes[0].Count != 2 {
		t.Fatalf("%+v, %v", notes, err)
	}
	if key := must(os.ReadFile(filepath.Join(dir, idKeyName))); bytes.Equal(key, make([]byte, len(key))) || len(key) != 32 {
		t.Fatalf("key %x", key)
	}
}
