package cli

import (
	"context"
	"encoding/json"
	"path/filepath"

	"holdfast/app"
	"holdfast/app/policy"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// policyLimit is more than a policy file may have.
const policyLimit = 1 << 20

// ruleJSON is one setting with where its value is from.
type ruleJSON struct {
	Key     string `json:"key"`     // of the policy
	Setting string `json:"setting"` // as settings set names it
	Value   any    `json:"value"`
	From    string `json:"from"` // built_in, default, person, locked or meanwhile: until the policy file is right
	Locked  bool   `json:"locked"`
	Org     string `json:"org,omitempty"`
	File    string `json:"file,omitempty"`
	Text    string `json:"text"`
}

// findingJSON is something in a policy file that was not understood, with its sentence.
type findingJSON struct {
	policy.Finding
	Expected string `json:"expected,omitempty"` // what can stand there
	Fix      string `json:"fix,omitempty"`      // a command that puts it right
	Text     string `json:"text"`
}

type policyJSON struct {
	Source   []string      `json:"source"` // files
	Rules    []ruleJSON    `json:"rules"`
	Findings []findingJSON `json:"findings"`
}

type policyShowCmd struct{ looks }

// run shows the value in force of everything that a policy may decide. 60 when a part does not count, as doctor says it.
func (c *policyShowCmd) run(_ context.Context, s *session) (result, error) {
	p := s.home.Policy()
	j := policyJSON{Source: list(p.Files), Rules: []ruleJSON{}, Findings: s.findings(p.Findings)}
	r := result{}
	if p.Broken() {
		r.code = codePolicy
	}
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
	r.page.add(s.text("cli.policy.more", nil))
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
		x := findingJSON{Finding: f, Text: s.text("cli.policy.finding."+f.Code, map[string]any{"file": f.File, "key": f.Key, "name": f.Name})}
		if f.Line > 0 {
			x.Text += " " + s.text("cli.policy.line", map[string]any{"n": f.Line})
		}
		if x.Expected = s.expected(f); x.Expected != "" {
			x.Text += " " + x.Expected
		}
		if x.Fix = fix(f); x.Fix != "" {
			x.Text += " " + s.text("cli.policy.fix", map[string]any{"command": x.Fix})
		}
		out = append(out, x)
	}
	return out
}

type policyValidateCmd struct {
	alone
	File string `arg:"" help:"cli.arg.policyfile"`
}

// run looks at a policy file without using it: 60 when anything in it is not as it should be, also what would only be passed over.
// Certificates that are not on this computer are told alone.
func (c *policyValidateCmd) run(_ context.Context, s *session) (result, error) {
	name := s.resolve(c.File)
	b, err := exchange.ReadSource(name)
	if err == nil && len(b) > policyLimit {
		err = terms.NewProblem(terms.StateFileUnreadable, terms.Slots{"cause": exchange.CauseTooLarge}, nil)
	}
	if err != nil {
		return result{}, &fileError{c.File, err}
	}
	entries, found := policy.Parse(c.File, b, app.PolicyKeys())
	found = append(policy.Kept(name), found...)
	j := struct {
		OK       bool                       `json:"ok"`
		Entries  map[string]json.RawMessage `json:"entries"`
		Findings []findingJSON              `json:"findings"`
	}{true, map[string]json.RawMessage{}, s.findings(found)}
	for key, e := range entries {
		j.Entries[key] = e.Value
	}
	r := result{}
	if e, ok := entries["network.ca"]; ok { // the file may be handed out later, or to another computer
		var at string
		if json.Unmarshal(e.Value, &at) == nil && filepath.IsAbs(at) && app.CheckCA(at) != nil {
			f := policy.Finding{File: c.File, Key: "network.ca", Name: at, Code: policy.NoCA, Warning: true}
			missing := s.findings([]policy.Finding{f})[0]
			j.Findings = append(j.Findings, missing)
			r.page.add(missing.Text)
		}
	}
	for _, f := range j.Findings {
		if f.Code == policy.NoCA {
			continue
		}
		r.page.add(f.Text)
		j.OK, r.code = false, codePolicy
	}
	if j.OK {
		r.page.add(s.text("cli.policy.ok", map[string]any{"n": len(entries)}))
	}
	r.json = j
	return r, nil
}
