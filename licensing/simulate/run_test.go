package simulate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/licensing/terms"
	"holdfast/licensing/terms/termstest"
)

const acme = "root-acme"

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func day(t testing.TB, s string) time.Time { t.Helper(); return at(t, s+"T00:00:00Z") }

// cad is a license like the one of the design: 30 days without contact, grace in tiers, a year long.
func cad(t testing.TB, change ...func(*terms.Held)) terms.Held {
	h := terms.Held{
		License: terms.License{
			Serial: "4711", Version: 1, Binding: terms.BoundToDevice, Device: &terms.BoundDevice{ID: "this"},
			Issued: at(t, "2026-03-14T12:00:00Z"), Starts: at(t, "2026-03-14T12:00:00Z"), Ends: at(t, "2027-03-14T23:59:59Z"), KeyHash: "key",
			Policy: terms.Policy{
				Version: 3, Product: terms.Product{ID: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Versions: ">=4 <6"},
				Offline: terms.Offline{Window: terms.Days(30)},
				Grace: terms.Grace{
					Offline: terms.Days(14), Renewal: terms.Days(14), Outage: terms.Days(30), Maintenance: terms.Days(2), Migration: terms.Days(30),
				},
				Features: map[string]terms.Feature{
					"edit":   {Name: terms.Plain("Edit drawings"), After: terms.View},
					"export": {Name: terms.Plain("Export"), After: terms.Keep},
					"render": {Name: terms.Plain("Cloud render"), Grace: terms.Days(3), After: terms.Pause},
				},
			}.WithDefaults(),
		},
		Vendor: acme, Document: "d4711", KeyID: "k1", Taken: at(t, "2026-03-14T12:00:00Z"),
	}
	for _, c := range change {
		c(&h)
	}
	return h
}

func home(t testing.TB, held ...terms.Held) terms.Facts {
	return terms.Facts{
		Device:   terms.Device{ID: "this", Code: "7F3A-2C91", Proven: true, HintsMatch: true},
		Vendors:  []terms.Vendor{{ID: "acme", Root: acme, Name: "Acme GmbH"}},
		Licenses: held,
		Lower:    map[string]time.Time{acme: at(t, "2026-11-02T09:14:00Z")},
		Contact:  map[string]time.Time{acme: at(t, "2026-11-02T09:14:00Z")},
	}
}

// told is a lane in short lines.
func told(l Lane) string {
	var lines []string
	for _, s := range l.Spans {
		to := "for good"
		if !s.To.IsZero() {
			to = s.To.UTC().Format("2006-01-02 15:04:05")
		}
		line := fmt.Sprintf("%s - %s %s %s", s.From.UTC().Format("2006-01-02 15:04:05"), to, s.Mode, s.State)
		for _, part := range []string{string(s.Cause), string(s.Clock), strings.Join(s.Paused, " ")} {
			if part != "" {
				line += " " + part
			}
		}
		lines = append(lines, line)
	}
	if !l.Lost.IsZero() {
		lines = append(lines, "lost "+l.Lost.UTC().Format("2006-01-02 15:04:05"))
	}
	for _, a := range l.Avoid {
		line := string(a.Kind)
		if !a.By.IsZero() {
			line += " by " + a.By.UTC().Format("2006-01-02 15:04:05")
		}
		if a.More.Lasts() {
			line += " +" + a.More.String()
		}
		if !a.Until.IsZero() {
			line += " until " + a.Until.UTC().Format("2006-01-02 15:04:05")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestWhatIf(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	for _, tt := range []struct {
		name     string
		facts    terms.Facts
		scenario Scenario
		want     string
	}{
		{"no internet for 60 days from 1 December", home(t, cad(t)), Scenario{
			From: day(t, "2026-12-01"), Until: day(t, "2027-02-10"), Conditions: []Condition{{Kind: Offline, For: terms.Days(60)}},
		}, `
2026-12-01 00:00:00 - 2026-12-24 05:59:59 works active_offline
2026-12-24 06:00:00 - 2026-12-31 23:59:59 works offline_ending
2027-01-01 00:00:00 - 2027-01-03 23:59:59 grace grace_offline offline
2027-01-04 00:00:00 - 2027-01-14 23:59:59 parts limited_parts offline render
2027-01-15 00:00:00 - 2027-01-29 23:59:59 parts limited render
2027-01-30 00:00:00 - 2027-02-10 00:00:00 works ending_soon
lost 2027-01-04 00:00:00
checkin by 2027-01-03 23:59:59
moretime by 2026-12-01 00:00:00 +29d
`},
		{"the vendor cannot be reached for 60 days, and says so", home(t, cad(t)), Scenario{
			From: day(t, "2026-12-01"), Until: day(t, "2027-02-10"), Conditions: []Condition{{Kind: Outage, For: terms.Days(60)}},
		}, `
2026-12-01 00:00:00 - 2026-12-24 05:59:59 works active_offline
2026-12-24 06:00:00 - 2026-12-31 23:59:59 works offline_ending
2027-01-01 00:00:00 - 2027-01-03 23:59:59 grace grace_vendor offline
2027-01-04 00:00:00 - 2027-01-14 23:59:59 parts limited_parts offline render
2027-01-15 00:00:00 - 2027-01-29 23:59:59 parts limited render
2027-01-30 00:00:00 - 2027-02-10 00:00:00 works ending_soon
lost 2027-01-04 00:00:00
moretime by 2026-12-01 00:00:00 +29d
`},
		{"the vendor works on its service while the time without contact ends", home(t, cad(t)), Scenario{
			From: day(t, "2026-12-01"), Until: day(t, "2027-02-10"), NeverOnline: true,
			Conditions: []Condition{{Kind: Maintenance, For: terms.Days(3)}},
		}, `
2026-12-01 00:00:00 - 2026-12-02 23:59:59 works offline_ending
2026-12-03 00:00:00 - 2026-12-07 23:59:59 grace grace_offline offline
2026-12-08 00:00:00 - 2026-12-16 23:59:59 parts limited_parts offline render
2026-12-17 00:00:00 - 2027-02-10 00:00:00 parts limited render
lost 2026-12-08 00:00:00
checkin by 2026-12-07 23:59:59 until 2027-01-10 00:00:00
`},
		{"the clock is 400 days ahead for ten days", home(t, cad(t)), Scenario{
			From: now, Until: day(t, "2027-01-01"), Conditions: []Condition{{Kind: Clock, From: day(t, "2026-12-01"), For: terms.Days(10), By: 400 * 24 * time.Hour}},
		}, `
2026-11-03 09:12:00 - 2026-11-30 23:59:59 works active_offline
2026-12-01 00:00:00 - 2026-12-01 23:59:59 works active_offline clock_unsure
2026-12-02 00:00:00 - 2026-12-10 23:59:59 parts expired render
2026-12-11 00:00:00 - 2027-01-01 00:00:00 works active_offline
lost 2026-12-02 00:00:00
set_date by 2026-12-01 23:59:59
`},
		{"the clock is 400 days behind", home(t, cad(t)), Scenario{
			From: now, Until: day(t, "2027-01-01"), Conditions: []Condition{{Kind: Clock, From: day(t, "2026-12-01"), For: terms.Days(10), By: -400 * 24 * time.Hour}},
		}, `
2026-11-03 09:12:00 - 2026-11-30 23:59:59 works active_offline
2026-12-01 00:00:00 - 2026-12-10 23:59:59 works active_offline clock_wrong
2026-12-11 00:00:00 - 2027-01-01 00:00:00 works active_offline
`},
		{"another computer, an answer after two days", home(t, cad(t)), Scenario{
			Until: day(t, "2027-01-01"), Conditions: []Condition{{Kind: Replaced, For: terms.Days(2)}},
		}, `
2026-11-03 09:12:00 - 2026-11-05 09:11:59 none other_computer
2026-11-05 09:12:00 - 2027-01-01 00:00:00 works active_offline
lost 2026-11-03 09:12:00
request
`},
		{"the license is withdrawn", home(t, cad(t)), Scenario{
			Until: day(t, "2027-01-01"), Conditions: []Condition{{Kind: Revoked, From: day(t, "2026-12-01"), For: terms.Days(14)}},
		}, `
2026-11-03 09:12:00 - 2026-11-30 23:59:59 works active_offline
2026-12-01 00:00:00 - 2026-12-15 23:59:59 works revoked
2026-12-16 00:00:00 - 2027-01-01 00:00:00 view revoked render
lost 2026-12-16 00:00:00
none
`},
		{"version 7", home(t, cad(t)), Scenario{
			Until: day(t, "2027-01-01"), Conditions: []Condition{{Kind: Version, Version: "7", Product: "ACMECAD", From: day(t, "2026-12-01")}},
		}, `
2026-11-03 09:12:00 - 2026-11-30 23:59:59 works active_offline
2026-12-01 00:00:00 - 2027-01-01 00:00:00 none version_not_covered edit export render
lost 2026-12-01 00:00:00
none
`},
		{"the vendor falls silent, and the license goes on", home(t, cad(t, func(h *terms.Held) {
			h.Ends = time.Time{}
			h.Policy.Continuity = terms.Continuity{Silent: terms.Days(365), Then: terms.Keep}
		})), Scenario{Conditions: []Condition{{Kind: Silent, From: day(t, "2026-12-01")}}}, `
2026-11-03 09:12:00 - 2026-12-24 05:59:59 works active_offline
2026-12-24 06:00:00 - 2026-12-31 23:59:59 works offline_ending
2027-01-01 00:00:00 - 2027-01-03 23:59:59 grace grace_offline offline
2027-01-04 00:00:00 - 2027-01-14 23:59:59 parts limited_parts offline render
2027-01-15 00:00:00 - 2027-12-01 23:59:59 parts limited render
2027-12-02 00:00:00 - for good works active_no_end
lost 2027-01-04 00:00:00
unanswered
`},
		{"nothing goes wrong", home(t, cad(t)), Scenario{}, `
2026-11-03 09:12:00 - 2027-01-13 23:59:58 works active_offline
2027-01-13 23:59:59 - 2027-03-14 23:59:59 works ending_soon
2027-03-15 00:00:00 - 2027-03-17 23:59:59 grace grace_renewal renewal
2027-03-18 00:00:00 - 2027-03-28 23:59:59 parts grace_renewal renewal render
2027-03-29 00:00:00 - for good parts expired render
lost 2027-03-18 00:00:00
renew by 2027-03-17 23:59:59
`},
		{"a window of seconds", home(t, cad(t, func(h *terms.Held) {
			h.Policy.Offline.Window, h.Policy.Grace.Offline = terms.Length{Span: 3 * time.Second}, terms.Length{Span: 2 * time.Second}
		})), Scenario{Until: now.Add(time.Minute), Conditions: []Condition{{Kind: Offline, For: terms.Length{Span: 10 * time.Second}}}}, `
2026-11-03 09:12:00 - 2026-11-03 09:12:02 works active_offline
2026-11-03 09:12:03 - 2026-11-03 09:12:03 works offline_ending
2026-11-03 09:12:04 - 2026-11-03 09:12:05 grace grace_offline offline
2026-11-03 09:12:06 - 2026-11-03 09:12:09 parts limited_parts offline
2026-11-03 09:12:10 - 2026-11-03 09:13:00 works active_offline
lost 2026-11-03 09:12:06
checkin by 2026-11-03 09:12:05
moretime by 2026-11-03 09:12:00 +6s
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Run(tt.facts, now, tt.scenario)
			if got := told(r.Products[0]); got != strings.TrimSpace(tt.want) {
				t.Errorf("%s\n%v", got, r.Assumptions)
			}
		})
	}
}

func TestTheFirstSpanIsTheVerdictOfToday(t *testing.T) {
	now := at(t, "2026-12-20T09:12:00Z")
	f := home(t, cad(t))
	v := terms.Evaluate(f, terms.Query{}, now).Products[0]
	for name, r := range map[string]Result{
		"timeline":        Timeline(f, now, now.AddDate(5, 0, 0)),
		"without contact": Run(f, now, Scenario{NeverOnline: true}),
	} {
		s := r.Products[0].Spans[0]
		if s.State != v.State || !s.From.Equal(now) || s.State != terms.StateLimited && s.State != terms.StateLimitedParts && s.Mode.Full() != (len(v.View)+len(v.Paused) == 0) {
			t.Errorf("%s begins with %s %s from %s, today is %s", name, s.State, s.Mode, s.From, v.State)
		}
		if !r.From.Equal(now) || r.Products[0].Name.In("en") != "AcmeCAD Pro" || r.Products[0].Vendor != acme {
			t.Errorf("%s: %+v", name, r.Products[0])
		}
	}
	if r := Run(f, now, Scenario{}); r.Products[0].Spans[0].State != terms.StateActiveOffline {
		t.Errorf("with contact it begins with %s", r.Products[0].Spans[0].State)
	}
}

func TestSeveralProductsAndVendorsAreTriedEachAlone(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	cam := cad(t, func(h *terms.Held) { h.Serial, h.Policy.Product.ID = "4712", "acmecam" })
	other := cad(t, func(h *terms.Held) { h.Serial, h.Vendor = "4713", "root-other" })
	f := home(t, cam, other, cad(t))
	f.Vendors = append(f.Vendors, terms.Vendor{ID: "other", Root: "root-other"})
	f.Contact["root-other"] = at(t, "2026-11-02T09:14:00Z")
	s := Scenario{Conditions: []Condition{
		{Kind: Outage, Vendor: "ACME", From: day(t, "2026-12-01"), For: terms.Days(20)},
		{Kind: Version, Product: "acmecam", Version: "9", From: day(t, "2026-12-01")},
	}}
	r := Run(f, now, s)
	want := map[string]terms.State{
		"acmecad root-acme": terms.StateActiveOffline, "acmecad root-other": terms.StateActiveOffline, "acmecam root-acme": terms.StateVersionNotCovered,
	}
	var names []string
	for _, l := range r.Products {
		name := l.Product + " " + l.Vendor
		names = append(names, name)
		for _, p := range l.Spans {
			if when := at(t, "2026-12-10T00:00:00Z"); !p.From.After(when) && (p.To.IsZero() || !p.To.Before(when)) && p.State != want[name] {
				t.Errorf("%s is %s on 10 December", name, p.State)
			}
		}
		v := l.Spans[len(l.Spans)-1].Finding
		if v.Product != l.Product {
			t.Errorf("%s speaks of %s", name, v.Product)
		}
	}
	if got := strings.Join(names, ", "); got != "acmecad root-acme, acmecad root-other, acmecam root-acme" {
		t.Error(got)
	}
}

func TestWithoutLicensesThereIsNothingToTry(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	if r := Run(terms.Facts{}, now, Scenario{}); len(r.Products) != 0 || !r.From.Equal(now) || !r.Until.Equal(now.AddDate(DefaultSpan, 0, 0)) {
		t.Errorf("%+v", r)
	}
}

func TestNoFactIsChanged(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	for seed := range uint64(300) {
		r := termstest.New(seed)
		f, wall := r.Facts()
		again, _ := termstest.New(seed).Facts()
		Run(f, wall, anyScenario(r, wall))
		Timeline(f, wall, now)
		if d := cmp.Diff(again, f); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
}

// A person who does what Avoid says loses nothing: a contact, an extension or a renewal among the facts of the scenario.
func TestDoingWhatIsSaidAvoidsTheLoss(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	from := day(t, "2026-12-01")
	f := home(t, cad(t))
	s := Scenario{From: from, Conditions: []Condition{{Kind: Offline, For: terms.Days(60)}}}
	lane := Run(f, now, s).Products[0]
	if len(lane.Avoid) != 2 || lane.Avoid[0].Kind != ByCheckin || lane.Avoid[1].Kind != ByMoreTime {
		t.Fatalf("%+v", lane.Avoid)
	}
	lost := func(f terms.Facts, at time.Time) bool {
		v := terms.Evaluate(f, terms.Query{}, at).Products[0]
		return len(v.View)+len(v.Paused) > 0
	}
	with := func(contact time.Time) terms.Facts {
		g := f
		g.Contact = map[string]time.Time{acme: contact}
		return g
	}
	if g := with(from); lost(g, lane.Lost.Add(-time.Second)) || !lost(g, lane.Lost) {
		t.Error("nothing is lost when it is said to be")
	}
	if by := lane.Avoid[0].By; lost(with(by), lane.Lost) || !by.Equal(lane.Lost.Add(-time.Second)) {
		t.Errorf("a check-in on %s does not help", by)
	}
	g := with(from)
	g.Extensions = []terms.Signed[terms.Extension]{{
		Vendor: acme, Body: terms.Extension{What: terms.ExtendOffline, Until: terms.Days(30+lane.Avoid[1].More.Days).After(from, time.UTC)},
	}}
	if last := at(t, "2027-01-29T23:59:59Z"); lost(g, last) {
		t.Errorf("%s more are not enough", lane.Avoid[1].More)
	}
}

func TestEveryAssumptionIsToldWhenItIsMade(t *testing.T) {
	now := at(t, "2026-11-03T09:12:00Z")
	changed := home(t, cad(t))
	changed.Device.Changed = &terms.Changed{Since: now, Same: 1, Of: 4}
	for _, tt := range []struct {
		facts terms.Facts
		s     Scenario
		want  string
	}{
		{home(t), Scenario{}, "contact_always computer_on"},
		{changed, Scenario{}, "contact_always computer_on contact_settles"},
		{home(t), Scenario{NeverOnline: true, Conditions: []Condition{{Kind: Offline}}}, "nothing_arrives computer_on"},
		{home(t), Scenario{Conditions: []Condition{{Kind: Silent}}}, "contact_at_start no_files computer_on"},
		{home(t), Scenario{Conditions: []Condition{{Kind: Outage, For: terms.Days(1)}}}, "contact_at_start online_otherwise no_files computer_on"},
		{home(t), Scenario{Conditions: []Condition{{Kind: Maintenance, For: terms.Days(1)}}}, "contact_at_start online_otherwise no_files computer_on told_beforehand"},
		{home(t), Scenario{Conditions: []Condition{{Kind: Clock, By: time.Hour, For: terms.Days(1)}}}, "contact_always clock_right_again computer_on"},
		{home(t), Scenario{Conditions: []Condition{{Kind: Clock, By: 400 * 24 * time.Hour, For: terms.Days(1)}}}, "contact_at_start online_otherwise no_files clock_right_again computer_on"},
		{home(t), Scenario{Conditions: []Condition{{Kind: Clock, By: -time.Hour}}}, "contact_always computer_on"},
		{home(t), Scenario{Conditions: []Condition{{Kind: Replaced}, {Kind: Revoked}}}, "contact_always computer_on no_answer_yet revocation_read"},
	} {
		if got := strings.Join(Run(tt.facts, now, tt.s).Assumptions, " "); got != tt.want {
			t.Errorf("%+v: %s, not %s", tt.s, got, tt.want)
		}
	}
	if got := strings.Join(Timeline(home(t), now, now.AddDate(1, 0, 0)).Assumptions, " "); got != "nothing_arrives computer_on" {
		t.Error(got)
	}
}

// Everything at once, the clock being wrong now: what is told begins with the time that decides now.
func TestAClockThatIsWrongNowMovesTheStart(t *testing.T) {
	f := home(t, cad(t))
	flat := at(t, "1970-01-01T00:00:10Z") // an empty battery
	r := Timeline(f, flat, at(t, "2028-01-01T00:00:00Z"))
	s := r.Products[0].Spans[0]
	if !s.From.Equal(f.Lower[acme]) || s.Clock != terms.StateClockWrong || s.State != terms.StateActiveOffline {
		t.Errorf("%+v", s)
	}
	last := r.Products[0].Spans[len(r.Products[0].Spans)-1]
	if last.Clock != terms.StateClockWrong || last.State != terms.StateExpired {
		t.Errorf("ends as %s with %q", last.State, last.Clock)
	}
	ahead := home(t, cad(t))
	line := at(t, "2026-11-03T09:12:00Z")
	ahead.Clock = terms.Clock{Line: line, From: line, To: line.AddDate(2, 0, 0), Left: 20 * time.Hour}
	spans := Timeline(ahead, line.AddDate(2, 0, 0), line.AddDate(3, 0, 0)).Products[0].Spans
	if spans[0].Clock != terms.StateClockUnsure || !spans[0].From.Equal(line) || !spans[0].To.Equal(line.Add(20*time.Hour-time.Second)) || spans[1].State != terms.StateExpired {
		t.Errorf("%+v", spans[:2])
	}
}
