package licensing

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/disk"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// fileKeys is a key store in plain files, so that a killed child and its parent share it.
type fileKeys struct{ dir string }

func (f fileKeys) Backend() string             { return "os" }
func (f fileKeys) Label() string               { return "Keyring" }
func (f fileKeys) Check(context.Context) error { return nil }
func (f fileKeys) Delete(_ context.Context, item string) error {
	return os.Remove(filepath.Join(f.dir, item))
}

func (f fileKeys) Get(_ context.Context, item string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(f.dir, item))
	if err != nil {
		return nil, &keystore.Error{Class: keystore.Missing, Backend: "os"}
	}
	return b, nil
}

func (f fileKeys) Set(_ context.Context, item string, value []byte) error {
	return disk.WriteFile(disk.OS(), filepath.Join(f.dir, item), value, 0o600)
}

const childEnv = "HOLDFAST_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(m.Run())
}

func childOptions(dir string) Options {
	return Options{Home: filepath.Join(dir, "home"), KeyStore: fileKeys{filepath.Join(dir, "keys")}, Clock: clock.NewDriven(start), Program: "1.0.0"}
}

// child imports the files in dir/in in the order of their names and says after each one what was acknowledged.
func child(dir string) int {
	if _, err := os.Stat(filepath.Join(dir, deskFile)); err == nil {
		return usageChild(dir)
	}
	e, err := Open(context.Background(), childOptions(dir))
	if err != nil {
		return 3
	}
	files, err := filepath.Glob(filepath.Join(dir, "in", "*"))
	if err != nil {
		return 3
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return 3
		}
		rep, err := e.Import(context.Background(), []Source{{Name: name, Data: data}}, ImportOptions{TrustVendor: true})
		if err == nil && rep.Items[0].Taken {
			fmt.Println("ack", filepath.Base(name))
		}
	}
	if e.Close() != nil {
		return 3
	}
	fmt.Println("done")
	return 0
}

// TestKilledAnywhereLeavesOldOrNew kills a first start and an import at every system call that changes something
// (scorecard R1). Afterwards nothing acknowledged is lost, the journal verifies, and the same files finish the work.
// The everyday run takes every second call, since what an import does repeats itself.
func TestKilledAnywhereLeavesOldOrNew(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is needed: run make setup")
	}
	if raceEnabled {
		t.Skip("the child is killed at system calls, which the race detector multiplies; the plain run covers it")
	}
	v := newVendor(t, "acme")
	files := [][]byte{v.profileFile()}
	for version := 1; version <= 22; version++ {
		v.now = start.Add(time.Duration(version) * time.Minute)
		files = append(files, v.file("license", v.response("license", nil, licensePart(v.license("A-1", version, nil)))))
	}
	points, step := 0, killStep(2)
	for _, call := range []string{"write", "pwrite64", "fdatasync", "fsync", "renameat", "unlinkat", "openat", "ftruncate", "mkdirat"} {
		for n := 1; ; n += step {
			if n > 1000 {
				t.Fatalf("%s never ended", call)
			}
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "in"), 0o700); err != nil {
				t.Fatal(err)
			}
			for i, data := range files {
				if err := os.WriteFile(filepath.Join(dir, "in", fmt.Sprintf("%02d", i)), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
				t.Fatal(err)
			}
			out, done := killAt(t, dir, call, n)
			checkAfterKill(t, dir, call, n, out, files)
			points++
			if done {
				break
			}
		}
	}
	t.Logf("%d points", points)
	if want := 300 / step; points < want {
		t.Fatalf("only %d points, want at least %d", points, want)
	}
}

// killStep is the distance of two killed calls: that of the everyday run, or one with HOLDFAST_KILL_EVERY=1.
func killStep(everyday int) int {
	switch {
	case os.Getenv("HOLDFAST_KILL_EVERY") != "":
		return 1
	case testing.Short():
		return 4 * everyday
	}
	return everyday
}

// killAt runs the child and kills it at the n-th call. done means that the child ended by itself.
func killAt(t *testing.T, dir, call string, n int) (out string, done bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace="+call,
		"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir, "GOMAXPROCS=2")
	b, err := cmd.Output()
	out = string(b)
	return out, err == nil && strings.Contains(out, "done\n")
}

func checkAfterKill(t *testing.T, dir, call string, n int, out string, files [][]byte) {
	t.Helper()
	at := fmt.Sprintf("killed at %s %d (acknowledged %q)", call, n, out)
	e, err := Open(context.Background(), childOptions(dir))
	if err != nil {
		t.Fatalf("%s: cannot be opened: %v", at, err)
	}
	defer e.Close()
	s := e.Snapshot()
	acked := strings.Count(out, "ack ")
	if acked > 0 && len(s.Vendors) != 1 {
		t.Fatalf("%s: the vendor is gone", at)
	}
	if acked > 1 && (len(s.Facts.Licenses) != 1 || s.Facts.Licenses[0].Version < acked-1) {
		t.Fatalf("%s: version %d is gone", at, acked-1)
	}
	for i, data := range files {
		rep, err := e.Import(context.Background(), []Source{{Name: "f", Data: data}}, ImportOptions{TrustVendor: true})
		if err != nil {
			t.Fatalf("%s: file %d again: %v", at, i, err)
		}
		if it := rep.Items[0]; !it.Taken && it.Finding.State != terms.StateFileKnown && it.Finding.State != terms.StateFileOlder {
			t.Fatalf("%s: file %d again: %s", at, i, it.Finding.State)
		}
	}
	s = e.Snapshot()
	if len(s.Facts.Licenses) != 1 || s.Facts.Licenses[0].Version != len(files)-1 || len(s.Vendors) != 1 {
		t.Fatalf("%s: %d licenses, %d vendors", at, len(s.Facts.Licenses), len(s.Vendors))
	}
	if ok, f := e.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); !ok {
		t.Fatalf("%s: edit is not allowed: %s", at, f.State)
	}
	rep, err := e.VerifyLedger(context.Background())
	if err != nil || !rep.OK() {
		t.Fatalf("%s: the journal does not verify: %+v %v", at, rep.Findings, err)
	}
}
