package service

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/issuer"
)

const fromBrowser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// ask makes a request as something that accepts what accept says.
func (r *running) ask(method, path, accept, lang string, body io.Reader) (*http.Response, string) {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Accept", accept)
	q.Header.Set("Accept-Language", lang)
	res, b := r.do(q)
	return res, string(b)
}

func TestAPersonIsRefusedInWordsAndAProgramInJSON(t *testing.T) {
	slow := func(s *running) { s.pace = pace{30 * time.Millisecond, 1 << 20} }
	unending := func() io.Reader {
		from, to := io.Pipe()
		go func() { _, _ = to.Write([]byte("x")) }()
		t.Cleanup(func() { _ = to.Close() })
		return from
	}
	for name, c := range map[string]struct {
		method, path string
		body         func() io.Reader
		before       func(*running)
		status       int
		retry        string
		code         string
		en, de       []string
	}{
		"too often": {
			http.MethodPost, exchangePath, nil, func(s *running) {
				s.addresses = newBuckets(.2, burst)
				s.addresses.take("127.0.0.1", s.o.running())
				s.addresses.take("127.0.0.1", s.o.running())
			}, 429, "5", codeRate,
			[]string{"That was a little too fast.", "Wait 5 seconds, then try again."},
			[]string{"Das war ein wenig zu schnell.", "5 Sekunden warten und dann noch einmal versuchen."},
		},
		"too often, the page": {
			http.MethodGet, "/", nil, func(s *running) {
				s.addresses = newBuckets(.2, burst)
				s.addresses.charge("127.0.0.1", s.o.running())
				s.addresses.charge("127.0.0.1", s.o.running())
			}, 429, "5", codeRate,
			[]string{"Wait 5 seconds, then try again."},
			[]string{"5 Sekunden warten"},
		},
		"stopping": {
			http.MethodGet, "/", nil, func(s *running) { s.stopping.Store(true) }, 503, "10", codeStopping,
			[]string{"Wait 10 seconds, then try again."},
			[]string{"10 Sekunden warten"},
		},
		"not ready": {
			http.MethodGet, "/readyz", nil, func(s *running) { s.desk.(*counter).ready = func() error { return errors.New("away") } }, 503, "30", codeStore,
			[]string{"There is a problem with this service.", "Try again in 30 seconds.", "your vendor by mail", "Your vendor&#39;s address is in your order"},
			[]string{"Dieser Dienst hat ein Problem.", "In 30 Sekunden noch einmal versuchen.", "an Ihren Anbieter"},
		},
		"too large": {
			http.MethodPost, exchangePath, func() io.Reader { return bytes.NewReader(make([]byte, maxBody+1)) }, nil, 413, "", codeTooLarge,
			[]string{"This file is too large."},
			[]string{"Diese Datei ist zu groß."},
		},
		"too slow":          {http.MethodPost, exchangePath, unending, slow, 408, "", codeSlow, []string{"The file took too long to arrive.", "to your vendor by mail"}, []string{"an Ihren Anbieter"}},
		"not there":         {http.MethodGet, "/no/such/page", nil, nil, 404, "", codeNotFound, []string{"There is no page at this address."}, []string{"Unter dieser Adresse gibt es keine Seite."}},
		"not there, below":  {http.MethodGet, "/v1/nothing", nil, nil, 404, "", codeNotFound, []string{"There is no page at this address."}, nil},
		"the wrong way":     {http.MethodGet, exchangePath, nil, nil, 405, "", codeMethod, []string{"This address cannot do that."}, []string{"Das geht unter dieser Adresse nicht."}},
		"the wrong way too": {http.MethodDelete, "/", nil, nil, 405, "", codeMethod, []string{"This address cannot do that."}, nil},
		"another form":      {http.MethodPost, exchangePath + "?x", func() io.Reader { return strings.NewReader("-----BEGIN HOLDFAST") }, nil, 400, "", "file_cut", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, as := range []struct {
				accept, lang string
				person       bool
				say          []string
			}{
				{fromBrowser, "en", true, c.en},
				{fromBrowser, "de-AT,en;q=0.5", true, c.de},
				{"text/html;q=0.8, " + mediaProblem + ";q=0.9", "en", false, nil},
				{"*/*", "en", false, nil},
				{mediaType, "de", false, nil},
				{"text/html;q=0", "en", false, nil},
			} {
				s := newRunning(t, &counter{answer: content})
				if c.before != nil {
					c.before(s)
				}
				var body io.Reader
				if c.body != nil {
					body = c.body()
				}
				res, text := s.ask(c.method, c.path, as.accept, as.lang, body)
				if res.StatusCode != c.status || res.Header.Get("Retry-After") != c.retry {
					t.Errorf("%s: %d, again after %q", as.accept, res.StatusCode, res.Header.Get("Retry-After"))
				}
				if !as.person || c.en == nil {
					if p := problemIn(t, res, []byte(text)); p.Code != c.code {
						t.Errorf("%s: %+v", as.accept, p)
					}
					continue
				}
				wellMade(t, res, text)
				for _, want := range as.say {
					if !strings.Contains(text, want) {
						t.Errorf("%s: no %q in %s", as.lang, want, text)
					}
				}
			}
		})
	}
}

func TestThePrivateListenerHasNoPages(t *testing.T) {
	s := newRunning(t, &counter{})
	private, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s.Metrics(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(private) }()
	t.Cleanup(func() { _ = server.Close() })
	s.url = "http://" + private.Addr().String()
	res, text := s.ask(http.MethodGet, "/", fromBrowser, "en", nil)
	if p := problemIn(t, res, []byte(text)); p.Code != codeNotFound {
		t.Errorf("%+v", p)
	}
}

func TestTheVendorIsNamedInAnOutageThatBeganBeforeAnybodyLooked(t *testing.T) {
	v := newVendor(t, 1)
	desk := &breaking{Issuer: v.Issuer}
	s := newRunning(t, desk)
	address, stop := serving(t, s.Service)
	s.url = "http://" + address
	for { // it answers as soon as it knows what it has to
		if res, _ := s.get("/healthz"); res.StatusCode == 200 {
			break
		}
	}
	desk.set(true)
	res, text := s.bring(upload{"a.hfreq", v.request(t, 1)})
	if res.StatusCode != 503 || !bytes.Contains(text, []byte("Acme GmbH has a problem with this service.")) {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	if res, text := s.ask(http.MethodDelete, "/", fromBrowser, "en", nil); !strings.Contains(text, ">Acme GmbH<") || !strings.Contains(text, "help@acme.example") {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	// One that never reached its store says no name, and nothing is empty.
	s = newRunning(t, &counter{answer: func(context.Context, []byte) ([]issuer.Answer, error) { return nil, errors.New("away") }})
	res, text = s.bring(upload{"a.hfreq", v.request(t, 1)})
	if res.StatusCode != 503 || !bytes.Contains(text, []byte("There is a problem with this service.")) || !bytes.Contains(text, []byte("to your vendor by mail")) {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	wellMade(t, res, string(text))
}
