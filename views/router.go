package views

import (
	"reflect"

	"fyne.io/fyne/v2"

	"holdfast/views/look"
)

// Sections of the rail, in its order.
const (
	secOverview = "overview"
	secLicenses = "licenses"
	secFiles    = "files"
	secUsage    = "usage"
	secPlan     = "plan"
	secHelp     = "help"
	secSettings = "settings"
)

// place is somewhere a person can be and come back to. It can be built again at any time, also in another language.
type place struct {
	section string
	name    string // what stands there; going to a place of the same name again does not add a step
	build   func() *screen
}

// screen is a place as it is shown.
type screen struct {
	head  fyne.CanvasObject // nil: the page begins with its body
	body  fyne.CanvasObject // usually a *look.Page
	bare  bool              // without the rail
	enter func() *look.Button
	first func() fyne.Focusable
	renew func() // shows the newest state of the engine; nil: it does not depend on it
	esc   func() // nil: back to where the person came from, if there is anywhere
}

// trailLimit is how many steps back are kept.
const trailLimit = 50

// trail is the way a person took through the window.
type trail struct {
	places []place
	at     int
}

func (t *trail) here() place { return t.places[t.at] }

// visit goes on to p and forgets what was ahead.
func (t *trail) visit(p place) {
	if len(t.places) > 0 && t.here().name == p.name {
		t.places[t.at] = p
		return
	}
	t.places = append(t.places[:min(t.at+1, len(t.places))], p)
	if over := len(t.places) - trailLimit; over > 0 {
		t.places = t.places[over:]
	}
	t.at = len(t.places) - 1
}

// replace puts p where the person is: what stood there cannot be gone back to.
func (t *trail) replace(p place) {
	t.places = append(t.places[:t.at], p)
	if t.at > 0 && t.places[t.at-1].name == p.name {
		t.places, t.at = t.places[:t.at], t.at-1
	}
}

// step moves by one, back (-1) or forward (+1).
func (t *trail) step(by int) bool {
	to := t.at + by
	if to < 0 || to >= len(t.places) {
		return false
	}
	t.at = to
	return true
}

// came is where the person was before; ok is false at the beginning.
func (t *trail) came() (p place, ok bool) {
	if t.at == 0 {
		return place{}, false
	}
	return t.places[t.at-1], true
}

// visit shows p. Who goes elsewhere gives up what is under way here.
func (w *Window) visit(p place) {
	w.giveUp()
	w.trail.visit(p)
	w.reshow()
}

// back returns to where the person came from, else to the Overview.
func (w *Window) back() {
	w.giveUp()
	if !w.trail.step(-1) {
		w.trail.replace(w.home())
	}
	w.reshow()
}

func (w *Window) forward() {
	w.giveUp()
	if w.trail.step(1) {
		w.reshow()
	}
}

// giveUp ends a person's work without its result; what it had done by then shows by itself.
func (w *Window) giveUp() {
	w.toasts++ // a word about the page that is left goes with it
	w.frame.SetFloat(nil)
	if w.work.busy() {
		w.work.cancel()
		w.reload()
	}
}

// finish leaves a place that is over, such as the preview of a file that is in use now, for p.
func (w *Window) finish(p place) {
	w.trail.replace(p)
	w.reshow()
}

// reshow builds the present place anew.
func (w *Window) reshow() {
	if w.have {
		w.show(w.trail.here().build())
	}
}

// show puts a screen into the window.
func (w *Window) show(s *screen) {
	w.now = s
	w.frame.SetAll(w.renewedRail(), s.head, s.body)
	if w.canvas().Overlays().Top() == nil { // a dialog keeps the focus
		w.canvas().Unfocus()
		w.focusFirst()
	}
	if p, ok := s.body.(*look.Page); ok {
		p.ToTop() // whatever has the focus, a page begins with its verdict
	}
}

// live shows a model now and returns what shows it again: only when it has changed, and with the focus where it was.
func live[M any](w *Window, model func() M, show func(M)) (renew func()) {
	last := model()
	show(last)
	return func() {
		m := model()
		if reflect.DeepEqual(m, last) {
			return
		}
		last = m
		key := look.FocusKeyOf(w.canvas().Focused())
		show(m)
		w.refocus(key)
	}
}

// refocus puts the focus back on what has that name, else on what comes first.
func (w *Window) refocus(key string) {
	if w.canvas().Overlays().Top() != nil {
		return // a dialog keeps it
	}
	roots := []fyne.CanvasObject{w.now.body, w.now.head}
	if w.rail != nil {
		roots = append(roots, w.rail)
	}
	if w.footer != nil {
		roots = append(roots, w.footer)
	}
	for _, root := range roots {
		if f := look.ByFocusKey(root, key); f != nil {
			w.canvas().Focus(f)
			return
		}
	}
	w.focusFirst()
}

// focusFirst puts the focus where a page wants it first.
func (w *Window) focusFirst() {
	if w.now.first != nil {
		if f := w.now.first(); f != nil {
			w.canvas().Focus(f)
		}
	}
}

// closeOverlays closes dialogs and menus.
func (w *Window) closeOverlays() {
	for top := w.canvas().Overlays().Top(); top != nil; top = w.canvas().Overlays().Top() {
		if d, ok := top.(*look.Dialog); ok {
			d.Cancel()
		} else {
			w.canvas().Overlays().Remove(top)
		}
	}
}

// sub returns a screen below a section, with a way back in its head.
func (w *Window) sub(title string, page *look.Page, extras, actions []fyne.CanvasObject) *screen {
	return &screen{head: look.BackHead(w.v.t("back"), title, w.back, extras, actions), body: page}
}
