package views

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// incoming is one or more files that a person looks at.
type incoming struct {
	paths []string
	src   []licensing.Source
	rep   licensing.Report
	page  *preview
	model previewModel
}

// useFile asks for a file and looks at it.
func (w *Window) useFile() {
	if !w.ready() {
		return
	}
	w.openDialog(w.v.t("open.title"), func(path string) { w.Open([]string{path}) })
}

// ready says whether a new act may begin: the engine is open, nothing is under way and no dialog is open.
func (w *Window) ready() bool {
	return w.have && !w.work.busy() && w.canvas().Overlays().Top() == nil
}

// Open looks at files that a person named, dropped or opened in another program. Nothing changes by it.
func (w *Window) Open(paths []string) {
	if len(paths) == 0 {
		return
	}
	if !w.have {
		w.waiting = append(w.waiting, paths...)
		return
	}
	if d, ok := w.canvas().Overlays().Top().(*look.Dialog); ok {
		d.Cancel()
	}
	w.work.run(w.v.t("busy.look"), func(ctx context.Context) func() {
		return w.inspect(ctx, &incoming{paths: paths, src: w.o.Read(paths, w.o.Dir)})
	})
}

// paste looks at a license that was copied out of a mail.
func (w *Window) paste() {
	text := w.app.Clipboard().Content()
	if !w.ready() || len(strings.TrimSpace(text)) < 40 {
		return
	}
	w.work.run(w.v.t("busy.look"), func(ctx context.Context) func() {
		src := []licensing.Source{{Name: w.v.t("preview.pasted"), Data: []byte(text)}}
		return w.inspect(ctx, &incoming{paths: []string{"-"}, src: src})
	})
}

func (w *Window) inspect(ctx context.Context, in *incoming) func() {
	in.rep = w.engine.Inspect(ctx, in.src)
	st := w.look()
	return func() {
		w.set(st)
		in.model = w.v.preview(w.snap, in.rep, in.paths)
		w.showPreview(in)
	}
}

func (w *Window) showPreview(in *incoming) {
	back := w.showHome
	if w.asking {
		back = w.showRequestForm
	}
	in.page = newPreview(w.v, previewActions{
		use: func(trust bool) { w.use(in, trust) }, notNow: back, choose: w.useFile,
		act:     func(a terms.Action, f terms.Finding) { w.actOn(in, a, f) },
		command: w.copy,
	})
	in.page.Set(in.model)
	s := w.sub(in.model.Title, in.page.page, back)
	s.enter = func() *look.Button { return in.page.use }
	s.first = func() fyne.Focusable { return in.page.first }
	w.show(s)
}

// use takes the files over: the one act that changes something.
func (w *Window) use(in *incoming, trust bool) {
	o := licensing.ImportOptions{TrustVendor: trust, AcceptLoss: in.model.Loss != ""}
	w.work.run(w.v.t("busy.use"), func(ctx context.Context) func() {
		rep, err := w.engine.Import(w.o.Interactive(ctx), in.src, o)
		st := w.look()
		return func() {
			w.set(st)
			if err != nil {
				w.notUsed(in, err)
				return
			}
			w.used(in, rep)
		}
	})
}

// notUsed says what kept the files from being used; they stay ready.
func (w *Window) notUsed(in *incoming, err error) {
	m := in.model
	if m.Trust != nil {
		t := *m.Trust
		t.Agreed = true
		m.Trust = &t
	}
	m.Banner, m.Finding = w.problem(err)
	in.model = m
	in.page.Set(m)
	w.now.page.ToTop()
	w.refocus("banner")
}

// problem puts an error into a banner.
func (w *Window) problem(err error) (banner, terms.Finding) {
	var p *terms.Problem
	if errors.As(err, &p) {
		return w.v.banner(w.snap, p.Finding), p.Finding
	}
	return banner{Tone: terms.ToneWarn, Answers: w.v.Problem(err, w.snap.Verdict.At, w.o.Zone)}, terms.Finding{}
}

// used says what is in use now, and goes where the person came from.
func (w *Window) used(in *incoming, rep licensing.Report) {
	var taken []licensing.Item
	for _, it := range rep.Items {
		if it.Taken {
			taken = append(taken, it)
		}
	}
	if len(taken) == 0 { // something else was quicker: look again
		w.Open(in.paths)
		return
	}
	if rep.Partly {
		in.rep = rep
		in.model = w.v.preview(w.snap, rep, in.paths)
		w.showPreview(in)
		w.toast("notice", look.Notice, w.v.t("done.partly"))
		return
	}
	asked := w.asking
	words := w.v.doneWords(w.snap, taken)
	if asked && onlyVendor(taken) {
		w.form.Vendor = taken[0].Root
		w.showRequestForm()
	} else {
		w.showHome()
	}
	w.toast("ok", look.OK, words)
}

func onlyVendor(items []licensing.Item) bool {
	for _, it := range items {
		if it.Kind != exchange.KindProfile {
			return false
		}
	}
	return true
}

// doneWords is the word after success: until when one can work, and that quiet follows.
func (v voice) doneWords(s licensing.Snapshot, taken []licensing.Item) string {
	if onlyVendor(taken) {
		return v.t("done.vendor", "vendor", taken[0].Vendor)
	}
	for _, it := range taken {
		p, ok := product(s, it.Finding.Product)
		if !ok || p.GraceActive || len(p.Works) == 0 {
			continue
		}
		words := v.t("done.no_end")
		if end := worksUntil(p); !end.IsZero() {
			words = v.t("done.until", "date", v.long(end))
		}
		if s.Verdict.Main.Tone == terms.ToneOK {
			words += " " + v.t("done.quiet")
		}
		return words
	}
	return v.t("done.taken")
}

// act does what the button of a state says.
func (w *Window) act(a terms.Action, f terms.Finding) { w.actOn(nil, a, f) }

// actOn does what a button says; in are the files it stands beside, if any.
func (w *Window) actOn(in *incoming, a terms.Action, f terms.Finding) {
	switch a {
	case terms.ActUseFile:
		w.useFile()
	case terms.ActRequest:
		w.request()
	case terms.ActShowRequest, terms.ActSendRequest:
		w.newestRequest(f)
	case terms.ActTellBuyer:
		w.tellBuyer(f)
	case terms.ActUnlock, terms.ActTryAgain:
		if in != nil && f.State == terms.StateFileUnreadable {
			w.Open(in.paths)
			return
		}
		w.unlock(in)
	case terms.ActSetUpAgain:
		w.setUpAgain()
	case terms.ActPassphrase:
		w.passphrase()
	case terms.ActCopyDetails:
		w.copy(w.v.detailsForSender(in, f))
	}
}

// unlock lets the system ask the person, in the background; files that were waiting for it are used afterwards.
func (w *Window) unlock(in *incoming) {
	w.work.run(w.v.t("busy.unlock", "keychain", w.snap.KeyStore.Label), func(ctx context.Context) func() {
		err := w.engine.Unlock(w.o.Interactive(ctx))
		st := w.look()
		return func() {
			w.set(st)
			switch {
			case err != nil && in != nil:
				w.notUsed(in, err)
			case err != nil:
				b, _ := w.problem(err)
				w.toast(look.ToneOf(b.Tone).Icon, look.ToneOf(b.Tone).Ink, b.Answers.Headline)
			case in != nil && in.page.use != nil && !in.page.use.Disabled():
				w.use(in, in.model.Trust != nil)
			default:
				w.showHome()
			}
		}
	})
}

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
		w.work.run(w.v.t("busy.save"), func(context.Context) func() {
			err := disk.WriteFile(disk.OS(), path, made.File, requestMode)
			return func() {
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

func (w *Window) setUpAgain() {
	w.ask(w.v.t("setup.title"), w.v.t("setup.text"), w.v.t("not_now"), w.v.t("setup.yes"), false, func() {
		w.work.run(w.v.t("busy.setup"), func(ctx context.Context) func() {
			err := w.engine.SetUpAgain(w.o.Interactive(ctx))
			st := w.look()
			return func() {
				w.set(st)
				w.showHome()
				if err != nil {
					b, _ := w.problem(err)
					w.toast("warn", look.Warn, b.Answers.Headline)
					return
				}
				w.toast("ok", look.OK, w.v.t("setup.done"))
			}
		})
	})
}

// detailsForSender is what helps the person who sent a file that did not arrive whole. It holds nothing of this computer.
func (v voice) detailsForSender(in *incoming, f terms.Finding) string {
	if in == nil || len(in.src) == 0 {
		return v.headline(f, time.Time{})
	}
	var out []string
	for _, s := range in.src {
		sum := sha256.Sum256(s.Data)
		out = append(out, v.t("sender", "name", filepath.Base(s.Name), "bytes", len(s.Data),
			"state", v.headline(f, time.Time{}), "code", string(f.State), "sum", hex.EncodeToString(sum[:])))
	}
	return strings.Join(out, "\n")
}
