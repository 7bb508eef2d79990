package main

import (
	"errors"
	"strconv"

	"holdfast/licensing/issuer"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// policyErrors are the mistakes of a policy file, with the file's name.
type policyErrors struct {
	file string
	terms.PolicyErrors
}

// readPolicy reads a policy file. Mistakes become CodePolicy around policyErrors.
func (p *program) readPolicy(name string) (terms.Policy, error) {
	data, err := p.source(name)
	if err != nil {
		return terms.Policy{}, inFile(name, err)
	}
	policy, err := terms.ParsePolicy(data)
	var all terms.PolicyErrors
	if errors.As(err, &all) {
		err = policyErrors{name, all}
	}
	if err != nil {
		return policy, &issuer.Error{Code: issuer.CodePolicy, Slots: map[string]any{"file": name}, Err: err}
	}
	return policy, nil
}

// mistake is one mistake in JSON.
type mistake struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Field  string `json:"field,omitempty"`
	Code   string `json:"code"`
	Text   string `json:"text"`
}

func (e policyErrors) mistakes(say *plain.Speaker) []mistake {
	var all []mistake
	for _, m := range e.PolicyErrors {
		id := "issuer.policy." + m.Code
		if m.Hint != "" {
			id += "_hint"
		}
		text := say.Text(id, map[string]any{"field": m.Field, "value": m.Value, "want": m.Want, "hint": m.Hint})
		all = append(all, mistake{m.Line, m.Column, m.Field, m.Code, text})
	}
	return all
}

// line is a mistake in the form that editors jump to: file:line:column.
func (e policyErrors) line(say *plain.Speaker, m mistake) string {
	return say.Text("issuer.policy.line", map[string]any{
		"file": e.file, "line": strconv.Itoa(m.Line), "column": strconv.Itoa(m.Column), "text": m.Text,
	})
}
