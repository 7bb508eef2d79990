package cli

import (
	"context"
	"maps"
	"slices"
	"time"

	"holdfast/licensing/terms"
)

type whyCmd struct {
	reads
	About string `arg:"" optional:"" help:"cli.arg.why"`
}

type whyItem struct {
	Kind    string         `json:"kind"` // verdict, product, feature, date, contact
	ID      string         `json:"id,omitempty"`
	Product string         `json:"product,omitempty"`
	State   terms.State    `json:"state,omitempty"`
	Mode    terms.After    `json:"mode,omitempty"`
	At      time.Time      `json:"at,omitzero"` // of a date
	Event   string         `json:"event,omitempty"`
	Text    string         `json:"text"`
	Reasons []whyReason    `json:"reasons"`
	reasons []terms.Reason // before they are put into words
}

type whyReason struct {
	terms.Reason
	Text string `json:"text"`
}

// run shows rule, evidence and authority behind the present decisions: all of them, or those about one state, product or
// feature; or behind what happens on a day to come.
func (c *whyCmd) run(_ context.Context, s *session) (result, error) {
	v := s.engine.Evaluate(terms.Query{})
	if isDate(c.About) {
		return s.whyDay(v, c.About)
	}
	var items []whyItem
	for _, it := range s.whyItems(v) {
		switch c.About {
		case "", string(it.State), it.ID:
			items = append(items, s.inWords(it))
		}
	}
	if len(items) == 0 {
		if !terms.State(c.About).Known() {
			return result{}, mistake("why_unknown", map[string]any{"about": c.About})
		}
		r := result{json: map[string]any{"items": []whyItem{}}}
		r.page.add(s.text("cli.why.not_now", map[string]any{"state": c.About, "title": s.say.Title(terms.State(c.About))}))
		return r, nil
	}
	r := result{json: map[string]any{"items": items}}
	for _, it := range items {
		s.whyItem(&r.page, it)
	}
	return r, nil
}

// inWords puts the reasons of an item into words.
func (s *session) inWords(it whyItem) whyItem {
	for _, r := range it.reasons {
		it.Reasons = append(it.Reasons, whyReason{Reason: r, Text: s.say.Reason(r, s.zone)})
	}
	return it
}

// whyItem shows what is decided and why.
func (s *session) whyItem(p *page, it whyItem) {
	p.gap()
	p.add(it.Text)
	if len(it.Reasons) == 0 {
		p.indent(s.text("cli.why.none", nil))
	}
	for _, reason := range it.Reasons {
		p.indent("- " + reason.Text)
		p.indent("  " + s.source(reason.Reason))
	}
}

// source names what a reason rests on, in codes that support and scripts understand.
func (s *session) source(r terms.Reason) string {
	line := s.text("cli.why.rule", map[string]any{"rule": r.Rule})
	for _, part := range []struct{ id, value string }{
		{"cli.why.license", r.License},
		{"cli.why.authority", r.Authority},
		{"cli.why.evidence", r.Evidence},
	} {
		if part.value != "" {
			line += " · " + s.text(part.id, map[string]any{"value": part.value})
		}
	}
	if r.Policy > 0 {
		line += " · " + s.text("cli.why.policy", map[string]any{"n": r.Policy})
	}
	return line
}

func (s *session) whyItems(v terms.Verdict) []whyItem {
	var items []whyItem
	seen := map[terms.State]bool{}
	finding := func(kind, id string, f terms.Finding) {
		items = append(items, whyItem{Kind: kind, ID: id, Product: f.Product, State: f.State, Text: s.tell(f, v.At).Headline, Reasons: []whyReason{}, reasons: f.Reasons})
	}
	for _, p := range v.Products {
		finding("product", p.ID, p.Finding)
		seen[p.State] = true
		for _, feature := range slices.Sorted(maps.Keys(p.Features)) {
			f := p.Features[feature]
			name := f.Name.In(s.say.Language())
			if name == "" {
				name = feature
			}
			id := "cli.why.feature." + string(f.Mode)
			if f.Mode == terms.Keep && f.Until.IsZero() {
				id += "_no_end"
			}
			items = append(items, whyItem{
				Kind: "feature", ID: feature, Product: p.ID, Mode: f.Mode,
				Text:    s.text(id, map[string]any{"feature": name, "date": s.say.Until(f.Until, v.At, s.zone)}),
				Reasons: []whyReason{}, reasons: f.Reasons,
			})
		}
	}
	for _, f := range append([]terms.Finding{v.Main}, v.Others...) {
		if !seen[f.State] {
			seen[f.State] = true
			finding("verdict", "", f)
		}
	}
	for _, c := range s.engine.Snapshot().Contacts {
		if f := s.contactFinding(c); f.State != "" {
			finding("contact", "", f)
		}
	}
	return items
}
