package views

import (
	"context"
	"slices"
	"time"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// contacting is the part of the fake engine about contacts.
type contacting struct {
	views []licensing.ContactView
	log   []reconcile.Contact
	fail  error // of ContactLog
}

func (f *fake) ContactLog(_ context.Context, root string, limit int) ([]reconcile.Contact, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []reconcile.Contact
	for _, c := range f.contacts.log {
		if (root == "" || c.Root == root) && (limit == 0 || len(out) < limit) {
			out = append(out, c)
		}
	}
	return out, f.contacts.fail
}

func (f *fake) SentUsage(ctx context.Context, id string) (licensing.UsageDraft, error) {
	d, err := f.DraftUsage(ctx, licensing.UsageOptions{Vendor: acmeRoot})
	d.ID = id
	return d, err
}

// clockAt is a time of day of the fixtures' today, 3 November 2026.
func clockAt(hour, minute int) time.Time { return time.Date(2026, 11, 3, hour, minute, 0, 0, time.UTC) }

// acmeContact is how contacts with Acme stand: in order, the next one planned.
func acmeContact() licensing.ContactView {
	last := changedContact()
	return licensing.ContactView{
		Root: acmeRoot, Vendor: "Acme GmbH", Host: "licenses.acme.example", OK: last.At, Last: &last,
		Plan: reconcile.Plan{At: clockAt(16, 40), Reason: reconcile.ReasonDate},
	}
}

// notReached is acmeContact after a try that did not come through.
func notReached(cause reconcile.Cause) licensing.ContactView {
	c := acmeContact()
	last := reconcile.Contact{
		ID: "c-9", At: clockAt(11, 20), Took: 9 * time.Second, Reason: reconcile.ReasonDate, Root: acmeRoot, Host: "licenses.acme.example:443", Cause: cause,
		Class: reconcile.ClassNone, Before: 3, Sent: []reconcile.Piece{{What: "checkin", ID: "r-9", Bytes: 812}},
	}
	state := terms.StateNoContact
	if cause.Blocked() {
		state, last.Class = terms.StateContactBlocked, reconcile.ClassBlocked
	}
	c.Last = &last
	c.Plan = reconcile.Plan{At: clockAt(12, 25), Reason: reconcile.ReasonRetry}
	c.Finding = terms.NewProblem(state, terms.Slots{"vendor": c.Vendor, "host": "licenses.acme.example", "plain_cause": string(cause), "time": last.At}, nil).Finding
	return c
}

// changedContact brought a renewal, a new part and an end.
func changedContact() reconcile.Contact {
	return reconcile.Contact{
		ID: "c-7", At: day("2026-11-02").Add(-106 * time.Minute), Took: 420 * time.Millisecond, Reason: reconcile.ReasonDate, Root: acmeRoot,
		Host: "licenses.acme.example:443", Class: reconcile.ClassGood,
		Sent: []reconcile.Piece{
			{What: "checkin", ID: "r-7", Bytes: 2212, Wire: 904, Trace: "t-7c41a2"},
			{What: "usage", ID: draftID, Bytes: 98304, Wire: 31744, Entries: 1204, Trace: "t-7c41a3"},
		},
		Came: []reconcile.Piece{{What: "license", Bytes: 6144, Wire: 2310, Trace: "t-7c41a2"}, {What: "receipt", Bytes: 1180, Trace: "t-7c41a3"}},
		Changes: []reconcile.Change{
			{Sign: "+", Code: "until", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2027-03-14"), Was: endOf("2026-11-14")},
			{Sign: "+", Code: "feature", Product: "acmecad", Name: terms.Plain("Sheet metal"), New: true},
			{Sign: "-", Code: "removed", Product: "acmecad", Name: terms.Plain("Trial CAM")},
		},
		Drift: []reconcile.Drift{{Code: "receipt_missing", Subject: ledgerID, Here: "93", There: "214", Corrected: true}},
	}
}

// updatedFacts are quietFacts after a contact that changed something.
func updatedFacts() terms.Facts {
	f := quietFacts()
	f.News = []terms.Finding{{State: terms.StateUpdated, Tone: terms.ToneNotice, Slots: terms.Slots{
		"vendor": "Acme GmbH", "date": changedContact().At, "n": 3, "changed": changedContact().Changes[:1], "gained": []terms.Text{terms.Plain("Sheet metal")},
		"lost": []terms.Text{terms.Plain("Trial CAM")},
	}}}
	return f
}

// acmeLog are contacts of a week, newest first.
func acmeLog() []reconcile.Contact {
	at := func(s string, c reconcile.Contact) reconcile.Contact {
		c.At, c.Root = day(s), acmeRoot
		return c
	}
	quiet := []reconcile.Piece{{What: "checkin", Bytes: 812, Wire: 640}}
	return []reconcile.Contact{
		changedContact(),
		at("2026-11-01", reconcile.Contact{
			ID: "c-6", Reason: reconcile.ReasonRetry, Host: "licenses.acme.example:443", Class: reconcile.ClassCaptive, Cause: reconcile.CauseCaptive, Before: 4,
			Took: 1400 * time.Millisecond, Sent: quiet,
		}),
		at("2026-10-31", reconcile.Contact{
			ID: "c-5", Reason: reconcile.ReasonWindow, Class: reconcile.ClassSlow, Took: 12 * time.Second, Host: "licenses.acme.example:443", Essential: true, Sent: quiet,
			Came: []reconcile.Piece{{What: "standing", Bytes: 402}},
		}),
		at("2026-10-30", reconcile.Contact{
			ID: "c-4", Reason: reconcile.ReasonNetwork, Cause: reconcile.CauseBusy, RetryAt: day("2026-10-30").Add(2 * time.Hour), Took: 80 * time.Millisecond, Sent: quiet,
			Host: "licenses.acme.example:443", Class: reconcile.ClassGood,
		}),
		at("2026-10-29", reconcile.Contact{ID: "c-3", Reason: reconcile.ReasonPerson, Cause: reconcile.CauseWaiting, Sent: []reconcile.Piece{{What: "moretime", Bytes: 1900}}, Host: "licenses.acme.example:443", Class: reconcile.ClassGood}),
		at("2026-10-28", reconcile.Contact{ID: "c-2", Reason: reconcile.ReasonPerson, Cause: reconcile.CauseStopped}),
		at("2026-10-27", reconcile.Contact{ID: "c-1", Reason: reconcile.ReasonStart, Took: 96 * time.Millisecond, Class: reconcile.ClassGood, Host: "licenses.acme.example:443", Sent: quiet, Came: []reconcile.Piece{{What: "standing", Bytes: 402}}}),
	}
}

// northContact is a vendor without a service.
func northContact() licensing.ContactView {
	return licensing.ContactView{Root: northRoot, Vendor: "Nordlicht Audio", Plan: reconcile.Plan{Hold: reconcile.HoldNoAddress}}
}

// contacted is an engine with contacts.
func contacted(f terms.Facts, views ...licensing.ContactView) *fake {
	e := newFake(f)
	e.contacts.views, e.contacts.log = views, acmeLog()
	return e
}

// contactScenes are the pages about contacts, and what other pages say of them.
func contactScenes() []scene { return slices.DeleteFunc(allContactScenes(), paintedOnly) }

func allContactScenes() []scene {
	with := func(change func(e *fake), to func(b *bench)) func(b *bench) {
		return func(b *bench) {
			b.engine.contacts.views, b.engine.contacts.log = []licensing.ContactView{acmeContact()}, acmeLog()
			if change != nil {
				change(b.engine)
			}
			b.engine.revision++
			b.w.reload()
			if to != nil {
				to(b)
			}
		}
	}
	contacts := func(b *bench) { b.w.showContacts() }
	network := func(change func(s *Settings)) func(b *bench) {
		return with(nil, func(b *bench) {
			b.w.change(func(s *Settings) { change(s) })
			b.w.showNetwork()
		})
	}
	wants := func(views ...licensing.ContactView) func(e *fake) {
		return func(e *fake) { e.contacts.views = views }
	}
	ending := func() terms.Facts {
		f := quietFacts()
		f.Licenses[0].License.Ends = endOf("2026-11-07")
		return f
	}
	return []scene{
		{"c1-contacts", quietFacts, with(nil, contacts)},
		{"c2-contact-details", quietFacts, with(nil, func(b *bench) { b.w.opened["c-7"], b.w.opened["c-6"] = true, true; contacts(b) })},
		{"c3-contacts-asking", quietFacts, with(func(e *fake) {
			e.contacts.views[0].Plan = reconcile.Plan{At: clockAt(12, 0), Reason: reconcile.ReasonPerson, Running: true}
		}, func(b *bench) { b.w.asks[acmeRoot] = &ask{stop: func(error) {}}; contacts(b) })},
		{"c4-contacts-blocked", quietFacts, with(wants(notReached(reconcile.CauseIntercepted)), contacts)},
		{"c5-contacts-not-reached", quietFacts, with(wants(notReached(reconcile.CauseDNS)), contacts)},
		{"c6-contacts-vendors", quietFacts, with(wants(acmeContact(), northContact()), contacts)},
		{"c7-contacts-none", quietFacts, with(func(e *fake) {
			e.contacts.views[0].OK, e.contacts.views[0].Last, e.contacts.log = time.Time{}, nil, nil
			e.contacts.views[0].Plan = reconcile.Plan{At: clockAt(12, 0), Reason: reconcile.ReasonStart}
		}, contacts)},
		{"c8-contacts-locked", lockedFacts, with(func(e *fake) { e.contacts.fail = terms.NewProblem(terms.StateKeychainLocked, nil, nil) }, contacts)},
		{"c9-contacts-empty", func() terms.Facts { return terms.Facts{Device: terms.Device{HintsMatch: true}} }, func(b *bench) { contacts(b) }},
		{"ca-contacts-off", quietFacts, with(func(e *fake) { e.contacts.views[0].Plan = reconcile.Plan{Hold: reconcile.HoldOff} }, func(b *bench) {
			b.w.change(func(s *Settings) { s.Network = app.NetworkOff })
			contacts(b)
		})},
		{"cb-contacts-paused", quietFacts, with(func(e *fake) {
			e.contacts.views[0].Plan = reconcile.Plan{At: day("2026-11-05"), Reason: reconcile.ReasonDate, Paused: true}
		}, func(b *bench) { b.w.pauseUntil(day("2026-11-05")); contacts(b) })},
		{"cc-contacts-pause", quietFacts, with(nil, func(b *bench) { contacts(b); b.clickID("contacts.pause") })},
		{"cd-overview-updated", updatedFacts, with(nil, nil)},
		{"ce-updated", updatedFacts, with(nil, func(b *bench) { b.w.read(b.w.snap.Verdict.Others[0]) })},
		{"cf-overview-not-reached", ending, with(wants(notReached(reconcile.CauseTimeout)), nil)},
		{"cg-overview-blocked", quietFacts, with(func(e *fake) {
			e.contacts.views, e.contacts.log = []licensing.ContactView{notReached(reconcile.CauseCaptive)}, nil
		}, nil)},
		{"ch-overview-online", offlineEnding, with(nil, nil)},
		{"ci-overview-sending", usageFacts, with(func(e *fake) { e.metered.usage, e.contacts.log = []licensing.UsageView{acmeUsage()}, nil }, nil)},
		{"cj-usage-online", usageFacts, with(func(e *fake) {
			e.metered.usage, e.metered.receipts = []licensing.UsageView{acmeUsage()}, acmeReceipts()
			e.metered.receipts[0].Receipt.Export = draftID
		}, func(b *bench) { b.w.settings.ToldSending = true; b.w.visit(b.w.usagePlace()) })},
		{"ck-usage-sent", usageFacts, with(func(e *fake) {
			e.metered.usage, e.metered.receipts = []licensing.UsageView{acmeUsage()}, acmeReceipts()
			e.metered.receipts[0].Receipt.Export = draftID
		}, func(b *bench) {
			b.w.settings.ToldSending = true
			b.w.visit(b.w.usagePlace())
			b.clickID("usage.tab.files")
		})},
		{"cl-usage-batch", meteredFacts, with(func(e *fake) { e.metered.usage = []licensing.UsageView{usageViewOf()} }, func(b *bench) { b.w.readBatch(draftID) })},
		{"cm-network", quietFacts, network(func(*Settings) {})},
		{"cn-network-windows", quietFacts, network(func(s *Settings) {
			s.Network, s.Times, s.Paused = app.NetworkWindows, "Mo-Fr 08:00-18:00, Sa 09:00-12:00", day("2026-11-05")
		})},
		{"co-network-proxy", quietFacts, with(nil, func(b *bench) {
			b.w.showNetwork()
			b.clickID("network.proxy.address")
		})},
		{"cp-network-locked", quietFacts, with(nil, func(b *bench) {
			b.w.o.Desk = &testDesk{locks: []string{"network", "times", "proxy", "ca", "hold_usage"}}
			b.w.settings.Network, b.w.settings.Times, b.w.settings.Proxy = app.NetworkWindows, "Mo-Fr 08:00-18:00", "http://proxy.example:3128"
			b.w.settings.CA = "/etc/ssl/example-corp.pem"
			b.w.showNetwork()
		})},
		{"cq-network-times", quietFacts, with(nil, func(b *bench) { b.w.showNetwork(); b.w.editTimes(0) })},
	}
}

// offlineEnding is a computer whose time without contact ends soon.
func offlineEnding() terms.Facts { return offlineFacts("2026-10-08") }
