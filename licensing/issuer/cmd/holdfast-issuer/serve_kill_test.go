package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer/pgtest"
	"holdfast/licensing/terms"
)

const (
	killClients   = 8
	killComputers = 16
	killEvents    = 7 // in the first usage file of each computer; the second has as many again, and the first ones too
)

func killPoints(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("HOLDFAST_KILL_POINTS"))
	if err != nil {
		n = 10
	}
	if testing.Short() {
		n = min(n, 3)
	}
	return n
}

func TestAServiceThatIsKilledUnderLoadLosesNothingAndCountsNothingTwice(t *testing.T) {
	for _, store := range []string{"bbolt", "postgres"} {
		t.Run(store, func(t *testing.T) {
			var more []string
			if store == "postgres" {
				more = []string{"--database", pgtest.Start(t)}
			}
			newKillRun(t, more).run(killPoints(t))
		})
	}
}

// killRun is a folder with a license, a service on it that is killed again and again, and computers that never give up.
type killRun struct {
	desk
	database []string
	url      atomic.Value // "" while no service answers
	kept     sync.Map     // *sent
	sent     atomic.Int64
}

// sent is a file and the answer that was acknowledged.
type sent struct{ file, answer []byte }

func newKillRun(t *testing.T, database []string) *killRun {
	t.Helper()
	t.Setenv("NOW", "2026-11-02T10:00:00Z")
	k := &killRun{desk: desk{t, t.TempDir()}, database: database}
	k.url.Store("")
	at := []string{"--dir", k.path("acme")}
	k.must(disk.OS(), append(append([]string{"init", "--vendor", "acme", "--name", "Acme GmbH"}, at...), database...)...)
	k.must(disk.OS(), append([]string{"profile", "--out", k.path("acme.hfkey")}, at...)...)
	key := k.must(disk.OS(), append([]string{"license", "create", "--policy", policyFile, "--external-id", "ORDER-17", "--places", fmt.Sprint(killComputers)}, at...)...)
	if err := os.WriteFile(k.path("key.txt"), []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *killRun) run(kills int) {
	t := k.t
	enough := make(chan struct{}) // the last service is up: clients finish what they are at
	var clients sync.WaitGroup
	work := make(chan int, killComputers)
	for n := range killComputers {
		work <- n + 1
	}
	close(work)
	for range killClients {
		clients.Go(func() {
			var mine []*caller
			for n := range work {
				mine = append(mine, k.caller(n))
			}
			for round := 0; ; round++ {
				for _, c := range mine {
					c.step(round)
				}
				select {
				case <-enough:
					if round >= 3 {
						return
					}
				default:
				}
			}
		})
	}
	for range kills {
		process := k.start()
		timer := time.NewTimer(time.Duration(30+rand.IntN(250)) * time.Millisecond)
		<-timer.C
		k.url.Store("")
		_ = process.Process.Kill()
		_ = process.Wait()
	}
	last := k.start()
	close(enough)
	clients.Wait()
	if t.Failed() {
		return
	}
	n := k.compare()
	t.Logf("%d kills, %d exchanges acknowledged, %d files asked for again", kills, k.sent.Load(), n)
	if err := last.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := last.Wait(); err != nil {
		t.Errorf("the last service: %v", err)
	}
	k.totals()
}

// start runs the service as a process of its own and waits until it answers.
func (k *killRun) start() *exec.Cmd {
	k.t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestServeWorker$")
	c.Env = append(os.Environ(), "HOLDFAST_TEST_SERVE="+k.path("acme"))
	out, err := c.StdoutPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	var errs bytes.Buffer
	c.Stderr = &errs
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { _ = c.Process.Kill() })
	var line struct {
		URL string `json:"url"`
	}
	if err := json.NewDecoder(out).Decode(&line); err != nil {
		_ = c.Wait()
		k.t.Fatalf("it does not serve: %v: %s", err, errs.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	k.url.Store(line.URL)
	return c
}

// TestServeWorker is the service that the test above kills.
func TestServeWorker(t *testing.T) {
	dir := os.Getenv("HOLDFAST_TEST_SERVE")
	if dir == "" {
		t.Skip("runs as a child only")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	code := run(ctx, []string{"serve", "--json", "--dir", dir, "--addr", "127.0.0.1:0", "--rate", "0", "--device-rate", "0"}, world{
		in: strings.NewReader(""), out: os.Stdout, err: io.Discard, fs: disk.OS(), now: scriptTime,
		running: func() (string, time.Duration) { return "", clock.System().Read().Running },
		wait:    func(context.Context, time.Duration) {},
	})
	os.Exit(code)
}

// caller is a computer that sends until it is answered.
type caller struct {
	k      *killRun
	n      int
	key    device.Key
	v      exchange.Profile
	serial string
	hash   string
	usage  [][]byte
	client *http.Client
}

func (k *killRun) caller(n int) *caller {
	fail := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	c := &caller{k: k, n: n, client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}}
	var err error
	c.v, err = trustedProfile(k.path("acme.hfkey"))
	fail(err)
	c.key, err = device.NewKey(rand.NewChaCha8([32]byte{byte(n)}))
	fail(err)
	text, err := os.ReadFile(k.path("key.txt"))
	fail(err)
	c.hash, err = terms.KeyHash(string(text))
	fail(err)
	m := metering{v: c.v, key: c.key, ledger: fmt.Sprintf("%032x", n), home: k.path(fmt.Sprintf("home%d", n)), now: scriptTime()}
	for i := range 2 {
		name := k.path(fmt.Sprintf("usage%d-%d.hfuse", n, i))
		fail(m.record(killEvents, "acmecad"))
		fail(m.exportAs(name, fmt.Sprintf("U-%d-%d", n, i), ""))
		b, err := os.ReadFile(name)
		fail(err)
		c.usage = append(c.usage, b)
	}
	return c
}

// step sends the next file, and now and then one of before again.
func (c *caller) step(round int) {
	switch round {
	case 0:
		c.serial = c.activate()
	case 1, 2:
		c.send(c.usage[round-1])
	default:
		c.send(c.request(exchange.RequestCheckin, fmt.Sprintf("Q-%d-%d", c.n, round)))
	}
	if round%3 == 0 {
		c.send(c.usage[0])
	}
}

func (c *caller) activate() string {
	answer := c.send(c.request(exchange.RequestActivate, fmt.Sprintf("Q-%d", c.n)))
	found, err := exchange.Read("answer", answer)
	if err != nil {
		c.k.t.Errorf("answer: %v", err)
		return ""
	}
	for _, e := range found[0].Bundle.Envelopes {
		if r, err := exchange.ParseResponse(e, c.v); err == nil && len(r.Parts) > 0 && r.Parts[0].License != nil {
			return r.Parts[0].License.Serial
		}
	}
	c.k.t.Errorf("computer %d got no license", c.n)
	return ""
}

func (c *caller) request(kind, id string) []byte {
	r := exchange.Request{
		Header: exchange.Header{
			Schema: exchange.RequestSchema, Vendor: "acme", Alg: "ed25519", KeyID: exchange.KeyID(c.key.Public()),
			ID: id, Issued: scriptTime(), Trace: id,
		},
		Kind: kind, Nonce: "nonce-" + id, Until: scriptTime().AddDate(0, 1, 0),
		Device: exchange.RequestDevice{ID: c.key.ID(), Public: exchange.EncodeKey(c.key.Public()), Code: c.key.Code()},
	}
	if kind == exchange.RequestActivate {
		r.KeyHash = c.hash
	} else {
		r.Licenses = []exchange.RequestLicense{{Serial: c.serial, Version: 1}}
	}
	e, err := exchange.Sign(r, exchange.RequestType, exchange.KeySigner(ed25519.NewKeyFromSeed(c.key.Seed())))
	if err != nil {
		panic(err)
	}
	file, err := exchange.Armor(exchange.KindRequest, "", e)
	if err != nil {
		panic(err)
	}
	return file
}

// send sends a file until it is acknowledged, and keeps the answer. A second answer to the same file has to be the same.
func (c *caller) send(file []byte) []byte {
	for deadline := time.Now().Add(time.Minute); ; {
		if url, _ := c.k.url.Load().(string); url != "" {
			if answer, ok := c.post(url, file); ok {
				c.k.sent.Add(1)
				was, _ := c.k.kept.LoadOrStore(string(file), &sent{file, answer})
				if !bytes.Equal(was.(*sent).answer, answer) {
					c.k.t.Errorf("computer %d got two answers to one file", c.n)
				}
				return answer
			}
		}
		if time.Now().After(deadline) {
			c.k.t.Errorf("computer %d got no answer within a minute", c.n)
			return nil
		}
		<-time.After(2 * time.Millisecond) // before a computer tries again
	}
}

func (c *caller) post(url string, file []byte) ([]byte, bool) {
	q, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/v1/exchange", bytes.NewReader(file))
	if err != nil {
		return nil, false
	}
	res, err := c.client.Do(q)
	if err != nil {
		return nil, false
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK && res.StatusCode != http.StatusServiceUnavailable {
		c.k.t.Errorf("computer %d: %d %.200s", c.n, res.StatusCode, b)
	}
	return b, err == nil && res.StatusCode == http.StatusOK
}

// compare asks for every answer again.
func (k *killRun) compare() (n int) {
	url, _ := k.url.Load().(string)
	c := &caller{k: k, client: http.DefaultClient}
	k.kept.Range(func(_, v any) bool {
		s := v.(*sent)
		n++
		if b, ok := c.post(url, s.file); !ok || !bytes.Equal(b, s.answer) {
			k.t.Errorf("an acknowledged answer of %d bytes comes back as %d others", len(s.answer), len(b))
		}
		return true
	})
	return n
}

// totals are what the vendor believes in the end: every computer once, and every event once.
func (k *killRun) totals() {
	k.t.Helper()
	var licenses struct {
		Licenses []struct {
			Used int `json:"places_used"`
		} `json:"licenses"`
	}
	out := k.must(disk.OS(), "license", "list", "--dir", k.path("acme"), "--json")
	if err := json.Unmarshal([]byte(out), &licenses); err != nil || len(licenses.Licenses) != 1 || licenses.Licenses[0].Used != killComputers {
		k.t.Errorf("places: %s, %v", out, err)
	}
	out = k.must(disk.OS(), "usage", "report", "--dir", k.path("acme"), "--format", "csv")
	if want := fmt.Sprint(2 * killEvents * killComputers); !regexp.MustCompile(`(?m)(^|,)` + want + `(,|$)`).MatchString(out) {
		k.t.Errorf("%s events are wanted:\n%s", want, out)
	}
	if out := k.must(disk.OS(), "anomalies", "--dir", k.path("acme"), "--all"); strings.TrimSpace(out) != "" {
		k.t.Errorf("something is odd:\n%s", out)
	}
}
