package terms

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A golden file is written once, by -write, and then read for ever.
var write = flag.Bool("write", false, "write missing golden files of policies")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) && *write {
		want, err = got, os.WriteFile(name, got, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s:\n%s", name, d)
	}
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("schema/policy.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, doc []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v, %d files", pattern, err, len(names))
	}
	return names
}

func TestGoldenPoliciesAreReadForEver(t *testing.T) {
	s := schema(t)
	for _, name := range files(t, "testdata/policy/good/*.yaml") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ParsePolicy(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		effective, err := json.MarshalIndent(p.WithDefaults(), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, strings.TrimSuffix(name, ".yaml")+".json", append(effective, '\n'))
		if err := valid(t, s, effective); err != nil {
			t.Errorf("%s with defaults: %v", name, err)
		}
		again, err := ParsePolicy(effective)
		if d := cmp.Diff(p.WithDefaults(), again); err != nil || d != "" {
			t.Errorf("%s is read back differently: %v\n%s", name, err, d)
		}
		if filepath.Base(name) == "full.yaml" {
			continue // its view text is written as a flow map that only ParsePolicy puts together
		}
		source, err := yaml.YAMLToJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(t, s, source); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryMistakeIsNamedWithItsLine(t *testing.T) {
	s := schema(t)
	for _, name := range files(t, "testdata/policy/bad/*.yaml") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ParsePolicy(data)
		var es PolicyErrors
		if !errors.As(err, &es) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, strings.TrimSuffix(name, ".yaml")+".txt", []byte(es.Error()+"\n"))
		if source, err := yaml.YAMLToJSON(data); err == nil && valid(t, s, source) == nil {
			t.Errorf("%s passes the schema", name)
		}
	}
}

func TestOneMistakeIsToldOnce(t *testing.T) {
	const rest = "\nversion: 1\nproduct: {id: acmecad}\nfeatures: {edit: {}}\n"
	tests := []struct {
		name, text string
		want       PolicyError
	}{
		{"an unknown field", "schema: holdfast.policy/v1\nfeautres: {}" + rest, PolicyError{Line: 2, Column: 1, Field: "feautres", Code: PolicyUnknown, Hint: "features"}},
		{"a field that resembles nothing", "schema: holdfast.policy/v1\ncolour: red" + rest, PolicyError{Line: 2, Column: 1, Field: "colour", Code: PolicyUnknown}},
		{"a trial without end", "schema: holdfast.policy/v1\nterm: {perpetual: true, kind: trial}" + rest, PolicyError{Line: 2, Column: 8, Field: "term.perpetual", Code: PolicyValue, Want: "either perpetual, or a length or trial"}},
		{"a term of nothing", "schema: holdfast.policy/v1\nterm: {length: 0}" + rest, PolicyError{Line: 2, Column: 8, Field: "term.length", Code: PolicyValue, Want: lengthWant + ", or perpetual: true"}},
		{"an unknown zone", "schema: holdfast.policy/v1\nzone: Mars/Olympus" + rest, PolicyError{Line: 2, Column: 7, Field: "zone", Code: PolicyValue, Value: "Mars/Olympus", Want: "a time zone such as Europe/Berlin"}},
		{"a text that turns others around", "schema: holdfast.policy/v1\nrenewal: {contact: \"a\u202eb\"}" + rest, PolicyError{Line: 2, Column: 20, Field: "renewal.contact", Code: PolicyValue, Value: "a\u202eb", Want: "text without control characters"}},
		{"a long text", "schema: holdfast.policy/v1\nrenewal: {contact: " + strings.Repeat("a", 501) + "}" + rest, PolicyError{Line: 2, Column: 20, Field: "renewal.contact", Code: PolicyTooLong, Value: strings.Repeat("a", 60) + "…", Want: "at most 500 characters"}},
		{"a changelog of the future", "schema: holdfast.policy/v1" + rest + "changes: [{version: 2, date: 2026-11-01, text: x}]\n", PolicyError{Line: 5, Column: 21, Field: "changes[0].version", Code: PolicyValue, Value: "2", Want: "a whole number from 1 to 1"}},
		{"no schema", strings.TrimPrefix(rest, "\n"), PolicyError{Line: 1, Column: 1, Field: "schema", Code: PolicyMissing}},
		{"two documents", "schema: holdfast.policy/v1" + rest + "---\na: b\n", PolicyError{Line: 6, Column: 1, Code: PolicySyntax, Want: "more than one document"}},
		{"no text", "a: \xff", PolicyError{Line: 1, Column: 1, Code: PolicySyntax, Want: "not text in UTF-8"}},
		{"an alias without anchor", "schema: *x", PolicyError{Line: 1, Column: 9, Code: PolicySyntax, Value: "*x", Want: "no value with that anchor stands before it"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParsePolicy([]byte(tt.text))
			if d := cmp.Diff(PolicyErrors{tt.want}, err); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestHostilePoliciesAreRefusedWithinLimits(t *testing.T) {
	bomb := "schema: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		p := "*" + string(c-1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat(p+", ", 8) + p + "]\n"
	}
	for name, text := range map[string]string{
		"brackets":    strings.Repeat("[", 100_000),
		"braces":      strings.Repeat("{a: ", 20_000),
		"dashes":      strings.Repeat("- ", 50_000),
		"questions":   strings.Repeat("? ", 50_000),
		"indentation": deepMap(2000),
		"levels":      deepMap(14),
		"aliases":     bomb,
		"a loop":      "a: &a [*a]",
		"size":        strings.Repeat("# comment\n", 40_000),
		"values":      "schema: [" + strings.Repeat("1,", 60_000) + "1]",
		"names":       strings.Repeat("a:\n", 40_000),
		"closed":      strings.Repeat("]", 100_000),
		"anchors":     strings.Repeat("&", 100_000),
		"quotes":      strings.Repeat("\"", 100_000),
	} {
		_, err := ParsePolicy([]byte(text))
		var es PolicyErrors
		if !errors.As(err, &es) || (es[0].Code != PolicyTooDeep && es[0].Code != PolicyTooLarge && es[0].Code != PolicySyntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func deepMap(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestAtMostFiftyMistakesAreTold(t *testing.T) {
	_, err := ParsePolicy([]byte(strings.Repeat("x: 1\n", 500)))
	var es PolicyErrors
	if !errors.As(err, &es) || len(es) != maxPolicyErrors {
		t.Errorf("%d mistakes", len(es))
	}
}

// A field that is added to the types must be known to the reader and to the schema too.
func TestReaderAndSchemaKnowEveryField(t *testing.T) {
	var p Policy
	fill(reflect.ValueOf(&p).Elem())
	p.Schema, p.Zone, p.Version = PolicySchema, "Europe/Berlin", 3
	p.Product = Product{ID: "acmecad", Name: Plain("AcmeCAD"), Versions: ">=4"}
	p.Term = Term{Length: Days(30), Kind: TermTrial, Starts: "2026-11-01"}
	p.Renewal.URL = "https://acme.example"
	p.Usage.Due, p.Usage.Level, p.Usage.Late = "weekly", "full", "view"
	p.Changes[0].Date, p.Changes[0].Version = "2026-11-01", 3
	m := p.Meters["x"]
	m.Kind, m.Per, m.Overage = "peak", "year", "stop"
	p.Meters["x"] = m
	f := p.Features["x"]
	f.Was = []string{"y"}
	p.Features["x"] = f
	doc, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(t, schema(t), doc); err != nil {
		t.Error(err)
	}
	again, err := ParsePolicy(doc)
	if d := cmp.Diff(p, again); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
}

// fill sets every field to something.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case Text:
		v.Set(reflect.ValueOf(Plain("text")))
		return
	case Length:
		v.Set(reflect.ValueOf(Days(3)))
		return
	case After:
		v.Set(reflect.ValueOf(Pause))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Map:
		e := reflect.New(v.Type().Elem()).Elem()
		fill(e)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("x"), e)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	}
}

func TestAStatedNoneIsNoInvitationForADefault(t *testing.T) {
	p, err := ParsePolicy([]byte("schema: holdfast.policy/v1\nversion: 1\nproduct: {id: a}\ngrace: {renewal: 0, outage: 0d}\ndevices: {unproven: 0}\nfeatures: {edit: {grace: 0}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p = p.WithDefaults()
	for name, l := range map[string]Length{"renewal": p.Grace.Renewal, "outage": p.Grace.Outage, "unproven": p.Devices.Unproven, "edit": p.Features["edit"].Grace} {
		if !l.None {
			t.Errorf("%s became %q", name, l)
		}
	}
	if p.Grace.Offline != Days(14) {
		t.Errorf("offline is %q", p.Grace.Offline)
	}
}

func TestDefaultsLeaveTheStatedPolicyAlone(t *testing.T) {
	p := Policy{Features: map[string]Feature{"edit": {}}, Meters: map[string]Meter{"renders": {}}}
	before, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	d := p.WithDefaults()
	after, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Errorf("%s became %s", before, after)
	}
	if d.Features["edit"].After != View || d.Meters["renders"].Overage != "allow" || d.Usage.Due != "monthly" {
		t.Errorf("%+v", d)
	}
}

func TestATrialHasNoGraceWhateverItStates(t *testing.T) {
	p := Policy{Term: Term{Kind: TermTrial}, Grace: Grace{Renewal: Days(14)}, Features: map[string]Feature{"edit": {Grace: Days(3)}}}.WithDefaults()
	if p.Term.Length != Days(30) || p.Grace.Renewal.Lasts() || p.Features["edit"].Grace.Lasts() {
		t.Errorf("%+v", p)
	}
}

func TestTheClosestNameIsSuggested(t *testing.T) {
	known := []string{"after", "grace", "name", "view", "was"}
	for in, want := range map[string]string{"aftr": "after", "garce": "grace", "Views": "view", "nmae": "name", "wsa": "was", "price": "", "x": ""} {
		if got := closest(in, known); got != want {
			t.Errorf("closest(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzParsePolicy(f *testing.F) {
	for _, pattern := range []string{"testdata/policy/good/*.yaml", "testdata/policy/bad/*.yaml", "testdata/policy/good/*.json"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParsePolicy(data)
		var es PolicyErrors
		switch {
		case err != nil && (!errors.As(err, &es) || len(es) == 0 || es[0].Line < 1 || es[0].Column < 1):
			t.Fatalf("%v", err)
		case err != nil:
			return
		}
		doc, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParsePolicy(doc)
		if err != nil {
			t.Fatalf("%s\n%v", doc, err)
		}
		if once, twice := marshal(t, p.WithDefaults()), marshal(t, again.WithDefaults()); once != twice {
			t.Fatalf("%s\n%s", once, twice)
		}
	})
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func FuzzLength(f *testing.F) {
	for _, s := range []string{"", "0", "0d", "30d", "12h", "15m", "45s", "007d", "36525d", "36526d", "365626d", "999999d", "999999h", "-1d", "1.5h", "1 d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLength(s)
		if err != nil {
			return
		}
		again, err := ParseLength(l.String())
		if err != nil || again != l {
			t.Fatalf("%q is %+v, written %q, read %+v, %v", s, l, l.String(), again, err)
		}
		start := day("2026-03-28")
		if end := l.After(start, Policy{Zone: "Europe/Berlin"}.zone()); end.Before(start) || end.Sub(start) > (maxDays+2)*24*60*60*1e9 {
			t.Fatalf("%q ends %v", s, end)
		}
	})
}
