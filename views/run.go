package views

import (
	"context"
	"os"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/lang"

	"holdfast/app"
	"holdfast/app/desktop"
	"holdfast/licensing/keystore"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/views/look"
)

// programID names the program to the desktop.
const programID = "holdfast.Holdfast"

// Run shows the window of a with files previewed, and returns the exit code when it was closed. It must be
// called from the main goroutine. Files are absolute names or relative to the working folder.
func Run(a *app.App, files []string) int {
	system := systemLanguage()
	words, err := SpeakerOf(a.Settings(), system)
	if err != nil {
		return 1
	}
	started, end := keepToolkitLog(os.Stderr)
	defer end()
	_ = desktop.MakeCache() // without one the toolkit draws the same, only later
	f := fyneapp.NewWithID(programID)
	f.Settings().SetTheme(ThemeOf(a.Settings()))
	f.SetIcon(look.AppPicture())
	dir, _ := os.Getwd()
	w := NewWindow(f, Options{Words: words, System: system, Dir: dir, Interactive: keystore.Interactive, Desk: newDesk(a)})
	w.Open(files)
	a.OnOpen(func(more []string) {
		fyne.Do(func() {
			w.raise()
			w.Open(more)
		})
	})
	defer a.OnOpen(nil)
	a.OnSettings(func(s Settings) { fyne.Do(func() { w.Follow(s) }) })
	defer a.OnSettings(nil)
	ready := make(chan opened, 1)
	go func() { ready <- openEngine(a) }()
	f.Lifecycle().SetOnStarted(func() {
		started()
		w.wear(a.Settings())
		select {
		case o := <-ready: // mostly so, since windows take longer: the first picture is the verdict
			w.begin(o)
		default:
			go func() {
				o := <-ready
				fyne.Do(func() { w.begin(o) })
			}()
		}
	})
	f.Lifecycle().SetOnEnteredForeground(a.WindowOpened)
	w.Fyne().ShowAndRun()
	w.Flush()
	return 0
}

// systemLanguage is what the environment names, as for the command line, else what the desktop says.
func systemLanguage() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if os.Getenv(name) != "" {
			return plain.Detect(os.Getenv)
		}
	}
	return lang.SystemLocale().LanguageString()
}

// opened is an engine with a first look at it, or why there is none.
type opened struct {
	engine Engine
	state  state
	err    error
}

func openEngine(a *app.App) opened {
	e, err := a.Engine()
	if err != nil {
		return opened{err: err}
	}
	return opened{engine: e, state: lookAt(e)}
}

// begin shows what was opened.
func (w *Window) begin(o opened) {
	if o.err != nil {
		w.Refuse(o.err)
		return
	}
	w.follow(o.engine)
	w.set(o.state)
	w.o.Desk.WindowOpened()
}

// outside is how long the desktop may take to answer.
const outside = 3 * time.Second

// desk is the real program and desktop around the window.
type desk struct {
	*app.App
	start desktop.Start
}

func newDesk(a *app.App) *desk {
	return &desk{App: a, start: desktop.NewStart(os.Getenv, "")}
}

// SyncNow implements Desk: usage that waits for a word of the person here waits on.
func (d *desk) SyncNow(ctx context.Context, root string) (reconcile.Contact, error) {
	return d.CheckNow(ctx, root)
}

func (d *desk) Version() string { return app.ThisBuild().Version }

func (d *desk) StartsWithComputer() bool            { return d.start.On() }
func (d *desk) SetStartsWithComputer(on bool) error { return d.start.Set(on) }

func (d *desk) TrayThere() bool {
	ctx, stop := context.WithTimeout(context.Background(), outside)
	defer stop()
	return desktop.TrayThere(ctx, os.Getenv)
}

func (d *desk) OpenURL(address string) error {
	ctx, stop := context.WithTimeout(context.Background(), outside)
	defer stop()
	return desktop.Open(ctx, address)
}

func (d *desk) OpenDraft(path string) error {
	ctx, stop := context.WithTimeout(context.Background(), outside)
	defer stop()
	return desktop.OpenDraft(ctx, path)
}

func (d *desk) ShowFolder(path string) error {
	ctx, stop := context.WithTimeout(context.Background(), outside)
	defer stop()
	return desktop.Show(ctx, path)
}
