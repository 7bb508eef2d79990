package usage

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"holdfast/licensing/disk"
)

// The golden files are a promise: every later build reads them. They are written once, with HOLDFAST_WRITE_GOLDEN=usage, and never
// again; a later format gets a folder of its own beside them. testdata/v1/ledger is a usage ledger with a pruned epoch, one in which a
// locked process recorded, and an open one; ledger.json is what is in it. The vendor's private sealing key is a byte 1 and 31
// zeros (seed), the store key 7, 7, 7 and 29 zeros.
type goldenBook struct {
	Rows   []Row  `json:"rows"`
	Totals []Sum  `json:"totals"`
	Days   []Sum  `json:"days"`
	Seq    uint64 `json:"seq"`
	Head   []byte `json:"head"`
	IDs    map[string]uint64
}

func writeGoldenBook(t *testing.T, root string) {
	t.Helper()
	dir := filepath.Join(root, "ledger")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	open := func(keys Keys) *Book {
		o := bookOptions(disk.OS())
		o.Keys = keys
		b, _, err := OpenBook(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := open(bookKeys())
	mustRecord(t, b, uses(0, 4)...)
	mustRecord(t, b, uses(4, 8)...)
	if _, err := b.Note(context.Background(), Note{Kind: "clock", At: bookStart, Code: "back", From: bookStart.Add(time.Hour), To: bookStart}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Prune(context.Background(), 1, bookStart); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(lockedKeys())
	mustRecord(t, b, uses(8, 11)...)
	if err := b.Unlock(context.Background(), bookKeys()); err != nil {
		t.Fatal(err)
	}
	if err := b.CloseEpoch(context.Background()); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, b, uses(11, 14)...)
	text := must(json.MarshalIndent(readGoldenBook(t, b), "", " "))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "ledger.json"), append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readGoldenBook(t *testing.T, b *Book) goldenBook {
	t.Helper()
	g := goldenBook{Totals: b.Totals(), Days: must(b.Sums(time.Time{}, time.Time{})), IDs: map[string]uint64{}}
	if err := b.Rows(0, func(r Row) error { g.Rows = append(g.Rows, r); return nil }); err != nil {
		t.Fatal(err)
	}
	seq, head, _ := b.Tail()
	g.Seq, g.Head = seq, head[:]
	for _, e := range uses(0, 14) {
		if d, ok, err := look(b, e); err != nil {
			t.Fatal(err)
		} else if ok {
			g.IDs[e.ID] = d.Seq
		}
	}
	return g
}

func TestTheGoldenUsageLedgerStaysReadable(t *testing.T) {
	root := filepath.Join("testdata", "v1")
	if os.Getenv("HOLDFAST_WRITE_GOLDEN") == "usage" {
		writeGoldenBook(t, root)
	}
	var want goldenBook
	if err := json.Unmarshal(must(os.ReadFile(filepath.Join(root, "ledger.json"))), &want); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() // reading does not change it, but tests must not be able to
	files := must(os.ReadDir(filepath.Join(root, "ledger")))
	for _, f := range files {
		data := must(os.ReadFile(filepath.Join(root, "ledger", f.Name())))
		if err := os.WriteFile(filepath.Join(dir, f.Name()), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rep, err := VerifyBook(dir, bookOptions(disk.OS()))
	if err != nil || !rep.OK() || rep.Closes < 2 || rep.Signed != rep.Closes {
		t.Fatalf("verify: %+v, %v", rep, err)
	}
	b, rec, err := OpenBook(dir, bookOptions(disk.OS()))
	if err != nil || rec.Damaged != nil {
		t.Fatalf("%+v, %v", rec, err)
	}
	got := readGoldenBook(t, b)
	if a, b := must(json.Marshal(got)), must(json.Marshal(want)); !reflect.DeepEqual(a, b) {
		t.Fatalf("it reads as\n%s\nwant\n%s", a, b)
	}
	mustRecord(t, b, use(50))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if len(got.IDs) < 10 || len(files) < 6 {
		t.Fatalf("%d ids in %d files", len(got.IDs), len(files))
	}
}
