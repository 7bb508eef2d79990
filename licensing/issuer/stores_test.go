package issuer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/issuer/pgtest"
	"holdfast/licensing/terms"
)

// TestADeskDoesTheSameWithBothStores answers, counts, holds and erases with the same time and randomness: every byte that goes out and
// everything that can be asked is the same.
func TestADeskDoesTheSameWithBothStores(t *testing.T) {
	inFile, inDatabase := deskDay(t, ""), deskDay(t, pgtest.Start(t))
	if len(inFile) < 8 {
		t.Fatalf("only %d results", len(inFile))
	}
	for _, name := range slices.Sorted(maps.Keys(inFile)) {
		if inFile[name] != inDatabase[name] {
			t.Errorf("%s differs:\n%.2000s\n%.2000s", name, inFile[name], inDatabase[name])
		}
	}
}

func deskDay(t *testing.T, database string) map[string]string {
	t.Helper()
	d := newDesk(t, func(o *issuer.Options) { o.Database = database })
	d.opts.Database = "" // the folder says where it is
	out := map[string]string{}
	keep := func(name string, b []byte) { out[name] = string(b) }
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17", Customer: "8812"})
	d.reopen(t)
	if again := d.license(t, issuer.NewLicense{Order: "ORDER-17", Customer: "8812"}); !again.Again || again.Key != made.Key {
		t.Error("the same order got another license")
	}
	ask := newComputer(t, 1).request(t, d.trusted(t), made.Key, 1)
	first := d.answer(t, ask)
	keep("1 answer", first.File)
	d.reopen(t)
	if again := d.answer(t, ask); !again.Again || !bytes.Equal(again.File, first.File) {
		t.Error("the same request got other bytes")
	}
	if l, err := d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Reason: terms.Plain("Still yours?"), Order: "T-1"}); err != nil {
		t.Fatal(err)
	} else {
		keep("2 hold", l.File)
	}
	keep("3 check-in", d.answer(t, d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 2, []string{made.Serial})).File)
	keep("4 check-in without a license", d.answer(t, d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 3, nil)).File)
	a := d.agent(t, 1)
	a.use(30)
	use := a.export()
	receipt := d.receive(t, use)
	keep("5 receipt", fmt.Append(nil, receipt.Receipt.Number, receipt.Receipt.Entries, receipt.Receipt.New, receipt.Receipt.Customer))
	if again := d.receive(t, use); !again.Again || !bytes.Equal(again.File, receipt.File) {
		t.Error("the same usage file got other bytes")
	}
	keep("6 everything", []byte(d.whole(t)))
	if _, err := d.EraseUsage(t.Context(), "8812", "J. Doe", "asked"); err != nil {
		t.Fatal(err)
	}
	if n := d.units(t, issuer.UsageFilter{}); n != 0 {
		t.Errorf("%d units after erasing", n)
	}
	keep("7 after erasing", []byte(d.whole(t)))
	if _, err := d.RotateKeys(issuer.Rotation{}); err != nil {
		t.Fatal(err)
	}
	keep("8 new key", d.answer(t, newComputer(t, 2).request(t, d.trusted(t), made.Key, 2)).File)
	info, err := d.Store(t.Context())
	if err != nil || info.Schema != "holdfast.issuer/v5" || info.Records["licenses"] != 1 {
		t.Errorf("%+v, %v", info, err)
	}
	info.Kind, info.Place, info.Tables = "", "", 0
	for bucket, n := range info.Records {
		if n == 0 {
			delete(info.Records, bucket)
		}
	}
	keep("9 records", fmt.Append(nil, info))
	return out
}

// TestTwoServicesShareOneDatabase: places are counted once, whoever answers, and the same request gets the same bytes from both.
func TestTwoServicesShareOneDatabase(t *testing.T) {
	const computers, places = 12, 8
	d := newDesk(t, func(o *issuer.Options) { o.Database = pgtest.Start(t) })
	made := d.license(t, issuer.NewLicense{Places: places})
	o := d.opts
	o.Rand = nil
	second, err := issuer.Open(d.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	third, err := issuer.Open(d.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = third.Close() }()
	var asks []exchange.Envelope
	for n := range computers {
		asks = append(asks, newComputer(t, n+1).request(t, d.trusted(t), made.Key, n))
	}
	got := make([][2]issuer.Answer, computers)
	var wait sync.WaitGroup
	for n, ask := range asks {
		for i, is := range []*issuer.Issuer{second, third} {
			wait.Go(func() {
				var err error
				if got[n][i], err = is.Answer(context.Background(), ask); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wait.Wait()
	granted := 0
	for n, g := range got {
		if !bytes.Equal(g[0].File, g[1].File) || g[0].Again == g[1].Again {
			t.Errorf("computer %d got two answers", n)
		}
		if !g[0].Refused {
			granted++
		}
	}
	if l, err := d.License(made.Serial); err != nil || granted != places || l.Used != places {
		t.Errorf("%d granted, %d used, %v", granted, l.Used, err)
	}
}

// TestAMoveMayEndAnywhere lets each call to the file system break in turn. Before and after, the folder has one store with everything in it, and
// the move goes on where it ended.
func TestAMoveMayEndAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17", Customer: "8812"})
	ask := newComputer(t, 1).request(t, d.trusted(t), made.Key, 1)
	want := d.answer(t, ask)
	whole := d.whole(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	address := pgtest.Start(t)
	template := d.dir
	half := 0
	for n := 1; ; n++ {
		d.dir = filepath.Join(t.TempDir(), "acme")
		if err := os.CopyFS(d.dir, os.DirFS(template)); err != nil {
			t.Fatal(err)
		}
		exec(t, address, "DROP SCHEMA IF EXISTS holdfast_acme CASCADE")
		o := d.opts
		o.Database = address
		faulty := disk.NewFaulty(disk.OS(), n, syscall.EIO)
		o.FS = faulty
		_, err := issuer.MoveStore(t.Context(), d.dir, o)
		if !faulty.Tripped() {
			if err != nil {
				t.Fatalf("call %d was not reached: %v", n, err)
			}
			break
		}
		o.FS = nil
		if _, here := os.Stat(filepath.Join(d.dir, "issuer.db")); here == nil {
			_, err := issuer.Open(filepath.Join(d.dir, "keys"), o) // another folder: a database that is not the truth yet cannot be opened
			var own *issuer.Error
			if !errors.As(err, &own) || own.Code != issuer.CodeNone && own.Code != issuer.CodeMoving {
				t.Errorf("call %d: the database opened beside the folder's store: %v", n, err)
			} else if own.Code == issuer.CodeMoving {
				half++
			}
		}
		for _, move := range []bool{false, true} {
			if move {
				_, here := os.Stat(filepath.Join(d.dir, "issuer.db"))
				var own *issuer.Error
				_, err := issuer.MoveStore(t.Context(), d.dir, o)
				if there := errors.As(err, &own) && own.Code == issuer.CodeThere; err != nil && (!there || here == nil) {
					t.Fatalf("after call %d broke: %v", n, err)
				}
			}
			is, err := issuer.Open(d.dir, d.opts)
			if err != nil {
				t.Fatalf("after call %d broke (moved: %v): %v", n, move, err)
			}
			d.Issuer = is
			if got := d.answer(t, ask); !got.Again || !bytes.Equal(got.File, want.File) || d.whole(t) != whole {
				t.Errorf("call %d: something else came out", n)
			}
			if err := is.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := os.Stat(filepath.Join(d.dir, "issuer.db")); err == nil {
			t.Errorf("call %d: the folder has its old store and the database", n)
		}
		if n > 100 {
			t.Fatal("a move makes too many calls to be tried one by one")
		}
	}
	if half == 0 {
		t.Error("no move ended between the database and the folder")
	}
}

// TestInitInADatabaseMayEndAnywhere is TestInitMakesAnIssuerOrNothing for a database.
func TestInitInADatabaseMayEndAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	address := pgtest.Start(t)
	for n := 1; ; n++ {
		exec(t, address, "DROP SCHEMA IF EXISTS holdfast_acme CASCADE")
		d := newDeskFolder(t, address)
		faulty := disk.NewFaulty(disk.OS(), n, syscall.EIO)
		broken := d.opts
		broken.FS = faulty
		is, err := issuer.Init(d.dir, acme(), broken)
		if err == nil {
			_ = is.Close()
		}
		if !faulty.Tripped() {
			if err != nil {
				t.Fatalf("call %d was not reached: %v", n, err)
			}
			return
		}
		o := d.opts
		o.Database = ""
		if is, err = issuer.Open(d.dir, o); err != nil {
			wantCode(t, err, issuer.CodeNone, 29)
			if is, err = issuer.Init(d.dir, acme(), d.opts); err != nil {
				t.Fatalf("after call %d broke: %v", n, err)
			}
		}
		d.Issuer = is
		d.license(t, issuer.NewLicense{})
		_ = is.Close()
		if n > 100 {
			t.Fatal("Init makes too many calls to be tried one by one")
		}
	}
}

func newDeskFolder(t *testing.T, address string) *desk {
	t.Helper()
	d := &desk{dir: filepath.Join(t.TempDir(), "acme"), now: monday}
	d.opts = issuer.Options{Now: func() time.Time { return d.now }, Rand: randomness(1), Database: address}
	return d
}

func exec(t *testing.T, address, statement string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Exec(t.Context(), strings.TrimSpace(statement))
	if err = errors.Join(err, c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// benchStore is the store that benchmarks of whole exchanges use: HOLDFAST_BENCH_STORE=postgres for a database.
func benchStore(t testing.TB) func(*issuer.Options) {
	t.Helper()
	return func(o *issuer.Options) {
		if os.Getenv("HOLDFAST_BENCH_STORE") == "postgres" {
			o.Database = pgtest.Start(t)
		}
	}
}

// TestAnExchangeTakesFewRoundTrips: others wait during the last two, which look whether all that was read is still so, and write. After the first
// answer of a day it is looked whether old ones are to go.
func TestAnExchangeTakesFewRoundTrips(t *testing.T) {
	d := newDesk(t, func(o *issuer.Options) { o.Database = pgtest.Start(t) })
	made := d.license(t, issuer.NewLicense{Customer: "8812"})
	pc := newComputer(t, 1)
	asks := []exchange.Envelope{pc.request(t, d.trusted(t), made.Key, 1), d.meeting(t, pc, exchange.RequestCheckin, 2, []string{made.Serial}), d.meeting(t, pc, exchange.RequestCheckin, 3, []string{made.Serial})}
	a := d.agent(t, 1)
	a.use(5)
	steps := []struct {
		name string
		most int64
		do   func()
	}{
		{"activate, the first of the day", 11, func() { d.answer(t, asks[0]) }}, // it makes the index, too
		{"check-in", 4, func() { d.answer(t, asks[1]) }},
		{"check-in", 4, func() { d.answer(t, asks[2]) }},
		{"check-in again", 5, func() { d.answer(t, asks[2]) }}, // where the answer is stands in another record
		{"activate again", 1, func() { d.answer(t, asks[0]) }},
		{"usage", 6, func() { d.receive(t, a.export()) }},
		{"more usage", 6, func() { a.use(5); d.receive(t, a.export()) }},
	}
	for _, s := range steps {
		before := d.Trips()
		s.do()
		n := d.Trips() - before
		t.Logf("%s: %d round trips", s.name, n)
		if n > s.most {
			t.Errorf("%s: %d round trips, at most %d", s.name, n, s.most)
		}
	}
}

// TestAComputerIsFoundInAStoreThatIsOlderThanItsIndex: the index is made with the first thing that needs it, also for ids from before.
func TestAComputerIsFoundInAStoreThatIsOlderThanItsIndex(t *testing.T) {
	d := goldenDesk(t, filepath.Join("testdata", "golden", "v2"), monday.AddDate(0, 0, 1))
	if info, err := d.Store(t.Context()); err != nil || info.Schema != "holdfast.issuer/v2" {
		t.Fatalf("%+v, %v", info, err)
	}
	a := d.answer(t, d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 9, nil))
	if a.Refused || len(a.Serials) != 1 {
		t.Errorf("a computer that names no license: %+v", a)
	}
	if b := d.answer(t, d.meeting(t, newComputer(t, 7), exchange.RequestCheckin, 9, nil)); !b.Refused {
		t.Errorf("a stranger got %v", b.Serials)
	}
	d.reopen(t)
	if info, err := d.Store(t.Context()); err != nil || info.Schema != "holdfast.issuer/v5" || info.Records["holders"] < 2 {
		t.Errorf("%+v, %v", info, err)
	}
}
