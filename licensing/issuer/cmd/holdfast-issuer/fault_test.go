package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
)

// desk is an issuer's folder with a license and requests of several computers.
type desk struct {
	t    *testing.T
	root string
}

func newDesk(t *testing.T, places int) desk {
	t.Helper()
	t.Setenv("NOW", "2026-11-02T10:00:00Z")
	d := desk{t, t.TempDir()}
	d.must(disk.OS(), "init", "--dir", d.path("acme"), "--vendor", "acme", "--name", "Acme GmbH")
	d.must(disk.OS(), "profile", "--dir", d.path("acme"), "--out", d.path("acme.hfkey"))
	key := d.must(disk.OS(), "license", "create", "--dir", d.path("acme"), "--policy", policyFile, "--external-id", "ORDER-17", "--places", fmt.Sprint(places))
	if err := os.WriteFile(d.path("key.txt"), []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

// request puts the requests of computers from to until into a folder.
func (d desk) request(dir string, from, until int) {
	d.t.Helper()
	v, err := trustedProfile(d.path("acme.hfkey"))
	if err != nil {
		d.t.Fatal(err)
	}
	if err := os.MkdirAll(d.path(dir), 0o700); err != nil {
		d.t.Fatal(err)
	}
	for n := from; n <= until; n++ {
		name := d.path(filepath.Join(dir, fmt.Sprintf("%d.hfreq", n)))
		if _, err := makeRequest(name, d.path("key.txt"), "2026-12-02T10:00:00Z", v, n, n); err != nil {
			d.t.Fatal(err)
		}
	}
}

const policyFile = "../../../../docs/examples/acmecad.yaml"

func (d desk) path(name string) string { return filepath.Join(d.root, name) }

func (d desk) run(fs disk.FS, args ...string) (code int, out, err string) {
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), args, world{in: strings.NewReader(""), out: &stdout, err: &stderr, fs: fs, now: scriptTime})
	return code, stdout.String(), stderr.String()
}

func (d desk) must(fs disk.FS, args ...string) string {
	d.t.Helper()
	code, out, text := d.run(fs, args...)
	if code != 0 {
		d.t.Fatalf("%v: code %d: %s", args, code, text)
	}
	return out
}

// whole says whether every file in a folder is complete, and returns them.
func (d desk) whole(dir string) map[string][]byte {
	d.t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		d.t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			d.t.Fatal(err)
		}
		if strings.HasPrefix(e.Name(), ".") {
			continue // left by a kill; the next write replaces it
		}
		if _, err := exchange.Read(e.Name(), b); err != nil {
			d.t.Errorf("%s is half written: %v", e.Name(), err)
		}
		files[e.Name()] = b
	}
	return files
}

// TestAFullDiskHandsOutWholeFilesOrNone lets each call to the file system break in turn.
func TestAFullDiskHandsOutWholeFilesOrNone(t *testing.T) {
	for _, c := range []struct {
		cause error
		code  int
	}{{syscall.ENOSPC, 43}, {syscall.EROFS, 43}, {syscall.EIO, 1}} {
		d := newDesk(t, 2)
		d.request("inbox", 1, 2)
		args := []string{"answer", "--dir", d.path("acme"), d.path("inbox"), "--out"}
		want := map[string][]byte{}
		for n := 1; ; n++ {
			out := d.path(fmt.Sprintf("outbox%d", n))
			faulty := disk.NewFaulty(disk.OS(), n, c.cause)
			code, _, text := d.run(faulty, append(args, out)...)
			if !faulty.Tripped() {
				if code != 0 {
					t.Fatalf("code %d without a fault: %s", code, text)
				}
				break
			}
			if code != 0 && code != c.code && code != 29 { // 29: the input or the issuer could not be looked at
				t.Errorf("%v at call %d: code %d: %s", c.cause, n, code, text)
			}
			if code != 0 && strings.TrimSpace(text) == "" {
				t.Errorf("%v at call %d: code %d without a word", c.cause, n, code)
			}
			for name := range d.whole(out) {
				if strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".tmp") {
					t.Errorf("%v at call %d left %s behind", c.cause, n, name)
				}
			}
			d.must(disk.OS(), append(args, out)...)
			got := d.whole(out)
			if len(got) != 2 {
				t.Fatalf("after call %d broke there are %d answers", n, len(got))
			}
			for name, b := range got {
				if want[name] == nil {
					want[name] = b
				}
				if !bytes.Equal(want[name], b) {
					t.Errorf("%s differs after call %d broke", name, n)
				}
			}
			if n > 200 {
				t.Fatal("too many calls to be tried one by one")
			}
		}
	}
}

// TestAKillAtAnyMomentLosesAndDoublesNothing kills the program with SIGKILL while it answers, many times over. A
// file that was written is whole and stays the answer for ever; places are counted once.
func TestAKillAtAnyMomentLosesAndDoublesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const rounds, each = 40, 2
	d := newDesk(t, rounds*each)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	handed := map[string][]byte{} // the oracle: what was seen once
	killed := 0
	random := rand.New(rand.NewPCG(1, 2))
	for round := range rounds {
		d.request("inbox", round*each+1, round*each+each)
		cmd := exec.Command(self, "-test.run=TestWorker")
		cmd.Env = append(os.Environ(), "HOLDFAST_TEST_DESK="+d.root)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(10+random.IntN(90))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		if cmd.Wait() != nil {
			killed++
		}
		timer.Stop()
		for name, b := range d.whole(d.path("outbox")) {
			if handed[name] != nil && !bytes.Equal(handed[name], b) {
				t.Fatalf("%s changed", name)
			}
			handed[name] = b
		}
	}
	t.Logf("killed %d times of %d, %d files were handed out on the way", killed, rounds, len(handed))
	if killed == 0 {
		t.Error("no run was killed")
	}
	d.must(disk.OS(), "answer", "--dir", d.path("acme"), d.path("inbox"), "--out", d.path("outbox"))
	final := d.whole(d.path("outbox"))
	if len(final) != rounds*each {
		t.Errorf("%d answers for %d requests", len(final), rounds*each)
	}
	for name, b := range handed {
		if !bytes.Equal(final[name], b) {
			t.Errorf("%s is not the answer any more", name)
		}
	}
	if out := d.must(disk.OS(), "license", "list", "--dir", d.path("acme")); !strings.Contains(out, fmt.Sprintf("%d/%d", rounds*each, rounds*each)) {
		t.Errorf("places: %s", out)
	}
}

// TestWorker is the program that the test above kills.
func TestWorker(t *testing.T) {
	root := os.Getenv("HOLDFAST_TEST_DESK")
	if root == "" {
		t.Skip("runs as a child only")
	}
	d := desk{t, root}
	d.must(disk.OS(), "answer", "--dir", d.path("acme"), d.path("inbox"), "--out", d.path("outbox"))
}

// TestAFullDiskWritesLettersWholeOrNot lets each call to the file system break in turn while files for many computers are written.
// The same order writes the same bytes afterwards.
func TestAFullDiskWritesLettersWholeOrNot(t *testing.T) {
	d := newDesk(t, 2)
	d.request("inbox", 1, 2)
	d.must(disk.OS(), "answer", "--dir", d.path("acme"), d.path("inbox"), "--out", d.path("first"))
	text := d.must(disk.OS(), "policy", "page", policyFile, "--out", "-")
	if !strings.Contains(text, "AcmeCAD") {
		t.Fatal("no page")
	}
	next, err := os.ReadFile(policyFile)
	if err != nil {
		t.Fatal(err)
	}
	next = bytes.ReplaceAll(next, []byte("\nversion: 3"), []byte("\nversion: 4"))
	next = append(bytes.ReplaceAll(next, []byte("places: 2"), []byte("places: 3")), "  - {version: 4, date: 2026-12-01, text: More places}\n"...)
	if err := os.WriteFile(d.path("next.yaml"), next, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"extend":  {"extend", "SERIAL", "", "--dir", d.path("acme"), "--what", "grace", "--by", "1d", "--agent", "a", "--reason", "x", "--external-id", "T-1"},
		"notice":  {"notice", "outage", "--dir", d.path("acme"), "--text", "x", "--external-id", "T-2"},
		"publish": {"policy", "publish", d.path("next.yaml"), "--dir", d.path("acme")},
	} {
		if name == "extend" {
			serial, _, _ := strings.Cut(strings.Split(d.must(disk.OS(), "license", "list", "--dir", d.path("acme")), "\n")[1], " ")
			args = append([]string{"extend", serial}, args[3:]...)
		}
		want := map[string][]byte{}
		for n := 1; ; n++ {
			out := d.path(fmt.Sprintf("%s%d", name, n)) + string(os.PathSeparator)
			faulty := disk.NewFaulty(disk.OS(), n, syscall.ENOSPC)
			code, _, text := d.run(faulty, append(args, "--out", out)...)
			if !faulty.Tripped() {
				if code != 0 {
					t.Fatalf("%s: code %d without a fault: %s", name, code, text)
				}
				break
			}
			if code != 0 && code != 43 && code != 29 || code != 0 && strings.TrimSpace(text) == "" {
				t.Errorf("%s at call %d: code %d: %s", name, n, code, text)
			}
			d.whole(out)
			d.must(disk.OS(), append(args, "--out", out)...)
			for file, b := range d.whole(out) {
				if want[file] == nil {
					want[file] = b
				}
				if !bytes.Equal(want[file], b) {
					t.Errorf("%s: %s differs after call %d broke", name, file, n)
				}
			}
			if n > 200 {
				t.Fatal("too many calls to be tried one by one")
			}
		}
		if len(want) == 0 {
			t.Errorf("%s wrote nothing", name)
		}
	}
}
