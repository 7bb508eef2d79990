package simulate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"holdfast/licensing/terms"
)

// reader reads a scenario file up to the first thing that is wrong.
type reader struct {
	zone *time.Location
	err  error
}

func (r *reader) wrong(code, field, value, want string) {
	if r.err == nil {
		value = strings.ToValidUTF8(value, "\uFFFD")
		if short := []rune(value); len(short) > 60 {
			value = string(short[:60])
		}
		r.err = &FileError{Code: code, Field: field, Value: value, Want: want}
	}
}

// fields are those of one object. Each is known and stands there once: encoding/json alone takes the last of two and
// ignores case.
func (r *reader) fields(b []byte, path string, known ...string) map[string]json.RawMessage {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		r.wrong(FileSyntax, strings.TrimSuffix(path, "."), "", "{…}")
		return nil
	}
	all := map[string]json.RawMessage{}
	for d.More() && r.err == nil {
		var value json.RawMessage
		t, err := d.Token()
		name, ok := t.(string)
		if err == nil && ok {
			err = d.Decode(&value)
		}
		_, before := all[name]
		switch {
		case err != nil || !ok:
			r.wrong(FileSyntax, strings.TrimSuffix(path, "."), "", "")
		case !slices.Contains(known, name):
			r.wrong(FileUnknown, path+name, "", strings.Join(known, ", "))
		case before:
			r.wrong(FileTwice, path+name, "", "")
		}
		all[name] = value
	}
	if _, err := d.Token(); err != nil {
		r.wrong(FileSyntax, strings.TrimSuffix(path, "."), "", "")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		r.wrong(FileSyntax, strings.TrimSuffix(path, "."), "", "")
	}
	return all
}

func (r *reader) scenario(b []byte) (s Scenario) {
	if len(b) > MaxFile {
		r.wrong(FileTooLarge, "", "", fmt.Sprint(MaxFile))
		return s
	}
	if !utf8.Valid(b) || !json.Valid(b) {
		r.wrong(FileSyntax, "", "", "")
		return s
	}
	all := r.fields(b, "", "schema", "zone", "from", "until", "never_online", "conditions")
	if schema := r.text(all, "", "schema"); schema != Schema {
		r.wrong(FileSchema, "schema", schema, Schema)
		return s
	}
	if name := r.text(all, "", "zone"); name != "" {
		zone, err := terms.Zone(name)
		if err != nil {
			r.wrong(FileValue, "zone", name, "Europe/Berlin")
			return s
		}
		r.zone = zone
	}
	s.From, s.Until = r.date(all, "", "from"), r.date(all, "", "until")
	if !s.From.IsZero() && !s.Until.IsZero() && !s.Until.After(s.From) {
		r.wrong(FileValue, "until", string(all["until"]), written(s.From.AddDate(0, 0, 1)))
	}
	if v, ok := all["never_online"]; ok && json.Unmarshal(v, &s.NeverOnline) != nil || string(v) == "null" {
		r.wrong(FileValue, "never_online", string(v), "true, false")
	}
	var conditions []json.RawMessage
	if v, ok := all["conditions"]; ok && (json.Unmarshal(v, &conditions) != nil || len(conditions) > MaxConditions) {
		r.wrong(FileValue, "conditions", "", fmt.Sprintf("[…], ≤ %d", MaxConditions))
	}
	for i, c := range conditions {
		s.Conditions = append(s.Conditions, r.condition(c, fmt.Sprintf("conditions[%d].", i)))
	}
	return s
}

func (r *reader) condition(b []byte, path string) Condition {
	all := r.fields(b, path, "kind", "from", "for", "by", "vendor", "product", "version")
	c := Condition{
		Kind: Kind(r.text(all, path, "kind")), From: r.date(all, path, "from"), For: r.length(all, path, "for"),
		Vendor: r.text(all, path, "vendor"), Product: r.text(all, path, "product"), Version: r.text(all, path, "version"),
	}
	if !slices.Contains(Kinds(), c.Kind) {
		kinds := make([]string, len(Kinds()))
		for i, k := range Kinds() {
			kinds[i] = string(k)
		}
		r.wrong(FileValue, path+"kind", string(c.Kind), strings.Join(kinds, ", "))
	}
	by := r.text(all, path, "by")
	rest, behind := strings.CutPrefix(by, "-")
	l, err := terms.ParseLength(strings.TrimPrefix(rest, "+"))
	c.By = l.Span + time.Duration(l.Days)*24*time.Hour
	if behind {
		c.By = -c.By
	}
	switch {
	case err != nil || strings.HasPrefix(rest, "+") && behind:
		r.wrong(FileValue, path+"by", by, "+400d, -2h")
	case c.Kind == Clock && c.By == 0:
		r.wrong(FileMissing, path+"by", by, "+400d, -2h")
	case c.Kind != Clock && by != "":
		r.wrong(FileUnknown, path+"by", by, string(Clock))
	case c.Kind == Version && c.Version == "":
		r.wrong(FileMissing, path+"version", "", "7.0")
	case c.Kind != Version && c.Version != "":
		r.wrong(FileUnknown, path+"version", c.Version, string(Version))
	}
	return c
}

func (r *reader) text(all map[string]json.RawMessage, path, name string) string {
	v, ok := all[name]
	if !ok {
		return ""
	}
	var s *string
	if json.Unmarshal(v, &s) != nil || s == nil || len(*s) > maxText {
		r.wrong(FileValue, path+name, string(v), `"…"`)
		return ""
	}
	return *s
}

func (r *reader) length(all map[string]json.RawMessage, path, name string) terms.Length {
	s := r.text(all, path, name)
	l, err := terms.ParseLength(s)
	if err != nil || s != "" && !l.Lasts() {
		r.wrong(FileValue, path+name, s, "60d, 12h, 45s")
	}
	return l
}

// date reads a day, which begins in the zone, or a time of RFC 3339.
func (r *reader) date(all map[string]json.RawMessage, path, name string) time.Time {
	s := r.text(all, path, name)
	if s == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateOnly, s, r.zone)
	if err != nil {
		t, err = time.Parse(time.RFC3339, s)
		t = t.In(r.zone)
	}
	if err != nil || t.Year() < 2000 || t.Year() > 2000+maxYears {
		r.wrong(FileValue, path+name, s, "2026-12-01, 2026-12-01T09:00:00Z")
		return time.Time{}
	}
	return t
}
