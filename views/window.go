package views

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/alarm"
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
	atLeast        = 200 * time.Millisecond // between two looks at a date that passes
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
	unawait func() // ends waiting for the next date
	closed  bool

	frame   *look.Frame
	rail    *look.Rail
	trail   trail
	now     *screen
	foot    []footerPart
	footer  fyne.CanvasObject
	refused error // why there is no engine

	shown    overviewModel     // of the Overview, as last shown
	alarm    alarm.Alarm       // that the person was told of last; without a key when there is none
	offered  bool              // the box about reminders stands on the Overview
	finder   licenseFinder     // what a person looks for among the licenses
	plan     planForm          // what they try on Plan ahead
	checks   checkup           // of Help & checks, as last run
	usage    usageForm         // what they look at on Usage & privacy
	net      networkForm       // what they began to type among the settings
	netGroup fyne.CanvasObject // where the settings of the network are
	asks     map[string]*ask   // vendors that they ask now, by root
	opened   map[string]bool   // contacts whose details they opened, by id
	folder   string            // last folder of a file dialog
	form     requestForm       // kept while a vendor's file is fetched
	saved    map[string]string // names of saved requests that are not recorded yet, by id
	waiting  []string          // files that came before the engine was open
	toasts   int
	progress *look.Progress // of slow work; nil: none
	settings Settings       // as they show now, kept or not
	worn     look.Theme     // of settings
	writes   sync.WaitGroup
	tray     bool // the window hides instead of closing
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
	w := &Window{o: o, app: a, v: voice{o.Words, o.Zone}, frame: look.NewFrame(), stop: func() {}, unawait: func() {}, saved: map[string]string{}, shortcuts: map[string]func(){}}
	w.asks, w.opened = map[string]*ask{}, map[string]bool{}
	w.settings = o.Desk.Settings()
	w.worn = *ThemeOf(w.settings)
	w.work = newWorker(o, w.showWork)
	w.work.idle = w.openWaiting
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
	w.hideOrClose()
}

// quit closes the window, and with it the program.
func (w *Window) quit() {
	w.keepSize()
	w.win.Close()
}

// keepSize keeps the size for the next start. It is written in the background; Flush waits for it.
func (w *Window) keepSize() {
	size := w.canvas().Size()
	width, height := int(size.Width), int(size.Height)
	usual := w.settings.Width == 0 && width == windowWidth && height == windowHeight
	if w.win.FullScreen() || usual || w.settings.Width == width && w.settings.Height == height {
		return
	}
	w.settings.Width, w.settings.Height = width, height
	w.writes.Add(1)
	w.work.spawn(func() {
		defer w.writes.Done()
		// When it cannot be kept, the window opens in its usual size.
		_ = w.o.Desk.ChangeSettings(func(s *Settings) { s.Width, s.Height = width, height })
	})
}

// Flush waits until what the window wanted to keep is written.
func (w *Window) Flush() { w.writes.Wait() }

func (w *Window) close() {
	w.closed = true
	w.dropAsks()
	w.work.close()
	w.stop()
}

// opening is the screen before the engine is open.
func (w *Window) opening() *screen {
	return &screen{head: look.Brand(programName), body: look.NewPage(look.Waiting(w.v.t("busy.start"))), bare: true}
}

// stepEvery is how often the bar of slow work moves on.
const stepEvery = 300 * time.Millisecond

// showWork shows that slow work is under way, with a way to stop it, or hides it.
func (w *Window) showWork(words string) {
	if words == "" {
		w.progress = nil
		w.frame.SetProgress(nil)
		return
	}
	w.progress = look.NewProgress(words+" …", look.NewButton(look.LinkButton, w.v.t("cancel"), func() {
		w.work.cancel()
		w.reload()
	}))
	w.frame.SetProgress(w.progress)
	mine := w.progress
	w.stepOn(mine, func() bool { return w.progress == mine })
}

// stepOn moves the bar on for as long as it is shown.
func (w *Window) stepOn(p *look.Progress, shown func() bool) {
	w.work.after(stepEvery, func() {
		w.work.dispatch(func() {
			if !w.closed && shown() {
				p.Step()
				w.stepOn(p, shown)
			}
		})
	})
}

// toast says a short word that goes away by itself.
func (w *Window) toast(sym string, ink fyne.ThemeColorName, words string) {
	w.toastWith(sym, ink, words, nil, toastTime)
}

func (w *Window) toastWith(sym string, ink fyne.ThemeColorName, words string, link *look.Button, stays time.Duration) {
	w.toasts++
	mine := w.toasts
	w.frame.SetFloat(look.NewToast(sym, ink, words, link))
	w.work.after(stays, func() {
		w.work.dispatch(func() {
			if w.toasts == mine {
				w.frame.SetFloat(nil)
			}
		})
	})
}

// warn says what went wrong and what to do, with details to copy for who is asked for help.
func (w *Window) warn(err error) {
	b, _ := w.problem(err)
	tone := look.ToneOf(b.Tone)
	details := w.details(b.Answers, err)
	link := look.NewButton(look.LinkButton, w.v.t("copy_details"), func() { w.copy(details) })
	link.Key = "details"
	w.toastWith(tone.Icon, tone.Ink, b.Answers.Headline+" "+b.Answers.Do, link, 2*toastTime)
}

// details are an error for support: what was said, its stable code, the time and the version.
func (w *Window) details(a plain.Answers, err error) string {
	lines := []string{a.Headline, a.Do, a.Code, time.Now().UTC().Format(time.RFC3339), programName + " " + w.o.Desk.Version()}
	if err != nil {
		lines = append(lines, err.Error())
	}
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
}

// copy puts text on the clipboard and says so.
func (w *Window) copy(text string) {
	w.app.Clipboard().SetContent(text)
	w.toast("ok", look.OK, w.v.t("copied"))
}

// startFolder is where a file dialog begins: the folder of the last one, "" for the usual place.
func (w *Window) startFolder() string { return w.folder }
