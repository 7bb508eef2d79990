package views

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// askBench is a window whose background work waits until it is run.
type askBench struct {
	*bench
	desk *testDesk
	work []func()
}

func askingBench(t *testing.T, e *fake) *askBench {
	t.Helper()
	a := &askBench{desk: &testDesk{}}
	a.bench = open(t, e, benchOptions{desk: a.desk, spawn: func(f func()) { a.work = append(a.work, f) }})
	a.run()
	return a
}

// run does the work that waits, and what follows from it.
func (a *askBench) run() {
	for len(a.work) > 0 {
		f := a.work[0]
		a.work = a.work[1:]
		f()
	}
}

// one does the first piece of work alone.
func (a *askBench) one() {
	f := a.work[0]
	a.work = a.work[1:]
	f()
}

// typeKey puts a license key into the form.
func (b *bench) typeKey(key string) {
	b.t.Helper()
	b.tabTo("key")
	for _, r := range key {
		b.w.canvas().Focused().TypedRune(r)
	}
}

// withoutKey is a computer that trusts Acme and has nothing from it.
func withoutKey() terms.Facts {
	f := acme()
	f.Vendors = f.Vendors[:1]
	return f
}

// activates lets the vendor give a license for the request that waits.
func activates(e *fake, d *testDesk) {
	d.sync = func(_ context.Context, root string) (reconcile.Contact, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		c := reconcile.Contact{ID: "now", At: clockAt(12, 0), Root: root, Reason: reconcile.ReasonPerson, Host: "licenses.acme.example:443"}
		for i := range e.facts.Requests {
			r := &e.facts.Requests[i]
			r.State = terms.RequestAnswered
			c.Sent = append(c.Sent, reconcile.Piece{What: r.Kind, ID: r.ID, Bytes: 2000})
		}
		h := held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14"))
		h.License.KeyHash = "k"
		e.facts.Licenses = []terms.Held{h}
		c.Changes = []reconcile.Change{{Sign: "+", Code: "product", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), New: true, Until: endOf("2027-03-14")}}
		e.revision++
		return c, nil
	}
}

func TestALicenseKeyIsActivatedAtOnce(t *testing.T) {
	e := contacted(withoutKey(), acmeContact())
	b := askingBench(t, e)
	activates(e, b.desk)
	b.w.request()
	b.mustSay("Ask for a license", "Activate now", "Make the request file")
	b.oneMainButton()
	b.typeKey("ACME-1")
	b.press(fyne.KeyEnter) // the main button
	b.one()                // the request is made
	b.mustSay("Asking Acme GmbH for your license …", "Your request is on its way to licenses.acme.example.", "Asking Acme GmbH …", "Cancel", "tulip-orbit-47")
	b.oneMainButton()
	b.press(fyne.KeyEnter) // nothing to press twice
	if len(e.requests) != 1 || e.requests[0].Key != "ACME-1" || len(b.desk.syncs) != 0 {
		t.Fatalf("requests %+v, asked %q", e.requests, b.desk.syncs)
	}
	b.run()
	if len(b.desk.syncs) != 1 {
		t.Errorf("asked %q", b.desk.syncs)
	}
	b.mustSay("Done. You can work, also offline, until 14 March 2027.", "Acme GmbH answered today, 12:00.", "What changed", "AcmeCAD Pro", "Done")
	b.mustNotSay("Asking Acme GmbH …", "1 change came in.")
	if b.focused() != "done" {
		t.Errorf("the focus is on %q", b.focused())
	}
	b.press(fyne.KeyReturn)
	if here := b.w.trail.here().name; here != secOverview {
		t.Errorf("Done leads to %q", here)
	}
	b.mustSay("Remind me before dates matter")
}

func TestAnAnswerThatCameJustBeforeSaysWhatItChanged(t *testing.T) {
	for name, last := range map[string]bool{"the contact that was asked for": false, "another one": true} {
		e := contacted(withoutKey(), acmeContact())
		b := askingBench(t, e)
		activates(e, b.desk)
		takes := b.desk.sync
		b.desk.sync = func(ctx context.Context, root string) (reconcile.Contact, error) { // the request left with a contact that made itself
			c, err := takes(ctx, root)
			c.ID, c.At = "itself", clockAt(11, 59)
			e.mu.Lock()
			defer e.mu.Unlock()
			now := reconcile.Contact{ID: "now", At: clockAt(12, 0), Root: root, Sent: []reconcile.Piece{{What: "checkin", ID: "call"}}}
			e.contacts.log = []reconcile.Contact{now, c}
			if last { // which did not come through, and changes nothing
				v := acmeContact()
				v.Last = &reconcile.Contact{ID: "after", At: clockAt(12, 1), Root: root, Cause: reconcile.CauseTimeout}
				e.contacts.views = []licensing.ContactView{v}
			}
			return now, err
		}
		b.w.request()
		b.typeKey("ACME-1")
		b.click("Activate now")
		b.run()
		b.mustSay("Done. You can work, also offline, until 14 March 2027.", "Acme GmbH answered today, 11:59.", "What changed", "AcmeCAD Pro")
		b.w.renewContacts()
		b.run()
		b.mustSay("Acme GmbH answered today, 11:59.", "What changed")
		if t.Failed() {
			t.Log(name)
		}
	}
}

// fails lets contacts end with a cause.
func fails(cause reconcile.Cause) func(context.Context, string) (reconcile.Contact, error) {
	return func(_ context.Context, root string) (reconcile.Contact, error) {
		return reconcile.Contact{ID: "no", At: clockAt(12, 0), Root: root, Reason: reconcile.ReasonPerson, Host: "licenses.acme.example:443", Cause: cause}, nil
	}
}

func TestAContactThatDoesNotComeThroughSaysWhyAndTheRequestWaits(t *testing.T) {
	v := voiceIn(t, "en")
	for _, cause := range causes {
		if cause == reconcile.CauseDeclined || cause == reconcile.CauseWaiting || cause == reconcile.CauseStopped {
			continue
		}
		e := contacted(withoutKey(), notReached(cause))
		b := askingBench(t, e)
		b.desk.sync = fails(cause)
		b.w.request()
		b.typeKey("ACME-1")
		b.click("Activate now")
		b.run()
		b.mustSay("No answer from Acme GmbH yet. Your request waits.", "Today, 12:00: "+v.ContactCause(reconcile.Contact{Cause: cause})+".", "Try again", "Save the file",
			"It goes to licenses.acme.example by itself. Next try: today about 12:25.")
		b.oneMainButton()
		if want := plain.ContactSetting(cause) != ""; b.hasButton("Network settings") != want {
			t.Errorf("%s: network settings are offered: %v", cause, !want)
		}
		if b.hasButton("Copy for IT") != cause.Blocked() {
			t.Errorf("%s: what IT has to know", cause)
		}
		activates(e, b.desk)
		b.press(fyne.KeyReturn)
		b.mustSay("Asking Acme GmbH for your license …")
		b.run()
		b.mustSay("Done. You can work, also offline, until 14 March 2027.")
		if len(e.requests) != 1 {
			t.Errorf("%s: %d requests", cause, len(e.requests))
		}
	}
}

func TestTheFixOfAWayThatFailedIsSaidWhereAPersonMayDoIt(t *testing.T) {
	for cause, want := range map[reconcile.Cause]string{
		reconcile.CauseProxy: "", reconcile.CauseProxyAway: "holdfast settings set proxy", reconcile.CauseIntercepted: "holdfast settings set ca",
		reconcile.CauseCAFile: "holdfast settings set ca",
	} {
		for _, locks := range [][]string{nil, {"proxy", "ca"}} {
			if locks != nil {
				want = "Your organization set that."
			}
			c := notReached(cause)
			c.Last.Detail = reconcile.Detail{Proxy: "proxy.example:3128", File: "/etc/ca.pem"}
			b := open(t, contacted(acme(), c), benchOptions{desk: &testDesk{locks: locks}})
			e := errand{root: acmeRoot, kind: exchange.RequestCheckin, contact: *c.Last}
			m := b.w.v.errand(b.w.snap, e, b.w.contactFacts(nil))
			if m.Open.Settings != (locks == nil) || !strings.Contains(m.Open.Banner.Answers.Do, want) {
				t.Errorf("%s, locked %v: settings %v, do %q", cause, locks, m.Open.Settings, m.Open.Banner.Answers.Do)
			}
			ask := ""
			switch {
			case cause == reconcile.CauseProxyAway:
				ask = "proxy.example:3128"
			case cause.Blocked():
				ask = "licenses.acme.example, port 443"
			}
			x := b.w.v.contactVendor(c, b.w.snap.Verdict.At, b.w.contactFacts(nil), true)
			if m.Open.Ask != ask || x.Ask != ask || !strings.Contains(strings.Join(x.Notes, " "), want) {
				t.Errorf("%s: IT is shown %q and %q, notes %q", cause, m.Open.Ask, x.Ask, x.Notes)
			}
		}
	}
}

func TestAskingIsCancelledAndTheRequestWaits(t *testing.T) {
	for name, stop := range map[string]func(b *askBench){
		"Cancel": func(b *askBench) { b.click("Cancel") }, "Esc": func(b *askBench) { b.press(fyne.KeyEscape) },
	} {
		e := contacted(withoutKey(), acmeContact())
		b := askingBench(t, e)
		var ended bool
		b.desk.sync = func(ctx context.Context, root string) (reconcile.Contact, error) {
			ended = ctx.Err() != nil
			return reconcile.Contact{ID: "x", Root: root, Cause: reconcile.CauseStopped}, ctx.Err()
		}
		b.w.request()
		b.typeKey("ACME-1")
		b.click("Activate now")
		b.one()
		stop(b)
		b.run()
		if !ended {
			t.Errorf("%s: the contact goes on", name)
		}
		b.mustSay("Stopped. Nothing is lost.", "Your request file is ready.", "Send now", "Next try: today about 16:40.")
		b.oneMainButton()
		b.press(fyne.KeyEscape)
		if here := b.w.trail.here().name; here != secOverview {
			t.Errorf("%s: Esc leads to %q", name, here)
		}
	}
}

func TestCancelOnThePageOfOneVendorLeavesTheOthersAsked(t *testing.T) {
	e := contacted(offlineEnding(), acmeContact())
	b := askingBench(t, e)
	ended := map[string]bool{}
	b.desk.sync = func(ctx context.Context, root string) (reconcile.Contact, error) {
		c := reconcile.Contact{ID: "x" + root, Root: root}
		if ended[root] = ctx.Err() != nil; ended[root] {
			c.Cause = reconcile.CauseStopped
		}
		return c, ctx.Err()
	}
	b.w.checkNow([]string{acmeRoot, northRoot})
	b.click("Ask now") // joins what is under way
	b.mustSay("Asking Acme GmbH for a fresh answer …")
	b.click("Cancel")
	b.one() // the other one is not waited for
	b.mustSay("Stopped. Nothing is lost.", "Ask now")
	if b.w.asks[acmeRoot] != nil || b.w.asks[northRoot] == nil {
		t.Errorf("asked still: %v", b.w.asks)
	}
	b.run()
	if !ended[acmeRoot] || ended[northRoot] || len(b.desk.syncs) != 2 || len(b.w.asks) != 0 {
		t.Errorf("ended %v, asked %q", ended, b.desk.syncs)
	}
}

func TestWhatTheVendorRefusesIsItsOwnState(t *testing.T) {
	for _, refusal := range []terms.Refusal{
		{Code: "device_limit", At: clockAt(12, 0), Places: 2},
		{Code: "key_unknown", At: clockAt(12, 0), Reason: terms.Plain("We do not know this key."), Ref: "A-7"},
	} {
		e := contacted(withoutKey(), acmeContact())
		b := askingBench(t, e)
		b.desk.sync = func(_ context.Context, root string) (reconcile.Contact, error) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.facts.Requests[0].State, e.facts.Requests[0].Refusal = terms.RequestRefused, &refusal
			e.revision++
			return reconcile.Contact{
				ID: "now", At: clockAt(12, 0), Root: root, Cause: reconcile.CauseDeclined, Sent: []reconcile.Piece{{What: "activate", ID: e.facts.Requests[0].ID}},
			}, nil
		}
		b.w.request()
		b.typeKey("ACME-1")
		b.click("Activate now")
		b.run()
		b.mustShow(b.say(b.w.snap.Verdict.Main))
		b.mustNotSay("was not reached")
		if len(b.desk.syncs) != 1 {
			t.Errorf("%s: asked %q", refusal.Code, b.desk.syncs)
		}
	}
}

func TestWhatAPersonAtTheVendorDecidesIsAskedForAgain(t *testing.T) {
	c := acmeContact()
	e := contacted(offlineEnding(), c)
	e.away = func(until time.Time) []licensing.Cover {
		return []licensing.Cover{{Vendor: acmeRoot, Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2026-11-07")}}
	}
	b := askingBench(t, e)
	b.desk.sync = func(_ context.Context, root string) (reconcile.Contact, error) {
		return reconcile.Contact{ID: "w", At: clockAt(12, 0), Root: root, Cause: reconcile.CauseWaiting, Sent: []reconcile.Piece{{What: "moretime", ID: "r1"}}}, nil
	}
	b.w.moreTime()
	b.run()
	b.mustSay("Ask now, or make the request file. A person at the vendor decides about it.", "Ask now", "Make the request file")
	b.oneMainButton()
	b.click("Ask now")
	b.run()
	if len(e.requests) != 1 || e.requests[0].Kind != exchange.RequestMoreTime {
		t.Fatalf("%+v", e.requests)
	}
	b.mustSay("More time from Acme GmbH", "A person at Acme GmbH decides first.", "Your request arrived today, 12:00.", "Nothing. Holdfast asks again by itself.", "Ask again")
	if b.focused() != "done" {
		t.Errorf("the focus is on %q", b.focused())
	}
	// It was granted meanwhile, by a contact that made itself: the page changes to that.
	e.facts.Requests[0].State = terms.RequestAnswered
	c.Last = &reconcile.Contact{ID: "later", At: clockAt(13, 0), Root: acmeRoot, Sent: []reconcile.Piece{{What: "moretime", ID: "r1"}}}
	e.contacts.views = []licensing.ContactView{c}
	for i := range e.facts.Licenses {
		e.facts.Licenses[i].License.Policy.Offline.Window = terms.Days(90)
	}
	e.revision++
	b.w.reload()
	b.run()
	b.mustSay("Done. You got more time, until", "Acme GmbH answered today, 13:00.")
}

func TestACheckInIsAskedForInPlaceAndLeavesNoRequest(t *testing.T) {
	e := contacted(offlineEnding(), acmeContact())
	b := askingBench(t, e)
	b.desk.sync = fails(reconcile.CauseTimeout)
	b.click("Ask now")
	b.mustSay("Asking Acme GmbH for a fresh answer …", "A check-in is on its way to licenses.acme.example.")
	b.run()
	b.mustSay("No answer from Acme GmbH yet.", "Today, 12:00: no answer came in time.", "Try again", "Make a check-in file")
	b.oneMainButton()
	b.desk.sync = func(_ context.Context, root string) (reconcile.Contact, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.facts.Contact = map[string]time.Time{root: clockAt(12, 0)}
		e.facts.Lower = map[string]time.Time{root: clockAt(12, 0)}
		e.revision++
		return reconcile.Contact{ID: "now", At: clockAt(12, 0), Root: root, Sent: []reconcile.Piece{{What: "checkin", ID: "call"}}}, nil
	}
	b.click("Try again")
	b.run()
	b.mustSay("Done. You can work, also offline, until", "offline time begins anew")
	if len(e.requests) != 0 || len(b.desk.syncs) != 2 {
		t.Errorf("requests %+v, asked %q", e.requests, b.desk.syncs)
	}
}

func TestACheckInThatTheVendorDidNotTakeIsNotDone(t *testing.T) {
	f := acme()
	f.Requests = []terms.Request{{
		ID: "first", Kind: exchange.RequestCheckin, Vendor: acmeRoot, Created: clockAt(9, 0), Until: day("2026-12-31"), State: terms.RequestRefused,
		Refusal: &terms.Refusal{Code: "not_ours", At: clockAt(9, 1), Reason: terms.Plain("We do not know this computer."), Ref: "A-7"},
	}}
	e := errand{root: acmeRoot, kind: exchange.RequestCheckin, contact: reconcile.Contact{
		ID: "c2", At: clockAt(12, 0), Root: acmeRoot, Cause: reconcile.CauseDeclined, Sent: []reconcile.Piece{{What: exchange.RequestCheckin, ID: "second"}},
	}}
	// The same refusal again leaves no request of its own: the one that stands is shown.
	b := open(t, contacted(f, acmeContact()), benchOptions{desk: &testDesk{}})
	m := b.w.v.errand(b.w.snap, e, contactsFetched{})
	if m.Phase != errandRefused || m.Refusal.Over || m.Refusal.Banner.Answers != b.say(b.w.snap.Verdict.Main) {
		t.Errorf("declined again: phase %d, %+v", m.Phase, m.Refusal)
	}
	f.Requests = nil
	b = open(t, contacted(f, acmeContact()), benchOptions{desk: &testDesk{}})
	if m = b.w.v.errand(b.w.snap, e, contactsFetched{}); m.Phase != errandOpen || m.Open.Banner.Answers.Headline != "Acme GmbH said no." {
		t.Errorf("no refusal is known: phase %d, %+v", m.Phase, m.Open.Banner)
	}
	e.contact.Cause = reconcile.CauseWaiting
	if m = b.w.v.errand(b.w.snap, e, contactsFetched{}); m.Phase != errandOpen || m.Open.Banner.Answers.Headline != "A person at Acme GmbH decides first." {
		t.Errorf("a person decides: phase %d, %+v", m.Phase, m.Open.Banner)
	}
}

func TestWhoLeavesThePageIsToldWhatCame(t *testing.T) {
	e := contacted(withoutKey(), acmeContact())
	b := askingBench(t, e)
	activates(e, b.desk)
	b.w.request()
	b.typeKey("ACME-1")
	b.click("Activate now")
	b.one()
	b.goTo(secHelp)
	b.run()
	b.mustSay("1 change came in.")
}

func TestARequestMadeWhileAContactWasUnderWayGoesWithAnother(t *testing.T) {
	e := contacted(withoutKey(), acmeContact())
	b := askingBench(t, e)
	b.w.checkNow([]string{acmeRoot}) // this contact ends without it
	first := b.work
	b.work = nil
	b.w.request()
	b.typeKey("ACME-1")
	b.click("Activate now")
	b.one()
	b.mustSay("Asking Acme GmbH for your license …")
	b.desk.sync = func(_ context.Context, root string) (reconcile.Contact, error) {
		activates(e, b.desk)
		return reconcile.Contact{ID: "old", At: clockAt(12, 0), Root: root, Sent: []reconcile.Piece{{What: "checkin", ID: "call"}}}, nil
	}
	b.work = append(first, b.work...)
	b.run()
	b.mustSay("Done. You can work, also offline, until 14 March 2027.")
	if len(b.desk.syncs) != 2 {
		t.Errorf("asked %q", b.desk.syncs)
	}
}

func TestHowARequestGoesIsSaidForEverySetting(t *testing.T) {
	at := clockAt(12, 0)
	locked := app.Source{From: app.FromLocked, Org: "Example Corp"}
	for _, c := range []struct {
		plan   reconcile.Plan
		source app.Source
		want   string
	}{
		{reconcile.Plan{At: clockAt(16, 41)}, locked, "It goes to licenses.acme.example by itself. Next try: today about 16:40."},
		{reconcile.Plan{At: at}, app.Source{}, "It goes to licenses.acme.example by itself, any moment now."},
		{reconcile.Plan{}, app.Source{}, "It goes to licenses.acme.example by itself with the next contact."},
		{reconcile.Plan{At: at, Running: true}, app.Source{}, "It goes to licenses.acme.example by itself with the next contact."},
		{reconcile.Plan{At: clockAt(33, 0), Paused: true}, app.Source{}, "It goes to licenses.acme.example by itself, tomorrow about 09:00. You paused contacts until then."},
		{reconcile.Plan{At: clockAt(32, 0), Outside: true}, app.Source{}, "It goes to licenses.acme.example by itself, tomorrow about 08:00, when the next time window begins."},
		{reconcile.Plan{Hold: reconcile.HoldManual}, app.Source{}, "It goes to licenses.acme.example when you ask. Nothing is sent by itself."},
		{reconcile.Plan{Hold: reconcile.HoldNobody}, app.Source{}, "It goes to licenses.acme.example with the next contact. None is planned at the moment."},
		{reconcile.Plan{Hold: reconcile.HoldOff}, app.Source{}, "The network is switched off for Holdfast. The request file does the same."},
		{reconcile.Plan{Hold: reconcile.HoldOff}, locked, "The network is switched off for Holdfast. The request file does the same. Set by Example Corp."},
	} {
		view := acmeContact()
		view.Plan = c.plan
		if got := voiceIn(t, "en").goes(view, at, c.source); got != c.want {
			t.Errorf("%+v: %q, want %q", c.plan, got, c.want)
		}
	}
	if got := voiceIn(t, "en").goes(northContact(), at, locked); got != "" {
		t.Errorf("without a service: %q", got)
	}
}

func TestNoButtonAsksWhereNobodyCanBeAsked(t *testing.T) {
	off := acmeContact()
	off.Plan = reconcile.Plan{Hold: reconcile.HoldOff}
	for name, c := range map[string]struct {
		view     licensing.ContactView
		locks    []string
		settings bool
	}{
		"network off": {off, nil, true}, "network off by policy": {off, []string{"network"}, false},
		"no address": {licensing.ContactView{Root: acmeRoot, Vendor: "Acme GmbH", Plan: reconcile.Plan{Hold: reconcile.HoldNoAddress}}, nil, false},
	} {
		b := open(t, contacted(waitingFacts(), c.view), benchOptions{desk: &testDesk{locks: c.locks}})
		for _, page := range []func(){func() { b.w.showHome() }, func() { b.w.showRequest("r1") }, func() { b.w.form.Vendor = acmeRoot; b.w.requestOnline() }} {
			page()
			for _, label := range []string{"Send now", "Ask now", "Activate now"} {
				if b.hasButton(label) {
					t.Errorf("%s: %q is offered on %s", name, label, b.w.trail.here().name)
				}
			}
			if b.w.trail.here().name != secOverview && b.hasButton("Network settings") != c.settings {
				t.Errorf("%s: network settings on %s", name, b.w.trail.here().name)
			}
			b.oneMainButton()
		}
	}
}

func TestAWaitingRequestSaysWhyTheLastTryDidNotGetThrough(t *testing.T) {
	f := waitingFacts()
	f.Requests[0].File = ""
	b := open(t, contacted(f, notReached(reconcile.CauseRefused)), benchOptions{desk: &testDesk{}})
	b.mustSay("Last try: today, 11:20: nobody answers at that address.", "It goes to licenses.acme.example by itself. Next try: today about 12:25.", "Good until")
}

func TestTheFormStaysWhereItIsWhenAKeyIsMissing(t *testing.T) {
	b := askingBench(t, contacted(withoutKey(), acmeContact()))
	b.w.request()
	b.mustSay("holdfast request activate --vendor acme --key-file - --now")
	at := func() fyne.Position {
		return fyne.CurrentApp().Driver().AbsolutePositionForObject(look.ByFocusKey(b.root(), "label").(fyne.CanvasObject))
	}
	before := at()
	b.click("Activate now")
	b.mustSay(b.w.v.t("request.key_missing"))
	if at() != before {
		t.Errorf("what stands below the key moves from %v to %v", before, at())
	}
	b.typeKey("ACME-1")
	if at() != before {
		t.Errorf("what stands below the key moves back to %v", at())
	}
}

func TestAWaitingRequestSaysOnTheOverviewThatItGoesByItself(t *testing.T) {
	f := waitingFacts()
	f.Requests[0].File = ""
	b := open(t, contacted(f, acmeContact()), benchOptions{desk: &testDesk{}})
	b.mustSay("It goes to licenses.acme.example by itself. Next try: today about 16:40.", "Send now", "Waiting")
	b.mustNotSay("Not saved yet")
	b.oneMainButton()
	b.click("Send now")
	if d := b.w.o.Desk.(*testDesk); !slices.Contains(d.syncs, acmeRoot) {
		t.Errorf("asked %q", d.syncs)
	}
	if here := b.w.trail.here().name; here != "request r1" {
		t.Errorf("Send now leads to %q", here)
	}
}

func TestAVendorThatIsTrustedIsAskedNext(t *testing.T) {
	e := contacted(terms.Facts{Device: terms.Device{HintsMatch: true}}, acmeContact())
	e.report = trustReport()
	e.report.Items[0].Root, e.report.Items[0].Vendor = acmeRoot, "Acme GmbH"
	after := withoutKey()
	e.after = &after
	b := open(t, e, benchOptions{desk: &testDesk{}})
	b.click("This computer is online")
	b.mustSay("Ask for a license", "First we need to know whom to ask.", "Choose a key or welcome file")
	b.w.Open([]string{"acme.hfkey"})
	b.click(b.w.v.t("trust.tick"))
	b.clickPrefix("Trust ")
	b.mustSay("Activate now", "License key")
	if here := b.w.trail.here().name; here != requestName {
		t.Errorf("trust leads to %q", here)
	}
}

func TestAllWordsOfErrandsAreThere(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		v := voiceIn(t, lang)
		for _, kind := range []string{exchange.RequestActivate, exchange.RequestCheckin, exchange.RequestRenew, exchange.RequestMoreTime} {
			for _, cause := range append(causes, "") {
				e := newFake(waitingFacts())
				r := openRequestOf("r1")
				r.Kind = kind
				x := errand{root: acmeRoot, kind: kind, made: e.made(r, false), contact: reconcile.Contact{ID: "x", At: clockAt(12, 0), Cause: cause}}
				e.contacts.views = []licensing.ContactView{acmeContact()}
				m := v.errand(e.Snapshot(), x, contactsFetched{})
				asking := v.errand(e.Snapshot(), x, contactsFetched{asks: map[string]bool{acmeRoot: true}})
				for _, a := range []plain.Answers{m.Open.Banner.Answers, asking.Banner.Answers} {
					if a.Headline == "" || a.Happened == "" || a.Works == "" || a.Do == "" || a.By == "" || plain.IsMissing(a.Headline) || plain.IsMissing(a.Happened) {
						t.Errorf("%s %s %q: %+v", lang, kind, cause, a)
					}
				}
			}
		}
	}
}
