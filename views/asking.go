package views

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// request opens the request page.
func (w *Window) request() {
	if !w.ready() {
		return
	}
	w.form.online = false
	w.showRequestForm()
}

// requestOnline opens the request page for who wants to ask over the network.
func (w *Window) requestOnline() {
	if w.ready() {
		w.form.online = true
		w.showRequestForm()
	}
}

// requestName is the place of the request form.
const requestName = "request"

func (w *Window) showRequestForm() {
	w.form.wrong = nil
	w.visit(place{section: secFiles, name: requestName, build: w.requestScreen})
}

// requestScreen asks what a request needs. A vendor's file that is used from here leads back to it.
func (w *Window) requestScreen() *screen {
	p := newRequestPage(w.v, requestActions{
		make: w.makeRequest, now: w.activateNow, settings: w.showNetwork, changed: func(f requestForm) { w.form = f }, command: w.copy,
		notNow: func() {
			w.form = requestForm{}
			w.back()
		},
		vendor: func(f requestForm) {
			w.form = f
			w.openDialog(w.v.t("open.title_vendor"), func(path string) { w.Open([]string{path}) })
		},
	})
	m := w.v.request(w.snap, w.form, w.o.Desk.SourceOf("network"))
	w.form = m.Form
	p.Set(m)
	s := w.sub(m.Title, p.page, nil, nil)
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable { return p.first }
	return s
}

// wrongRequest shows the form again with a word about what has to be put right.
func (w *Window) wrongRequest(words func(v voice) string) {
	w.form.wrong = words
	w.reshow()
}

// requestAsked is the request that a form means; ok is false when something has to be put right first.
func (w *Window) requestAsked(f requestForm) (o licensing.RequestOptions, ok bool) {
	w.form = f
	v, ok := requestModelOf(w.snap, f).chosen()
	if !ok {
		return o, false
	}
	if !v.HasKey && strings.TrimSpace(f.Key) == "" {
		w.wrongRequest(func(v voice) string { return v.t("request.key_missing") })
		return o, false
	}
	w.form.wrong = nil
	return licensing.RequestOptions{Vendor: v.Root, Key: strings.TrimSpace(f.Key), Label: strings.TrimSpace(f.Label)}, true
}

// activateNow makes the request and has it asked at once.
func (w *Window) activateNow(f requestForm) {
	if o, ok := w.requestAsked(f); ok {
		w.sendNew(o, false, w.notMade)
	}
}

func (w *Window) makeRequest(f requestForm) {
	o, ok := w.requestAsked(f)
	if !ok {
		return
	}
	w.do(w.v.t("busy.request"), func(ctx context.Context) func() {
		made, err := w.engine.MakeRequest(w.o.Interactive(ctx), o)
		st, there := w.look(), w.o.Sticks()
		return func() {
			w.set(st)
			if err != nil {
				w.notMade(err)
				return
			}
			w.form = requestForm{}
			w.finish(w.requestPlace(made, ""))
			if len(there) == 0 { // else its button says where
				w.saveRequest(made)
			}
		}
	})
}

// notMade says why no request was made: beside the form when the person can put it right there, else as a state.
func (w *Window) notMade(err error) {
	var p *terms.Problem
	if errors.As(err, &p) {
		w.showFinding(p.Finding)
		return
	}
	at := w.snap.Verdict.At
	w.wrongRequest(func(v voice) string { return v.Problem(err, at, v.zone).Headline })
}

// showRequest shows an open request again.
func (w *Window) showRequest(id string) {
	w.do(w.v.t("busy.look"), func(context.Context) func() {
		made, err := w.engine.RequestFile(id)
		return func() {
			if err != nil {
				w.reload()
				w.warn(err)
				return
			}
			w.visit(w.requestPlace(made, ""))
		}
	})
}

// newestRequest shows the open request for a license that a state speaks of, or makes one when there is none.
func (w *Window) newestRequest(f terms.Finding) {
	p, about := productFor(w.snap, f)
	for _, r := range w.snap.Requests {
		if r.State == terms.RequestOpen && (r.Kind == exchange.RequestActivate || f.State == terms.StateRequestWaiting) && (!about || r.Vendor == p.Vendor) {
			w.showRequest(r.ID)
			return
		}
	}
	if about {
		w.form.Vendor = p.Vendor
	}
	w.request()
}

// offerStick adds a button for a USB stick to a page when one is there; looking for it can be slow. shown is called when the page
// is still in front after it.
func (w *Window) offerStick(page fyne.CanvasObject, set func(stick, name string), shown func()) {
	w.work.quietly(func() func() {
		found := w.o.Sticks()
		return func() {
			if len(found) == 0 {
				return
			}
			set(found[0], stickName(found[0]))
			if w.now.body == page {
				w.refocus("stick")
				shown()
			}
		}
	})
}

// cancelRequest asks once more and then gives a request up.
func (w *Window) cancelRequest(made licensing.Made) {
	body := w.withCommand(look.NewPara(w.v.t("cancel_request.text"), look.Body), "request_cancel", made.Request.ID)
	w.askBody(w.v.t("cancel_request.title"), body, w.v.t("cancel_request.keep"), w.v.t("cancel_request.yes"), true, func() {
		w.do(w.v.t("busy.cancel"), func(ctx context.Context) func() {
			_, err := w.engine.CancelRequest(w.o.Interactive(ctx), made.Request.ID)
			st := w.look()
			return func() {
				w.set(st)
				if err != nil {
					w.warn(err)
					return
				}
				w.back()
				w.toast("ok", look.OK, w.v.t("cancelled"))
			}
		})
	})
}
