package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

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

// Keys that count as strictly as can be while a file that may have decided on them cannot be used.
const (
	NetworkMode = "network.mode" // when contacts may be made
	UsageSend   = "usage.send"   // whether usage leaves with contacts
	UsageLevel  = "usage.level"  // how much detail reports of usage have
)

// strictest is what counts of such a key then, and what is as strict.
var strictest = map[string][]string{
	NetworkMode: {`"manual"`, `"off"`},
	UsageSend:   {`false`},
	UsageLevel:  {`"contract"`},
}

// Keys are the keys that a policy may have, each with what is wrong with a value: nil for nothing.
type Keys map[string]func(value json.RawMessage) error

// Entry is what a policy says about one key.
type Entry struct {
	Value  json.RawMessage
	Locked bool   // a person cannot choose otherwise
	Org    string // as the file names it; "" when it does not
	File   string // where it stands
	// Meanwhile: nobody wrote it. It counts until File, which may have decided otherwise, is right.
	Meanwhile bool
}

// Codes of findings. Those of warnings do not keep a file from being used.
const (
	Unreadable = "unreadable" // the system does not give it
	TooLarge   = "too_large"
	Syntax     = "syntax"   // not JSON
	Newer      = "newer"    // of a schema that is not known here
	Shape      = "shape"    // a key without {"value": …}
	Missing    = "missing"  // there is no value inside
	Lock       = "lock"     // locked is neither true nor false
	Member     = "member"   // something inside that is neither value nor locked
	Value      = "value"    // a value that the key cannot have
	Unknown    = "unknown"  // warning: a key that is not known here
	Twice      = "twice"    // warning: a key that stood there before; the last one counts
	Writable   = "writable" // others than an administrator may write the file, or the folder
	Owner      = "owner"    // it belongs to somebody else than an administrator
	TooMany    = "too_many"
	NoCA       = "no_ca" // warning of who looks at a file: the certificates that it names are not there
)

// Finding is something in a policy file that was not understood.
type Finding struct {
	File string `json:"file"`
	Key  string `json:"key,omitempty"`
	Name string `json:"member,omitempty"` // of what stands inside the key
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

// File is the policy file of the system.
func File() string { return filepath.Join(Dir(), file) }

// DropIns are the drop-ins of the system, as a pattern.
func DropIns() string { return filepath.Join(Dir(), dropIns, "*.json") }

// Read reads the policy in a folder. A folder that is not there holds none.
func Read(dir string, keys Keys) Policy {
	p := Policy{Entries: map[string]Entry{}}
	names, err := files(dir)
	lost := map[string]string{} // by key, the first file that may have decided on it
	lose := func(name string, about func(key string) bool) {
		for key := range strictest {
			if lost[key] == "" && about(key) {
				lost[key] = name
			}
		}
	}
	all := func(string) bool { return true }
	if err != nil {
		p.Findings = append(p.Findings, Finding{File: filepath.Join(dir, dropIns), Code: Unreadable})
		lose(filepath.Join(dir, dropIns), all)
	}
	if len(names) > most {
		p.Findings = append(p.Findings, Finding{File: filepath.Join(dir, dropIns), Code: TooMany})
		names = names[:most]
		lose(filepath.Join(dir, dropIns), all)
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
		if at, code := unsafe(dir, name); code != "" {
			entries, found = nil, []Finding{{File: at, Code: code}}
		}
		for _, f := range found {
			if !slices.Contains(p.Findings, f) { // a folder is named once
				p.Findings = append(p.Findings, f)
			}
		}
		lose(name, func(key string) bool { // what was to keep usage here may be any of it
			about := func(f Finding) bool { return !f.Warning && (f.Key == key || key == UsageSend) }
			return entries == nil || slices.ContainsFunc(found, about)
		})
		maps.Copy(p.Entries, entries)
	}
	for key, name := range lost {
		e, values := p.Entries[key], strictest[key]
		if _, known := keys[key]; known && !(e.Locked && slices.Contains(values, string(e.Value))) {
			p.Entries[key] = Entry{Value: json.RawMessage(values[0]), Locked: true, File: name, Meanwhile: true}
		}
	}
	return p
}

// Kept says why a file in the policy folder of the system would not count, whatever it holds: others than an administrator may change it
// or its folders. nil when only they may, or when the file lies elsewhere.
func Kept(name string) []Finding { return keptIn(Dir(), name) }

func keptIn(dir, name string) []Finding {
	if real, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
		name = filepath.Join(real, filepath.Base(name))
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		for _, in := range []string{real, filepath.Join(real, dropIns)} {
			if filepath.Dir(name) != in {
				continue
			}
			if at, code := unsafe(dir, filepath.Join(dir, strings.TrimPrefix(name, real))); code != "" {
				return []Finding{{File: at, Code: code}}
			}
		}
	}
	return nil
}

// unsafe says what of a file and its folders others than an administrator may change: the way of it and Writable or Owner; "" nothing.
// Outside the system's folder, as tests have it, this account counts as one.
func unsafe(dir, name string) (at, code string) {
	own := dir != Dir()
	for _, at := range []string{dir, filepath.Dir(name), name} {
		if code := kept(at, own); code != "" {
			return at, code
		}
	}
	return "", ""
}

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

// String is for tests and logs.
func (f Finding) String() string { return fmt.Sprintf("%s: %s %s", f.File, f.Key, f.Code) }
