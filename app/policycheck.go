package app

import (
	"maps"
	"slices"
	"strings"

	"holdfast/app/policy"
	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// PolicyCheck is how the machine policy stands, as one line among the checks of the engine: in order, with parts that are passed over
// (notice), or with parts that do not count although they should (warn). The argument first is then a policy.Finding.
func PolicyCheck(p policy.Policy) licensing.Check {
	c := licensing.Check{ID: "policy", Level: terms.ToneOK, Args: map[string]any{"fresh": len(p.Files)+len(p.Findings) == 0, "dir": policy.Dir()}}
	if len(p.Findings) > 0 {
		if c.Level = terms.ToneNotice; p.Broken() {
			c.Level = terms.ToneWarn
		}
		told := slices.DeleteFunc(slices.Clone(p.Findings), func(f policy.Finding) bool { return f.Warning && p.Broken() })
		c.Args["n"], c.Args["file"] = len(told), told[0].File
		c.Args["first"] = told[0]
		return c
	}
	files := slices.Clone(p.Files)
	for i, name := range files {
		for _, e := range p.Entries {
			if e.File == name && e.Org != "" {
				files[i] = name + " (" + e.Org + ")"
			}
		}
	}
	keys := slices.Sorted(maps.Keys(p.Entries))
	c.Args["n"], c.Args["files"], c.Args["keys"] = len(keys), strings.Join(files, ", "), strings.Join(keys, ", ")
	return c
}
