package disk

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestAFileIsReplacedAsAWhole(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "home.json")
	for _, text := range []string{"old", "", "something newer"} {
		if err := WriteFile(OS(), name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(OS(), name, 100)
		if err != nil || string(got) != text {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	if got := names(t, dir); !reflect.DeepEqual(got, []string{"home.json"}) {
		t.Fatalf("the folder holds %v", got)
	}
}

// TestWritingAFileDoesAllOrNothingWhateverCallFails is scorecard R3.
func TestWritingAFileDoesAllOrNothingWhateverCallFails(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EROFS, syscall.EMFILE} {
		failed := 0
		for n := 1; ; n++ {
			dir := t.TempDir()
			name := filepath.Join(dir, "home.json")
			if err := WriteFile(OS(), name, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			fsys := NewFaulty(OS(), n, errno)
			err := WriteFile(fsys, name, []byte("new"), 0o600)
			if !fsys.Tripped() {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
			failed++
			if !errors.Is(err, errno) || IsFull(err) != (errno == syscall.ENOSPC || errno == syscall.EROFS) {
				t.Fatalf("%v at call %d: %v", errno, n, err)
			}
			if got, err := os.ReadFile(name); err != nil || string(got) != "old" && string(got) != "new" {
				t.Fatalf("%v at call %d: the file holds %q, %v", errno, n, got, err)
			}
			if got := names(t, dir); len(got) != 1 {
				t.Fatalf("%v at call %d: the folder holds %v", errno, n, got)
			}
			if err := WriteFile(fsys, name, []byte("later"), 0o600); err != nil {
				t.Fatalf("afterwards: %v", err)
			}
		}
		if failed < 5 {
			t.Fatalf("%v: only %d calls failed", errno, failed)
		}
	}
}

func TestATemporaryFileOfACrashIsReplaced(t *testing.T) {
	dir := t.TempDir()
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(elsewhere, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "home.json")
	if err := os.Symlink(elsewhere, filepath.Join(dir, ".home.json.tmp")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	if err := WriteFile(OS(), name, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(elsewhere); err != nil || string(got) != "mine" {
		t.Fatalf("the link was followed: %q, %v", got, err)
	}
	if got := names(t, dir); !reflect.DeepEqual(got, []string{"home.json"}) {
		t.Fatalf("the folder holds %v", got)
	}
}

func TestOnlyRegularFilesWithinTheLimitAreRead(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	if err := os.WriteFile(name, bytes.Repeat([]byte("x"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := ReadFile(OS(), name, 100); err != nil || len(b) != 100 {
		t.Errorf("at the limit: %d bytes, %v", len(b), err)
	}
	if _, err := ReadFile(OS(), name, 99); !errors.Is(err, ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if _, err := ReadFile(OS(), dir, 100); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a directory: %v", err)
	}
	if _, err := ReadFile(OS(), filepath.Join(dir, "none"), 100); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// growing is a file that is longer than it says.
type growing struct {
	FS
	data []byte
}

type growingFile struct {
	File
	r *bytes.Reader
}

func (g growing) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := g.FS.OpenFile(name, flag, perm)
	return growingFile{f, bytes.NewReader(g.data)}, err
}

func (f growingFile) Read(p []byte) (int, error) { return f.r.Read(p) }

func TestAFileThatGrowsWhileItIsReadStaysWithinTheLimit(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	long := bytes.Repeat([]byte("x"), 50)
	if b, err := ReadFile(growing{OS(), long}, name, 50); err != nil || !bytes.Equal(b, long) {
		t.Errorf("to the limit: %d bytes, %v", len(b), err)
	}
	if _, err := ReadFile(growing{OS(), long}, name, 49); !errors.Is(err, ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
}

func TestAFaultyDiskFailsOnceAndABrokenOneUntilItHeals(t *testing.T) {
	dir := t.TempDir()
	once := NewFaulty(OS(), 2, syscall.EIO)
	broken := NewBroken(OS(), 2, syscall.EIO)
	for i, want := range []bool{true, false, true, true} {
		if _, err := once.Stat(dir); (err == nil) != want {
			t.Errorf("call %d: %v", i+1, err)
		}
		if _, err := broken.Stat(dir); (err == nil) != (i == 0) {
			t.Errorf("call %d of the broken one: %v", i+1, err)
		}
	}
	broken.Heal()
	if _, err := broken.Stat(dir); err != nil || !broken.Tripped() || broken.Calls() != 5 {
		t.Errorf("healed: %v, %d calls", err, broken.Calls())
	}
}
