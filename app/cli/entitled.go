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
	// Version is nil when it was not given: one that is given and empty, as by an unset variable, is a mistake.
	Version *string `help:"cli.flag.version" placeholder:"V"`
}

type entitledJSON struct {
	Allowed bool   `json:"allowed"`
	Product string `json:"product"`
	Feature string `json:"feature,omitempty"`
	Version string `json:"version,omitempty"`
	Vendor  string `json:"vendor,omitempty"` // root
	Name    string `json:"vendor_name,omitempty"`
	jsonVerdict
	License string         `json:"license,omitempty"`
	Until   time.Time      `json:"until,omitzero"`
	Reasons []terms.Reason `json:"reasons,omitempty"`
}

// run exits 0 exactly when the use is allowed; with --strict, 10 or 11 when it is allowed and something should be done.
func (c *entitledCmd) run(_ context.Context, s *session) (result, error) {
	version, err := c.version()
	if err != nil {
		return result{}, err
	}
	v := s.engine.Evaluate(terms.Query{Product: c.Product, Feature: c.Feature, Version: version})
	allowed, f := v.Allowed()
	j := entitledJSON{Allowed: allowed, Product: c.Product, Feature: c.Feature, Version: version, jsonVerdict: s.verdictJSON(f, v.At), Reasons: f.Reasons}
	if p, ok := answering(v.Products, f, c.Feature); ok {
		j.Vendor, j.Name = p.Vendor, s.vendorName(p.Vendor)
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

// version is the one asked about. What cannot be read as a version would be covered by every license, so it is refused
// where a person or script can put it right.
func (c *entitledCmd) version() (string, error) {
	if c.Version == nil {
		return "", nil
	}
	if err := terms.CheckVersion(*c.Version); err != nil {
		return "", mistake("version_unreadable", map[string]any{"v": *c.Version})
	}
	return *c.Version, nil
}

// answering is the product whose license gave the answer: two vendors may have products of one name.
func answering(all []terms.ProductVerdict, f terms.Finding, feature string) (best terms.ProductVerdict, found bool) {
	for _, p := range all {
		if p.License == f.License || p.Features[feature].License == f.License {
			return p, true
		}
	}
	if len(all) == 0 {
		return best, false
	}
	return all[0], true
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
