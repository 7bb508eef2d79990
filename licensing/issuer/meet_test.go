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

// meeting makes a request of a computer that holds licenses, as exchange.RequestCheckin and so on. It is made now.
func (d *desk) meeting(t fataler, c computer, kind string, nonce int, serials []string, change ...func(*exchange.Request)) exchange.Envelope {
	t.Helper()
	return c.request(t, d.trusted(t), anyKey(t, d), nonce, append([]func(*exchange.Request){func(r *exchange.Request) {
		r.Kind, r.KeyHash, r.Issued, r.Until = kind, "", d.now, d.now.AddDate(0, 0, 60)
		for _, s := range serials {
			r.Licenses = append(r.Licenses, exchange.RequestLicense{Serial: s, Version: 2})
		}
	}}, change...)...)
}

// anyKey is a license key that request can hash; a meeting does not carry it.
func anyKey(t fataler, d *desk) string {
	t.Helper()
	k, err := terms.NewLicenseKey(randomness(77), "acme")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// part finds the one part of a kind.
func part(t *testing.T, r exchange.Response, kind exchange.Kind) exchange.Part {
	t.Helper()
	i := slices.IndexFunc(r.Parts, func(p exchange.Part) bool { return p.Kind == kind })
	if i < 0 {
		t.Fatalf("no %s among %+v", kind, r.Parts)
	}
	return r.Parts[i]
}

func TestACheckinGivesEveryLicenseAgain(t *testing.T) {
	d := newDesk(t)
	a, b := d.license(t, issuer.NewLicense{Order: "A"}), d.license(t, issuer.NewLicense{Order: "B"})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	for i, key := range []string{a.Key, b.Key} {
		d.answer(t, pc.request(t, v, key, i))
	}
	d.now = monday.AddDate(0, 0, 20)
	ask := d.meeting(t, pc, exchange.RequestCheckin, 9, []string{a.Serial, b.Serial, a.Serial})
	answer := d.answer(t, ask)
	r := opened(t, answer.File, v)
	if len(r.Parts) != 2 || r.Answers.Nonce != "nonce-9" || !r.Issued.Equal(d.now) || answer.Refused || answer.Partly {
		t.Fatalf("answer %+v, parts %+v", answer, r.Parts)
	}
	for _, p := range r.Parts {
		if p.License.Version != 3 || p.License.Device.ID != pc.ID() || !p.License.Ends.Equal(a.Ends) || p.License.Places.Used != 1 {
			t.Errorf("license %+v", p.License)
		}
	}
	d.now = d.now.AddDate(0, 0, 1)
	d.reopen(t)
	if again := d.answer(t, ask); !again.Again || !bytes.Equal(again.File, answer.File) {
		t.Error("the same check-in got other bytes")
	}
	// A computer that lost its records and names nothing gets what it holds places of.
	all := opened(t, d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 10, nil)).File, v)
	if len(all.Parts) != 2 || all.Parts[0].License == nil || all.Parts[1].License == nil {
		t.Errorf("without names: %+v", all.Parts)
	}
}

func TestAChangedOrReinstalledComputerKeepsItsPlaceAtACheckin(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 1})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	pc.facts = hardware(50) // every part is new, the device key is the same
	a := d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 2, []string{made.Serial}, func(r *exchange.Request) { r.Changed = true }))
	if a.Refused {
		t.Fatalf("the changed computer was refused: %s", a.Reason)
	}
	fresh := computer{newComputer(t, 2).Key, pc.facts} // and with those parts it is known by another key
	if a := d.answer(t, d.meeting(t, fresh, exchange.RequestCheckin, 3, []string{made.Serial})); a.Refused {
		t.Errorf("the re-enrolled computer was refused: %s", a.Reason)
	}
	if l, err := d.License(made.Serial); err != nil || l.Used != 1 || l.InUse[0].Code != fresh.Code() {
		t.Errorf("places: %+v, %v", l.InUse, err)
	}
}

func TestAComputerWithoutAPlaceIsTakenInOnlyWithAKeyOrAStarterLicense(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 2})
	v := d.trusted(t)
	stranger := d.answer(t, d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 1, []string{made.Serial}))
	no := opened(t, stranger.File, v).Parts[0].Refusal
	if stranger.Reason != "unknown_place" || no.WayOut.In("de") == "" || no.Contact == "" || strings.Contains(no.Reason.In("en"), "{") {
		t.Errorf("a stranger: %s, %+v", stranger.Reason, no)
	}
	unknown := d.answer(t, d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 2, []string{"AAAAA-AAAAA-AAAAA"}))
	if unknown.Reason != "unknown_license" {
		t.Errorf("an unknown license: %s", unknown.Reason)
	}
	empty := d.answer(t, d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 3, nil))
	if no := opened(t, empty.File, v).Parts[0].Refusal; empty.Reason != "unknown_place" || strings.Contains(no.Reason.In("en"), "license") {
		t.Errorf("nothing named: %s, %+v", empty.Reason, no)
	}
	hash, err := terms.KeyHash(made.Key)
	if err != nil {
		t.Fatal(err)
	}
	if a := d.answer(t, d.meeting(t, newComputer(t, 2), exchange.RequestCheckin, 4, []string{made.Serial}, func(r *exchange.Request) { r.KeyHash = hash })); a.Refused {
		t.Errorf("with the key: %s", a.Reason)
	}
	starter := func(r *exchange.Request) { r.Licenses[0].Version = 1 }
	if a := d.answer(t, d.meeting(t, newComputer(t, 3), exchange.RequestCheckin, 5, []string{made.Serial}, starter)); a.Refused {
		t.Errorf("with a starter license: %s", a.Reason)
	}
	if a := d.answer(t, d.meeting(t, newComputer(t, 4), exchange.RequestCheckin, 6, []string{made.Serial}, starter)); a.Reason != "device_limit" {
		t.Errorf("no room: %q", a.Reason)
	}
	p := sample(t)
	p.Devices.Site, p.Devices.Places = "plant 3", 1
	site := d.license(t, issuer.NewLicense{Policy: p, Order: "site"})
	if a := d.answer(t, d.meeting(t, newComputer(t, 5), exchange.RequestCheckin, 7, []string{site.Serial})); a.Refused {
		t.Errorf("a computer of the site: %s", a.Reason)
	}
	if l, err := d.License(made.Serial); err != nil || l.Used != 2 {
		t.Errorf("%d places, %v", l.Used, err)
	}
}

func TestAnAnswerBringsEverythingThatStandsAboutTheLicense(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Customer: "8812"})
	other := d.license(t, issuer.NewLicense{Customer: "4711", Order: "other"})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	must := func(l issuer.Letter, err error) issuer.Letter {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	hold := must(d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Reason: terms.Plain("Still yours?")}))
	wide := d.extend(t, issuer.NewExtension{To: issuer.To{Customer: "8812"}, What: terms.ExtendOffline, By: terms.Days(5)})
	grace := d.extend(t, issuer.NewExtension{To: issuer.To{Serial: made.Serial}, What: terms.ExtendGrace, By: terms.Days(5)})
	d.extend(t, issuer.NewExtension{To: issuer.To{Customer: "4711"}, What: terms.ExtendOffline, By: terms.Days(5)})
	soon := monday.AddDate(0, 0, 3)
	all := must(d.Notice(t.Context(), issuer.NewNotice{Type: terms.NoticeMaintenance, From: soon, Until: soon.Add(time.Hour), Text: terms.Plain("New servers")}))
	mine := must(d.Notice(t.Context(), issuer.NewNotice{Type: terms.NoticeOutage, Text: terms.Plain("Your line is down"), To: issuer.To{Customer: "8812"}}))
	must(d.Notice(t.Context(), issuer.NewNotice{Type: terms.NoticeOutage, Text: terms.Plain("Their line is down"), To: issuer.To{Customer: "4711"}}))

	r := opened(t, d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 2, []string{made.Serial})).File, v)
	var have []string
	for _, p := range r.Parts {
		have = append(have, fmt.Sprint(p.Kind, " ", p.Version, " ", p.ID))
	}
	want := []string{
		"license 3 ", fmt.Sprint("hold ", hold.Version, " "),
		"extension 0 " + wide.Parts[0].ID + "-" + made.Serial, "extension 0 " + grace.Parts[0].ID, "notice 1 ", "notice 1 ",
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("parts %q\nwant %q", have, want)
	}
	if x := part(t, r, exchange.KindExtension).Extension; x.Serial != made.Serial {
		t.Errorf("an extension in an answer names no license: %+v", x)
	}

	// A computer with licenses of two customers gets each notice with its own audience.
	d.answer(t, pc.request(t, v, other.Key, 3))
	both := responses(t, d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 4, []string{made.Serial, other.Serial})).File, v)
	if len(both) != 3 || both[0].Audience != nil || both[1].Answers != nil || both[1].Audience.Scope != "customer" || both[2].Audience.Scope != "customer" {
		t.Fatalf("%d responses: %+v", len(both), both)
	}
	if len(both[1].Parts) != 1 || both[1].Parts[0].Notice == nil {
		t.Errorf("apart: %+v", both[1].Parts)
	}

	// What is over does not travel on.
	d.now = monday.AddDate(0, 0, 60)
	must(d.Notice(t.Context(), issuer.NewNotice{Type: terms.NoticeOutage, ID: mine.Parts[0].Notice.ID, Until: monday.AddDate(0, 0, 1)}))
	later := opened(t, d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 5, []string{made.Serial})).File, v)
	for _, p := range later.Parts {
		if p.Extension != nil || p.Notice != nil {
			t.Errorf("%s travels on: %+v", p.Kind, p)
		}
	}
	if all.Version != 1 {
		t.Errorf("version %d", all.Version)
	}
}

func TestACheckinOfAWithdrawnLicenseBringsTheWithdrawalAndNoLicense(t *testing.T) {
	d := newDesk(t)
	made, kept := d.license(t, issuer.NewLicense{}), d.license(t, issuer.NewLicense{Order: "kept"})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	d.answer(t, pc.request(t, v, kept.Key, 2))
	if _, err := d.Revoke(t.Context(), issuer.NewRevocation{Serial: made.Serial, Reason: terms.Plain("Returned"), By: "J. Doe"}); err != nil {
		t.Fatal(err)
	}
	a := d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 3, []string{made.Serial, kept.Serial}))
	r := opened(t, a.File, v)
	if len(r.Parts) != 2 || r.Parts[0].License.Serial != kept.Serial || part(t, r, exchange.KindRevocation).Revocation.Serial != made.Serial || a.Refused {
		t.Errorf("parts %+v", r.Parts)
	}
	alone := d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 4, []string{made.Serial}))
	r = opened(t, alone.File, v)
	if len(r.Parts) != 1 || r.Kind != exchange.KindRevocation || !slices.Equal(alone.Withdrawn, []string{made.Serial}) || alone.Refused || !strings.HasSuffix(alone.Name, ".hfnot") {
		t.Errorf("alone: %+v, parts %+v", alone, r.Parts)
	}
}

func wanted(at time.Time) func(*exchange.Request) {
	return func(r *exchange.Request) { r.Wanted = at }
}

func TestMoreTimeIsGivenAtOnceWithinThePolicy(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	most := berlin(t, 2027, 1, 31) // 30 days from 2 November, and 60 more
	a := d.answer(t, d.meeting(t, pc, exchange.RequestMoreTime, 2, []string{made.Serial}, wanted(most)))
	r := opened(t, a.File, v)
	x := part(t, r, exchange.KindExtension).Extension
	if !a.Until.Equal(most) || !x.Until.Equal(most) || x.What != terms.ExtendOffline || x.Agent != "" || x.Serial != made.Serial || x.By.Days != 60 || x.Reason.In("de") == "" {
		t.Errorf("answer %+v, extension %+v", a, x)
	}
	if r.Parts[0].License == nil || r.Parts[0].License.Version != 3 {
		t.Errorf("first part %+v", r.Parts[0])
	}
	all, err := d.Extensions(made.Serial)
	if err != nil || len(all) != 1 || all[0].Request == "" || all[0].Agent != "" {
		t.Errorf("audit %+v, %v", all, err)
	}
	// An earlier day is covered now: nothing is added, and what stands goes along.
	again := d.answer(t, d.meeting(t, pc, exchange.RequestMoreTime, 3, []string{made.Serial}, wanted(most.AddDate(0, 0, -5))))
	if x := part(t, opened(t, again.File, v), exchange.KindExtension).Extension; !again.Until.IsZero() || !x.Until.Equal(most) {
		t.Errorf("covered: %+v, %+v", again, x)
	}
	// Another product of the same vendor is not what was asked about.
	other := d.answer(t, d.meeting(t, pc, exchange.RequestMoreTime, 4, []string{made.Serial}, wanted(most.AddDate(1, 0, 0)), func(r *exchange.Request) { r.Product = "acmecam" }))
	if other.Refused || !other.Until.IsZero() {
		t.Errorf("another product: %+v", other)
	}
}

func TestMoreTimeNeverGoesBeyondTheLicenseEnd(t *testing.T) {
	d := newDesk(t)
	p := sample(t)
	p.Term.Length = terms.Days(50)
	made := d.license(t, issuer.NewLicense{Policy: p})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	a := d.answer(t, d.meeting(t, pc, exchange.RequestMoreTime, 2, []string{made.Serial}, wanted(monday.AddDate(0, 0, 300))))
	x := part(t, opened(t, a.File, v), exchange.KindExtension).Extension
	if !x.Until.Equal(made.Ends) || !a.EndsFirst || !strings.Contains(x.Reason.In("en"), "ends before") {
		t.Errorf("answer %+v, extension %+v", a, x)
	}
}

func TestMoreThanThePolicyGivesNeedsAPerson(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Customer: "8812"})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	want := berlin(t, 2027, 2, 10) // ten days more than the policy gives
	ask := d.meeting(t, pc, exchange.RequestMoreTime, 2, []string{made.Serial}, wanted(want))
	before, err := d.License(made.Serial)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Answer(t.Context(), ask)
	wantCode(t, err, issuer.CodeNeedsPerson, 61)
	var open *issuer.Ask
	if !errors.As(err, &open) || open.Computer != pc.Code() || open.Serial != made.Serial || open.Customer != "8812" || !open.Wanted.Equal(want) || !open.Most.Equal(berlin(t, 2027, 1, 31)) {
		t.Errorf("it asks %+v", open)
	}
	if after, err := d.License(made.Serial); err != nil || after.Version != before.Version {
		t.Errorf("something was recorded: version %d, %v", after.Version, err)
	}
	_, err = d.Decide(t.Context(), ask, issuer.Decision{Agent: "J. Doe"})
	wantCode(t, err, issuer.CodeValue, 2)
	far := d.meeting(t, pc, exchange.RequestMoreTime, 3, []string{made.Serial}, wanted(want.AddDate(0, 1, 0)))
	_, err = d.Decide(t.Context(), far, issuer.Decision{Agent: "J. Doe", Reason: "At sea"})
	wantCode(t, err, issuer.CodeSecondNeeded, 61)
	a, err := d.Decide(t.Context(), ask, issuer.Decision{Agent: "J. Doe", Reason: "At sea"})
	if err != nil || a.Agent != "J. Doe" || !a.Until.Equal(want) {
		t.Fatalf("granted: %+v, %v", a, err)
	}
	if x := part(t, opened(t, a.File, v), exchange.KindExtension).Extension; x.Agent != "J. Doe" || x.Reason.In("en") != "At sea" {
		t.Errorf("extension %+v", x)
	}
	if again := d.answer(t, ask); !again.Again || !bytes.Equal(again.File, a.File) {
		t.Error("the decided request got other bytes")
	}
	no, err := d.Decide(t.Context(), far, issuer.Decision{Refuse: "Come back in spring"})
	if err != nil || no.Reason != "declined" {
		t.Fatalf("refused: %+v, %v", no, err)
	}
	r := opened(t, no.File, v)
	if len(r.Parts) != 1 || r.Parts[0].Refusal.Reason.In("en") != "Come back in spring" || r.Parts[0].Refusal.WayOut.In("en") == "" {
		t.Errorf("parts %+v", r.Parts)
	}
	if all, err := d.Extensions(made.Serial); err != nil || len(all) != 1 {
		t.Errorf("audit %+v, %v", all, err)
	}
}

func TestARenewalIsGivenWhenItIsThereAndElseNeedsAPerson(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	ask := func(nonce, version int) exchange.Envelope {
		return d.meeting(t, pc, exchange.RequestRenew, nonce, []string{made.Serial}, func(r *exchange.Request) { r.Licenses[0].Version = version })
	}
	if a := d.answer(t, ask(2, 2)); a.Refused { // the end is far off
		t.Errorf("long before the end: %s", a.Reason)
	}
	d.now = made.Ends.AddDate(0, 0, -20)
	_, err := d.Answer(t.Context(), ask(3, 3))
	wantCode(t, err, issuer.CodeNeedsPerson, 61)
	granted, err := d.Decide(t.Context(), ask(3, 3), issuer.Decision{Agent: "J. Doe", Reason: "Paid by card"})
	if err != nil {
		t.Fatal(err)
	}
	want := berlin(t, 2028, 11, 1)
	if l := opened(t, granted.File, v).Parts[0].License; !l.Ends.Equal(want) {
		t.Errorf("renewed until %s, want %s", l.Ends, want)
	}
	if all, err := d.Extensions(made.Serial); err != nil || len(all) != 1 || all[0].What != issuer.GrantRenewal || all[0].Reason != "Paid by card" {
		t.Errorf("audit %+v, %v", all, err)
	}
	// Renewed at the desk meanwhile: a computer that has not heard of it gets the new end at once, however near that is.
	short := sample(t)
	short.Term.Length = terms.Days(20)
	quick := d.license(t, issuer.NewLicense{Policy: short, Order: "quick"})
	first := opened(t, d.answer(t, pc.request(t, v, quick.Key, 5, func(r *exchange.Request) { r.Until = d.now })).File, v).Parts[0].License
	if _, err := d.Renew(t.Context(), quick.Serial, "ORDER-9"); err != nil {
		t.Fatal(err)
	}
	late := d.meeting(t, pc, exchange.RequestRenew, 6, []string{quick.Serial}, func(r *exchange.Request) { r.Licenses[0].Version = first.Version })
	if l := opened(t, d.answer(t, late).File, v).Parts[0].License; !l.Ends.After(first.Ends) {
		t.Errorf("ends %s, had %s", l.Ends, first.Ends)
	}
}

func TestOfManyRequestsThoseThatNeedAPersonHoldUpNone(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 3})
	v := d.trusted(t)
	var file []byte
	for n := 1; n <= 3; n++ {
		pc := newComputer(t, n)
		d.answer(t, pc.request(t, v, made.Key, n))
		until := monday.AddDate(0, 0, 40)
		if n == 2 {
			until = monday.AddDate(0, 0, 100)
		}
		file = append(file, armored(t, d.meeting(t, pc, exchange.RequestMoreTime, 10+n, []string{made.Serial}, wanted(until)))...)
	}
	answers, err := d.AnswerFile(t.Context(), "all.txt", file)
	if len(answers) != 2 {
		t.Errorf("%d answers", len(answers))
	}
	wantCode(t, err, issuer.CodeNeedsPerson, 61)
	answers, err = d.DecideFile(t.Context(), "all.txt", file, issuer.Decision{Agent: "J. Doe", Reason: "At sea"})
	if err != nil || len(answers) != 3 || !answers[0].Again || answers[1].Again || answers[0].Agent != "" || answers[1].Agent != "J. Doe" {
		t.Errorf("decided: %+v, %v", answers, err)
	}
}

func TestARequestThatNamesTooMuchIsNotAnswered(t *testing.T) {
	d := newDesk(t)
	var names []string
	for n := range 500 {
		names = append(names, fmt.Sprintf("AAAAA-AAAAA-%05d", n))
	}
	_, err := d.Answer(t.Context(), d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 1, names))
	wantCode(t, err, issuer.CodeTooMany, 2)
}
