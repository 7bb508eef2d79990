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
	networkSetting, timesSetting, proxySetting, caSetting, sendUsageSetting, usageLevelSetting,
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

	UsageLevel string `json:"usage_level"`
}

func (c *settingsListCmd) run(_ context.Context, s *session) (result, error) {
	r := result{json: s.settingsJSON()}
	var rows [][]string
	for _, k := range settings {
		other := ""
		if k.policy != k.key {
			other = k.policy
		}
		rows = append(rows, []string{k.key, k.show(s), other, s.text("cli.settings.about."+k.key, nil) + s.setBy(k)})
	}
	r.page.table(rows)
	return r, nil
}

func (s *session) settingsJSON() any {
	now, locked, policies := s.home.Settings(), map[string]string{}, map[string]string{}
	for _, k := range settings {
		if k.policy != "" {
			policies[k.key] = k.policy
		}
		if src := s.home.SourceOf(app.SettingOf(k.policy)); src.Locked() {
			locked[k.key] = src.Org
		}
	}
	return map[string]any{"settings": settingsJSON{
		Language: orSystem(now.Language), Appearance: orSystem(now.Appearance), TextSize: now.TextSize, Tray: now.Tray, Remind: now.Remind, Start: s.start.On(),
		Network: orAuto(now.Network), Times: now.Times, Paused: utc(now.Paused), Proxy: orSystem(now.Proxy), CA: now.CA, SendUsage: !now.HoldUsage, UsageLevel: orDefault(now.UsageLevel),
	}, "locked": locked, "policy_keys": policies}
}

type settingsSetCmd struct {
	chooses
	Key   string `arg:"" help:"cli.arg.setting"`
	Value string `arg:"" help:"cli.arg.value" empty:"yes"`
}

func (c *settingsSetCmd) run(_ context.Context, s *session) (result, error) {
	k, ok := settingNamed(c.Key)
	if !ok {
		return result{}, mistake("setting_unknown", map[string]any{"key": c.Key, "keys": keys()})
	}
	if k.values != nil && !slices.Contains(k.values(), c.Value) {
		return result{}, s.wrongValue(k, c.Value)
	}
	if err := k.set(s, c.Value); err != nil {
		return result{}, err
	}
	r := result{json: s.settingsJSON()}
	now := k.show(s)
	r.page.add(s.text("cli.settings.set", map[string]any{"key": k.key, "value": now}))
	if id := "cli.settings.unset." + k.key; now == samples[k.policy].usual && s.say.Has(id) {
		r.page.add(s.text(id, nil)) // what counts instead
	}
	return r, nil
}

// settingNamed is the setting with a name, which may also be that of the machine policy.
func settingNamed(name string) (setting, bool) {
	i := slices.IndexFunc(settings, func(k setting) bool { return name != "" && (k.key == name || k.policy == name) })
	if i < 0 {
		return setting{}, false
	}
	return settings[i], true
}

// wrongValue says which values a setting takes: all of them, or the bounds of a number.
func (s *session) wrongValue(k setting, value string) error {
	values := k.values()
	if first, last, long := bounds(values); long {
		return mistake("setting_range", map[string]any{"key": k.key, "value": value, "least": first, "most": last})
	}
	return mistake("setting_value", map[string]any{"key": k.key, "value": value, "values": strings.Join(values, "|")})
}

func keys() string {
	var all []string
	for _, k := range settings {
		all = append(all, k.key)
	}
	return strings.Join(all, "|")
}

// bounds are the first and the last of a long row of numbers.
func bounds(values []string) (first, last string, long bool) {
	if len(values) > 10 {
		return values[0], values[len(values)-1], true
	}
	return "", "", false
}
