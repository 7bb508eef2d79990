package views

import (
	"slices"

	"fyne.io/fyne/v2"

	"holdfast/licensing/plain"
	"holdfast/views/look"
)

// settingsPlace is how the window looks and speaks, and where everything is.
func (w *Window) settingsPlace() place {
	return place{section: secSettings, name: secSettings, build: w.settingsScreen}
}

var (
	appearances = []string{"", "light", "dark"}
	textSizes   = []int{100, 125, 150, 175, 200}
)

// settingsModel is what the page shows.
type settingsModel struct {
	Settings
	keychain, state string
	starts          bool
	network         networkModel
	locks           [3]lockModel // of language, reminders and tray
}

func (w *Window) settingsScreen() *screen {
	page := look.NewPage(nil)
	s := &screen{head: look.PageTitle(w.v.t("rail.settings")), body: page}
	starts := false
	w.work.quietly(func() func() { // only the system knows
		on := w.o.Desk.StartsWithComputer()
		return func() {
			starts = on
			if w.now == s {
				s.renew()
			}
		}
	})
	s.renew = live(w, func() settingsModel {
		return settingsModel{w.settings, w.snap.KeyStore.Label, string(w.snap.KeyStore.State), starts, w.networkNow(), [3]lockModel{w.lockOf("language"), w.lockOf("remind"), w.lockOf("tray")}}
	}, func(settingsModel) {
		command := commandLine("settings")
		page.Set(sheet(
			w.group("settings.look", w.languageRow(), w.appearanceRow(), w.textRow()),
			w.group("settings.notices", w.remindRow(), w.startRow(&starts), w.trayRow()),
			w.networkGroup(),
			w.group("settings.data", w.storageRow(), w.whereRow(), w.deleteRow()),
			look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) })))
	})
	return s
}

func (w *Window) group(title string, rows ...fyne.CanvasObject) fyne.CanvasObject {
	return look.Column(look.Gap8, look.Section("", w.v.t(title), ""), look.Card(look.Rows(rows...)))
}

// lockOf says who decided on a setting, by its name in the settings file.
func (w *Window) lockOf(setting string) lockModel { return w.v.lock(w.o.Desk.SourceOf(setting)) }

// switchLocked is a switch that the organization decided.
func (w *Window) switchLocked(id string, on bool, l lockModel) fyne.CanvasObject {
	value := "network.send.off"
	if on {
		value = "network.send.on"
	}
	return w.lockedRow(id, w.v.t(value), l)
}

// languageChooser changes the language at once, where a person may.
func (w *Window) languageChooser() fyne.CanvasObject {
	languages := append([]string{""}, plain.Languages()...)
	var names []string
	for _, l := range languages {
		names = append(names, w.v.t("language."+l))
	}
	names[0] = w.v.t("language.system")
	on := max(0, slices.Index(languages, w.settings.Language))
	if w.lockOf("language").on() {
		return lockedValue(names[on])
	}
	return look.NewChooser("language", w.canvas(), w.v.t("settings.language"), names, on, func(i int) {
		w.change(func(s *Settings) { s.Language = languages[i] })
	})
}

func (w *Window) languageRow() fyne.CanvasObject {
	sub := w.v.t("settings.language.sub")
	if l := w.lockOf("language"); l.on() {
		sub = w.v.decided(l)
	}
	return look.SettingRow(w.v.t("settings.language"), sub, w.languageChooser())
}

func (w *Window) appearanceRow() fyne.CanvasObject {
	labels := []string{w.v.t("settings.system"), w.v.t("settings.light"), w.v.t("settings.dark")}
	on := max(0, slices.Index(appearances, w.settings.Appearance))
	return look.SettingRow(w.v.t("settings.appearance"), "", look.NewSegments("appearance", labels, on, func(i int) {
		w.change(func(s *Settings) { s.Appearance = appearances[i] })
	}))
}

func (w *Window) textRow() fyne.CanvasObject {
	var labels []string
	on := 0
	for i, n := range textSizes {
		labels = append(labels, w.v.t("settings.percent", "n", n))
		if w.settings.TextSize >= n {
			on = i
		}
	}
	return look.SettingRow(w.v.t("settings.text"), w.v.t("settings.text.sub"),
		look.NewChooser("text", w.canvas(), w.v.t("settings.text"), labels, on, func(i int) {
			w.change(func(s *Settings) { s.TextSize = textSizes[i] })
		}))
}

// startRow sets the start in the system, which alone keeps it; starts is what it was told last.
func (w *Window) startRow(starts *bool) fyne.CanvasObject {
	var sw *look.Switch
	sw = look.NewSwitch("start", w.v.t("settings.autostart"), *starts, func(on bool) {
		*starts = on
		w.work.quietly(func() func() {
			err := w.o.Desk.SetStartsWithComputer(on)
			return func() {
				if err != nil {
					*starts = !on
					sw.SetOn(!on) // when the page was made anew meanwhile, it is the next that shows it
					w.toast("warn", look.Warn, w.v.t("settings.not_kept"))
				}
			}
		})
	})
	return look.SettingRow(w.v.t("settings.autostart"), w.v.t("settings.autostart.sub"), sw)
}

// trayRow offers the tray only where there is one.
func (w *Window) trayRow() fyne.CanvasObject {
	if l := w.lockOf("tray"); l.on() {
		return w.switchLocked("settings.tray", w.settings.Tray, l)
	}
	var sw *look.Switch
	sw = look.NewSwitch("tray", w.v.t("settings.tray"), w.settings.Tray, func(on bool) {
		if !on {
			w.change(func(s *Settings) { s.Tray = false })
			return
		}
		w.work.quietly(func() func() {
			there := w.o.Desk.TrayThere()
			return func() {
				if !there {
					sw.SetOn(false)
					w.toast("notice", look.Notice, w.v.t("settings.no_tray"))
				}
				w.change(func(s *Settings) { s.Tray = there })
			}
		})
	})
	return look.SettingRow(w.v.t("settings.tray"), w.v.t("settings.tray.sub"), sw)
}

// storageRow says where the secrets are, and leads to what helps when they are out of reach.
func (w *Window) storageRow() fyne.CanvasObject {
	k := w.snap.KeyStore
	sub, label, do := w.v.t("settings.storage.ok", "keychain", k.Label), w.v.t("settings.storage.other"), w.passphrase
	if k.State == "" && k.Backend == "passphrase" {
		return look.SettingRow(w.v.t("settings.storage"), w.v.t("settings.storage.passphrase"), look.Row(0))
	}
	if k.State != "" {
		sub = w.v.t("settings.storage.state", "keychain", k.Label, "state", w.v.Short(k.State))
		label, do = w.v.t("settings.storage.help"), func() { w.showGuide("lost-keychain") }
	}
	b := look.NewButton(look.SecondaryButton, label, do)
	b.Key, b.Small = "storage", true
	return look.SettingRow(w.v.t("settings.storage"), sub, b)
}

func (w *Window) whereRow() fyne.CanvasObject {
	home := w.o.Desk.Home()
	b := look.NewButton(look.SecondaryButton, w.v.t("settings.where.show"), func() {
		w.work.quietly(func() func() {
			err := w.o.Desk.ShowFolder(home)
			return func() {
				if err != nil {
					w.copy(home)
				}
			}
		})
	})
	b.Key, b.Small = "where", true
	return look.SettingRow(w.v.t("settings.where"), home, b)
}

func (w *Window) deleteRow() fyne.CanvasObject {
	b := look.NewButton(look.DangerPlain, w.v.t("settings.delete.button"), w.deleteData)
	b.Key, b.Small = "delete", true
	return look.SettingRow(w.v.t("settings.delete"), w.v.t("settings.delete.sub"), b)
}
