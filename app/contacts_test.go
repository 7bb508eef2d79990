package app

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"holdfast/app/local"
	"holdfast/licensing"
	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	vendorservice "holdfast/licensing/issuer/service"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// shop is a vendor with a service, and a computer that has its license.
type shop struct {
	*App
	engine  *licensing.Engine
	clock   *clock.Driven
	options Options
	root    string
	reached atomic.Int32 // connections
}

// openShop opens the home of such a computer. The service is behind handler, when there is one.
func openShop(t *testing.T, handler func(http.Handler) http.Handler) *shop {
	t.Helper()
	c := clock.NewDriven(time.Date(2026, 11, 3, 9, 12, 0, 0, time.UTC))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	vendor, err := issuer.Init(filepath.Join(t.TempDir(), "acme"), issuer.NewVendor{
		ID: "acme", Name: "Acme GmbH", URLs: []string{"http://" + ln.Addr().String()}, Support: exchange.Support{Email: "help@acme.example"},
	}, issuer.Options{Now: func() time.Time { return c.Read().Wall }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { vendor.Close() })
	made, err := vendor.CreateLicense(issuer.NewLicense{Policy: cadPolicy(t), Customer: "customer 7"})
	if err != nil {
		t.Fatal(err)
	}
	profile, err := vendor.Profile()
	if err != nil {
		t.Fatal(err)
	}
	x := &shop{clock: c, options: options(t, filepath.Join(t.TempDir(), "home"))}
	x.options.Clock = c
	svc, err := vendorservice.New(vendor, vendorservice.Options{Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	h := svc.Handler()
	if handler != nil {
		h = handler(h)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			x.reached.Add(1)
		}
	}}
	go server.Serve(ln)
	t.Cleanup(func() { server.Close() })
	x.open(t)
	if _, err := x.engine.Import(t.Context(), []licensing.Source{{Name: "acme.hfkey", Data: profile.File}}, licensing.ImportOptions{TrustVendor: true}); err != nil {
		t.Fatal(err)
	}
	q, err := x.engine.MakeRequest(t.Context(), licensing.RequestOptions{Vendor: "acme", Key: made.Key})
	if err != nil {
		t.Fatal(err)
	}
	answers, err := vendor.AnswerFile(t.Context(), q.Name, q.File)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.engine.Import(t.Context(), []licensing.Source{{Name: "a.hflic", Data: answers[0].File}}, licensing.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	x.root = x.engine.Snapshot().Vendors[0].Root
	return x
}

func (x *shop) open(t *testing.T) {
	t.Helper()
	a, _, err := Open(t.Context(), x.options, status())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	if x.engine, err = a.Engine(); err != nil {
		t.Fatal(err)
	}
	x.App = a
}

// cadPolicy is a license for a year that counts renders.
func cadPolicy(t *testing.T) terms.Policy {
	t.Helper()
	p, err := terms.ParsePolicy([]byte(`{"schema":"holdfast.policy/v1","version":1,"product":{"id":"acmecad","name":"AcmeCAD Pro"},
		"term":{"length":"365d"},"features":{"edit":{"name":"Edit drawings"}},"meters":{"renders":{"name":"Renders","included":10,"per":"month","overage":"warn"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestContactsAreMadeByThemselvesOnceTheyAreStarted(t *testing.T) {
	x := openShop(t, nil)
	x.clock.Advance(48 * time.Hour)
	x.engine.Refresh(t.Context())
	x.WindowOpened()
	if n := x.reached.Load(); n != 0 {
		t.Fatalf("%d connections of a command", n)
	}
	done := make(chan struct{}, 1)
	defer x.engine.Watch(func(s licensing.Snapshot) {
		if c := s.Contacts[0]; c.Last != nil && c.Last.Cause == "" {
			select {
			case done <- struct{}{}:
			default:
			}
		}
	})()
	x.StartContacts()
	x.StartContacts() // once is enough
	for again := true; again; {
		x.clock.Advance(20 * time.Second) // more at once would look like a sleep
		x.WindowOpened()
		select {
		case <-done:
			again = false
		case <-time.After(20 * time.Millisecond): // the goroutine of the contacts may not have looked yet
		case <-t.Context().Done():
			t.Fatal("no contact")
		}
	}
	if n := x.reached.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
	c := x.engine.Snapshot().Contacts[0]
	if c.OK.IsZero() || c.Last.Reason == reconcile.ReasonPerson {
		t.Errorf("%+v", c.Last)
	}
}

func TestClosingDoesNotWaitForTheNetwork(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	x := openShop(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-release
		})
	})
	defer close(release)
	ended := make(chan error, 1)
	go func() {
		_, err := x.SyncNow(context.Background(), x.root)
		ended <- err
	}()
	<-arrived
	began := time.Now()
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	<-ended
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	x.open(t)
	if v := x.engine.Snapshot().Verdict.Main.State; v != terms.StateActive {
		t.Errorf("afterwards: %s", v)
	}
}

func TestUsageStaysWhenTheSettingsSaySo(t *testing.T) {
	x := openShop(t, nil)
	if _, err := x.engine.RecordUsage(t.Context(), []licensing.UsageEvent{{Product: "acmecad", Meter: "renders", Units: 3, ID: "job-1"}}); err != nil {
		t.Fatal(err)
	}
	sent := func() bool {
		t.Helper()
		c, err := x.SyncNow(t.Context(), x.root)
		if err != nil || c.Cause != "" {
			t.Fatalf("%+v %v", c, err)
		}
		return c.CarriedUsage()
	}
	if err := x.ChangeSettings(func(s *Settings) { s.HoldUsage = true }); err != nil || sent() {
		t.Errorf("usage left, %v", err)
	}
	if err := x.ChangeSettings(func(s *Settings) { s.HoldUsage = false }); err != nil || !sent() {
		t.Errorf("usage stayed, %v", err)
	}
	if u := x.engine.Snapshot().Usage[0].Unsent; u != 0 {
		t.Errorf("%d wait", u)
	}
}

func TestNobodyIsContactedWhenTheNetworkIsOff(t *testing.T) {
	x := openShop(t, nil)
	if err := x.ChangeSettings(func(s *Settings) { s.Network = NetworkOff }); err != nil {
		t.Fatal(err)
	}
	var wrong *licensing.Mistake
	if _, err := x.SyncNow(t.Context(), x.root); !errors.As(err, &wrong) || wrong.Code != "network_off" {
		t.Errorf("%v", err)
	}
	policyFile(t, x.options.Policy, `{"schema_version":1,"org":"Acme GmbH","network.mode":{"value":"off","locked":true}}`)
	x.followPolicy()
	var locked *Locked
	if _, err := x.SyncNow(t.Context(), x.root); !errors.As(err, &locked) || locked.Org != "Acme GmbH" {
		t.Errorf("%v", err)
	}
	if _, err := x.SyncNow(t.Context(), "nobody"); !errors.As(err, &locked) {
		t.Errorf("%v", err)
	}
	if n := x.reached.Load(); n != 0 {
		t.Errorf("%d connections", n)
	}
}

func policyFile(t *testing.T, dir, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "policy.json"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheOrganizationDecidesBeforeThePersonAndSuggestsAfter(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "home"))
	policyFile(t, o.Policy, `{"schema_version":1,"org":"Acme GmbH",
		"network.mode":{"value":"manual","locked":true}, "network.windows":{"value":"Mo-Fr 8:00-18:00"}, "usage.send":{"value":false}, "tray":{"value":true}}`)
	open := func() *App {
		t.Helper()
		o.NoEngine = true
		a, _, err := Open(t.Context(), o, local.Command{Args: []string{"settings"}, Dir: "/"})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := open()
	want := Settings{TextSize: 100, Network: NetworkManual, Times: "Mo-Fr 08:00-18:00", HoldUsage: true, Tray: true}
	if got := a.Settings(); got != want {
		t.Errorf("%+v", got)
	}
	for name, from := range map[string]string{"network": FromLocked, "times": FromDefault, "hold_usage": FromDefault, "proxy": FromBuiltIn, "text_size": FromBuiltIn} {
		if src := a.SourceOf(name); src.From != from || (from == FromLocked || from == FromDefault) != (src.Org == "Acme GmbH" && strings.HasSuffix(src.File, "policy.json")) {
			t.Errorf("%s: %+v", name, src)
		}
	}
	var locked *Locked
	if err := a.ChangeSettings(func(s *Settings) { s.Network, s.TextSize = "", 150 }); !errors.As(err, &locked) || locked.Key != "network.mode" || a.Settings() != want {
		t.Errorf("%v, %+v", err, a.Settings())
	}
	if err := a.ChangeSettings(func(s *Settings) { s.Times, s.Tray, s.HoldUsage = "", false, false }); err != nil {
		t.Fatal(err)
	}
	want.Times, want.Tray, want.HoldUsage = "", false, false
	if got := a.SourceOf("tray"); got.From != FromPerson || a.Settings() != want {
		t.Errorf("%+v, %+v", got, a.Settings())
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	// A choice that is the usual one is kept, for the organization suggests another.
	a = open()
	defer a.Close()
	if got := a.Settings(); got != want || a.SourceOf("tray").From != FromPerson {
		t.Errorf("the next time: %+v", got)
	}
	if b := contentOf(t, filepath.Join(a.Home(), settingsFile)); strings.Contains(b, "manual") {
		t.Errorf("what is locked is in the file of the person: %s", b)
	}
	// What is as suggested again needs no choice.
	if err := a.ChangeSettings(func(s *Settings) { s.Tray = true }); err != nil || a.SourceOf("tray").From != FromDefault {
		t.Errorf("%v %+v", err, a.SourceOf("tray"))
	}
	told := make(chan Settings, 1)
	a.OnSettings(func(s Settings) { told <- s })
	policyFile(t, o.Policy, `{"schema_version":1,"network.mode":{"value":"off"}}`)
	a.followPolicy()
	if s := <-told; s.Network != NetworkOff || s.Tray || a.SourceOf("network").Locked() {
		t.Errorf("%+v", s)
	}
	policyFile(t, o.Policy, `{"schema_version":1`)
	a.followPolicy()
	if s := <-told; s.Network != NetworkManual || a.SourceOf("network").From != FromMeanwhile || !s.HoldUsage || a.SourceOf("hold_usage").From != FromMeanwhile || !a.Policy().Broken() {
		t.Errorf("a file that nobody can read: %+v", s)
	}
}

func TestUsageOfAWindowWaitsForAWordButNotForEver(t *testing.T) {
	record := func(t *testing.T, x *shop, id string) {
		t.Helper()
		if _, err := x.engine.RecordUsage(t.Context(), []licensing.UsageEvent{{Product: "acmecad", Meter: "renders", Units: 1, ID: id}}); err != nil {
			t.Fatal(err)
		}
	}
	left := func(t *testing.T, x *shop, ask func(context.Context, string) (reconcile.Contact, error)) bool {
		t.Helper()
		c, err := ask(t.Context(), x.root)
		if err != nil || c.Cause != "" {
			t.Fatalf("%+v %v", c, err)
		}
		return c.CarriedUsage()
	}
	// planned says whether a contact would be planned because of usage.
	planned := func(x *shop) bool { return reporter{x.engine, x.App}.ContactVendors()[0].Usage > 0 }
	opened := func(t *testing.T) *shop {
		t.Helper()
		x := openShop(t, nil)
		x.TellUsageFirst()
		record(t, x, "job-1")
		if left(t, x, x.CheckNow) || planned(x) {
			t.Fatal("usage left before anybody was told")
		}
		return x
	}
	t.Run("answered", func(t *testing.T) {
		x := opened(t)
		if err := x.ChangeSettings(func(s *Settings) { s.ToldSending = true }); err != nil {
			t.Fatal(err)
		}
		if !planned(x) || !left(t, x, x.CheckNow) {
			t.Error("usage stayed after the answer")
		}
	})
	t.Run("a person who asks for everything", func(t *testing.T) {
		x := opened(t)
		if !left(t, x, x.SyncNow) || !x.Settings().SendsSince.IsZero() {
			t.Error("usage stayed, or it counts as left by itself")
		}
	})
	t.Run("seven days", func(t *testing.T) {
		x := opened(t)
		from := SendsFrom(x.Settings(), x.SourceOf("hold_usage"), x.engine.Snapshot().Usage[0], x.App.Now())
		x.clock.Advance(wordWait - time.Hour)
		x.engine.Refresh(t.Context())
		if left(t, x, x.CheckNow) || planned(x) {
			t.Error("usage left before the date")
		}
		x.clock.Advance(2 * time.Hour)
		x.engine.Refresh(t.Context())
		if now := x.App.Now(); now.Before(from) || now.Sub(from) > 2*time.Hour {
			t.Errorf("the date named is %s, now is %s", from, now)
		}
		if v := (reporter{x.engine, x.App}).ContactVendors()[0]; !v.UsageSince.Equal(from) || !v.UsagePromised {
			t.Errorf("usage that waited until %s counts as there since %s, so that it leaves everywhere at once", from, v.UsageSince)
		}
		if !planned(x) || !left(t, x, x.CheckNow) {
			t.Error("usage waits for ever")
		}
		record(t, x, "job-2") // what comes later waits no more
		if !left(t, x, x.CheckNow) || x.Settings().ToldSending {
			t.Error("usage waits anew")
		}
	})
	t.Run("recorded while the clock was years ahead", func(t *testing.T) {
		x := openShop(t, nil)
		x.TellUsageFirst()
		right := x.clock.Read().Wall
		x.clock.Set(right.AddDate(3, 0, 0))
		x.engine.Refresh(t.Context())
		for range 50 { // until the engine believes it
			x.clock.Advance(time.Hour)
			x.engine.Refresh(t.Context())
		}
		record(t, x, "job-1")
		x.clock.Set(right.Add(50 * time.Hour))
		x.engine.Refresh(t.Context())
		if u := x.engine.Snapshot().Usage[0]; u.Oldest.Sub(x.App.Now()) < 365*24*time.Hour {
			t.Fatalf("recorded at %s", u.Oldest)
		}
		if !planned(x) || !left(t, x, x.CheckNow) {
			t.Error("usage waits for years")
		}
	})
	t.Run("the organization decided", func(t *testing.T) {
		x := opened(t)
		policyFile(t, x.options.Policy, `{"schema_version":1,"usage.send":{"value":true,"locked":true}}`)
		x.followPolicy()
		if !left(t, x, x.CheckNow) {
			t.Error("usage stayed")
		}
	})
}

func TestSyncSendsUsageAlthoughAContactWithoutItIsUnderWay(t *testing.T) {
	began, release := make(chan struct{}, 16), make(chan struct{})
	x := openShop(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began <- struct{}{}
			<-release
			next.ServeHTTP(w, r)
		})
	})
	x.TellUsageFirst()
	if _, err := x.engine.RecordUsage(t.Context(), []licensing.UsageEvent{{Product: "acmecad", Meter: "renders", Units: 1, ID: "job-1"}}); err != nil {
		t.Fatal(err)
	}
	check := make(chan reconcile.Contact, 1)
	go func() {
		c, _ := x.CheckNow(t.Context(), x.root)
		check <- c
	}()
	<-began
	go func() {
		// What joined a contact waits in Now itself.
		joined := []byte("[select]:\nholdfast/licensing/reconcile.(*Runner).Now(")
		for b := make([]byte, 1<<20); t.Context().Err() == nil && !bytes.Contains(b[:runtime.Stack(b, true)], joined); {
			runtime.Gosched()
		}
		close(release)
	}()
	c, err := x.SyncNow(t.Context(), x.root)
	if err != nil || c.Cause != "" || !c.CarriedUsage() {
		t.Errorf("usage stayed: %+v %v", c, err)
	}
	if first := <-check; first.Cause != "" || first.CarriedUsage() || first.ID == c.ID {
		t.Errorf("the check that it joined: %+v", first)
	}
	// Nothing waits any more: one contact is enough.
	if c, err := x.SyncNow(t.Context(), x.root); err != nil || c.CarriedUsage() {
		t.Errorf("afterwards: %+v %v", c, err)
	}
}

func TestTheDateFromWhichUsageLeavesIsBeforeTheReportIsDue(t *testing.T) {
	oldest := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	u := licensing.UsageView{Unsent: 3, Oldest: oldest}
	for name, c := range map[string]struct {
		s    Settings
		from string
		due  time.Duration
		ago  time.Duration // now before oldest
		want time.Duration // after oldest; 0: no date
	}{
		"nothing is due":  {want: wordWait},
		"due later":       {due: 30 * 24 * time.Hour, want: wordWait},
		"due soon":        {due: 5 * 24 * time.Hour, want: 2 * 24 * time.Hour},
		"overdue":         {due: 24 * time.Hour, want: -2 * 24 * time.Hour},
		"answered":        {s: Settings{ToldSending: true}},
		"switched off":    {s: Settings{HoldUsage: true}},
		"left before":     {s: Settings{SendsSince: oldest}},
		"decided":         {from: FromLocked},
		"suggested alone": {from: FromDefault, want: wordWait},
		"this moment":     {ago: time.Second, want: wordWait},
		"clock was ahead": {ago: 3 * 365 * 24 * time.Hour},
	} {
		u := u
		if c.due != 0 {
			u.Due = oldest.Add(c.due)
		}
		var want time.Time
		if c.want != 0 {
			want = oldest.Add(c.want)
		}
		if got := SendsFrom(c.s, Source{From: c.from}, u, oldest.Add(-c.ago)); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := SendsFrom(Settings{}, Source{}, licensing.UsageView{}, oldest); !got.IsZero() {
		t.Errorf("nothing waits, and there is a date: %s", got)
	}
}

func TestTheOrganizationSetsTheLevelOfDetailOfUsage(t *testing.T) {
	x := openShop(t, nil)
	policyFile(t, x.options.Policy, `{"schema_version":1,"org":"Acme GmbH","usage.level":{"value":"contract","locked":true}}`)
	x.followPolicy()
	if u := x.engine.Snapshot().Usage[0]; u.Level != "contract" || u.LevelBy != licensing.UsageByOrganization || !u.LevelSet || u.LevelOrg != "Acme GmbH" {
		t.Errorf("%+v", u)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x.open(t) // it counts from the start
	if u := x.engine.Snapshot().Usage[0]; !u.LevelSet {
		t.Errorf("at the next start: %+v", u)
	}
	policyFile(t, x.options.Policy, `{"schema_version":1}`)
	x.followPolicy()
	if u := x.engine.Snapshot().Usage[0]; u.LevelSet || u.LevelBy != "" {
		t.Errorf("afterwards: %+v", u)
	}
}
