package terms

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func TestATimeWithoutContactThatRunsOutIsToldAlsoInAnExtendedTerm(t *testing.T) {
	longer := extended(Extension{Serial: "4711", What: ExtendLicense, By: Days(90), Until: endOf("2027-06-12"), Agent: "Anna", Reason: Plain("Order")}, "2027-03-10")
	f := with(away(contact("2027-03-10")), longer) // the time without contact ends on 9 April
	p := evaluate(t, f, Query{}, day("2027-04-08")).Products[0]
	if p.State != StateOfflineEnding || p.Action != ActCheckin || p.Slots["date"] != p.OfflineUntil {
		t.Errorf("%s with %q until %v; the time without contact ends %s", p.State, p.Action, p.Slots["date"], p.OfflineUntil)
	}
}

func TestAGraceIsNotToldLongerThanTheOtherEndAllows(t *testing.T) {
	for _, c := range []struct {
		name          string
		facts         Facts
		at            string
		state         State
		grace, change string // the last day that is told, and the last at full use
	}{
		{
			"the time without contact is over before the grace after the license end", away(contact("2027-02-16"), func(f *Facts) {
				f.Licenses[0].Policy.Grace.Offline = Length{None: true}
				f.Licenses[0].Policy.Features = map[string]Feature{"edit": {Name: Plain("Edit"), After: View}}
			}), "2027-03-16", StateGraceRenewal, "2027-03-18", "2027-03-18",
		},
		{
			"the license ends before the grace after the time without contact", away(contact("2027-02-08"), func(f *Facts) {
				f.Licenses[0].Policy.Grace.Renewal = Length{None: true}
				f.Licenses[0].Policy.Features = map[string]Feature{"edit": {Name: Plain("Edit"), After: View}}
			}), "2027-03-12", StateGraceOffline, "2027-03-14", "2027-03-14",
		},
	} {
		p := evaluate(t, c.facts, Query{}, day(c.at)).Products[0]
		if until := p.Features["edit"].Until; !until.Equal(endOf(c.change)) {
			t.Fatalf("%s: full use until %s", c.name, until)
		}
		if grace, _ := p.Slots["grace"].(time.Time); p.State != c.state || !grace.Equal(endOf(c.grace)) {
			t.Errorf("%s: %s is told until %s", c.name, p.State, grace)
		}
	}
}

func TestWhichOfTwoOutagesIsNamedDoesNotDependOnTheirOrder(t *testing.T) {
	a, b := outage(""), outage("")
	a.ID, a.Ref, b.ID, b.Ref = "o1", "O-1", "o2", "O-2"
	f := away(noticed(a, "2026-11-20"), noticed(b, "2026-11-21"))
	one := Evaluate(f, Query{}, day("2026-12-04")).Main
	slices.Reverse(f.Notices)
	if two := Evaluate(f, Query{}, day("2026-12-04")).Main; one.Slots["evidence"] != two.Slots["evidence"] {
		t.Errorf("%v or %v", one.Slots["evidence"], two.Slots["evidence"])
	}
}

func TestMoreTimeInDaysIsToldToTheLastDayOfTheLicensesOwnZone(t *testing.T) {
	f := away(func(f *Facts) { f.Licenses[0].Policy.Zone = "Pacific/Auckland" },
		extended(Extension{Serial: "4711", What: ExtendOffline, By: Days(50), Agent: "Anna", Reason: Plain("Ship")}, "2026-11-05"))
	v := evaluate(t, f, Query{}, day("2026-11-06"))
	for _, o := range v.Others {
		if o.State == StateGraceExtended && o.Slots["date"] != v.Products[0].OfflineUntil {
			t.Errorf("told until %v, lasts until %s", o.Slots["date"], v.Products[0].OfflineUntil)
		}
	}
	if len(v.Others) == 0 {
		t.Error("the extension is no line")
	}
}

func TestALicenseThatEndsWithTheLastYearCanBeWritten(t *testing.T) {
	never := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	for _, zone := range []string{"UTC", "America/Los_Angeles", "Pacific/Auckland"} {
		f := away(func(f *Facts) { f.Licenses[0].Ends, f.Licenses[0].Policy.Zone = never, zone },
			extended(Extension{Serial: "4711", What: ExtendOffline, Until: never, Agent: "Anna", Reason: Plain("Ship")}, "2026-11-05"))
		v := evaluate(t, f, Query{}, day("2026-12-20"))
		if _, err := json.Marshal(v); err != nil {
			t.Errorf("%s: %v", zone, err)
		}
		if until := v.Products[0].Features["edit"].Until; !until.Equal(never) {
			t.Errorf("%s: full use until %s", zone, until)
		}
	}
}

// Its first parts stopped for want of a contact; that the license ends meanwhile brings no part back and must not read as if it did.
func TestPartsThatWaitForAContactStillDoAfterTheLicenseEnds(t *testing.T) {
	f := away(contact("2027-02-08"), func(f *Facts) { // without contact: until 10 March, render until 13 March, edit until 24 March
		h := &f.Licenses[0]
		h.Policy.Features = map[string]Feature{"edit": {Name: Plain("Edit"), Grace: Days(14), After: View}, "render": {Name: Plain("Render"), Grace: Days(3), After: Pause}}
		h.Overlap = &Overlap{Until: endOf("2027-04-01"), Version: 2, Offline: h.Policy.Offline, Features: map[string]Feature{"edit": {Grace: Days(60)}, "render": {Grace: Days(3)}}}
	})
	for _, at := range []string{"2027-03-14", "2027-03-16", "2027-03-20"} {
		v := evaluate(t, f, Query{Product: "acmecad"}, day(at))
		p := v.Products[0]
		if p.Features["edit"].Mode != Keep || p.Features["render"].Mode != Pause {
			t.Fatalf("%s: edit %s, render %s", at, p.Features["edit"].Mode, p.Features["render"].Mode)
		}
		if granted, a := v.Allowed(); granted || a.State != StateLimitedParts || p.Cause != CauseOffline {
			t.Errorf("%s: granted %t with %s because of %s", at, granted, a.State, p.Cause)
		}
	}
}

func TestAnAnnouncementIsNoAnswerWhereNothingWorks(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Held)
		want   State
	}{
		"another computer": {func(h *Held) { h.Device = &BoundDevice{ID: "that", Code: "11AA-22BB"} }, StateOtherComputer},
		"not yet":          {func(h *Held) { h.Starts = day("2027-01-01") }, StateNotStarted},
	} {
		n := maintenance
		n.Product = "acmecad"
		f := with(home(cad(c.change)), noticed(n, "2026-11-02"))
		for _, q := range []Query{{}, {Product: "acmecad"}} {
			v := evaluate(t, f, q, day("2026-11-03"))
			granted, a := v.Allowed()
			if granted || a.State != c.want || v.Main.State != c.want || v.CodeOf(a, false) == 0 {
				t.Errorf("%s, asked %+v: granted %t with %s, headline %s, exit code %d", name, q, granted, a.State, v.Main.State, v.CodeOf(a, false))
			}
			if !slices.ContainsFunc(v.Others, func(o Finding) bool { return o.State == StateMaintenance }) {
				t.Errorf("%s: the announcement is no line", name)
			}
		}
	}
}

func TestGraceRunsNoLongerThanTheLastFeatureThatItKeepsGoing(t *testing.T) {
	// Render stops on 17 March for the license end, edit on 22 March for want of a contact.
	apart := away(contact("2027-02-20"), func(f *Facts) {
		p := &f.Licenses[0].Policy
		p.Grace = Grace{Offline: Length{None: true}, Renewal: Days(60)}
		p.Features = map[string]Feature{"edit": {After: View}, "export": {After: Keep}, "render": {Grace: Days(3), After: Pause}}
	})
	// What export was called before has a longer grace than edit, but export stays for good.
	renamed := home(
		cad(func(h *Held) { h.Ends = endOf("2026-06-01") }),
		cad(func(h *Held) {
			h.Serial, h.Document, h.Policy.Version = "5000", "d5000", 2
			h.Policy.Features = map[string]Feature{"edit": {Grace: Days(8), After: View}, "export": {After: Keep}, "export_pdf": {Grace: Days(60), After: View}}
		}),
	)
	for _, c := range []struct {
		name  string
		facts Facts
		was   State
		want  State
	}{{"two ends", apart, StateGraceRenewal, StateLimited}, {"a former name", renamed, StateGraceRenewal, StateExpired}} {
		if p := evaluate(t, c.facts, Query{}, endOf("2027-03-22")).Products[0]; p.State != c.was || !p.Slots["grace"].(time.Time).Equal(endOf("2027-03-22")) {
			t.Errorf("%s, on the last day: %s until %v", c.name, p.State, p.Slots["grace"])
		}
		v := evaluate(t, c.facts, Query{Product: "acmecad"}, day("2027-03-24"))
		p := v.Products[0]
		if !slices.Equal(p.Works, []string{"export"}) {
			t.Fatalf("%s: works %v", c.name, p.Works)
		}
		if p.State != c.want || v.Granted || p.GraceActive || p.Slots["date"].(time.Time).After(p.At) {
			t.Errorf("%s: %s since %v, granted %t, grace runs %t", c.name, p.State, p.Slots["date"], v.Granted, p.GraceActive)
		}
	}
}
