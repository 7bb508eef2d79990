package views

import (
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

func licenseOf(t *testing.T, b *bench, key string) (terms.ProductVerdict, licenseModel) {
	t.Helper()
	p, ok := productOf(b.w.snap, key)
	if !ok {
		t.Fatalf("there is no %s", key)
	}
	return p, b.w.v.license(b.w.snap, p)
}

func value(facts [][2]string, name string) string {
	for _, f := range facts {
		if f[0] == name {
			return f[1]
		}
	}
	return ""
}

func TestALicenseSaysEveryDateByItsOwnName(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	_, m := licenseOf(t, b, acmeRoot+"/acmecad")
	for name, want := range map[string]string{
		"Last contact": "2 November 2026, 12:00", "Offline until": "17 December 2026", "Offline grace ends": "31 December 2026",
		"License ends": "14 March 2027", "Grace ends": "28 March 2027", "Grace runs": "", "More time": "", "Rules before": "",
	} {
		if got := value(m.Ends, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAWithdrawnLicenseSaysItsDatesAndNoneThatCannotCome(t *testing.T) {
	f := planFacts()
	h := f.Licenses[0]
	f.Revocations = append(f.Revocations, terms.Signed[terms.Revocation]{
		Body: terms.Revocation{
			Serial: h.Serial, Reason: terms.Plain("Returned"), Ref: "W-1", From: h.Issued, Until: time.Date(2026, 12, 31, 22, 59, 59, 0, time.UTC),
			ReviewBy: time.Date(2026, 12, 15, 22, 59, 59, 0, time.UTC),
		},
		Vendor: h.Vendor, Document: "w1", KeyID: h.KeyID, Issued: h.Issued, Taken: h.Taken,
	})
	b := open(t, newFake(f), benchOptions{})
	p, m := licenseOf(t, b, acmeRoot+"/acmecad")
	if p.State != terms.StateRevoked {
		t.Fatalf("%s: this tests the wrong thing", p.State)
	}
	for name, want := range map[string]string{"Full use until": "31 December 2026", "Ask for a review by": "15 December 2026", "License ends": "", "Grace ends": ""} {
		if got := value(m.Ends, name); got != want && !strings.HasPrefix(got, want+",") {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, s := range m.Steps {
		if s.At.After(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %s", s.Date, s.Title)
		}
	}
	var titles []string
	for _, u := range b.w.v.upcoming(b.w.snap) {
		titles = append(titles, u.Day+" "+u.Month+" "+u.Title)
	}
	for _, want := range []string{"15 Dec Ask for a review by then", "31 Dec Full use ends"} {
		if !strings.Contains(strings.Join(titles, "\n"), want) {
			t.Errorf("%q is not among %q", want, titles)
		}
	}
}

func TestALicenseSaysWhatMovesItsDates(t *testing.T) {
	b := open(t, newFake(detailFacts()), benchOptions{})
	b.w.showLicense(acmeRoot + "/acmecad")
	p, m := licenseOf(t, b, acmeRoot+"/acmecad")
	if p.Cause != terms.CauseOffline {
		t.Fatalf("the cause is %q: this tests the wrong thing", p.Cause)
	}
	for name, parts := range map[string][]string{
		"Grace runs":   {b.w.v.CauseText(p.Cause), b.w.v.short(p.GraceStarted), b.w.v.short(p.GraceUntil), b.w.v.Left(p.GraceUntil.Sub(p.At))},
		"More time":    {"Grace until 20 Nov 2026", "Kim", "Field trip"},
		"Rules before": {"policy version 2", "31 Dec 2026"},
	} {
		for _, want := range parts {
			if got := value(m.Ends, name); !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", name, got, want)
			}
		}
		b.mustSay(name)
	}
}

func TestMoreTimeForAnotherLicenseOrOneThatIsOverIsNotShown(t *testing.T) {
	for name, change := range map[string]func(x *terms.Signed[terms.Extension]){
		"of another license": func(x *terms.Signed[terms.Extension]) { x.Body.Serial = "4711-acmecam" },
		"of another vendor":  func(x *terms.Signed[terms.Extension]) { x.Vendor = northRoot },
		"over":               func(x *terms.Signed[terms.Extension]) { x.Body.Until = day("2026-11-02") },
		"for another audience": func(x *terms.Signed[terms.Extension]) {
			x.Body.Serial, x.Audience = "", &terms.Audience{Scope: "customer", ID: "nobody"}
		},
	} {
		f := detailFacts()
		change(&f.Extensions[0])
		b := open(t, newFake(f), benchOptions{})
		if _, m := licenseOf(t, b, acmeRoot+"/acmecad"); value(m.Ends, "More time") != "" {
			t.Errorf("%s: %q", name, value(m.Ends, "More time"))
		}
	}
}

func TestEveryDateOfALicenseSaysWhatItDoesAndNothingThatIsNoLongerTrue(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	_, m := licenseOf(t, b, acmeRoot+"/acmecad")
	text := map[string]string{}
	for _, s := range m.Steps {
		text[strings.TrimSuffix(s.Date, ", 14:59")] = s.Text
	}
	for date, want := range map[string]string{
		"17 Dec 2026": "The offline time ends. Grace starts by itself. Everything works.",
		"20 Dec 2026": "Cloud render pauses.",
		"31 Dec 2026": "Grace after the offline time ends. View mode starts for Edit drawings.",
		"14 Mar 2027": "License ends. Export works. Edit drawings in view mode. Cloud render paused.",
	} {
		if !strings.HasPrefix(text[date], want) {
			t.Errorf("%s: %q, want %q", date, text[date], want)
		}
	}
	limited := false
	for _, s := range m.Steps {
		limited = limited || strings.Contains(s.Text, "View mode starts")
		if limited && strings.Contains(s.Text, "Everything works") {
			t.Errorf("%s: %q although some parts do not", s.Date, s.Text)
		}
	}
}

func TestTheDrawnLineGoesOnWithoutAGapAndNamesItsEnds(t *testing.T) {
	for name, facts := range map[string]func() terms.Facts{"plan": planFacts, "detail": detailFacts, "quiet": quietFacts, "grace": graceFacts} {
		b := open(t, newFake(facts()), benchOptions{})
		for _, p := range b.w.snap.Verdict.Products {
			_, m := licenseOf(t, b, productKey(p))
			end := float32(0)
			for i, x := range m.Line.Phases {
				if x.From-end > 1e-4 || end-x.From > 1e-4 || x.To <= x.From || x.Word == "" || plain.IsMissing(x.Word) {
					t.Errorf("%s, %s: phase %d is %+v after %v", name, p.ID, i, x, end)
				}
				end = x.To
			}
			if len(m.Line.Phases) > 0 && end != 1 {
				t.Errorf("%s, %s: the line ends at %v", name, p.ID, end)
			}
			last := float32(-1)
			for _, x := range m.Line.Marks {
				if x.At <= last || x.At > lastDate+0.001 || x.Name == "" || plain.IsMissing(x.Name) {
					t.Errorf("%s, %s: %+v after %v", name, p.ID, x, last)
				}
				last = x.At
			}
			if len(p.Next) > 0 && len(p.Works) > 0 && len(m.Line.Marks) < 2 {
				t.Errorf("%s, %s: dates, and no line", name, p.ID)
			}
		}
	}
}

func TestWhyNamesRuleLicensePolicyAndIssuerOfEveryDate(t *testing.T) {
	b := open(t, newFake(detailFacts()), benchOptions{})
	_, m := licenseOf(t, b, acmeRoot+"/acmecad")
	said := map[string]bool{}
	dates := 0
	for _, w := range m.Whys {
		if w.Title != b.w.v.t("why.now") {
			dates++
		}
		if w.Title == "" || len(w.Lines) == 0 || !strings.Contains(w.Basis, "Rule ") || !strings.Contains(w.Basis, "Acme GmbH") {
			t.Errorf("%+v", w)
		}
		for _, l := range w.Lines {
			if said[l] {
				t.Errorf("%q is said twice", l)
			}
			said[l] = true
		}
	}
	if dates < 2 {
		t.Errorf("only %d dates are explained", dates)
	}
	b.w.showLicense(acmeRoot + "/acmecad")
	b.mustNotSay(m.Whys[0].Lines[0])
	b.clickID("why.title")
	b.mustSay(m.Whys[0].Lines[0], m.Whys[1].Title, "policy version 3")
}

func TestLookingAheadForOneLicenseDoesNotLookAtTheOthers(t *testing.T) {
	f := manyFacts()
	p := terms.Evaluate(f, terms.Query{}, day("2026-11-03")).Products[7]
	got := onlyOf(f, p)
	if len(got.Licenses) != 1 || got.Licenses[0].License.Policy.Product.ID != p.ID || len(f.Licenses) != 41 {
		t.Errorf("%d of %d licenses", len(got.Licenses), len(f.Licenses))
	}
}

func TestARealLicenseWithAWindowAndTiersShowsItsDatesAndThePlanAgreesWithTime(t *testing.T) {
	w := newWorld(t)
	w.activated(func(p *terms.Policy) {
		p.Offline.Window, p.Grace.Offline = terms.Days(45), terms.Days(14)
		f := p.Features["edit"]
		f.Grace = terms.Length{}
		p.Features["edit"] = f
	})
	b := window(w.here)
	p := b.w.snap.Verdict.Products[0]
	if p.OfflineUntil.IsZero() || len(p.Features) != 3 {
		t.Fatalf("%+v", p)
	}
	b.w.showLicense(productKey(p))
	_, m := licenseOf(t, b, productKey(p))
	b.mustSay("18 Dec 2026", "21 Dec 2026", "1 Jan 2027", "Offline until", "License ends", "Grace ends")
	if got := value(m.Ends, "Last contact"); got != "3 November 2026, 12:00" {
		t.Errorf("the last contact was on %q", got)
	}

	b.w.plan = planForm{tab: tabWhatIf, never: true}
	b.w.visit(b.w.planPlace())
	b.clickID("plan.try")
	plan := b.planned()
	b.mustSay(plan.Answers.Headline)
	if len(plan.Products) != 1 || len(plan.Ways) == 0 {
		t.Fatalf("%+v", plan)
	}
	if !strings.Contains(plan.Answers.Headline, "21 December 2026") { // cloud render is the first that stops
		t.Errorf("the plan says %q", plan.Answers.Headline)
	}

	// What was told comes true when nothing arrives.
	spans := ahead(b.w.snap, p)
	for _, x := range spans {
		w.clock.Advance(x.From.Add(time.Second).Sub(w.clock.Read().Wall))
		w.here.Refresh(t.Context())
		b.w.reload()
		now := b.w.snap.Verdict.Products[0]
		if got, want := strings.Join(now.Works, " ")+"/"+strings.Join(now.View, " ")+"/"+strings.Join(now.Paused, " "),
			strings.Join(x.Works, " ")+"/"+strings.Join(x.View, " ")+"/"+strings.Join(x.Paused, " "); got != want {
			t.Errorf("%s: %s, the plan said %s", x.From.Format(time.DateTime), got, want)
		}
	}
	if len(spans) < 5 {
		t.Errorf("only %d stretches: this tests the wrong thing", len(spans))
	}
}

func TestEveryDateOfAPartIsExplainedWithItsName(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	p, m := licenseOf(t, b, acmeRoot+"/acmecad")
	explained := map[string]string{}
	for _, w := range b.w.v.whys(p, m.Steps) {
		explained[w.Title] = strings.Join(w.Lines, " ")
		for _, l := range w.Lines {
			if strings.Contains(l, "this part") && !strings.Contains(l, ": ") {
				t.Errorf("%q names no part", l)
			}
		}
	}
	told := 0
	for _, e := range p.Next {
		i := slices.IndexFunc(m.Steps, func(s step) bool { return s.At.Equal(e.At) })
		if e.Feature == "" || i < 0 {
			continue
		}
		told++
		line := explained[b.w.v.t("why.date", "date", m.Steps[i].Date, "what", m.Steps[i].Title)]
		if name := p.Features[e.Feature].Name.In("en"); !strings.Contains(line, name) {
			t.Errorf("%s, %s: %q says nothing of %s", m.Steps[i].Date, m.Steps[i].Title, line, name)
		}
	}
	if told == 0 {
		t.Error("no part ends: this tests nothing")
	}
}
