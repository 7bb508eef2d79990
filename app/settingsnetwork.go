package app

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/disk"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/usage"
)

const (
	caLimit   = 1 << 20
	wordLimit = 1 << 10 // of an address or a file name
)

// soundNetwork is sound for what decides about contacts.
func (s Settings) soundNetwork() Settings {
	switch s.Network {
	case NetworkWindows, NetworkManual, NetworkOff:
	default:
		s.Network = ""
	}
	windows, err := ParseTimes(s.Times)
	if s.Times = FormatTimes(windows); err != nil || len(s.Times) > wordLimit {
		s.Times = ""
	}
	for _, t := range []*time.Time{&s.Paused, &s.SendsSince} {
		*t = t.UTC().Truncate(time.Second)
		if y := t.Year(); y < 2000 || y > 9999 {
			*t = time.Time{}
		}
	}
	if CheckProxy(s.Proxy) != nil {
		s.Proxy = ""
	}
	if s.CA != "" && (!filepath.IsAbs(s.CA) || len(s.CA) > wordLimit) {
		s.CA = ""
	}
	if !slices.Contains(usageLevels, s.UsageLevel) {
		s.UsageLevel = ""
	}
	return s
}

// usageLevels are the values of Settings.UsageLevel beside "".
var usageLevels = []string{usage.LevelContract, usage.LevelComputer, usage.LevelFull}

// CheckProxy says what is wrong with the address of a proxy. A password has no place in the settings, which are no secret: for a proxy
// that wants one there are the system's settings.
func CheckProxy(text string) error {
	if text == "" || text == ProxyNone {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case strings.Contains(text, "@"):
		return &licensing.Mistake{Code: "proxy_password"}
	case err != nil, len(text) > wordLimit, u.Hostname() == "", u.Path != "" && u.Path != "/", u.RawQuery != "" || u.Fragment != "",
		reconcile.CheckNetwork(reconcile.Network{Proxy: text}) != nil, !strings.Contains(text, "://"):
		return &licensing.Mistake{Code: "proxy_unclear"}
	}
	return nil
}

// CheckCA says what is wrong with a file of certificates.
func CheckCA(file string) error {
	if file == "" {
		return nil
	}
	b, err := disk.ReadFile(disk.OS(), file, caLimit)
	if err != nil {
		return &licensing.Mistake{Code: "ca_unreadable", Args: map[string]any{"file": file}}
	}
	if reconcile.CheckNetwork(reconcile.Network{CA: b, CAFile: file}) != nil {
		return &licensing.Mistake{Code: "ca_no_certificate", Args: map[string]any{"file": file}}
	}
	return nil
}

func readTimes(raw json.RawMessage, s *Settings) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	windows, err := ParseTimes(text)
	s.Times = FormatTimes(windows)
	return err
}

func readSend(raw json.RawMessage, s *Settings) error {
	var send bool
	err := json.Unmarshal(raw, &send)
	s.HoldUsage = !send
	return err
}

// contactSettings are the settings in force, as contacts are planned with them.
func (a *App) contactSettings() reconcile.Settings {
	s := a.Settings()
	windows, _ := ParseTimes(s.Times)
	return reconcile.Settings{Mode: reconcile.Mode(s.Network), Windows: windows, Paused: s.Paused}
}

// network is how vendors are reached now. Of a file of certificates that cannot be read the name alone is passed on, and the contact says
// so.
func (a *App) network() reconcile.Network {
	s := a.Settings()
	n := reconcile.Network{Proxy: s.Proxy, CAFile: s.CA}
	if s.CA != "" {
		if b, err := disk.ReadFile(disk.OS(), s.CA, caLimit); err == nil {
			n.CA = b
		}
	}
	return n
}
