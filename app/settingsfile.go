package app

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"holdfast/app/policy"
	"holdfast/licensing/plain"
)

const (
	settingsFile    = "settings.json" // in the home
	settingsVersion = 1
	settingsLimit   = 64 << 10
	widest          = 1 << 14 // more than a window has
)

// settingsDoc is the settings file: members by name, those of other versions included.
type settingsDoc map[string]json.RawMessage

// member is a setting by its name in the file.
type member struct {
	name string
	at   func(*Settings) any
	// key is its name in a machine policy, "" for one that is a person's alone. read takes the value from there; nil: as in the file.
	key  string
	read func(raw json.RawMessage, s *Settings) error
	word string // what stands in a policy for the value "", beside that; "" for none
}

var members = []member{
	{name: "language", at: func(s *Settings) any { return &s.Language }, key: "language", word: "system"},
	{name: "appearance", at: func(s *Settings) any { return &s.Appearance }},
	{name: "text_size", at: func(s *Settings) any { return &s.TextSize }},
	{name: "width", at: func(s *Settings) any { return &s.Width }},
	{name: "height", at: func(s *Settings) any { return &s.Height }},
	{name: "tray", at: func(s *Settings) any { return &s.Tray }, key: "tray"},
	{name: "remind", at: func(s *Settings) any { return &s.Remind }, key: "remind"},
	{name: "network", at: func(s *Settings) any { return &s.Network }, key: policy.NetworkMode, word: networkAuto},
	{name: "times", at: func(s *Settings) any { return &s.Times }, key: "network.windows", read: readTimes, word: "none"},
	{name: "paused", at: func(s *Settings) any { return &s.Paused }},
	{name: "proxy", at: func(s *Settings) any { return &s.Proxy }, key: "network.proxy", word: "system"},
	{name: "ca", at: func(s *Settings) any { return &s.CA }, key: "network.ca", word: "none"},
	{name: "hold_usage", at: func(s *Settings) any { return &s.HoldUsage }, key: policy.UsageSend, read: readSend},
	{name: "usage_level", at: func(s *Settings) any { return &s.UsageLevel }, key: policy.UsageLevel, word: "default"},
	{name: "seen", at: func(s *Settings) any { return &s.Seen }},
	{name: "told_sending", at: func(s *Settings) any { return &s.ToldSending }},
	{name: "sends_since", at: func(s *Settings) any { return &s.SendsSince }},
}

// sound returns s with the usual value in place of every one that is out of its bounds.
func (s Settings) sound() Settings {
	if s.Language != plain.Pseudo && !slices.Contains(plain.Languages(), s.Language) {
		s.Language = ""
	}
	if s.Appearance != AppearanceLight && s.Appearance != AppearanceDark {
		s.Appearance = ""
	}
	if s.TextSize < SmallestText || s.TextSize > LargestText {
		s.TextSize = SmallestText
	}
	for _, n := range []*int{&s.Width, &s.Height} {
		if *n < 0 || *n > widest {
			*n = 0
		}
	}
	return s.soundNetwork()
}

// parseSettings reads a settings file as far as it can be understood. It never refuses one: bad members are as if they
// were not there.
func parseSettings(b []byte) (Settings, settingsDoc) {
	doc := settingsDoc{}
	if json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &doc) != nil || doc == nil {
		doc = settingsDoc{}
	}
	return resolve(doc, policy.Policy{}).Settings, doc
}

// newer says that a newer Holdfast wrote the file. Such a file is read, never written.
func (d settingsDoc) newer() bool {
	var version float64
	return json.Unmarshal(d["version"], &version) == nil && version > settingsVersion
}

// with returns the file that holds what e has of a person. Members that e does not change stay as they are, also those not understood
// here and those that the organization locked; a usual value needs no member.
func (d settingsDoc) with(e effective) ([]byte, error) {
	out := maps.Clone(d)
	out["version"] = json.RawMessage(strconv.Itoa(settingsVersion))
	for _, m := range members {
		now, err := json.Marshal(m.at(&e.Settings))
		if err != nil {
			return nil, err
		}
		old := e.usual
		if raw, ok := d[m.name]; ok && (json.Unmarshal(raw, m.at(&old)) != nil || old != old.sound()) {
			old = e.usual
		}
		switch {
		case e.sources[m.name].Locked(), same(now, m.at(&old)):
		case same(now, m.at(&e.usual)):
			delete(out, m.name)
		default:
			out[m.name] = now
		}
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err == nil && len(b) >= settingsLimit {
		return settingsDoc{}.with(e) // what others put in leaves no room for ours
	}
	return append(b, '\n'), err
}

// same compares a value as it is written with another.
func same(written []byte, value any) bool {
	b, err := json.Marshal(value)
	return err == nil && bytes.Equal(written, b)
}
