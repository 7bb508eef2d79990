package views

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

func TestTheNextContactIsSaidWithItsReason(t *testing.T) {
	v := voiceIn(t, "en")
	at := clockAt(12, 0)
	for _, c := range []struct {
		plan reconcile.Plan
		want string
	}{
		{reconcile.Plan{At: clockAt(16, 41), Reason: reconcile.ReasonDate}, "Today about 16:40, because a date comes nearer."},
		{reconcile.Plan{At: clockAt(12, 7), Reason: reconcile.ReasonUsage}, "Today about 12:07, because usage waits to be reported."},
		{reconcile.Plan{At: clockAt(12, 0), Reason: reconcile.ReasonStart}, "Any moment now, because the program started."},
		{reconcile.Plan{At: clockAt(33, 0), Reason: reconcile.ReasonRegular}, "Tomorrow about 09:00, because the last contact will be most of a day old."},
		{reconcile.Plan{At: day("2026-11-20"), Reason: reconcile.ReasonRetry}, "20 Nov 2026 about 12:00, because the last try did not get through."},
		{reconcile.Plan{At: day("2026-11-05"), Reason: reconcile.ReasonDate, Paused: true}, "5 Nov 2026 about 12:00. You paused contacts until then."},
		{reconcile.Plan{At: clockAt(32, 0), Reason: reconcile.ReasonDate, Outside: true}, "Tomorrow about 08:00, when the next time window begins."},
		{reconcile.Plan{Hold: reconcile.HoldManual}, "Holdfast contacts vendors only when you ask."},
		{reconcile.Plan{Hold: reconcile.HoldNobody}, "No contact is planned at the moment."},
		{reconcile.Plan{Hold: reconcile.HoldNoAddress}, "This vendor has no online service. Files do the same."},
		{reconcile.Plan{}, "Nothing is planned yet."},
		{reconcile.Plan{At: at, Reason: reconcile.ReasonPerson, Running: true}, "Under way now, because you asked for it."},
		{
			reconcile.Plan{At: clockAt(13, 0), Reason: reconcile.ReasonDate, Essential: true},
			"Today about 13:00, because a date comes nearer. Only what is needed for your licenses. Usage waits for a better line.",
		},
	} {
		if got := v.nextContact(c.plan, at); got != c.want {
			t.Errorf("%+v: %q, want %q", c.plan, got, c.want)
		}
	}
}

func TestAContactIsToldWithAllThatLeftCameAndChanged(t *testing.T) {
	v := voiceIn(t, "en")
	r := v.contactRow("Acme GmbH", changedContact(), clockAt(12, 0), true, true)
	facts := map[string]string{}
	for _, f := range r.Facts {
		facts[f[0]] = f[1]
	}
	for label, want := range map[string]string{
		"Why": "A date comes nearer", "With whom": "Acme GmbH, licenses.acme.example:443", "Connection": "Good, 420 ms",
		"Sent":        "Check-in · 3 KB (904 bytes over the network)\nUsage · 1204 entries · 96 KB (31 KB over the network)",
		"Came back":   "License · 6 KB (3 KB over the network)\nReceipt · 2 KB",
		"For support": "t-7c41a2\nt-7c41a3",
	} {
		if facts[label] != want {
			t.Errorf("%s: %q, want %q", label, facts[label], want)
		}
	}
	want := []change{
		{'+', "AcmeCAD Pro", "until 14 Mar 2027", "(was 14 Nov 2026)"}, {'+', "Sheet metal", "new", ""}, {'-', "Trial CAM", "removed", ""},
	}
	if !reflect.DeepEqual(r.Changes, want) {
		t.Errorf("changes %+v", r.Changes)
	}
	if r.Title != "Yesterday, 10:14" || r.Chip.Word != "3 changes" || r.Chip.Tone != terms.ToneNotice || len(r.Batches) != 1 || r.Batches[0].ID != draftID {
		t.Errorf("%+v", r)
	}
	if len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "Acme GmbH counted 214 usage entries.") {
		t.Errorf("notes %q", r.Notes)
	}
}

func TestEveryCauseHasAWordAndSaysThatNothingChanged(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		v := voiceIn(t, lang)
		for _, cause := range causes {
			r := v.contactRow("Acme GmbH", reconcile.Contact{ID: "x", At: clockAt(11, 0), Reason: reconcile.ReasonDate, Cause: cause}, clockAt(12, 0), false, true)
			if last := r.Notes[len(r.Notes)-1]; last != v.t("contacts.calm") || r.Chip.Word == "" || !strings.HasSuffix(r.Sub, v.ContactCause(reconcile.Contact{Cause: cause})) {
				t.Errorf("%s %s: %+v", lang, cause, r)
			}
			if r.Chip.Tone == terms.ToneWarn || r.Chip.Tone == terms.ToneStop || r.Chip.Tone == terms.ToneOK {
				t.Errorf("%s looks like %q", cause, r.Chip.Tone)
			}
		}
	}
}

func TestAConnectionIsNotNamedWhereTheCauseSaysMore(t *testing.T) {
	v := voiceIn(t, "en")
	for cause, want := range map[reconcile.Cause]bool{reconcile.CauseRefused: false, reconcile.CauseTimeout: false, "": true, reconcile.CauseDeclined: true} {
		r := v.contactRow("Acme GmbH", reconcile.Contact{ID: "x", At: clockAt(11, 0), Cause: cause, Class: reconcile.ClassGood, Took: 3}, clockAt(12, 0), false, false)
		named := slices.ContainsFunc(r.Facts, func(f [2]string) bool { return f[0] == v.t("contacts.class") })
		if named != want {
			t.Errorf("%q: the connection is named: %v", cause, named)
		}
		if last := r.Notes[len(r.Notes)-1]; cause == reconcile.CauseRefused && last != "There is no license here yet, so nothing changes." {
			t.Errorf("without a license: %q", last)
		}
	}
}

func TestWhatAContactThatWasAskedForDidIsToldInItsTone(t *testing.T) {
	v := voiceIn(t, "en")
	s := contacted(quietFacts(), acmeContact()).Snapshot()
	renewed, withdrawn := changedContact().Changes[0], changedContact().Changes[0]
	withdrawn.Sign, withdrawn.Code = "-", "revocation"
	usage := []reconcile.Piece{{What: "usage", ID: draftID, Entries: 4}}
	for _, x := range []struct {
		contact reconcile.Contact
		words   string
		tone    terms.Tone
	}{
		{reconcile.Contact{}, "Everything is up to date.", terms.ToneOK},
		{reconcile.Contact{Changes: []reconcile.Change{renewed}}, "1 change came in.", terms.ToneOK},
		{reconcile.Contact{Changes: []reconcile.Change{withdrawn}}, "1 change came in.", terms.ToneNotice},
		{reconcile.Contact{Changes: []reconcile.Change{renewed, withdrawn}}, "2 changes came in.", terms.ToneNotice},
		{
			reconcile.Contact{Sent: usage, Came: []reconcile.Piece{{What: "receipt", ID: draftID}}},
			"Your usage was confirmed. Everything is up to date.", terms.ToneOK,
		},
		{reconcile.Contact{Sent: usage}, "Everything is up to date.", terms.ToneOK},
	} {
		got, tone, err := v.asked(s, []asked{{ask: &ask{root: acmeRoot}, contact: x.contact}})
		if got != x.words || tone != x.tone || err != nil {
			t.Errorf("%+v: %q %v %v", x.contact, got, tone, err)
		}
	}
}

func TestUsageOfOneDayNamesItOnce(t *testing.T) {
	v := voiceIn(t, "en")
	if got := v.period(day("2026-11-02"), day("2026-11-02"), v.long); got != "2 November 2026" {
		t.Error(got)
	}
	if got := v.period(day("2026-11-02"), day("2026-11-04"), v.short); got != "2 Nov 2026 to 4 Nov 2026" {
		t.Error(got)
	}
	r := licensing.ReceiptView{Vendor: "Acme GmbH", Ref: "R-1", Matches: true}
	r.From, r.To, r.Counted = day("2026-11-02"), day("2026-11-02"), 2
	if got := v.Say(receiptFinding(licensing.Snapshot{}, r), clockAt(12, 0), v.zone).Headline; got != "Acme GmbH confirmed your usage of 2 November 2026." {
		t.Error(got)
	}
	if got := v.receiptRow(r).About; got != "2 uses, 2 Nov 2026" {
		t.Error(got)
	}
}

func TestTheLogSaysWhoStoppedAContact(t *testing.T) {
	v := voiceIn(t, "en")
	for person, want := range map[bool]string{true: "You stopped it", false: "The program ended before it was done"} {
		c := reconcile.Contact{ID: "x", At: clockAt(11, 0), Reason: reconcile.ReasonPerson, Cause: reconcile.CauseStopped, Detail: reconcile.Detail{Person: person}}
		r := v.contactRow("Acme GmbH", c, clockAt(12, 0), false, true)
		if !slices.Contains(r.Facts, [2]string{v.t("contacts.result"), want}) || r.Chip.Word != "Stopped" {
			t.Errorf("%v: %+v", person, r)
		}
	}
}

func TestAWindowThatClosesStopsAContactForNobody(t *testing.T) {
	var work []func()
	d := &testDesk{}
	b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: d, spawn: func(f func()) { work = append(work, f) }})
	run := func() { runAll(&work) }
	run()
	b.w.showContacts()
	run()
	var why error
	d.sync = func(ctx context.Context, root string) (reconcile.Contact, error) {
		why = context.Cause(ctx)
		return reconcile.Contact{}, ctx.Err()
	}
	b.click("Check now")
	b.w.close()
	run()
	if !errors.Is(why, context.Canceled) {
		t.Errorf("stopped since %v", why)
	}
}

var causes = []reconcile.Cause{
	reconcile.CauseStopped, reconcile.CauseHere, reconcile.CauseNoNetwork, reconcile.CauseDNS, reconcile.CauseRefused, reconcile.CauseProxy,
	reconcile.CauseProxyAway, reconcile.CauseCAFile, reconcile.CauseExpired, reconcile.CauseEarly, reconcile.CauseOtherName,
	reconcile.CauseCaptive, reconcile.CauseIntercepted, reconcile.CauseCertificate, reconcile.CauseTimeout, reconcile.CauseCut, reconcile.CauseBusy,
	reconcile.CauseServer, reconcile.CauseOutage, reconcile.CauseNotService, reconcile.CauseAnswer, reconcile.CauseOther, reconcile.CauseDeclined,
	reconcile.CauseWaiting,
}

func TestNoContactChangesTheVerdictOrItsBanner(t *testing.T) {
	for name, facts := range map[string]func() terms.Facts{"in order": quietFacts, "in grace": graceFacts, "ending": offlineEnding} {
		b := open(t, contacted(facts(), acmeContact()), benchOptions{})
		before, rows := b.w.shown.Banner, b.w.shown.Rows
		for _, cause := range causes {
			b.engine.contacts.views = []licensing.ContactView{notReached(cause)}
			b.engine.revision++
			b.w.reload()
			if !reflect.DeepEqual(b.w.shown.Banner, before) || !reflect.DeepEqual(b.w.shown.Rows, rows) {
				t.Errorf("%s: %s changed the verdict", name, cause)
			}
		}
	}
}

func TestAFailedContactIsAWordOnTheOverviewOnlyWhenItMatters(t *testing.T) {
	said := func(f terms.Facts, c licensing.ContactView) bool {
		b := open(t, contacted(f, c), benchOptions{})
		return b.says("We could not reach Acme GmbH.") || b.says("Something blocks the way to Acme GmbH.")
	}
	if said(quietFacts(), notReached(reconcile.CauseDNS)) {
		t.Error("it is said although nothing is near")
	}
	if !said(offlineEnding(), notReached(reconcile.CauseDNS)) {
		t.Error("it is not said although the offline time ends")
	}
	if !said(quietFacts(), notReached(reconcile.CauseCaptive)) {
		t.Error("it is not said that something blocks the way")
	}
	b := open(t, contacted(quietFacts(), notReached(reconcile.CauseCaptive)), benchOptions{})
	b.click("Something blocks the way to Acme GmbH.")
	b.mustSay("Contacts", "Show IT this: licenses.acme.example, port 443")
	b.click("Copy for IT")
	if got := b.w.app.Clipboard().Content(); got != "licenses.acme.example, port 443" {
		t.Errorf("copied %q", got)
	}
	b.click("Make a check-in file")
	if len(b.engine.requests) != 1 || b.engine.requests[0].Vendor != acmeRoot || b.engine.requests[0].Kind != "checkin" {
		t.Errorf("asked %+v", b.engine.requests)
	}
}

func TestALineAboutAContactSaysWhatComesNext(t *testing.T) {
	v := voiceIn(t, "en")
	for name, c := range map[string]struct {
		plan reconcile.Plan
		want string
	}{
		"planned": {reconcile.Plan{At: clockAt(12, 25)}, "Next try: today about 12:25."},
		"asked":   {reconcile.Plan{Hold: reconcile.HoldManual}, capital(v.ContactHold(reconcile.HoldManual))},
		"nobody":  {reconcile.Plan{Hold: reconcile.HoldNobody}, "No contact is planned at the moment."},
	} {
		view := notReached(reconcile.CauseTimeout)
		view.Plan = c.plan
		lines := v.contactLines(contacted(offlineEnding(), view).Snapshot())
		if want := "The reason: no answer came in time. Nothing changed by it. Your license is not affected. " + c.want; len(lines) != 1 || lines[0].Sub != want {
			t.Errorf("%s: %+v, want %q", name, lines, want)
		}
	}
}

func TestWhatAVendorAnsweredIsNotCalledOutOfReach(t *testing.T) {
	for cause, want := range map[reconcile.Cause]string{
		reconcile.CauseTimeout: "No contact with Acme GmbH: no answer came in time.", reconcile.CauseHere: "No contact with Acme GmbH: this computer could not sign or save.",
		reconcile.CauseBusy: "Acme GmbH answered: the service is busy and asks us to come later.", reconcile.CauseWaiting: "Acme GmbH answered: a person at the vendor decides first.",
		reconcile.CauseDeclined: "Acme GmbH answered: the vendor said no, and the answer says why.",
	} {
		b := askingBench(t, contacted(quietFacts(), acmeContact()))
		for changes, also := range []string{want + " Nothing changed.", "1 change came in. " + want} {
			b.desk.sync = func(_ context.Context, root string) (reconcile.Contact, error) {
				c := changedContact()
				c.Root, c.Cause, c.Changes = root, cause, c.Changes[:changes]
				return c, nil
			}
			b.w.checkNow([]string{acmeRoot})
			b.run()
			b.mustSay(also)
		}
	}
}

func TestCheckNowRunsBesideEverythingAndCanBeStopped(t *testing.T) {
	var work []func()
	d := &testDesk{}
	e := contacted(quietFacts(), acmeContact())
	b := open(t, e, benchOptions{desk: d, spawn: func(f func()) { work = append(work, f) }})
	run := func() { runAll(&work) }
	run()
	b.w.showContacts()
	run()
	var ctxEnded bool
	var why error
	d.sync = func(ctx context.Context, root string) (reconcile.Contact, error) {
		ctxEnded, why = ctx.Err() != nil, context.Cause(ctx)
		return reconcile.Contact{ID: "n", Root: root, Reason: reconcile.ReasonPerson, Cause: reconcile.CauseStopped}, nil
	}
	b.click("Check now")
	b.mustSay("Asking Acme GmbH …", "Stop")
	b.click("Check now") // a second press asks nobody twice
	b.goTo(secLicenses)  // the person goes on meanwhile
	b.mustSay("Asking Acme GmbH …")
	b.w.showContacts()
	b.click("Stop")
	run()
	if len(d.syncs) != 1 || !ctxEnded {
		t.Errorf("asked %q, stopped %v", d.syncs, ctxEnded)
	}
	if !errors.Is(why, reconcile.ErrByPerson) {
		t.Errorf("stopped since %v", why)
	}
	b.mustSay("Stopped. Nothing is lost.")
	b.mustNotSay("Asking Acme GmbH …")

	d.sync = nil
	b.click("Check now")
	run()
	b.mustSay("Everything is up to date.")
}

func TestQuittingDoesNotWaitForAContact(t *testing.T) {
	var work []func()
	d := &testDesk{}
	b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: d, spawn: func(f func()) { work = append(work, f) }})
	for _, f := range work {
		f()
	}
	work = nil
	ended := false
	d.sync = func(ctx context.Context, _ string) (reconcile.Contact, error) {
		ended = ctx.Err() != nil
		return reconcile.Contact{}, nil
	}
	b.w.checkNow([]string{acmeRoot})
	b.w.close()
	for _, f := range work {
		f()
	}
	if !ended {
		t.Error("the contact goes on after the window is closed")
	}
}

func TestTheKeyboardWalksThroughContacts(t *testing.T) {
	b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: &testDesk{}})
	b.goTo(secHelp)
	b.tabTo("contacts")
	b.press(fyne.KeyReturn)
	if b.focused() != "check" {
		t.Errorf("the keyboard begins at %q", b.focused())
	}
	b.tabTo("contact c-7")
	b.press(fyne.KeySpace)
	b.mustSay("until 14 Mar 2027 (was 14 Nov 2026)", "For support")
	b.tabTo("batch " + draftID)
	b.press(fyne.KeyReturn)
	b.mustSay("This is everything in the file about this computer and its use:")
	b.press(fyne.KeyEscape)
	b.mustSay("until 14 Mar 2027 (was 14 Nov 2026)") // still open
	b.tabTo("contact c-7")
	b.press(fyne.KeyReturn)
	b.mustNotSay("For support")
	b.press(fyne.KeyEscape)
	if here := b.w.trail.here().name; here != secHelp {
		t.Errorf("Esc leads to %q", here)
	}
}

func TestContactsCanRestForAnHourADayOrUntilADate(t *testing.T) {
	v := voiceIn(t, "en")
	for _, c := range []struct {
		choice int
		date   string
		want   time.Time
		wrong  string
	}{
		{pauseHour, "", clockAt(13, 0), ""},
		{pauseTomorrow, "", clockAt(24, 0), ""},
		{pauseDate, "24 Dec 2026", day("2026-12-24").Add(-12 * time.Hour), ""},
		{pauseDate, "yesterday", time.Time{}, wrongDate},
		{pauseDate, "2026-11-03", clockAt(12, 0), wrongPast},
	} {
		if got, wrong := v.pauseEnd(c.choice, c.date, clockAt(12, 0)); wrong != c.wrong || wrong == "" && !got.Equal(c.want) {
			t.Errorf("%d %q: %v %q", c.choice, c.date, got, wrong)
		}
	}
	d := &testDesk{}
	b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: d})
	b.w.showContacts()
	b.click("Pause until …")
	b.click("Until tomorrow")
	b.click("Pause")
	if !d.settings.Paused.Equal(clockAt(24, 0)) {
		t.Errorf("paused until %v", d.settings.Paused)
	}
	b.mustSay("Contacts are paused until tomorrow, 00:00.", "Contacts paused until tomorrow, 00:00", "Check now")
	b.click("Go on")
	if !d.settings.Paused.IsZero() {
		t.Error("still paused")
	}
	b.mustNotSay("Contacts paused until tomorrow, 00:00")
}

func TestWhatAContactChangedIsToldOnce(t *testing.T) {
	d := &testDesk{}
	b := open(t, contacted(updatedFacts(), acmeContact()), benchOptions{desk: d})
	b.mustSay("Your license was updated.", "AcmeCAD Pro until 14 March 2027 (was 14 November 2026). New: Sheet metal. Gone: Trial CAM.")
	if l := b.w.shown.Lines[0]; l.Tone != terms.ToneNotice {
		t.Errorf("something was taken away, and the tone is %q", l.Tone)
	}
	b.click("Your license was updated.")
	b.mustSay("What happened", "until 14 Mar 2027 (was 14 Nov 2026)", "Nothing. Wrong? Ask for a review.", "Write to the vendor")
	b.press(fyne.KeyEscape)
	b.mustNotSay("Your license was updated.")

	b = open(t, contacted(updatedFacts(), acmeContact()), benchOptions{desk: &testDesk{bareDesk: bareDesk{settings: d.settings}}})
	b.mustNotSay("Your license was updated.") // the next start does not tell it again
	newer := updatedFacts()
	newer.News[0].Slots["date"] = clockAt(11, 0)
	b = open(t, contacted(newer, acmeContact()), benchOptions{desk: &testDesk{bareDesk: bareDesk{settings: d.settings}}})
	b.mustSay("Your license was updated.") // another one is told
}

func TestTheFooterLeadsToContactsAndSaysWhatIsOff(t *testing.T) {
	v := voiceIn(t, "en")
	texts := func(c licensing.ContactView, f contactsFetched) string {
		var out []string
		for _, p := range v.contactParts(contacted(quietFacts(), c).Snapshot(), f) {
			out = append(out, p.Text)
		}
		return strings.Join(out, " · ")
	}
	running := acmeContact()
	running.Plan.Running = true
	late := acmeContact()
	late.OK = clockAt(9, 30)
	for _, c := range []struct{ got, want string }{
		{texts(acmeContact(), contactsFetched{}), "Last contact 2 Nov 2026, 12:00"},
		{texts(late, contactsFetched{}), "Last contact 3 Nov 2026, 09:30"},
		{texts(running, contactsFetched{}), "Asking Acme GmbH …"},
		{texts(acmeContact(), contactsFetched{asks: map[string]bool{acmeRoot: true}}), "Asking Acme GmbH …"},
		{texts(notReached(reconcile.CauseDNS), contactsFetched{}), "Last contact 2 Nov 2026, 12:00"},
		{texts(notReached(reconcile.CauseProxy), contactsFetched{}), "Last contact 2 Nov 2026, 12:00 · Way to Acme GmbH blocked"},
		{texts(acmeContact(), contactsFetched{settings: Settings{Network: app.NetworkOff}}), "Last contact 2 Nov 2026, 12:00 · Network off"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: &testDesk{}})
	b.clickPrefix("Last contact ")
	b.mustSay("Contacts so far")
}

func TestCheckNowStandsBesideTheCheckInFileWhereAServiceCanBeAsked(t *testing.T) {
	d := &testDesk{}
	b := open(t, contacted(offlineEnding(), acmeContact()), benchOptions{desk: d})
	b.mustSay("Make a check-in file", "Ask now")
	b.oneMainButton()
	b.click("Ask now")
	if len(d.syncs) != 1 || d.syncs[0] != acmeRoot {
		t.Errorf("asked %q", d.syncs)
	}
	off := acmeContact()
	off.Plan = reconcile.Plan{Hold: reconcile.HoldOff}
	for name, c := range map[string]licensing.ContactView{"without a service": {Root: acmeRoot, Vendor: "Acme GmbH"}, "with the network off": off} {
		b := open(t, contacted(offlineEnding(), c), benchOptions{desk: d})
		b.mustSay("Make a check-in file")
		if b.hasButton("Ask now") {
			t.Errorf("%s: there is a button that asks nobody", name)
		}
	}
}

// runAll does what waits, and what that leaves to do.
func runAll(work *[]func()) {
	for len(*work) > 0 {
		f := (*work)[0]
		*work = (*work)[1:]
		f()
	}
}
