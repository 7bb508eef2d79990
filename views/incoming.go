package views

import (
	"context"
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/licensing"
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
	// problem is what kept the files from being used just now; they stay ready.
	problem error
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
	if !w.have || w.work.busy() {
		w.waiting = append(w.waiting, paths...)
		return
	}
	w.closeOverlays()
	read, dir := w.o.Read, w.o.Dir
	w.do(w.v.t("busy.look"), func(ctx context.Context) func() { return w.inspect(ctx, paths, read(paths, dir)) })
}

// openWaiting looks at files that came while something else was under way.
func (w *Window) openWaiting() {
	if w.have && !w.closed && !w.work.busy() && len(w.waiting) > 0 {
		files := w.waiting
		w.waiting = nil
		w.Open(files)
	}
}

// do runs a person's work, or says that something else is still under way.
func (w *Window) do(words string, work func(ctx context.Context) (then func())) {
	if !w.work.run(words, work) {
		w.toast("wait", look.Notice, w.v.t("busy.still"))
	}
}

// paste looks at a license that was copied out of a mail.
func (w *Window) paste() {
	text := w.app.Clipboard().Content()
	if !w.ready() || len(strings.TrimSpace(text)) < 40 {
		return
	}
	src := []licensing.Source{{Name: w.v.t("preview.pasted"), Data: []byte(text)}}
	w.do(w.v.t("busy.look"), func(ctx context.Context) func() { return w.inspect(ctx, []string{"-"}, src) })
}

// lookAgain looks at the same files once more.
func (w *Window) lookAgain(in *incoming) {
	w.do(w.v.t("busy.look"), func(ctx context.Context) func() { return w.inspect(ctx, in.paths, in.src) })
}

func (w *Window) inspect(ctx context.Context, paths []string, src []licensing.Source) func() {
	rep := w.engine.Inspect(ctx, src)
	st := w.look()
	return func() {
		w.set(st)
		w.showPreview(&incoming{paths: paths, src: src, rep: rep})
	}
}

// showPreview goes to the preview of files. Another file that comes while one is looked at takes its place.
func (w *Window) showPreview(in *incoming) {
	w.visit(place{section: secFiles, name: "preview", build: func() *screen {
		in.model = w.previewOf(in)
		in.page = newPreview(w.v, previewActions{
			use: func(trust bool) { w.use(in, trust) }, notNow: w.back, choose: w.useFile,
			act:     func(a terms.Action, f terms.Finding) { w.actOn(in, a, f) },
			command: w.copy,
		})
		in.page.Set(in.model)
		s := w.sub(in.model.Title, in.page.page, nil, nil)
		s.enter = func() *look.Button { return in.page.use }
		s.first = func() fyne.Focusable { return in.page.first }
		return s
	}})
}

// use takes the files over: the one act that changes something.
func (w *Window) use(in *incoming, trust bool) {
	o := licensing.ImportOptions{TrustVendor: trust, AcceptLoss: in.model.Loss != ""}
	w.do(w.v.t("busy.use"), func(ctx context.Context) func() {
		rep, err := w.engine.Import(w.o.Interactive(ctx), in.src, o)
		st := w.look()
		return func() {
			before := w.snap
			w.set(st)
			w.offerReminders(before)
			if err != nil {
				w.notUsed(in, err)
				return
			}
			w.used(in, rep)
		}
	})
}

// previewOf is the preview of files, after a failed attempt with what kept them from being used.
func (w *Window) previewOf(in *incoming) previewModel {
	m := w.v.preview(w.snap, in.rep, in.paths)
	if in.problem != nil {
		if m.Trust != nil {
			m.Trust.Agreed = true
		}
		m.Banner, m.Finding = w.problem(in.problem)
	}
	return m
}

// notUsed says what kept the files from being used; they stay ready.
func (w *Window) notUsed(in *incoming, err error) {
	in.problem = err
	in.model = w.previewOf(in)
	in.page.Set(in.model)
	in.page.page.ToTop()
	w.refocus("banner")
}

// problem puts an error into a banner.
func (w *Window) problem(err error) (banner, terms.Finding) {
	var p *terms.Problem
	if errors.As(err, &p) {
		return w.v.banner(w.snap, p.Finding), p.Finding
	}
	var l *app.Locked
	if errors.As(err, &l) {
		said := *l
		if id, ok := settingNames[l.Name]; ok {
			said.Key = w.v.t("settings.named", "name", w.v.t(id))
		}
		err = &said
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
		w.lookAgain(in)
		return
	}
	if rep.Partly {
		in.rep, in.problem = rep, nil
		w.showPreview(in)
		w.toast("notice", look.Notice, w.v.t("done.partly"))
		return
	}
	words := w.v.doneWords(w.snap, taken)
	if from, ok := w.trail.came(); ok && from.name == requestName && onlyVendor(taken) {
		w.form.Vendor = taken[0].Root
		w.back()
	} else if next, ok := w.toActivate(taken); ok {
		w.finish(next)
	} else if onlyReceipts(taken) {
		words = w.v.t("receipt.done")
		if slices.ContainsFunc(taken, func(it licensing.Item) bool { return it.Finding.State == terms.StateUsageMismatch }) {
			words = w.v.t("receipt.compare_it")
		}
		w.usage.root, w.usage.tab = taken[0].Root, usageTabFiles // the receipt is there
		w.finish(w.usagePlace())
	} else {
		w.finish(w.home())
	}
	w.toast("ok", look.OK, words)
}

// toActivate is where a license is asked for over the network, after files that brought a vendor and no license: the request that came
// with a welcome file, else the form for a license key.
func (w *Window) toActivate(taken []licensing.Item) (place, bool) {
	root := taken[0].Root
	if c, ok := contactOf(w.snap, root); !ok || !reachable(c) || len(w.snap.Verdict.Products) > 0 {
		return place{}, false
	}
	for _, r := range w.snap.Requests {
		if made, ok := w.made[r.ID]; ok && r.State == terms.RequestOpen && r.Vendor == root && r.Kind == exchange.RequestActivate {
			return w.requestPlace(made, ""), true
		}
	}
	w.form = requestForm{Vendor: root, online: true}
	return place{section: secFiles, name: requestName, build: w.requestScreen}, onlyVendor(taken)
}

// onlyReceipts says that nothing but receipts came in.
func onlyReceipts(items []licensing.Item) bool {
	return !slices.ContainsFunc(items, func(it licensing.Item) bool { return !confirmed(it) })
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
		for _, c := range taken[0].Changes {
			switch c.Code {
			case "key_changed":
				return v.t("done.key_changed", "vendor", taken[0].Vendor)
			case "vendor":
				return v.t("done.vendor", "vendor", taken[0].Vendor)
			}
		}
		return v.t("done.taken")
	}
	var all []terms.ProductVerdict
	for _, it := range taken {
		if p, ok := product(s, it.Finding.Product); ok {
			all = append(all, p)
		}
	}
	words := v.worksWords(all)
	switch {
	case words == "":
		return v.t("done.taken")
	case s.Verdict.Main.Tone == terms.ToneOK:
		words += " " + v.t("done.quiet")
	}
	return words
}

// worksWords say until when one can work with the first of the products that is at full use; "" for none.
func (v voice) worksWords(all []terms.ProductVerdict) string {
	for _, p := range all {
		if p.GraceActive || len(p.Works) == 0 {
			continue
		}
		if end := worksUntil(p); !end.IsZero() {
			return v.t("done.until", "date", v.long(end))
		}
		return v.t("done.no_end")
	}
	return ""
}
