package terms

import (
	"slices"
	"testing"
)

func TestAQueryIsAnsweredForItsFeatureAndVersion(t *testing.T) {
	oldID := cad(func(h *Held) {
		h.Serial, h.Policy.Version, h.Issued, h.Starts = "4700", 1, day("2025-03-14"), day("2025-03-14")
		h.Policy.Features = map[string]Feature{"export_pdf": {Name: Plain("PDF"), After: View}}
	})
	tests := []struct {
		name    string
		facts   Facts
		query   Query
		granted bool
		state   State
	}{
		{"the product", home(cad()), Query{Product: "acmecad"}, true, StateActive},
		{"in other letters", home(cad()), Query{Product: "AcmeCAD", Feature: "EDIT"}, true, StateActive},
		{"by its name", home(cad()), Query{Product: "acmecad pro"}, true, StateActive},
		{"a product without a license", home(cad()), Query{Product: "acmecam"}, false, StateNotSetUp},
		{"a product that was asked for", with(home(cad()), request(RequestOpen, func(r *Request) { r.Product = "acmecam" })), Query{Product: "acmecam"}, false, StateRequestWaiting},
		{"a request for another product", with(home(cad()), request(RequestOpen, func(r *Request) { r.Product = "acmecam" })), Query{Product: "acmelathe"}, false, StateNotSetUp},
		{"a feature", home(cad()), Query{Product: "acmecad", Feature: "edit"}, true, StateActive},
		{"a feature that is not in it", home(cad()), Query{Product: "acmecad", Feature: "simulate"}, false, StateNotIncluded},
		{"a former id", home(cad()), Query{Product: "acmecad", Feature: "export_pdf"}, true, StateActive},
		{"a license with a former id", home(oldID, cad(func(h *Held) {
			h.Starts, h.Issued, h.Ends = day("2025-01-01"), day("2025-01-01"), endOf("2026-01-01")
			h.Policy.Features = map[string]Feature{"export": {After: Pause, Was: []string{"export_pdf"}}}
		})), Query{Product: "acmecad", Feature: "export"}, true, StateActive},
		{"a version in range", home(cad()), Query{Product: "acmecad", Version: "v5.1.0.22"}, true, StateActive},
		{"a version out of range", home(cad()), Query{Product: "acmecad", Version: "6.0"}, false, StateVersionNotCovered},
		{"a feature in a version out of range", home(cad()), Query{Product: "acmecad", Feature: "edit", Version: "6.0"}, false, StateVersionNotCovered},
		{"a version that cannot be read", home(cad()), Query{Product: "acmecad", Version: "spring edition"}, true, StateActive},
		{"a feature not included comes before the version", home(cad()), Query{Product: "acmecad", Feature: "simulate", Version: "6"}, false, StateNotIncluded},
		{"one of two licenses covers the version", home(cad(), cad(func(h *Held) { h.Serial, h.Policy.Product.Versions, h.Ends = "4712", ">=6", endOf("2027-01-31") })), Query{Product: "acmecad", Feature: "edit", Version: "6.2"}, true, StateActive},
		{"the license for the version lacks the feature", home(cad(), cad(func(h *Held) {
			h.Serial, h.Policy.Product.Versions = "4712", ">=6"
			h.Policy.Features = map[string]Feature{"export": {After: Keep}}
		})), Query{Product: "acmecad", Feature: "edit", Version: "6.2"}, false, StateVersionNotCovered},
		{"another computer's license", home(cad(func(h *Held) { h.Device = &BoundDevice{ID: "that"} })), Query{Product: "acmecad", Feature: "edit"}, false, StateOtherComputer},
		{"a feature that starts later", home(cad(), cad(func(h *Held) {
			h.Serial, h.Starts, h.Ends = "4712", day("2027-01-01"), endOf("2028-01-01")
			h.Policy.Features = map[string]Feature{"simulate": {After: View}}
		})), Query{Product: "acmecad", Feature: "simulate"}, false, StateNotStarted},
		{"an unknown vendor", home(cad()), Query{Vendor: "nobody", Product: "acmecad"}, false, StateNotSetUp},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := evaluate(t, tt.facts, tt.query, day("2026-11-03"))
			granted, f := v.Allowed()
			if granted != tt.granted || f.State != tt.state || v.Main.State != tt.state {
				t.Errorf("Allowed = %v %s, Main = %s; want %v %s", granted, f.State, v.Main.State, tt.granted, tt.state)
			}
			if granted != (f.State.ExitCode(false) == 0) {
				t.Errorf("granted %v with exit code %d", granted, f.State.ExitCode(false))
			}
		})
	}
}

func TestAFormerIDIsExplained(t *testing.T) {
	v := evaluate(t, home(cad()), Query{Product: "acmecad", Feature: "export_pdf"}, day("2026-11-03"))
	last := v.Main.Reasons[len(v.Main.Reasons)-1]
	if last.Rule != RuleFormerName || last.Evidence != "asked_for=export_pdf now=export" {
		t.Errorf("%+v", last)
	}
}

func TestAnIDThatWasGivenUpAndUsedAgainMeansWhatItMeansToday(t *testing.T) {
	// Today draw is a feature again; a policy from before said that edit was draw.
	today := cad(func(h *Held) { h.Policy.Version, h.Policy.Features = 5, map[string]Feature{"draw": {After: View}} })
	before := cad(func(h *Held) {
		h.Serial, h.Policy.Version = "4600", 2
		h.Policy.Features = map[string]Feature{"edit": {After: View, Was: []string{"draw"}}}
	})
	p := evaluate(t, home(before, today), Query{}, day("2026-11-03")).Products[0]
	if !slices.Equal(p.Works, []string{"draw", "edit"}) {
		t.Errorf("works %v", p.Works)
	}
}

func TestFormerNamesAreFollowedOverSeveralPolicies(t *testing.T) {
	h := func(version int, serial string, features map[string]Feature) Held {
		return cad(func(h *Held) { h.Serial, h.Policy.Version, h.Policy.Features = serial, version, features })
	}
	f := home(h(1, "1", map[string]Feature{"a": {}}), h(2, "2", map[string]Feature{"b": {Was: []string{"a"}}}), h(3, "3", map[string]Feature{"c": {Was: []string{"b"}}}))
	if p := evaluate(t, f, Query{}, day("2026-11-03")).Products[0]; !slices.Equal(p.Works, []string{"c"}) {
		t.Errorf("works %v", p.Works)
	}
	if ok, _ := evaluate(t, f, Query{Product: "acmecad", Feature: "a"}, day("2026-11-03")).Allowed(); !ok {
		t.Error("the oldest name is not found")
	}
}

func TestAVersionThatIsNotCoveredLeavesNothingForThatVersion(t *testing.T) {
	p := evaluate(t, home(cad()), Query{Product: "acmecad", Version: "6"}, day("2026-11-03")).Products[0]
	if p.State != StateVersionNotCovered || len(p.Works)+len(p.View) != 0 || len(p.Paused) != 3 {
		t.Errorf("%s %v %v %v", p.State, p.Works, p.View, p.Paused)
	}
}

func TestVersionsAreReadAsProgramsWriteThem(t *testing.T) {
	tests := []struct {
		constraint, version string
		covers, unread      bool
	}{
		{">=4 <6", "5", true, false},
		{">=4 <6", "v5.1.0", true, false},
		{">=4 <6", "5.1.0.22", true, false},
		{">=4 <6", " 5.1 (build 22)", true, false},
		{">=4 <6", "05.01", true, false},
		{">=4 <6", "6", false, false},
		{">=4 <6", "3.9.9.9", false, false},
		{">=4 <6", "4.0.0-rc.1", true, false},
		{">=4 <6", "6.0.0-beta", false, false},
		{"=5.0.0-beta.2", "5.0.0-beta.2", true, false},
		{"=5.0.0-beta.2", "5.0.0-beta.1", false, false},
		{"4.x || 6.x", "6.3", true, false},
		{"^5.1", "5.0.9", false, false},
		{"", "12", true, false},
		{">=4", "", true, false},
		{">=4", "spring", true, true},
		{">=4", "", true, false},
		{">=4", "99999999999999999999", true, true},
		{"four to six", "9", true, true},
	}
	for _, tt := range tests {
		covers, err := Covers(tt.constraint, tt.version)
		if covers != tt.covers || (err != nil) != tt.unread {
			t.Errorf("Covers(%q, %q) = %v, %v", tt.constraint, tt.version, covers, err)
		}
	}
}

func TestAPlainVersionRangeIsTakenApart(t *testing.T) {
	for in, want := range map[string]Versions{
		">=4 <6":     {Constraint: ">=4 <6", From: "4", Below: "6"},
		">= 4.1, <6": {Constraint: ">= 4.1, <6", From: "4.1", Below: "6"},
		"<=5":        {Constraint: "<=5", UpTo: "5"},
		"^5 || 6.x":  {Constraint: "^5 || 6.x"},
		">=4 >=5":    {Constraint: ">=4 >=5"},
		"<6 <=5":     {Constraint: "<6 <=5"},
		"":           {},
	} {
		if got := ReadVersions(in); got != want {
			t.Errorf("%q: %+v", in, got)
		}
	}
}
