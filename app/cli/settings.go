package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast/app"
	"holdfast/licensing/plain"
)

// setting is one choice of a person as the command line names it.
type setting struct {
	key  string
	show func(s *session) string
	// set takes a value of values, or says that there is no such value. It changes nothing then.
	set    func(s *session, value string) error
	values func() []string // nil: set says what is wrong with a value
	policy string          // its key in a machine policy; "" for none
}

const (
	system = "system" // as the system has it
	on     = "on"
	off    = "off"
	none   = "none"
)

var onOff = []string{on, off}

// settings are the choices in the order in which they are listed. Those of app.Settings that are missing here are
// of no use without a window.
var settings = []setting{
	{
		"language",
		func(s *session) string { return orSystem(s.home.Settings().Language) },
		func(s *session, v string) error {
			return s.home.ChangeSettings(func(c *app.Settings) { c.Language = notSystem(v) })
		},
		func() []string { return append([]string{system}, plain.Languages()...) },
		"language",
	},
	{
		"appearance",
		func(s *session) string { return orSystem(s.home.Settings().Appearance) },
		func(s *session, v string) error {
			return s.home.ChangeSettings(func(c *app.Settings) { c.Appearance = notSystem(v) })
		},
		func() []string { return []string{system, app.AppearanceLight, app.AppearanceDark} },
		"",
	},
	{
		"text-size",
		func(s *session) string { return strconv.Itoa(s.home.Settings().TextSize) },
		func(s *session, v string) error {
			size, err := strconv.Atoi(v)
			if err != nil {
				return err
			}
			return s.home.ChangeSettings(func(c *app.Settings) { c.TextSize = size })
		},
		textSizes,
		"",
	},
	{
		"tray",
		func(s *session) string { return onOrOff(s.home.Settings().Tray) },
		func(s *session, v string) error {
			return s.home.ChangeSettings(func(c *app.Settings) { c.Tray = v == on })
		},
		func() []string { return onOff },
		"tray",
	},
	{
		"remind",
		func(s *session) string { return onOrOff(s.home.Settings().Remind) },
		func(s *session, v string) error {
			return s.home.ChangeSettings(func(c *app.Settings) { c.Remind = v == on })
		},
		func() []string { return onOff },
		"remind",
	},
	{
		"start",
		func(s *session) string { return onOrOff(s.start.On()) },
		func(s *session, v string) error { return s.start.Set(v == on) },
		func() []string { return onOff },
		"",
	},
	networkSetting, timesSetting, proxySetting, caSetting, sendUsageSetting,
}

func textSizes() []string {
	var all []string
	for size := app.SmallestText; size <= app.LargestText; size++ {
		all = append(all, strconv.Itoa(size))
	}
	return all
}

func orSystem(v string) string {
	if v == "" {
		return system
	}
	return v
}

func notSystem(v string) string {
	if v == system {
		return ""
	}
	return v
}

func onOrOff(v bool) string {
	if v {
		return on
	}
	return off
}

type settingsListCmd struct{ looks }

type settingsJSON struct {
	Language   string `json:"language"`
	Appearance string `json:"appearance"`
	TextSize   int    `json:"text_size"`
	Tray       bool   `json:"tray"`
	Remind     bool   `json:"remind"`
	Start      bool   `json:"start"`

	Network   string    `json:"network"`
	Times     string    `json:"times"`
	Paused    time.Time `json:"paused_until,omitzero"`
	Proxy     string    `json:"proxy"`
	CA        string    `json:"ca"`
	SendUsage bool      `json:"send_usage"`
}

func (c *settingsListCmd) run(_ context.Context, s *session) (result, error) {
	r := result{json: s.settingsJSON()}
	var rows [][]string
	for _, k := range settings {
		rows = append(rows, []string{k.key, k.show(s), s.text("cli.settings.about."+k.key, nil) + s.setBy(k)})
	}
	r.page.table(rows)
	return r, nil
}

func (s *session) settingsJSON() any {
	now, locked := s.home.Settings(), map[string]string{}
	for _, k := range settings {
		if src := s.home.SourceOf(app.SettingOf(k.policy)); src.Locked() {
			locked[k.key] = src.Org
		}
	}
	return map[string]any{"settings": settingsJSON{
		Language: orSystem(now.Language), Appearance: orSystem(now.Appearance), TextSize: now.TextSize, Tray: now.Tray, Remind: now.Remind, Start: s.start.On(),
		Network: orAuto(now.Network), Times: now.Times, Paused: utc(now.Paused), Proxy: orSystem(now.Proxy), CA: now.CA, SendUsage: !now.HoldUsage,
	}, "locked": locked}
}

type settingsSetCmd struct {
	chooses
	Key   string `arg:"" help:"cli.arg.setting"`
	Value string `arg:"" help:"cli.arg.value"`
}

func (c *settingsSetCmd) run(_ context.Context, s *session) (result, error) {
	i := slices.IndexFunc(settings, func(k setting) bool { return k.key == c.Key })
	if i < 0 {
		return result{}, mistake("setting_unknown", map[string]any{"key": c.Key, "keys": keys()})
	}
	k := settings[i]
	if k.values != nil && !slices.Contains(k.values(), c.Value) {
		return result{}, mistake("setting_value", map[string]any{"key": c.Key, "value": c.Value, "values": span(k.values())})
	}
	if err := k.set(s, c.Value); err != nil {
		return result{}, err
	}
	r := result{json: s.settingsJSON()}
	r.page.add(s.text("cli.settings.set", map[string]any{"key": c.Key, "value": c.Value}))
	return r, nil
}

func keys() string {
	var all []string
	for _, k := range settings {
		all = append(all, k.key)
	}
	return strings.Join(all, "|")
}

// span names values as help does; a long row of numbers by its ends.
func span(values []string) string {
	if len(values) > 10 {
		return values[0] + "…" + values[len(values)-1]
	}
	return strings.Join(values, "|")
}
