package views

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"holdfast/views/look"
)

// shortcut is a key of the window. Sheet is the text id of what it does on the sheet of shortcuts; "" leaves it out there.
type shortcut struct {
	key   fyne.KeyName
	mod   fyne.KeyModifier
	cap   string // as it is printed on the sheet
	sheet string
	do    func()
}

const ctrl = fyne.KeyModifierShortcutDefault

// shortcutList is what the window answers to, in the order of the sheet.
func (w *Window) shortcutList() []shortcut {
	list := []shortcut{
		{fyne.KeyO, ctrl, "Ctrl+O", "keys.open", w.useFile},
		{fyne.KeyR, ctrl, "Ctrl+R", "keys.request", w.request},
		{"", 0, "Ctrl+V", "keys.paste", nil},
		{fyne.KeyF, ctrl, "Ctrl+F", "keys.find", w.find},
	}
	for i, s := range w.sections() {
		if i < 6 {
			key := fyne.KeyName(rune('1' + i))
			list = append(list, shortcut{key, ctrl, "Ctrl+" + string(key), "", s.Tapped})
		}
	}
	return append(list,
		shortcut{"", 0, "Ctrl+1 … 6", "keys.sections", nil},
		shortcut{fyne.KeyComma, ctrl, "Ctrl+,", "keys.settings", func() {
			if w.ready() {
				w.visit(w.settingsPlace())
			}
		}},
		shortcut{fyne.KeyLeft, fyne.KeyModifierAlt, "Alt+←", "keys.back", func() { w.travel(-1) }},
		shortcut{fyne.KeyRight, fyne.KeyModifierAlt, "Alt+→", "keys.forward", func() { w.travel(1) }},
		shortcut{"", 0, "Esc", "keys.esc", nil},
		shortcut{"", 0, "Enter", "keys.enter", nil},
		shortcut{"", 0, "Tab", "keys.tab", nil},
		shortcut{fyne.KeyPlus, ctrl, "Ctrl++", "keys.larger", func() { w.enlarge(25) }},
		shortcut{fyne.KeyEqual, ctrl, "Ctrl+=", "", func() { w.enlarge(25) }},
		shortcut{fyne.KeyEqual, ctrl | fyne.KeyModifierShift, "Ctrl+Shift+=", "", func() { w.enlarge(25) }},
		shortcut{fyne.KeyPlus, ctrl | fyne.KeyModifierShift, "Ctrl+Shift++", "", func() { w.enlarge(25) }},
		shortcut{fyne.KeyMinus, ctrl, "Ctrl+-", "keys.smaller", func() { w.enlarge(-25) }},
		shortcut{fyne.Key0, ctrl, "Ctrl+0", "keys.usual", func() { w.enlarge(-100) }},
		shortcut{"", 0, "F5", "keys.again", nil},
		shortcut{"", 0, "F1", "keys.help", nil},
		shortcut{fyne.KeyW, ctrl, "Ctrl+W", "keys.close", w.askedToClose},
		shortcut{fyne.KeyQ, ctrl, "Ctrl+Q", "keys.quit", w.quit},
	)
}

// keys gives Esc and Enter a meaning where no widget wants them, and the window its shortcuts.
func (w *Window) keys() {
	w.canvas().SetOnTypedKey(w.key)
	on := func(s fyne.Shortcut, f func()) {
		w.shortcuts[s.ShortcutName()] = f
		w.canvas().AddShortcut(s, func(fyne.Shortcut) { f() })
	}
	for _, s := range w.shortcutList() {
		if s.do != nil {
			on(&desktop.CustomShortcut{KeyName: s.key, Modifier: s.mod}, s.do)
		}
	}
	on(&fyne.ShortcutPaste{}, w.paste)
}

// travel goes back or forward on the way that the person took.
func (w *Window) travel(by int) {
	switch {
	case !w.ready():
	case by < 0:
		if _, ok := w.trail.came(); ok {
			w.back()
		}
	default:
		w.forward()
	}
}

// key is called for keys that the focused widget has no use for.
func (w *Window) key(k *fyne.KeyEvent) {
	if d, ok := w.canvas().Overlays().Top().(interface{ Key(*fyne.KeyEvent) }); ok {
		d.Key(k)
		return
	}
	switch k.Name {
	case fyne.KeyEscape:
		w.escape()
	case fyne.KeyReturn, fyne.KeyEnter:
		if w.now.enter != nil {
			if b := w.now.enter(); b != nil && !b.Disabled() {
				b.Tapped(nil)
			}
		}
	case fyne.KeyF1:
		w.keySheet()
	case fyne.KeyF5:
		w.recheck()
	}
}

func (w *Window) escape() {
	switch _, from := w.trail.came(); {
	case w.work.busy():
		w.work.cancel()
		w.reload()
	case w.now.esc != nil:
		w.now.esc()
	case from && w.have && !w.isSection(w.trail.here().name):
		w.back()
	}
}

// keySheet lists the shortcuts.
func (w *Window) keySheet() {
	if !w.ready() {
		return
	}
	var rows [][2]string
	for _, s := range w.shortcutList() {
		if s.sheet != "" {
			rows = append(rows, [2]string{w.v.keyCap(s.cap), w.v.t(s.sheet)})
		}
	}
	w.tell(w.v.t("keys.title"), look.KeyTable(rows), "", "")
}

// keyCap is what stands on the keys of a person's keyboard.
func (v voice) keyCap(keys string) string {
	return strings.NewReplacer("Ctrl", v.t("cap.ctrl"), "Alt", v.t("cap.alt"), "Enter", v.t("cap.enter"), "Tab", v.t("cap.tab"),
		"Esc", v.t("cap.esc")).Replace(keys)
}
