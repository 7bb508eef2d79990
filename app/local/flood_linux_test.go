package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
)

// Hostile callers of R14, each a process of its own that goes on until it is killed.
var floods = map[string]func(socket string){
	// 10,000 connections in a round, as many of them open as are let be.
	"connections": func(socket string) {
		open := make([]net.Conn, 0, 1000)
		for i := 0; ; i++ {
			if c, err := net.Dial("unix", socket); err == nil {
				open = append(open, c)
			}
			if len(open) == cap(open) {
				for _, c := range open {
					c.Close()
				}
				open = open[:0]
			}
			if i == 10_000 {
				fmt.Println("ready")
			}
		}
	},
	// Requests that begin and never end.
	"halves": func(socket string) {
		var open []net.Conn
		for i := 0; ; i++ {
			c, err := net.Dial("unix", socket)
			if err != nil {
				continue
			}
			begin := "POST /v1/usage HTTP/1.1\r\nHost: holdfast\r\nContent-Ty"
			if i%2 == 1 {
				begin = "POST /v1/usage HTTP/1.1\r\nHost: holdfast\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
			}
			_, _ = io.WriteString(c, begin)
			if open = append(open, c); len(open) == 64 {
				open[0].Close()
				open = open[1:]
				time.Sleep(time.Millisecond)
			}
			if i == 64 {
				fmt.Println("ready")
			}
		}
	},
	// Bodies of 64 MiB, with and without saying so.
	"frames": func(socket string) {
		block := bytes.Repeat([]byte("["), 1<<20)
		for i := 0; ; i++ {
			c, err := net.Dial("unix", socket)
			if err != nil {
				continue
			}
			length := "Content-Length: 67108864"
			if i%2 == 1 {
				length = "Transfer-Encoding: chunked"
			}
			fmt.Fprintf(c, "POST /v1/usage HTTP/1.1\r\nHost: holdfast\r\nContent-Type: application/json\r\n%s\r\n\r\n", length)
			if i%2 == 1 {
				_, _ = io.WriteString(c, "4000000\r\n")
			}
			for range 64 {
				if _, err := c.Write(block); err != nil {
					break
				}
			}
			c.Close()
			if i == 4 {
				fmt.Println("ready")
			}
		}
	},
	// A web page that found the endpoint.
	"browsers": func(socket string) {
		client := rawClient(socket)
		for i := 0; ; i++ {
			r, err := http.NewRequest("POST", "http://holdfast/v1/usage", strings.NewReader(`{}`))
			if err != nil {
				panic(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Origin", "https://evil.example")
			if i%2 == 1 {
				r.Host = "evil.example"
			}
			if res, err := client.Do(r); err == nil {
				res.Body.Close()
			}
			if i == 10 {
				fmt.Println("ready")
			}
		}
	},
}

func startFlood(t *testing.T, kind, socket string) *exec.Cmd {
	t.Helper()
	cmd, out := start(t, "flood", kind, socket)
	if line, err := out.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%s says %q, %v", kind, line, err)
	}
	return cmd
}

// goodCaller is a licensed program with a kept connection; it connects and sends again when that is closed.
func goodCaller(t *testing.T, socket string, n int) (p99 time.Duration) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return endpoint.Dial(ctx, socket) }}}
	defer client.CloseIdleConnections()
	body, err := json.Marshal(endpoint.CheckRequest{Schema: 1, Product: "acmecad"})
	if err != nil {
		t.Fatal(err)
	}
	var took []time.Duration
	for range n {
		began := time.Now()
		for {
			res, err := client.Post("http://holdfast/v1/check", "application/json", bytes.NewReader(body))
			if err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode == http.StatusOK {
					break
				}
				err = fmt.Errorf("status %d", res.StatusCode)
			}
			if time.Since(began) > Patience {
				t.Fatalf("a good caller is kept out: %v", err)
			}
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// residentKB is the memory of a process.
func residentKB(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(b), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			n, err := strconv.Atoi(f[1])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// R14. The bound of 5 is against good callers of an owner that is left alone while another one, on the same computer, is
// under the same attack: so the processor time of the attackers counts on both sides, and what is seen is what the
// endpoint lets through. The ratio against an idle computer is logged.
func TestHostileCallersNeitherStarveGoodOnesNorFillTheMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("fills the computer with work")
	}
	const checks = 500
	for kind := range floods {
		t.Run(kind, func(t *testing.T) {
			home1, dir1 := testHome(t)
			home2, dir2 := testHome(t)
			owner, attacked := startOwner(t, home1, dir1)
			_, calm := startOwner(t, home2, dir2)
			idle := goodCaller(t, attacked, checks)
			goodCaller(t, calm, checks)
			before := residentKB(t, owner.Process.Pid)

			flood := startFlood(t, kind, calm)
			control := goodCaller(t, attacked, checks)
			flood.Process.Kill()
			flood.Wait()

			flood = startFlood(t, kind, attacked)
			under := goodCaller(t, attacked, checks)
			after := residentKB(t, owner.Process.Pid)
			flood.Process.Kill()
			flood.Wait()
			t.Logf("p99 idle %v, beside an attack %v, under attack %v (%.1f × idle, %.1f × beside); memory %d → %d KB (%.2f ×)",
				idle, control, under, float64(under)/float64(idle), float64(under)/float64(control), before, after, float64(after)/float64(before))
			if limit := 5 * max(control, idle, 5*time.Millisecond); under > limit {
				t.Errorf("p99 %v under attack, limit %v", under, limit)
			}
			if after > 2*before+8<<10 { // what the limits of one caller allow: 8 bodies of 1 MiB
				t.Errorf("memory grew from %d to %d KB", before, after)
			}
		})
	}
}
