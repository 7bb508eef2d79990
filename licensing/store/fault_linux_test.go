package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// report is what the child saw.
type report struct {
	Open, First, Second, Close string // errors
	Seen                       string // value after the first Update
}

// TestChildUpdates is the child of the test below: it updates twice while a call of it fails.
func TestChildUpdates(t *testing.T) {
	path := os.Getenv("HOLDFAST_STORE_CHILD")
	if path == "" {
		t.Skip("run by TestAnUpdateDoesAllOrNothingWhateverCallFails")
	}
	runtime.LockOSThread() // strace counts by thread
	var r report
	text := func(err error) string {
		if err == nil {
			return ""
		}
		return fmt.Sprintf("%v", err)
	}
	s, err := Open(path, testKey, Options{})
	if r.Open = text(err); err == nil {
		put := func(v string) error {
			return s.Update(func(tx *Tx) error {
				for n := range 100 { // grows the file
					if err := tx.Put("filling", fmt.Sprint(n), []byte(strings.Repeat(v, 100))); err != nil {
						return err
					}
				}
				return tx.Put("licenses", "HF-000000", []byte(v))
			})
		}
		r.First = text(put("new"))
		_ = s.View(func(tx *Tx) error {
			v, err := tx.Get("licenses", "HF-000000")
			r.Seen = string(v)
			return err
		})
		r.Second = text(put("newer"))
		r.Close = text(s.Close())
	}
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("REPORT %s\n", out)
}

// TestAnUpdateDoesAllOrNothingWhateverCallFails is scorecard R3 for the index. bbolt cannot be given another file system, so
// the calls of a child process on the index are made to fail by strace.
func TestAnUpdateDoesAllOrNothingWhateverCallFails(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil || exec.Command(strace, "-o", "/dev/null", "true").Run() != nil {
		t.Skip("strace does not work here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"EIO", "ENOSPC", "EROFS", "EMFILE"}
	least := 20
	calls := []string{"openat", "pread64", "read", "pwrite64", "write", "ftruncate", "fstat", "newfstatat", "fsync", "fdatasync", "flock", "renameat", "unlinkat"}
	if testing.Short() {
		names, calls, least = names[1:2], []string{"pwrite64"}, 5
	}
	for _, errno := range names {
		failed := 0
		for _, call := range calls {
			for n := 1; ; n++ {
				path := filled(t, 1)
				log := filepath.Join(t.TempDir(), "trace")
				cmd := exec.Command(strace, "-f", "-o", log, "-P", path, "-P", path+sumSuffix,
					"-P", filepath.Join(filepath.Dir(path), ".index.db.sum.tmp"),
					"-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", call, errno, n),
					self, "-test.run=^TestChildUpdates$", "-test.v")
				cmd.Env = append(os.Environ(), "HOLDFAST_STORE_CHILD="+path)
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%s of %s %d: %v\n%s", errno, call, n, err, out)
				}
				trace, err := os.ReadFile(log)
				if err != nil {
					t.Fatal(err)
				}
				r := readReport(t, out)
				if !strings.Contains(string(trace), "(INJECTED)") {
					if r != (report{Seen: "new"}) {
						t.Fatalf("nothing failed, but %+v", r)
					}
					break
				}
				failed++
				checkReport(t, fmt.Sprintf("%s of %s %d: %+v", errno, call, n, r), path, r)
			}
		}
		if failed < least {
			t.Fatalf("%s: only %d calls failed", errno, failed)
		}
		t.Logf("%s: %d calls failed, one after the other", errno, failed)
	}
}

func readReport(t *testing.T, out []byte) report {
	t.Helper()
	var r report
	for _, line := range strings.Split(string(out), "\n") {
		if text, ok := strings.CutPrefix(line, "REPORT "); ok {
			if err := json.Unmarshal([]byte(text), &r); err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	t.Fatalf("no report:\n%s", out)
	return r
}

// checkReport holds the child's report against the contract, and opens what it left.
func checkReport(t *testing.T, what, path string, r report) {
	t.Helper()
	const was, first, second = "license number 0", "new", "newer"
	rebuild := ErrRebuild.Error()
	if r.Open == "" && !strings.Contains(r.First, rebuild) && !strings.Contains(r.Second, rebuild) {
		if r.First == "" && r.Seen != first || r.Seen != was && r.Seen != first {
			t.Fatalf("%s: after the first update there is %q", what, r.Seen)
		}
		if r.First != "" && r.Second != "" {
			t.Fatalf("%s: it did not work afterwards", what)
		}
	}
	s, err := Open(path, testKey, Options{})
	if errors.Is(err, ErrRebuild) {
		if r == (report{Seen: first}) {
			t.Fatalf("%s: all went well, but it has to be built again", what)
		}
		return
	}
	if err != nil {
		t.Fatalf("%s: open: %v", what, err)
	}
	defer s.Close()
	want := map[string]bool{second: true}
	if r.Second != "" || r.Open != "" {
		want = map[string]bool{was: true, first: true, second: true}
	}
	if err := s.View(func(tx *Tx) error {
		v, err := tx.Get("licenses", "HF-000000")
		if !want[string(v)] {
			t.Errorf("%s: reopened, there is %q", what, v)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
