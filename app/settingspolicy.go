package app

import (
	"encoding/json"
	"errors"
	"maps"

	"holdfast/app/policy"
	"holdfast/licensing"
)

// Source says who decided on a setting.
type Source struct {
	From string
	Org  string // as its policy file names it; "" when it does not
	File string // of the policy
}

// Whom a setting is from.
const (
	FromBuiltIn = "built_in"
	FromDefault = "default" // the organization suggests it
	FromPerson  = "person"
	FromLocked  = "locked" // the organization decided
	// FromMeanwhile is of nobody: it counts until the policy file is right, as strictly as that may have decided.
	FromMeanwhile = "meanwhile"
)

// Locked says that a person cannot choose otherwise.
func (s Source) Locked() bool { return s.From == FromLocked || s.From == FromMeanwhile }

// Meanwhile says that nobody decided: the policy file is not right.
func (s Source) Meanwhile() bool { return s.From == FromMeanwhile }

// Locked is the error of a change that the organization does not allow.
type Locked struct {
	Name string // of the setting, in the settings file
	Key  string // the same in the policy
	Source
}

// Error is for logs; people are told by error.setting_locked.
func (l *Locked) Error() string { return "the machine policy locks " + l.Key }

// Spoken implements plain.Spoken; the key is that of the policy.
func (l *Locked) Spoken() (code string, args map[string]any) {
	code = "setting_locked"
	switch {
	case l.Meanwhile():
		code += ".meanwhile"
	case l.Org == "":
		code += ".unnamed"
	}
	return code, map[string]any{"key": l.Key, "org": l.Org, "file": l.File}
}

// effective are the settings in force, and where they are from.
type effective struct {
	Settings
	usual   Settings          // what counts without a choice of the person
	sources map[string]Source // by the members' names
	given   map[string]Source // the same of usual
}

// resolve puts together what the person chose and the organization decided.
func resolve(d settingsDoc, p policy.Policy) effective {
	e := effective{Settings: Settings{}.sound(), sources: map[string]Source{}, given: map[string]Source{}}
	decided := map[string]bool{}
	for _, m := range members {
		e.given[m.name] = Source{From: FromBuiltIn}
		x, ok := p.Entries[m.key]
		if !ok || m.key == "" || m.decided(x.Value, &e.Settings) != nil {
			continue
		}
		e.given[m.name] = Source{From: FromDefault, Org: x.Org, File: x.File}
		switch decided[m.name] = x.Locked; {
		case x.Meanwhile:
			e.given[m.name] = Source{From: FromMeanwhile, File: x.File}
		case x.Locked:
			e.given[m.name] = Source{From: FromLocked, Org: x.Org, File: x.File}
		}
	}
	e.usual, e.sources = e.Settings, maps.Clone(e.given)
	for _, m := range members {
		raw, ok := d[m.name]
		if one := e.Settings; ok && !decided[m.name] && json.Unmarshal(raw, m.at(&one)) == nil && one == one.sound() {
			e.Settings, e.sources[m.name] = one, Source{From: FromPerson}
		}
	}
	return e
}

// choose is e after a person chose s.
func (e effective) choose(s Settings) (effective, error) {
	sources := map[string]Source{}
	for _, m := range members {
		switch sources[m.name] = e.sources[m.name]; {
		case m.alike(&s, &e.Settings):
		case sources[m.name].Locked():
			return e, &Locked{Name: m.name, Key: m.key, Source: sources[m.name]}
		case m.alike(&s, &e.usual):
			sources[m.name] = e.given[m.name]
		default:
			sources[m.name] = Source{From: FromPerson}
		}
	}
	e.Settings, e.sources = s, sources
	return e, nil
}

func (m member) alike(a, b *Settings) bool {
	x, err := json.Marshal(m.at(a))
	return err == nil && same(x, m.at(b))
}

var errValue = errors.New("a value that the setting cannot have")

// decided puts the value of a policy into s.
func (m member) decided(raw json.RawMessage, s *Settings) error {
	one := *s
	if m.word != "" && string(raw) == `"`+m.word+`"` {
		raw = json.RawMessage(`""`)
	}
	read := m.read
	if read == nil {
		read = func(raw json.RawMessage, s *Settings) error { return json.Unmarshal(raw, m.at(s)) }
	}
	if err := read(raw, &one); err != nil {
		return err
	}
	if one != one.sound() {
		return errValue
	}
	*s = one
	return nil
}

// PolicyKeys are the keys that a machine policy may have.
func PolicyKeys() policy.Keys {
	keys := policy.Keys{}
	for _, m := range members {
		if m.key != "" {
			keys[m.key] = func(raw json.RawMessage) error {
				s := Settings{}.sound()
				return m.decided(raw, &s)
			}
		}
	}
	return keys
}

// SettingOf is the name of the setting that a key of the policy decides; "" for none.
func SettingOf(key string) string {
	for _, m := range members {
		if m.key == key && key != "" {
			return m.name
		}
	}
	return ""
}

// KeyOf is the key of the policy that decides a setting; "" for none.
func KeyOf(name string) string {
	for _, m := range members {
		if m.name == name {
			return m.key
		}
	}
	return ""
}

// policy reads the machine policy.
func (o Options) policy() policy.Policy {
	dir := o.Policy
	if dir == "" {
		dir = policy.Dir()
	}
	return policy.Read(dir, PolicyKeys())
}

// Policy is the machine policy as it was read last.
func (a *App) Policy() policy.Policy {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.policy
}

// FollowPolicy reads the machine policy again, lets it count and returns it.
func (a *App) FollowPolicy() policy.Policy {
	a.followPolicy()
	return a.Policy()
}

// followPolicy reads the machine policy again, and the settings when it changed.
func (a *App) followPolicy() {
	p := a.options.policy()
	a.changing.Lock()
	defer a.changing.Unlock()
	_, doc := readSettings(a.home)
	a.mu.Lock()
	if a.unkept || a.readOnly { // what the file does not have
		if b, err := doc.with(a.settings); err == nil {
			_, doc = parseSettings(b)
		}
	}
	was := a.settings.Settings
	a.policy, a.settings = p, resolve(doc, p)
	changed := a.settings.Settings != was
	a.mu.Unlock()
	a.decideUsageLevel() // it may be locked now
	if changed {
		a.tellSettings()
	}
}

// decideUsageLevel tells the engine, once it is open, the level of detail that counts.
func (a *App) decideUsageLevel() {
	select {
	case <-a.ready:
	default:
		return
	}
	if a.err == nil {
		a.engine.DecideUsageLevel(a.usageRule())
	}
}

// usageRule is the level of detail that counts, and who decided on it.
func (a *App) usageRule() licensing.UsageRule {
	src, level := a.SourceOf("usage_level"), a.Settings().UsageLevel
	if level == "" && !src.Locked() {
		return licensing.UsageRule{}
	}
	rule := licensing.UsageRule{Level: level, By: licensing.UsageByPerson, Org: src.Org, Locked: src.Locked()}
	switch {
	case src.Meanwhile():
		rule.By = licensing.UsageByNobody
	case src.Locked(), src.From == FromDefault:
		rule.By = licensing.UsageByOrganization
	}
	return rule
}
