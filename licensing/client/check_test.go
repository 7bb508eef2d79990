//go:build !windows

package client

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
)

func TestAnAnswerIsKeptForAMinute(t *testing.T) {
	h, p := begin(t)
	for range 100 {
		p.mode(t, "edit", Keep)
		p.mode(t, "render", View)
	}
	if n := h.asked(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	p.later(time.Minute)
	p.mode(t, "edit", Keep)
	if n := h.asked(); n != 2 {
		t.Errorf("after a minute, asked %d times", n)
	}
	h.answer = func(a *endpoint.CheckAnswer) { a.ValidUntil = a.At.Add(time.Second) }
	p.later(time.Minute)
	p.mode(t, "edit", Keep)
	p.later(time.Second)
	p.mode(t, "edit", Keep)
	if n := h.asked(); n != 4 {
		t.Errorf("an answer that holds for a second was kept: asked %d times", n)
	}
	if _, err := p.Refresh(t.Context()); err != nil || h.asked() != 5 {
		t.Errorf("refreshed: %v, asked %d times", err, h.asked())
	}
}

func TestAFeatureThatNoLicenseNamesIsPausedAndAskedForOnce(t *testing.T) {
	h, p := begin(t)
	for range 10 {
		f, err := p.Check(t.Context(), "teleport")
		if err != nil || f.Mode != Pause || f.Text != "teleport is not part of your license." {
			t.Fatalf("%+v, %v", f, err)
		}
	}
	p.mode(t, "edit", Keep)
	if n := h.asked(); n != 2 {
		t.Errorf("asked %d times", n)
	}
	p.later(time.Hour)
	p.mode(t, "edit", Keep)
	p.mode(t, "teleport", Pause)
	if n := h.asked(); n != 3 {
		t.Errorf("later, asked %d times", n)
	}
}

func TestWithoutAnybodyToAskTheKeptAnswerHoldsUntilItsTime(t *testing.T) {
	h, p := begin(t)
	p.mode(t, "edit", Keep)
	h.stop()
	p.later(2 * time.Hour)
	p.mode(t, "edit", Keep)
	p.clock.Advance(9 * time.Hour) // the computer slept
	p.later(time.Minute)
	if f, err := p.Check(t.Context(), "edit"); !errors.Is(err, ErrNoHoldfast) || f.Mode != Pause {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := p.CheckAll(t.Context()); !errors.Is(err, ErrNoHoldfast) {
		t.Error(err)
	}
	if err := h.listen(); err != nil {
		t.Fatal(err)
	}
	p.mode(t, "edit", Keep)
}

func TestWithoutAHomeNobodyAnswers(t *testing.T) {
	h, _ := begin(t)
	if err := os.Remove(filepath.Join(h.home, endpoint.File)); err != nil {
		t.Fatal(err)
	}
	p := open(t, h, filepath.Join(t.TempDir(), "w.json"))
	if _, err := p.Check(t.Context(), "edit"); !errors.Is(err, ErrNoHoldfast) {
		t.Error(err)
	}
	if _, err := p.Status(t.Context()); !errors.Is(err, ErrNoHoldfast) {
		t.Error(err)
	}
}

func TestAStatusIsForShowing(t *testing.T) {
	h, p := begin(t)
	if s, err := p.Status(t.Context()); err != nil || s.Home != h.home {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestTheCommandIsStartedWhenNobodyAnswers(t *testing.T) {
	h, _ := begin(t)
	h.stop()
	dir := t.TempDir()
	called := filepath.Join(dir, "called")
	if err := syscall.Mkfifo(called, 0o600); err != nil {
		t.Skip(err)
	}
	c, err := Open(Options{
		Product: "acmecad", Vendor: public(h.root), Home: h.home, Witness: filepath.Join(dir, "w"), Patience: 50 * time.Millisecond,
		Start: []string{"/bin/sh", "-c", "echo once > " + called},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Check(t.Context(), "edit"); !errors.Is(err, ErrNoHoldfast) {
		t.Error(err)
	}
	if b, err := os.ReadFile(called); err != nil || string(b) != "once\n" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestRecordsThatWentBackAreSaidAlsoByTheNextProgram(t *testing.T) {
	h, p := begin(t)
	h.seq = 40
	p.mode(t, "edit", Keep)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		seq   uint64
		head  string
		older bool
	}{
		"as before":      {40, "", false},
		"gone on":        {41, "", false},
		"older":          {39, "", true},
		"another head":   {40, "head-other", true},
		"empty":          {0, "", true},
		"a later record": {90, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			witness := filepath.Join(t.TempDir(), "w.json")
			b, err := os.ReadFile(p.o.Witness)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(witness, b, 0o600); err != nil {
				t.Fatal(err)
			}
			h.seq, h.head = c.seq, c.head
			q := open(t, h, witness)
			f, err := q.Check(t.Context(), "edit")
			if errors.Is(err, ErrOlderRecords) != c.older || !c.older && err != nil || f.Mode != Keep {
				t.Errorf("%+v, %v", f, err)
			}
			if f, again := q.Check(t.Context(), "edit"); errors.Is(again, ErrOlderRecords) != c.older || f.Mode != Keep {
				t.Errorf("the kept answer says %v", again)
			}
		})
	}
}

func TestADamagedWitnessFileIsAsNone(t *testing.T) {
	h, p := begin(t)
	p.mode(t, "edit", Keep)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(p.o.Witness)
	if err != nil {
		t.Fatal(err)
	}
	if i, err := os.Stat(p.o.Witness); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", i.Mode(), err)
	}
	for cut := 0; cut < len(whole); cut += 97 {
		if err := os.WriteFile(p.o.Witness, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		open(t, h, p.o.Witness).mode(t, "edit", Keep)
	}
}

// The key store of the account is locked: the answer is not signed. The last signed one is, and is kept.
func TestWithoutASignatureTheLastSignedAnswerCountsForAWeek(t *testing.T) {
	h, p := begin(t)
	h.unsigned = true
	if f, err := p.Check(t.Context(), "edit"); !errors.Is(err, ErrNotProven) || f.Mode != Pause {
		t.Fatalf("%+v, %v", f, err)
	}
	h.unsigned = false
	p.mode(t, "edit", Keep)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	h.unsigned = true
	next := open(t, h, p.o.Witness)
	next.clock.Advance(6 * 24 * time.Hour)
	next.mode(t, "edit", Keep)
	h.answer = func(a *endpoint.CheckAnswer) { a.Works = append(a.Works, "everything") }
	if _, err := next.Refresh(t.Context()); !errors.Is(err, ErrLicense) {
		t.Errorf("more than the license: %v", err)
	}
	h.answer = nil
	for _, d := range []time.Duration{9 * 24 * time.Hour, -48 * time.Hour} {
		other := open(t, h, p.o.Witness)
		other.clock.Set(noon.Add(d))
		if f, err := other.Check(t.Context(), "edit"); !errors.Is(err, ErrNotProven) || f.Mode != Pause {
			t.Errorf("%v later: %+v, %v", d, f, err)
		}
	}
	// What stands in the witness file has to prove itself, too.
	b, err := os.ReadFile(p.o.Witness)
	if err != nil {
		t.Fatal(err)
	}
	var w witness
	if err := json.Unmarshal(b, &w); err != nil {
		t.Fatal(err)
	}
	w.Proven.Nonce = "AAAA"
	if b, err = json.Marshal(w); err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "w.json")
	if err := os.WriteFile(forged, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, h, forged).Check(t.Context(), "edit"); !errors.Is(err, ErrNotProven) {
		t.Errorf("a witness made by hand: %v", err)
	}
}

func TestAnAnswerThatGrantsNothingNeedsNoProof(t *testing.T) {
	h, p := begin(t)
	h.unsigned = true
	h.answer = func(a *endpoint.CheckAnswer) {
		a.State, a.ExitCode, a.Works, a.View, a.Features = "not_set_up", 15, nil, nil, map[string]endpoint.Feature{"edit": {Mode: Pause}}
	}
	p.mode(t, "edit", Pause)
	v, err := p.CheckAll(t.Context())
	if err != nil || v.Allowed() || v.Proven {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestACachedCheckCostsNoMemory(t *testing.T) {
	_, p := begin(t)
	p.mode(t, "edit", Keep)
	ctx := t.Context()
	if n := testing.AllocsPerRun(1000, func() {
		if f, err := p.Check(ctx, "edit"); err != nil || f.Mode != Keep {
			t.Error(f, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
