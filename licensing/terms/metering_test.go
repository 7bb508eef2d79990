package terms

import (
	"slices"
	"testing"
	"time"
)

// meteredCad is a license with one meter of each kind, looked at with these uses.
func meteredCad(change func(*Policy), used ...Spent) Facts {
	f := home(cad(func(h *Held) {
		p := cadPolicy()
		p.Meters = map[string]Meter{
			"renders": {Name: Plain("Renders"), Unit: "render", Included: 100, Per: "month", Overage: "stop", Stops: []string{"render"}},
			"hours":   {Name: Plain("Hours"), Unit: "h", Kind: "duration", Included: 10},
			"seats":   {Name: Plain("Places in use"), Kind: "peak", Included: 3, Overage: "warn"},
		}
		if change != nil {
			change(&p)
		}
		h.Policy = p.WithDefaults()
	}))
	m := Metered{Root: acmeRoot, Used: used}
	for _, u := range used {
		if m.Oldest.IsZero() || u.Day.Before(m.Oldest) {
			m.Oldest = u.Day
		}
		m.Unsent += u.Count
	}
	f.Metered = []Metered{m}
	return f
}

func spent(meter, on string, units int64) Spent {
	d, _ := time.Parse(time.DateOnly, on)
	return Spent{Product: "acmecad", Meter: meter, Day: d, Units: units, Count: 1}
}

func find(v Verdict, s State) *Finding {
	for _, f := range append([]Finding{v.Main}, v.Others...) {
		if f.State == s {
			return &f
		}
	}
	return nil
}

func meter(t *testing.T, v Verdict, id string) MeterVerdict {
	t.Helper()
	i := slices.IndexFunc(v.Products[0].Meters, func(m MeterVerdict) bool { return m.ID == id })
	if i < 0 {
		t.Fatalf("no meter %s in %v", id, v.Products[0].Meters)
	}
	return v.Products[0].Meters[i]
}

func TestAMeterCountsItsOwnPeriodAndKind(t *testing.T) {
	f := meteredCad(nil,
		spent("hours", "2026-10-30", 3600), spent("hours", "2026-11-02", 5400),
		spent("renders", "2026-10-31", 90), spent("renders", "2026-11-01", 40), spent("renders", "2026-11-02", 2),
		spent("seats", "2026-10-01", 2), spent("seats", "2026-11-02", 5))
	v := evaluate(t, f, Query{}, day("2026-11-03"))
	if m := meter(t, v, "renders"); m.Used != 42 || m.Left != 58 || !m.Reset.Equal(day("2026-12-01").Add(-12*time.Hour)) {
		t.Errorf("renders of November: %+v", m)
	}
	if m := meter(t, v, "hours"); m.Used != 2 || m.Left != 8 || !m.Reset.IsZero() {
		t.Errorf("hours of the whole license are full hours: %+v", m)
	}
	if m := meter(t, v, "seats"); m.Used != 5 || m.Over != 2 || m.State != StateQuotaUsed || m.Stops {
		t.Errorf("the peak is the highest: %+v", m)
	}
}

func TestAnUsedAmountPausesOnlyTheFeaturesThatThePolicyNames(t *testing.T) {
	f := meteredCad(nil, spent("renders", "2026-11-01", 100))
	v := evaluate(t, f, Query{}, day("2026-11-03"))
	p := v.Products[0]
	if v.Main.State != StateQuotaUsed || v.ExitCode(false) != 18 || p.State != StateQuotaUsed || !slices.Equal(p.Works, []string{"edit", "export"}) || !slices.Equal(p.Paused, []string{"render"}) {
		t.Fatalf("%s %d works %v paused %v", v.Main.State, v.ExitCode(false), p.Works, p.Paused)
	}
	if v := evaluate(t, f, Query{Product: "acmecad", Feature: "render"}, day("2026-11-03")); v.Granted || v.Answer.State != StateQuotaUsed {
		t.Errorf("render: granted %v, %s", v.Granted, v.Answer.State)
	}
	if parts, _ := find(v, StateQuotaUsed).Slots["paused_parts"].([]Text); len(parts) != len(v.Products[0].Paused) || len(parts) == 0 {
		t.Errorf("the finding names %v, paused are %v", parts, v.Products[0].Paused)
	}
	if v := evaluate(t, f, Query{Product: "acmecad", Feature: "edit"}, day("2026-11-03")); !v.Granted || v.ExitCode(false) != 0 && v.Effect == v.Answer.State {
		t.Errorf("edit: granted %v, %s", v.Granted, v.Answer.State)
	}
	if v := evaluate(t, f, Query{}, day("2026-12-01")); find(v, StateQuotaUsed) != nil || len(v.Products[0].Paused) != 0 {
		t.Errorf("in the next month: %s, paused %v", v.Main.State, v.Products[0].Paused)
	}
	allow := meteredCad(func(p *Policy) {
		m := p.Meters["renders"]
		m.Overage = "allow"
		p.Meters["renders"] = m
	}, spent("renders", "2026-11-01", 140))
	v = evaluate(t, allow, Query{}, day("2026-11-03"))
	if v.Main.State != StateActive || v.ExitCode(false) != 0 || find(v, StateQuotaUsed) == nil || meter(t, v, "renders").Over != 40 {
		t.Errorf("allowed overage: %s, %+v", v.Main.State, v.Others)
	}
}

func TestTheDayAnAmountRunsOutFollowsThePaceOfFourWeeks(t *testing.T) {
	var used []Spent
	for d := 1; d <= 9; d++ {
		used = append(used, spent("renders", time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), 10))
	}
	v := evaluate(t, meteredCad(nil, used...), Query{}, day("2026-11-09"))
	m := meter(t, v, "renders")
	if m.State != StateQuotaLow || m.RunsOut.Format(time.DateOnly) != "2026-11-10" {
		t.Errorf("ten left at ten a day: %+v", m)
	}
	v = evaluate(t, meteredCad(nil, spent("renders", "2026-11-01", 30)), Query{}, day("2026-11-20"))
	if m := meter(t, v, "renders"); m.State != "" || !m.RunsOut.IsZero() {
		t.Errorf("enough until the month ends: %+v", m)
	}
}

func TestAUsageFileIsDueAMonthAfterItsPeriodAndNothingStopsForIt(t *testing.T) {
	f := meteredCad(nil, spent("renders", "2026-10-12", 5))
	for _, x := range []struct {
		on    string
		state State
		main  bool
	}{{"2026-10-20", "", false}, {"2026-11-02", StateUsageDue, false}, {"2026-11-28", StateUsageDue, true}, {"2026-12-01", StateUsageDue, true}, {"2026-12-02", StateUsageOverdue, true}, {"2027-02-01", StateUsageOverdue, true}} {
		v := evaluate(t, f, Query{}, day(x.on))
		due, over := find(v, StateUsageDue), find(v, StateUsageOverdue)
		if got := map[State]*Finding{StateUsageDue: due, StateUsageOverdue: over}[x.state]; x.state != "" && got == nil || x.state == "" && (due != nil || over != nil) {
			t.Errorf("%s: want %q, have %s and %d others", x.on, x.state, v.Main.State, len(v.Others))
			continue
		}
		if x.main != (v.Main.State == x.state && x.state != "") {
			t.Errorf("%s: the main finding is %s", x.on, v.Main.State)
		}
		if len(v.Products[0].Paused)+len(v.Products[0].View) != 0 {
			t.Errorf("%s: something stopped: %v", x.on, v.Products[0])
		}
		if x.state != "" && v.Products[0].UsageDue.Format(time.DateTime) != "2026-12-01 23:59:59" {
			t.Errorf("%s: due %s", x.on, v.Products[0].UsageDue)
		}
	}
	f.Metered[0].Waiting = []UsageFile{{ID: "u1", Name: "u.hfuse", Made: day("2026-11-03"), To: day("2026-11-02")}}
	v := evaluate(t, f, Query{}, day("2026-11-05"))
	if find(v, StateUsageDue) != nil || find(v, StateUsageWaiting) == nil {
		t.Errorf("a file on its way: %s, %v", v.Main.State, v.Others)
	}
}

func TestALateFileStopsWhatThePolicySaysOnlyTwoWeeksLaterAndNotWhileOneIsOnItsWay(t *testing.T) {
	f := meteredCad(func(p *Policy) { p.Usage.Late = "view" }, spent("renders", "2026-10-12", 5))
	if v := evaluate(t, f, Query{}, day("2026-12-15")); len(v.Products[0].View) != 0 {
		t.Errorf("13 days late: %v", v.Products[0].View)
	}
	v := evaluate(t, f, Query{}, day("2026-12-16"))
	if p := v.Products[0]; p.State != StateUsageOverdue || !slices.Equal(p.Works, []string{"export"}) || len(p.View) != 2 {
		t.Errorf("15 days late: %s, works %v, view %v", p.State, p.Works, p.View)
	}
	if v := evaluate(t, f, Query{Product: "acmecad", Feature: "edit"}, day("2026-12-16")); v.Granted || v.CodeOf(v.Answer, false) != 12 {
		t.Errorf("edit is granted: %v, code %d", v.Granted, v.CodeOf(v.Answer, false))
	}
	f.Metered[0].Waiting = []UsageFile{{ID: "u1", Name: "u.hfuse", Made: day("2026-12-10"), To: day("2026-12-09")}}
	if v := evaluate(t, f, Query{}, day("2026-12-16")); len(v.Products[0].View) != 0 {
		t.Errorf("with a file on its way: %v", v.Products[0].View)
	}
}

func TestMoreFilesDoNotMakeTheWayOfTheFirstLonger(t *testing.T) {
	f := meteredCad(func(p *Policy) { p.Usage.Late = "view" }, spent("renders", "2026-10-12", 5))
	first := UsageFile{ID: "u1", Name: "u.hfuse", Made: day("2026-11-20"), Left: day("2026-12-01"), To: day("2026-11-20")}
	f.Metered[0].Waiting = []UsageFile{first, {ID: "u2", Name: "v.hfuse", Made: day("2026-12-30"), Left: day("2026-12-30"), To: day("2026-12-30")}}
	v := evaluate(t, f, Query{}, day("2026-12-30"))
	if p := v.Products[0]; len(p.View) != 0 || !p.Change.Before(day("2027-01-01")) {
		t.Errorf("with two files on their way: view %v, changes %s", p.View, p.Change)
	}
	v = evaluate(t, f, Query{}, day("2026-12-31"))
	if p := v.Products[0]; len(p.View) == 0 {
		t.Errorf("30 days after the first one left: %s", p.State)
	}
	if w := find(v, StateUsageWaiting); w == nil || w.Slots["name"] != "v.hfuse" {
		t.Errorf("the file that is told of: %+v", w)
	}
}

func TestTheSignedAllowanceMakesAFileDueSooner(t *testing.T) {
	f := meteredCad(nil, spent("renders", "2026-10-12", 5))
	f.Metered[0].Allowance = UsageAllowance{Days: 10}
	if v := evaluate(t, f, Query{}, day("2026-10-13")); v.Products[0].UsageDue.Format(time.DateOnly) != "2026-10-22" {
		t.Errorf("due %s", v.Products[0].UsageDue)
	}
}

func TestAFileIsAskedForAtOnceBeyondTheUnitsThatMayBeWithoutAReceipt(t *testing.T) {
	asked := func(f Facts) bool { return find(evaluate(t, f, Query{}, day("2026-10-13")), StateUsageDue) != nil }
	f := meteredCad(func(p *Policy) { p.Usage.Unreported = 5 }, spent("renders", "2026-10-12", 5))
	use := &f.Metered[0]
	for _, c := range []struct {
		unsent, signed int64
		receipts       []UsageReceipt
		want           bool
	}{
		{5, 0, nil, false},
		{6, 0, nil, true}, // the license alone says so
		{6, 6, []UsageReceipt{{Ref: "R-1", Number: 1}}, false},
		{7, 6, []UsageReceipt{{Ref: "R-1", Number: 1}}, true},
		{7, 0, []UsageReceipt{{Ref: "R-1", Number: 1}}, false}, // the vendor gave it up since
	} {
		use.UnsentUnits, use.Allowance.Units, use.Receipts = c.unsent, c.signed, c.receipts
		if asked(f) != c.want {
			t.Errorf("%d units without a receipt, %d signed in %d receipts: asked for a file %v", c.unsent, c.signed, len(c.receipts), !c.want)
		}
	}
}

func TestReceiptsAreToldOnceAndCompared(t *testing.T) {
	f := meteredCad(nil)
	f.Metered[0].Receipts = []UsageReceipt{{Ref: "R-1", Number: 1, Taken: day("2026-11-03"), Sent: 7, Counted: 7, From: day("2026-10-01"), To: day("2026-10-31")}}
	if v := evaluate(t, f, Query{}, day("2026-11-05")); find(v, StateUsageConfirmed) == nil {
		t.Errorf("a new receipt: %v", v.Others)
	}
	if v := evaluate(t, f, Query{}, day("2026-11-20")); find(v, StateUsageConfirmed) != nil {
		t.Errorf("an old receipt is still told")
	}
	f.Metered[0].Receipts[0].Counted = 6
	if v := evaluate(t, f, Query{}, day("2026-11-20")); v.Main.State != StateUsageMismatch || v.ExitCode(false) != 0 {
		t.Errorf("another count: %s", v.Main.State)
	}
}

func TestPeriodsAreThoseOfTheLedgersDaysWhateverTheZoneOfTheLicense(t *testing.T) {
	for _, zone := range []string{"America/Los_Angeles", "Australia/Sydney", ""} {
		f := meteredCad(func(p *Policy) { p.Zone = zone }, spent("renders", "2026-11-01", 60))
		for on, want := range map[string]int64{"2026-10-31T23:59:59Z": 0, "2026-11-01T01:00:00Z": 60, "2026-11-30T23:00:00Z": 60, "2026-12-01T00:00:00Z": 0} {
			at, err := time.Parse(time.RFC3339, on)
			if err != nil {
				t.Fatal(err)
			}
			if m := meter(t, evaluate(t, f, Query{}, at), "renders"); m.Used != want {
				t.Errorf("%s %s: %d used, want %d", zone, on, m.Used, want)
			}
		}
	}
}

func TestAProductOfWhichNothingIsLeftForALateFileMayNotBeUsed(t *testing.T) {
	f := meteredCad(func(p *Policy) {
		p.Usage.Late = "pause"
		p.Features = map[string]Feature{"edit": {Name: Plain("Edit"), After: View}, "render": {Name: Plain("Render"), After: View}}
	}, spent("renders", "2026-10-12", 5))
	for _, q := range []Query{{}, {Product: "acmecad"}, {Product: "acmecad", Version: "5"}} {
		v := evaluate(t, f, q, day("2026-12-16"))
		if granted, a := v.Allowed(); granted || a.State != StateUsageOverdue || v.CodeOf(a, false) != 12 {
			t.Errorf("asked %+v: granted %t with %s, exit code %d", q, granted, a.State, v.CodeOf(a, false))
		}
		if len(v.Works.Paused) != 1 {
			t.Errorf("asked %+v: works %+v", q, v.Works)
		}
	}
	f.Licenses[0].Policy.Features["render"] = Feature{After: Keep}
	if v := evaluate(t, f, Query{Product: "acmecad"}, day("2026-12-16")); !v.Granted || len(v.Works.View) != 1 {
		t.Errorf("with a feature that stays: granted %t, works %+v", v.Granted, v.Works)
	}
}
