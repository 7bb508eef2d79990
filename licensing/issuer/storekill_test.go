package issuer

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	killEnv     = "HOLDFAST_TEST_STORE"
	killFrom    = "HOLDFAST_TEST_STORE_FROM"
	killCallers = 8
)

// TestStoreLosesAndDoublesNothingWhenItIsKilled kills a process with SIGKILL while many callers count in it, again and again. Whatever was
// acknowledged is there, and what was not is done again and counted once.
func TestStoreLosesAndDoublesNothingWhenItIsKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rounds := 12
	if testing.Short() {
		rounds = 4
	}
	for kind, place := range places(t) {
		t.Run(kind, func(t *testing.T) {
			at, random := place(t), rand.New(rand.NewPCG(1, 2))
			_ = opened(t, at).Close()
			next, said := make([]int, killCallers), 0
			for range rounds {
				acknowledged := killOnce(t, self, at, next, time.Duration(random.IntN(60))*time.Millisecond)
				for _, line := range acknowledged {
					c, i, ok := strings.Cut(line, "/")
					caller, err := strconv.Atoi(c)
					n, err2 := strconv.Atoi(i)
					if !ok || err != nil || err2 != nil {
						t.Fatalf("line %q", line)
					}
					next[caller] = n + 1
				}
				said += len(acknowledged)
				s := opened(t, at)
				err := s.View(func(x tx) error {
					n, err := get[int](x, bucketMeta, "n")
					if err != nil {
						return err
					}
					seen := map[int]bool{}
					if err := each(x, bucketLetters, "", func(_ string, n int) error { seen[n] = true; return nil }); err != nil {
						return err
					}
					if len(seen) != n || n < said || n > said+rounds*killCallers {
						t.Errorf("%d counted, %d different, %d acknowledged", n, len(seen), said)
					}
					for c, upTo := range next {
						for i := range upTo {
							if _, err := x.Get(bucketLetters, fmt.Sprintf("%d/%d", c, i)); err != nil {
								t.Errorf("%d/%d was acknowledged: %v", c, i, err)
							}
						}
					}
					return nil
				})
				if err := errors.Join(err, s.Close()); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("%d acknowledged in %d rounds", said, rounds)
			if said < rounds {
				t.Error("too little was done to say anything")
			}
		})
	}
}

// killOnce starts a worker, kills it some time after its first acknowledgement, and returns what it acknowledged.
func killOnce(t *testing.T, self, at string, next []int, after time.Duration) (lines []string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestStoreWorker$")
	cmd.Env = append(os.Environ(), killEnv+"="+at, killFrom+"="+strings.Trim(fmt.Sprint(next), "[]"))
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if err != nil { // the end; half a line was not said
			break
		}
		if len(lines) == 0 {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	_ = r.Close()
	_ = cmd.Wait()
	return lines
}

// TestStoreWorker is the process that the test above kills: it counts until it is.
func TestStoreWorker(t *testing.T) {
	at := os.Getenv(killEnv)
	if at == "" {
		t.Skip("runs as a child only")
	}
	out := os.NewFile(3, "acknowledged")
	s := opened(t, at)
	var wait sync.WaitGroup
	for c, from := range strings.Fields(os.Getenv(killFrom)) {
		i, err := strconv.Atoi(from)
		if err != nil {
			t.Fatal(err)
		}
		wait.Go(func() {
			for ; ; i++ {
				name := fmt.Sprintf("%d/%d", c, i)
				if err := count(s, name); err != nil {
					t.Error(err)
					return
				}
				if _, err := out.WriteString(name + "\n"); err != nil {
					return // nobody listens any more
				}
			}
		})
	}
	wait.Wait()
}
