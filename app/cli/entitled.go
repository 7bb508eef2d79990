package cli

import (
	"context"
	"time"

	"holdfast/licensing/terms"
)

type entitledCmd struct {
	reads
	Product string `arg:"" help:"cli.arg.product"`
	Feature string `arg:"" optional:"" help:"cli.arg.feature"`
	Version string `help:"cli.flag.version" placeholder:"V"`
}

type entitledJSON struct {
	Allowed bool   `json:"allowed"`
	Product string `json:"product"`
	Feature string `json:"feature,omitempty"`
	Version string `json:"version,omitempty"`
	jsonVerdict
	License string         `json:"license,omitempty"`
	Until   time.Time      `json:"until,omitzero"`
	Reasons []terms.Reason `json:"reasons,omitempty"`
}

// run exits 0 exactly when the use is allowed; with --strict, 10 or 11 when it is allowed and something should be done.
func (c *entitledCmd) run(_ context.Context, s *session) (result, error) {
	v := s.engine.Evaluate(terms.Query{Product: c.Product, Feature: c.Feature, Version: c.Version})
	allowed, f := v.Allowed()
	j := entitledJSON{Allowed: allowed, Product: c.Product, Feature: c.Feature, Version: c.Version, jsonVerdict: s.verdictJSON(f, v.At), Reasons: f.Reasons}
	for _, p := range v.Products {
		if p.ID != c.Product {
			continue
		}
		j.License, j.Until = p.License, offlineEnd(p)
		if fv, ok := p.Features[c.Feature]; ok {
			j.License, j.Until = fv.License, fv.Until
			j.Reasons = append(j.Reasons, fv.Reasons...)
		}
	}
	r := result{code: entitledCode(allowed, f.State, s.Strict), json: j}
	word := "cli.entitled.no"
	if allowed {
		word = "cli.entitled.yes"
	}
	r.page.add(s.text(word, map[string]any{"text": j.Text}))
	if !allowed {
		r.page.add(j.Happened, j.Works, j.Do)
	}
	return r, nil
}

func entitledCode(allowed bool, state terms.State, strict bool) int {
	code := state.ExitCode(strict)
	switch {
	case allowed && (code == 10 || code == 11):
		return code // only --strict gives these
	case allowed:
		return codeOK
	case code == codeOK:
		return terms.StateLimited.ExitCode(strict)
	}
	return code
}
