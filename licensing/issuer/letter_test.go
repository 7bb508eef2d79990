package issuer_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// berlin is the last second of a day in the zone of the sample policy.
func berlin(t *testing.T, year int, month time.Month, day int) time.Time {
	t.Helper()
	zone, err := terms.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return terms.EndOfDay(time.Date(year, month, day, 12, 0, 0, 0, zone), zone)
}

func (d *desk) extend(t *testing.T, n issuer.NewExtension) issuer.Letter {
	t.Helper()
	if n.Agent == "" {
		n.Agent = "J. Doe"
	}
	if n.Reason == nil {
		n.Reason = terms.Plain("At sea until spring")
	}
	l, err := d.Extend(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAnExtensionAddsToWhatItNames(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Customer: "8812"})
	v := d.trusted(t)
	for _, c := range []struct {
		what  string
		until time.Time
	}{
		{terms.ExtendOffline, berlin(t, 2026, 12, 12)}, // 30 days from 2 November, and ten
		{terms.ExtendGrace, berlin(t, 2026, 11, 12)},
		{terms.ExtendLicense, berlin(t, 2027, 11, 12)},
	} {
		l := d.extend(t, issuer.NewExtension{To: issuer.To{Serial: strings.ToLower(made.Serial)}, What: c.what, By: terms.Days(10)})
		r := opened(t, l.File, v)
		x := r.Parts[0].Extension
		if !x.Until.Equal(c.until) || x.What != c.what || x.Serial != made.Serial || x.Agent != "J. Doe" || r.Parts[0].ID == "" || x.Ref != l.Ref {
			t.Errorf("%s: %+v, want until %s", c.what, x, c.until)
		}
		if r.Answers != nil || r.Audience == nil || *r.Audience != (exchange.Audience{Scope: "license", ID: made.Serial}) || r.Kind != exchange.KindExtension {
			t.Errorf("%s: it answers %+v for %+v", c.what, r.Answers, r.Audience)
		}
		if want := "extension_AcmeCAD-Pro_until-" + c.until.Format(time.DateOnly) + ".hfnot"; l.Name != want {
			t.Errorf("name %q, want %q", l.Name, want)
		}
	}
	// The license's own record moved too, so an answer keeps the new end.
	a := d.answer(t, newComputer(t, 1).request(t, v, made.Key, 1))
	if l := opened(t, a.File, v).Parts[0].License; !l.Ends.Equal(berlin(t, 2027, 11, 12)) {
		t.Errorf("a later answer ends %s", l.Ends)
	}
	all, err := d.Extensions(made.Serial)
	if err != nil || len(all) != 3 || all[0].Agent != "J. Doe" || all[0].Reason != "At sea until spring" || all[0].By.Days != 10 || !all[0].At.Equal(monday) {
		t.Errorf("audit: %+v, %v", all, err)
	}
}

func TestAnAgentHasLimitsAndASecondPersonSignsAboveThem(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	n := issuer.NewExtension{To: issuer.To{Serial: made.Serial}, What: terms.ExtendLicense, By: terms.Days(15), Agent: "J. Doe", Reason: terms.Plain("Order is on its way")}
	_, err := d.Extend(t.Context(), n)
	wantCode(t, err, issuer.CodeSecondNeeded, 61)
	n.Second = " j. doe "
	_, err = d.Extend(t.Context(), n)
	wantCode(t, err, issuer.CodeSecondSame, 2)
	n.Second, n.Agent = "", ""
	_, err = d.Extend(t.Context(), n)
	wantCode(t, err, issuer.CodeValue, 2)
	if l, err := d.License(made.Serial); err != nil || !l.Ends.Equal(made.Ends) {
		t.Errorf("what was refused moved the end to %s, %v", l.Ends, err)
	}
	if all, err := d.Extensions(""); err != nil || len(all) != 0 {
		t.Errorf("what was refused is in the audit: %+v, %v", all, err)
	}
	// Two small ones on the same end are one large one.
	n.Agent, n.By = "J. Doe", terms.Days(10)
	d.extend(t, n)
	_, err = d.Extend(t.Context(), n)
	wantCode(t, err, issuer.CodeSecondNeeded, 61)
	n.Second = "A. Roe"
	d.extend(t, n)
	if all, err := d.Extensions(made.Serial); err != nil || len(all) != 2 || all[1].Second != "A. Roe" {
		t.Errorf("audit: %+v, %v", all, err)
	}
	// A renewal starts anew.
	if _, err := d.Renew(t.Context(), made.Serial, "ORDER-18"); err != nil {
		t.Fatal(err)
	}
	n.Second = ""
	d.extend(t, n)
}

func TestAPolicyWithoutExtensionsLetsNoAgentAddTimeAlone(t *testing.T) {
	d := newDesk(t)
	p := sample(t)
	p.Extensions = terms.Extensions{}
	made := d.license(t, issuer.NewLicense{Policy: p})
	n := issuer.NewExtension{To: issuer.To{Serial: made.Serial}, What: terms.ExtendGrace, By: terms.Length{Span: time.Second}, Agent: "J. Doe", Reason: terms.Plain("x")}
	_, err := d.Extend(t.Context(), n)
	wantCode(t, err, issuer.CodeSecondNeeded, 61)
	p.Extensions = terms.Extensions{Agent: terms.Days(30), SecondPersonAbove: terms.Days(5)}
	n.Serial, n.By = d.license(t, issuer.NewLicense{Policy: p, Order: "other"}).Serial, terms.Days(6)
	_, err = d.Extend(t.Context(), n)
	wantCode(t, err, issuer.CodeSecondNeeded, 61)
	n.By = terms.Days(5)
	d.extend(t, n)
}

func TestARepeatedOrderGivesTheSameFileAndAddsNothing(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	n := issuer.NewExtension{To: issuer.To{Serial: made.Serial}, What: terms.ExtendLicense, By: terms.Days(10), Agent: "J. Doe", Reason: terms.Plain("x"), Order: "TICKET-9"}
	first := d.extend(t, n)
	d.now = d.now.AddDate(0, 0, 3)
	d.reopen(t)
	again := d.extend(t, n)
	if !again.Again || again.Differs || !bytes.Equal(first.File, again.File) || first.Name != again.Name || again.Ref != first.Ref {
		t.Errorf("the same order gave %+v", again)
	}
	n.By = terms.Days(3)
	if other := d.extend(t, n); !other.Again || !other.Differs || !bytes.Equal(first.File, other.File) {
		t.Error("the same order with another content gave another file, or nobody was told")
	}
	// The key that signed it is withdrawn: the same grant is signed again, with the new one.
	d.now = d.now.AddDate(0, 0, 1)
	v := d.trusted(t)
	if _, err := d.RotateKeys(issuer.Rotation{Withdraw: v.Keys[0].ID, NothingAfter: monday.Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	n.By = terms.Days(10)
	fresh := d.extend(t, n)
	r := opened(t, fresh.File, d.trusted(t))
	if bytes.Equal(fresh.File, first.File) || r.Parts[0].ID != opened(t, first.File, v).Parts[0].ID || fresh.Name != first.Name {
		t.Errorf("signed again: %s, %+v", fresh.Name, r.Parts[0])
	}
	if all, err := d.Extensions(""); err != nil || len(all) != 1 {
		t.Errorf("%d grants for one order, %v", len(all), err)
	}
	if l, err := d.License(made.Serial); err != nil || !l.Ends.Equal(berlin(t, 2027, 11, 12)) {
		t.Errorf("it ends %s, %v", l.Ends, err)
	}
}

func TestOneFileServesEveryLicenseOfACustomerOrSite(t *testing.T) {
	d := newDesk(t)
	p := sample(t)
	p.Devices.Site = "plant 3"
	a := d.license(t, issuer.NewLicense{Customer: "8812", Order: "A"})
	d.now = d.now.AddDate(0, 0, 2)
	b := d.license(t, issuer.NewLicense{Customer: "8812", Order: "B", Policy: p})
	other := d.license(t, issuer.NewLicense{Customer: "881", Order: "C"})
	v := d.trusted(t)
	same := opened(t, d.extend(t, issuer.NewExtension{To: issuer.To{Customer: "8812"}, What: terms.ExtendOffline, By: terms.Days(5)}).File, v)
	if len(same.Parts) != 1 || same.Parts[0].Extension.Serial != "" || *same.Audience != (exchange.Audience{Scope: "customer", ID: "8812"}) {
		t.Errorf("one end for all: %+v for %+v", same.Parts, same.Audience)
	}
	ends := opened(t, d.extend(t, issuer.NewExtension{To: issuer.To{Customer: "8812"}, What: terms.ExtendLicense, By: terms.Days(5)}).File, v)
	ids := map[string]bool{}
	for _, part := range ends.Parts {
		ids[part.ID] = true
		want := map[string]time.Time{a.Serial: berlin(t, 2027, 11, 7), b.Serial: berlin(t, 2027, 11, 9)}[part.Extension.Serial]
		if !part.Extension.Until.Equal(want) {
			t.Errorf("%s until %s, want %s", part.Extension.Serial, part.Extension.Until, want)
		}
	}
	if len(ends.Parts) != 2 || len(ids) != 2 {
		t.Errorf("%d parts with %d ids for two ends", len(ends.Parts), len(ids))
	}
	site := opened(t, d.extend(t, issuer.NewExtension{To: issuer.To{Site: "plant 3"}, What: terms.ExtendGrace, By: terms.Days(5)}).File, v)
	if *site.Audience != (exchange.Audience{Scope: "site", ID: "plant 3"}) {
		t.Errorf("site: %+v", site.Audience)
	}
	if l, err := d.License(other.Serial); err != nil || !l.Ends.Equal(other.Ends) {
		t.Errorf("another customer's license moved: %s, %v", l.Ends, err)
	}
	for _, to := range []issuer.To{{Customer: "88"}, {Site: "plant"}, {Serial: "NO-SUCH"}} {
		_, err := d.Extend(t.Context(), issuer.NewExtension{To: to, What: terms.ExtendGrace, By: terms.Days(1), Agent: "J. Doe", Reason: terms.Plain("x")})
		code := issuer.CodeNobody
		if to.Serial != "" {
			code = issuer.CodeSerialUnknown
		}
		wantCode(t, err, code, 2)
	}
}

func TestWhatHasNoEndIsNotExtended(t *testing.T) {
	d := newDesk(t)
	p := sample(t)
	p.Term, p.Offline = terms.Term{Perpetual: true}, terms.Offline{}
	made := d.license(t, issuer.NewLicense{Policy: p})
	n := issuer.NewExtension{To: issuer.To{Serial: made.Serial}, By: terms.Days(1), Agent: "J. Doe", Reason: terms.Plain("x")}
	for _, n.What = range []string{terms.ExtendLicense, terms.ExtendOffline} {
		_, err := d.Extend(t.Context(), n)
		wantCode(t, err, issuer.CodeNothingToExtend, 71)
	}
	n.Serial, n.What, n.By = d.license(t, issuer.NewLicense{Order: "B"}).Serial, terms.ExtendOffline, terms.Length{}
	n.Until = monday.AddDate(0, 0, 20)
	_, err := d.Extend(t.Context(), n)
	wantCode(t, err, issuer.CodeCovered, 71)
	n.Until = berlin(t, 2026, 12, 5)
	if x := d.extend(t, n); !x.Until.Equal(n.Until) || x.Parts[0].Extension.By.Days != 3 {
		t.Errorf("until a date: %+v", x.Parts[0].Extension)
	}
}

func TestAHoldIsForEveryComputerUntilItIsLifted(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	_, err := d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Lift: true})
	wantCode(t, err, issuer.CodeNotOnHold, 71)
	put := func(n issuer.NewHold) issuer.Letter {
		t.Helper()
		n.Serial = made.Serial
		l, err := d.Hold(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	first := put(issuer.NewHold{Reason: terms.Text{"en": "Still yours?", "de": "Noch Ihrer?"}, AnswerBy: berlin(t, 2026, 12, 31)})
	r := opened(t, first.File, v)
	h := r.Parts[0].Hold
	if r.Parts[0].Version != 1 || h.Serial != made.Serial || h.Reason.In("de") != "Noch Ihrer?" || h.Ref == "" || h.Lifted || r.Audience.ID != made.Serial {
		t.Errorf("hold %+v, version %d, for %+v", h, r.Parts[0].Version, r.Audience)
	}
	if want := "on-hold_AcmeCAD-Pro_" + made.Serial + ".hfnot"; first.Name != want {
		t.Errorf("name %q, want %q", first.Name, want)
	}
	second := put(issuer.NewHold{Reason: terms.Plain("Which one?")})
	lifted := put(issuer.NewHold{Lift: true})
	if second.Version != 2 || lifted.Version != 3 || second.Ref != first.Ref || !lifted.Parts[0].Hold.Lifted || lifted.Parts[0].Hold.Reason.In("en") != "Which one?" {
		t.Errorf("versions %d and %d, references %s and %s", second.Version, lifted.Version, first.Ref, second.Ref)
	}
	if anew := put(issuer.NewHold{Reason: terms.Plain("Another matter")}); anew.Version != 4 || anew.Ref == first.Ref {
		t.Errorf("a new matter: version %d, reference %s", anew.Version, anew.Ref)
	}
	_, err = d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Reason: terms.Plain("x"), AnswerBy: monday.Add(-time.Hour)})
	wantCode(t, err, issuer.CodeValue, 2)
}

func TestAWithdrawnLicenseIsRefusedWithItsReasonUntilItIsRenewed(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	d.answer(t, newComputer(t, 1).request(t, v, made.Key, 1))
	l, err := d.Revoke(t.Context(), issuer.NewRevocation{
		Serial: made.Serial, Reason: terms.Plain("The order was returned"), By: "J. Doe", Until: berlin(t, 2026, 12, 31), ReviewBy: berlin(t, 2026, 12, 15),
	})
	if err != nil {
		t.Fatal(err)
	}
	r := opened(t, l.File, v).Parts[0].Revocation
	if r.DecidedBy != "J. Doe" || !r.From.Equal(monday) || !r.Until.Equal(berlin(t, 2026, 12, 31)) || r.Ref != l.Ref || r.Lifted {
		t.Errorf("revocation %+v", r)
	}
	a := d.answer(t, newComputer(t, 2).request(t, v, made.Key, 2))
	no := opened(t, a.File, v).Parts[0].Refusal
	if a.Reason != "withdrawn" || no.Ref != l.Ref || !strings.Contains(no.Reason.In("en"), "The order was returned") || no.Reason.In("de") == no.Reason.In("en") {
		t.Errorf("a later activation: %s, %+v", a.Reason, no)
	}
	if license, err := d.License(made.Serial); err != nil || license.Used != 1 {
		t.Errorf("the refused computer took a place: %d, %v", license.Used, err)
	}
	_, err = d.Extend(t.Context(), issuer.NewExtension{To: issuer.To{Serial: made.Serial}, What: terms.ExtendGrace, By: terms.Days(1), Agent: "J. Doe", Reason: terms.Plain("x")})
	wantCode(t, err, issuer.CodeNothingToExtend, 71)

	renewed, err := d.Renew(t.Context(), made.Serial, "ORDER-18")
	if err != nil || len(renewed.Files) != 1 {
		t.Fatal(err)
	}
	back := opened(t, renewed.Files[0].File, v)
	i := slices.IndexFunc(back.Parts, func(p exchange.Part) bool { return p.Revocation != nil })
	if i < 0 || !back.Parts[i].Revocation.Lifted || back.Parts[i].Version != 2 {
		t.Errorf("the renewal does not give it back: %+v", back.Parts)
	}
	if a := d.answer(t, newComputer(t, 3).request(t, v, made.Key, 3)); a.Refused {
		t.Errorf("after the renewal: %s", a.Reason)
	}
	_, err = d.Revoke(t.Context(), issuer.NewRevocation{Serial: made.Serial, By: "J. Doe", Lift: true})
	wantCode(t, err, issuer.CodeNotWithdrawn, 71)
}

func TestANoticeGrowsByVersionsAndKeepsWhatIsLeftOut(t *testing.T) {
	d := newDesk(t)
	d.license(t, issuer.NewLicense{Customer: "8812"})
	v := d.trusted(t)
	from := monday.AddDate(0, 0, 10)
	n := issuer.NewNotice{
		Type: terms.NoticeMaintenance, From: from, Until: from.Add(2 * time.Hour), Text: terms.Plain("New servers"), Prepare: terms.Plain("Check in before"),
	}
	first, err := d.Notice(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	body := first.Parts[0].Notice
	r := opened(t, first.File, v)
	if *r.Audience != (exchange.Audience{Scope: "all"}) || r.Parts[0].Version != 1 || body.ID == "" || body.Ref == "" || r.Kind != exchange.KindNotice {
		t.Errorf("notice %+v for %+v", r.Parts[0], r.Audience)
	}
	if want := "planned-work_all_from-2026-11-12.hfnot"; first.Name != want {
		t.Errorf("name %q, want %q", first.Name, want)
	}
	next, err := d.Notice(t.Context(), issuer.NewNotice{Type: terms.NoticeMaintenance, ID: body.ID, Until: from.Add(5 * time.Hour)})
	if err != nil || next.Version != 2 || next.Parts[0].Notice.Text.In("en") != "New servers" || next.Ref != first.Ref || !next.Parts[0].Notice.From.Equal(from) {
		t.Errorf("changed: %+v, %v", next.Parts, err)
	}
	gone, err := d.Notice(t.Context(), issuer.NewNotice{Type: terms.NoticeMaintenance, ID: body.ID, Withdraw: true})
	if err != nil || gone.Version != 3 || !gone.Parts[0].Notice.Withdrawn {
		t.Errorf("taken back: %+v, %v", gone.Parts, err)
	}
	for _, c := range []struct {
		n    issuer.NewNotice
		code issuer.Code
	}{
		{issuer.NewNotice{Type: terms.NoticeOutage, ID: body.ID}, issuer.CodeNoticeKind},
		{issuer.NewNotice{Type: terms.NoticeOutage, ID: "nosuch", Withdraw: true}, issuer.CodeNoticeUnknown},
		{issuer.NewNotice{Type: terms.NoticeOutage}, issuer.CodeValue},
		{issuer.NewNotice{Type: terms.NoticeMaintenance, From: from, Text: terms.Plain("x")}, issuer.CodeValue},
		{issuer.NewNotice{Type: terms.NoticeMaintenance, From: from, Until: from, Text: terms.Plain("x")}, issuer.CodeValue},
		{issuer.NewNotice{Type: terms.NoticePolicy, From: from, Text: terms.Plain("x"), Old: terms.Plain("y")}, issuer.CodeValue},
		{issuer.NewNotice{Type: "party", From: from, Text: terms.Plain("x")}, issuer.CodeValue},
		{issuer.NewNotice{Type: terms.NoticeOutage, Text: terms.Plain("x"), To: issuer.To{Customer: "nobody"}}, issuer.CodeNobody},
		{issuer.NewNotice{Type: terms.NoticeOutage, Text: terms.Plain("x"), Product: "nosuch"}, issuer.CodeNobody},
		{issuer.NewNotice{Type: terms.NoticeOutage, Text: terms.Plain("x"), ID: "a/b"}, issuer.CodeValue},
	} {
		_, err := d.Notice(t.Context(), c.n)
		wantCode(t, err, c.code, issuer.ExitCode(err))
	}
	outage, err := d.Notice(t.Context(), issuer.NewNotice{Type: terms.NoticeOutage, Text: terms.Plain("Our service is down")})
	if err != nil || !outage.Parts[0].Notice.From.Equal(monday) {
		t.Errorf("an outage begins now: %+v, %v", outage.Parts, err)
	}
}
