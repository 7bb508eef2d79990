package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"holdfast/app"
	"holdfast/app/policy"
	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
)

// policyLimit is more than a policy file may have.
const policyLimit = 1 << 20

// ruleJSON is one setting with where its value is from.
type ruleJSON struct {
	Key     string `json:"key"`     // of the policy
	Setting string `json:"setting"` // as settings set names it
	Value   any    `json:"value"`
	From    string `json:"from"` // built_in, default, person or locked
	Locked  bool   `json:"locked"`
	Org     string `json:"org,omitempty"`
	File    string `json:"file,omitempty"`
	Text    string `json:"text"`
}

// findingJSON is something in a policy file that was not understood, with its sentence.
type findingJSON struct {
	policy.Finding
	Text string `json:"text"`
}

type policyJSON struct {
	Source   []string      `json:"source"` // files
	Rules    []ruleJSON    `json:"rules"`
	Findings []findingJSON `json:"findings"`
}

type policyShowCmd struct{ looks }

// run shows the value in force of everything that a policy may decide. What it does not understand is told, without a code of its own.
func (c *policyShowCmd) run(_ context.Context, s *session) (result, error) {
	p := s.home.Policy()
	j := policyJSON{Source: list(p.Files), Rules: []ruleJSON{}, Findings: s.findings(p.Findings)}
	r := result{}
	for _, f := range p.Files {
		r.page.add(s.text("cli.policy.file", map[string]any{"file": f}))
	}
	if len(p.Files) == 0 {
		r.page.add(s.text("cli.policy.none", map[string]any{"dir": policy.Dir()}))
	}
	var rows [][]string
	for _, k := range settings {
		if k.policy == "" {
			continue
		}
		x := s.rule(k)
		j.Rules = append(j.Rules, x)
		rows = append(rows, []string{x.Key, k.show(s), x.Text})
	}
	r.page.gap()
	r.page.table(rows)
	for _, f := range j.Findings {
		r.page.add(f.Text)
	}
	r.json = j
	return r, nil
}

// rule is a setting with where its value is from.
func (s *session) rule(k setting) ruleJSON {
	src := s.home.SourceOf(app.SettingOf(k.policy))
	x := ruleJSON{Key: k.policy, Setting: k.key, Value: k.show(s), From: src.From, Locked: src.Locked(), Org: src.Org, File: src.File}
	id := "cli.policy.from." + src.From
	if src.Org == "" && (src.From == app.FromLocked || src.From == app.FromDefault) {
		id += ".unnamed"
	}
	x.Text = s.text(id, map[string]any{"org": src.Org, "file": src.File})
	return x
}

func (s *session) findings(all []policy.Finding) []findingJSON {
	out := []findingJSON{}
	for _, f := range all {
		text := s.text("cli.policy.finding."+f.Code, map[string]any{"file": f.File, "key": f.Key})
		if f.Line > 0 {
			text += " " + s.text("cli.policy.line", map[string]any{"n": f.Line})
		}
		out = append(out, findingJSON{f, text})
	}
	return out
}

type policyExplainCmd struct {
	looks
	Key string `arg:"" help:"cli.arg.policykey"`
}

// run says of one key what it is for, which value is in force and where that is from.
func (c *policyExplainCmd) run(_ context.Context, s *session) (result, error) {
	i := slices.IndexFunc(settings, func(k setting) bool { return k.policy != "" && (k.policy == c.Key || k.key == c.Key) })
	if i < 0 {
		var keys []string
		for _, k := range settings {
			if k.policy != "" {
				keys = append(keys, k.policy)
			}
		}
		return result{}, mistake("policy_key_unknown", map[string]any{"key": c.Key, "keys": strings.Join(keys, "|")})
	}
	k := settings[i]
	x := s.rule(k)
	r := result{json: map[string]any{"rule": x}}
	r.page.add(k.policy+": "+k.show(s), x.Text, s.text("cli.settings.about."+k.key, nil), s.text("cli.policy.setting", map[string]any{"key": k.key}))
	return r, nil
}

type policyValidateCmd struct {
	alone
	File string `arg:"" help:"cli.arg.policyfile"`
}

// run looks at a policy file without using it: 60 when it has errors, 10 with --strict when it has warnings alone.
func (c *policyValidateCmd) run(_ context.Context, s *session) (result, error) {
	name := s.resolve(c.File)
	b, err := disk.ReadFile(disk.OS(), name, policyLimit)
	if err != nil {
		return result{}, &fileError{filepath.Base(name), terms.NewProblem(terms.StateFileUnreadable, terms.Slots{"cause": "other"}, err)}
	}
	entries, found := policy.Parse(c.File, b, app.PolicyKeys())
	j := struct {
		OK       bool                       `json:"ok"`
		Entries  map[string]json.RawMessage `json:"entries"`
		Findings []findingJSON              `json:"findings"`
	}{true, map[string]json.RawMessage{}, s.findings(found)}
	for key, e := range entries {
		j.Entries[key] = e.Value
	}
	r := result{}
	for _, f := range j.Findings {
		r.page.add(f.Text)
		switch {
		case !f.Warning:
			j.OK, r.code = false, codePolicy
		case s.Strict:
			r.code = cmp.Or(r.code, codeAct)
		}
	}
	if j.OK {
		r.page.add(s.text("cli.policy.ok", map[string]any{"n": len(entries)}))
	}
	r.json = j
	return r, nil
}
