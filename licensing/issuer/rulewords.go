package issuer

import (
	"maps"
	"slices"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// mostRules is how many changed rules a notice names; the policy's page has them all.
const mostRules = 3

// ruleWords says in plain words what two versions of a policy give, for the offline times and graces that differ; when none does,
// which versions they are.
func ruleWords(old, next terms.Policy) (was, now terms.Text, err error) {
	was, now = terms.Text{}, terms.Text{}
	for _, lang := range plain.Languages() {
		s, err := plain.New(lang)
		if err != nil {
			return nil, nil, err
		}
		var a, b []string
		before, after := rules(s, old), rules(s, next)
		names := maps.Clone(before)
		maps.Copy(names, after)
		for _, name := range slices.SortedFunc(maps.Keys(names), byRank) {
			if before[name] != after[name] && len(a) < mostRules {
				a, b = append(a, either(s, before[name])), append(b, either(s, after[name]))
			}
		}
		if len(a) == 0 {
			version := func(n int) []string { return []string{s.Text("issuer.rule.version", map[string]any{"n": n})} }
			a, b = version(old.Version), version(next.Version)
		}
		was[lang], now[lang] = s.List(a), s.List(b)
	}
	return was, now, nil
}

// ruleOrder is what people notice first.
var ruleOrder = []string{"window", "more_time", "offline", "renewal", "outage", "maintenance", "migration"}

func byRank(a, b string) int {
	rank := func(s string) int {
		if i := slices.Index(ruleOrder, s); i >= 0 {
			return i
		}
		return len(ruleOrder)
	}
	if ra, rb := rank(a), rank(b); ra != rb {
		return ra - rb
	}
	if a < b {
		return -1
	}
	return 1
}

// rules puts each offline time and grace of a policy into words; those of features under their ids.
func rules(s *plain.Speaker, p terms.Policy) map[string]string {
	length := func(l terms.Length) string {
		if !l.Lasts() {
			return s.Text("issuer.rule.none", nil)
		}
		return s.Length(l)
	}
	all := map[string]string{"window": s.Text("issuer.rule.no_window", nil)}
	if p.Offline.Window.Lasts() {
		all["window"] = s.Text("issuer.rule.window", map[string]any{"length": length(p.Offline.Window)})
		all["more_time"] = s.Text("issuer.rule.more_time", map[string]any{"length": length(p.Offline.MoreTime)})
	}
	for name, l := range map[string]terms.Length{
		"offline": p.Grace.Offline, "renewal": p.Grace.Renewal, "outage": p.Grace.Outage, "maintenance": p.Grace.Maintenance, "migration": p.Grace.Migration,
	} {
		all[name] = s.Text("issuer.rule."+name, map[string]any{"length": length(l)})
	}
	for id, f := range p.Features {
		if !f.Grace.IsZero() {
			all["feature "+id] = s.Text("issuer.rule.feature", map[string]any{"feature": featureName(s, id, f), "length": length(f.Grace)})
		}
	}
	return all
}

func either(s *plain.Speaker, rule string) string {
	if rule == "" {
		return s.Text("issuer.rule.usual", nil)
	}
	return rule
}

func featureName(s *plain.Speaker, id string, f terms.Feature) string {
	if n := f.Name.In(s.Language()); n != "" {
		return n
	}
	return id
}
