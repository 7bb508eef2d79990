package ledger

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// The golden files are a promise: every later build reads them. They are written once, with -golden, and never again;
// a later format gets a folder of its own beside them. testdata/v1 holds a plain ledger with a damaged segment that is told
// of (ledger), a journal (journal), and what is in them (ledger.json, journal.json), for other implementations too.
var writeGolden = flag.Bool("golden", false, "write the golden files of the present format")

type goldenEntry struct {
	Seq   uint64 `json:"seq"`
	Type  byte   `json:"type"`
	Body  string `json:"body"` // hex
	Head  string `json:"head,omitempty"`
	Loose bool   `json:"loose,omitempty"`
	Event *Event `json:"event,omitempty"`
}

const goldenID = "ledger-golden"

func goldenOptions() Options {
	o := options()
	o.ID, o.SegmentRecords = goldenID, 3
	return o
}

// makeGoldenLedger writes the same bytes every time.
func makeGoldenLedger(t *testing.T, dir string) {
	t.Helper()
	o := goldenOptions()
	l, _ := mustOpen(t, dir, o)
	for n := range 8 {
		if _, err := l.Append(context.Background(), FirstType+byte(n%2), []byte(fmt.Sprintf("golden entry %d", n+1))); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	third := filepath.Join(dir, "00000003.seg")
	data := must(os.ReadFile(third))
	c := parse(data, 0)
	data[len(data)-c.entries[1].frameSize()-1] ^= 1 // the last byte of entry 7; entry 8 stays whole
	if err := os.WriteFile(third, data, 0o600); err != nil {
		t.Fatal(err)
	}
	l, _ = mustOpen(t, dir, o)
	if _, err := l.Append(context.Background(), FirstType, []byte("golden entry after the damage")); err != nil {
		t.Fatal(err)
	}
	if err := l.CloseSegment(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func (e Entry) frameSize() int { return frameHead + len(e.Body) }

func readGolden(t *testing.T, dir string) []goldenEntry {
	t.Helper()
	o := goldenOptions()
	o.Sign = nil
	l, rec := mustOpen(t, dir, o)
	if !reflect.DeepEqual(rec, Recovery{}) {
		t.Fatalf("recovery %+v", rec)
	}
	var all []goldenEntry
	if err := l.Read(0, func(e Entry) error {
		g := goldenEntry{Seq: e.Seq, Type: e.Type, Body: hex.EncodeToString(e.Body), Loose: e.Loose}
		if e.Head != (Head{}) {
			g.Head = hex.EncodeToString(e.Head[:])
		}
		all = append(all, g)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func readGoldenJournal(t *testing.T, dir string) []goldenEntry {
	t.Helper()
	o := goldenOptions()
	o.Sign = nil
	j := mustOpenJournal(t, dir, journalKey, o)
	var all []goldenEntry
	if err := j.Entries(0, func(e Entry, ev Event) error {
		all = append(all, goldenEntry{Seq: e.Seq, Type: e.Type, Body: hex.EncodeToString(e.Body), Head: hex.EncodeToString(e.Head[:]), Event: &ev})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestGoldenFilesStayReadable(t *testing.T) {
	root := filepath.Join("testdata", "v1")
	if *writeGolden {
		writeGoldenFiles(t, root)
	}
	for name, read := range map[string]func(*testing.T, string) []goldenEntry{"ledger": readGolden, "journal": readGoldenJournal} {
		var want []goldenEntry
		if err := json.Unmarshal(must(os.ReadFile(filepath.Join(root, name+".json"))), &want); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(root, name)
		got := read(t, dir)
		if a, b := must(json.Marshal(got)), must(json.Marshal(want)); string(a) != string(b) {
			t.Errorf("%s reads as\n%s\nwant\n%s", name, a, b)
		}
		rep, err := Verify(dir, goldenOptions())
		if err != nil || !rep.OK() || rep.Closes == 0 || rep.Signed != rep.Closes {
			t.Errorf("%s: verify %+v, %v", name, rep, err)
		}
	}
}

func TestTodaysLedgerIsWrittenAsTheGoldenOne(t *testing.T) {
	dir := t.TempDir()
	makeGoldenLedger(t, dir)
	if got, want := snapshot(t, dir), snapshot(t, filepath.Join("testdata", "v1", "ledger")); !reflect.DeepEqual(got, want) {
		t.Fatalf("%d files of today are not the %d golden ones: the format has changed", len(got), len(want))
	}
}

func TestALedgerOfALaterVersionIsRefusedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	h := []byte(`{"v":3,"ledger":"journal-test","segment":1,"first":1,"later":true}`)
	if err := os.WriteFile(filepath.Join(dir, "00000001.seg"), appendFrame(nil, typeHeader, h), 0o600); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	if _, _, err := Open(dir, options()); !errors.Is(err, ErrTooNew) {
		t.Errorf("open: %v", err)
	}
	if _, err := Verify(dir, options()); !errors.Is(err, ErrTooNew) {
		t.Errorf("verify: %v", err)
	}
	if !reflect.DeepEqual(snapshot(t, dir), before) {
		t.Error("the files have changed")
	}
}

func writeGoldenFiles(t *testing.T, root string) {
	t.Helper()
	ledgerDir, journalDir := filepath.Join(root, "ledger"), filepath.Join(root, "journal")
	if _, err := os.Stat(root); err == nil {
		t.Fatal("the golden files are there already; they are never written again")
	}
	makeGoldenLedger(t, ledgerDir)
	j := mustOpenJournal(t, journalDir, journalKey, goldenOptions())
	for n := range 7 {
		if _, err := j.Record(context.Background(), testEvent(n+1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for name, entries := range map[string][]goldenEntry{"ledger": readGolden(t, ledgerDir), "journal": readGoldenJournal(t, journalDir)} {
		data := must(json.MarshalIndent(entries, "", "  "))
		if err := os.WriteFile(filepath.Join(root, name+".json"), append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
