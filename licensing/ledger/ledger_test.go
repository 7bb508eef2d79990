package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
)

// testKey is a fixed device key.
var testKey = ed25519.NewKeyFromSeed([]byte("holdfast ledger test device key!"))

func signer(message []byte) ([]byte, error) { return ed25519.Sign(testKey, message), nil }

func options() Options {
	return Options{ID: "journal-test", Sign: signer, Public: testKey.Public().(ed25519.PublicKey), SegmentRecords: 5}
}

func mustOpen(t testing.TB, dir string, o Options) (*Ledger, Recovery) {
	t.Helper()
	l, rec, err := Open(dir, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, rec
}

func body(n int) []byte { return []byte(fmt.Sprintf("entry number %d", n)) }

func fill(t testing.TB, l *Ledger, n int) {
	t.Helper()
	for range n {
		seq, _ := l.Tail()
		if _, err := l.Append(context.Background(), FirstType, body(int(seq)+1)); err != nil {
			t.Fatalf("append: %v", err)
		}
	}
}

// contentsOf reads the ledger whole and fails when an entry is not the one written by fill.
func contentsOf(t testing.TB, l *Ledger) []Entry {
	t.Helper()
	var all []Entry
	if err := l.Read(0, func(e Entry) error { all = append(all, e); return nil }); err != nil {
		t.Fatalf("read: %v", err)
	}
	for _, e := range all {
		if string(e.Body) != string(body(int(e.Seq))) {
			t.Fatalf("entry %d is %q", e.Seq, e.Body)
		}
	}
	return all
}

func TestEntriesAreThereAfterReopening(t *testing.T) {
	dir := t.TempDir()
	for round := range 4 {
		l, rec := mustOpen(t, dir, options())
		if rec.TornBytes != 0 || rec.Damaged != nil || rec.Restarted {
			t.Fatalf("round %d: recovery %+v", round, rec)
		}
		if got := len(contentsOf(t, l)); got != 7*round {
			t.Fatalf("round %d: %d entries", round, got)
		}
		fill(t, l, 7)
		seq, head := l.Tail()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		rep, err := Verify(dir, options())
		if err != nil || !rep.OK() || len(rep.Findings) != 0 {
			t.Fatalf("round %d: %+v %v", round, rep, err)
		}
		if rep.LastSeq != seq || rep.Head != head || rep.Entries != seq || rep.Signed != rep.Closes {
			t.Fatalf("round %d: report %+v, tail %d", round, rep, seq)
		}
	}
}

func TestManyCallersAppendAtOnce(t *testing.T) {
	dir := t.TempDir()
	l, _ := mustOpen(t, dir, options())
	var wg sync.WaitGroup
	seen := make([]bool, 401)
	var mu sync.Mutex
	for g := range 16 {
		wg.Go(func() {
			for i := range 25 {
				e, err := l.AppendFunc(context.Background(), FirstType, func(seq uint64, _ Head) ([]byte, error) { return body(int(seq)), nil })
				if err != nil {
					t.Errorf("caller %d entry %d: %v", g, i, err)
					return
				}
				mu.Lock()
				if seen[e.Seq] {
					t.Errorf("number %d given out twice", e.Seq)
				}
				seen[e.Seq] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if got := len(contentsOf(t, l)); got != 400 {
		t.Fatalf("%d entries", got)
	}
}

func TestAnUnfinishedEndIsCutKeptAndReported(t *testing.T) {
	dir := t.TempDir()
	l, _ := mustOpen(t, dir, options())
	fill(t, l, 3)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "00000001.seg")
	for round := range 2 {
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		half := appendFrame(nil, FirstType, []byte("half of this is written"))[:20]
		if err := os.WriteFile(name, append(whole, half...), 0o600); err != nil {
			t.Fatal(err)
		}
		if rep, err := Verify(dir, options()); err != nil || len(rep.Findings) != 1 || rep.Findings[0] != (Finding{Segment: 1, Seq: 4, Code: Cut}) {
			t.Fatalf("round %d: verify %+v, %v", round, rep, err)
		}
		l, rec := mustOpen(t, dir, options())
		want := Recovery{TornBytes: 20, Torn: []string{"00000001.torn", "00000001.torn.2"}[round]}
		if !reflect.DeepEqual(rec, want) {
			t.Fatalf("round %d: recovery %+v", round, rec)
		}
		if kept, err := os.ReadFile(filepath.Join(dir, rec.Torn)); err != nil || !bytes.Equal(kept, half) {
			t.Fatalf("round %d: kept %q, %v", round, kept, err)
		}
		if got := len(contentsOf(t, l)); got != 3 {
			t.Fatalf("round %d: %d entries", round, got)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	l, rec := mustOpen(t, dir, options())
	if !reflect.DeepEqual(rec, Recovery{}) {
		t.Fatalf("recovery %+v", rec)
	}
	fill(t, l, 1)
	if got := len(contentsOf(t, l)); got != 4 {
		t.Fatalf("%d entries", got)
	}
}

func TestReadingOnlyNeverWrites(t *testing.T) {
	dir := t.TempDir()
	l, _ := mustOpen(t, dir, options())
	fill(t, l, 12)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "00000003.seg")
	if err := os.WriteFile(name, append(must(os.ReadFile(name)), 1, 2, 3), 0o600); err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(dir, "00000002.seg")
	if err := os.WriteFile(second, must(os.ReadFile(second))[:100], 0o600); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	o := options()
	o.Sign = nil
	l, rec := mustOpen(t, dir, o)
	if rec.TornBytes != 3 || len(rec.Damaged) != 1 {
		t.Errorf("recovery %+v", rec)
	}
	if err := l.Read(0, func(Entry) error { return nil }); !errors.Is(err, ErrDamaged) {
		t.Errorf("read: %v", err)
	}
	if _, err := l.Append(context.Background(), FirstType, nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("append: %v", err)
	}
	if err := l.CloseSegment(); !errors.Is(err, ErrReadOnly) {
		t.Errorf("close segment: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if !reflect.DeepEqual(snapshot(t, dir), before) {
		t.Error("the directory has changed")
	}
	nowhere := filepath.Join(dir, "nowhere")
	l, rec = mustOpen(t, nowhere, o)
	if seq, head := l.Tail(); seq != 0 || head != (Head{}) || rec.Damaged != nil {
		t.Errorf("a ledger that does not exist: %d %x %+v", seq, head, rec)
	}
	if _, err := os.Stat(nowhere); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was made: %v", err)
	}
}

// snapshot returns all files of a directory.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		files[e.Name()] = string(must(os.ReadFile(filepath.Join(dir, e.Name()))))
	}
	return files
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestReadingBeginsAtANumber(t *testing.T) {
	l, _ := mustOpen(t, t.TempDir(), options())
	fill(t, l, 13)
	for from := range uint64(16) {
		var got []uint64
		if err := l.Read(from, func(e Entry) error { got = append(got, e.Seq); return nil }); err != nil {
			t.Fatal(err)
		}
		if want := 13 - int(max(from, 1)) + 1; len(got) != max(want, 0) || len(got) > 0 && (got[0] != max(from, 1) || got[len(got)-1] != 13) {
			t.Errorf("from %d: %v", from, got)
		}
	}
	e, err := l.At(7)
	if err != nil || string(e.Body) != string(body(7)) || e.Head == (Head{}) {
		t.Errorf("entry 7: %+v, %v", e, err)
	}
	for _, seq := range []uint64{0, 14, 1 << 63} {
		if _, err := l.At(seq); !errors.Is(err, ErrNotFound) {
			t.Errorf("entry %d: %v", seq, err)
		}
	}
	stop := errors.New("enough")
	if err := l.Read(0, func(Entry) error { return stop }); err != stop {
		t.Errorf("the caller's error came back as %v", err)
	}
}

func TestTheChainIsTheOneThatIsWrittenDown(t *testing.T) {
	dir := t.TempDir()
	l, _ := mustOpen(t, dir, options())
	fill(t, l, 2)
	first, ok := readFrame(must(os.ReadFile(filepath.Join(dir, "00000001.seg"))))
	if !ok {
		t.Fatal("no header")
	}
	head := sha256.Sum256(append([]byte{0x00}, first.body...))
	for seq := uint64(1); seq <= 2; seq++ {
		sum := sha256.Sum256(body(int(seq)))
		step := append([]byte{0x01}, head[:]...)
		step = binary.BigEndian.AppendUint64(step, seq)
		head = sha256.Sum256(append(step, sum[:]...))
	}
	if _, got := l.Tail(); got != head {
		t.Fatalf("head %x, want %x", got, head)
	}
}

func TestAnAppendThatIsTooLateOrTooLargeOrTooSoonChangesNothing(t *testing.T) {
	l, _ := mustOpen(t, t.TempDir(), options())
	fill(t, l, 2)
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Append(gone, FirstType, body(3)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := l.Append(context.Background(), FirstType, make([]byte, MaxBody+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := l.Append(context.Background(), typeClose, nil); err == nil {
		t.Error("a CLOSE from outside was taken")
	}
	broken := errors.New("no seal")
	if _, err := l.AppendFunc(context.Background(), FirstType, func(uint64, Head) ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("seal failed: %v", err)
	}
	fill(t, l, 1)
	if got := len(contentsOf(t, l)); got != 3 {
		t.Errorf("%d entries", got)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := l.Append(context.Background(), FirstType, body(4)); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := l.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
	if err := l.Read(0, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("read: %v", err)
	}
}

func TestACallerWhoWaitsCanGiveUp(t *testing.T) {
	l, _ := mustOpen(t, t.TempDir(), options())
	inside, goOn := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		_, err := l.AppendFunc(context.Background(), FirstType, func(uint64, Head) ([]byte, error) {
			close(inside)
			<-goOn
			return body(1), nil
		})
		done <- err
	}()
	<-inside
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, err := l.Append(ctx, FirstType, body(9))
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("who waits: %v", err)
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Errorf("who writes: %v", err)
	}
	fill(t, l, 1)
	if got := len(contentsOf(t, l)); got != 2 {
		t.Errorf("%d entries", got)
	}
}

func TestWithoutTheDeviceKeyTheSegmentGrowsUntilItIsBack(t *testing.T) {
	dir := t.TempDir()
	o := options()
	away, locked := errors.New("locked"), true
	o.Sign = func(b []byte) ([]byte, error) {
		if locked {
			return nil, away
		}
		return signer(b)
	}
	l, _ := mustOpen(t, dir, o)
	fill(t, l, 12)
	if err := l.CloseSegment(); !errors.Is(err, away) {
		t.Errorf("close segment: %v", err)
	}
	if got := len(snapshot(t, dir)); got != 1 {
		t.Errorf("%d segments while the key is away", got)
	}
	locked = false
	fill(t, l, 1)
	if got := len(snapshot(t, dir)); got != 2 {
		t.Errorf("%d segments when it is back", got)
	}
	if rep, err := Verify(dir, options()); err != nil || !rep.OK() || rep.Entries != 13 || rep.Signed != 1 {
		t.Errorf("verify: %+v, %v", rep, err)
	}
}

func TestASegmentIsAlsoClosedBySize(t *testing.T) {
	dir := t.TempDir()
	o := options()
	o.SegmentRecords, o.SegmentBytes = 1000, 2000
	l, _ := mustOpen(t, dir, o)
	for range 9 {
		if _, err := l.Append(context.Background(), FirstType, make([]byte, 700)); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(snapshot(t, dir)); got != 3 {
		t.Fatalf("%d segments", got)
	}
	if rep, err := Verify(dir, o); err != nil || !rep.OK() || rep.Entries != 9 {
		t.Fatalf("verify: %+v, %v", rep, err)
	}
}

func TestFilesAndFoldersAreForTheOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "journal")
	l, _ := mustOpen(t, dir, options())
	fill(t, l, 1)
	if info := must(os.Stat(dir)); info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v", info.Mode())
	}
	if info := must(os.Stat(filepath.Join(dir, "00000001.seg"))); info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v", info.Mode())
	}
}
