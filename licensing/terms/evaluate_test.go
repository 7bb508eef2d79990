package terms

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEachSituationHasItsState(t *testing.T) {
	noEnd := func(h *Held) { h.Ends, h.Policy.Term = time.Time{}, Term{Perpetual: true} }
	trial := func(h *Held) {
		h.Ends, h.Policy.Term = endOf("2026-12-01"), Term{Kind: TermTrial, Length: Days(30)}
		h.Policy = h.Policy.WithDefaults()
	}
	firstUse := func(h *Held) {
		h.Binding, h.Device, h.FirstUsed = BoundToFirstUse, nil, day("2026-11-01")
		h.Policy.Devices.FirstUse = Days(14)
	}
	other := func(h *Held) { h.Device = &BoundDevice{ID: "that", Code: "1111-2222", Label: "lab 7"} }
	refusal := func(code string) func(*Request) {
		return func(r *Request) {
			r.Refusal = &Refusal{Code: code, Reason: Plain("too many"), Ref: "R-1", At: day("2026-11-02"), Places: 2}
		}
	}
	tests := []struct {
		name    string
		facts   Facts
		at      string
		main    State
		exit    int
		granted bool
	}{
		{"nothing here", home(), "2026-11-03", StateNotSetUp, 15, false},
		{"a request is on its way", with(home(), request(RequestOpen)), "2026-11-03", StateRequestWaiting, 15, false},
		{"a request is over", with(home(), request(RequestOpen)), "2026-12-02", StateNotSetUp, 15, false},
		{"a request was cancelled", with(home(), request(RequestCancelled)), "2026-11-03", StateNotSetUp, 15, false},
		{"the vendor said no", with(home(), request(RequestRefused, refusal("not_paid"))), "2026-11-03", StateRequestRefused, 53, false},
		{"all places are taken", with(home(), request(RequestRefused, refusal("device_limit"))), "2026-11-03", StateDeviceLimit, 53, false},
		{"a newer request follows a refusal", with(home(), request(RequestRefused, refusal("device_limit")), request(RequestOpen, func(r *Request) { r.ID, r.Created = "r2", day("2026-11-02") })), "2026-11-03", StateRequestWaiting, 15, false},
		{"in order", home(cad()), "2026-11-03", StateActive, 0, true},
		{"a site license", home(cad(func(h *Held) { h.Binding, h.Device = BoundToSite, nil })), "2026-11-03", StateActive, 0, true},
		{"no end", home(cad(noEnd)), "2026-11-03", StateActiveNoEnd, 0, true},
		{"a trial", home(cad(trial)), "2026-11-30", StateTrial, 0, true},
		{"a trial ends without grace", home(cad(trial)), "2026-12-02", StateExpired, 13, false},
		{"a trial that states grace has none", home(cad(trial, func(h *Held) { h.Policy.Grace.Renewal, h.Policy.Features["edit"] = Days(14), Feature{Grace: Days(14)} })), "2026-12-02", StateExpired, 13, false},
		{"first use", home(cad(firstUse)), "2026-11-03", StateFirstUse, 0, true},
		{"first use without an answer", home(cad(firstUse)), "2026-11-16", StateLimited, 12, false},
		{"before its start", home(cad(func(h *Held) { h.Starts = day("2026-12-01") })), "2026-11-03", StateNotStarted, 16, false},
		{"a start before the issue is no wait", home(cad()), "2026-03-13", StateActive, 0, true},
		{"sixty days before the end", home(cad()), "2027-01-14", StateEndingSoon, 0, true},
		{"earlier than that", home(cad()), "2027-01-12", StateActive, 0, true},
		{"grace", home(cad()), "2027-03-15", StateGraceRenewal, 0, true},
		{"last day of grace", home(cad()), "2027-03-28", StateGraceRenewal, 0, true},
		{"grace is over", home(cad()), "2027-03-29", StateExpired, 13, false},
		{"no grace was promised", home(cad(func(h *Held) {
			h.Policy.Grace.Renewal, h.Policy.Features = Length{None: true}, map[string]Feature{"edit": {After: View}}
		})), "2027-03-15", StateExpired, 13, false},
		{"another computer", home(cad(other)), "2026-11-03", StateOtherComputer, 22, false},
		{"key store locked", with(home(cad()), unprovenSince("2026-11-01", StateKeychainLocked)), "2026-11-03", StateKeychainLocked, 40, true},
		{"key store denied", with(home(cad()), unprovenSince("2026-11-01", StateKeychainDenied)), "2026-11-03", StateKeychainDenied, 40, true},
		{"key store mute", with(home(cad()), unprovenSince("2026-11-01", StateKeychainMute)), "2026-11-03", StateKeychainMute, 40, true},
		{"no key store", with(home(cad()), unprovenSince("2026-11-01", StateKeychainNone)), "2026-11-03", StateKeychainNone, 41, true},
		{"key gone", with(home(cad()), unprovenSince("2026-11-01", StateKeyMissing)), "2026-11-03", StateKeyMissing, 41, true},
		{"key store locked for too long", with(home(cad()), unprovenSince("2026-11-01", StateKeychainLocked)), "2026-11-09", StateKeychainLocked, 40, false},
		{"key store locked on other hardware", with(home(cad()), unprovenSince("2026-11-01", StateKeychainLocked), func(f *Facts) { f.Device.HintsMatch = false }), "2026-11-03", StateKeychainLocked, 40, false},
		{"a site license needs no proof", with(home(cad(func(h *Held) { h.Binding, h.Device = BoundToSite, nil })), unprovenSince("2026-11-01", StateKeychainLocked)), "2027-01-01", StateKeychainLocked, 40, true},
		{"ended while the key store is locked", with(home(cad()), unprovenSince("2026-11-01", StateKeychainLocked)), "2027-03-29", StateExpired, 13, false},
		{"no license and a locked key store", with(home(), unprovenSince("2026-11-01", StateKeychainLocked)), "2026-11-03", StateKeychainLocked, 40, false},
		{"records repaired", with(home(cad()), func(f *Facts) { f.Records = Records{State: StateRecordsRepaired, At: day("2026-11-02")} }), "2026-11-03", StateActive, 0, true},
		{"records damaged", with(home(cad()), func(f *Facts) { f.Records = Records{State: StateRecordsDamaged} }), "2026-11-03", StateRecordsDamaged, 33, true},
		{"an older copy", with(home(cad()), func(f *Facts) {
			f.Records = Records{State: StateRolledBack, At: day("2026-10-02"), Until: day("2026-11-10")}
		}), "2026-11-03", StateRolledBack, 32, true},
		{"disk full", with(home(cad()), func(f *Facts) { f.Records = Records{State: StateDiskFull, NeedMB: 32} }), "2026-11-03", StateDiskFull, 43, true},
		{"a full disk comes before a date far away", with(home(cad()), func(f *Facts) { f.Records = Records{State: StateDiskFull, NeedMB: 32} }), "2027-02-03", StateDiskFull, 43, true},
		{"news stay behind the verdict", with(home(cad()), func(f *Facts) {
			f.News = []Finding{{State: StateVendorKeyChanged, Slots: Slots{"vendor": "Acme GmbH"}, Reasons: []Reason{{Rule: RuleRecords}}}}
		}), "2026-11-03", StateActive, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := evaluate(t, tt.facts, Query{}, day(tt.at))
			if v.Main.State != tt.main || v.Main.State.ExitCode(false) != tt.exit {
				t.Errorf("Main = %s (%d), want %s (%d)", v.Main.State, v.Main.State.ExitCode(false), tt.main, tt.exit)
			}
			if granted, _ := v.Allowed(); granted != tt.granted {
				t.Errorf("Allowed = %v, want %v", granted, tt.granted)
			}
		})
	}
}

func TestAnActiveLicenseSaysWhatWorksAndWhatComes(t *testing.T) {
	v := evaluate(t, home(cad()), Query{}, day("2026-11-03"))
	p := v.Products[0]
	if want := []string{"edit", "export", "render"}; !slices.Equal(p.Works, want) {
		t.Errorf("Works = %v", p.Works)
	}
	if !p.LicenseEnds.Equal(endOf("2027-03-14")) || !p.GraceEnds.Equal(endOf("2027-03-28")) || p.GraceActive {
		t.Errorf("ends %v, grace %v %v", p.LicenseEnds, p.GraceEnds, p.GraceActive)
	}
	want := []Event{
		{At: endOf("2027-01-13"), Name: EventReminder, Product: "acmecad"},
		{At: endOf("2027-03-14"), Name: EventLicenseEnds, Product: "acmecad"},
		{At: endOf("2027-03-17"), Name: EventPause, Product: "acmecad", Feature: "render"},
		{At: endOf("2027-03-28"), Name: EventGraceEnds, Product: "acmecad"},
		{At: endOf("2027-03-28"), Name: EventViewMode, Product: "acmecad", Feature: "edit"},
	}
	if d := cmp.Diff(want, p.Next); d != "" {
		t.Error(d)
	}
}

func TestAReminderThatHasBegunIsNoComingDate(t *testing.T) {
	begins := endOf("2027-01-13")
	for wall, want := range map[time.Time]bool{begins.Add(-time.Second): true, begins: false} {
		p := evaluate(t, home(cad()), Query{}, wall).Products[0]
		coming := slices.ContainsFunc(p.Next, func(e Event) bool { return e.Name == EventReminder })
		if coming != want || (p.State == StateEndingSoon) == want {
			t.Errorf("%v: %s, coming %v", wall, p.State, coming)
		}
	}
}

func TestGraceEndsForEachFeatureByItself(t *testing.T) {
	v := evaluate(t, home(cad()), Query{}, day("2027-03-20"))
	p := v.Products[0]
	if !slices.Equal(p.Works, []string{"edit", "export"}) || !slices.Equal(p.Paused, []string{"render"}) || !p.GraceActive {
		t.Errorf("works %v, paused %v, grace %v", p.Works, p.Paused, p.GraceActive)
	}
	k := v.Main.Slots["all_or_all_except"].(Kept)
	if k.All() || k.Paused[0].In("en") != "Cloud render" {
		t.Errorf("all_or_all_except = %+v", k)
	}
	after := v.Main.Slots["after"].(Kept)
	want := Kept{Full: []Text{Plain("Export")}, View: []Text{Plain("Edit drawings")}, Paused: []Text{Plain("Cloud render")}, ViewText: []Text{Plain("open and print drawings")}}
	if d := cmp.Diff(want, after); d != "" {
		t.Error(d)
	}
	for feature, want := range map[string]struct {
		granted bool
		state   State
	}{"edit": {true, StateGraceRenewal}, "render": {false, StateExpired}, "export": {true, StateGraceRenewal}} {
		v := evaluate(t, home(cad()), Query{Product: "acmecad", Feature: feature}, day("2027-03-20"))
		if granted, f := v.Allowed(); granted != want.granted || f.State != want.state || v.Main.State != want.state {
			t.Errorf("%s: %v %s, main %s", feature, granted, f.State, v.Main.State)
		}
	}
}

func TestAKeptFeatureStaysAllowedAfterTheLicenseEnded(t *testing.T) {
	v := evaluate(t, home(cad()), Query{Product: "acmecad", Feature: "export"}, day("2029-01-01"))
	if granted, f := v.Allowed(); !granted || f.State != StateExpired {
		t.Errorf("export: %v, %s", granted, f.State)
	}
	if granted, _ := evaluate(t, home(cad()), Query{Product: "acmecad"}, day("2029-01-01")).Allowed(); granted {
		t.Error("the product as a whole is allowed although it ended")
	}
}

func TestAFeatureThatIsKeptHasNoGraceOfItsOwn(t *testing.T) {
	// export follows grace.renewal (14d) but is kept: the person meets the end of edit's 3 days.
	h := cad(func(h *Held) {
		h.Policy.Features = map[string]Feature{"edit": {Grace: Days(3), After: View}, "export": {After: Keep}}
	})
	p := evaluate(t, home(h), Query{}, day("2027-03-15")).Products[0]
	if !p.GraceEnds.Equal(endOf("2027-03-17")) {
		t.Errorf("grace ends %v", p.GraceEnds)
	}
}

func TestUnprovenTimeIsNamedAndThenOnlyViewingIsLeft(t *testing.T) {
	f := with(home(cad()), unprovenSince("2026-11-01", StateKeychainLocked))
	v := evaluate(t, f, Query{}, day("2026-11-03"))
	if !v.Main.Slots["date_or_none"].(time.Time).Equal(endOf("2026-11-08")) {
		t.Errorf("date_or_none = %v", v.Main.Slots["date_or_none"])
	}
	if !slices.Contains(v.Products[0].Next, Event{At: endOf("2026-11-08"), Name: EventUnprovenEnds, Product: "acmecad"}) {
		t.Errorf("Next = %v", v.Products[0].Next)
	}
	if ok, a := evaluate(t, f, Query{Product: "acmecad", Feature: "edit"}, day("2026-11-03")).Allowed(); !ok || a.State != StateActive {
		t.Errorf("edit: %v %s", ok, a.State)
	}
	p := evaluate(t, f, Query{}, day("2026-11-09")).Products[0]
	if len(p.Works) != 0 || !slices.Equal(p.View, []string{"edit", "export"}) || !slices.Equal(p.Paused, []string{"render"}) {
		t.Errorf("works %v, view %v, paused %v", p.Works, p.View, p.Paused)
	}
	if ok, a := evaluate(t, f, Query{Product: "acmecad", Feature: "edit"}, day("2026-11-09")).Allowed(); ok || a.State.ExitCode(false) != 40 {
		t.Errorf("edit: %v %s", ok, a.State)
	}
}

func TestOnOtherHardwareNothingWorksUntilTheKeyIsProven(t *testing.T) {
	f := with(home(cad()), unprovenSince("2026-11-01", StateKeychainLocked), func(f *Facts) { f.Device.HintsMatch = false })
	p := evaluate(t, f, Query{}, day("2026-11-03")).Products[0]
	if len(p.Works)+len(p.View) != 0 || len(p.Paused) != 3 {
		t.Errorf("works %v, view %v, paused %v", p.Works, p.View, p.Paused)
	}
}

func TestSignedTimeCountsWhenTheWallClockIsBehind(t *testing.T) {
	f := with(home(cad()), func(f *Facts) { f.Lower[acmeRoot] = day("2027-04-01") })
	v := evaluate(t, f, Query{}, day("2026-11-03"))
	if p := v.Products[0]; p.State != StateExpired || !p.At.Equal(day("2027-04-01")) {
		t.Errorf("%s at %v", p.State, p.At)
	}
	if v.Main.State != StateClockWrong || v.ExitCode(false) != 30 {
		t.Errorf("what is limited by a date that looks wrong is told as %s (%d)", v.Main.State, v.ExitCode(false))
	}
}

func TestOneVendorsTimeProvesNothingToAnother(t *testing.T) {
	other := cad(func(h *Held) { h.Vendor = "root-other" })
	f := with(home(cad(), other), func(f *Facts) {
		f.Vendors = append(f.Vendors, Vendor{ID: "other", Root: "root-other", Name: "Other"})
		f.Lower["root-other"] = day("2027-04-01")
	})
	v := evaluate(t, f, Query{}, day("2026-11-03"))
	if len(v.Products) != 2 || v.Products[0].State != StateActive || v.Products[1].State != StateExpired {
		t.Fatalf("%+v", v.Products)
	}
	if ok, _ := evaluate(t, f, Query{Product: "acmecad", Vendor: "other"}, day("2026-11-03")).Allowed(); ok {
		t.Error("the other vendor's ended license is allowed")
	}
	if ok, a := evaluate(t, f, Query{Product: "acmecad", Feature: "edit"}, day("2026-11-03")).Allowed(); !ok || a.State != StateActive {
		t.Errorf("any vendor: %v %s", ok, a.State)
	}
}

func TestAShortLicenseIsNotEndingSoonFromItsFirstDay(t *testing.T) {
	month := cad(func(h *Held) {
		h.Issued, h.Starts, h.Ends = day("2026-11-01"), day("2026-11-01"), endOf("2026-12-01")
	})
	for at, want := range map[string]State{"2026-11-02": StateActive, "2026-11-20": StateEndingSoon} {
		if v := evaluate(t, home(month), Query{}, day(at)); v.Main.State != want {
			t.Errorf("%s: %s", at, v.Main.State)
		}
	}
}

func TestTheWorstEffectTodayComesFirst(t *testing.T) {
	cam := cad(func(h *Held) {
		h.Serial, h.KeyHash, h.Policy.Product = "9", "key-9", Product{ID: "acmecam", Name: Plain("AcmeCAM")}
		h.Ends = endOf("2027-02-01")
	})
	f := with(home(cad(), cam), request(RequestOpen, func(r *Request) { r.KeyHash, r.Until = "key-2", day("2028-01-01") }))
	order := func(at string) (all []State) {
		v := evaluate(t, f, Query{}, day(at))
		all = append(all, v.Main.State)
		for _, o := range v.Others {
			all = append(all, o.State)
		}
		return all
	}
	for at, want := range map[string][]State{
		"2026-11-03": {StateActive, StateRequestWaiting},
		"2027-02-03": {StateGraceRenewal, StateEndingSoon, StateRequestWaiting},
		"2027-03-01": {StateExpired, StateEndingSoon, StateRequestWaiting},
		"2027-04-01": {StateExpired, StateExpired, StateRequestWaiting},
	} {
		if got := order(at); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
}

func TestNothingInTheFactsIsChanged(t *testing.T) {
	build := func() Facts {
		return with(home(cad(), cad(func(h *Held) { h.Serial = "4712" })), request(RequestOpen), unprovenSince("2026-11-01", StateKeychainLocked),
			func(f *Facts) {
				f.News = []Finding{{State: StateVendorKeyChanged, Slots: Slots{"vendor": "Acme GmbH"}}}
			})
	}
	f := build()
	for _, q := range []Query{{}, {Product: "acmecad"}, {Product: "ACMECAD", Feature: "export_pdf", Version: "5"}, {Product: "acmecad", Version: "9"}} {
		Evaluate(f, q, day("2027-03-20"))
	}
	if d := cmp.Diff(build(), f); d != "" {
		t.Error(d)
	}
}

func TestReasonsNameRuleValuesAndAuthority(t *testing.T) {
	v := evaluate(t, home(cad()), Query{Product: "acmecad", Feature: "edit"}, day("2027-03-20"))
	want := []Reason{
		{Rule: RuleRenewalGrace, Evidence: "ends=2027-03-14T23:59:59Z grace_ends=2027-03-28T23:59:59Z grace=14d document=d4711", Authority: "Acme GmbH, key k1", License: "4711", Policy: 3, At: endOf("2027-03-28")},
		{Rule: RuleRenewalGrace, Evidence: "feature_grace_ends=2027-03-28T23:59:59Z grace=14d", Authority: "Acme GmbH, key k1", License: "4711", Policy: 3, At: endOf("2027-03-28")},
	}
	if d := cmp.Diff(want, v.Main.Reasons); d != "" {
		t.Error(d)
	}
}

func TestALicenseWithoutFeaturesThatStoppedIsLimitedToo(t *testing.T) {
	whole := func(h *Held) { h.Policy.Features = nil }
	f := home(cad(whole), cad(func(h *Held) {
		h.Policy.Product.ID, h.Serial, h.Document, h.Binding = "acmecam", "5000", "d5000", BoundToSite
	}))
	f.Device.Changed = &Changed{Since: day("2026-10-01"), Same: 1, Of: 5, Parts: []string{"disk"}}
	v := evaluate(t, f, Query{}, day("2026-11-03"))
	if v.Main.State != StateComputerChanged || v.ExitCode(false) != 34 {
		t.Errorf("%s with exit code %d", v.Main.State, v.ExitCode(false))
	}
}

func TestAClockThatLooksWrongNeverMakesItSeemThatSomethingWorks(t *testing.T) {
	jumped := func(f *Facts) {
		f.Clock = Clock{Line: day("2026-11-03"), From: day("2026-11-03"), To: day("2029-11-03"), Left: time.Hour}
	}
	behind := func(f *Facts) { f.Lower = map[string]time.Time{acmeRoot: day("2026-11-03")} }
	later := cad(func(h *Held) { h.Starts = day("2027-01-01") })
	elsewhere := cad(func(h *Held) { h.Device = &BoundDevice{ID: "that", Code: "11AA-22BB"} })
	for _, c := range []struct {
		name  string
		facts Facts
		main  State
		code  int
	}{
		{"no license", home(), StateNotSetUp, 15},
		{"another computer", home(elsewhere), StateOtherComputer, 22},
		{"not yet", home(later), "", 30}, // perhaps it started, and only the date is wrong
		{"it works", home(cad()), "", 0},
	} {
		for state, f := range map[State]Facts{StateClockUnsure: with(c.facts, jumped), StateClockWrong: with(c.facts, behind)} {
			v := evaluate(t, f, Query{}, day("2026-10-01"))
			want := c.main
			if want == "" {
				want = state
			}
			if v.Main.State != want || v.ExitCode(false) != c.code || find(v, state) == nil {
				t.Errorf("%s, %s: %s with exit code %d", c.name, state, v.Main.State, v.ExitCode(false))
			}
		}
	}
}
