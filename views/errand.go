package views

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// errand is something that a vendor is asked: by a request, which also is a file, or by the check-in that every contact makes. It
// outlives the screens that show it.
type errand struct {
	root, kind string
	made       licensing.Made // zero without a request
	path       string         // where its file was just saved; "" it was not
	contact    reconcile.Contact
	err        error              // why there was no contact
	before     licensing.Snapshot // as it was when a person asked
	again      bool               // a contact that was under way already ended without the request
	traced     bool               // the contact that brought the answer was looked for
	stick      string
	stickName  string
}

// id is that of its request; one that the vendor refused may be the check-in of a contact. "" for none.
func (e *errand) id() string {
	if e.made.Request.ID != "" {
		return e.made.Request.ID
	}
	for _, p := range e.contact.Sent {
		if p.What == e.kind {
			return p.ID
		}
	}
	return ""
}

// carries says that a contact brought a request to the vendor.
func carries(c reconcile.Contact, id string) bool {
	for _, p := range c.Sent {
		if id != "" && p.ID == id {
			return true
		}
	}
	return false
}

// follow takes over what a contact that made itself did about the request. After the one that brought the answer none counts.
func (e *errand) follow(s licensing.Snapshot) {
	v, ok := contactOf(s, e.root)
	if !ok || v.Last == nil || e.made.Request.ID == "" {
		return
	}
	c, id := *v.Last, e.made.Request.ID
	older := c.At.Before(e.made.Request.Created) || c.At.Before(e.contact.At)
	if !older && (carries(c, id) || !carries(e.contact, id) || !c.Cause.Reached() && !e.settled(s)) {
		e.contact = c
	}
}

// settled says that the answer to the request is in use.
func (e *errand) settled(s licensing.Snapshot) bool {
	r, ok := requestOf(s, e.made.Request.ID)
	return ok && r.State == terms.RequestAnswered
}

// trace looks in the log for the contact that brought the answer, when neither the one that a person asked for nor the last one did:
// what it changed is told on the page. An answer from a file has none.
func (w *Window) trace(e *errand) {
	id := e.made.Request.ID
	if e.traced || carries(e.contact, id) || !e.settled(w.snap) {
		return
	}
	e.traced = true
	w.work.quietly(func() func() {
		log, _ := w.engine.ContactLog(context.Background(), e.root, newsLimit) // the page says what it can without it
		i := slices.IndexFunc(log, func(c reconcile.Contact) bool { return carries(c, id) })
		if i < 0 {
			return nil
		}
		return func() {
			e.contact = log[i]
			w.renewContacts()
		}
	})
}

// requestPlace is one open request: how it goes to the vendor, its file, and what came of it. path is where it was just saved, ""
// when it was not.
func (w *Window) requestPlace(made licensing.Made, path string) place {
	return w.errandPlace(&errand{root: made.Request.Vendor, kind: made.Request.Kind, made: made, path: path})
}

// errandPlace is where an errand is followed.
func (w *Window) errandPlace(e *errand) place {
	return place{section: secFiles, name: e.name(), build: func() *screen { return w.errandScreen(e) }}
}

func (e *errand) name() string {
	if id := e.made.Request.ID; id != "" {
		return "request " + id
	}
	return "asking " + e.root
}

func (w *Window) errandScreen(e *errand) *screen {
	page := look.NewPage(nil)
	p := &errandPage{v: w.v, page: page, do: errandActions{
		send: func() { w.send(e) }, cancel: func() { w.stopAsk(e.root) }, settings: w.showNetwork, copy: w.copy, moving: w.stepOn,
		file:   func() { w.makeFor(w.checkinOptions(e.root), false) },
		finish: func() { w.finish(w.home()) }, files: func() { w.visit(w.filesPlace()) },
	}}
	p.open = newOpenRequestPage(w.v, page, openRequestActions{
		save: func() { w.saveRequest(e.made) }, done: w.back, cancel: func() { w.cancelRequest(e.made) },
		mail: func() { w.mailRequest(e.made, e.path) }, text: func() { w.copy(string(e.made.File)) }, send: p.do.send,
		settings: p.do.settings, command: w.copy,
	})
	p.refusal = &findingPage{v: w.v, page: page, state: terms.StateRequestRefused, act: w.act, home: w.showHome, copy: w.copy}
	m := w.errandNow(e)
	s := w.sub(m.Title, page, nil, nil)
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable {
		if p.main != nil {
			return p.main
		}
		return nil
	}
	s.esc = func() {
		if w.asks[e.root] != nil {
			w.stopAsk(e.root)
			return
		}
		w.back()
	}
	shown := m.Phase
	renew := live(w, func() errandModel { return w.errandNow(e) }, func(next errandModel) {
		m = next
		p.Set(m)
	})
	s.renew = func() {
		if renew(); m.Phase != shown && w.now == s { // a new page, in place
			shown = m.Phase
			page.ToTop()
			if w.canvas().Overlays().Top() == nil {
				w.canvas().Unfocus()
				w.focusFirst()
			}
		}
	}
	if e.path == "" && e.id() != "" {
		p.open.do.stick = func(dir string) { w.writeRequest(e.made, filepath.Join(dir, e.made.Name)) }
		w.offerStick(page, func(stick, name string) {
			e.stick, e.stickName = stick, name
			s.renew()
		}, w.focusFirst)
	}
	return s
}

// errandNow is how an errand stands.
func (w *Window) errandNow(e *errand) errandModel {
	e.follow(w.snap)
	w.trace(e)
	return w.v.errand(w.snap, *e, w.contactFacts(nil))
}

// send asks the vendor over the network.
func (w *Window) send(e *errand) {
	e.again, e.before = false, w.snap
	w.carry(e)
}

// carry makes the contact of an errand. What is under way with the vendor already is waited for.
func (w *Window) carry(e *errand) {
	e.contact, e.err, e.path = reconcile.Contact{}, nil, ""
	if a := w.asks[e.root]; a != nil {
		a.errands = append(a.errands, e)
		w.renewContacts()
		return
	}
	w.contact([]string{e.root}, e)
}

// sent takes note of how the contact of an errand ended. One that was under way before the request was made may not have carried it:
// another one does.
func (w *Window) sent(e *errand, a *ask, x asked) {
	e.contact, e.err = x.contact, x.err
	if errors.Is(x.err, context.Canceled) {
		e.err = nil // somebody stopped it
	}
	id := e.made.Request.ID
	r, waits := requestOf(w.snap, id)
	waits = waits && r.State == terms.RequestOpen
	switch {
	case a.stopped || x.err != nil:
	case waits && x.contact.Cause.Reached() && !carries(x.contact, id) && !e.again:
		e.again = true
		w.carry(e)
	case !waits && x.contact.Cause == "":
		w.offerReminders(e.before)
	}
}

// sendNew makes a request and has it asked at once. Stay keeps the page where it began to come back to.
func (w *Window) sendNew(o licensing.RequestOptions, stay bool, wrong func(err error)) {
	w.do(w.v.t("busy.ask"), func(ctx context.Context) func() {
		before := w.engine.Snapshot()
		made, err := w.engine.MakeRequest(w.o.Interactive(ctx), o)
		st := w.look()
		return func() {
			w.set(st)
			if err != nil {
				wrong(err)
				return
			}
			w.form = requestForm{}
			e := &errand{root: made.Request.Vendor, kind: made.Request.Kind, made: made}
			if p := w.errandPlace(e); stay {
				w.visit(p)
			} else {
				w.finish(p)
			}
			w.send(e)
			e.before = before
		}
	})
}

// askNow asks the vendors of a finding over the network what they would answer to a file, and shows what comes of it.
func (w *Window) askNow(f terms.Finding) {
	if f.State == terms.StateRequestWaiting {
		if made, ok := w.waitingRequest(f); ok {
			e := &errand{root: made.Request.Vendor, kind: made.Request.Kind, made: made}
			w.visit(w.errandPlace(e))
			w.send(e)
		}
		return
	}
	roots := online(w.snap, f)
	if len(roots) == 1 {
		e := &errand{root: roots[0], kind: exchange.RequestCheckin}
		w.visit(w.errandPlace(e))
		w.send(e)
		return
	}
	w.showContacts()
	w.checkNow(roots)
}

// waitingRequest is the newest request to the vendor that a finding names.
func (w *Window) waitingRequest(f terms.Finding) (licensing.Made, bool) {
	for _, r := range w.snap.Requests {
		if made, ok := w.made[r.ID]; ok && r.State == terms.RequestOpen && vendorName(w.snap, r.Vendor) == f.Slots["vendor"] {
			return made, true
		}
	}
	return licensing.Made{}, false
}

// requestOf is a request as it stands.
func requestOf(s licensing.Snapshot, id string) (terms.Request, bool) {
	for _, r := range s.Requests {
		if id != "" && r.ID == id {
			return r, true
		}
	}
	return terms.Request{}, false
}
