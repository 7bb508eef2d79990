package views

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing/plain"
)

// trayApp is an app with a tray.
type trayApp struct {
	fyne.App
	menus []*fyne.Menu
	icons int
}

func (a *trayApp) SetSystemTrayMenu(m *fyne.Menu)    { a.menus = append(a.menus, m) }
func (a *trayApp) SetSystemTrayIcon(fyne.Resource)   { a.icons++ }
func (a *trayApp) SetSystemTrayWindow(w fyne.Window) {}

// labels are what the tray's menu says now.
func (a *trayApp) labels() string {
	var out []string
	for _, i := range a.menus[len(a.menus)-1].Items {
		if !i.IsSeparator {
			out = append(out, i.Label)
		}
	}
	return strings.Join(out, ", ")
}

// hiding is a window that remembers whether it is hidden.
type hiding struct {
	fyne.Window
	hidden, master bool
}

func (h *hiding) Hide()      { h.hidden = true }
func (h *hiding) Show()      { h.hidden = false }
func (h *hiding) SetMaster() { h.master = true }

func withTray(t *testing.T, d *testDesk) (*bench, *trayApp, *hiding) {
	t.Helper()
	b := open(t, newFake(quietFacts()), benchOptions{desk: d})
	a, win := &trayApp{App: b.w.app}, &hiding{Window: b.w.win}
	b.w.app, b.w.win = a, win
	return b, a, win
}

func TestAWindowHidesInTheTrayAndQuitsFromThere(t *testing.T) {
	d := &testDesk{tray: true}
	b, a, win := withTray(t, d)
	b.w.renewTray()
	if len(a.menus) != 0 {
		t.Error("a menu for a tray that is not wanted")
	}
	b.w.settings.Tray = true
	b.w.setTray(true)
	if a.icons != 1 || !win.master || a.labels() != "Open Holdfast, Use a license file, Quit" {
		t.Fatalf("%d icons, the menu says %s", a.icons, a.labels())
	}
	b.w.hideOrClose()
	if !win.hidden || b.w.closed {
		t.Fatal("the window is not hidden")
	}
	words, err := plain.New("de")
	if err != nil {
		t.Fatal(err)
	}
	b.w.v.Speaker = words
	b.w.renewTray()
	if got := a.labels(); a.icons != 1 || !strings.Contains(got, b.w.v.t("tray.open")) || strings.Contains(got, "Open Holdfast") {
		t.Errorf("in German the menu says %s", got)
	}
	a.menus[len(a.menus)-1].Items[0].Action()
	if win.hidden {
		t.Error("the window did not come back")
	}
	items := a.menus[len(a.menus)-1].Items
	quit := items[len(items)-1]
	b.resize(fyne.NewSize(801, 601))
	quit.Action()
	b.w.Flush()
	if !b.w.closed || d.settings.Width != 801 {
		t.Errorf("quitting: closed is %v, kept %+v", b.w.closed, d.settings)
	}
}

func TestAWindowNeverHidesWithoutATrayThatIsThereNow(t *testing.T) {
	d := &testDesk{tray: true}
	b, _, win := withTray(t, d)
	b.w.settings.Tray = true
	b.w.setTray(true)
	d.tray = false // the desktop's panel is gone
	b.w.hideOrClose()
	if win.hidden || !b.w.closed {
		t.Errorf("hidden is %v, closed is %v", win.hidden, b.w.closed)
	}
}

func TestATrayThatCameLaterIsUsed(t *testing.T) {
	d := &testDesk{}
	b, a, win := withTray(t, d)
	b.w.settings.Tray = true
	b.w.setTray(true)
	if a.icons != 0 || b.w.tray {
		t.Fatal("an icon without a tray")
	}
	d.tray = true
	b.w.hideOrClose()
	if a.icons != 1 || !win.hidden || b.w.closed {
		t.Errorf("%d icons, hidden is %v, closed is %v", a.icons, win.hidden, b.w.closed)
	}
}

func TestAWindowThatIsNotToHideCloses(t *testing.T) {
	b, _, win := withTray(t, &testDesk{tray: true})
	b.w.hideOrClose()
	if win.hidden || !b.w.closed {
		t.Errorf("hidden is %v, closed is %v", win.hidden, b.w.closed)
	}
}
