package views

import (
	"context"
	"reflect"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// SetEngine shows what the engine knows and follows its changes. Files that came before are looked at now.
func (w *Window) SetEngine(e Engine) {
	w.follow(e)
	w.reload()
}

func (w *Window) follow(e Engine) {
	w.engine = e
	w.unwatch = e.Watch(func(licensing.Snapshot) {
		w.work.dispatch(w.reload)
	})
	w.stop = w.unwatch
}

// Refuse says why the engine could not be opened.
func (w *Window) Refuse(err error) {
	w.refused = err
	a := w.v.Problem(err, time.Now(), w.o.Zone)
	a.Button = ""
	details := look.NewButton(look.PrimaryButton, w.v.t("copy_details"), func() { w.copy(w.details(a, err)) })
	details.Key = "details"
	command := commandLine("doctor")
	parts := []fyne.CanvasObject{
		look.NewBanner(look.BannerModel{Tone: terms.ToneWarn, Headline: a.Headline, Answers: w.v.four(a)}),
		look.Wrapped(0, details),
		look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }),
	}
	w.show(&screen{
		head: look.Brand(programName), bare: true, body: look.NewPage(sheet(parts...)),
		enter: func() *look.Button { return details }, first: func() fyne.Focusable { return details },
	})
}

// tick asks again from time to time, so that dates that pass are seen and recorded. While the key store or the disk is
// in trouble it tries them again too, sooner and without bothering anybody: what comes back is seen without a restart.
func (w *Window) tick() {
	trouble := w.snap.KeyStore.State != "" || w.snap.Records.State == terms.StateDiskFull
	wait := again
	if trouble {
		wait = againInTrouble
	}
	cancel := w.work.after(wait, func() {
		w.work.dispatch(func() {
			if w.closed {
				return
			}
			w.tick()
			w.refresh()
		})
	})
	w.stop = func() {
		cancel()
		w.unwatch()
		w.unawait()
	}
}

// refresh lets the engine see what passed, and shows it.
func (w *Window) refresh() {
	if w.work.busy() {
		w.reload()
		return
	}
	w.work.quietly(func() func() {
		w.engine.Refresh(context.Background()) // tries what was out of reach, too; what is wrong stands in the snapshot
		st := w.look()
		return func() { w.set(st) }
	})
}

// awaitChange sees a date that changes the verdict before the next tick when it passes: nobody reads what is over.
func (w *Window) awaitChange() {
	w.unawait()
	w.unawait = func() {}
	wait := again
	for _, p := range w.snap.Verdict.Products {
		if !p.Change.IsZero() {
			wait = min(wait, p.Change.Sub(p.At)) // by the time that decides, which a wrong clock does not move
		}
	}
	if wait == again {
		return // the next tick comes first
	}
	w.unawait = w.work.after(max(wait, atLeast), func() {
		w.work.dispatch(func() {
			if !w.closed {
				w.refresh()
			}
		})
	})
}

// state is what one look at the engine gives.
type state struct {
	snap licensing.Snapshot
	made map[string]licensing.Made
}

// look asks the engine; it belongs in the background.
func (w *Window) look() state { return lookAt(w.engine) }

func lookAt(e Engine) state {
	st := state{snap: e.Snapshot(), made: map[string]licensing.Made{}}
	for _, r := range st.snap.Requests {
		if r.State != terms.RequestOpen {
			continue
		}
		if m, err := e.RequestFile(r.ID); err == nil {
			st.made[r.ID] = m
		}
	}
	return st
}

// reload shows the present state of the engine.
func (w *Window) reload() {
	if w.engine == nil || w.closed {
		return
	}
	w.work.quietly(func() func() {
		st := w.look()
		return func() { w.set(st) }
	})
}

// set takes a new state over. What did not change is not drawn again, and focus stays where it was.
func (w *Window) set(st state) {
	if w.closed || w.have && st.snap.Revision < w.snap.Revision {
		return
	}
	first := !w.have
	w.snap, w.made, w.have = w.withSaved(st.snap), st.made, true
	w.renewFoot()
	w.remind()
	w.awaitChange()
	if !first {
		w.frame.SetRail(w.renewedRail())
		if w.now.renew != nil {
			w.now.renew()
		}
		return
	}
	w.tick()
	w.reshow()
	if len(w.waiting) > 0 {
		files := w.waiting
		w.waiting = nil
		w.Open(files)
	}
}

// renewFoot shows the footer as it stands.
func (w *Window) renewFoot() {
	if foot := w.v.footer(w.snap, w.contactFacts(nil)); !reflect.DeepEqual(foot, w.foot) {
		w.foot = foot
		key := look.FocusKeyOf(w.canvas().Focused())
		was := w.footer != nil && look.ByFocusKey(w.footer, key) != nil
		w.footer = newFooter(foot, func(section string) {
			switch {
			case !w.ready():
			case section == toClock:
				w.visit(w.clockPlace())
			case section == toContacts:
				w.showContacts()
			case section == toNetwork:
				w.showNetwork()
			default:
				w.visit(w.sectionPlace(section))
			}
		})
		w.frame.SetFoot(w.footer)
		if was {
			w.refocus(key)
		}
	}
}

// recheck looks at everything again because a person asked for it.
func (w *Window) recheck() {
	if !w.ready() {
		return
	}
	if w.trail.here().name == secHelp {
		w.runChecks()
		return
	}
	w.unlock(nil)
}
