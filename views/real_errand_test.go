package views

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/app/local"
	"holdfast/licensing"
	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	vendorservice "holdfast/licensing/issuer/service"
	"holdfast/licensing/keystore"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// shop is a vendor with a real service, and the program with its window on a computer that trusts it.
type shop struct {
	*bench
	world   *world
	app     *app.App
	desk    *shopDesk
	address string
}

// shopDesk is the program with the settings of a window that is not shown.
type shopDesk struct {
	testDesk
	app *app.App
}

// SyncNow implements Desk.
func (d *shopDesk) SyncNow(ctx context.Context, root string) (reconcile.Contact, error) {
	return d.app.SyncNow(ctx, root)
}

func newShop(t *testing.T, o benchOptions) *shop {
	t.Helper()
	w := &world{t: t, clock: clock.NewDriven(day("2026-11-03"))}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{world: w, address: ln.Addr().String()}
	ln.Close()
	w.acme = newOffice(t, w.clock, "http://"+s.address)
	dir := t.TempDir()
	s.app, _, err = app.Open(t.Context(), app.Options{
		Home: filepath.Join(dir, "home"), Dir: dir, Env: func(string) string { return "" }, Policy: filepath.Join(dir, "policy"), Clock: w.clock,
		Probe: func(context.Context) []device.Fact { return []device.Fact{{Kind: device.KindMachine, Value: "lab 1"}} },
		Keys:  func(string, string) (keystore.Store, error) { return keystore.Memory(), nil },
	}, local.Command{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.app.Close() })
	e, err := s.app.Engine()
	if err != nil {
		t.Fatal(err)
	}
	s.desk = &shopDesk{app: s.app}
	o.desk = s.desk
	s.bench = open(t, nil, o)
	s.w.o.Read = func(paths []string, dir string) []licensing.Source { return licensing.ReadSources(paths, nil, dir) }
	s.w.SetEngine(still{e})
	return s
}

// serve lets the vendor's service answer at its address until stop.
func (s *shop) serve(handler func(http.Handler) http.Handler) {
	s.t.Helper()
	svc, err := vendorservice.New(s.world.acme.Issuer, vendorservice.Options{Clock: s.world.clock})
	if err != nil {
		s.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	h := svc.Handler()
	if handler != nil {
		h = handler(h)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go server.Serve(ln)
	s.t.Cleanup(func() { server.Close() })
}

// enter goes from the first screen to the form with a license key in it.
func (s *shop) enter(key string) {
	s.t.Helper()
	s.clickID("first.online")
	s.w.Open([]string{s.put("acme.hfkey", s.world.acme.profile())})
	s.clickID("trust.tick")
	s.clickPrefix("Trust ")
	s.mustSay("Activate now")
	s.typeKey(key)
}

func TestARealKeyIsEnteredAndTheProgramWorks(t *testing.T) {
	s := newShop(t, benchOptions{})
	s.serve(nil)
	s.enter(s.world.acme.sell().Key)
	s.press(fyne.KeyReturn)
	s.mustSay("Done. You can work, also offline, until", "Acme GmbH answered today, 12:00.", "What changed", "AcmeCAD Pro", "Everything in your license")
	s.press(fyne.KeyReturn)
	if f := s.w.snap.Verdict.Main; f.State != terms.StateActive || s.w.trail.here().name != secOverview {
		t.Errorf("%s on %q", f.State, s.w.trail.here().name)
	}
	s.mustShow(s.say(s.w.snap.Verdict.Main))
}

func TestARealServiceThatIsDownIsAskedAgain(t *testing.T) {
	s := newShop(t, benchOptions{})
	s.enter(s.world.acme.sell().Key)
	s.click("Activate now")
	s.mustNotSay("Asking Acme GmbH for your license …")
	s.mustSay("No answer from Acme GmbH yet. Your request waits.", "nobody answers at that address", "Save the file")
	if len(s.w.snap.Requests) != 1 || s.w.snap.Requests[0].State != terms.RequestOpen {
		t.Fatalf("%+v", s.w.snap.Requests)
	}
	s.serve(nil)
	s.click("Try again")
	s.mustSay("Done. You can work, also offline, until")
	if len(s.w.snap.Requests) != 1 || s.w.snap.Requests[0].State != terms.RequestAnswered {
		t.Errorf("%+v", s.w.snap.Requests)
	}
}

func TestARealServiceRefusesInItsOwnWords(t *testing.T) {
	s := newShop(t, benchOptions{})
	s.serve(nil)
	s.enter(strangeKey(t))
	s.click("Activate now")
	f := s.w.snap.Verdict.Main
	if f.State != terms.StateRequestRefused {
		t.Fatalf("the state is %s", f.State)
	}
	s.mustShow(s.say(f))
	s.mustNotSay("Your request waits.")
}

func TestQuittingDuringARealContactIsInstant(t *testing.T) {
	var work []func()
	s := newShop(t, benchOptions{spawn: func(f func()) { work = append(work, f) }})
	run := func() {
		for len(work) > 0 {
			f := work[0]
			work = work[1:]
			f()
		}
	}
	arrived := make(chan struct{})
	s.serve(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-r.Context().Done()
		})
	})
	run()
	s.clickID("first.online")
	s.w.Open([]string{s.put("acme.hfkey", s.world.acme.profile())})
	run()
	s.clickID("trust.tick")
	s.clickPrefix("Trust ")
	run()
	s.typeKey(s.world.acme.sell().Key)
	s.click("Activate now")
	work[0]()
	contact := work[len(work)-1]
	work = nil
	ended := make(chan struct{})
	go func() { contact(); close(ended) }()
	<-arrived
	s.mustSay("Asking Acme GmbH for your license …")
	began := time.Now()
	s.w.close()
	<-ended
	if err := s.app.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
