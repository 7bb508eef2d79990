package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads one policy file. The entries are nil when nothing in it can be used.
func Parse(name string, b []byte, keys Keys) (map[string]Entry, []Finding) {
	if len(b) > limit {
		return nil, []Finding{{File: name, Code: TooLarge}}
	}
	b = uncommented(bytes.TrimPrefix(b, []byte("\ufeff")))
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(b, &doc); err != nil || doc == nil {
		return nil, []Finding{{File: name, Code: Syntax, Line: lineOf(b, err)}}
	}
	all := inside(b, 1)
	if v, err := strconv.Atoi(string(doc["schema_version"])); err != nil || v != version {
		f := Finding{File: name, Key: "schema_version", Code: Newer}
		for _, x := range all {
			if x.name == f.Key {
				f.Line = x.line
			}
		}
		return nil, []Finding{f}
	}
	entries, found, org := map[string]Entry{}, []Finding(nil), ""
	told := map[string]bool{}
	for _, x := range all {
		if told[x.name] {
			found = append(found, Finding{File: name, Key: x.name, Code: Twice, Line: x.line, Warning: true})
		}
		told[x.name] = true
		check, known := keys[x.name]
		switch {
		case x.name == "schema_version":
		case x.name == "org":
			org = ""
			if json.Unmarshal(x.value, &org) != nil || null(x.value) || utf8.RuneCountInString(org) > longest || strings.ContainsFunc(org, control) {
				found = append(found, Finding{File: name, Key: "org", Code: Value, Line: x.line})
				org = ""
			}
		case !known:
			found = append(found, Finding{File: name, Key: x.name, Code: Unknown, Line: x.line, Warning: true})
		default:
			e, wrong := x.entry(check)
			for i := range wrong {
				wrong[i].File, wrong[i].Key = name, x.name
			}
			delete(entries, x.name)
			if found = append(found, wrong...); len(wrong) == 0 {
				e.File = name
				entries[x.name] = e
			}
		}
	}
	for key, e := range entries { // wherever the name stands
		e.Org = org
		entries[key] = e
	}
	return entries, found
}

// member is one of an object, with the lines on which its name and its value begin.
type member struct {
	name     string
	line, at int
	value    json.RawMessage
}

// inside are the members of an object that is known to be JSON and begins on a line; nil for anything else.
func inside(b []byte, line int) (all []member) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	lineAt := func(offset int64) int { return line + bytes.Count(b[:offset], []byte("\n")) }
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		m := member{name: name, line: lineAt(d.InputOffset())}
		if err != nil || !ok || d.Decode(&m.value) != nil {
			return all
		}
		m.at = lineAt(d.InputOffset() - int64(len(m.value)))
		all = append(all, m)
	}
	return all
}

// entry is what m says, or everything that is wrong with it.
func (m member) entry(check func(json.RawMessage) error) (e Entry, wrong []Finding) {
	if m.value[0] != '{' {
		return e, []Finding{{Code: Shape, Line: m.line}}
	}
	for _, x := range inside(m.value, m.at) {
		switch strings.ToLower(x.name) {
		case "value":
			if e.Value = x.value; null(x.value) || check(x.value) != nil {
				wrong = append(wrong, Finding{Code: Value, Line: x.line})
			}
		case "locked":
			if json.Unmarshal(x.value, &e.Locked) != nil || null(x.value) {
				wrong = append(wrong, Finding{Code: Lock, Name: x.name, Line: x.line})
			}
		default:
			wrong = append(wrong, Finding{Code: Member, Name: x.name, Line: x.line})
		}
	}
	if e.Value == nil {
		wrong = append(wrong, Finding{Code: Missing, Line: m.line})
	}
	return e, wrong
}

func null(raw json.RawMessage) bool { return string(raw) == "null" }

func control(r rune) bool { return r < ' ' || r == 0x7f }

// lineOf is the line of b in which err was found; 0 for not known.
func lineOf(b []byte, err error) int {
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	at := int64(0)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &typed):
		at = typed.Offset
	default:
		return 0
	}
	return 1 + bytes.Count(b[:min(at, int64(len(b)))], []byte("\n"))
}
