package issuer

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"holdfast/licensing/terms"
)

// PolicyChange is one value that differs between two versions of a policy. Path is such as offline.window or features.edit.grace;
// Old and New are as the policy file writes them, "" when the value is not there.
type PolicyChange struct {
	Path string `json:"path"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Uncovered is the cause of an Error with CodeChangelog: the changed values that the changelog of the version says nothing of.
type Uncovered struct{ Changes []PolicyChange }

// Error lists the paths.
func (u *Uncovered) Error() string {
	var all []string
	for _, c := range u.Changes {
		all = append(all, c.Path)
	}
	return strings.Join(all, ", ")
}

// DiffPolicies compares two policies value by value, with their defaults filled in. Version and changelog are no values.
func DiffPolicies(old, next terms.Policy) ([]PolicyChange, error) {
	a, err := flatPolicy(old)
	if err != nil {
		return nil, err
	}
	b, err := flatPolicy(next)
	if err != nil {
		return nil, err
	}
	var all []PolicyChange
	paths := maps.Clone(a)
	maps.Copy(paths, b)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if a[path] != b[path] {
			all = append(all, PolicyChange{path, a[path], b[path]})
		}
	}
	return all, nil
}

// flatPolicy lists the values of a policy by their paths.
func flatPolicy(p terms.Policy) (map[string]string, error) {
	p = p.WithDefaults()
	p.Schema, p.Version, p.Changes = "", 0, nil
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("compare policies: %w", err)
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, fmt.Errorf("compare policies: %w", err)
	}
	delete(tree, "schema")
	delete(tree, "version")
	flat := map[string]string{}
	flatten(flat, "", tree)
	return flat, nil
}

func flatten(into map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 && path != "" {
			into[path] = "{}"
		}
		for key, value := range v {
			flatten(into, strings.TrimPrefix(path+"."+key, "."), value)
		}
	case []any:
		var all []string
		for _, value := range v {
			all = append(all, fmt.Sprint(value))
		}
		into[path] = strings.Join(all, ", ")
	case float64:
		into[path] = fmt.Sprintf("%.0f", v)
	default:
		into[path] = fmt.Sprint(v)
	}
}

// union joins the changes against several older versions, each once.
func union(lists ...[]PolicyChange) []PolicyChange {
	all := slices.Concat(lists...)
	slices.SortFunc(all, func(a, b PolicyChange) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New))
	})
	return slices.Compact(all)
}
