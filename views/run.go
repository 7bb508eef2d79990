package views

import (
	"os"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"holdfast/app"
	"holdfast/licensing/keystore"
	"holdfast/licensing/plain"
	"holdfast/views/look"
)

// programID names the program to the desktop.
const programID = "holdfast.Holdfast"

// Run shows the window of a with files previewed, and returns the exit code when it was closed. It must be
// called from the main goroutine. Files are absolute names or relative to the working folder.
func Run(a *app.App, files []string) int {
	words, err := plain.New(plain.Detect(os.Getenv))
	if err != nil {
		return 1
	}
	f := fyneapp.NewWithID(programID)
	f.Settings().SetTheme(&look.Theme{})
	f.SetIcon(look.AppPicture())
	dir, _ := os.Getwd()
	w := NewWindow(f, Options{Words: words, Dir: dir, Interactive: keystore.Interactive})
	w.Open(files)
	a.OnOpen(func(more []string) {
		fyne.Do(func() {
			w.Fyne().RequestFocus()
			w.Open(more)
		})
	})
	defer a.OnOpen(nil)
	f.Lifecycle().SetOnStarted(func() {
		go func() {
			engine, err := a.Engine()
			fyne.Do(func() {
				if err != nil {
					w.Refuse(err)
					return
				}
				w.SetEngine(engine)
			})
		}()
	})
	w.Fyne().ShowAndRun()
	return 0
}
