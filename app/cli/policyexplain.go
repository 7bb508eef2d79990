package cli

import (
	"context"
	"encoding/json"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"holdfast/app/policy"
)

// keySample is what a key of the policy has without any choice, in the words of settings, and a value to show how it is written.
type keySample struct {
	usual string
	value any
}

// samples are those of all keys.
var samples = map[string]keySample{
	"language":        {system, "de"},
	"tray":            {off, true},
	"remind":          {off, true},
	"network.mode":    {auto, "windows"},
	"network.windows": {none, "Mo-Fr 08:00-18:00"},
	"network.proxy":   {system, "http://proxy.example:3128"},
	"network.ca":      {none, filepath.Join(policy.Dir(), "ca.pem")},
	"usage.send":      {on, false},
	"usage.level":     {levelDefault, "contract"},
}

// policyKeys are the keys that a policy may have.
func policyKeys() (all []string) {
	for _, k := range settings {
		if k.policy != "" {
			all = append(all, k.policy)
		}
	}
	return all
}

// takes says which values a key of the policy can have.
func (s *session) takes(k setting) string {
	switch {
	case k.values == nil:
		return s.text("cli.policy.takes."+k.policy, nil)
	case slices.Equal(k.values(), onOff):
		return "true|false"
	}
	return strings.Join(k.values(), "|")
}

// written is a key as it stands in a policy file.
func written(key string) string {
	b, err := json.Marshal(samples[key].value)
	if err != nil {
		return ""
	}
	return `"` + key + `": {"value": ` + string(b) + `, "locked": true}`
}

// example is a whole policy file, as lines.
func example() []string {
	all := []string{"{", `  "schema_version": 1,`, `  "org": "Acme GmbH",`}
	keys := policyKeys()
	for i, key := range keys {
		line := "  " + written(key)
		if i < len(keys)-1 {
			line += ","
		}
		all = append(all, line)
	}
	return append(all, "}")
}

// expected says what can stand where a finding is; "" when the sentence about it says so.
func (s *session) expected(f policy.Finding) string {
	switch f.Code {
	case policy.Unknown:
		return s.text("cli.policy.known", map[string]any{"keys": strings.Join(policyKeys(), "|")})
	case policy.Shape, policy.Missing:
		return s.text("cli.policy.write", map[string]any{"text": written(f.Key)})
	case policy.Value:
		if f.Key == "org" {
			return s.text("cli.policy.takes.org", nil)
		}
		if k, ok := settingNamed(f.Key); ok {
			return s.text("cli.policy.values", map[string]any{"values": s.takes(k)})
		}
	}
	return ""
}

// fix is the command that makes a file or folder one that an administrator alone can change.
func fix(f policy.Finding) string {
	name := f.File
	if strings.ContainsAny(name, " ()'") {
		name = `"` + name + `"`
	}
	switch {
	case f.Code != policy.Owner && f.Code != policy.Writable:
		return ""
	case runtime.GOOS == "windows":
		return "icacls " + name + " /setowner *S-1-5-32-544"
	case f.Code == policy.Owner:
		return "sudo chown root " + name
	}
	return "sudo chmod go-w " + name
}

type policyExplainCmd struct {
	looks
	Key string `arg:"" optional:"" help:"cli.arg.policykey"`
}

// keyJSON is one key of the policy with what it takes.
type keyJSON struct {
	Key     string `json:"key"`
	Setting string `json:"setting"` // as settings set names it
	About   string `json:"about"`
	Values  string `json:"values"`
	Usual   string `json:"usual"` // in the words of settings
	Example any    `json:"example"`
}

// run says how a policy file is written and what each key takes; of one key also which value is in force and where that is from.
func (c *policyExplainCmd) run(_ context.Context, s *session) (result, error) {
	if c.Key == "" {
		return s.explainPolicy()
	}
	k, ok := settingNamed(c.Key)
	if !ok || k.policy == "" {
		return result{}, mistake("policy_key_unknown", map[string]any{"key": c.Key, "keys": strings.Join(policyKeys(), "|")})
	}
	x, j := s.rule(k), s.keyJSON(k)
	r := result{json: map[string]any{"rule": x, "key": j}}
	r.page.add(k.policy+": "+k.show(s), x.Text, j.About, s.text("cli.policy.values", map[string]any{"values": j.Values}),
		s.text("cli.policy.usual", map[string]any{"value": j.Usual}), s.text("cli.policy.setting", map[string]any{"key": k.key}),
		s.text("cli.policy.write", map[string]any{"text": written(k.policy)}))
	return r, nil
}

func (s *session) keyJSON(k setting) keyJSON {
	x := samples[k.policy]
	return keyJSON{Key: k.policy, Setting: k.key, About: s.text("cli.settings.about."+k.key, nil), Values: s.takes(k), Usual: x.usual, Example: x.value}
}

// explainPolicy shows a whole file, and all keys.
func (s *session) explainPolicy() (result, error) {
	lines := example()
	keys := []keyJSON{}
	r := result{}
	r.page.add(s.text("cli.policy.where", map[string]any{"file": policy.File(), "dropins": policy.DropIns()}), s.text("cli.policy.format", nil))
	r.page.gap()
	r.page.indent(lines...)
	r.page.gap()
	var rows [][]string
	for _, k := range settings {
		if k.policy == "" {
			continue
		}
		j := s.keyJSON(k)
		keys = append(keys, j)
		rows = append(rows, []string{j.Key, j.Values})
	}
	r.page.table(rows)
	r.page.gap()
	r.page.add(s.text("cli.policy.check", nil))
	r.json = map[string]any{
		"file": policy.File(), "drop_ins": policy.DropIns(), "example": json.RawMessage(strings.Join(lines, "\n")), "keys": keys,
	}
	return r, nil
}
