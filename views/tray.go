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
	if !on {
		w.tray = false // the icon stays until the program ends; Fyne cannot take it away
		return
	}
	if w.tray {
		return
	}
	w.work.quietly(func() func() {
		there := w.o.Desk.TrayThere()
		return func() {
			if there && w.settings.Tray {
				w.showTray()
			}
		}
	})
}

// showTray puts our icon into the tray; it stays out where Fyne knows of none.
func (w *Window) showTray() {
	d, ok := w.app.(desktop.App)
	if !ok || w.tray {
		return
	}
	w.tray = true
	if !w.trayIcon.shown {
		w.trayIcon.shown = true
		w.win.SetMaster() // else Fyne's own window for the tray would keep the program running when ours has closed
		d.SetSystemTrayIcon(look.TrayPicture())
	}
	d.SetSystemTrayMenu(w.trayMenu())
}

// renewTray says the tray's menu again, such as in another language.
func (w *Window) renewTray() {
	if d, ok := w.app.(desktop.App); ok && w.trayIcon.shown {
		d.SetSystemTrayMenu(w.trayMenu())
	}
}

func (w *Window) trayMenu() *fyne.Menu {
	quit := fyne.NewMenuItem(w.v.t("tray.quit"), w.quit)
	quit.IsQuit = true
	return fyne.NewMenu(programName,
		fyne.NewMenuItem(w.v.t("tray.open"), w.raise),
		fyne.NewMenuItem(w.v.t("act.use_file"), func() { w.raise(); w.useFile() }),
		fyne.NewMenuItemSeparator(), quit)
}

// hideOrClose hides the window when a person wants that and a tray is there now, and else closes it. Trays come and
// go: at sign-in ours may have started before the desktop's.
func (w *Window) hideOrClose() {
	if !w.settings.Tray {
		w.quit()
		return
	}
	w.work.quietly(func() func() {
		there := w.o.Desk.TrayThere()
		return func() {
			if there {
				w.showTray()
			}
			if there && w.tray {
				w.win.Hide()
			} else {
				w.quit()
			}
		}
	})
}

// raise shows the window and brings it to the front.
func (w *Window) raise() {
	w.win.Show()
	w.win.RequestFocus()
}
