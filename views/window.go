package views

import (
	"context"
	"os"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/views/look"
)

// programName is a name and the same in every language.
const programName = "Holdfast"

// Sizes of the window, in Fyne's pixels: the usual one, and what a remembered one is at least and at most.
const (
	windowWidth, windowHeight = 960, 640
	leastWidth, leastHeight   = 480, 360
	mostWidth, mostHeight     = 7680, 4320
)

// again is how often the verdict is asked for while nothing happens: dates pass.
const (
	again          = time.Minute
	againInTrouble = 15 * time.Second
)

// toastTime is how long a short word stays.
const toastTime = 6 * time.Second

// Window is the one window of the program.
type Window struct {
	o      Options
	v      voice
	win    fyne.Window
	app    fyne.App
	work   *worker
	engine Engine // nil until it is open

	snap    licensing.Snapshot
	made    map[string]licensing.Made // files of the open requests, by id
	have    bool
	unwatch func() // ends watching the engine
	stop    func() // ends watching and timers
	closed  bool

	frame *look.Frame
	rail  *look.Rail
	trail trail
	now   *screen
	foot  []footerPart

	shown    overviewModel     // of the Overview, as last shown
	finder   licenseFinder     // what a person looks for among the licenses
	checks   checkup           // of Help & checks, as last run
	folder   string            // last folder of a file dialog
	form     requestForm       // kept while a vendor's file is fetched
	saved    map[string]string // names of saved requests that are not recorded yet, by id
	waiting  []string          // files that came before the engine was open
	toasts   int
	settings Settings   // as they show now, kept or not
	worn     look.Theme // of settings
	tray     bool       // the window hides instead of closing
	trayIcon trayIcon
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
	if o.System == "" {
		o.System = plain.Detect(o.Env)
	}
	if o.Read == nil {
		o.Read = func(paths []string, dir string) []licensing.Source { return licensing.ReadSources(paths, nil, dir) }
	}
	if o.Sticks == nil {
		o.Sticks = func() []string { return sticks(o.Env) }
	}
	if o.Interactive == nil {
		o.Interactive = func(ctx context.Context) context.Context { return ctx }
	}
	if o.Desk == nil {
		o.Desk = &bareDesk{}
	}
	w := &Window{o: o, app: a, v: voice{o.Words, o.Zone}, frame: look.NewFrame(), stop: func() {}, saved: map[string]string{}, shortcuts: map[string]func(){}}
	w.settings = o.Desk.Settings()
	w.worn = *ThemeOf(w.settings)
	w.work = newWorker(o, w.showWork)
	w.win = a.NewWindow(programName)
	w.win.SetPadded(false)
	w.win.SetIcon(look.AppPicture())
	w.win.Resize(w.size())
	w.trail.visit(w.home())
	w.win.SetContent(w.frame)
	w.keys()
	w.win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { w.Open(filesOf(uris)) })
	w.win.SetOnClosed(w.close)
	w.win.SetCloseIntercept(w.askedToClose)
	w.show(w.opening())
	if o.Engine != nil {
		w.SetEngine(o.Engine)
	}
	return w
}

// filesOf returns the names of the files that were dropped.
func filesOf(uris []fyne.URI) []string {
	var paths []string
	for _, u := range uris {
		if u.Scheme() == "file" {
			paths = append(paths, u.Path())
		}
	}
	return paths
}

// Fyne returns the window that a person sees.
func (w *Window) Fyne() fyne.Window { return w.win }

func (w *Window) canvas() fyne.Canvas { return w.win.Canvas() }

// size is the size that the window had when it was last closed.
func (w *Window) size() fyne.Size {
	s := w.settings
	if s.Width < leastWidth || s.Height < leastHeight || s.Width > mostWidth || s.Height > mostHeight {
		return fyne.NewSize(windowWidth, windowHeight)
	}
	return fyne.NewSize(float32(s.Width), float32(s.Height))
}

// askedToClose hides the window where a tray can bring it back, and else closes it.
func (w *Window) askedToClose() {
	w.keepSize()
	if w.tray {
		w.win.Hide()
		return
	}
	w.win.Close()
}

func (w *Window) keepSize() {
	size := w.canvas().Size()
	if width, height := int(size.Width), int(size.Height); !w.win.FullScreen() && (w.settings.Width != width || w.settings.Height != height) {
		w.settings.Width, w.settings.Height = width, height
		// When it cannot be kept, the window opens in its usual size.
		_ = w.o.Desk.ChangeSettings(func(s *Settings) { s.Width, s.Height = width, height })
	}
}

func (w *Window) close() {
	w.closed = true
	w.work.close()
	w.stop()
}

// opening is the screen before the engine is open.
func (w *Window) opening() *screen {
	return &screen{head: look.Brand(programName), body: look.NewPage(look.Waiting(w.v.t("busy.start"))), bare: true}
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

// warn says in a short word what went wrong.
func (w *Window) warn(err error) {
	b, _ := w.problem(err)
	w.toast(look.ToneOf(b.Tone).Icon, look.ToneOf(b.Tone).Ink, b.Answers.Headline)
}

// copy puts text on the clipboard and says so.
func (w *Window) copy(text string) {
	w.app.Clipboard().SetContent(text)
	w.toast("ok", look.OK, w.v.t("copied"))
}

// startFolder is where a file dialog begins: the folder of the last one, "" for the usual place.
func (w *Window) startFolder() string { return w.folder }
