package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"holdfast/views/look"
)

// trayIcon is the way back to a hidden window.
type trayIcon struct{ shown bool }

// setTray lets the window hide in the tray instead of closing. Where there is no tray, closing closes: the window
// never disappears without a way to bring it back.
func (w *Window) setTray(on bool) {
	if w.tray == on {
		return
	}
	if !on {
		w.tray = false // the icon stays until the program ends; Fyne cannot take it away
		return
	}
	w.work.quietly(func() func() {
		there := w.o.Desk.TrayThere()
		return func() {
			d, ok := w.app.(desktop.App)
			if !there || !ok || !w.settings.Tray {
				return
			}
			w.tray = true
			if !w.trayIcon.shown {
				w.trayIcon.shown = true
				d.SetSystemTrayIcon(look.TrayPicture())
			}
			d.SetSystemTrayMenu(w.trayMenu())
		}
	})
}

func (w *Window) trayMenu() *fyne.Menu {
	quit := fyne.NewMenuItem(w.v.t("tray.quit"), w.app.Quit)
	quit.IsQuit = true
	return fyne.NewMenu(programName,
		fyne.NewMenuItem(w.v.t("tray.open"), w.raise),
		fyne.NewMenuItem(w.v.t("act.use_file"), func() { w.raise(); w.useFile() }),
		fyne.NewMenuItemSeparator(), quit)
}

// raise shows the window and brings it to the front.
func (w *Window) raise() {
	w.win.Show()
	w.win.RequestFocus()
}
