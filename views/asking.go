package views

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// request opens the request page.
func (w *Window) request() {
	if !w.ready() {
		return
	}
	w.showRequestForm()
}

func (w *Window) showRequestForm() { w.requestForm("") }

// requestForm shows the request page with a word about what has to be put right.
func (w *Window) requestForm(wrong string) {
	w.asking = false
	leave := func() {
		w.form = requestForm{}
		w.showHome()
	}
	p := newRequestPage(w.v, requestActions{
		make: w.makeRequest, changed: func(f requestForm) { w.form = f }, notNow: leave, command: w.copy,
		vendor: func(f requestForm) {
			w.form, w.asking = f, true
			w.openDialog(w.v.t("open.title_vendor"), func(path string) { w.Open([]string{path}) })
		},
	})
	m := requestModelOf(w.snap, w.form)
	m.Wrong = wrong
	w.form = m.Form
	p.Set(m)
	s := w.sub(w.v.t("request.title"), p.page, leave)
	s.enter = func() *look.Button { return p.make }
	s.first = func() fyne.Focusable { return p.first }
	w.show(s)
	w.asking = true // a file dropped here brings a vendor
}

func (w *Window) makeRequest(f requestForm) {
	w.form = f
	v, ok := requestModelOf(w.snap, f).chosen()
	if !ok {
		return
	}
	if !v.HasKey && strings.TrimSpace(f.Key) == "" {
		w.requestForm(w.v.t("request.key_missing"))
		return
	}
	w.work.run(w.v.t("busy.request"), func(ctx context.Context) func() {
		made, err := w.engine.MakeRequest(w.o.Interactive(ctx), licensing.RequestOptions{
			Vendor: v.Root, Key: strings.TrimSpace(f.Key), Label: strings.TrimSpace(f.Label),
		})
		st := w.look()
		return func() {
			w.set(st)
			if err != nil {
				w.notMade(err)
				return
			}
			w.form = requestForm{}
			w.openRequest(made, "")
			w.saveRequest(made)
		}
	})
}

// notMade says why no request was made: beside the form when the person can put it right there, else as a state.
func (w *Window) notMade(err error) {
	var p *terms.Problem
	if errors.As(err, &p) {
		m := w.v.findingDetails(w.snap, p.Finding)
		m.Banner.Eyebrow = ""
		w.details(m)
		w.now.back = w.showRequestForm
		return
	}
	w.requestForm(w.v.Problem(err, w.snap.Verdict.At, w.o.Zone).Headline)
}

// showRequest shows an open request again.
func (w *Window) showRequest(id string) {
	w.work.run(w.v.t("busy.look"), func(context.Context) func() {
		made, err := w.engine.RequestFile(id)
		return func() {
			if err != nil {
				w.reload()
				w.showHome()
				return
			}
			w.openRequest(made, "")
		}
	})
}

// newestRequest shows the request that a state speaks of, or makes one when there is none.
func (w *Window) newestRequest(terms.Finding) {
	if len(w.shown.Requests) > 0 {
		w.showRequest(w.shown.Requests[0].ID)
		return
	}
	w.request()
}

func (w *Window) openRequest(made licensing.Made, path string) {
	w.asking = false
	m := w.v.openRequest(w.snap, made, path)
	p := newOpenRequestPage(w.v, openRequestActions{
		save: func() { w.saveRequest(made) }, done: w.showHome, cancel: func() { w.cancelRequest(made) }, command: w.copy,
	})
	p.Set(m)
	s := w.sub(m.Title, p.page, w.showHome)
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable { return p.first }
	w.show(s)
}

// requestMode is what a request file is written with: it is made to be handed on.
const requestMode = 0o644

func (w *Window) saveRequest(made licensing.Made) {
	w.saveDialog(w.v.t("save.title"), made.Name, func(path string) {
		w.work.run(w.v.t("busy.save"), func(ctx context.Context) func() {
			err := disk.WriteFile(disk.OS(), path, made.File, requestMode)
			if err == nil {
				// The file is what counts: when its name cannot be kept, the request is only harder to find.
				_ = w.engine.RequestSaved(ctx, made.Request.ID, filepath.Base(path))
			}
			st := w.look()
			return func() {
				w.set(st)
				if err != nil {
					w.toast("warn", look.Warn, w.v.t("save.problem"))
					return
				}
				w.openRequest(made, path)
			}
		})
	})
}

// cancelRequest asks once more and then gives a request up.
func (w *Window) cancelRequest(made licensing.Made) {
	w.ask(w.v.t("cancel_request.title"), w.v.t("cancel_request.text"), w.v.t("cancel_request.keep"), w.v.t("cancel_request.yes"), true, func() {
		w.work.run(w.v.t("busy.cancel"), func(ctx context.Context) func() {
			_, err := w.engine.CancelRequest(w.o.Interactive(ctx), made.Request.ID)
			st := w.look()
			return func() {
				w.set(st)
				if err != nil {
					b, _ := w.problem(err)
					w.toast("warn", look.Warn, b.Answers.Headline)
					return
				}
				w.showHome()
				w.toast("ok", look.OK, w.v.t("cancelled"))
			}
		})
	})
}
