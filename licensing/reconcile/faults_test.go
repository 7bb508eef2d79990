package reconcile

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/reconcile/faultnet"
)

// scene is a device, a TCP proxy and a service behind it.
type scene struct {
	t       *testing.T
	ca      *faultnet.Authority
	desk    *desk
	service *faultnet.Service
	proxy   *faultnet.Proxy
	house   *house
	options HTTPSOptions
	network Network
	budget  time.Duration
	urls    []string
}

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, desk: newDesk(t), budget: 15 * time.Second}
	ca, err := faultnet.NewAuthority("the vendor's", time.Now())
	s.ca = must(t, ca, err)
	s.serve(s.ca, time.Now().AddDate(0, 1, 0), "127.0.0.1", "service.test")
	s.network.CA = s.ca.PEM
	s.options = HTTPSOptions{Version: "test", Network: func() Network { return s.network }}
	return s
}

// serve starts the service anew, with a certificate of ca.
func (s *scene) serve(ca *faultnet.Authority, until time.Time, hosts ...string) {
	cert, err := ca.Issue(until, hosts...)
	service, err2 := faultnet.NewService(must(s.t, cert, err), s.desk)
	s.service = must(s.t, service, err2)
	s.t.Cleanup(s.service.Close)
	proxy, err := faultnet.NewProxy(s.service.Addr())
	s.proxy = must(s.t, proxy, err)
	s.t.Cleanup(s.proxy.Close)
	s.urls = []string{"https://" + s.proxy.Addr()}
}

// contact makes one contact.
func (s *scene) contact() Contact {
	s.t.Helper()
	if s.house == nil {
		s.house = newHouse(s.t, s.urls...)
		s.house.usage = []Call{s.house.call("usage", "u1", 100), s.house.call("usage", "u2", 100)}
	}
	s.house.vendors[0].URLs = s.urls
	r := New(Options{Home: s.house, Clock: clock.System(), Carrier: NewHTTPS(s.options), Rand: rand.Reader, Budget: s.budget})
	begun := time.Now()
	c, err := r.Now(s.t.Context(), "r")
	if err != nil {
		s.t.Fatal(err)
	}
	if took := time.Since(begun); took > s.budget+2*time.Second {
		s.t.Errorf("took %s of %s", took, s.budget)
	}
	return c
}

func TestEveryFaultHasItsCauseAndClassAndLosesNothing(t *testing.T) {
	const soon = 400 * time.Millisecond
	listening := func(f faultnet.Fault) func(*scene) { return func(s *scene) { s.budget = soon; s.proxy.Set(f) } }
	answering := func(h func(*desk) http.Handler) func(*scene) {
		return func(s *scene) { s.service.Handle(h(s.desk)) }
	}
	status := func(n int, code, after string) func(*scene) {
		return answering(func(*desk) http.Handler { return faultnet.Status(n, code, after) })
	}
	// toItself sends everybody elsewhere on the same computer, with a page, as web servers do.
	toItself := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/new"+r.URL.Path)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<html><title>Moved</title></html>"))
		}
	}
	gateway := func(name string, n int) func(*scene) {
		return func(s *scene) {
			g, err := faultnet.NewGateway(s.proxy.Addr(), name, "secret-of-the-proxy", n)
			g = must(s.t, g, err)
			s.t.Cleanup(g.Close)
			s.network.Proxy, s.urls = "http://"+g.Addr(), []string{"https://service.test"}
		}
	}
	for _, c := range []struct {
		name  string
		set   func(*scene)
		cause Cause
		class Class
		retry time.Duration
		// again: the same fault does not come back, and the next contact brings everything.
		again bool
	}{
		{name: "no fault", set: func(*scene) {}, class: ClassGood},
		{name: "name not found", set: func(s *scene) {
			r, err := faultnet.NewResolver()
			r = must(s.t, r, err)
			s.t.Cleanup(r.Close)
			s.options.Dial, s.urls = r.Dial, []string{"https://licenses.acme.invalid"}
			s.options.Online = func() bool { return true }
		}, cause: CauseDNS, class: ClassNone},
		{name: "no network", set: func(s *scene) {
			r, err := faultnet.NewResolver()
			r = must(s.t, r, err)
			s.t.Cleanup(r.Close)
			s.options.Dial, s.urls = r.Dial, []string{"https://licenses.acme.invalid"}
			s.options.Online = func() bool { return false }
		}, cause: CauseNoNetwork, class: ClassNone},
		{name: "no way there", set: func(s *scene) {
			s.options.Dial = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", noWays[0])}
			}
		}, cause: CauseNoNetwork, class: ClassNone},
		{name: "refused", set: func(s *scene) { s.proxy.Close() }, cause: CauseRefused, class: ClassNone},
		{name: "black hole before the connection", set: func(s *scene) {
			s.budget = soon
			s.options.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
			}
		}, cause: CauseTimeout, class: ClassNone},
		{name: "black hole after it", set: listening(faultnet.Fault{Swallow: true}), cause: CauseTimeout, class: ClassNone},
		{name: "black holes at three addresses", set: func(s *scene) {
			listening(faultnet.Fault{Swallow: true})(s)
			s.urls = []string{s.urls[0], s.urls[0] + "/b", s.urls[0] + "/c"}
		}, cause: CauseTimeout, class: ClassNone},
		{name: "a service that never answers", set: func(s *scene) {
			s.budget = soon
			s.service.Handle(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		}, cause: CauseTimeout, class: ClassNone},
		{name: "reset in the handshake", set: listening(faultnet.Fault{Reset: true, After: 300}), cause: CauseCut, class: ClassNone},
		{name: "reset in the answer", set: func(s *scene) {
			s.desk.fill = 50_000
			s.proxy.Set(faultnet.Fault{Reset: true, After: 20_000})
		}, cause: CauseCut, class: ClassGood, again: true},
		{name: "ended in the answer", set: func(s *scene) {
			s.desk.fill = 50_000
			s.proxy.Set(faultnet.Fault{Cut: true, After: 20_000})
		}, cause: CauseCut, class: ClassGood, again: true},
		{name: "no more than a byte a second in the answer", set: func(s *scene) {
			s.desk.fill = 50_000
			s.budget = 5 * soon
			s.proxy.Set(faultnet.Fault{Rate: 1, After: 20_000})
		}, cause: CauseTimeout, class: ClassSlow, again: true},
		{name: "cut in the answer", set: answering(func(d *desk) http.Handler { return faultnet.Breaking(d, 50) }), cause: CauseCut, class: ClassGood, again: true},
		{name: "1 byte a second", set: func(s *scene) {
			s.budget = 5 * soon
			s.service.Handle(faultnet.Trickling(s.desk, 1))
		}, cause: CauseTimeout, class: ClassSlow, again: true},
		{name: "1 byte a second from the handshake on", set: listening(faultnet.Fault{Rate: 1}), cause: CauseTimeout, class: ClassNone},
		{name: "another authority", set: func(s *scene) {
			ca, err := faultnet.NewAuthority("somebody in between", time.Now())
			s.serve(must(s.t, ca, err), time.Now().AddDate(0, 1, 0), "127.0.0.1")
		}, cause: CauseIntercepted, class: ClassBlocked},
		{name: "expired", set: func(s *scene) { s.serve(s.ca, time.Now().AddDate(0, 0, -1), "127.0.0.1") }, cause: CauseExpired, class: ClassGood},
		{name: "not valid yet", set: func(s *scene) { s.serve(s.ca, time.Now().AddDate(2, 0, 0), "127.0.0.1") }, cause: CauseEarly, class: ClassGood},
		{name: "the file of authorities is away", set: func(s *scene) { s.network.CA, s.network.CAFile = nil, "/etc/ca.pem" }, cause: CauseCAFile},
		{name: "the file of authorities holds none", set: func(s *scene) { s.network.CA, s.network.CAFile = []byte("none"), "/etc/ca.pem" }, cause: CauseCAFile},
		{name: "another name", set: func(s *scene) { s.serve(s.ca, time.Now().AddDate(0, 1, 0), "other.test") }, cause: CauseOtherName, class: ClassGood},
		{name: "sign-in page", set: answering(func(*desk) http.Handler { return faultnet.Portal() }), cause: CauseCaptive, class: ClassCaptive},
		{name: "302 to a sign-in page", set: answering(func(*desk) http.Handler {
			return faultnet.Redirect(302, "http://portal.test/login?to=x")
		}), cause: CauseCaptive, class: ClassCaptive},
		{name: "302 to a sign-in page of the same computer, without TLS", set: func(s *scene) {
			plain := httptest.NewServer(toItself(http.StatusFound))
			s.t.Cleanup(plain.Close)
			s.urls = []string{plain.URL}
		}, cause: CauseCaptive, class: ClassCaptive},
		{name: "301 with a page, to the vendor's own computer", set: answering(func(*desk) http.Handler {
			return toItself(http.StatusMovedPermanently)
		}), cause: CauseNotService, class: ClassGood},
		{name: "the same, and the second address serves", set: func(s *scene) {
			cert, err := s.ca.Issue(time.Now().AddDate(0, 1, 0), "127.0.0.1")
			moved, err2 := faultnet.NewService(must(s.t, cert, err), toItself(http.StatusMovedPermanently))
			must(s.t, moved, err2)
			s.t.Cleanup(moved.Close)
			s.urls = append([]string{"https://" + moved.Addr()}, s.urls...)
		}, class: ClassGood},
		{name: "307 to the same computer", set: answering(func(*desk) http.Handler { return faultnet.Redirect(307, "/elsewhere") }), cause: CauseNotService, class: ClassGood},
		{name: "511", set: status(511, "", ""), cause: CauseCaptive, class: ClassCaptive},
		{name: "proxy wants a password", set: gateway("anna", 0), cause: CauseProxy, class: ClassBlocked},
		{name: "proxy says no", set: gateway("", 403), cause: CauseProxy, class: ClassBlocked},
		{name: "proxy away", set: func(s *scene) {
			s.network.Proxy, s.urls = "127.0.0.1:1", []string{"https://service.test"}
		}, cause: CauseProxyAway, class: ClassBlocked},
		{name: "a proxy whose name is not found", set: func(s *scene) {
			r, err := faultnet.NewResolver()
			r = must(s.t, r, err)
			s.t.Cleanup(r.Close)
			s.options.Dial, s.network.Proxy, s.urls = r.Dial, "proxy.acme.invalid:3128", []string{"https://service.test"}
			s.options.Online = func() bool { return true }
		}, cause: CauseProxyAway, class: ClassBlocked},
		{name: "a proxy that swallows everything", set: func(s *scene) {
			s.budget = soon
			s.options.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
			}
			s.options.Online = func() bool { return true }
			s.network.Proxy, s.urls = "proxy.acme.invalid:3128", []string{"https://service.test"}
		}, cause: CauseProxyAway, class: ClassBlocked},
		{name: "through the proxy", set: func(s *scene) {
			gateway("anna", 0)(s)
			s.network.Proxy = strings.Replace(s.network.Proxy, "://", "://anna:secret-of-the-proxy@", 1)
		}, class: ClassGood},
		{name: "407 by itself", set: status(407, "", ""), cause: CauseProxy, class: ClassBlocked},
		{name: "429", set: status(429, "rate", "120"), cause: CauseBusy, class: ClassGood, retry: 2 * time.Minute},
		{name: "503 with a date", set: answering(func(*desk) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", "Mon, 02 Nov 2026 09:00:00 GMT")
				w.Header().Set("Retry-After", "Mon, 02 Nov 2026 10:00:00 GMT")
				w.WriteHeader(503)
			})
		}), cause: CauseBusy, class: ClassGood, retry: time.Hour},
		{name: "503 for a year", set: status(503, "busy", "31536000"), cause: CauseBusy, class: ClassGood, retry: LongestRetryAfter},
		{name: "500", set: status(500, "", ""), cause: CauseServer, class: ClassGood},
		{name: "404", set: status(404, "not_found", ""), cause: CauseNotService, class: ClassGood},
		{name: "a person decides", set: status(202, "needs_person", "600"), cause: CauseWaiting, class: ClassGood, retry: 10 * time.Minute},
		{name: "an empty answer", set: answering(func(d *desk) http.Handler {
			return faultnet.Changed(d, func([]byte) []byte { return nil })
		}), cause: CauseAnswer, class: ClassGood, again: true},
		{name: "truncated", set: answering(func(d *desk) http.Handler { return faultnet.Changed(d, faultnet.Truncate) }), cause: CauseAnswer, class: ClassGood, again: true},
		{name: "bit-flipped", set: answering(func(d *desk) http.Handler { return faultnet.Changed(d, faultnet.Flip) }), cause: CauseAnswer, class: ClassGood, again: true},
		{name: "an old answer again", set: func(s *scene) {
			s.contact()
			s.house.usage = append(s.house.usage, s.house.call("usage", "u3", 10))
			s.service.Handle(faultnet.Replay(s.desk))
		}, cause: CauseOther, class: ClassGood, again: true},
		{name: "for another device", set: func(s *scene) { s.desk.device = "d2" }, cause: CauseOther, class: ClassGood},
		{name: "delivered twice", set: answering(func(d *desk) http.Handler { return faultnet.Twice(d) }), class: ClassGood},
		{name: "killed between commit and answer", set: answering(func(d *desk) http.Handler { return faultnet.Killed(d, 1) }), cause: CauseCut, class: ClassNone, again: true},
		{name: "plain HTTP", set: func(s *scene) { s.urls = []string{"http://service.test"} }, cause: CauseNotService, class: ClassUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			c.set(s)
			got := s.contact()
			if got.Cause != c.cause || got.Class != c.class {
				t.Errorf("cause %q class %q, want %q and %q (host %s)", got.Cause, got.Class, c.cause, c.class, got.Host)
			}
			if retry := got.RetryAt.Sub(got.At.Add(got.Took)); c.retry > 0 && retry != c.retry || c.retry == 0 && !got.RetryAt.IsZero() {
				t.Errorf("asked to come again at %s (in %s), want %s", got.RetryAt, retry, c.retry)
			}
			kept := s.house.contacts()
			if last := kept[len(kept)-1]; last.ID != got.ID || last.Cause != got.Cause {
				t.Errorf("kept %+v", last)
			}
			if c.again {
				s.service.Handle(s.desk)
				s.proxy.Set(faultnet.Fault{})
				s.budget = 15 * time.Second
				if got = s.contact(); got.Cause != "" {
					t.Errorf("without the fault: %q", got.Cause)
				}
			}
			if got.Cause == "" && len(s.house.usage) != 0 {
				t.Errorf("%d usage files are still here", len(s.house.usage))
			}
			// Nothing is worked on twice, and nothing is taken twice.
			for id, n := range s.desk.commits {
				if n != 1 || s.house.taken[id] > 1 {
					t.Errorf("%s: worked on %d times, taken %d times", id, n, s.house.taken[id])
				}
			}
		})
	}
}

func TestTheServicesOwnSignedWordIsAnOutageAndNothingElseIs(t *testing.T) {
	for want, body := range map[Cause]func(*desk) http.Handler{
		CauseOutage: func(d *desk) http.Handler { return d },
		CauseServer: func(d *desk) http.Handler { d.device = "d2"; return d },
		CauseAnswer: func(d *desk) http.Handler { return faultnet.Changed(d, faultnet.Truncate) },
	} {
		s := newScene(t)
		s.service.Handle(faultnet.As(body(s.desk), http.StatusServiceUnavailable))
		c := s.contact()
		if c.Cause != want || c.Cause == CauseOutage && len(c.Came) != 1 {
			t.Errorf("%s: %+v", want, c)
		}
	}
}

func TestOfSeveralAddressesTheNextOneIsTried(t *testing.T) {
	s := newScene(t)
	good := s.urls[0]
	closed, err := faultnet.NewProxy("127.0.0.1:1")
	closed = must(t, closed, err)
	closed.Close()
	hole, err := faultnet.NewProxy("127.0.0.1:1")
	hole = must(t, hole, err)
	t.Cleanup(hole.Close)
	hole.Set(faultnet.Fault{Swallow: true})
	s.budget = 3 * time.Second
	s.urls = []string{"https://" + closed.Addr(), "ftp://x.test", "https://" + hole.Addr(), good}
	c := s.contact()
	if c.Cause != "" || "https://"+c.Host != good || len(c.Sent) != 3 {
		t.Errorf("%+v", c)
	}
	if n := hole.Accepted(); n != 1 {
		t.Errorf("the black hole was tried %d times in one contact", n)
	}
	if n := s.proxy.Accepted(); n != 1 {
		t.Errorf("%d connections for one contact", n)
	}
}

// A proxy that is away says nothing about an address that is reached without it.
func TestAProxyThatIsAwayDoesNotEndTheTryOfTheNextAddress(t *testing.T) {
	s := newScene(t)
	good := s.urls[0] // this computer itself is never reached through a proxy
	s.network.Proxy, s.urls = "127.0.0.1:1", []string{"https://service.test", good}
	if c := s.contact(); c.Cause != "" || "https://"+c.Host != good {
		t.Errorf("%+v", c)
	}
}

func TestACauseSaysWhatItIsAbout(t *testing.T) {
	ended := time.Now().AddDate(0, 0, -1)
	for _, c := range []struct {
		name string
		set  func(*scene)
		want Detail
	}{
		{"expired", func(s *scene) { s.serve(s.ca, ended, "127.0.0.1") }, Detail{Date: ended.UTC().Truncate(time.Second)}},
		{"name", func(s *scene) { s.serve(s.ca, time.Now().AddDate(0, 1, 0), "other.test", "more.test") }, Detail{Name: "other.test"}},
		{"number", func(s *scene) { s.serve(s.ca, time.Now().AddDate(0, 1, 0), "127.0.0.9") }, Detail{Name: "127.0.0.9"}},
		{"file", func(s *scene) { s.network = Network{CAFile: "/etc/ca.pem"} }, Detail{File: "/etc/ca.pem"}},
		{"proxy", func(s *scene) {
			s.network.Proxy, s.urls = "http://anna:secret@127.0.0.1:1", []string{"https://service.test"}
		}, Detail{Proxy: "127.0.0.1:1"}},
	} {
		s := newScene(t)
		c.set(s)
		if got := s.contact(); got.Detail != c.want {
			t.Errorf("%s: %q %+v, want %+v", c.name, got.Cause, got.Detail, c.want)
		}
	}
	t.Setenv("HTTPS_PROXY", "http://anna:secret@127.0.0.1:1")
	s := newScene(t)
	s.urls = []string{"https://service.test"}
	if got := s.contact(); got.Detail != (Detail{Proxy: "127.0.0.1:1", System: true}) {
		t.Errorf("the system's: %q %+v", got.Cause, got.Detail)
	}
}

func TestOfSeveralFailuresTheOneThatGotFarthestIsTold(t *testing.T) {
	s := newScene(t)
	closed, err := faultnet.NewProxy("127.0.0.1:1")
	closed = must(t, closed, err)
	closed.Close()
	s.service.Handle(faultnet.Status(500, "", ""))
	for _, urls := range [][]string{{"https://" + closed.Addr(), s.urls[0]}, {s.urls[0], "https://" + closed.Addr()}} {
		s.urls = urls
		if c := s.contact(); c.Cause != CauseServer {
			t.Errorf("%s: %s", urls, c.Cause)
		}
	}
}

func TestAServiceSeesNoMoreThanItHasTo(t *testing.T) {
	s := newScene(t)
	s.contact()
	if len(s.desk.requests) != 3 {
		t.Fatalf("%d requests", len(s.desk.requests))
	}
	for _, r := range s.desk.requests {
		for k := range r.Header {
			switch k {
			case "Accept", "Accept-Encoding", "Content-Type", "Content-Encoding", "Content-Length", "Holdfast-Trace", "User-Agent":
			default:
				t.Errorf("header %s: %s", k, r.Header[k])
			}
		}
		if r.ProtoMajor != 2 || !strings.HasPrefix(r.Header.Get("Holdfast-Trace"), "t-") || r.UserAgent() != "holdfast/test" {
			t.Errorf("%s %v", r.Proto, r.Header)
		}
	}
}
