package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/disk"
)

func TestNoCellOfAReportIsAFormula(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|x", "%x"} {
		if got := cell(s); got != "'"+s {
			t.Errorf("%q became %q", s, got)
		}
	}
	for _, s := range []string{"", "8812", "a=b", "Example Corp"} {
		if got := cell(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
	if got := terminal("a\x1b[31mb\x00\u0085c"); got != "a[31mbc" {
		t.Errorf("terminal %q", got)
	}
}

// meters lets a computer record use and export all of it.
func (d desk) meters(n, events int, out string) {
	d.t.Helper()
	d.t.Chdir(d.root)
	if err := meter([]string{"-home", d.path("home"), "-n", string(rune('0' + n)), "-events", string(rune('0' + events)), "-out", out}); err != nil {
		d.t.Fatal(err)
	}
}

// TestAFullDiskCountsUsageOnce lets each call to the file system break in turn while a usage file is answered. Afterwards the same file
// gets one receipt, and it is counted once.
func TestAFullDiskCountsUsageOnce(t *testing.T) {
	d := newDesk(t, 1)
	d.meters(1, 7, d.path("u.hfuse"))
	var want []byte
	args := []string{"answer", "--dir", d.path("acme"), d.path("u.hfuse"), "--out", d.path("r.hfrcp")}
	for n := 1; ; n++ {
		faulty := disk.NewFaulty(disk.OS(), n, syscall.ENOSPC)
		code, _, text := d.run(faulty, args...)
		if !faulty.Tripped() {
			if code != 0 {
				t.Fatalf("code %d without a fault: %s", code, text)
			}
			break
		}
		if code != 0 && strings.TrimSpace(text) == "" {
			t.Errorf("call %d: code %d without a word", n, code)
		}
		d.must(disk.OS(), args...)
		got, err := os.ReadFile(d.path("r.hfrcp"))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Errorf("call %d: another receipt", n)
		}
		if n > 200 {
			t.Fatal("too many calls to be tried one by one")
		}
	}
	if out := d.must(disk.OS(), "usage", "report", "--dir", d.path("acme"), "--format", "csv"); !strings.Contains(out, ",renders,2026-11,7,render\n") {
		t.Errorf("report %s", out)
	}
}

// TestAKillWhileUsageIsCountedLosesAndDoublesNothing kills the program with SIGKILL while it answers usage files.
func TestAKillWhileUsageIsCountedLosesAndDoublesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const rounds = 9
	d := newDesk(t, 1)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(d.path("inbox"), 0o700); err != nil {
		t.Fatal(err)
	}
	handed := map[string][]byte{}
	killed := 0
	random := rand.New(rand.NewPCG(3, 4))
	for round := 1; round <= rounds; round++ {
		d.meters(round, round, d.path("inbox/"+string(rune('a'+round))+".hfuse"))
		for range 4 {
			cmd := exec.Command(self, "-test.run=TestWorker")
			cmd.Env = append(os.Environ(), "HOLDFAST_TEST_DESK="+d.root)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(10+random.IntN(120))*time.Millisecond, func() { _ = cmd.Process.Kill() })
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
	}
	t.Logf("killed %d times, %d receipts were handed out on the way", killed, len(handed))
	if killed == 0 {
		t.Error("no run was killed")
	}
	d.must(disk.OS(), "answer", "--dir", d.path("acme"), d.path("inbox"), "--out", d.path("outbox"))
	if final := d.whole(d.path("outbox")); len(final) != rounds {
		t.Errorf("%d receipts for %d files", len(final), rounds)
	}
	if out := d.must(disk.OS(), "usage", "report", "--dir", d.path("acme"), "--format", "csv"); !strings.Contains(out, ",renders,2026-11,45,render\n") {
		t.Errorf("report %s", out)
	}
}
