package app

import (
	"os"
	"path/filepath"

	"holdfast/licensing"
	"holdfast/licensing/disk"
)

// Settings are a person's choices about how the program looks and speaks. They are no secret and no evidence: they decide
// nothing about licenses, and are there before the key store answers and while it is locked.
type Settings struct {
	Language   string // BCP 47 tag of a language there are translations for; "": the system's
	Appearance string // AppearanceLight, AppearanceDark; "": the system's
	TextSize   int    // percent, 100 to 200
	Width      int    // of the window; 0: usual
	Height     int
	Tray       bool // the program stays in the tray when its window is closed
	Remind     bool // a person is told before dates matter, see DueAlarm
}

// Appearances that a person can choose beside the system's.
const (
	AppearanceLight = "light"
	AppearanceDark  = "dark"
)

// Bounds of Settings.TextSize.
const (
	SmallestText = 100
	LargestText  = 200
)

// SettingsOf returns what the settings file of a home says, without opening the home. What cannot be read counts as usual.
func SettingsOf(home string) Settings {
	s, _ := readSettings(home)
	return s
}

// Settings returns the settings as they are now.
func (a *App) Settings() Settings {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settings
}

// ChangeSettings changes the settings and keeps them for the next start; values out of their bounds become the usual
// ones. They count in this process in any case: an error says only that they could not be kept. A home that is
// opened for reading keeps nothing, which is no error.
func (a *App) ChangeSettings(change func(*Settings)) error {
	a.changing.Lock()
	defer a.changing.Unlock()
	was := a.Settings()
	s := was
	change(&s)
	s = s.sound()
	if s == was && !a.unkept {
		return nil
	}
	a.mu.Lock()
	a.settings = s
	a.mu.Unlock()
	a.tellSettings()
	if a.readOnly {
		return nil
	}
	err := keepSettings(a.home, s)
	a.unkept = err != nil
	return err
}

// OnSettings sets what happens after a change of the settings, also by a command of another process. fn is called on a
// goroutine of its own, one call at a time, and the last call has the newest settings.
func (a *App) OnSettings(fn func(Settings)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.onSettings = fn
}

func (a *App) tellSettings() {
	go func() {
		a.telling.Lock()
		defer a.telling.Unlock()
		a.mu.Lock()
		fn, s := a.onSettings, a.settings
		a.mu.Unlock()
		if fn != nil {
			fn(s)
		}
	}()
}

// keepSettings writes the settings, and leaves alone what the file holds beside them. Only the owner of a home writes.
func keepSettings(home string, s Settings) error {
	_, doc := readSettings(home)
	if doc.newer() {
		return &licensing.Mistake{Code: "settings_newer", Args: map[string]any{"file": settingsFile}}
	}
	b, err := doc.with(s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	return disk.WriteFile(disk.OS(), filepath.Join(home, settingsFile), b, 0o600)
}

func readSettings(home string) (Settings, settingsDoc) {
	b, err := disk.ReadFile(disk.OS(), filepath.Join(home, settingsFile), settingsLimit)
	if err != nil {
		b = nil
	}
	return parseSettings(b)
}
