package views

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// checkIn makes the file that a vendor answers with what counts now: the offline time begins anew, the date is sure again,
// and a changed or restored computer is confirmed. Where more than one vendor could be asked, the person says which.
func (w *Window) checkIn(f terms.Finding) {
	if !w.ready() {
		return
	}
	switch ask := vendorsOf(w.snap, f); len(ask) {
	case 0:
		w.request()
	case 1:
		w.makeFor(licensing.RequestOptions{Kind: exchange.RequestCheckin, Vendor: ask[0].Root}, true)
	default:
		w.visit(place{section: secFiles, name: "checkin", build: func() *screen { return w.checkinScreen(f) }})
	}
}

// vendorsOf are the vendors that a check-in about a finding goes to: that of its product, the one that it names, those whose
// signed time the clock is behind, else all whose licenses are here.
func vendorsOf(s licensing.Snapshot, f terms.Finding) []vendorOption {
	var roots []string
	add := func(root string) {
		if root != "" && !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	if p, ok := productFor(s, f); ok && f.Product != "" {
		add(p.Vendor)
	}
	if name, ok := f.Slots["vendor"].(string); ok && len(roots) == 0 {
		for _, v := range s.Vendors {
			if v.Name == name {
				add(v.Root)
			}
		}
	}
	if len(roots) == 0 && f.State == terms.StateClockWrong {
		for _, c := range s.Clock.Vendors {
			if c.Behind > 0 {
				add(c.Root)
			}
		}
	}
	if len(roots) == 0 {
		for _, h := range s.Facts.Licenses {
			add(h.Vendor)
		}
	}
	var out []vendorOption
	for _, v := range s.Vendors {
		if slices.Contains(roots, v.Root) {
			out = append(out, vendorOption{Root: v.Root, ID: v.ID, Name: v.Name, HasKey: v.HasKey})
		}
	}
	return out
}

// checkinScreen asks which vendor a check-in is for.
func (w *Window) checkinScreen(f terms.Finding) *screen {
	page := look.NewPage(nil)
	var first *look.Area
	s := w.sub(w.v.t("checkin.title"), page, nil, nil)
	s.first = func() fyne.Focusable { return first }
	s.renew = live(w, func() []vendorOption { return vendorsOf(w.snap, f) }, func(all []vendorOption) {
		list := look.Column(look.Gap4)
		for i, v := range all {
			line := look.NewListLine("fileout", look.Primary, v.Name, w.v.t("checkin.make"), func() {
				w.makeFor(licensing.RequestOptions{Kind: exchange.RequestCheckin, Vendor: v.Root}, false)
			})
			line.Key = "vendor " + v.Root
			if i == 0 {
				first = line
			}
			list.Add(line)
		}
		command := commandLine("checkin", "--vendor", "VENDOR", "--out", "FILE.hfreq")
		page.Set(sheet(look.NewPara(w.v.t("checkin.lead"), look.Body), look.Card(look.Inset(6, 6, 6, 6, list)),
			look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) })))
	})
	return s
}

// makeFor makes a request that needs nothing typed, and goes to the page that hands it on. stay keeps the page where it began to
// come back to.
func (w *Window) makeFor(o licensing.RequestOptions, stay bool) {
	w.do(w.v.t("busy.request"), func(ctx context.Context) func() {
		made, err := w.engine.MakeRequest(w.o.Interactive(ctx), o)
		// Who asks for more time chose a date first: so that the file is saved in three clicks all the same, the dialog comes by itself.
		save := err == nil && o.Kind == exchange.RequestMoreTime && !made.Again && len(w.o.Sticks()) == 0
		st := w.look()
		return func() {
			w.set(st)
			if save {
				defer w.saveRequest(made)
			}
			switch {
			case err != nil:
				w.notAskedFor(err)
			case stay:
				w.visit(w.requestPlace(made, ""))
			default:
				w.finish(w.requestPlace(made, ""))
			}
		}
	})
}

// notAskedFor says why no request was made that needs nothing typed.
func (w *Window) notAskedFor(err error) {
	var p *terms.Problem
	if errors.As(err, &p) {
		w.showFinding(p.Finding)
		return
	}
	w.warn(err)
}

// confirmRestore takes note that older records came from a backup on purpose. The check-in that goes with it is the next button.
func (w *Window) confirmRestore() {
	w.do(w.v.t("busy.confirm"), func(ctx context.Context) func() {
		err := w.engine.ConfirmRestore(w.o.Interactive(ctx))
		st := w.look()
		return func() {
			w.set(st)
			if err != nil {
				w.warn(err)
				return
			}
			w.toast("ok", look.OK, w.v.t("restore.done"))
		}
	})
}

// checkAgain looks at the clock once more and says what it shows now.
func (w *Window) checkAgain() {
	w.do(w.v.t("busy.clock"), func(ctx context.Context) func() {
		w.engine.Refresh(ctx)
		st := w.look()
		return func() {
			w.set(st)
			words, tone := "clock.again.ok", look.ToneOf(terms.ToneOK)
			if w.snap.Clock.State != "" {
				words, tone = "clock.again."+string(w.snap.Clock.State), look.ToneOf(terms.ToneWarn)
			}
			w.toast(tone.Icon, tone.Ink, w.v.t(words, "now", w.v.DateTime(w.snap.Clock.Wall, w.v.zone)))
		}
	})
}
