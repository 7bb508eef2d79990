package policy

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// keys takes words for the network and anything for the language.
var keys = Keys{
	NetworkMode: func(v json.RawMessage) error {
		var s string
		if json.Unmarshal(v, &s) != nil || !slices.Contains([]string{"auto", "manual", "off"}, s) {
			return errors.New("no mode")
		}
		return nil
	},
	"language": func(json.RawMessage) error { return nil },
	UsageLevel: func(json.RawMessage) error { return nil },
	UsageSend:  func(json.RawMessage) error { return nil },
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsUnderstoodCountsAndTheRestIsToldWithItsLine(t *testing.T) {
	at := func(code, key, member string, line int) Finding {
		return Finding{File: "policy.json", Key: key, Name: member, Code: code, Line: line, Warning: code == Unknown || code == Twice}
	}
	for content, want := range map[string]struct {
		found []Finding
		mode  string // "" for none
	}{
		`{"schema_version":1}`: {nil, ""},
		`{"schema_version":1,"org":"Acme GmbH","network.mode":{"value":"off","locked":true}}`:                 {nil, `"off"`},
		"\ufeff" + `{"schema_version":1,"network.mode":{"value":"off"}}`:                                      {nil, `"off"`},
		"// by IT\n{\"schema_version\":1, /* not \"auto\" */\n\"network.mode\":{\"value\":\"off\"} // end\n}": {nil, `"off"`},
		`{"schema_version":1,"language":{"value":"https://x /* no comment */"}}`:                              {nil, ""},
		"{\"schema_version\":1,\n\"network.mood\":{\"value\":\"off\"}}":                                       {[]Finding{at(Unknown, "network.mood", "", 2)}, ""},
		`{"schema_version":1,"locked":["network.mode"]}`:                                                      {[]Finding{at(Unknown, "locked", "", 1)}, ""},
		"{\"schema_version\":1,\n\n\"network.mode\":\"off\"}":                                                 {[]Finding{at(Shape, NetworkMode, "", 3)}, ""},
		`{"schema_version":1,"network.mode":["off"]}`:                                                         {[]Finding{at(Shape, NetworkMode, "", 1)}, ""},
		`{"schema_version":1,"network.mode":null}`:                                                            {[]Finding{at(Shape, NetworkMode, "", 1)}, ""},
		"{\"schema_version\":1,\"network.mode\":\n{\"value\":\"off\",\n\"lock\":true}}":                       {[]Finding{at(Member, NetworkMode, "lock", 3)}, ""},
		"{\"schema_version\":1,\"network.mode\":{\n\"locked\":true}}":                                         {[]Finding{at(Missing, NetworkMode, "", 1)}, ""},
		`{"schema_version":1,"network.mode":{"value":"off","locked":"yes"}}`:                                  {[]Finding{at(Lock, NetworkMode, "locked", 1)}, ""},
		`{"schema_version":1,"network.mode":{"value":null}}`:                                                  {[]Finding{at(Value, NetworkMode, "", 1)}, ""},
		"{\"schema_version\":1,\"network.mode\":{\n\"value\":[\"off\"],\n\"locked\":1}}":                      {[]Finding{at(Value, NetworkMode, "", 2), at(Lock, NetworkMode, "locked", 3)}, ""},
		`{"schema_version":1,"network.mode":{"value":"on"},"language":{"value":"de"}}`:                        {[]Finding{at(Value, NetworkMode, "", 1)}, ""},
		"{\"schema_version\":1,\"network.mode\":{\"value\":\"auto\"},\n\"network.mode\":{\"value\":\"off\"}}": {[]Finding{at(Twice, NetworkMode, "", 2)}, `"off"`},
		`{"schema_version":1,"network.mode":{"value":"off"},"org":7}`:                                         {[]Finding{at(Value, "org", "", 1)}, `"off"`},
		`{"schema_version":1,"org":"\n"}`:                                                                     {[]Finding{at(Value, "org", "", 1)}, ""},
		"{\n\"schema_version\":2}":                                                                            {[]Finding{at(Newer, "schema_version", "", 2)}, ""},
		`{}`:                                                                                                  {[]Finding{at(Newer, "schema_version", "", 0)}, ""},
		`{"schema_version":1,}`:                                                                               {[]Finding{at(Syntax, "", "", 1)}, ""},
		`null`:                                                                                                {[]Finding{at(Syntax, "", "", 0)}, ""},
		`[]`:                                                                                                  {[]Finding{at(Syntax, "", "", 1)}, ""},
		``:                                                                                                    {[]Finding{at(Syntax, "", "", 1)}, ""},
		`/*{"schema_version":1}`:                                                                              {[]Finding{at(Syntax, "", "", 1)}, ""},
	} {
		entries, found := Parse("policy.json", []byte(content), keys)
		if !slices.Equal(found, want.found) || string(entries[NetworkMode].Value) != want.mode {
			t.Errorf("%s: %+v, %s", content, found, entries[NetworkMode].Value)
		}
	}
	if e, _ := Parse("p", []byte(`{"schema_version":1,"network.mode":{"value":"off"},"org":"Acme GmbH"}`), keys); e[NetworkMode].Org != "Acme GmbH" {
		t.Errorf("a name that stands last: %+v", e)
	}
	if _, found := Parse("p", []byte("{\n\"schema_version\":1,\n\"a\" 1}"), keys); len(found) != 1 || found[0].Line != 3 {
		t.Errorf("%+v", found)
	}
	if _, found := Parse("p", make([]byte, limit+1), keys); len(found) != 1 || found[0].Code != TooLarge {
		t.Errorf("%+v", found)
	}
}

func TestLaterFilesCountAndAreReadInOrder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"policy.json":         `{"schema_version":1,"org":"A","network.mode":{"value":"auto"},"language":{"value":"de","locked":true}}`,
		"policy.d/20.json":    `{"schema_version":1,"org":"B","network.mode":{"value":"off","locked":true}}`,
		"policy.d/10.json":    `{"schema_version":1,"network.mode":{"value":"manual"}}`,
		"policy.d/note.txt":   `not read`,
		"policy.d/x.json/one": `a folder`,
	})
	p := Read(dir, keys)
	mode, language := p.Entries[NetworkMode], p.Entries["language"]
	if string(mode.Value) != `"off"` || !mode.Locked || mode.Org != "B" || filepath.Base(mode.File) != "20.json" || language.Org != "A" || !language.Locked {
		t.Errorf("%+v", p.Entries)
	}
	if len(p.Files) != 3 || p.Broken() || len(p.Findings) != 0 {
		t.Errorf("%+v", p)
	}
	if none := Read(filepath.Join(dir, "none"), keys); len(none.Entries)+len(none.Files)+len(none.Findings) != 0 {
		t.Errorf("%+v", none)
	}
}

func TestAFileThatNobodyCanReadKeepsContactsForAPerson(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"not JSON":                       {"policy.json": `{`},
		"a newer one":                    {"policy.json": `{"schema_version":9}`},
		"beside another":                 {"policy.json": `{"schema_version":1,"network.mode":{"value":"auto"}}`, "policy.d/a.json": `{`},
		"its value":                      {"policy.json": `{"schema_version":1,"network.mode":{"value":"of"}}`},
		"a folder":                       {"policy.json/x": ``},
		"beside a lock that allows more": {"policy.json": `{"schema_version":1,"network.mode":{"value":"windows","locked":true}}`, "policy.d/a.json": `{`},
		"unlocked after all":             {"policy.d/a.json": `{`, "policy.d/b.json": `{"schema_version":1,"network.mode":{"value":"auto"}}`},
	} {
		dir := t.TempDir()
		write(t, dir, files)
		p := Read(dir, keys)
		if got := p.Entries[NetworkMode]; string(got.Value) != `"manual"` || !got.Locked || !p.Broken() {
			t.Errorf("%s: %s %+v", name, got.Value, p)
		}
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"policy.json": `{`, "policy.d/a.json": `{"schema_version":1,"network.mode":{"value":"off","locked":true}}`})
	if got := Read(dir, keys).Entries[NetworkMode]; string(got.Value) != `"off"` {
		t.Errorf("a lock was loosened: %s", got.Value)
	}
	if got := Read(dir, keys).Entries[NetworkMode]; got.Meanwhile {
		t.Errorf("what the organization wrote counts as nobody's: %+v", got)
	}
	dir = t.TempDir()
	write(t, dir, map[string]string{"policy.json": `{"schema_version":1,"network.mode":{"value":"ofline","locked":true},"usage.send":{"value":true,"locked":true}}`})
	for _, key := range []string{NetworkMode, UsageSend} {
		if got := Read(dir, keys).Entries[key]; !got.Meanwhile || !got.Locked || got.File == "" || key == UsageSend && string(got.Value) != "false" {
			t.Errorf("%s of a file with a mistake: %+v", key, got)
		}
	}
	write(t, dir, map[string]string{"policy.json": `{`})
	if got := Read(dir, keys).Entries[UsageLevel]; string(got.Value) != `"contract"` || !got.Locked {
		t.Errorf("usage leaves with more detail: %+v", got)
	}
}

func TestNoEnvironmentMovesThePolicy(t *testing.T) {
	before := Dir()
	for _, name := range []string{"HOME", "PROGRAMDATA", "ProgramData", "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "HOLDFAST_HOME", "HOLDFAST_POLICY"} {
		t.Setenv(name, t.TempDir())
	}
	if got := Dir(); got != before || !filepath.IsAbs(got) {
		t.Errorf("%q, then %q", before, got)
	}
}

func FuzzPolicy(f *testing.F) {
	for _, s := range []string{
		`{"schema_version":1,"network.mode":{"value":"off","locked":true}}`, "\ufeff// a\n{/**/\"schema_version\":1}", `{"a":"//","b":"\"/*"}`, `{"org":"`, "/*/", "//", `"\`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, found := Parse("p", b, keys)
		if entries == nil && len(found) == 0 {
			t.Fatal("nothing is understood, and nothing is wrong")
		}
		for key, e := range entries {
			if keys[key] == nil || keys[key](e.Value) != nil {
				t.Fatalf("%s: %s", key, e.Value)
			}
		}
		if plain := uncommented(b); len(plain) != len(b) {
			t.Fatalf("%d bytes became %d", len(b), len(plain))
		}
	})
}
