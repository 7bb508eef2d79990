package service

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// Desk decides and records. *issuer.Issuer is one.
type Desk interface {
	// AnswerFound answers what exchange.Read found in a file. The answers of AnswerPacked are for Pack alone.
	AnswerFound(ctx context.Context, name string, found []exchange.Found) ([]issuer.Answer, error)
	AnswerPacked(ctx context.Context, name string, found []exchange.Found) ([]issuer.Answer, error)
	Handed(ctx context.Context, id string) (issuer.Answer, bool, error)
	Profile() (issuer.Profile, error)
	// Ready says whether the store answers.
	Ready(ctx context.Context) error
	// Outage signs a notice that the service has been out since, for whoever made the request in data. It needs no store.
	Outage(ctx context.Context, data []byte, since time.Time) ([]byte, error)
	// OutageOver records the end of an outage that Outage told of, so that later answers say it.
	OutageOver(ctx context.Context, since, until time.Time) error
}

// Options say how a service works. Clock is required; everything else has a default.
type Options struct {
	Clock   clock.Clock
	Log     slog.Handler // nothing is logged
	Version string       // of the program, for metrics
	Store   string       // kind of store, for metrics
	// Proxy says that a proxy stands in front: the last address in X-Forwarded-For is the caller's.
	Proxy bool
	// Addresses puts callers' whole addresses into the log.
	Addresses bool
	// Rate and DeviceRate are requests a second; 0 is no limit.
	Rate       float64
	DeviceRate float64
	Exchanges  int // at once; 64
}

// Bursts are how many seconds of a rate may come at once, after a quiet time.
const burst = 10

const (
	exchangesAtOnce = 64
	pagesAtOnce     = 32
	pagesForOne     = 8                // from one address
	exchangeTime    = 10 * time.Second // the desk's part; a computer gives up after 20
)

// Service is a service over one desk. Its methods are safe for concurrent use.
type Service struct {
	o         Options
	desk      Desk
	words     words
	page      *page
	log       journal
	lineLimit lineLimit
	numbers   numbers
	packer    packer
	addresses *buckets
	devices   *buckets
	exchanges chan struct{}
	pages     chan struct{}
	visitors  crowd // on pages, by address
	bodies    budget
	forms     budget
	pace      pace
	patience  time.Duration
	away      outage
	ready     readiness
	stopping  atomic.Bool
	served    atomic.Uint64 // requests that are over
}

// New makes a service. The error is for texts and templates that cannot be read, which a tested build does not have.
func New(d Desk, o Options) (*Service, error) {
	o.Exchanges = cmp.Or(o.Exchanges, exchangesAtOnce)
	s := &Service{
		o: o, desk: d, log: journal{to: o.Log, now: o.now}, packer: newPacker(),
		addresses: newBuckets(rate.Limit(o.Rate), burst), devices: newBuckets(rate.Limit(o.DeviceRate), burst),
		exchanges: make(chan struct{}, o.Exchanges), pages: make(chan struct{}, pagesAtOnce),
		visitors: crowd{most: pagesForOne}, bodies: budget{most: bodyBudget}, forms: budget{most: formBudget}, pace: slowest, patience: exchangeTime,
	}
	var err error
	if s.words, err = readWords(); err != nil {
		return nil, err
	}
	s.page, err = newPage(pageSide{s}, func(ctx context.Context, err error) { s.fault(ctx, "page", err) })
	if err == nil {
		s.page.around = s.counted
		s.page.refuse = func(w http.ResponseWriter, r *http.Request, status int, code string) {
			s.problem(w, r, status, code, 0)
		}
	}
	return s, err
}

func (o Options) now() time.Time { return o.Clock.Read().Wall }

// running is the time that nobody sets: for rates and durations.
func (o Options) running() time.Duration { return o.Clock.Read().Running }

// Handler serves the public routes.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	names := map[string]string{}
	for _, route := range s.routes() {
		mux.Handle(route.path, route.handler)
		names[route.path] = route.method + " " + route.path
	}
	pages := http.NewServeMux()
	s.page.mount(pages)
	mux.Handle("/", s.paged(pages))
	return s.guard(mux, func(r *http.Request) string {
		if _, pattern := mux.Handler(r); names[pattern] != "" {
			return names[pattern]
		}
		_, pattern := pages.Handler(r)
		return pattern
	})
}

const exchangePath = "/v1/exchange"

// route is a path of the API. Its handler looks at the method itself, so that every refusal is a problem with a code.
type route struct {
	path    string
	method  string
	handler http.Handler
}

func (s *Service) routes() []route {
	all := []route{
		{exchangePath, http.MethodPost, http.HandlerFunc(s.exchange)},
		{"/healthz", http.MethodGet, http.HandlerFunc(s.healthz)},
		{"/readyz", http.MethodGet, http.HandlerFunc(s.readyz)},
	}
	for i := range all {
		all[i].handler = s.only(all[i].method, all[i].handler)
	}
	return all
}

// Metrics serves the numbers, for a listener that only the operator reaches.
func (s *Service) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", s.only(http.MethodGet, http.HandlerFunc(s.metrics)))
	mux.Handle("/healthz", s.only(http.MethodGet, http.HandlerFunc(s.healthz)))
	mux.Handle("/readyz", s.only(http.MethodGet, http.HandlerFunc(s.readyz)))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, http.StatusNotFound, codeNotFound, 0) })
	return s.recovered(mux)
}

func (s *Service) only(method string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method && !(method == http.MethodGet && r.Method == http.MethodHead) {
			w.Header().Set("Allow", method)
			s.refuse(w, r, http.StatusMethodNotAllowed, codeMethod, 0)
			return
		}
		next.ServeHTTP(w, r)
	})
}
