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

// errandScenes are what a person sees who asks a vendor over the network.
func errandScenes() []scene { return slices.DeleteFunc(allErrandScenes(), paintedOnly) }

func allErrandScenes() []scene {
	online := func(b *bench, c licensing.ContactView) {
		b.engine.contacts.views = []licensing.ContactView{c}
		b.engine.revision++
		b.w.reload()
	}
	// asked asks for a license, and the contact ends as sync says; nil: it is still under way.
	asked := func(c licensing.ContactView, sync func(e *fake, d *testDesk)) func(b *bench) {
		return func(b *bench) {
			online(b, c)
			d, _ := b.w.o.Desk.(*testDesk)
			if d == nil {
				d = &testDesk{}
				b.w.o.Desk = d
			}
			if sync != nil {
				sync(b.engine, d)
			}
			o := licensing.RequestOptions{Vendor: acmeRoot, Key: "ACME-1"}
			b.w.request()
			if sync == nil {
				made, _ := b.engine.MakeRequest(context.Background(), o)
				b.w.asks[acmeRoot] = &ask{stop: func(error) {}}
				b.w.reload()
				b.w.visit(b.w.requestPlace(made, ""))
				return
			}
			b.w.sendNew(o, false, func(error) {})
		}
	}
	ends := func(cause reconcile.Cause) func(*fake, *testDesk) {
		return func(_ *fake, d *testDesk) { d.sync = fails(cause) }
	}
	off := acmeContact()
	off.Plan = reconcile.Plan{Hold: reconcile.HoldOff}
	paused := acmeContact()
	paused.Plan = reconcile.Plan{At: clockAt(33, 0), Reason: reconcile.ReasonRequest, Paused: true}
	unsaved := func() terms.Facts {
		f := waitingFacts()
		f.Requests[0].File = ""
		return f
	}
	return []scene{
		{"e1-request-online", withoutKey, func(b *bench) { online(b, acmeContact()); b.w.request() }},
		{"e2-request-off", withoutKey, func(b *bench) { online(b, off); b.w.request() }},
		{"e3-asking", withoutKey, asked(acmeContact(), nil)},
		{"e4-done", withoutKey, asked(acmeContact(), activates)},
		{"e5-no-answer", withoutKey, asked(notReached(reconcile.CauseTimeout), ends(reconcile.CauseTimeout))},
		{"e6-blocked", withoutKey, asked(notReached(reconcile.CauseProxy), ends(reconcile.CauseProxy))},
		{"e7-person", withoutKey, asked(acmeContact(), func(e *fake, d *testDesk) {
			d.sync = func(_ context.Context, root string) (reconcile.Contact, error) {
				return reconcile.Contact{ID: "w", At: clockAt(12, 0), Root: root, Cause: reconcile.CauseWaiting, Sent: []reconcile.Piece{{What: "activate", ID: "r1"}}}, nil
			}
		})},
		{"e8-waiting-online", unsaved, func(b *bench) { online(b, acmeContact()) }},
		{"e9-open-request", unsaved, func(b *bench) { online(b, paused); b.w.showRequest("r1") }},
		{"ea-away-online", offlineEnding, func(b *bench) {
			b.engine.away = func(time.Time) []licensing.Cover {
				return []licensing.Cover{{Vendor: acmeRoot, Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2026-11-07"), Most: endOf("2027-03-01"), Granted: true}}
			}
			online(b, acmeContact())
			b.w.moreTime()
		}},
		{"eb-checkin-no-answer", offlineEnding, func(b *bench) {
			online(b, notReached(reconcile.CauseIntercepted))
			b.w.o.Desk = &testDesk{sync: fails(reconcile.CauseIntercepted)}
			b.clickID("errand.ask")
		}},
		{"ec-first-online", func() terms.Facts { return terms.Facts{Device: terms.Device{HintsMatch: true}} }, func(b *bench) { b.clickID("first.online") }},
		{"ed-request-off-policy", withoutKey, func(b *bench) {
			b.w.o.Desk = &testDesk{locks: []string{"network"}, bareDesk: bareDesk{settings: Settings{Network: app.NetworkOff}}}
			online(b, off)
			b.w.request()
		}},
	}
}
