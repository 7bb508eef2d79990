package terms

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// ParsePolicy reads a policy file (design: Command line) in YAML or JSON. It returns what is stated; WithDefaults fills
// in the rest. The error is PolicyErrors and names every mistake with its line; the policy is then of no use.
//
// A file has at most 128 KiB, 12 levels and 16,000 names and values, aliases followed. An empty value counts as left out.
// Unknown fields are mistakes: a right that a vendor meant to grant must not get lost in a slip of the pen.
func ParsePolicy(data []byte) (Policy, error) {
	root, e := readYAML(data)
	if e != nil {
		return Policy{}, PolicyErrors{*e}
	}
	r := policyReader{}
	p := r.policy(root)
	if len(r.errs) > 0 {
		return Policy{}, r.errs.sorted()
	}
	return p, nil
}

// policyReader walks the tree and collects mistakes.
type policyReader struct{ errs PolicyErrors }

// reads takes a value; path names it.
type reads func(n *yamlNode, path string)

func (r *policyReader) fail(n *yamlNode, path, code, want string) {
	if len(r.errs) < 4*maxPolicyErrors {
		r.errs = append(r.errs, PolicyError{Line: n.line, Column: n.column, Field: path, Code: code, Value: cut(n.text), Want: want})
	}
}

func cut(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// object reads a map with known fields; those in required must be there.
func (r *policyReader) object(n *yamlNode, path string, fields map[string]reads, required ...string) {
	if n.kind != yamlMap && n.kind != yamlNull {
		r.fail(n, path, PolicyType, "fields")
		return
	}
	seen := map[string]bool{}
	for _, k := range n.keys {
		at := &yamlNode{line: k.line, column: k.column}
		read, known := fields[k.name]
		switch {
		case !known:
			names := slices.Sorted(maps.Keys(fields))
			r.fail(at, under(path, cut(k.name)), PolicyUnknown, "")
			r.errs[len(r.errs)-1].Hint = closest(k.name, names)
		case seen[k.name]:
			r.fail(at, under(path, k.name), PolicyTwice, "")
		case k.value.kind != yamlNull:
			seen[k.name] = true
			read(k.value, under(path, k.name))
		}
	}
	for _, name := range required {
		if !seen[name] {
			r.fail(&yamlNode{line: n.line, column: n.column}, under(path, name), PolicyMissing, "")
		}
	}
}

// entries reads a map from ids to values.
func (r *policyReader) entries(n *yamlNode, path string, limit int, read func(id string, n *yamlNode, path string)) {
	if n.kind != yamlMap {
		r.fail(n, path, PolicyType, "ids with their fields")
		return
	}
	if len(n.keys) > limit {
		r.fail(n, path, PolicyTooLong, fmt.Sprintf("at most %d", limit))
		return
	}
	seen := map[string]bool{}
	for _, k := range n.keys {
		at := &yamlNode{line: k.line, column: k.column, text: k.name}
		switch {
		case !idForm.MatchString(k.name):
			r.fail(at, path, PolicyValue, idWant)
		case seen[k.name]:
			r.fail(at, under(path, k.name), PolicyTwice, "")
		default:
			read(k.name, k.value, under(path, k.name))
		}
		seen[k.name] = true
	}
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// scalar gives the text of a plain value.
func (r *policyReader) scalar(n *yamlNode, path, want string, limit int) (string, bool) {
	switch {
	case n.kind != yamlScalar:
		r.fail(n, path, PolicyType, want)
		return "", false
	case len([]rune(n.text)) > limit:
		r.fail(n, path, PolicyTooLong, fmt.Sprintf("at most %d characters", limit))
		return "", false
	case !clean(n.text):
		r.fail(n, path, PolicyValue, "text without control characters")
		return "", false
	}
	return n.text, true
}

func (r *policyReader) text(to *string) reads {
	return func(n *yamlNode, path string) {
		*to, _ = r.scalar(n, path, "a text", maxText)
	}
}

// checked reads a text that must pass ok; want says what would.
func (r *policyReader) checked(to *string, want string, ok func(string) bool) reads {
	return func(n *yamlNode, path string) {
		s, is := r.scalar(n, path, want, maxText)
		if is && !ok(s) {
			r.fail(n, path, PolicyValue, want)
		}
		*to = s
	}
}

func (r *policyReader) oneOf(to *string, values ...string) reads {
	return r.checked(to, list(values), func(s string) bool { return slices.Contains(values, s) })
}

func (r *policyReader) after(to *After) reads {
	var s string
	read := r.oneOf(&s, string(Keep), string(View), string(Pause))
	return func(n *yamlNode, path string) { read(n, path); *to = After(s) }
}

func (r *policyReader) yes(to *bool) reads {
	return func(n *yamlNode, path string) {
		s, ok := r.scalar(n, path, "true or false", maxText)
		if ok && s != "true" && s != "false" {
			r.fail(n, path, PolicyValue, "true or false")
		}
		*to = s == "true"
	}
}

func (r *policyReader) number(to *int64, least, most int64) reads {
	want := fmt.Sprintf("a whole number from %d to %d", least, most)
	return func(n *yamlNode, path string) {
		s, ok := r.scalar(n, path, want, 40)
		if !ok {
			return
		}
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v < least || v > most {
			r.fail(n, path, PolicyValue, want)
			return
		}
		*to = v
	}
}

func (r *policyReader) count(to *int, least, most int64) reads {
	var v int64
	read := r.number(&v, least, most)
	return func(n *yamlNode, path string) { read(n, path); *to = int(v) }
}

func (r *policyReader) length(to *Length) reads {
	return func(n *yamlNode, path string) {
		s, ok := r.scalar(n, path, lengthWant, 40)
		if !ok {
			return
		}
		l, err := ParseLength(s)
		if err != nil {
			r.fail(n, path, PolicyValue, lengthWant)
		}
		*to = l
	}
}

// names reads a Text: a plain one, or one for each language. In {en: open, print and export} YAML takes what follows
// the comma for a name without value; it is read as the rest of the text before it.
func (r *policyReader) names(to *Text) reads {
	return func(n *yamlNode, path string) {
		if n.kind != yamlMap {
			s, _ := r.scalar(n, path, "a text, or a text for each language", maxText)
			*to = Plain(s)
			return
		}
		t, last := Text{}, ""
		for _, k := range n.keys {
			if last != "" && k.value.kind == yamlNull && !languageForm.MatchString(k.name) {
				rest := &yamlNode{line: k.line, column: k.column, kind: yamlScalar, text: t[last] + ", " + k.name}
				t[last], _ = r.scalar(rest, under(path, last), "a text", maxText)
				continue
			}
			at := &yamlNode{line: k.line, column: k.column, text: k.name}
			if _, twice := t[k.name]; twice {
				r.fail(at, under(path, k.name), PolicyTwice, "")
			}
			if !languageForm.MatchString(k.name) {
				r.fail(at, path, PolicyValue, "a language such as en or de")
				continue
			}
			last = k.name
			t[last], _ = r.scalar(k.value, under(path, last), "a text", maxText)
		}
		*to = t
	}
}

// each reads a list.
func (r *policyReader) each(n *yamlNode, path string, limit int, read func(n *yamlNode, path string)) {
	if n.kind != yamlList {
		r.fail(n, path, PolicyType, "a list")
		return
	}
	if len(n.items) > limit {
		r.fail(n, path, PolicyTooLong, fmt.Sprintf("at most %d", limit))
		return
	}
	for i, item := range n.items {
		read(item, fmt.Sprintf("%s[%d]", path, i))
	}
}
