package issuer_test

import (
	"slices"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

func TestTimeBeyondEveryLengthIsNotGrantedAndHarmsNoRecord(t *testing.T) {
	d := newDesk(t)
	p := sample(t)
	p.Term = terms.Term{Perpetual: true}
	p.Renewal.RemindFrom = terms.Length{}
	made := d.license(t, issuer.NewLicense{Policy: p})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	far := time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, what := range []string{terms.ExtendOffline, terms.ExtendGrace} {
		_, err := d.Extend(t.Context(), issuer.NewExtension{
			To: issuer.To{Serial: made.Serial}, What: what, Until: far, Agent: "J. Doe", Second: "A. Roe", Reason: terms.Plain("For ever"),
		})
		wantCode(t, err, issuer.CodeValue, 2)
	}
	ask := d.meeting(t, pc, exchange.RequestMoreTime, 2, []string{made.Serial}, wanted(far))
	_, err := d.Decide(t.Context(), ask, issuer.Decision{Agent: "J. Doe", Second: "A. Roe", Reason: "For ever"})
	wantCode(t, err, issuer.CodeValue, 2)
	if _, err := d.Extensions(made.Serial); err != nil {
		t.Errorf("the audit: %v", err)
	}
	if a := d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 3, []string{made.Serial})); a.Refused {
		t.Errorf("a check-in afterwards: %s", a.Reason)
	}
}

func TestOneAgentAloneCannotGoOnWithGraceForEver(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	limit := sample(t).Extensions.Agent
	n := issuer.NewExtension{To: issuer.To{Serial: made.Serial}, What: terms.ExtendGrace, By: limit, Agent: "J. Doe", Reason: terms.Plain("A late order")}
	if _, err := d.Extend(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.AddDate(0, 0, limit.Days/2)
	_, err := d.Extend(t.Context(), n)
	wantCode(t, err, issuer.CodeSecondNeeded, 61)
	n.Second = "A. Roe"
	if _, err := d.Extend(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	n.Second = ""
	d.now = d.now.AddDate(0, 0, limit.Days-1)
	_, err = d.Extend(t.Context(), n)
	wantCode(t, err, issuer.CodeSecondNeeded, 61)
	d.now = d.now.AddDate(1, 0, 0)
	if _, err := d.Extend(t.Context(), n); err != nil {
		t.Errorf("another time: %v", err)
	}
}

func TestARefusalOfMoreTimeBringsTheHoldThatStands(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	if _, err := d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Reason: terms.Plain("Still yours?")}); err != nil {
		t.Fatal(err)
	}
	a, err := d.Decide(t.Context(), d.meeting(t, pc, exchange.RequestMoreTime, 2, []string{made.Serial}, wanted(d.now.AddDate(2, 0, 0))), issuer.Decision{Refuse: "No"})
	if err != nil || a.Reason != "declined" {
		t.Fatalf("%+v, %v", a, err)
	}
	r := opened(t, a.File, v)
	if r.Kind != exchange.KindRefusal || !slices.ContainsFunc(r.Parts, func(p exchange.Part) bool { return p.Hold != nil && p.Hold.Serial == made.Serial }) {
		t.Errorf("%s with %+v", r.Kind, r.Parts)
	}
}

func TestAComputerThatSaysItHasAStarterLicenseIsNotTakenInWhereThereIsNone(t *testing.T) {
	d := newDesk(t)
	p := sample(t)
	p.Devices.FirstUse = terms.Length{}
	made := d.license(t, issuer.NewLicense{Policy: p})
	a := d.answer(t, d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 1, []string{made.Serial}, func(r *exchange.Request) { r.Licenses[0].Version = 1 }))
	if a.Reason != "unknown_place" {
		t.Errorf("refused %v: %s", a.Refused, a.Reason)
	}
}
