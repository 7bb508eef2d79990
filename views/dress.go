package views

import (
	"cmp"

	"holdfast/licensing/plain"
	"holdfast/views/look"
)

// Limits of the text size, in percent.
const leastText, mostText = 100, 200

// ThemeOf is the look that settings ask for.
func ThemeOf(s Settings) *look.Theme {
	t := &look.Theme{Factor: float32(min(mostText, max(leastText, s.TextSize))) / 100}
	switch s.Appearance {
	case "light":
		t.Mode = look.Light
	case "dark":
		t.Mode = look.Dark
	}
	return t
}

// SpeakerOf speaks the language that settings ask for, else that of the system.
func SpeakerOf(s Settings, system string) (*plain.Speaker, error) {
	return plain.New(cmp.Or(s.Language, system))
}

// change keeps a setting and shows its effect at once, kept or not.
func (w *Window) change(fn func(*Settings)) {
	s := w.settings
	fn(&s)
	w.wear(s)
	w.work.quietly(func() func() {
		err := w.o.Desk.ChangeSettings(fn)
		return func() {
			switch {
			case locked(err): // somebody decided meanwhile
				w.wear(w.o.Desk.Settings())
				w.warn(err)
			case err != nil:
				w.toast("warn", look.Warn, w.v.t("settings.not_kept"))
			}
		}
	})
}

// Follow takes settings over that were changed elsewhere, such as by a command.
func (w *Window) Follow(s Settings) {
	if !w.closed {
		w.wear(s)
	}
}

// wear shows the window in the language, colours and text size of s. What is so already stays untouched.
func (w *Window) wear(s Settings) {
	w.settings = s
	if t := ThemeOf(s); w.worn != *t {
		w.worn = *t
		w.app.Settings().SetTheme(t)
		w.frame.Refresh()
	}
	w.setTray(s.Tray)
	words, err := SpeakerOf(s, w.o.System)
	if err == nil && words.Language() != w.v.Language() {
		w.v.Speaker = words
		w.redress()
		return
	}
	if !w.have {
		return
	}
	w.renewFoot()
	if w.now.renew != nil {
		w.now.renew()
	}
}

// enlarge changes the size of all text by so many percent, within its limits.
func (w *Window) enlarge(by int) {
	w.change(func(s *Settings) { s.TextSize = min(mostText, max(leastText, max(s.TextSize, leastText)+by)) })
}
