//go:build !windows

package local

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
)

// fakePrograms answers as an engine would, and keeps what it was asked.
type fakePrograms struct {
	mu       sync.Mutex
	checks   []endpoint.CheckRequest
	recorded []endpoint.UsageEvent
	err      error
	noKey    bool
	wait     chan struct{} // Record waits for it when it is not nil
	began    chan struct{}
}

func (f *fakePrograms) Check(_ context.Context, q endpoint.CheckRequest) (endpoint.CheckAnswer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.checks = append(f.checks, q)
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	return endpoint.CheckAnswer{
		Product: q.Product, At: at, State: "active", Tone: "ok", Text: "Ready <now>.", Works: []string{"edit"}, View: []string{}, Paused: []string{},
		Features: map[string]endpoint.Feature{"edit": {Mode: "keep"}, "proof": {Mode: "pause"}}, ValidUntil: at.Add(time.Hour), Meters: []endpoint.Meter{},
	}, f.err
}

func (f *fakePrograms) Prove(_ context.Context, q endpoint.CheckRequest, answer []byte) (endpoint.Proof, bool) {
	return endpoint.Proof{Public: "key", Signature: q.Nonce + string(answer)}, !f.noKey
}

func (f *fakePrograms) ProveUsage(_ context.Context, nonce string, request, answer []byte) (endpoint.UsageProof, bool) {
	return endpoint.UsageProof{Public: "key", Signature: nonce + string(request) + string(answer)}, !f.noKey
}

func (f *fakePrograms) Record(ctx context.Context, q endpoint.UsageRequest) (endpoint.UsageAnswer, error) {
	if f.began != nil {
		f.began <- struct{}{}
	}
	if f.wait != nil {
		select {
		case <-f.wait:
		case <-ctx.Done():
			return endpoint.UsageAnswer{}, ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return endpoint.UsageAnswer{}, f.err
	}
	a := endpoint.UsageAnswer{Ledger: "1234", Head: "abcd"}
	for _, e := range q.Events {
		f.recorded = append(f.recorded, e)
		a.Seq = uint64(len(f.recorded))
		a.Events = append(a.Events, endpoint.RecordedUse{Seq: a.Seq})
	}
	return a, nil
}

func (f *fakePrograms) Status(context.Context) (endpoint.StatusAnswer, error) {
	return endpoint.StatusAnswer{Version: "1", Home: "/home", Usage: []endpoint.StatusUsage{}}, f.err
}

func servePrograms(t testing.TB, p Programs) (home, socket string, o *Owner) {
	t.Helper()
	home, dir := testHome(t)
	o, err := Take(home)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Serve(dir, echo, p); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Release() })
	return home, o.Address(), o
}

// post sends a body as a licensed program would and returns what came back.
func post(t testing.TB, c *http.Client, path string, body any) (int, []byte) {
	t.Helper()
	b, ok := body.([]byte)
	if !ok {
		var err error
		if b, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	res, err := c.Post("http://holdfast"+path, "application/json", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, answer
}

func codeOf(t testing.TB, body []byte) string {
	t.Helper()
	var e endpoint.ErrorAnswer
	if err := json.Unmarshal(body, &e); err != nil || e.Error.Text == "" {
		t.Errorf("%s: %v", body, err)
	}
	return e.Error.Code
}

func TestACheckWithANonceIsAnsweredWithAProofOverItsBytes(t *testing.T) {
	f := &fakePrograms{}
	_, socket, _ := servePrograms(t, f)
	nonce := base64.StdEncoding.EncodeToString(make([]byte, 32))
	q := endpoint.CheckRequest{Schema: 1, Product: "acmecad", Features: []string{"edit"}, Nonce: nonce}
	status, body := post(t, rawClient(socket), endpoint.CheckPath, q)
	answer, proof := endpoint.Signed(body)
	var p endpoint.Proof
	if err := json.Unmarshal(proof, &p); err != nil || status != 200 {
		t.Fatalf("%d %s %v", status, body, err)
	}
	if p.Signature != nonce+string(answer) {
		t.Errorf("signed was %s, the answer is %s", p.Signature, answer)
	}
	if !bytes.Contains(answer, []byte("Ready <now>.")) {
		t.Errorf("the sentence is not as it was: %s", answer)
	}
	q.Nonce = ""
	if _, body = post(t, rawClient(socket), endpoint.CheckPath, q); bytes.Contains(body, []byte("Signature")) {
		t.Errorf("a proof without a nonce: %s", body)
	}
	if answer, proof := endpoint.Signed(body); proof != nil || !bytes.Equal(answer, body) {
		t.Errorf("a feature called proof was taken for one: %s", proof)
	}
	f.noKey, q.Nonce = true, nonce
	if status, body = post(t, rawClient(socket), endpoint.CheckPath, q); status != 200 || bytes.Contains(body, []byte(`"signature"`)) {
		t.Errorf("without a key: %d %s", status, body)
	}
}

func TestABatchIsAcknowledgedInItsOrder(t *testing.T) {
	f := &fakePrograms{}
	_, socket, _ := servePrograms(t, f)
	q := endpoint.UsageRequest{Schema: 1}
	for i := range 10_000 {
		q.Events = append(q.Events, endpoint.UsageEvent{Product: "acmecad", Meter: "renders", Units: 1, ID: fmt.Sprint(i)})
	}
	status, body := post(t, rawClient(socket), endpoint.UsagePath, q)
	var a endpoint.UsageAnswer
	if err := json.Unmarshal(body, &a); err != nil || status != 200 || a.Seq != 10_000 || len(a.Events) != 10_000 || f.recorded[9_999].ID != "9999" {
		t.Fatalf("%d, %d events, seq %d, %v", status, len(a.Events), a.Seq, err)
	}
}

func TestWhatIsWrongWithARequestHasItsOwnCode(t *testing.T) {
	f := &fakePrograms{}
	_, socket, _ := servePrograms(t, f)
	doc := readOpenAPI(t)
	event := `{"product":"a","meter":"m","units":1}`
	cases := map[string]struct {
		method, path, body string
		change             func(*http.Request)
		status             int
		code               string
	}{
		"a browser's origin": {"POST", endpoint.CheckPath, `{}`, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403, "forbidden"},
		"a fetch":            {"GET", endpoint.StatusPath, ``, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "none") }, 403, "forbidden"},
		"a rebound name":     {"GET", endpoint.StatusPath, ``, func(r *http.Request) { r.Host = "evil.example" }, 403, "forbidden"},
		"a form":             {"POST", endpoint.UsagePath, `{}`, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415, "media_type"},
		"a GET":              {"GET", endpoint.CheckPath, ``, nil, 405, "method"},
		"a PUT":              {"PUT", endpoint.StatusPath, ``, nil, 405, "method"},
		"another path":       {"POST", "/v1/proxy", `{}`, nil, 404, "not_found"},
		"a newer version":    {"POST", endpoint.CheckPath, `{"schema_version":2,"product":"a"}`, nil, 501, "newer_version"},
		"no version":         {"POST", endpoint.CheckPath, `{"product":"a"}`, nil, 400, "schema_version_missing"},
		"no JSON":            {"POST", endpoint.CheckPath, `hello`, nil, 400, "malformed"},
		"two objects":        {"POST", endpoint.CheckPath, `{"schema_version":1,"product":"a"}{}`, nil, 400, "malformed"},
		"no product":         {"POST", endpoint.CheckPath, `{"schema_version":1}`, nil, 400, "malformed"},
		"a long product":     {"POST", endpoint.CheckPath, `{"schema_version":1,"product":"` + strings.Repeat("a", 201) + `"}`, nil, 400, "malformed"},
		"an empty feature":   {"POST", endpoint.CheckPath, `{"schema_version":1,"product":"a","features":[""]}`, nil, 400, "malformed"},
		"a short nonce":      {"POST", endpoint.CheckPath, `{"schema_version":1,"product":"a","nonce":"AAAA"}`, nil, 400, "malformed"},
		"a nonce in words":   {"POST", endpoint.CheckPath, `{"schema_version":1,"product":"a","nonce":"please, a nonce here!"}`, nil, 400, "malformed"},
		"a large check":      {"POST", endpoint.CheckPath, strings.Repeat(" ", endpoint.MaxCheck+1), nil, 413, "too_large"},
		"a large batch":      {"POST", endpoint.UsagePath, strings.Repeat(" ", endpoint.MaxUsage+1), nil, 413, "too_large"},
		"an unsaid length":   {"POST", endpoint.UsagePath, strings.Repeat(" ", endpoint.MaxUsage+1), func(r *http.Request) { r.ContentLength = -1 }, 413, "too_large"},
		"many events":        {"POST", endpoint.UsagePath, `{"schema_version":1,"events":[` + strings.Repeat(event+",", endpoint.MaxEvents) + event + `]}`, nil, 413, "too_large"},
		"no events":          {"POST", endpoint.UsagePath, `{"schema_version":1,"events":[]}`, nil, 400, "malformed"},
		"no units":           {"POST", endpoint.UsagePath, `{"schema_version":1,"events":[{"product":"a","meter":"m","units":0}]}`, nil, 400, "malformed"},
		"units taken back":   {"POST", endpoint.UsagePath, `{"schema_version":1,"events":[{"product":"a","meter":"m","units":-1}]}`, nil, 400, "malformed"},
		"very many units":    {"POST", endpoint.UsagePath, `{"schema_version":1,"events":[{"product":"a","meter":"m","units":1e30}]}`, nil, 400, "malformed"},
		"no meter":           {"POST", endpoint.UsagePath, `{"schema_version":1,"events":[{"product":"a","units":1}]}`, nil, 400, "malformed"},
		"a long id":          {"POST", endpoint.UsagePath, `{"schema_version":1,"events":[{"product":"a","meter":"m","units":1,"id":"` + strings.Repeat("i", 201) + `"}]}`, nil, 400, "malformed"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequest(c.method, "http://holdfast"+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if c.method != "GET" {
				r.Header.Set("Content-Type", "application/json")
			}
			if c.change != nil {
				c.change(r)
			}
			res, err := rawClient(socket).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			if code := codeOf(t, b); res.StatusCode != c.status || code != c.code {
				t.Errorf("%d %s, want %d %s", res.StatusCode, code, c.status, c.code)
			}
			documented(t, doc, c.method, c.path, c.status, c.code)
		})
	}
	if len(f.checks)+len(f.recorded) != 0 {
		t.Errorf("%d checks and %d events came through", len(f.checks), len(f.recorded))
	}
}

func TestErrorsOfTheEngineKeepTheirCode(t *testing.T) {
	f := &fakePrograms{}
	_, socket, _ := servePrograms(t, f)
	doc := readOpenAPI(t)
	q := endpoint.UsageRequest{Schema: 1, Events: []endpoint.UsageEvent{{Product: "a", Meter: "m", Units: 1}}}
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{&Refusal{422, "meter_unknown", "The license has no such meter."}, 422, "meter_unknown"},
		{fmt.Errorf("write: %w", &Refusal{503, "disk_full", "There is no room."}), 503, "disk_full"},
		{context.DeadlineExceeded, 503, "busy"},
		{errors.New("secret detail"), 500, "unexpected"},
	} {
		f.err = c.err
		status, body := post(t, rawClient(socket), endpoint.UsagePath, q)
		if code := codeOf(t, body); status != c.status || code != c.code || bytes.Contains(body, []byte("secret")) {
			t.Errorf("%v: %d %s", c.err, status, body)
		}
		documented(t, doc, "POST", endpoint.UsagePath, c.status, c.code)
	}
	_, dir := testHome(t)
	o, err := Take(dir + "/home")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Serve(dir, echo, nil); err != nil {
		t.Fatal(err)
	}
	defer o.Release()
	status, body := post(t, rawClient(o.Address()), endpoint.UsagePath, q)
	if code := codeOf(t, body); status != 503 || code != endpoint.CodeStopping {
		t.Errorf("without an engine: %d %s", status, body)
	}
	documented(t, doc, "POST", endpoint.UsagePath, 503, endpoint.CodeStopping)
}

func TestWhatIsBeingRecordedIsAcknowledgedAlthoughTheOwnerStops(t *testing.T) {
	f := &fakePrograms{wait: make(chan struct{}), began: make(chan struct{}, 1)}
	_, socket, o := servePrograms(t, f)
	got := make(chan int, 1)
	go func() {
		status, _ := post(t, rawClient(socket), endpoint.UsagePath, endpoint.UsageRequest{Schema: 1, Events: []endpoint.UsageEvent{{Product: "a", Meter: "m", Units: 1}}})
		got <- status
	}()
	<-f.began
	go close(f.wait)
	o.Stop()
	if status := <-got; status != 200 || len(f.recorded) != 1 {
		t.Errorf("status %d, %d recorded", status, len(f.recorded))
	}
}

func TestUsesWithANonceAreAnsweredWithAProofOverRequestAndAnswer(t *testing.T) {
	f := &fakePrograms{}
	_, socket, _ := servePrograms(t, f)
	nonce := base64.StdEncoding.EncodeToString(make([]byte, 32))
	q := endpoint.UsageRequest{Schema: 1, Nonce: nonce, Events: []endpoint.UsageEvent{{Product: "acmecad", Meter: "renders", Units: 2, ID: "a"}}}
	request, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	status, body := post(t, rawClient(socket), endpoint.UsagePath, request)
	answer, proof := endpoint.Signed(body)
	var p endpoint.UsageProof
	if err := json.Unmarshal(proof, &p); err != nil || status != 200 {
		t.Fatalf("%d %s %v", status, body, err)
	}
	if p.Public != "key" || p.Signature != nonce+string(request)+string(answer) {
		t.Errorf("signed was %s, the answer is %s", p.Signature, answer)
	}
	q.Nonce = ""
	if status, body = post(t, rawClient(socket), endpoint.UsagePath, q); status != 200 || bytes.Contains(body, []byte(`"proof"`)) {
		t.Errorf("without a nonce: %d %s", status, body)
	}
	f.noKey, q.Nonce = true, nonce
	if status, body = post(t, rawClient(socket), endpoint.UsagePath, q); status != 200 || bytes.Contains(body, []byte(`"proof"`)) {
		t.Errorf("without a key: %d %s", status, body)
	}
	q.Nonce = "AAAA"
	if status, body = post(t, rawClient(socket), endpoint.UsagePath, q); status != 400 || len(f.recorded) != 3 {
		t.Errorf("a nonce that is too short: %d %s, %d recorded", status, body, len(f.recorded))
	}
}
