package issuer_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

const (
	benchClients   = 8
	benchComputers = 400 // that ask, of all that hold a place
	benchLedgers   = 60  // of them, those that report usage
)

// processorTime is what this process used so far, where the system says so.
var processorTime = func() time.Duration { return 0 }

// crowd is a store with many licenses and some computers that ask, prepared for a benchmark.
type crowd struct {
	*desk
	pcs    []*online
	agents []*agent
	epochs map[*agent]uint64
}

// newCrowd is a store with n licenses, each with a computer.
func newCrowd(b *testing.B, n int, change ...func(*issuer.Options)) *crowd {
	c := &crowd{epochs: map[*agent]uint64{}, desk: newDesk(b, benchStore(b))}
	like := c.license(b, issuer.NewLicense{Customer: "8812"})
	asking := map[int]computer{}
	for i := range benchComputers {
		if i < benchLedgers {
			c.agents = append(c.agents, c.agent(b, i+1))
		}
		asking[i*n/benchComputers] = newComputer(b, i+1)
	}
	serials, err := c.Fill(n, like.Serial, func(i int) (string, string) {
		if pc, ok := asking[i]; ok {
			return pc.ID(), pc.Code()
		}
		sum := sha256.Sum256(fmt.Append(nil, "device ", i))
		id := hex.EncodeToString(sum[:])
		return id, id[:4] + "-" + id[4:8]
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, i := range slices.Sorted(maps.Keys(asking)) {
		pc := &online{computer: asking[i], v: c.trusted(b), label: "lab 7", held: map[string]int{serials[i]: 1}, nonce: 1}
		if pc.checkIn(b, c.desk); !pc.takeAgain(b, c.desk) {
			b.Fatal("a computer that was told everything is told again")
		}
		c.pcs = append(c.pcs, pc)
	}
	return c
}

func (pc *online) takeAgain(t fataler, d *desk) bool { _, brief := pc.checkIn(t, d); return brief }

// files are what the computers send, signed before the clock runs.
func (c *crowd) files(b *testing.B, kind string, n int) [][]byte {
	var all [][]byte
	for i := range n {
		pc, what := c.pcs[i%len(c.pcs)], kind
		if kind == "mixed" { // as it is in life: most find nothing new
			what = []string{"brief", "brief", "brief", "full", "usage"}[i%5]
		}
		switch what {
		case "brief":
			all = append(all, armored(b, pc.ask(b, c.desk)))
		case "full":
			all = append(all, armored(b, pc.ask(b, c.desk, func(r *exchange.Request) { r.Restored = true })))
		case "usage":
			a := c.agents[i%len(c.agents)]
			a.use(5)
			a.receipt.Epoch = c.epochs[a] // each file has what is new since the one before
			all = append(all, a.export())
			c.epochs[a]++
		}
	}
	return all
}

// BenchmarkExchange measures P10: what a contact costs the vendor, with eight computers at once, at 1,000 and at 100,000 licenses. A
// mixed run goes after the others: full answers give new versions out, so that some of its short check-ins are answered in full.
func BenchmarkExchange(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		var c *crowd
		for _, kind := range []string{"brief", "full", "usage", "mixed"} {
			b.Run(fmt.Sprintf("licenses=%d/%s", n, kind), func(sub *testing.B) {
				if c == nil {
					c = newCrowd(b, n) // only for what is really run
				}
				c.run(sub, kind)
			})
		}
	}
}

func (c *crowd) run(b *testing.B, kind string) { c.sent(b, c.files(b, kind, b.N), kind) }

// sent has files answered by eight at once.
func (c *crowd) sent(b *testing.B, files [][]byte, kind string) {
	took := make([]time.Duration, b.N)
	var next, brief atomic.Int64
	var wg sync.WaitGroup
	busy := processorTime()
	b.ResetTimer()
	for range benchClients {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				start := time.Now()
				answers, err := c.AnswerFile(b.Context(), "file", files[i])
				took[i] = time.Since(start)
				if err != nil || len(answers) != 1 || answers[0].Refused || answers[0].Again {
					b.Errorf("%d answers, %v", len(answers), err)
					return
				}
				if answers[0].Brief {
					brief.Add(1)
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	busy = processorTime() - busy
	if kind == "brief" && brief.Load() != int64(b.N) {
		b.Errorf("%d of %d are short", brief.Load(), b.N)
	}
	slices.Sort(took)
	b.ReportMetric(float64(busy.Microseconds())/1000/float64(b.N), "cpu-ms/op") // says more than the others on a machine that does other work too
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "exchanges/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkOneLicense measures the other end: all computers ask about the same license, so that hardly an answer that was decided early still
// stands in its turn.
func BenchmarkOneLicense(b *testing.B) {
	const places = 50
	c := &crowd{desk: newDesk(b, benchStore(b))}
	made := c.license(b, issuer.NewLicense{Customer: "8812", Places: places})
	v := c.trusted(b)
	var files [][]byte
	for i := range b.N {
		files = append(files, armored(b, newComputer(b, i%places+1).request(b, v, made.Key, i+1)))
	}
	c.sent(b, files, "full")
}
