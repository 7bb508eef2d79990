package views

import (
	"context"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// programName is a name and the same in every language.
const programName = "Holdfast"

// Sizes of the window, in Fyne's pixels.
const (
	windowWidth, windowHeight = 960, 640
)

// again is how often the verdict is asked for while nothing happens: dates pass.
const (
	again          = time.Minute
	againInTrouble = 15 * time.Second
)

// toastTime is how long a short word stays.
const toastTime = 6 * time.Second

// screen is what the window shows: a page with its head, where keys lead, and who has focus first.
type screen struct {
	head  fyne.CanvasObject
	page  *look.Page
	back  func()              // Esc; nil: nothing
	enter func() *look.Button // Enter when nothing has focus; may return nil
	first func() fyne.Focusable
}

// Window is the one window of the program.
type Window struct {
	o      Options
	v      voice
	win    fyne.Window
	app    fyne.App
	work   *worker
	engine Engine // nil until it is open

	snap   licensing.Snapshot
	made   map[string]licensing.Made // files of the open requests, by id
	have   bool
	stop   func() // ends watching
	closed bool

	frame    *look.Frame
	now      *screen
	overview *overview
	home     *screen
	shown    overviewModel
	foot     []footerPart
	folder   string      // last folder of a file dialog
	form     requestForm // kept while a vendor's file is fetched
	asking   bool        // a preview leads back to the request page
	waiting  []string    // files that came before the engine was open
	toasts   int
	// shortcuts are the window's own, by name; Fyne's test canvas cannot press them.
	shortcuts map[string]func()
}

// NewWindow makes the window of app a, not shown yet. Without o.Engine it says that licenses are being opened, until
// SetEngine.
func NewWindow(a fyne.App, o Options) *Window {
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Env == nil {
		o.Env = os.Getenv
	}
	if o.Read == nil {
		o.Read = func(paths []string, dir string) []licensing.Source { return licensing.ReadSources(paths, nil, dir) }
	}
	if o.Interactive == nil {
		o.Interactive = func(ctx context.Context) context.Context { return ctx }
	}
	w := &Window{o: o, app: a, v: voice{o.Words, o.Zone}, frame: look.NewFrame(), stop: func() {}, shortcuts: map[string]func(){}}
	w.work = newWorker(o, w.showWork)
	w.win = a.NewWindow(programName)
	w.win.SetPadded(false)
	w.win.SetIcon(look.AppPicture())
	w.win.Resize(fyne.NewSize(windowWidth, windowHeight))
	w.overview = newOverview(w.v, overviewActions{
		act: w.act, useFile: w.useFile, request: w.request, show: w.showRequest, details: w.showDetails,
		read: w.showFinding, whatLeave: w.whatLeaves,
	})
	w.home = &screen{
		head: look.Brand(programName), page: w.overview.page,
		enter: func() *look.Button { return w.overview.main },
		first: func() fyne.Focusable {
			if w.overview.main != nil {
				return w.overview.main
			}
			if w.shown.FirstRun {
				return w.overview.next
			}
			return nil
		},
	}
	w.win.SetContent(w.frame)
	w.keys()
	w.win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) {
		var paths []string
		for _, u := range uris {
			if u.Scheme() == "file" {
				paths = append(paths, u.Path())
			}
		}
		w.Open(paths)
	})
	w.win.SetOnClosed(w.close)
	w.show(w.opening())
	if o.Engine != nil {
		w.SetEngine(o.Engine)
	}
	return w
}

// Fyne returns the window that a person sees.
func (w *Window) Fyne() fyne.Window { return w.win }

func (w *Window) canvas() fyne.Canvas { return w.win.Canvas() }

func (w *Window) close() {
	w.closed = true
	w.work.cancel()
	w.stop()
}

// keys gives Esc and Enter a meaning where no widget wants them, and the window its shortcuts.
func (w *Window) keys() {
	w.canvas().SetOnTypedKey(w.key)
	on := func(s fyne.Shortcut, f func()) {
		w.shortcuts[s.ShortcutName()] = f
		w.canvas().AddShortcut(s, func(fyne.Shortcut) { f() })
	}
	add := func(k fyne.KeyName, f func()) {
		on(&desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}, f)
	}
	add(fyne.KeyO, w.useFile)
	add(fyne.KeyR, w.request)
	add(fyne.KeyW, w.win.Close)
	add(fyne.KeyEqual, func() { w.enlarge(0.25) })
	add(fyne.KeyPlus, func() { w.enlarge(0.25) })
	add(fyne.KeyMinus, func() { w.enlarge(-0.25) })
	add(fyne.Key0, func() { w.enlarge(-2) })
	on(&fyne.ShortcutPaste{}, w.paste)
}

// enlarge changes the size of all text, between 100 and 200 %.
func (w *Window) enlarge(by float32) {
	old, ok := w.app.Settings().Theme().(*look.Theme)
	if !ok {
		return
	}
	t := *old
	t.Factor = min(2, max(1, max(old.Factor, 1)+by))
	w.app.Settings().SetTheme(&t)
	w.frame.Refresh()
}

func (w *Window) key(k *fyne.KeyEvent) {
	if d, ok := w.canvas().Overlays().Top().(*look.Dialog); ok {
		d.Key(k)
		return
	}
	switch k.Name {
	case fyne.KeyEscape:
		switch {
		case w.work.busy():
			w.work.cancel()
			w.reload()
		case w.now.back != nil:
			w.now.back()
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if w.now.enter != nil {
			if b := w.now.enter(); b != nil && !b.Disabled() {
				b.Tapped(nil)
			}
		}
	}
}

// show moves to another screen.
func (w *Window) show(s *screen) {
	w.now = s
	w.frame.SetPage(s.head, s.page)
	w.canvas().Unfocus()
	if s.first != nil {
		if f := s.first(); f != nil {
			w.canvas().Focus(f)
		}
	}
	s.page.ToTop() // whatever has the focus, a page begins with its verdict
}

// sub returns a screen that leads back.
func (w *Window) sub(title string, page *look.Page, back func()) *screen {
	return &screen{head: look.BackTitle(w.v.t("back"), title, back), page: page, back: back}
}

// opening is the screen before the engine is open.
func (w *Window) opening() *screen {
	return &screen{head: look.Brand(programName), page: look.NewPage(look.Waiting(w.v.t("busy.start")))}
}

// showDetails shows one product.
func (w *Window) showDetails(row string) {
	for _, p := range w.snap.Verdict.Products {
		if p.Vendor+"/"+p.ID == row {
			w.details(w.v.productDetails(w.snap, p))
			return
		}
	}
}

// showFinding shows a state of the whole computer.
func (w *Window) showFinding(f terms.Finding) { w.details(w.v.findingDetails(w.snap, f)) }

func (w *Window) details(m detailsModel) {
	p := newDetailsPage(w.v, w.act)
	p.Set(m)
	s := w.sub(m.Title, p.page, w.showHome)
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable { return p.first }
	w.show(s)
}

// showWork shows or hides that slow work is under way.
func (w *Window) showWork(words string) {
	w.toasts++
	if words == "" {
		w.frame.SetFloat(nil)
		return
	}
	stop := look.NewButton(look.LinkButton, w.v.t("cancel"), func() {
		w.work.cancel()
		w.reload()
	})
	w.frame.SetFloat(look.NewToast("wait", look.Notice, words+" …", stop))
}

// toast says a short word that goes away by itself.
func (w *Window) toast(sym string, ink fyne.ThemeColorName, words string) {
	w.toasts++
	mine := w.toasts
	w.frame.SetFloat(look.NewToast(sym, ink, words, nil))
	w.work.after(toastTime, func() {
		w.work.dispatch(func() {
			if w.toasts == mine {
				w.frame.SetFloat(nil)
			}
		})
	})
}

// copy puts text on the clipboard and says so.
func (w *Window) copy(text string) {
	w.app.Clipboard().SetContent(text)
	w.toast("ok", look.OK, w.v.t("copied"))
}

// startFolder is where a file dialog begins: the folder of the last one, "" for the usual place.
func (w *Window) startFolder() string { return w.folder }
