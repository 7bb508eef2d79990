package app

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

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

// members are the settings by their names in the file.
var members = []struct {
	name string
	at   func(*Settings) any
}{
	{"language", func(s *Settings) any { return &s.Language }},
	{"appearance", func(s *Settings) any { return &s.Appearance }},
	{"text_size", func(s *Settings) any { return &s.TextSize }},
	{"width", func(s *Settings) any { return &s.Width }},
	{"height", func(s *Settings) any { return &s.Height }},
	{"tray", func(s *Settings) any { return &s.Tray }},
	{"remind", func(s *Settings) any { return &s.Remind }},
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
	return s
}

// parseSettings reads a settings file as far as it can be understood. It never refuses one: bad members are as if they
// were not there.
func parseSettings(b []byte) (Settings, settingsDoc) {
	doc := settingsDoc{}
	if json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &doc) != nil || doc == nil {
		doc = settingsDoc{}
	}
	return doc.settings(), doc
}

func (d settingsDoc) settings() Settings {
	var s Settings
	for _, m := range members {
		one := s
		if raw, ok := d[m.name]; ok && json.Unmarshal(raw, m.at(&one)) == nil {
			s = one
		}
	}
	return s.sound()
}

// newer says that a newer Holdfast wrote the file. Such a file is read, never written.
func (d settingsDoc) newer() bool {
	var version float64
	return json.Unmarshal(d["version"], &version) == nil && version > settingsVersion
}

// with returns the file that holds s. Members that s does not change stay as they are, also those not understood here;
// a usual value needs no member.
func (d settingsDoc) with(s Settings) ([]byte, error) {
	out := maps.Clone(d)
	out["version"] = json.RawMessage(strconv.Itoa(settingsVersion))
	old, usual := d.settings(), Settings{}.sound()
	for _, m := range members {
		now, err := json.Marshal(m.at(&s))
		if err != nil {
			return nil, err
		}
		switch {
		case same(now, m.at(&old)):
		case same(now, m.at(&usual)):
			delete(out, m.name)
		default:
			out[m.name] = now
		}
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err == nil && len(b) >= settingsLimit {
		return settingsDoc{}.with(s) // what others put in leaves no room for ours
	}
	return append(b, '\n'), err
}

// same compares a value as it is written with another.
func same(written []byte, value any) bool {
	b, err := json.Marshal(value)
	return err == nil && bytes.Equal(written, b)
}
