package views

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
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

// requestName is the place of the request form.
const requestName = "request"

func (w *Window) showRequestForm() {
	w.form.wrong = ""
	w.visit(place{section: secFiles, name: requestName, build: w.requestScreen})
}

// requestScreen asks what a request needs. A vendor's file that is used from here leads back to it.
func (w *Window) requestScreen() *screen {
	p := newRequestPage(w.v, requestActions{
		make: w.makeRequest, changed: func(f requestForm) { w.form = f }, command: w.copy,
		notNow: func() {
			w.form = requestForm{}
			w.back()
		},
		vendor: func(f requestForm) {
			w.form = f
			w.openDialog(w.v.t("open.title_vendor"), func(path string) { w.Open([]string{path}) })
		},
	})
	m := requestModelOf(w.snap, w.form)
	w.form = m.Form
	p.Set(m)
	s := w.sub(w.v.t("request.title"), p.page, nil, nil)
	s.enter = func() *look.Button { return p.make }
	s.first = func() fyne.Focusable { return p.first }
	return s
}

// wrongRequest shows the form again with a word about what has to be put right.
func (w *Window) wrongRequest(words string) {
	w.form.wrong = words
	w.reshow()
}

func (w *Window) makeRequest(f requestForm) {
	w.form = f
	v, ok := requestModelOf(w.snap, f).chosen()
	if !ok {
		return
	}
	if !v.HasKey && strings.TrimSpace(f.Key) == "" {
		w.wrongRequest(w.v.t("request.key_missing"))
		return
	}
	w.form.wrong = ""
	w.work.run(w.v.t("busy.request"), func(ctx context.Context) func() {
		made, err := w.engine.MakeRequest(w.o.Interactive(ctx), licensing.RequestOptions{
			Vendor: v.Root, Key: strings.TrimSpace(f.Key), Label: strings.TrimSpace(f.Label),
		})
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
	w.wrongRequest(w.v.Problem(err, w.snap.Verdict.At, w.o.Zone).Headline)
}

// showRequest shows an open request again.
func (w *Window) showRequest(id string) {
	w.work.run(w.v.t("busy.look"), func(context.Context) func() {
		made, err := w.engine.RequestFile(id)
		return func() {
			if err != nil {
				w.reload()
				return
			}
			w.visit(w.requestPlace(made, ""))
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

// requestPlace is one open request: its file, its check words and what to do with it. path is where it was just
// saved, "" when it was not.
func (w *Window) requestPlace(made licensing.Made, path string) place {
	return place{section: secFiles, name: "request " + made.Request.ID, build: func() *screen {
		m := w.v.openRequest(w.snap, made, path)
		p := newOpenRequestPage(w.v, openRequestActions{
			save: func() { w.saveRequest(made) }, done: w.back, cancel: func() { w.cancelRequest(made) },
			mail: func() { w.mailRequest(made, path) }, stick: func(dir string) { w.writeRequest(made, filepath.Join(dir, made.Name)) },
			command: w.copy,
		})
		p.Set(m)
		if path == "" {
			w.offerSticks(p, m)
		}
		s := w.sub(m.Title, p.page, nil, nil)
		s.enter = func() *look.Button { return p.main }
		s.first = func() fyne.Focusable { return p.first }
		return s
	}}
}

// offerSticks adds a button for a USB stick when one is there; looking for it can be slow.
func (w *Window) offerSticks(p *openRequestPage, m openRequestModel) {
	w.work.quietly(func() func() {
		found := w.o.Sticks()
		return func() {
			if len(found) == 0 {
				return
			}
			m.Stick, m.StickName = found[0], filepath.Base(found[0])
			p.Set(m)
			if w.now.body == p.page {
				w.refocus("stick")
			}
		}
	})
}

// requestMode is what a request file is written with: it is made to be handed on.
const requestMode = 0o644

func (w *Window) saveRequest(made licensing.Made) {
	w.saveDialog(w.v.t("save.title"), made.Name, func(path string) { w.writeRequest(made, path) })
}

func (w *Window) writeRequest(made licensing.Made, path string) {
	w.writeRequestThen(made, path, func() {})
}

// writeRequestThen saves a request file, shows where, and goes on with then.
func (w *Window) writeRequestThen(made licensing.Made, path string, then func()) {
	w.work.run(w.v.t("busy.save"), func(ctx context.Context) func() {
		err := disk.WriteFile(disk.OS(), path, made.File, requestMode)
		var unkept error
		if err == nil {
			// The file is what counts: when its name cannot be recorded now, the window remembers it.
			unkept = w.engine.RequestSaved(ctx, made.Request.ID, filepath.Base(path))
		}
		st := w.look()
		return func() {
			if unkept != nil {
				w.saved[made.Request.ID] = filepath.Base(path)
			}
			w.set(st)
			if err != nil {
				w.toast("warn", look.Warn, w.v.t("save.problem"))
				return
			}
			w.visit(w.requestPlace(made, path))
			then()
		}
	})
}

// withSaved is s with the names of saved request files that could not be recorded yet. Once they can be, they are.
func (w *Window) withSaved(s licensing.Snapshot) licensing.Snapshot {
	if len(w.saved) == 0 {
		return s
	}
	s.Requests = slices.Clone(s.Requests)
	open := map[string]string{}
	for i := range s.Requests {
		r := &s.Requests[i]
		if name := w.saved[r.ID]; name != "" && r.File != name && r.State == terms.RequestOpen {
			r.File, open[r.ID] = name, name
		}
	}
	w.saved = open
	if s.KeyStore.State == "" && s.Records.State == "" && len(open) > 0 {
		names := maps.Clone(open)
		w.work.quietly(func() func() {
			for id, name := range names {
				_ = w.engine.RequestSaved(context.Background(), id, name) // else the next look tries again
			}
			return nil
		})
	}
	return s
}

// mailRequest opens a draft to the vendor. The file has to be saved first, since a mail program takes it from there.
func (w *Window) mailRequest(made licensing.Made, path string) {
	write := func(path string) {
		m := w.v.requestMail(w.snap, made, path)
		w.openMail(m, func() { w.toast("ok", look.OK, w.v.t("mail.opened", "name", filepath.Base(path))) })
	}
	if path != "" {
		write(path)
		return
	}
	w.saveDialog(w.v.t("save.title"), made.Name, func(path string) {
		w.writeRequestThen(made, path, func() { write(path) })
	})
}

// cancelRequest asks once more and then gives a request up.
func (w *Window) cancelRequest(made licensing.Made) {
	body := w.withCommand(look.NewPara(w.v.t("cancel_request.text"), look.Body), "request_cancel", made.Request.ID)
	w.askBody(w.v.t("cancel_request.title"), body, w.v.t("cancel_request.keep"), w.v.t("cancel_request.yes"), true, func() {
		w.work.run(w.v.t("busy.cancel"), func(ctx context.Context) func() {
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
