package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"holdfast/licensing/disk"
)

const (
	file    = "policy.json"
	dropIns = "policy.d"
	version = 1
	limit   = 256 << 10 // of one file
	most    = 64        // drop-ins
	longest = 200       // characters of an organization's name
)

// NetworkMode is the key that decides when contacts may be made. Manual is its value for a file that nobody can read.
const (
	NetworkMode = "network.mode"
	manual      = `"manual"`
	off         = `"off"`
)

// Keys are the keys that a policy may have, each with what is wrong with a value: nil for nothing.
type Keys map[string]func(value json.RawMessage) error

// Entry is what a policy says about one key.
type Entry struct {
	Value  json.RawMessage
	Locked bool   // a person cannot choose otherwise
	Org    string // as the file names it; "" when it does not
	File   string // where it stands
}

// Codes of findings. Those of warnings do not keep a file from being used.
const (
	Unreadable = "unreadable" // the system does not give it
	TooLarge   = "too_large"
	Syntax     = "syntax"  // not JSON
	Newer      = "newer"   // of a schema that is not known here
	Shape      = "shape"   // a key without {"value": …}
	Value      = "value"   // a value that the key cannot have
	Unknown    = "unknown" // warning: a key that is not known here
	TooMany    = "too_many"
)

// Finding is something in a policy file that was not understood.
type Finding struct {
	File string `json:"file"`
	Key  string `json:"key,omitempty"`
	Code string `json:"code"`
	Line int    `json:"line,omitempty"`
	// Warning: everything else in the file counts all the same.
	Warning bool `json:"warning,omitempty"`
}

// Policy is the machine policy in force.
type Policy struct {
	Entries  map[string]Entry
	Files    []string // that were found
	Findings []Finding
}

// Broken says that something in force is not what the organization wrote.
func (p Policy) Broken() bool {
	return slices.ContainsFunc(p.Findings, func(f Finding) bool { return !f.Warning })
}

// Read reads the policy in a folder. A folder that is not there holds none.
func Read(dir string, keys Keys) Policy {
	p := Policy{Entries: map[string]Entry{}}
	names, err := files(dir)
	lost := "" // the first file that may have forbidden contacts
	if err != nil {
		p.Findings = append(p.Findings, Finding{File: filepath.Join(dir, dropIns), Code: Unreadable})
	}
	if len(names) > most {
		p.Findings = append(p.Findings, Finding{File: filepath.Join(dir, dropIns), Code: TooMany})
		names = names[:most]
	}
	for _, name := range names {
		b, err := disk.ReadFile(disk.OS(), name, limit+1)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		p.Files = append(p.Files, name)
		var entries map[string]Entry
		found := []Finding{{File: name, Code: Unreadable}}
		if err == nil {
			entries, found = Parse(name, b, keys)
		}
		p.Findings = append(p.Findings, found...)
		if lost == "" && (entries == nil || slices.ContainsFunc(found, aboutNetwork)) {
			lost = name
		}
		maps.Copy(p.Entries, entries)
	}
	if _, known := keys[NetworkMode]; known && lost != "" && !p.Entries[NetworkMode].closed() {
		p.Entries[NetworkMode] = Entry{Value: json.RawMessage(manual), Locked: true, File: lost}
	}
	return p
}

// closed says that nobody is contacted unasked, whatever a person chooses.
func (e Entry) closed() bool {
	return e.Locked && (string(e.Value) == manual || string(e.Value) == off)
}

// aboutNetwork says that what a file decides about contacts was not understood.
func aboutNetwork(f Finding) bool { return f.Key == NetworkMode && !f.Warning }

// files are those that may hold policy, in the order in which they count.
func files(dir string) ([]string, error) {
	all := []string{filepath.Join(dir, file)}
	list, err := os.ReadDir(filepath.Join(dir, dropIns)) // sorted
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, e := range list {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".json") {
			all = append(all, filepath.Join(dir, dropIns, e.Name()))
		}
	}
	return all, err
}

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
	if v, err := strconv.Atoi(string(doc["schema_version"])); err != nil || v != version {
		return nil, []Finding{{File: name, Key: "schema_version", Code: Newer}}
	}
	entries, found := map[string]Entry{}, []Finding(nil)
	var org string
	if raw, ok := doc["org"]; ok && (json.Unmarshal(raw, &org) != nil || utf8.RuneCountInString(org) > longest || strings.ContainsFunc(org, control)) {
		found = append(found, Finding{File: name, Key: "org", Code: Value})
		org = ""
	}
	for _, key := range slices.Sorted(maps.Keys(doc)) {
		if key == "schema_version" || key == "org" {
			continue
		}
		check, known := keys[key]
		if !known {
			found = append(found, Finding{File: name, Key: key, Code: Unknown, Warning: true})
			continue
		}
		var e struct {
			Value  json.RawMessage `json:"value"`
			Locked bool            `json:"locked"`
		}
		d := json.NewDecoder(bytes.NewReader(doc[key]))
		d.DisallowUnknownFields()
		if d.Decode(&e) != nil || e.Value == nil {
			found = append(found, Finding{File: name, Key: key, Code: Shape})
			continue
		}
		if check(e.Value) != nil {
			found = append(found, Finding{File: name, Key: key, Code: Value})
			continue
		}
		entries[key] = Entry{Value: e.Value, Locked: e.Locked, Org: org, File: name}
	}
	return entries, found
}

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

// uncommented puts blanks in place of comments, so that every line stays where it is.
func uncommented(b []byte) []byte {
	out := slices.Clone(b)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' && out[i] != '\r' {
				out[i] = ' '
			}
		}
	}
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case bytes.HasPrefix(b[i:], []byte("//")):
			end := bytes.IndexByte(b[i:], '\n')
			if end < 0 {
				end = len(b) - i
			}
			blank(i, i+end)
			i += end - 1
		case bytes.HasPrefix(b[i:], []byte("/*")):
			end := bytes.Index(b[i+2:], []byte("*/"))
			if end < 0 {
				return out // what has no end is no comment
			}
			blank(i, i+2+end+2)
			i += 2 + end + 1
		}
	}
	return out
}

// String is for tests and logs.
func (f Finding) String() string { return fmt.Sprintf("%s: %s %s", f.File, f.Key, f.Code) }
