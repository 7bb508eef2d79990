package app

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"holdfast/app/local"
	"holdfast/licensing"
	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// fakeAnswers is an engine that says what a test wants.
type fakeAnswers struct {
	snapshot licensing.Snapshot
	evaluate func(q terms.Query) terms.Verdict
	recorded []licensing.UsageEvent
	done     []licensing.Recorded
	err      error
	watched  chan func() // gets what tells of a change
}

func (f *fakeAnswers) Snapshot() licensing.Snapshot { return f.snapshot }

func (f *fakeAnswers) Watch(fn func(licensing.Snapshot)) (stop func()) {
	if f.watched != nil {
		f.watched <- func() { fn(f.snapshot) }
	}
	return func() {}
}

func (f *fakeAnswers) Evaluate(q terms.Query) terms.Verdict { return f.evaluate(q) }

func (f *fakeAnswers) RecordUsage(_ context.Context, events []licensing.UsageEvent) ([]licensing.Recorded, error) {
	f.recorded = append(f.recorded, events...)
	return f.done, f.err
}

func (f *fakeAnswers) Prove(product, nonce string, answer []byte) (licensing.Proof, error) {
	return licensing.Proof{Public: product, Signature: nonce + string(answer), Licenses: []exchange.Envelope{}, Profiles: []exchange.Envelope{}}, f.err
}

func (f *fakeAnswers) ProveUsage(nonce string, request, answer []byte) (public, signature string, err error) {
	return "key", nonce + string(request) + string(answer), f.err
}

var checkedAt = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

func programsOf(t *testing.T, f *fakeAnswers) *programs {
	t.Helper()
	say, err := plain.New("en")
	if err != nil {
		t.Fatal(err)
	}
	return &programs{
		engine: func(context.Context) (answers, error) { return f, nil },
		say:    func() *plain.Speaker { return say }, home: "/home", tails: map[string]tail{},
	}
}

// cad is a verdict of one product with three features, one of which is paused.
func cad(granted bool) terms.Verdict {
	p := terms.ProductVerdict{
		ID: "acmecad", Vendor: "root", At: checkedAt, Works: []string{"edit"}, View: []string{"render"}, Paused: []string{"export"}, License: "A-1",
		Features: map[string]terms.FeatureVerdict{
			"edit": {Mode: terms.Keep, Until: checkedAt.AddDate(0, 1, 0)}, "render": {Mode: terms.View}, "export": {Mode: terms.Pause},
		},
		LicenseEnds: checkedAt.AddDate(1, 0, 0), Change: checkedAt.Add(3 * time.Hour),
		Meters: []terms.MeterVerdict{{ID: "renders", Kind: "counter", Used: 12, Included: 100, Left: 88, Reset: checkedAt.Add(2 * time.Hour)}},
	}
	p.Finding = terms.Finding{State: terms.StateActive, Tone: terms.ToneOK, Product: "acmecad", License: "A-1"}
	if !granted {
		p.State, p.Tone = terms.StateExpired, terms.ToneWarn
	}
	return terms.Verdict{At: checkedAt, Main: p.Finding, Products: []terms.ProductVerdict{p}, Granted: granted, Answer: p.Finding}
}

func TestACheckSaysWhatTheVerdictSaysUntilItChanges(t *testing.T) {
	f := &fakeAnswers{evaluate: func(terms.Query) terms.Verdict { return cad(true) }}
	f.snapshot.Usage = []licensing.UsageView{{Root: "other", Ledger: "22", Seq: 9}, {Root: "root", Ledger: "11", Seq: 7, Head: "head-7"}}
	p := programsOf(t, f)
	a, err := p.Check(t.Context(), endpoint.CheckRequest{Product: "AcmeCAD"})
	if err != nil {
		t.Fatal(err)
	}
	if a.Product != "acmecad" || a.Vendor != "root" || a.State != "active" || a.ExitCode != 0 || a.Text == "" || plain.IsMissing(a.Text) {
		t.Errorf("%+v", a)
	}
	if !slices.Equal(a.Works, []string{"edit"}) || !slices.Equal(a.View, []string{"render"}) || !slices.Equal(a.Paused, []string{"export"}) {
		t.Errorf("%v %v %v", a.Works, a.View, a.Paused)
	}
	if len(a.Features) != 3 || a.Features["edit"].Mode != "keep" || a.Features["edit"].Text != "" || a.Features["render"].Mode != "view" || a.Features["render"].Text == "" {
		t.Errorf("%+v", a.Features)
	}
	if !a.ValidUntil.Equal(checkedAt.Add(2 * time.Hour)) {
		t.Errorf("holds until %v, but a meter begins anew before", a.ValidUntil)
	}
	if a.Ledger != "11" || a.Seq != 7 || a.Head != "head-7" || len(a.Meters) != 1 || a.Meters[0].Left != 88 {
		t.Errorf("%+v", a)
	}
}

func TestAnAnswerNeverHoldsLongerThanADay(t *testing.T) {
	for name, c := range map[string]struct {
		moments []time.Time
		want    time.Duration
	}{
		"no change":       {nil, 24 * time.Hour},
		"never":           {[]time.Time{{}}, 24 * time.Hour},
		"in a year":       {[]time.Time{checkedAt.AddDate(1, 0, 0)}, 24 * time.Hour},
		"in a minute":     {[]time.Time{checkedAt.Add(time.Hour), checkedAt.Add(time.Minute)}, time.Minute},
		"before that now": {[]time.Time{checkedAt.Add(-time.Minute)}, 24 * time.Hour},
	} {
		if got := until(checkedAt, c.moments...); !got.Equal(checkedAt.Add(c.want)) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAskedFeaturesAreAnsweredAlsoByFormerNamesAndWhenNobodyKnowsThem(t *testing.T) {
	f := &fakeAnswers{evaluate: func(q terms.Query) terms.Verdict {
		v := cad(true)
		if q.Feature != "" {
			v.Granted, v.Answer = false, terms.Finding{State: terms.StateNotIncluded, Slots: terms.Slots{"feature": terms.Plain(q.Feature)}}
		}
		return v
	}}
	l := terms.Held{Vendor: "root"}
	l.Policy.Product.ID = "acmecad"
	l.Policy.Features = map[string]terms.Feature{"edit": {Was: []string{"draw"}}}
	f.snapshot.Facts.Licenses = []terms.Held{l}
	a, err := programsOf(t, f).Check(t.Context(), endpoint.CheckRequest{Product: "acmecad", Features: []string{"draw", "teleport"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Features) != 2 || a.Features["draw"].Mode != "keep" || !a.Features["draw"].Until.Equal(checkedAt.AddDate(0, 1, 0)) {
		t.Errorf("%+v", a.Features)
	}
	if x := a.Features["teleport"]; x.Mode != "pause" || x.Text == "" {
		t.Errorf("%+v", x)
	}
}

func TestAVendorThatIsNotKnownHereByItsRootIsNotAskedFor(t *testing.T) {
	var asked []string
	f := &fakeAnswers{evaluate: func(q terms.Query) terms.Verdict { asked = append(asked, q.Vendor); return cad(false) }}
	f.snapshot.Vendors = []licensing.VendorView{{Vendor: terms.Vendor{ID: "acme", Root: "root"}}}
	p := programsOf(t, f)
	for _, v := range []string{"root", "acme", "acme@root", "former root"} {
		a, err := p.Check(t.Context(), endpoint.CheckRequest{Product: "acmecad", Vendor: v, Features: []string{"edit"}})
		if err != nil || a.ExitCode != 13 {
			t.Errorf("%+v, %v", a, err)
		}
	}
	if !slices.Equal(asked, []string{"root", "acme", "acme@root", ""}) {
		t.Errorf("asked for %q", asked)
	}
}

func TestUsageIsAcknowledgedWithTheEndOfItsLedger(t *testing.T) {
	f := &fakeAnswers{done: []licensing.Recorded{
		{Ledger: "11", Seq: 8, Head: "head-8", Flags: []string{"offline"}}, {Ledger: "11", Seq: 3, Head: "head-8", Again: true, Conflict: true},
	}}
	f.snapshot.Verdict.At = checkedAt
	f.done[0].Meter = terms.MeterVerdict{Left: 5, State: terms.StateQuotaLow, Reset: checkedAt.Add(time.Hour)}
	f.snapshot.Usage = []licensing.UsageView{{Root: "root", Ledger: "11", Seq: 7, Head: "head-7"}}
	p := programsOf(t, f)
	q := endpoint.UsageRequest{Events: []endpoint.UsageEvent{{Product: "acmecad", Meter: "renders", Units: 2, ID: "a"}, {Product: "acmecad", Meter: "renders", Units: 3, ID: "b"}}}
	a, err := p.Record(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if a.Seq != 8 || a.Head != "head-8" || a.Ledger != "11" || !a.ValidUntil.Equal(checkedAt.Add(time.Hour)) {
		t.Errorf("%+v", a)
	}
	if e := a.Events; len(e) != 2 || e[0].Again || e[0].Left != 5 || e[0].State != "quota_low" || !e[1].Again || e[1].Seq != 3 || e[0].Conflict || !e[1].Conflict {
		t.Errorf("%+v", e)
	}
	if f.recorded[1].ID != "b" || f.recorded[1].Units != 3 {
		t.Errorf("%+v", f.recorded)
	}
	// The snapshot may be from before; what was acknowledged is not taken back.
	f.evaluate = func(terms.Query) terms.Verdict { return cad(true) }
	if c, err := p.Check(t.Context(), endpoint.CheckRequest{Product: "acmecad"}); err != nil || c.Seq != 8 {
		t.Errorf("seq %d, %v", c.Seq, err)
	}
	// A batch that a process before this one recorded.
	next := programsOf(t, f)
	f.done = []licensing.Recorded{{Ledger: "11", Seq: 3, Head: "head-7", Again: true}, {Ledger: "11", Seq: 4, Head: "head-7", Again: true}}
	if a, err := next.Record(t.Context(), q); err != nil || a.Seq != 7 || a.Head != "head-7" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestErrorsOfTheEngineSayWhetherToAskAgain(t *testing.T) {
	f := &fakeAnswers{}
	p := programsOf(t, f)
	q := endpoint.UsageRequest{Events: []endpoint.UsageEvent{{Product: "acmecad", Meter: "renders", Units: 1}}}
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{&licensing.Mistake{Code: "product_unknown", Args: map[string]any{"product": "acmecad"}}, http.StatusUnprocessableEntity, "product_unknown"},
		{terms.NewProblem(terms.StateDiskFull, terms.Slots{"size": 1}, nil), http.StatusServiceUnavailable, "disk_full"},
		{errors.New("bug"), http.StatusInternalServerError, "unexpected"},
	} {
		f.err = c.err
		_, err := p.Record(t.Context(), q)
		var r *local.Refusal
		if !errors.As(err, &r) || r.Status != c.status || r.Code != c.code || r.Text == "" || plain.IsMissing(r.Text) {
			t.Errorf("%v: %+v", c.err, r)
		}
	}
	f.err = context.DeadlineExceeded
	if _, err := p.Record(t.Context(), q); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestAnOpenHomeAnswersLicensedPrograms(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "home"))
	o.Commands = func(*App) local.Handler {
		return func(context.Context, local.Command) local.Answer { return local.Answer{} }
	}
	a, _, err := Open(t.Context(), o, status())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	p := a.programs(o.Env)
	s, err := p.Status(t.Context())
	if err != nil || s.Verdict.State != "not_set_up" || s.Home != a.Home() || a.Address() == "" {
		t.Errorf("%+v, %v, at %q", s, err, a.Address())
	}
	c, err := p.Check(t.Context(), endpoint.CheckRequest{Product: "acmecad", Features: []string{"edit"}})
	if err != nil || c.State != "not_set_up" || c.ExitCode != 15 || c.Features["edit"].Mode != "pause" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, ok := p.Prove(t.Context(), endpoint.CheckRequest{Product: "acmecad", Nonce: "AAAA"}, []byte("{}")); ok {
		t.Error("a computer without a key proved something")
	}
	if _, ok := p.ProveUsage(t.Context(), "AAAA", []byte("{}"), []byte("{}")); ok {
		t.Error("a computer without a key proved uses")
	}
}

func TestTheSameQuestionIsWorkedOutOnceUntilSomethingChanges(t *testing.T) {
	n := 0
	f := &fakeAnswers{evaluate: func(terms.Query) terms.Verdict { n++; return cad(true) }, done: []licensing.Recorded{{Ledger: "11", Seq: 8}}, watched: make(chan func())}
	p := programsOf(t, f)
	ask := func(features ...string) int {
		t.Helper()
		before := n
		if _, err := p.Check(t.Context(), endpoint.CheckRequest{Product: "acmecad", Features: features}); err != nil {
			t.Fatal(err)
		}
		return n - before
	}
	if ask("edit") != 1 || ask("edit") != 0 || ask("edit", "x") == 0 {
		t.Error("an answer was not kept, or kept for another question")
	}
	(<-f.watched)()
	if ask("edit") != 1 || ask("edit") != 0 {
		t.Error("a change of the engine was not seen")
	}
	if _, err := p.Record(t.Context(), endpoint.UsageRequest{Events: []endpoint.UsageEvent{{Product: "acmecad", Meter: "m", Units: 1}}}); err != nil {
		t.Fatal(err)
	}
	if ask("edit") != 1 {
		t.Error("recorded usage was not seen")
	}
	k := keyOf(endpoint.CheckRequest{Product: "acmecad", Features: []string{"edit"}})
	old := p.recent.answers[k]
	for _, age := range []time.Duration{2 * time.Second, recentFor} {
		old.at = time.Now().Add(-age)
		p.recent.answers[k] = old
		if ask("edit") != 1 {
			t.Errorf("kept for %v", age)
		}
	}
	old.at, old.answer.ValidUntil = time.Now(), old.answer.At
	p.recent.answers[k] = old
	if ask("edit") != 1 {
		t.Error("kept beyond its time")
	}
}
