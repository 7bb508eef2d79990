package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"holdfast/app/local"
	"holdfast/licensing"
	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// longest is how long an answer to a licensed program may be kept.
const longest = 24 * time.Hour

// answers is what licensed programs are told from: a *licensing.Engine.
type answers interface {
	Snapshot() licensing.Snapshot
	Evaluate(q terms.Query) terms.Verdict
	RecordUsage(ctx context.Context, events []licensing.UsageEvent) ([]licensing.Recorded, error)
	Prove(product, nonce string, answer []byte) (licensing.Proof, error)
	ProveUsage(nonce string, request, answer []byte) (public, signature string, err error)
	Watch(fn func(licensing.Snapshot)) (stop func())
}

// programs answers licensed programs over the engine of a home.
type programs struct {
	engine func(ctx context.Context) (answers, error)
	say    func() *plain.Speaker // in the language of the settings
	home   string

	mu    sync.Mutex
	tails map[string]tail // by ledger: what was acknowledged here, which a snapshot may not show yet

	recent recent
}

type tail struct {
	seq  uint64
	head string
}

func (a *App) programs(env func(string) string) local.Programs {
	return &programs{
		engine: func(ctx context.Context) (answers, error) {
			select {
			case <-a.ready:
				return a.engine, a.err
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
		say:  func() *plain.Speaker { return a.speaker(env) },
		home: a.home, tails: map[string]tail{},
	}
}

// Check answers what a product may do now.
func (p *programs) Check(ctx context.Context, q endpoint.CheckRequest) (endpoint.CheckAnswer, error) {
	e, err := p.engine(ctx)
	if err != nil {
		return endpoint.CheckAnswer{}, p.told(err)
	}
	key := keyOf(q)
	gen := p.recent.follow(e)
	if a, ok := p.recent.answer(key); ok {
		return a, nil
	}
	s := e.Snapshot()
	ask := terms.Query{Vendor: vendorHere(s, q.Vendor), Product: q.Product, Version: q.Version}
	v := e.Evaluate(ask)
	allowed, f := v.Allowed()
	say := p.say()
	a := endpoint.CheckAnswer{
		Product: q.Product, Version: q.Version, At: v.At.UTC(), State: string(f.State), Tone: string(f.Tone), ExitCode: refusal(v, allowed, f),
		Features: map[string]endpoint.Feature{}, Works: []string{}, View: []string{}, Paused: []string{}, Meters: []endpoint.Meter{},
	}
	a.ValidUntil = a.At.Add(longest)
	lang := ""
	if say != nil {
		lang = say.Language()
	}
	pv, found := deciding(v.Products, f)
	if !found {
		a.Code = "product_unknown"
	} else {
		p.product(&a, pv, s, lang)
	}
	if say != nil {
		a.Text = say.Say(f, a.At, time.Local).Headline
	}
	for _, id := range asked(q, pv) {
		a.Features[id] = feature(e, say, ask, id, pv, s.Facts)
	}
	p.recent.keep(key, gen, a)
	return a, nil
}

// vendorHere is the vendor as it is named here, "" for one that is not: a program whose vendor has a new root key knows the former one, and
// verifies by itself that the new one follows it.
func vendorHere(s licensing.Snapshot, named string) string {
	for _, v := range s.Vendors {
		if named == v.Root || named == v.ID || named == v.ID+"@"+v.Root {
			return named
		}
	}
	return ""
}

// refusal is the exit code of holdfast entitled for the same question.
func refusal(v terms.Verdict, allowed bool, f terms.Finding) int {
	if allowed {
		return 0
	}
	return cmp.Or(v.CodeOf(f, false), terms.StateLimited.ExitCode(false))
}

// deciding is the product whose license gave the answer: two vendors may have products of one name.
func deciding(all []terms.ProductVerdict, f terms.Finding) (terms.ProductVerdict, bool) {
	i := slices.IndexFunc(all, func(p terms.ProductVerdict) bool { return p.License == f.License })
	if i < 0 && len(all) > 0 {
		i = 0
	}
	if i < 0 {
		return terms.ProductVerdict{}, false
	}
	return all[i], true
}

// product puts the verdict of a product into the answer.
func (p *programs) product(a *endpoint.CheckAnswer, pv terms.ProductVerdict, s licensing.Snapshot, lang string) {
	a.Product, a.Vendor, a.At = pv.ID, pv.Vendor, pv.At.UTC()
	a.Works, a.View, a.Paused = append(a.Works, pv.Works...), append(a.View, pv.View...), append(a.Paused, pv.Paused...)
	a.LicenseEnds, a.OfflineUntil = pv.LicenseEnds.UTC(), pv.OfflineUntil.UTC()
	a.ValidUntil = until(a.At, pv.Change)
	for _, m := range pv.Meters {
		a.Meters = append(a.Meters, endpoint.Meter{
			ID: m.ID, Name: m.Name.In(lang), Unit: m.Unit, Kind: m.Kind, Used: m.Used, Included: m.Included, Left: m.Left, Overage: m.Overage,
			Reset: m.Reset.UTC(), State: string(m.State), Stops: m.Stops,
		})
		a.ValidUntil = until(a.At, a.ValidUntil, m.Reset)
	}
	for _, u := range s.Usage {
		if u.Root == pv.Vendor {
			a.Ledger, a.Seq, a.Head = p.newest(u.Ledger, tail{u.Seq, u.Head})
		}
	}
}

// until is the first of some moments after at, at most a day later. A zero moment is never.
func until(at time.Time, moments ...time.Time) time.Time {
	end := at.Add(longest)
	for _, m := range moments {
		if m.After(at) && m.Before(end) {
			end = m.UTC()
		}
	}
	return end
}

// asked are the features to answer.
func asked(q endpoint.CheckRequest, pv terms.ProductVerdict) []string {
	if len(q.Features) > 0 {
		return q.Features
	}
	var all []string
	for id := range pv.Features {
		all = append(all, id)
	}
	return all
}

// feature answers for one feature by its id or a former one.
func feature(e answers, say *plain.Speaker, q terms.Query, id string, pv terms.ProductVerdict, facts terms.Facts) endpoint.Feature {
	fv, known := pv.Features[id]
	if !known {
		fv, known = pv.Features[nowCalled(facts, pv, id)]
	}
	if known && fv.Mode == terms.Keep {
		return endpoint.Feature{Mode: string(fv.Mode), Until: fv.Until.UTC()}
	}
	if !known {
		fv.Mode = terms.Pause
	}
	q.Feature = id
	_, why := e.Evaluate(q).Allowed()
	f := endpoint.Feature{Mode: string(fv.Mode)}
	if say != nil {
		f.Text = say.Say(why, pv.At, time.Local).Headline
	}
	return f
}

// nowCalled is what a feature is called now.
func nowCalled(facts terms.Facts, pv terms.ProductVerdict, id string) string {
	for _, l := range facts.Licenses {
		if l.Vendor != pv.Vendor || !strings.EqualFold(l.Policy.Product.ID, pv.ID) {
			continue
		}
		for now, f := range l.Policy.Features {
			if strings.EqualFold(now, id) || slices.ContainsFunc(f.Was, func(was string) bool { return strings.EqualFold(was, id) }) {
				return now
			}
		}
	}
	return ""
}

// Prove signs the bytes of an answer.
func (p *programs) Prove(ctx context.Context, q endpoint.CheckRequest, answer []byte) (endpoint.Proof, bool) {
	e, err := p.engine(ctx)
	if err != nil {
		return endpoint.Proof{}, false
	}
	proof, err := e.Prove(q.Product, q.Nonce, answer)
	if err != nil {
		return endpoint.Proof{}, false
	}
	return endpoint.Proof(proof), true
}

// ProveUsage signs the bytes of an answer to recorded uses.
func (p *programs) ProveUsage(ctx context.Context, nonce string, request, answer []byte) (proof endpoint.UsageProof, ok bool) {
	e, err := p.engine(ctx)
	if err != nil {
		return proof, false
	}
	proof.Public, proof.Signature, err = e.ProveUsage(nonce, request, answer)
	return proof, err == nil
}

// Record makes uses durable.
func (p *programs) Record(ctx context.Context, q endpoint.UsageRequest) (endpoint.UsageAnswer, error) {
	e, err := p.engine(ctx)
	if err != nil {
		return endpoint.UsageAnswer{}, p.told(err)
	}
	vendor := vendorHere(e.Snapshot(), q.Vendor)
	events := make([]licensing.UsageEvent, len(q.Events))
	for i, x := range q.Events {
		events[i] = licensing.UsageEvent{Vendor: vendor, Product: x.Product, Meter: x.Meter, Units: x.Units, ID: x.ID}
	}
	done, err := e.RecordUsage(ctx, events)
	p.recent.outdate()
	if err != nil {
		return endpoint.UsageAnswer{}, p.told(err)
	}
	if len(done) != len(events) {
		return endpoint.UsageAnswer{}, errors.New("the engine acknowledged another number of events")
	}
	a := endpoint.UsageAnswer{Events: make([]endpoint.RecordedUse, len(done))}
	s := e.Snapshot()
	at := s.Verdict.At.UTC()
	a.ValidUntil = at.Add(longest)
	for i, d := range done {
		a.Events[i] = endpoint.RecordedUse{Seq: d.Seq, Again: d.Again, Conflict: d.Conflict, Flags: d.Flags, State: string(d.Meter.State), Left: d.Meter.Left}
		a.ValidUntil = until(at, a.ValidUntil, d.Meter.Reset)
		t := tail{d.Seq, d.Head}
		if d.Again { // recorded earlier, perhaps by a process before this one; its own place is not the end
			t = endOf(s, d.Ledger)
		}
		a.Ledger, a.Seq, a.Head = p.newest(d.Ledger, t)
	}
	return a, nil
}

func endOf(s licensing.Snapshot, ledger string) tail {
	for _, u := range s.Usage {
		if u.Ledger == ledger {
			return tail{u.Seq, u.Head}
		}
	}
	return tail{}
}

// newest is the end of a ledger as far as it is known here, and remembers it.
func (p *programs) newest(ledger string, t tail) (string, uint64, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.tails[ledger]; known.seq > t.seq {
		t = known
	} else if ledger != "" {
		p.tails[ledger] = t
	}
	return ledger, t.seq, t.head
}

// Status is the verdict of the home and its usage in short.
func (p *programs) Status(ctx context.Context) (endpoint.StatusAnswer, error) {
	e, err := p.engine(ctx)
	if err != nil {
		return endpoint.StatusAnswer{}, p.told(err)
	}
	s := e.Snapshot()
	f := s.Verdict.Main
	a := endpoint.StatusAnswer{
		Version: ThisBuild().Version, Home: p.home, Usage: []endpoint.StatusUsage{},
		Verdict: endpoint.StatusVerdict{State: string(f.State), Tone: string(f.Tone), At: s.Verdict.At.UTC(), ExitCode: s.Verdict.ExitCode(false)},
	}
	if say := p.say(); say != nil {
		a.Verdict.Text = say.Say(f, s.Verdict.At, time.Local).Headline
	}
	for _, u := range s.Usage {
		x := endpoint.StatusUsage{Vendor: u.Root, Unsent: u.Unsent, Due: u.Due.UTC()}
		x.Ledger, x.Seq, x.Head = p.newest(u.Ledger, tail{u.Seq, u.Head})
		a.Usage = append(a.Usage, x)
	}
	return a, nil
}

// told puts an error of the engine into an answer. What may go by itself is 503: a program asks again with the same ids.
func (p *programs) told(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	r := &local.Refusal{Status: http.StatusInternalServerError, Code: plain.Code(err)}
	var wrong *licensing.Mistake
	var problem *terms.Problem
	switch {
	case errors.As(err, &wrong):
		r.Status = http.StatusUnprocessableEntity
	case errors.As(err, &problem), Unwritable(err):
		r.Status = http.StatusServiceUnavailable
	}
	if say := p.say(); say != nil {
		r.Text = say.Problem(err, time.Time{}, time.Local).Headline
	}
	return r
}
