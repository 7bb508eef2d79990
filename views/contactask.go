package views

import (
	"context"
	"slices"

	"holdfast/licensing"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// ask is a contact with one vendor that a person asked for. It runs beside everything else: they can go on, and stop it.
type ask struct {
	root    string
	ctx     context.Context // ends when it is stopped
	stop    context.CancelCauseFunc
	stopped bool
	errands []*errand // that wait for it
}

// asked is how one ended.
type asked struct {
	ask     *ask
	contact reconcile.Contact
	err     error
}

// checkNow asks vendors, one after the other. One that is asked already is left alone.
func (w *Window) checkNow(roots []string) { w.contact(roots) }

// contact is checkNow for errands: each is told how the contact with its vendor ended.
func (w *Window) contact(roots []string, errands ...*errand) {
	if !w.have {
		return
	}
	var todo []*ask
	for _, root := range roots {
		if w.asks[root] != nil {
			continue
		}
		a := &ask{root: root}
		a.ctx, a.stop = context.WithCancelCause(w.o.Interactive(context.Background()))
		for _, e := range errands {
			if e.root == root {
				a.errands = append(a.errands, e)
			}
		}
		w.asks[root] = a
		todo = append(todo, a)
	}
	if len(todo) == 0 {
		return
	}
	w.renewContacts()
	w.askNext(todo, nil)
}

// askNext makes the first contact of todo and then the others. ended are those before it.
func (w *Window) askNext(todo []*ask, ended []asked) {
	a := todo[0]
	w.work.quietly(func() func() {
		defer a.stop(nil)
		ctx, cancel := context.WithTimeout(a.ctx, 2*reconcile.Budget) // the contact ends within half of that, this is for its records
		defer cancel()
		x := asked{ask: a}
		x.contact, x.err = w.o.Desk.SyncNow(ctx, a.root)
		st := w.look()
		return func() {
			if c := x.contact; c.ID != "" && (len(c.Changes) > 0 || c.Cause != "") { // what there is to see of it stands open
				w.opened[c.ID] = true
			}
			w.set(st)
			if w.asks[a.root] == a {
				delete(w.asks, a.root)
			}
			for _, e := range a.errands {
				w.sent(e, a, x)
			}
			w.renewContacts()
			ended = append(ended, x)
			if len(todo) > 1 {
				w.askNext(todo[1:], ended)
				return
			}
			w.tellAsked(ended)
		}
	})
}

// stopAsking gives up every contact that a person asked for.
func (w *Window) stopAsking() {
	for root := range w.asks {
		w.stopAsk(root)
	}
}

// stopAsk gives up the contact with a vendor that a person asked for.
func (w *Window) stopAsk(root string) {
	if a := w.asks[root]; a != nil {
		a.stopped = true
		a.stop(reconcile.ErrByPerson)
	}
}

// dropAsks ends every contact that a person asked for, since the window closes.
func (w *Window) dropAsks() {
	for _, a := range w.asks {
		a.stop(nil)
	}
}

// renewContacts shows that vendors are asked, or no longer.
func (w *Window) renewContacts() {
	w.renewFoot()
	if w.now.renew != nil {
		w.now.renew()
	}
}

// answered says that the vendor's service itself answered, whatever it said.
func answered(c reconcile.Cause) bool {
	switch c {
	case reconcile.CauseDeclined, reconcile.CauseWaiting, reconcile.CauseBusy, reconcile.CauseServer, reconcile.CauseOutage, reconcile.CauseAnswer,
		reconcile.CauseOther:
		return true
	}
	return false
}

// tellAsked says in a word what came of it; the page about contacts has the rest.
func (w *Window) tellAsked(ended []asked) {
	told, tone, err := w.v.asked(w.snap, ended)
	if err != nil {
		w.warn(err)
		return
	}
	ink := look.ToneOf(tone)
	if told == "" {
		w.toast("ok", look.OK, w.v.t("contacts.stopped"))
		return
	}
	here := func(e *errand) bool { return w.trail.here().name == e.name() }
	if slices.ContainsFunc(ended, func(x asked) bool { return slices.ContainsFunc(x.ask.errands, here) }) {
		return // the page says it
	}
	if w.trail.here().name == w.contactsPlace().name {
		w.toast(ink.Icon, ink.Ink, told)
		return
	}
	link := look.NewButton(look.LinkButton, w.v.t("contacts.title"), w.showContacts)
	link.Key = "contacts"
	w.toastWith(ink.Icon, ink.Ink, told, link, toastTime)
}

// asked says what came of contacts, as an error when none could be made; "" when all that they did was to be stopped.
func (v voice) asked(s licensing.Snapshot, ended []asked) (words string, tone terms.Tone, err error) {
	tone = terms.ToneOK
	n, stopped, confirmed := 0, false, false
	for _, e := range ended {
		vendor := vendorName(s, e.ask.root)
		n += len(e.contact.Changes)
		confirmed = confirmed || e.contact.ConfirmedUsage()
		if reconcile.TakesAway(e.contact.Changes) {
			tone = terms.ToneNotice
		}
		switch {
		case e.ask.stopped:
			stopped = true
		case e.err != nil:
			return "", tone, e.err
		case e.contact.Cause != "" && words == "":
			tone = terms.ToneNotice
			id := "contacts.told.none"
			if answered(e.contact.Cause) {
				id = "contacts.told.answered"
			}
			words = v.t(id, "vendor", vendor, "cause", v.ContactCause(e.contact))
		}
	}
	switch {
	case words != "" && n == 0:
		words += " " + v.t("contacts.nothing")
	case words != "":
		words = v.t("contacts.told.changes", "n", n) + " " + words
	case n > 0:
		words = v.t("contacts.told.changes", "n", n)
	case confirmed:
		words = v.t("contacts.told.confirmed")
	case !stopped:
		words = v.t("contacts.told.same")
	}
	return words, tone, nil
}
