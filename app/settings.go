package app

import (
	"os"
	"path/filepath"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/disk"
	"holdfast/licensing/reconcile"
)

// Settings are a person's choices about how the program looks, speaks and reaches vendors. They are no secret and no evidence: they decide
// nothing about licenses, and are there before the key store answers and while it is locked.
type Settings struct {
	Language   string // BCP 47 tag of a language there are translations for; "": the system's
	Appearance string // AppearanceLight, AppearanceDark; "": the system's
	TextSize   int    // percent, 100 to 200
	Width      int    // of the window; 0: usual
	Height     int
	Tray       bool // the program stays in the tray when its window is closed
	Remind     bool // a person is told before dates matter, see DueAlarm

	Network   string    // when vendors are contacted: NetworkWindows, NetworkManual, NetworkOff; "": whenever there is a reason
	Times     string    // time windows as FormatTimes writes them, for NetworkWindows
	Paused    time.Time // no contact by itself before that; zero: not paused
	Proxy     string    // address without a password, or ProxyNone; "": the system's
	CA        string    // file of certificates, in PEM, that are trusted beside the system's; "": none
	HoldUsage bool      // usage leaves in files alone, not with contacts

	UsageLevel string // level of detail of usage files, for vendors that no other was chosen for; "": as the contract has it

	Seen        time.Time // a person looked at what contacts changed up to then
	ToldSending bool      // a person was told that usage leaves with contacts, and said what they want
	SendsSince  time.Time // usage left with contacts from then on, although nobody had said so; zero: it did not
}

// When vendors are contacted, beside "" for whenever there is a reason.
const (
	NetworkWindows = string(reconcile.ModeWindows)
	NetworkManual  = string(reconcile.ModeManual)
	NetworkOff     = string(reconcile.ModeOff)
	networkAuto    = string(reconcile.ModeAuto)
)

// ProxyNone is no proxy, whatever the system says.
const ProxyNone = reconcile.ProxyNone

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

// SettingsOf returns the settings of a home, without opening the home. What cannot be read counts as usual.
func (o Options) SettingsOf(home string) Settings {
	_, doc := readSettings(home)
	return resolve(doc, o.policy()).Settings
}

// Settings returns the settings in force: what the organization locked, else what the person chose, else what the organization
// suggests, else what is usual.
func (a *App) Settings() Settings {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settings.Settings
}

// SourceOf says who decided on a setting, by its name in the settings file.
func (a *App) SourceOf(name string) Source {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settings.sources[name]
}

// ChangeSettings changes the settings and keeps them for the next start; values out of their bounds become the usual
// ones. They count in this process in any case: an error says only that they could not be kept. A home that is
// opened for reading keeps nothing, which is no error. A change of what the organization locked is refused as a whole: *Locked.
func (a *App) ChangeSettings(change func(*Settings)) error {
	a.changing.Lock()
	defer a.changing.Unlock()
	a.mu.Lock()
	was := a.settings
	a.mu.Unlock()
	s := was.Settings
	change(&s)
	s = s.sound()
	if s == was.Settings && !a.unkept {
		return nil
	}
	now, err := was.choose(s)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.settings = now
	a.mu.Unlock()
	a.tellSettings()
	if a.readOnly {
		return nil
	}
	err = keepSettings(a.home, now)
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
	a.lookAgain()
	a.decideUsageLevel()
	go func() {
		a.telling.Lock()
		defer a.telling.Unlock()
		a.mu.Lock()
		fn, s := a.onSettings, a.settings.Settings
		a.mu.Unlock()
		if fn != nil {
			fn(s)
		}
	}()
}

// keepSettings writes what a person chose, and leaves alone what the file holds beside it. Only the owner of a home writes.
func keepSettings(home string, e effective) error {
	_, doc := readSettings(home)
	if doc.newer() {
		return &licensing.Mistake{Code: "settings_newer", Args: map[string]any{"file": settingsFile}}
	}
	b, err := doc.with(e)
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
