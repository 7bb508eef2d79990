package issuer_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

func TestANewWorkingKeyComesWithANewerProfileAndOldAnswersStayGood(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v1 := d.trusted(t)
	old := d.answer(t, newComputer(t, 1).request(t, v1, made.Key, 1))
	d.now = d.now.AddDate(0, 1, 0)
	p, err := d.RotateKeys(issuer.Rotation{})
	if err != nil {
		t.Fatal(err)
	}
	v2 := d.trusted(t)
	if p.Version != 2 || v2.Version != 2 || len(v2.Keys) != 2 || v2.Root != v1.Root || v2.HintKey != v1.HintKey || !v2.Keys[0].Until.Equal(d.now) {
		t.Fatalf("profile %+v", v2)
	}
	opened(t, old.File, v2)
	fresh := d.answer(t, newComputer(t, 2).request(t, v2, made.Key, 2, func(r *exchange.Request) { r.Until = d.now }))
	opened(t, fresh.File, v2)
	found, err := exchange.Read("a", fresh.File)
	if err != nil {
		t.Fatal(err)
	}
	// Who trusts the first profile learns of the new key from the answer alone.
	brought, err := exchange.ParseProfile(found[0].Bundle.Envelopes[0], exchange.Roots{key(t, v1.Root)})
	if err != nil || brought.Version != 2 {
		t.Errorf("the answer brings profile %d, %v", brought.Version, err)
	}
	_, err = exchange.ParseResponse(found[0].Bundle.Envelopes[1], v1)
	var problem *terms.Problem
	if !errors.As(err, &problem) || problem.State != terms.StateFileUnknownSender {
		t.Errorf("under the old profile alone: %v", err)
	}
}

func TestAWithdrawnKeySignsNothingAnyMore(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	early := d.answer(t, newComputer(t, 1).request(t, v, made.Key, 1))
	stolen := monday.Add(time.Hour)
	d.now = monday.Add(2 * time.Hour)
	ask := newComputer(t, 2).request(t, v, made.Key, 2)
	late := d.answer(t, ask)
	d.now = monday.Add(3 * time.Hour)
	_, err := d.RotateKeys(issuer.Rotation{Withdraw: "0123"})
	wantCode(t, err, issuer.CodeWithdrawUnknown, 2)
	if _, err := d.RotateKeys(issuer.Rotation{Withdraw: v.Keys[0].ID, NothingAfter: stolen}); err != nil {
		t.Fatal(err)
	}
	v2 := d.trusted(t)
	opened(t, early.File, v2)
	found, err := exchange.Read("a", late.File)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exchange.ParseResponse(found[0].Bundle.Envelopes[1], v2); err == nil {
		t.Error("a document of the withdrawn key is taken")
	}
	// The computer that got it asks with the same request and gets one it can use, in the same place.
	again := d.answer(t, ask)
	if again.Again || bytes.Equal(again.File, late.File) {
		t.Error("the useless answer was handed out again")
	}
	opened(t, again.File, v2)
	if l, err := d.License(made.Serial); err != nil || l.Used != 2 {
		t.Errorf("%d places, %v", l.Used, err)
	}
	if a := d.answer(t, ask); !a.Again || !bytes.Equal(a.File, again.File) {
		t.Error("the new answer is not stable")
	}
}

func TestANewRootIsSignedByTheOldOneAndTheChainTravelsAlong(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v1 := d.trusted(t)
	var words [][]string
	for range 2 {
		d.now = d.now.AddDate(1, 0, 0)
		p, err := d.RotateKeys(issuer.Rotation{Root: true})
		if err != nil {
			t.Fatal(err)
		}
		words = append(words, p.Words)
		if _, err := d.RotateKeys(issuer.Rotation{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(words[0]) != 8 || words[0][0]+words[0][1] == words[1][0]+words[1][1] {
		t.Errorf("check words %v", words)
	}
	v := d.trusted(t) // follows the chain from the first envelope on
	if v.Version != 5 || v.Root == v1.Root {
		t.Fatalf("profile version %d", v.Version)
	}
	d.now = monday.AddDate(0, 1, 0)
	d.opts.ClockIsRight = true
	d.reopen(t)
	_, err := d.Answer(t.Context(), newComputer(t, 1).request(t, v, made.Key, 1, func(r *exchange.Request) { r.Until = monday.AddDate(5, 0, 0) }))
	wantCode(t, err, issuer.CodeKeyNotYet, 30)
	// A customer who missed everything since the first profile follows the succession in any later file.
	p, err := d.Profile()
	if err != nil {
		t.Fatal(err)
	}
	found, err := exchange.Read("acme.hfkey", p.File)
	if err != nil {
		t.Fatal(err)
	}
	trust := v1
	for _, e := range found[0].Bundle.Envelopes {
		next, err := exchange.ParseProfile(e, exchange.Roots{key(t, trust.Root)})
		if err != nil || next.Version <= trust.Version {
			t.Fatalf("profile %d after %d: %v", next.Version, trust.Version, err)
		}
		trust = next
	}
	if trust.Version != 5 {
		t.Errorf("the chain ends at version %d", trust.Version)
	}
}

func TestWithoutTheRootKeyNothingIsRotated(t *testing.T) {
	d := newDesk(t)
	stick := filepath.Join(t.TempDir(), "stick")
	if err := os.Rename(filepath.Join(d.dir, "root"), stick); err != nil {
		t.Fatal(err)
	}
	before := d.trusted(t)
	_, err := d.RotateKeys(issuer.Rotation{})
	wantCode(t, err, issuer.CodeRootMissing, 29)
	if v := d.trusted(t); v.Version != before.Version {
		t.Errorf("profile version %d after a rotation that did not happen", v.Version)
	}
	d.license(t, issuer.NewLicense{}) // daily work needs no root
	d.opts.RootDir = stick
	d.reopen(t)
	if _, err := d.RotateKeys(issuer.Rotation{Root: true, Withdraw: before.Keys[0].ID}); err != nil {
		t.Fatal(err)
	}
	if v := d.trusted(t); len(v.Keys) != 2 || v.Keys[0].NothingAfter.IsZero() || v.PreviousRoot != before.Root {
		t.Errorf("profile %+v", v)
	}
}
