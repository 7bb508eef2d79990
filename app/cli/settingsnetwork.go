package cli

import (
	"strings"

	"holdfast/app"
	"holdfast/licensing/reconcile"
)

const auto = string(reconcile.ModeAuto)

// The settings about contacts with vendors.
var (
	networkSetting = setting{
		"network",
		func(s *session) string { return orAuto(s.home.Settings().Network) },
		func(s *session, v string) error {
			if v == app.NetworkWindows && s.home.Settings().Times == "" {
				return mistake("times_missing", nil)
			}
			return s.home.ChangeSettings(func(c *app.Settings) { c.Network = notAuto(v) })
		},
		func() []string { return []string{auto, app.NetworkWindows, app.NetworkManual, app.NetworkOff} },
		"network.mode",
	}
	timesSetting = setting{
		"times",
		func(s *session) string { return orNone(s.home.Settings().Times) },
		func(s *session, v string) error {
			windows, err := app.ParseTimes(notNone(v))
			if err != nil {
				return err
			}
			return s.home.ChangeSettings(func(c *app.Settings) { c.Times = app.FormatTimes(windows) })
		},
		nil,
		"network.windows",
	}
	proxySetting = setting{
		"proxy",
		func(s *session) string { return orSystem(s.home.Settings().Proxy) },
		func(s *session, v string) error {
			if err := app.CheckProxy(notSystem(v)); err != nil {
				return err
			}
			return s.home.ChangeSettings(func(c *app.Settings) { c.Proxy = notSystem(v) })
		},
		nil,
		"network.proxy",
	}
	caSetting = setting{
		"ca",
		func(s *session) string { return orNone(s.home.Settings().CA) },
		func(s *session, v string) error {
			name := notNone(v)
			if name != "" {
				name = s.resolve(name)
			}
			if err := app.CheckCA(name); err != nil {
				return err
			}
			return s.home.ChangeSettings(func(c *app.Settings) { c.CA = name })
		},
		nil,
		"network.ca",
	}
	sendUsageSetting = setting{
		"send-usage",
		func(s *session) string { return onOrOff(!s.home.Settings().HoldUsage) },
		func(s *session, v string) error {
			return s.home.ChangeSettings(func(c *app.Settings) { c.HoldUsage, c.ToldSending = v != on, true })
		},
		func() []string { return onOff },
		"usage.send",
	}
	usageLevelSetting = setting{
		"usage-level",
		func(s *session) string { return orDefault(s.home.Settings().UsageLevel) },
		func(s *session, v string) error {
			return s.home.ChangeSettings(func(c *app.Settings) {
				if c.UsageLevel = v; v == levelDefault {
					c.UsageLevel = ""
				}
			})
		},
		func() []string { return append([]string{levelDefault}, levels...) },
		"usage.level",
	}
)

func orDefault(v string) string {
	if v == "" {
		return levelDefault
	}
	return v
}

func orAuto(v string) string {
	if v == "" {
		return auto
	}
	return v
}

func notAuto(v string) string {
	if v == auto {
		return ""
	}
	return v
}

func orNone(v string) string {
	if v == "" {
		return none
	}
	return v
}

func notNone(v string) string {
	if strings.EqualFold(v, none) {
		return ""
	}
	return v
}

// setBy says behind a setting that a person cannot change it, and why.
func (s *session) setBy(k setting) string {
	switch src := s.home.SourceOf(app.SettingOf(k.policy)); {
	case !src.Locked():
		return ""
	case src.Meanwhile():
		return " " + s.text("settings.locked.meanwhile", nil)
	case src.Org == "":
		return " " + s.text("settings.locked.unnamed", nil)
	default:
		return " " + s.text("settings.locked", map[string]any{"org": src.Org})
	}
}
