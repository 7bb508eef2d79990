package issuer_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// shorter is the next version of the sample policy: less offline time and grace, one feature gone, one renamed.
func shorter(t *testing.T) terms.Policy {
	t.Helper()
	p := sample(t)
	p.Version = 4
	p.Offline.Window = terms.Days(14)
	p.Grace.Offline = terms.Days(7)
	delete(p.Features, "render")
	p.Changes = append(p.Changes, terms.Change{Version: 4, Date: "2026-12-01", Text: terms.Text{"en": "Less offline time", "de": "Weniger Offline-Zeit"}})
	return p
}

func TestAPublishedPolicyReachesEveryComputerAndTakesNothingAway(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 5, Customer: "8812"})
	unused := d.license(t, issuer.NewLicense{Order: "unused"})
	v := d.trusted(t)
	for n := 1; n <= 2; n++ {
		d.answer(t, newComputer(t, n).request(t, v, made.Key, n))
	}
	from := monday.AddDate(0, 0, 29)
	out, err := d.Publish(t.Context(), shorter(t), from)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Files) != 2 || len(out.Licenses) != 2 || out.Again || !out.From.Equal(from) || len(out.Entries) != 1 {
		t.Fatalf("published: %d files, %d licenses", len(out.Files), len(out.Licenses))
	}
	for _, f := range out.Files {
		r := opened(t, f.File, v)
		l := r.Parts[0].License
		if l.Policy.Version != 4 || l.Policy.Offline.Window.Days != 14 || !l.Ends.Equal(made.Ends) || l.Places.Total != 5 || l.Policy.Devices.Places != 5 {
			t.Errorf("license %+v", l)
		}
		if _, kept := l.Policy.Features["render"]; !kept {
			t.Error("a feature that was sold is gone")
		}
		o := l.Overlap
		if o == nil || o.Version != 3 || o.Offline.Window.Days != 30 || o.Grace.Offline.Days != 14 || len(o.Features) != 3 {
			t.Fatalf("overlap %+v", o)
		}
		// 1 December, 30 days of offline time, then 30 days of grace in an outage, the longest.
		if want := berlin(t, 2027, 1, 30); !o.Until.Equal(want) {
			t.Errorf("overlap until %s, want %s", o.Until, want)
		}
		n := part(t, r, exchange.KindNotice).Notice
		if n.Type != terms.NoticePolicy || n.Policy != 4 || n.Product != "acmecad" || !n.From.Equal(from) || n.Text.In("de") != "Weniger Offline-Zeit" {
			t.Errorf("notice %+v", n)
		}
		if !strings.Contains(n.Old.In("en"), "30 days of offline time") || !strings.Contains(n.New.In("en"), "14 days of offline time") || !strings.Contains(n.New.In("de"), "14 Tage Offline-Zeit") {
			t.Errorf("old %q, new %q", n.Old, n.New)
		}
	}
	everybody := opened(t, out.Notice.File, v)
	if *everybody.Audience != (exchange.Audience{Scope: "all"}) || everybody.Parts[0].Notice.Product != "acmecad" || out.Notice.Name != "policy-change_AcmeCAD-Pro_from-2026-12-01.hfnot" {
		t.Errorf("for all: %+v, %s", everybody.Audience, out.Notice.Name)
	}
	paths := map[string]string{}
	for _, c := range out.Changes {
		paths[c.Path] = c.Old + " → " + c.New
	}
	for path, want := range map[string]string{"offline.window": "30d → 14d", "grace.offline": "14d → 7d", "features.render.after": "pause → "} {
		if paths[path] != want {
			t.Errorf("%s: %q, want %q", path, paths[path], want)
		}
	}
	if _, listed := paths["devices.places"]; listed {
		t.Error("places that one license has more are listed as a change of the policy")
	}
	// The same version again: the same files. Other content under it: no.
	d.now = d.now.AddDate(0, 0, 1)
	d.reopen(t)
	again, err := d.Publish(t.Context(), shorter(t), time.Time{})
	if err != nil || !again.Again || len(again.Files) != 2 || !bytes.Equal(again.Files[1].File, out.Files[1].File) || !bytes.Equal(again.Notice.File, out.Notice.File) || !again.From.Equal(from) {
		t.Errorf("again: %+v, %v", again.Again, err)
	}
	other := shorter(t)
	other.Offline.Window = terms.Days(10)
	_, err = d.Publish(t.Context(), other, time.Time{})
	wantCode(t, err, issuer.CodePolicyVersion, 60)
	// A computer that comes later gets the new policy with the overlap, and the notice.
	r := opened(t, d.answer(t, newComputer(t, 3).request(t, v, unused.Key, 3)).File, v)
	if l := r.Parts[0].License; l.Policy.Version != 4 || l.Overlap == nil || part(t, r, exchange.KindNotice).Notice.Policy != 4 {
		t.Errorf("a later answer: %+v", l)
	}
	d.now = monday.AddDate(0, 4, 0)
	late := d.meeting(t, newComputer(t, 3), exchange.RequestCheckin, 4, []string{unused.Serial})
	r = opened(t, d.answer(t, late).File, v)
	if len(r.Parts) != 1 || r.Parts[0].License.Overlap != nil {
		t.Errorf("long after the change: %+v", r.Parts)
	}
}

func TestTheDayOfAPublishedPolicyIsThatOfItsZone(t *testing.T) {
	d := newDesk(t)
	d.license(t, issuer.NewLicense{})
	zone, err := terms.Zone(sample(t).Zone)
	if err != nil {
		t.Fatal(err)
	}
	next := shorter(t)
	next.Changes = append([]terms.Change{{Version: 2, Date: "2026-01-01", Text: terms.Text{"en": "Long ago"}}}, next.Changes...)
	out, err := d.Publish(t.Context(), next, time.Date(2027, 1, 1, 0, 0, 0, 0, zone)) // still 2026 in UTC
	if err != nil {
		t.Fatal(err)
	}
	if want := "policy-change_AcmeCAD-Pro_from-2027-01-01.hfnot"; out.Notice.Name != want {
		t.Errorf("the file is called %s, want %s", out.Notice.Name, want)
	}
	if first, _, _ := strings.Cut(string(out.Notice.File), "\n"); !strings.Contains(first, "about 1 January 2027: Less offline time.") {
		t.Errorf("first line %q", first)
	}
	if text := out.Notice.Parts[0].Notice.Text.In("en"); text != "Less offline time" {
		t.Errorf("the reason also tells of older versions: %q", text)
	}
	said, err := d.Statements()
	if err != nil || len(said) != 1 || said[0].Zone.String() != zone.String() {
		t.Errorf("listed as %+v, %v", said, err)
	}
}

func TestAChangedValueWithoutAChangelogEntryIsNotPublished(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	p := shorter(t)
	p.Changes = p.Changes[:1]
	_, err := d.Publish(t.Context(), p, time.Time{})
	wantCode(t, err, issuer.CodeChangelog, 60)
	var u *issuer.Uncovered
	if !errors.As(err, &u) || !slices.ContainsFunc(u.Changes, func(c issuer.PolicyChange) bool {
		return c == issuer.PolicyChange{Path: "offline.window", Old: "30d", New: "14d"}
	}) {
		t.Errorf("it lists %+v", u)
	}
	if l, err := d.License(made.Serial); err != nil || l.Policy.Version != 3 {
		t.Errorf("policy version %d, %v", l.Policy.Version, err)
	}
	old := sample(t)
	_, err = d.Publish(t.Context(), old, time.Time{})
	wantCode(t, err, issuer.CodePolicyVersion, 60)
	old.Version = 4
	_, err = d.Publish(t.Context(), old, time.Time{})
	wantCode(t, err, issuer.CodePolicySame, 71)
	old.Product.ID = "nosuch"
	_, err = d.Publish(t.Context(), old, time.Time{})
	wantCode(t, err, issuer.CodeNobody, 2)
}

func TestAnOverlapInsideAnOverlapKeepsTheLonger(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	d.answer(t, newComputer(t, 1).request(t, v, made.Key, 1))
	if _, err := d.Publish(t.Context(), shorter(t), time.Time{}); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.AddDate(0, 0, 10)
	next := shorter(t)
	next.Version, next.Offline.Window = 5, terms.Days(7)
	next.Changes = append(next.Changes, terms.Change{Version: 5, Date: "2026-12-10", Text: terms.Plain("Less still")})
	out, err := d.Publish(t.Context(), next, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	o := opened(t, out.Files[0].File, v).Parts[0].License.Overlap
	if o.Version != 4 || o.Offline.Window.Days != 30 || o.Grace.Offline.Days != 14 {
		t.Errorf("overlap %+v", o)
	}
}

func TestALicenseIsChangedForEveryComputer(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	for n := 1; n <= 2; n++ {
		d.answer(t, newComputer(t, n).request(t, v, made.Key, n))
	}
	out, err := d.Change(t.Context(), made.Serial, issuer.NewTerms{Places: 4, Customer: "8812"})
	if err != nil || len(out.Files) != 2 {
		t.Fatalf("%d files, %v", len(out.Files), err)
	}
	if l := opened(t, out.Files[0].File, v).Parts[0].License; l.Places.Total != 4 || l.Customer != "8812" || !l.Ends.Equal(made.Ends) || l.Overlap != nil {
		t.Errorf("license %+v", l)
	}
	if a := d.answer(t, newComputer(t, 3).request(t, v, made.Key, 3)); a.Refused {
		t.Errorf("the third computer: %s", a.Reason)
	}
	_, err = d.Change(t.Context(), made.Serial, issuer.NewTerms{Places: 2})
	wantCode(t, err, issuer.CodeValue, 2)
	foreign := sample(t)
	foreign.Product.ID = "other"
	_, err = d.Change(t.Context(), made.Serial, issuer.NewTerms{Policy: &foreign})
	wantCode(t, err, issuer.CodeOtherProduct, 2)
	p := shorter(t)
	out, err = d.Change(t.Context(), made.Serial, issuer.NewTerms{Policy: &p})
	if err != nil || opened(t, out.Files[0].File, v).Parts[0].License.Overlap.Version != 3 || out.Places != 4 {
		t.Errorf("another policy: %+v, %v", out.License, err)
	}
}

func TestThePageOfAPolicySaysWhatACustomerMayCountOn(t *testing.T) {
	p := sample(t)
	p.Usage.Unreported = 500
	for lang, words := range map[string][]string{
		"en": {
			"A file is also asked for when more than 500 units have no receipt.",
			"AcmeCAD Pro", "30 days without any contact", "Up to 60 days more are given at once", "Edit drawings", "Cloud render", "3 days", "never ends",
			"You can open, print and export drawings", "pauses until there is a newer file", "If you hear nothing of us for 365 days", "Everything goes on",
			"2 computers", "Renders: 1000 included each month", "Records are kept for 400 days", "Version 3, 1 November 2026: Offline time is now 30 days instead of 14.",
		},
		"de": {"Zeichnungen bearbeiten", "30 Tage ohne jeden Kontakt", "Was danach bleibt", "1. November 2026", "400 Tage", "mehr als 500 Einheiten ohne Quittung"},
	} {
		page, err := issuer.PolicyPage(p, lang)
		if err != nil {
			t.Fatal(err)
		}
		html, err := page.HTML()
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"md": string(page.Markdown()), "html": string(html)} {
			for _, w := range words {
				if !strings.Contains(text, w) {
					t.Errorf("%s %s: no %q in\n%s", lang, name, w, text)
				}
			}
			for _, hole := range []string{"[no text", "{", "%!"} {
				if body := text[max(0, strings.Index(text, "<body>")):]; strings.Contains(body, hole) {
					t.Errorf("%s %s holds %q", lang, name, hole)
				}
			}
		}
		if !strings.Contains(string(html), `<html lang="`+lang+`">`) {
			t.Errorf("the page does not say that it is in %s", lang)
		}
	}
	if page, err := issuer.PolicyPage(terms.Policy{Product: terms.Product{ID: "bare"}, Version: 1, Features: map[string]terms.Feature{"edit": {}}}, "en"); err != nil ||
		!strings.Contains(string(page.Markdown()), "As long as you like") || !strings.Contains(string(page.Markdown()), "Nothing is measured") || !strings.Contains(string(page.Markdown()), "Nothing is promised") {
		t.Errorf("of a bare policy: %v\n%s", err, page.Markdown())
	}
}

func TestNoTextOfAPolicyBecomesMarkup(t *testing.T) {
	p := sample(t)
	evil := `<script>alert(1)</script> [x](javascript:y) | # "q" & ` + "`z`"
	p.Product.Name = terms.Plain(evil)
	p.Features = map[string]terms.Feature{"edit": {Name: terms.Plain(evil), After: terms.View, View: terms.Plain(evil)}}
	p.Changes = []terms.Change{{Version: 3, Date: "2026-11-01", Text: terms.Plain(evil + "\n# big")}}
	page, err := issuer.PolicyPage(p, "en")
	if err != nil {
		t.Fatal(err)
	}
	html, err := page.HTML()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(html), "<script") || strings.Contains(string(html), "src=") || strings.Contains(string(html), "href=") {
		t.Errorf("markup in %s", html)
	}
	md := string(page.Markdown())
	if strings.Contains(md, "<script") || strings.Contains(md, "[x](") || strings.Contains(md, "\n# big") {
		t.Errorf("markup in %s", md)
	}
}

func TestEveryValueOfAPolicyIsComparedByItsPath(t *testing.T) {
	old, next := sample(t), sample(t)
	next.Version = 9
	if diff, err := issuer.DiffPolicies(old, next); err != nil || len(diff) != 0 {
		t.Errorf("a version is a value: %+v, %v", diff, err)
	}
	next.Devices.Places, next.Extensions.Agent, next.Usage.Keep = 3, terms.Days(7), terms.Days(90)
	next.Continuity.Then = terms.View
	next.Features = map[string]terms.Feature{"edit": old.Features["edit"], "export": {Name: terms.Plain("Export"), After: terms.View, Was: []string{"export_pdf", "out"}}}
	diff, err := issuer.DiffPolicies(old, next)
	if err != nil {
		t.Fatal(err)
	}
	have := fmt.Sprint(diff)
	for _, want := range []string{
		"{devices.places 2 3}", "{extensions.agent 14d 7d}", "{usage.keep 400d 90d}", "{continuity.then keep view}", "{features.export.after keep view}",
		"{features.export.was export_pdf export_pdf, out}", "{features.render.grace 3d }",
	} {
		if !strings.Contains(have, want) {
			t.Errorf("no %s in %s", want, have)
		}
	}
}
