package usage

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/disk"
)

const (
	killedEnv = "HOLDFAST_TEST_USAGE_CHILD" // folder of the ledger
	eventsEnv = "HOLDFAST_TEST_USAGE_EVENTS"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedEnv); dir != "" {
		n, _ := strconv.Atoi(os.Getenv(eventsEnv))
		os.Exit(killedChild(dir, n))
	}
	os.Exit(m.Run())
}

// killedChild records n events, closes and prunes now and then, and says what was acknowledged.
func killedChild(dir string, n int) int {
	ctx := context.Background()
	b, _, err := OpenBook(dir, bookOptions(disk.OS()))
	if err != nil {
		return 3
	}
	for i := range n {
		if _, err := b.Record(ctx, []Event{keyedUse(i)}); err != nil {
			return 3
		}
		fmt.Println("ack", i)
		if i%20 != 19 {
			continue
		}
		if err := b.CloseEpoch(ctx); err != nil {
			return 3
		}
		_, _, epoch := b.Tail()
		if _, err := b.Prune(ctx, epoch-2, bookStart); err != nil {
			return 3
		}
	}
	if b.Close() != nil {
		return 3
	}
	fmt.Println("done")
	return 0
}

// TestKilledAnywhereNothingAcknowledgedIsLostOrCountedTwice is scorecard R1 for record, close and prune: kill -9 at every system call
// that changes something; the everyday run takes every second. HOLDFAST_KILL_POINTS asks for about so many points.
func TestKilledAnywhereNothingAcknowledgedIsLostOrCountedTwice(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is needed: run make setup")
	}
	if underRace {
		t.Skip("the child is killed at system calls, which the race detector multiplies; the plain run covers it")
	}
	step, points := 1, 0
	wanted, err := strconv.Atoi(os.Getenv("HOLDFAST_KILL_POINTS"))
	if err != nil {
		wanted, step = 300, 2
	}
	events := max(wanted/5, 40)
	if testing.Short() {
		events, step = 40, 9
	}
	for _, call := range []string{"pwrite64", "write", "fdatasync", "fsync", "renameat", "unlinkat", "openat", "ftruncate", "mkdirat"} {
		for n := 1; ; n += step {
			dir := filepath.Join(t.TempDir(), bookID)
			acked, done := recordKilledAt(t, dir, events, call, n)
			checkAfterKill(t, dir, fmt.Sprintf("killed at %s %d, %d acknowledged", call, n, acked), acked, events)
			if points++; done {
				break
			}
			if n > 100*events {
				t.Fatalf("%s never ended", call)
			}
		}
	}
	t.Logf("%d points", points)
	if !testing.Short() && points < wanted/step {
		t.Fatalf("only %d points, want %d", points, wanted/step)
	}
}

// recordKilledAt runs the child and kills it at the n-th call. done: it ended by itself.
func recordKilledAt(t *testing.T, dir string, events int, call string, n int) (acked int, done bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace="+call,
		"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n), os.Args[0])
	cmd.Env = append(os.Environ(), killedEnv+"="+dir, eventsEnv+"="+strconv.Itoa(events), "GOMAXPROCS=2")
	out, err := cmd.Output()
	for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
		switch {
		case lines.Text() == "done":
			done = err == nil
		case strings.HasPrefix(lines.Text(), "ack "):
			acked++
		}
	}
	return acked, done
}

func checkAfterKill(t *testing.T, dir, at string, acked, events int) {
	t.Helper()
	b, rec, err := OpenBook(dir, bookOptions(disk.OS()))
	if err != nil || rec.Damaged != nil {
		t.Fatalf("%s: open: %+v, %v", at, rec, err)
	}
	defer b.Close()
	for i := range acked {
		if _, ok, err := look(b, keyedUse(i)); err != nil || !ok {
			t.Fatalf("%s: event %d is lost: %v", at, i, err)
		}
	}
	counted := uint64(0)
	for _, s := range b.Totals() {
		counted += s.Count
	}
	if counted < uint64(acked) || counted > uint64(acked)+1 { // one may have been on its way
		t.Fatalf("%s: %d are counted", at, counted)
	}
	var all []Event
	for i := range events {
		all = append(all, keyedUse(i))
	}
	mustRecord(t, b, all...)
	checkSums(t, b, all)
	if rep, err := b.Verify(); err != nil || !rep.OK() {
		t.Fatalf("%s: verify: %+v, %v", at, rep, err)
	}
}
