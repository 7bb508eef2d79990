package terms

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func statesOf(v Verdict) []State {
	all := []State{v.Main.State}
	for _, f := range v.Others {
		all = append(all, f.State)
	}
	return all
}

// module is a second license for AcmeCAD, for one feature.
func module(serial, feature, from, to string) Held {
	return cad(func(h *Held) {
		h.Serial, h.KeyHash, h.Issued, h.Starts, h.Ends = serial, "key-"+serial, day(from), day(from), endOf(to)
		h.Policy.Features = map[string]Feature{feature: {Name: Plain(feature), After: Pause}}
	})
}

func TestForEachFeatureTheBestLicenseDecides(t *testing.T) {
	v := evaluate(t, home(cad(), module("5000", "edit", "2026-06-01", "2028-01-01")), Query{}, day("2026-11-03"))
	p := v.Products[0]
	if p.Features["edit"].License != "5000" || p.Features["render"].License != "4711" {
		t.Errorf("edit by %s, render by %s", p.Features["edit"].License, p.Features["render"].License)
	}
	edit := p.Features["edit"]
	if !edit.Until.Equal(endOf("2028-01-15")) { // its end and 14 days of grace
		t.Errorf("edit until %v", edit.Until)
	}
	i := slices.IndexFunc(edit.Reasons, func(r Reason) bool { return r.Rule == RuleBest })
	if i < 0 || !strings.Contains(edit.Reasons[i].Evidence, "licenses=2 chosen=5000") {
		t.Errorf("%+v", edit.Reasons)
	}
}

func TestAModuleInGraceIsALineAndAsksFirst(t *testing.T) {
	f := home(cad(), module("5000", "simulate", "2025-11-01", "2026-11-01"))
	v := evaluate(t, f, Query{}, day("2026-11-03"))
	if v.Products[0].State != StateActive || v.Main.State != StateGraceRenewal || v.Main.License != "5000" {
		t.Errorf("product %s, main %s of %s", v.Products[0].State, v.Main.State, v.Main.License)
	}
	v = evaluate(t, f, Query{Product: "acmecad", Feature: "simulate"}, day("2026-12-03"))
	if ok, a := v.Allowed(); ok || a.State != StateExpired || a.License != "5000" {
		t.Errorf("%v %s %s", ok, a.State, a.License)
	}
	if ok, _ := evaluate(t, f, Query{Product: "acmecad"}, day("2026-12-03")).Allowed(); !ok {
		t.Error("the product is refused for a module that ended")
	}
}

func TestAModuleLeftOutAtRenewalIsNoNews(t *testing.T) {
	old := module("5000", "simulate", "2025-03-14", "2026-03-14") // ended as 4711 was issued
	if got := statesOf(evaluate(t, home(old, cad()), Query{}, day("2026-11-03"))); !slices.Equal(got, []State{StateActive, StateExpired}) {
		t.Errorf("%v", got)
	}
	later := module("5001", "simulate", "2026-03-14", "2026-09-14") // ended half a year after
	if got := statesOf(evaluate(t, home(later, cad()), Query{}, day("2026-11-03"))); !slices.Equal(got, []State{StateExpired}) {
		t.Errorf("%v", got)
	}
}

func TestARenewalThatFollowsWithoutAGapEndsTheReminding(t *testing.T) {
	next := cad(func(h *Held) {
		h.Serial, h.Issued, h.Starts, h.Ends = "4800", day("2027-02-01"), EndOfDay(day("2027-03-14"), time.UTC).Add(time.Second), endOf("2028-03-14")
	})
	p := evaluate(t, home(cad(), next), Query{}, day("2027-02-20")).Products[0]
	if p.State != StateActive || !p.LicenseEnds.Equal(endOf("2028-03-14")) || !p.Features["render"].Until.Equal(endOf("2028-03-17")) {
		t.Errorf("%s until %v, render %v", p.State, p.LicenseEnds, p.Features["render"].Until)
	}
	gap := cad(func(h *Held) {
		h.Serial, h.Issued, h.Starts, h.Ends = "4800", day("2027-02-01"), day("2027-05-01"), endOf("2028-05-01")
	})
	p = evaluate(t, home(cad(), gap), Query{}, day("2027-02-20")).Products[0]
	if p.State != StateEndingSoon || !p.Features["render"].Until.Equal(endOf("2027-03-17")) {
		t.Errorf("with a gap: %s, render until %v", p.State, p.Features["render"].Until)
	}
	less := cad(func(h *Held) {
		h.Serial, h.Issued, h.Starts, h.Ends = "4800", day("2027-02-01"), day("2027-03-14"), endOf("2028-05-01")
		h.Policy.Features = map[string]Feature{"export": {After: Keep}}
	})
	if p := evaluate(t, home(cad(), less), Query{}, day("2027-02-20")).Products[0]; p.State != StateEndingSoon {
		t.Errorf("followed by a license without edit: %s", p.State)
	}
	v := evaluate(t, home(cad(), gap), Query{}, day("2027-04-20"))
	if k := v.Main.Slots["works_until_start"].(Kept); v.Main.State != StateNotStarted || len(k.View) != 1 || len(k.Full) != 1 {
		t.Errorf("in the gap: %s %+v", v.Main.State, k)
	}
	if len(v.Works.Full) != 0 || len(v.Works.View) != 1 {
		t.Errorf("in the gap works %+v", v.Works)
	}
}

func TestABoughtLicenseComesBeforeATrial(t *testing.T) {
	trial := cad(func(h *Held) {
		h.Serial, h.Issued, h.Ends = "T1", day("2026-10-20"), endOf("2027-04-19")
		h.Policy.Term = Term{Kind: TermTrial, Length: Days(30)}
		h.Policy.Features = map[string]Feature{"simulate": {After: Pause}, "edit": {After: View}}
		h.Policy = h.Policy.WithDefaults()
	})
	v := evaluate(t, home(trial, cad()), Query{}, day("2026-11-03"))
	if got := statesOf(v); !slices.Equal(got, []State{StateActive, StateTrial}) || v.Products[0].Features["edit"].License != "T1" {
		t.Errorf("%v, edit by %s", got, v.Products[0].Features["edit"].License)
	}
	if got := statesOf(evaluate(t, home(trial, cad(func(h *Held) { h.Ends = endOf("2028-01-01") })), Query{}, day("2027-04-20"))); !slices.Equal(got, []State{StateActive, StateExpired}) {
		t.Errorf("after the trial: %v", got)
	}
}

func TestOfOneSerialTheHighestVersionCounts(t *testing.T) {
	v2 := cad(func(h *Held) { h.Version, h.Ends = 2, endOf("2026-12-31") })
	for _, f := range []Facts{home(cad(), v2), home(v2, cad())} {
		if p := evaluate(t, f, Query{}, day("2026-11-03")).Products[0]; !p.LicenseEnds.Equal(endOf("2026-12-31")) {
			t.Errorf("ends %v", p.LicenseEnds)
		}
	}
	corrected := cad(func(h *Held) { h.Version, h.Policy.Version, h.Ends = 2, 2, endOf("2026-12-31") })
	if p := evaluate(t, home(cad(), corrected), Query{}, day("2026-11-03")).Products[0]; !p.LicenseEnds.Equal(endOf("2026-12-31")) {
		t.Errorf("with an older policy it ends %v", p.LicenseEnds)
	}
	elsewhere := cad(func(h *Held) { h.Version, h.Device = 3, &BoundDevice{ID: "that"} })
	if p := evaluate(t, home(cad(), elsewhere), Query{}, day("2026-11-03")).Products[0]; p.State != StateActive {
		t.Errorf("another computer's newer copy makes it %s", p.State)
	}
}

func TestProductsOfTwoVendorsStayApart(t *testing.T) {
	f := with(home(cad(), cad(func(h *Held) { h.Vendor = "root-other"; h.Ends = endOf("2026-01-01") })), func(f *Facts) {
		f.Vendors = append(f.Vendors, Vendor{ID: "acme", Root: "root-other", Name: "Acme GmbH"})
	})
	v := evaluate(t, f, Query{}, day("2026-11-03"))
	if len(v.Products) != 2 || v.Products[0].State != StateActive || v.Products[1].State != StateExpired {
		t.Errorf("%+v", v.Products)
	}
}
