package views

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast/app"
	"holdfast/licensing/reconcile"
)

// networkModes are when vendors are contacted, in the order in which they are offered.
var networkModes = []string{"", app.NetworkWindows, app.NetworkManual, app.NetworkOff}

// Ways to the network, in the order in which they are offered.
const (
	proxySystem = iota
	proxyNone
	proxyAddress
)

// usualTimes are the time windows of who wants some and has none.
const usualTimes = "Mo-Fr 08:00-18:00"

// networkForm is what a person began to type; it lasts as long as the window.
type networkForm struct {
	typing bool // an address of a proxy
	proxy  string
	wrong  error // what has to be put right; nil: nothing
}

// lockModel says who decided on a setting. The zero value: a person may.
type lockModel struct{ By, File string }

func (l lockModel) on() bool { return l.By != "" }

// networkModel is what the settings say of the network.
type networkModel struct {
	Mode             int
	Means            string // what the mode means
	ModeLock         lockModel
	Windows          bool // time windows count
	Times            []string
	TimesLock        lockModel
	Paused           string
	Proxy            int
	ProxyText, Wrong string
	ProxyLock        lockModel
	CA               string
	CALock           lockModel
	Send             bool
	SendLock         lockModel
}

// lock says who decided on a setting, and where.
func (v voice) lock(x app.Source) lockModel {
	if !x.Locked() {
		return lockModel{}
	}
	return lockModel{v.setBy(x), x.File}
}

// decided says who decided, and the file that says so.
func (v voice) decided(l lockModel) string {
	if l.File == "" {
		return l.By
	}
	return v.t("network.from", "by", l.By, "file", l.File)
}

// network puts the settings of the network into words.
func (v voice) network(s Settings, f networkForm, at time.Time, source func(setting string) app.Source) networkModel {
	lock := func(setting string) lockModel { return v.lock(source(setting)) }
	mode := max(0, slices.Index(networkModes, s.Network))
	m := networkModel{
		Mode: mode, Means: v.t("network.mode." + strconv.Itoa(mode) + ".text"), ModeLock: lock("network"), Windows: s.Network == app.NetworkWindows,
		TimesLock: lock("times"), ProxyLock: lock("proxy"), ProxyText: s.Proxy, CA: s.CA, CALock: lock("ca"), Send: !s.HoldUsage, SendLock: lock("hold_usage"),
	}
	windows, _ := app.ParseTimes(s.Times)
	for _, w := range windows {
		m.Times = append(m.Times, v.timeWindow(w))
	}
	if s.Paused.After(at) {
		m.Paused = v.t("contacts.paused", "when", v.onDay(s.Paused, at))
	}
	switch {
	case f.typing && !m.ProxyLock.on():
		m.Proxy, m.ProxyText = proxyAddress, f.proxy
		m.Wrong = v.Problem(f.wrong, at, v.zone).Headline
	case s.Proxy == app.ProxyNone:
		m.Proxy = proxyNone
	case s.Proxy != "":
		m.Proxy = proxyAddress
	}
	return m
}

// timeWindow names the days and the times of a time window: "Monday to Friday, 08:00 to 18:00".
func (v voice) timeWindow(w reconcile.Window) string {
	return v.t("network.window", "days", v.weekdays(w), "from", clockTime(w.From), "to", clockTime(w.To))
}

// weekdays names days of the week from Monday on; days in a row by the first and the last of them.
func (v voice) weekdays(w reconcile.Window) string {
	if w.Every() {
		return v.t("network.every_day")
	}
	var names []string
	for _, run := range w.Runs() {
		if run[0] == run[1] {
			names = append(names, v.weekday(run[0]))
		} else {
			names = append(names, v.t("network.days", "from", v.weekday(run[0]), "to", v.weekday(run[1])))
		}
	}
	return strings.Join(names, ", ")
}

// weekday is the name of a day of the week; 0 and 7 are Sunday.
func (v voice) weekday(day int) string { return v.Text("date.weekday."+strconv.Itoa(day%7), nil) }

// clockTime is a time of the day as it is typed.
func clockTime(minute int) string {
	two := func(n int) string { return strconv.Itoa(n/10) + strconv.Itoa(n%10) }
	return two(minute/60) + ":" + two(minute%60)
}

// editedTimes are time windows after one of them was changed, added (at is their number) or taken out (none is left of it).
func editedTimes(text string, at int, days [7]bool, from, to string) (string, error) {
	all, err := app.ParseTimes(text)
	if err != nil {
		all = nil
	}
	if from == "" && to == "" {
		return app.FormatTimes(slices.Delete(all, at, min(at+1, len(all)))), nil
	}
	one, err := app.ParseTimes(strings.TrimSpace(from) + "-" + strings.TrimSpace(to))
	if err != nil {
		return "", err
	}
	one[0].Days = days
	if at < len(all) {
		all[at] = one[0]
	} else {
		all = append(all, one[0])
	}
	out := app.FormatTimes(all)
	_, err = app.ParseTimes(out) // there may be too many
	return out, err
}
