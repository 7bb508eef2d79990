package views

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// courier makes contacts between a computer and an office the way the carrier does, without a network.
type courier struct {
	testDesk
	w     *world
	cause reconcile.Cause // why the office is not reached; "" it is
	n     int
}

func (d *courier) SyncNow(ctx context.Context, root string) (reconcile.Contact, error) {
	d.n++
	here := d.w.here
	c := reconcile.Contact{
		ID: "c" + strconv.Itoa(d.n), At: d.w.now(), Reason: reconcile.ReasonPerson, Root: root, Host: "licenses.acme.example:443", Cause: d.cause, Class: reconcile.ClassGood,
	}
	call, ok, err := here.CheckInCall(ctx, root, false)
	if err != nil || !ok {
		return c, err
	}
	calls := []reconcile.Call{call}
	if batch, ok, err := here.UsageCall(ctx, root, 256<<10); err == nil && ok {
		calls = append(calls, batch)
	}
	for _, call := range calls {
		c.Sent = append(c.Sent, reconcile.Piece{What: call.What, ID: call.ID, Bytes: int64(len(call.Body)), Entries: call.Entries, Trace: call.Trace})
		if d.cause != "" {
			continue
		}
		answer := d.w.acme.answer(call.Body)
		got, err := here.TakeAnswer(ctx, root, call, answer)
		if err != nil {
			return c, err
		}
		c.Came = append(c.Came, reconcile.Piece{What: got.Kind, ID: call.ID, Bytes: int64(len(answer))})
		c.Changes, c.Drift = append(c.Changes, got.Changes...), append(c.Drift, got.Drift...)
	}
	return c, here.KeepContact(ctx, c)
}

func TestRealContactsAreMadeListedAndTold(t *testing.T) {
	w := newWorld(t)
	w.acme = newOffice(t, w.clock, "https://licenses.acme.example")
	sold := w.activated(counts)
	w.here.record("starts", 1)
	d := &courier{w: w}
	b := windowWith(w.here, benchOptions{desk: d})
	b.w.showContacts()
	b.mustSay("Acme GmbH", "licenses.acme.example", "None yet", "There was no contact yet.")
	b.click("Check now")
	b.mustSay("In contact", "Today, 12:00")
	snap := w.here.Snapshot()
	if got := snap.Contacts[0]; got.Last == nil || got.Last.Cause != "" || got.OK.IsZero() {
		t.Fatalf("%+v", got)
	}
	for _, s := range b.texts() {
		if plain.IsMissing(s) {
			t.Errorf("a text is missing: %s", s)
		}
	}

	// A renewal at the vendor's arrives, and is told once.
	w.pass(1)
	w.acme.renew(sold.Serial)
	until := b.w.snap.Verdict.Products[0].LicenseEnds
	b.click("Check now")
	if now := b.w.snap.Verdict.Products[0].LicenseEnds; !now.After(until) {
		t.Fatalf("the renewal did not arrive: %v, was %v", now, until)
	}
	b.mustSay("1 change came in.", "(was "+b.w.v.short(until)+")")
	b.w.showHome()
	b.mustNotSay("New: AcmeCAD Pro")
	b.click("Your license was updated.")
	b.mustSay("Nothing. Wrong? Ask for a review.", "(was "+b.w.v.short(until)+")")
	b.press(fyne.KeyEscape)
	b.mustNotSay("Your license was updated.")

	// The way is blocked: the verdict is as before, on every page.
	before, verdict := b.w.shown.Banner, b.w.snap.Verdict.Products
	d.cause = reconcile.CauseCaptive
	b.w.showContacts()
	b.click("Check now")
	b.mustSay("Blocked", "No contact with Acme GmbH: a sign-in page answered instead. Nothing changed.", "Show IT this: licenses.acme.example, port 443")
	if !reflect.DeepEqual(b.w.snap.Verdict.Products, verdict) {
		t.Error("the verdict changed")
	}
	b.w.showHome()
	if !reflect.DeepEqual(b.w.shown.Banner, before) {
		t.Errorf("the banner changed: %+v", b.w.shown.Banner)
	}
	b.mustSay("Something blocks the way to Acme GmbH.")
	log, err := w.here.ContactLog(context.Background(), "", 0)
	if err != nil || len(log) != 3 || log[0].Cause != reconcile.CauseCaptive {
		t.Fatalf("%+v, %v", log, err)
	}
	sent := func(c reconcile.Contact) bool {
		return slices.ContainsFunc(c.Sent, func(p reconcile.Piece) bool { return p.What == string(exchange.KindUsage) && p.Entries > 0 })
	}
	if !sent(log[2]) || sent(log[1]) {
		t.Error("usage was sent not at all, or twice")
	}
	if f := w.here.Snapshot().Contacts[0].Finding; f.State != terms.StateContactBlocked {
		t.Errorf("the state is %q", f.State)
	}
}
