package views

import (
	"cmp"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/views/look"
)

// showNetwork goes to the settings of the network.
func (w *Window) showNetwork() {
	w.visit(w.settingsPlace())
	if f := look.ByFocusKey(w.now.body, segmentKey("network", w.networkNow().Mode)); f != nil {
		w.canvas().Focus(f)
	}
	if page, ok := w.now.body.(*look.Page); ok {
		page.ToPart(w.netGroup)
	}
}

func (w *Window) networkNow() networkModel {
	return w.v.network(w.settings, w.net, w.snap.Verdict.At, w.o.Desk.SourceOf)
}

// networkGroup is the part of the settings about the network.
func (w *Window) networkGroup() fyne.CanvasObject {
	m := w.networkNow()
	var rows []fyne.CanvasObject
	if p := w.o.Desk.Policy(); p.Broken() {
		rows = append(rows, look.SettingRow(w.v.t("network.broken"), w.v.t("network.broken.text"), w.small("policy_checks", "rail.help", func() { w.visit(w.helpPlace()) })))
	}
	rows = append(rows, w.modeRow(m))
	if m.Windows {
		rows = append(rows, w.timesRows(m)...)
	}
	if m.Paused != "" {
		rows = append(rows, look.SettingRow(m.Paused, "", w.small("go_on", "contacts.go_on", w.endPause)))
	}
	rows = append(rows, w.sendRow(m), w.proxyRow(m))
	if m.Proxy == proxyAddress && !m.ProxyLock.on() {
		rows = append(rows, w.proxyField(m))
	}
	w.netGroup = w.group("network", append(rows, w.caRow(m))...)
	return w.netGroup
}

func (w *Window) small(key, id string, tapped func()) *look.Button {
	b := look.NewButton(look.SecondaryButton, w.v.t(id), tapped)
	b.Key, b.Small = key, true
	return b
}

// lineRunes is how long a value may be that stands beside its name.
const lineRunes = 24

// lockedRow is a setting that the organization decided: its value, who decided, and the file that says so.
func (w *Window) lockedRow(id, value string, l lockModel) fyne.CanvasObject {
	if len([]rune(value)) > lineRunes || strings.Contains(value, "\n") {
		return look.SettingRow(w.v.t(id), value+"\n"+w.v.decided(l), look.Row(0, lockSign()))
	}
	return look.SettingRow(w.v.t(id), w.v.decided(l), lockedValue(value))
}

// lockedValue is a value that a person cannot change.
func lockedValue(value string) fyne.CanvasObject {
	return look.Row(look.Gap8, lockSign(), look.Cell{Object: look.NewLine(value, look.BodyBold)})
}

func lockSign() look.Cell {
	return look.Cell{Object: look.NewIcon("lock", look.Secondary, look.IconRow)}
}

// modeRow says when vendors are contacted.
func (w *Window) modeRow(m networkModel) fyne.CanvasObject {
	var labels []string
	for i := range networkModes {
		labels = append(labels, w.v.t(segmentID("network.mode", i)))
	}
	if m.ModeLock.on() {
		return w.lockedRow("network.mode", labels[m.Mode], m.ModeLock)
	}
	return look.SettingBelow(w.v.t("network.mode"), m.Means, look.NewSegments("network", labels, m.Mode, func(i int) {
		w.change(func(s *Settings) {
			if s.Network = networkModes[i]; s.Network == app.NetworkWindows && s.Times == "" && !m.TimesLock.on() {
				s.Times = usualTimes
			}
		})
	}))
}

// timesRows are the time windows, each with the ways to change it.
func (w *Window) timesRows(m networkModel) []fyne.CanvasObject {
	if m.TimesLock.on() {
		return []fyne.CanvasObject{w.lockedRow("network.times", strings.Join(m.Times, "\n"), m.TimesLock)}
	}
	sub := ""
	if len(m.Times) == 0 {
		sub = w.v.t("network.times.none")
	}
	rows := []fyne.CanvasObject{look.SettingRow(w.v.t("network.times"), sub, w.small("add_times", "network.add", func() { w.editTimes(len(m.Times)) }))}
	for i, text := range m.Times {
		change := look.NewButton(look.LinkButton, w.v.t("network.change"), func() { w.editTimes(i) })
		change.Key = segmentKey("change", i)
		out := look.NewButton(look.LinkButton, w.v.t("network.remove"), func() { w.keepTimes(i, [7]bool{}, "", "") })
		out.Key = segmentKey("remove", i)
		rows = append(rows, look.SettingRow(text, "", look.Row(look.Gap16, look.Cell{Object: change}, look.Cell{Object: out})))
	}
	return rows
}

// sendRow says whether usage leaves by itself, and what that is.
func (w *Window) sendRow(m networkModel) fyne.CanvasObject {
	if m.SendLock.on() {
		return w.switchLocked("network.send", m.Send, m.SendLock)
	}
	see := look.NewButton(look.LinkButton, w.v.t("network.send.see"), w.seeSending)
	see.Key = "see_sending"
	sw := look.NewSwitch("send", w.v.t("network.send"), m.Send, func(on bool) { w.change(func(s *Settings) { s.HoldUsage, s.ToldSending = !on, true }) })
	return look.SettingRow(w.v.t("network.send"), w.v.t("network.send.text"), look.Row(look.Gap16, look.Cell{Object: see}, look.Cell{Object: sw}))
}

// proxyRow says which way leads to the network.
func (w *Window) proxyRow(m networkModel) fyne.CanvasObject {
	labels := []string{w.v.t("network.proxy.system"), w.v.t("network.proxy.none"), w.v.t("network.proxy.address")}
	if m.ProxyLock.on() {
		value := labels[m.Proxy]
		if m.Proxy == proxyAddress {
			value = m.ProxyText
		}
		return w.lockedRow("network.proxy", value, m.ProxyLock)
	}
	return look.SettingRow(w.v.t("network.proxy"), w.v.t("network.proxy.text"), look.NewSegments("proxy", labels, m.Proxy, func(i int) {
		w.net = networkForm{typing: i == proxyAddress, proxy: m.ProxyText}
		if w.net.proxy == app.ProxyNone {
			w.net.proxy = ""
		}
		switch i {
		case proxySystem:
			w.change(func(s *Settings) { s.Proxy = "" })
		case proxyNone:
			w.change(func(s *Settings) { s.Proxy = app.ProxyNone })
		default:
			w.now.renew()
			if f := look.ByFocusKey(w.now.body, "proxy.address"); f != nil {
				w.canvas().Focus(f)
			}
		}
	}))
}

// proxyField takes the address of a proxy. What cannot be one is said below it.
func (w *Window) proxyField(m networkModel) fyne.CanvasObject {
	e := look.NewEntry("proxy.address", "")
	e.SetText(m.ProxyText)
	e.CursorColumn = len([]rune(m.ProxyText))
	e.OnChanged = func(s string) { w.net.typing, w.net.proxy = true, s } // shown anew only when it is kept: a person is typing
	keep := func() {
		text := e.Text
		if err := app.CheckProxy(text); err != nil {
			w.net = networkForm{typing: true, proxy: text, wrong: err}
			w.now.renew()
			return
		}
		w.net = networkForm{}
		w.change(func(s *Settings) { s.Proxy = text })
		w.toast("ok", look.OK, w.v.t("network.kept"))
	}
	e.OnSubmitted = func(string) { keep() }
	b := w.small("proxy.keep", "network.keep", keep)
	field := look.NewField(w.v.t("network.proxy.field"), w.v.t("network.proxy.help"), e)
	col := look.Column(look.Gap8, field)
	if m.Wrong != "" {
		col.Add(look.NewPara(m.Wrong, look.BodyBold.In(look.Stop)))
	}
	col.Add(look.Wrapped(0, b))
	return look.Inset(8, look.Gap16, 10, look.Gap16, col)
}

// caRow names a file of certificates that are trusted beside the system's.
func (w *Window) caRow(m networkModel) fyne.CanvasObject {
	if m.CALock.on() {
		return w.lockedRow("network.ca", cmp.Or(m.CA, w.v.t("network.ca.none")), m.CALock)
	}
	sub := w.v.t("network.ca.text")
	buttons := look.Row(look.Gap16, look.Cell{Object: w.small("ca", "network.ca.choose", w.chooseCA)})
	if m.CA != "" {
		sub = m.CA
		out := look.NewButton(look.LinkButton, w.v.t("network.remove"), func() { w.change(func(s *Settings) { s.CA = "" }) })
		out.Key = "ca.remove"
		buttons = look.Row(look.Gap16, look.Cell{Object: out}, look.Cell{Object: w.small("ca", "network.ca.choose", w.chooseCA)})
	}
	return look.SettingRow(w.v.t("network.ca"), sub, buttons)
}

// chooseCA asks for the file; one without a certificate is not taken.
func (w *Window) chooseCA() {
	w.openAny(w.v.t("network.ca"), func(path string) {
		w.work.quietly(func() func() {
			err := app.CheckCA(path)
			return func() {
				if err != nil {
					w.warn(err)
					return
				}
				w.change(func(s *Settings) { s.CA = path })
				w.toast("ok", look.OK, w.v.t("network.kept"))
			}
		})
	})
}

// seeSending shows everything that would be sent, of the vendor whose usage was looked at last.
func (w *Window) seeSending() {
	for _, u := range w.snap.Usage {
		if u.Root == w.usage.root || w.usage.root == "" {
			w.usageDraft(u.Root)
			return
		}
	}
	w.visit(w.usagePlace())
}

// settingNames are the names that the page gives to what the organization can decide.
var settingNames = map[string]string{
	"language": "settings.language", "tray": "settings.tray", "remind": "settings.remind", "network": "network.mode",
	"times": "network.times", "proxy": "network.proxy", "ca": "network.ca", "hold_usage": "network.send",
}

// locked says that a change was refused because the organization decided.
func locked(err error) bool {
	var l *app.Locked
	return errors.As(err, &l)
}
