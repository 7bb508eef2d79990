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

func TestWhatIsUnderstoodCountsAndTheRestIsTold(t *testing.T) {
	for content, want := range map[string]struct {
		codes []string
		mode  string // "" for none
	}{
		`{"schema_version":1}`: {nil, ""},
		`{"schema_version":1,"org":"Acme GmbH","network.mode":{"value":"off","locked":true}}`:                 {nil, `"off"`},
		"\ufeff" + `{"schema_version":1,"network.mode":{"value":"off"}}`:                                      {nil, `"off"`},
		"// by IT\n{\"schema_version\":1, /* not \"auto\" */\n\"network.mode\":{\"value\":\"off\"} // end\n}": {nil, `"off"`},
		`{"schema_version":1,"language":{"value":"https://x /* no comment */"}}`:                              {nil, ""},
		`{"schema_version":1,"network.mood":{"value":"off"}}`:                                                 {[]string{Unknown}, ""},
		`{"schema_version":1,"network.mode":"off"}`:                                                           {[]string{Shape}, ""},
		`{"schema_version":1,"network.mode":{"value":"off","lock":true}}`:                                     {[]string{Shape}, ""},
		`{"schema_version":1,"network.mode":{"locked":true}}`:                                                 {[]string{Shape}, ""},
		`{"schema_version":1,"network.mode":{"value":"on"},"language":{"value":"de"}}`:                        {[]string{Value}, ""},
		`{"schema_version":1,"org":7}`:                                                                        {[]string{Value}, ""},
		`{"schema_version":1,"org":"\n"}`:                                                                     {[]string{Value}, ""},
		`{"schema_version":2}`:                                                                                {[]string{Newer}, ""},
		`{}`:                                                                                                  {[]string{Newer}, ""},
		`{"schema_version":1,}`:                                                                               {[]string{Syntax}, ""},
		`null`:                                                                                                {[]string{Syntax}, ""},
		`[]`:                                                                                                  {[]string{Syntax}, ""},
		``:                                                                                                    {[]string{Syntax}, ""},
		`/*{"schema_version":1}`:                                                                              {[]string{Syntax}, ""},
	} {
		entries, found := Parse("policy.json", []byte(content), keys)
		var codes []string
		for _, f := range found {
			codes = append(codes, f.Code)
		}
		if !slices.Equal(codes, want.codes) || string(entries[NetworkMode].Value) != want.mode {
			t.Errorf("%s: %v, %s", content, found, entries[NetworkMode].Value)
		}
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
		if got := p.Entries[NetworkMode]; string(got.Value) != manual || !got.Locked || !p.Broken() {
			t.Errorf("%s: %s %+v", name, got.Value, p)
		}
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"policy.json": `{`, "policy.d/a.json": `{"schema_version":1,"network.mode":{"value":"off","locked":true}}`})
	if got := Read(dir, keys).Entries[NetworkMode]; string(got.Value) != `"off"` {
		t.Errorf("a lock was loosened: %s", got.Value)
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
