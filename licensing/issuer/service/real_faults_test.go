package service

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/licensing"
	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/keystore"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/reconcile/faultnet"
	"holdfast/licensing/terms"
)

// world is a real vendor with a real service behind a TCP proxy, and a real computer with a license from there.
type world struct {
	t      *testing.T
	issuer *issuer.Issuer
	serial string
	ca     *faultnet.Authority
	plain  http.Handler
	front  *faultnet.Service
	proxy  *faultnet.Proxy
	engine *licensing.Engine
	root   string
	used   int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	now := func() time.Time { return clock.System().Read().Wall }
	ca, err := faultnet.NewAuthority("the vendor's", now())
	w.check(err)
	w.ca = ca
	cert, err := ca.Issue(now().AddDate(0, 1, 0), "127.0.0.1")
	w.check(err)
	w.front, err = faultnet.NewService(cert, http.NotFoundHandler())
	w.check(err)
	t.Cleanup(w.front.Close)
	w.proxy, err = faultnet.NewProxy(w.front.Addr())
	w.check(err)
	t.Cleanup(w.proxy.Close)

	vendor := issuer.NewVendor{ID: "acme", Name: "Acme GmbH", Support: exchange.Support{Email: "help@acme.example"}, URLs: []string{"https://" + w.proxy.Addr()}}
	w.issuer, err = issuer.Init(filepath.Join(t.TempDir(), "acme"), vendor, issuer.Options{Now: now})
	w.check(err)
	t.Cleanup(func() { _ = w.issuer.Close() })
	made, err := w.issuer.CreateLicense(issuer.NewLicense{Customer: "c-1", Policy: terms.Policy{
		Schema: terms.PolicySchema, Version: 1, Product: terms.Product{ID: "acmecad"}, Features: map[string]terms.Feature{"edit": {}},
		Offline: terms.Offline{Window: terms.Days(30)}, Meters: map[string]terms.Meter{"renders": {}},
	}})
	w.check(err)
	w.serial = made.Serial
	s, err := New(w.issuer, Options{Clock: clock.System()})
	w.check(err)
	w.plain = s.Handler()
	w.front.Handle(w.plain)

	w.engine, err = licensing.Open(t.Context(), licensing.Options{
		Home: filepath.Join(t.TempDir(), "home"), KeyStore: keystore.Memory(), Clock: clock.System(), Program: "1.0.0",
	})
	w.check(err)
	t.Cleanup(func() { _ = w.engine.Close() })
	p, err := w.issuer.Profile()
	w.check(err)
	_, err = w.engine.Import(t.Context(), []licensing.Source{{Name: "acme.hfkey", Data: p.File}}, licensing.ImportOptions{TrustVendor: true})
	w.check(err)
	w.root = w.engine.Snapshot().Vendors[0].Root
	_, err = w.engine.MakeRequest(t.Context(), licensing.RequestOptions{Vendor: "acme", Key: made.Key})
	w.check(err)
	return w
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// contact is one contact as a person asks for it.
func (w *world) contact(budget time.Duration) reconcile.Contact {
	w.t.Helper()
	r := reconcile.New(reconcile.Options{
		Home: w.engine, Clock: clock.System(), Rand: rand.Reader, Budget: budget,
		Carrier: reconcile.NewHTTPS(reconcile.HTTPSOptions{Version: "test", Network: func() reconcile.Network { return reconcile.Network{CA: w.ca.PEM, Proxy: reconcile.ProxyNone} }}),
	})
	begun := time.Now()
	c, err := r.Now(w.t.Context(), w.root)
	w.check(err)
	if took := time.Since(begun); took > budget+time.Second {
		w.t.Errorf("the contact took %s of %s", took, budget)
	}
	return c
}

func (w *world) use(n int64) {
	w.t.Helper()
	w.used += n
	_, err := w.engine.RecordUsage(context.Background(), []licensing.UsageEvent{
		{Product: "acmecad", Meter: "renders", Units: n, ID: fmt.Sprintf("u-%d", w.used)},
	})
	w.check(err)
}

// verdict is what a person may do and until when.
func (w *world) verdict() string {
	v := w.engine.Snapshot().Verdict
	type product struct {
		State                                 terms.State
		Works, Paused                         []string
		OfflineUntil, LicenseEnds, OfflineEnd time.Time
	}
	all := []any{v.Main.State}
	for _, p := range v.Products {
		all = append(all, product{State: p.State, Works: p.Works, Paused: p.Paused, OfflineUntil: p.OfflineUntil, LicenseEnds: p.LicenseEnds, OfflineEnd: p.OfflineGrace})
	}
	b, err := json.MarshalIndent(all, "", " ")
	w.check(err)
	return string(b)
}

// counted is what the vendor counted.
func (w *world) counted() (sum int64) {
	w.t.Helper()
	rows, err := w.issuer.UsageReport(issuer.UsageFilter{})
	w.check(err)
	for _, r := range rows {
		sum += r.Units
	}
	return sum
}

func TestNoFaultOnTheWayChangesAVerdictOrCountsUsageTwice(t *testing.T) {
	w := newWorld(t)
	if c := w.contact(10 * time.Second); c.Cause != "" || w.engine.Snapshot().Verdict.Main.State != terms.StateActiveOffline {
		t.Fatalf("a request that waited: %+v, %s", c, w.verdict())
	}
	other := newWorld(t)
	first := func(c reconcile.Cause) func(reconcile.Cause) bool {
		return func(got reconcile.Cause) bool { return got == c }
	}
	answering := func(h http.Handler) func() { return func() { w.front.Handle(h) } }
	for _, c := range []struct {
		name  string
		set   func()
		cause func(reconcile.Cause) bool
	}{
		{"reset in the handshake", func() { w.proxy.Set(faultnet.Fault{Reset: true, After: 300}) }, first(reconcile.CauseCut)},
		{"black hole", func() { w.proxy.Set(faultnet.Fault{Swallow: true}) }, first(reconcile.CauseTimeout)},
		{"1 byte a second", func() { w.front.Handle(faultnet.Trickling(w.plain, 1)) }, first(reconcile.CauseTimeout)},
		{"sign-in page", answering(faultnet.Portal()), first(reconcile.CauseCaptive)},
		{"302", answering(faultnet.Redirect(302, "http://portal.example/login")), first(reconcile.CauseCaptive)},
		{"407", answering(faultnet.Status(407, "", "")), first(reconcile.CauseProxy)},
		{"429", answering(faultnet.Status(429, "rate", "60")), first(reconcile.CauseBusy)},
		{"500", answering(faultnet.Status(500, "", "")), first(reconcile.CauseServer)},
		{"503", answering(faultnet.Status(503, "busy", "60")), first(reconcile.CauseBusy)},
		{"cut in the middle", answering(faultnet.Breaking(w.plain, 40)), first(reconcile.CauseCut)},
		{"truncated", answering(faultnet.Changed(w.plain, faultnet.Truncate)), first(reconcile.CauseAnswer)},
		{"bit-flipped", answering(faultnet.Changed(w.plain, faultnet.Flip)), first(reconcile.CauseAnswer)},
		{"killed between commit and answer", answering(faultnet.Killed(w.plain, 1)), first(reconcile.CauseCut)},
		{"the service of another vendor", answering(other.plain), func(got reconcile.Cause) bool { return got != "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			w.use(1)
			before := w.verdict()
			c.set()
			got := w.contact(1200 * time.Millisecond)
			if !c.cause(got.Cause) {
				t.Errorf("cause %q", got.Cause)
			}
			if after := w.verdict(); before != after {
				t.Errorf("the verdict changed: %s", cmp.Diff(before, after))
			}
			w.proxy.Set(faultnet.Fault{})
			w.front.Handle(w.plain)
		})
	}
	w.t = t
	for _, h := range []http.Handler{faultnet.Twice(w.plain), faultnet.Killed(w.plain, 2)} {
		w.use(5)
		w.front.Handle(h)
		w.contact(5 * time.Second)
	}
	w.front.Handle(w.plain)
	if c := w.contact(10 * time.Second); c.Cause != "" {
		t.Fatalf("without a fault: %+v", c)
	}
	if got := w.counted(); got != w.used {
		t.Errorf("the vendor counted %d of %d", got, w.used)
	}
	if u := w.engine.Snapshot().Usage[0]; u.Unsent != 0 {
		t.Errorf("%d entries still wait", u.Unsent)
	}
}

func TestRenewalsAndHoldsArriveByThemselvesAndNothingNewIsShort(t *testing.T) {
	w := newWorld(t)
	w.contact(10 * time.Second)
	w.contact(10 * time.Second)
	c := w.contact(10 * time.Second)
	if c.Cause != "" || len(c.Changes) > 0 || len(c.Came) != 1 || c.Came[0].What != string(exchange.KindStanding) {
		t.Fatalf("nothing new: %+v", c)
	}
	if c.Sent[0].Wire >= 2048 || c.Came[0].Wire >= 2048 {
		t.Errorf("%d bytes there, %d back", c.Sent[0].Wire, c.Came[0].Wire)
	}
	t.Logf("nothing new: %d bytes there, %d back", c.Sent[0].Wire, c.Came[0].Wire)
	before := w.engine.Snapshot().Verdict.Products[0].LicenseEnds
	_, err := w.issuer.Renew(t.Context(), w.serial, "")
	w.check(err)
	if c = w.contact(10 * time.Second); c.Cause != "" || len(c.Changes) == 0 {
		t.Fatalf("a renewal: %+v", c)
	}
	if after := w.engine.Snapshot().Verdict.Products[0].LicenseEnds; !after.After(before) {
		t.Fatalf("ends %s, before %s", after, before)
	}
}

// TestTenThousandUsesLeaveInBatchesOfOneContact logs how long they take.
func TestTenThousandUsesLeaveInBatchesOfOneContact(t *testing.T) {
	w := newWorld(t)
	w.contact(10 * time.Second)
	events := make([]licensing.UsageEvent, 1000)
	for n := range 10 {
		for i := range events {
			events[i] = licensing.UsageEvent{Product: "acmecad", Meter: "renders", Units: int64(i%100 + 1), ID: fmt.Sprintf("%d-%d", n, i)}
			w.used += events[i].Units
		}
		_, err := w.engine.RecordUsage(t.Context(), events)
		w.check(err)
	}
	begun := time.Now()
	c := w.contact(20 * time.Second)
	t.Logf("%d files in %s", len(c.Sent)-1, time.Since(begun))
	var entries uint64
	for _, s := range c.Sent {
		if entries += s.Entries; s.Bytes > 512<<10 {
			t.Errorf("a file of %d bytes", s.Bytes)
		}
	}
	if c.Cause != "" || entries < 10_000 || w.counted() != w.used || w.engine.Snapshot().Usage[0].Unsent != 0 {
		t.Errorf("%d entries left, %d of %d counted: %+v", entries, w.counted(), w.used, c)
	}
}
