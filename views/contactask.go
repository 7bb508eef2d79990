package views

import (
	"context"
	"slices"

	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// ask is a contact that a person asked for. It runs beside everything else: they can go on, and stop it.
type ask struct {
	stop    context.CancelFunc
	stopped bool
	errands []*errand // that wait for it
}

// asked is how one ended.
type asked struct {
	root    string
	contact reconcile.Contact
	err     error
}

// checkNow asks vendors, one after the other. One that is asked already is left alone.
func (w *Window) checkNow(roots []string) { w.contact(roots) }

// contact is checkNow for errands: each is told how the contact with its vendor ended.
func (w *Window) contact(roots []string, errands ...*errand) {
	ctx, stop := context.WithCancel(w.o.Interactive(context.Background()))
	mine := &ask{stop: stop, errands: errands}
	var todo []string
	for _, root := range roots {
		if w.asks[root] == nil {
			w.asks[root] = mine
			todo = append(todo, root)
		}
	}
	if len(todo) == 0 || !w.have {
		stop()
		return
	}
	w.renewContacts()
	w.work.quietly(func() func() {
		defer stop()
		var ended []asked
		for _, root := range todo {
			one, cancel := context.WithTimeout(ctx, 2*reconcile.Budget) // the contact ends within half of that, this is for its records
			c, err := w.o.Desk.SyncNow(one, root)
			cancel()
			if ended = append(ended, asked{root, c, err}); ctx.Err() != nil {
				break
			}
		}
		st := w.look()
		return func() {
			for _, e := range ended { // what there is to see of it stands open
				if c := e.contact; c.ID != "" && (len(c.Changes) > 0 || c.Cause != "") {
					w.opened[c.ID] = true
				}
			}
			w.set(st)
			for _, root := range todo {
				if w.asks[root] == mine {
					delete(w.asks, root)
				}
			}
			for _, e := range mine.errands {
				for _, x := range ended {
					if x.root == e.root {
						w.sent(e, mine, x)
					}
				}
			}
			w.renewContacts()
			w.tellAsked(mine, ended)
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
		a.stop()
	}
}

// renewContacts shows that vendors are asked, or no longer.
func (w *Window) renewContacts() {
	w.renewFoot()
	if w.now.renew != nil {
		w.now.renew()
	}
}

// tellAsked says in a word what came of it; the page about contacts has the rest.
func (w *Window) tellAsked(a *ask, ended []asked) {
	if a.stopped {
		w.toast("ok", look.OK, w.v.t("contacts.stopped"))
		return
	}
	words, tone, n := "", look.ToneOf(terms.ToneOK), 0
	for _, e := range ended {
		vendor := vendorName(w.snap, e.root)
		n += len(e.contact.Changes)
		switch {
		case e.err != nil:
			w.warn(e.err)
			return
		case e.contact.Cause != "" && words == "":
			tone = look.ToneOf(terms.ToneNotice)
			words = w.v.t("contacts.told.none", "vendor", vendor, "cause", w.v.ContactCause(e.contact))
		}
	}
	switch {
	case words != "":
	case n > 0:
		words = w.v.t("contacts.told.changes", "n", n)
	default:
		words = w.v.t("contacts.told.same")
	}
	if slices.ContainsFunc(a.errands, func(e *errand) bool { return w.trail.here().name == e.name() }) {
		return // the page says it
	}
	if w.trail.here().name == w.contactsPlace().name {
		w.toast(tone.Icon, tone.Ink, words)
		return
	}
	link := look.NewButton(look.LinkButton, w.v.t("contacts.title"), w.showContacts)
	link.Key = "contacts"
	w.toastWith(tone.Icon, tone.Ink, words, link, toastTime)
}
