package simulate

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"holdfast/licensing/terms"
	"holdfast/licensing/terms/termstest"
)

var update = flag.Bool("update", false, "write golden files")

func berlin(t testing.TB) *time.Location {
	t.Helper()
	z, err := terms.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// every is a scenario with each kind of condition.
func every(t testing.TB) Scenario {
	from := time.Date(2026, 12, 1, 0, 0, 0, 0, berlin(t))
	return Scenario{
		From: from, Until: from.AddDate(1, 0, 0), NeverOnline: true,
		Conditions: []Condition{
			{Kind: Offline, From: from, For: terms.Days(60)},
			{Kind: Outage, For: terms.Days(10), Vendor: "acme"},
			{Kind: Maintenance, From: from.AddDate(0, 1, 0), For: terms.Length{Span: 6 * time.Hour}, Product: "acmecad"},
			{Kind: Clock, For: terms.Days(3), By: 400 * 24 * time.Hour},
			{Kind: Clock, From: from.AddDate(0, 6, 0), By: -90 * time.Minute},
			{Kind: Replaced, For: terms.Days(2)},
			{Kind: Revoked, For: terms.Days(14), Product: "acmecam"},
			{Kind: Version, Product: "acmecad", Version: "7.0"},
			{Kind: Silent},
		},
	}
}

// equal compares moments, not the zones that they are told in.
func equal(a, b Scenario) bool {
	utc := func(s Scenario) Scenario {
		s.From, s.Until, s.Conditions = s.From.UTC(), s.Until.UTC(), append([]Condition(nil), s.Conditions...)
		for i := range s.Conditions {
			s.Conditions[i].From = s.Conditions[i].From.UTC()
		}
		return s
	}
	return reflect.DeepEqual(utc(a), utc(b))
}

var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(SchemaJSON))
	if err != nil {
		return nil, err
	}
	if err := c.AddResource("scenario", doc); err != nil {
		return nil, err
	}
	return c.Compile("scenario")
})

// fits says how b differs from the schema.
func fits(t testing.TB, b []byte) error {
	t.Helper()
	s, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

func TestAScenarioFileLooksTheSameForEver(t *testing.T) {
	got, err := Format(every(t))
	if err != nil {
		t.Fatal(err)
	}
	const name = "testdata/every.json"
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	back, err := ParseScenario(want, time.UTC)
	if err != nil || !equal(back, every(t)) {
		t.Errorf("read back: %+v, %v", back, err)
	}
	if err := fits(t, want); err != nil {
		t.Error(err)
	}
}

func TestADayBeginsInTheZone(t *testing.T) {
	const body = `{"schema":"holdfast.scenario/v1","from":"2026-12-01","conditions":[{"kind":"offline","from":"2027-06-01","for":"60d"}]}`
	s, err := ParseScenario([]byte(body), berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.From.UTC().Format(time.RFC3339); got != "2026-11-30T23:00:00Z" {
		t.Errorf("from %s", got)
	}
	if end := s.Conditions[0].end().UTC().Format(time.RFC3339); end != "2027-07-30T22:00:00Z" {
		t.Errorf("until %s", end)
	}
	there, err := ParseScenario([]byte(strings.Replace(body, `"from"`, `"zone":"Asia/Tokyo","from"`, 1)), berlin(t))
	if err != nil || there.From.UTC().Format(time.RFC3339) != "2026-11-30T15:00:00Z" {
		t.Errorf("from %s, %v", there.From, err)
	}
	if err := fits(t, []byte(body)); err != nil {
		t.Error(err)
	}
}

func TestWhatIsWrongWithAScenarioFileIsNamed(t *testing.T) {
	const start = `{"schema":"holdfast.scenario/v1"`
	condition := func(s string) string { return start + `,"conditions":[{"kind":"offline"},` + s + `]}` }
	for _, tt := range []struct{ file, code, field string }{
		{strings.Repeat(" ", MaxFile+1), FileTooLarge, ""},
		{"", FileSyntax, ""},
		{"\xff", FileSyntax, ""},
		{start, FileSyntax, ""},
		{start + "}{}", FileSyntax, ""},
		{"[]", FileSyntax, ""},
		{"null", FileSyntax, ""},
		{"{}", FileSchema, "schema"},
		{`{"schema":"holdfast.scenario/v2"}`, FileSchema, "schema"},
		{`{"schema":1}`, FileValue, "schema"},
		{start + `,"offline":"60d"}`, FileUnknown, "offline"},
		{start + `,"From":"2026-12-01"}`, FileUnknown, "From"},
		{start + `,"from":"2026-12-01","from":"2026-12-02"}`, FileTwice, "from"},
		{start + `,"from":"1 December"}`, FileValue, "from"},
		{start + `,"from":"2026-02-30"}`, FileValue, "from"},
		{start + `,"from":"0001-01-01"}`, FileValue, "from"},
		{start + `,"from":null}`, FileValue, "from"},
		{start + `,"from":"2026-12-01","until":"2026-12-01"}`, FileValue, "until"},
		{start + `,"zone":"Local"}`, FileValue, "zone"},
		{start + `,"never_online":"yes"}`, FileValue, "never_online"},
		{start + `,"never_online":null}`, FileValue, "never_online"},
		{start + `,"conditions":{}}`, FileValue, "conditions"},
		{start + `,"conditions":[` + strings.Repeat(`{"kind":"offline"},`, MaxConditions) + `{"kind":"offline"}]}`, FileValue, "conditions"},
		{condition(`"offline"`), FileSyntax, "conditions[1]"},
		{condition(`{}`), FileValue, "conditions[1].kind"},
		{condition(`{"kind":"fire"}`), FileValue, "conditions[1].kind"},
		{condition(`{"kind":"offline","for":"0"}`), FileValue, "conditions[1].for"},
		{condition(`{"kind":"offline","for":"two days"}`), FileValue, "conditions[1].for"},
		{condition(`{"kind":"offline","by":"1d"}`), FileUnknown, "conditions[1].by"},
		{condition(`{"kind":"clock"}`), FileMissing, "conditions[1].by"},
		{condition(`{"kind":"clock","by":"-+1d"}`), FileValue, "conditions[1].by"},
		{condition(`{"kind":"clock","by":"99999999d"}`), FileValue, "conditions[1].by"},
		{condition(`{"kind":"version"}`), FileMissing, "conditions[1].version"},
		{condition(`{"kind":"silent","version":"7"}`), FileUnknown, "conditions[1].version"},
		{condition(`{"kind":"silent","product":"` + strings.Repeat("x", 201) + `"}`), FileValue, "conditions[1].product"},
	} {
		s, err := ParseScenario([]byte(tt.file), time.UTC)
		var wrong *FileError
		if !errors.As(err, &wrong) || wrong.Code != tt.code || wrong.Field != tt.field {
			t.Errorf("%.80s: %v, not %s at %q", tt.file, err, tt.code, tt.field)
			continue
		}
		if !reflect.DeepEqual(s, Scenario{}) {
			t.Errorf("%.80s: something was read: %+v", tt.file, s)
		}
		if code, args := wrong.Spoken(); code != tt.code || args["field"] != tt.field || len([]rune(wrong.Value)) > 60 {
			t.Errorf("%.80s: said as %s with %v", tt.file, code, args)
		}
		if fits(t, []byte(tt.file)) == nil && tt.code != FileTooLarge && tt.code != FileTwice && tt.field != "until" && tt.field != "zone" && !strings.Contains(tt.file, "02-30") {
			t.Errorf("%.80s: the schema lets it pass", tt.file)
		}
	}
}

func TestEveryScenarioComesBackFromItsFile(t *testing.T) {
	for seed := range uint64(2000) {
		r := termstest.New(seed)
		s := anyScenario(r, r.Moment())
		b, err := Format(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseScenario(b, time.UTC)
		if err != nil {
			t.Fatalf("seed %d: %v in\n%s", seed, err, b)
		}
		if again, err := Format(back); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("seed %d: %v\n%s\n%s", seed, err, b, again)
		}
		if err := fits(t, b); err != nil {
			t.Fatalf("seed %d: %v in\n%s", seed, err, b)
		}
	}
}

func FuzzParseScenario(f *testing.F) {
	b, err := Format(every(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"schema":"holdfast.scenario/v1","from":"2026-12-01T00:00:00+14:00","conditions":[{"kind":"clock","by":"+1d"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseScenario(b, time.UTC)
		if err != nil {
			var wrong *FileError
			if !errors.As(err, &wrong) {
				t.Fatalf("%T", err)
			}
			return
		}
		if err := fits(t, b); err != nil && !bytes.Contains(b, []byte(`""`)) {
			t.Errorf("the schema refuses it: %v", err)
		}
		again, err := Format(s)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := ParseScenario(again, time.UTC); err != nil || !equal(s, back) {
			t.Errorf("%v: %+v became %+v", err, s, back)
		}
	})
}
