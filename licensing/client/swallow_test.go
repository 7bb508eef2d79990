//go:build !windows

package client

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
)

// claim acknowledges a use as entry seq without the device key, and records nothing.
func claim(w http.ResponseWriter, ledger string, seq uint64) bool {
	_ = json.NewEncoder(w).Encode(endpoint.UsageAnswer{Schema: 1, Ledger: ledger, Seq: seq, Head: "x", Events: []endpoint.RecordedUse{{Seq: seq}}})
	return true
}

func TestRecordedUsesAreProvenAlsoForAProgramThatOnlyRecords(t *testing.T) {
	h, p := begin(t)
	done, end, err := p.RecordAll(t.Context(), uses(3))
	if err != nil || !done[0].Proven || !end.Proven || end.Seq != 3 || h.asked() != 1 {
		t.Fatalf("%+v, %+v, %v; asked %d times", done, end, err, h.asked())
	}
	if r, err := p.Record(t.Context(), "renders", 1); err != nil || !r.Proven || h.asked() != 1 {
		t.Errorf("%+v, %v; asked %d times", r, err, h.asked())
	}
}

func TestAUseThatIsSignedWronglyIsNotAcknowledged(t *testing.T) {
	h, p := begin(t)
	h.usageProof = func(p *endpoint.UsageProof) { p.Signature = base64.StdEncoding.EncodeToString(make([]byte, 64)) }
	if done, _, err := p.RecordAll(t.Context(), uses(2)); !errors.Is(err, ErrSignature) || len(done) != 0 {
		t.Errorf("%d acknowledged, %v", len(done), err)
	}
	h.usageProof = nil
	h.usage = func(_ http.ResponseWriter, _ func()) bool { return false }
	if r, err := p.Record(t.Context(), "renders", 1); err != nil || !r.Proven {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAnotherKeyProvesNothing(t *testing.T) {
	h, p := begin(t)
	p.mode(t, "edit", Keep)
	device := h.device
	h.usage = func(http.ResponseWriter, func()) bool { h.device = keyFrom("thief"); return false }
	if r, err := p.Record(t.Context(), "renders", 1); err != nil || r.Proven {
		t.Errorf("%+v, %v", r, err)
	}
	h.device, h.usage = device, nil
	if r, err := p.Record(t.Context(), "renders", 1); err != nil || !r.Proven {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWhileTheKeyStoreIsLockedUsesAreRecordedWithoutAProofAndConfirmedLater(t *testing.T) {
	h, p := begin(t)
	p.mode(t, "edit", Keep)
	h.unsigned = true
	for range 5 {
		if r, err := p.Record(t.Context(), "renders", 1); err != nil || r.Proven {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if w := p.witness.Ledgers["1234"]; w.Seq != 0 || h.units() != 5 {
		t.Errorf("witness %+v, %d units", w, h.units())
	}
	h.unsigned = false
	if _, err := p.Refresh(t.Context()); err != nil || len(p.claimed) != 0 || p.witness.Ledgers["1234"].Seq != 5 {
		t.Errorf("%v, %v, %v", err, p.claimed, p.witness.Ledgers)
	}
}

// A program in front of the true endpoint passes checks on and swallows uses, in each way that it can.
func TestASwallowedUseIsSeen(t *testing.T) {
	for name, c := range map[string]struct {
		ledger string
		seq    func(n uint64) uint64
	}{
		"without progress":     {"1234", func(uint64) uint64 { return 0 }},
		"with the same entry":  {"1234", func(uint64) uint64 { return 1 }},
		"with rising entries":  {"1234", func(n uint64) uint64 { return n }},
		"in a ledger of its":   {"5678", func(n uint64) uint64 { return n }},
		"far ahead of the end": {"1234", func(n uint64) uint64 { return 1<<60 + n }},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := begin(t)
			p.mode(t, "edit", Keep)
			n := uint64(0)
			h.usage = func(w http.ResponseWriter, _ func()) bool { n++; return claim(w, c.ledger, c.seq(n)) }
			var seen error
			for range 20 {
				r, err := p.Record(t.Context(), "renders", 1000)
				if r.Proven {
					t.Fatal("proven")
				}
				seen = errors.Join(seen, err)
			}
			_, err := p.Refresh(t.Context())
			if seen = errors.Join(seen, err); !errors.Is(seen, ErrOlderRecords) {
				t.Errorf("%v", seen)
			}
			h.usage = nil // said once, it does not stay with the true endpoint
			for range 3 {
				if r, err := p.Record(t.Context(), "renders", 1); err != nil || !r.Proven {
					t.Errorf("the true one: %+v, %v", r, err)
				}
			}
		})
	}
}

func TestOneFalseAcknowledgementDoesNotStay(t *testing.T) {
	h, p := begin(t)
	h.usage = func(w http.ResponseWriter, _ func()) bool { return claim(w, "1234", 1<<60) }
	if r, err := p.Record(t.Context(), "renders", 1); err != nil || r.Proven {
		t.Fatalf("%+v, %v", r, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	h.usage = nil
	again := open(t, h, p.o.Witness)
	for range 3 {
		if r, err := again.Record(t.Context(), "renders", 1); err != nil || !r.Proven {
			t.Errorf("the true one: %+v, %v", r, err)
		}
	}
}

func refuse(a *endpoint.CheckAnswer) {
	a.State, a.ExitCode, a.Works, a.View = "license_ended", 13, []string{}, []string{}
	a.Features = map[string]endpoint.Feature{"edit": {Mode: Pause}, "render": {Mode: Pause}}
}

func TestASignedRefusalEndsBeliefAlsoForTheNextProgram(t *testing.T) {
	h, p := begin(t)
	p.mode(t, "edit", Keep)
	h.answer = refuse
	if v, err := p.Refresh(t.Context()); err != nil || v.Allowed() || !v.Proven {
		t.Fatalf("%+v, %v", v, err)
	}
	h.answer, h.unsigned = nil, true
	for _, q := range []*program{p, open(t, h, p.o.Witness)} { // the first one still runs
		if v, err := q.Refresh(t.Context()); !errors.Is(err, ErrNotProven) {
			t.Errorf("%+v, %v", v, err)
		}
	}
	h.unsigned = false
	p.later(time.Minute)
	p.mode(t, "edit", Keep)
}

func TestWithoutASignatureNoMoreIsBelievedThanTheLastSignedAnswerGranted(t *testing.T) {
	ends := noon.Add(48 * time.Hour)
	grant := func(edit, render string, code int) func(a *endpoint.CheckAnswer) {
		return func(a *endpoint.CheckAnswer) {
			a.Works, a.View, a.ExitCode, a.LicenseEnds = nil, nil, code, ends
			a.Features = map[string]endpoint.Feature{"edit": {Mode: edit, Until: ends}, "render": {Mode: render}}
		}
	}
	for name, c := range map[string]struct {
		answer func(a *endpoint.CheckAnswer)
		later  time.Duration
		good   bool
	}{
		"the same":                        {grant(Keep, View, 0), time.Hour, true},
		"less":                            {grant(View, Pause, 13), time.Hour, true},
		"a feature in full, was to view":  {grant(Keep, Keep, 0), time.Hour, false},
		"after its end":                   {grant(Keep, View, 0), 49 * time.Hour, false},
		"the rest after the end":          {grant(Pause, View, 13), 49 * time.Hour, true},
		"the product alone after its end": {grant(Pause, Pause, 0), 49 * time.Hour, false},
		"by a former name": {func(a *endpoint.CheckAnswer) {
			grant(Pause, Pause, 0)(a)
			a.View = []string{"draw"}
		}, time.Hour, true},
		"works by a former name": {func(a *endpoint.CheckAnswer) {
			grant(Pause, Pause, 0)(a)
			a.Works = []string{"draw"}
		}, time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := begin(t)
			h.answer = grant(Keep, View, 0)
			p.mode(t, "edit", Keep)
			h.answer, h.unsigned = c.answer, true
			p.later(c.later)
			if v, err := p.Refresh(t.Context()); c.good != (err == nil) || !c.good && !errors.Is(err, ErrNotProven) {
				t.Errorf("%+v, %v", v, err)
			}
		})
	}
	t.Run("a product that was refused", func(t *testing.T) {
		h, p := begin(t)
		h.answer = grant(View, View, 13)
		p.mode(t, "edit", View)
		h.answer, h.unsigned = grant(View, View, 0), true
		if v, err := p.Refresh(t.Context()); !errors.Is(err, ErrNotProven) {
			t.Errorf("%+v, %v", v, err)
		}
	})
}
