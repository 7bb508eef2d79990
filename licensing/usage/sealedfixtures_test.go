package usage

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"errors"
	"fmt"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// The tests of usage files use a device whose id is that of its key, as the vendor checks that.
var (
	sealDevice = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))
	thatDevice = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
)

func publicOf(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func idOf(k ed25519.PrivateKey) string { return hexSum(publicOf(k)) }

var errNoKey = errors.New("no such key")

// vendorKeys are the sealing keys that the vendor of these tests has.
func vendorKeys(id string) (hpke.PrivateKey, error) {
	for seed := byte(1); seed <= 2; seed++ {
		if id == bookSealing(seed).ID {
			return bookVendor(seed), nil
		}
	}
	return nil, errNoKey
}

func sealOptions(t tester) BookOptions {
	o := bookOptions(bookDisk(t))
	o.Device = idOf(sealDevice)
	o.Keys.Public = publicOf(sealDevice)
	o.Keys.Sign = func(m []byte) ([]byte, error) { return ed25519.Sign(sealDevice, m), nil }
	return o
}

// sealBook is a book with epochs of 8 entries.
func sealBook(t tester) *Book {
	t.Helper()
	return openBook(t, sealOptions(t))
}

func closeBook(t tester, b *Book) {
	t.Helper()
	if err := b.CloseEpoch(context.Background()); err != nil {
		t.Fatalf("close: %v", err)
	}
}

func epochsOf(t tester, b *Book, from uint64) []RawEpoch {
	t.Helper()
	all, err := b.Epochs(from)
	if err != nil {
		t.Fatalf("epochs: %v", err)
	}
	return all
}

func build(t tester, epochs []RawEpoch) []byte {
	t.Helper()
	b, err := BuildContent(bookID, epochs)
	if err != nil {
		t.Fatalf("build: %v", err)
	}
	return b.Content
}

func face(id string) exchange.Usage {
	return exchange.Usage{
		Header: exchange.Header{Vendor: "acme", ID: id, Issued: bookStart.Add(time.Hour), Trace: "t-1"},
		Device: exchange.RequestDevice{ID: idOf(sealDevice), Public: exchange.EncodeKey(publicOf(sealDevice)), Code: "7F3A-2C91"},
		Nonce:  "b1f7c0de", Program: "1.0.0", Ledger: bookID, Level: LevelContract,
	}
}

// sent is a usage file as it leaves.
type sent struct {
	env    exchange.Envelope
	sealed []byte
}

func seal(t tester, content []byte, u exchange.Usage) sent {
	t.Helper()
	env, sealed, err := Seal(content, u, exchange.KeySigner(sealDevice), bookSealing(1))
	if err != nil {
		t.Fatalf("seal: %v", err)
	}
	return sent{env, sealed}
}

func (s sent) open(t tester) Opened {
	t.Helper()
	o, err := Open(s.env, s.sealed, vendorKeys)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return o
}

// openContentOf seals and opens a content.
func openContentOf(t tester, content []byte) Opened {
	t.Helper()
	return seal(t, content, face("u-1")).open(t)
}

func codesOf(findings []Finding) (all []string) {
	for _, f := range findings {
		all = append(all, f.Code)
	}
	return all
}

func totalsOf(events []Event) map[string]int64 {
	all := map[string]int64{}
	for _, s := range oracle(events, false) {
		addTotal(all, s)
	}
	return all
}

func TestVendorCountsExactlyWhatWasRecorded(t *testing.T) {
	b := sealBook(t)
	events := uses(0, 50)
	for i := 0; i < len(events); i += 3 {
		mustRecord(t, b, events[i:min(i+3, len(events))]...)
	}
	if _, err := b.Note(context.Background(), Note{Kind: "prune", At: bookStart, Seq: 1, Count: 2}); err != nil {
		t.Fatal(err)
	}
	closeBook(t, b)
	o := openContentOf(t, build(t, epochsOf(t, b, 1)))
	s, c := Reckon(Standing{}, o)
	if fmt.Sprint(s.Totals) != fmt.Sprint(totalsOf(events)) || c.Events != 50 || len(c.Findings) > 0 || len(c.Missing)+len(c.Parked) > 0 {
		t.Fatalf("%v, want %v; %d events, findings %v", s.Totals, totalsOf(events), c.Events, c.Findings)
	}
	sumsMatch(t, "sums by day", c.Sums, oracle(events, true))
	seq, head, _ := b.Tail()
	if last := o.Epochs[len(o.Epochs)-1]; s.Last != seq || last.Head != fmt.Sprintf("%x", head) || c.Seq != seq || c.Close != last.Close {
		t.Errorf("the vendor stands at %d %s, the ledger at %d %x", s.Last, last.Head, seq, head)
	}
	again, c := Reckon(s, o)
	if c.Events != 0 || len(c.Skipped) != len(o.Epochs) || fmt.Sprint(again.Totals) != fmt.Sprint(s.Totals) || len(c.Findings) > 0 {
		t.Errorf("the same file again: %+v", c)
	}
}

// stateOf is "" for no error and fails the test for an error that a person cannot be told.
func stateOf(t tester, err error) terms.State {
	t.Helper()
	if err == nil {
		return ""
	}
	var p *terms.Problem
	if !errors.As(err, &p) || !p.State.Known() {
		t.Fatalf("not a published state: %v", err)
	}
	return p.State
}

// cloneDisk copies the files of a book, as a backup or a clone of the home does.
func cloneDisk(t tester, from disk.FS) disk.FS {
	t.Helper()
	to := bookDisk(t)
	names, err := from.ReadDir(bookDir)
	if err != nil {
		t.Fatalf("copy: %v", err)
	}
	if err := to.MkdirAll(bookDir, 0o700); err != nil {
		t.Fatalf("copy: %v", err)
	}
	for _, n := range names {
		data, err := disk.ReadFile(from, bookDir+"/"+n.Name(), 64<<20)
		if err == nil {
			err = disk.WriteFile(to, bookDir+"/"+n.Name(), data, 0o600)
		}
		if err != nil {
			t.Fatalf("copy %s: %v", n.Name(), err)
		}
	}
	return to
}

// damage changes a byte of a segment, that many bytes before its end, or one of its first.
func damage(t tester, o BookOptions, num, back int) {
	t.Helper()
	name := fmt.Sprintf("%s/%08d.seg", bookDir, num)
	data, err := disk.ReadFile(o.FS, name, 64<<20)
	if err == nil {
		data[max(20, len(data)-back)] ^= 1
		err = disk.WriteFile(o.FS, name, data, 0o600)
	}
	if err != nil {
		t.Fatalf("damage: %v", err)
	}
}
