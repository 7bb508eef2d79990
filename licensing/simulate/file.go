package simulate

import (
	"encoding/json"
	"time"

	"holdfast/licensing/terms"
)

// Schema is the version of scenario files that this build reads and writes.
const Schema = "holdfast.scenario/v1"

// Limits of a scenario file.
const (
	MaxFile       = 64 << 10 // bytes
	MaxConditions = 32
	maxText       = 200
	maxYears      = 100
)

// Codes of FileError.
const (
	FileTooLarge = "scenario_too_large"
	FileSyntax   = "scenario_not_json"
	FileSchema   = "scenario_schema"  // another kind of file, or a newer version
	FileUnknown  = "scenario_field"   // a field that no scenario has
	FileTwice    = "scenario_twice"   // a field that was given before
	FileValue    = "scenario_value"   // Want: what could stand there
	FileMissing  = "scenario_missing" // a field without which it means nothing
)

// FileError is what is wrong with a scenario file.
type FileError struct {
	Code  string
	Field string // such as conditions[0].from; "" for the file
	Value string // what stands there, cut
	Want  string // an example or the possible values
}

// Error says where, what and what instead, on one line.
func (e *FileError) Error() string {
	s := e.Code
	for _, part := range []string{e.Field, e.Value, e.Want} {
		if part != "" {
			s += ": " + part
		}
	}
	return s
}

// Spoken gives package plain what it needs for a sentence.
func (e *FileError) Spoken() (code string, args map[string]any) {
	return e.Code, map[string]any{"field": e.Field, "value": e.Value, "want": e.Want}
}

// ParseScenario reads a scenario file. Dates without a time, such as 2026-12-01, begin in zone, or in the file's own. The error is a
// *FileError.
func ParseScenario(b []byte, zone *time.Location) (Scenario, error) {
	r := reader{zone: zone}
	s := r.scenario(b)
	if r.err != nil {
		return Scenario{}, r.err
	}
	return s, nil
}

// Format writes a scenario as a file that ParseScenario reads, with times in UTC.
func Format(s Scenario) ([]byte, error) {
	f := file{Schema: Schema, From: written(s.From), Until: written(s.Until), NeverOnline: s.NeverOnline}
	for _, c := range s.Conditions {
		f.Conditions = append(f.Conditions, fileCondition{
			Kind: c.Kind, From: written(c.From), For: c.For.String(), By: writtenBy(c.By), Vendor: c.Vendor, Product: c.Product, Version: c.Version,
		})
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

type file struct {
	Schema      string          `json:"schema"`
	Zone        string          `json:"zone,omitempty"`
	From        string          `json:"from,omitempty"`
	Until       string          `json:"until,omitempty"`
	NeverOnline bool            `json:"never_online,omitempty"`
	Conditions  []fileCondition `json:"conditions,omitempty"`
}

type fileCondition struct {
	Kind    Kind   `json:"kind"`
	From    string `json:"from,omitempty"`
	For     string `json:"for,omitempty"`
	By      string `json:"by,omitempty"`
	Vendor  string `json:"vendor,omitempty"`
	Product string `json:"product,omitempty"`
	Version string `json:"version,omitempty"`
}

func written(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// writtenBy writes how far a clock is off. A length has at most six digits, so what is far off is told in coarser units.
func writtenBy(d time.Duration) string {
	const digits = 1_000_000
	l := terms.Length{Span: d.Abs().Truncate(time.Second)}
	for _, unit := range []time.Duration{time.Minute, time.Hour} {
		if l.Span%unit != 0 && l.Span >= digits*time.Second*(unit/time.Minute) {
			l.Span = l.Span.Truncate(unit)
		}
	}
	if l.Span%(24*time.Hour) == 0 {
		l = terms.Days(int(l.Span / (24 * time.Hour)))
	}
	switch {
	case !l.Lasts():
		return ""
	case d < 0:
		return "-" + l.String()
	}
	return "+" + l.String()
}
