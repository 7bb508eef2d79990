package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/app/policy"
	"holdfast/licensing"
	"holdfast/licensing/keystore"
)

// settingsHome opens a home of this test whose settings file holds content ("" for none).
func settingsHome(t *testing.T, content string) (*App, string) {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	if content != "" {
		if err := os.MkdirAll(home, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, settingsFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, _, err := Open(t.Context(), options(t, home), status())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a, filepath.Join(home, settingsFile)
}

func contentOf(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhatIsChosenIsThereAtTheNextStart(t *testing.T) {
	a, file := settingsHome(t, "")
	if got := a.Settings(); got != (Settings{TextSize: 100}) {
		t.Errorf("at first: %+v", got)
	}
	want := Settings{Language: "en", Appearance: AppearanceDark, TextSize: 150, Width: 1200, Height: 800, Tray: true}
	if err := a.ChangeSettings(func(s *Settings) { *s = want }); err != nil {
		t.Fatal(err)
	}
	if got := (Options{}).SettingsOf(filepath.Dir(file)); got != want || a.Settings() != want {
		t.Errorf("kept %+v, here %+v, want %+v", got, a.Settings(), want)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestSettingsAreThereWhileTheKeyStoreDoesNotAnswer(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	o := options(t, home)
	answer := make(chan struct{})
	o.Keys = func(string, string) (keystore.Store, error) {
		<-answer
		return keystore.Memory(), nil
	}
	a, _, err := Open(t.Context(), o, status())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.ChangeSettings(func(s *Settings) { s.TextSize = 120 }); err != nil || a.Settings().TextSize != 120 {
		t.Errorf("%+v, %v", a.Settings(), err)
	}
	close(answer)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSettingsMakeNoRecordsAndLeaveAHomeFresh(t *testing.T) {
	a, file := settingsHome(t, "")
	if err := a.ChangeSettings(func(s *Settings) { s.Tray = true }); err != nil {
		t.Fatal(err)
	}
	e, err := a.Engine()
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Snapshot().Verdict.Main.State; got != "not_set_up" {
		t.Errorf("state %s", got)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	home := filepath.Dir(file)
	entries, err := os.ReadDir(home)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "lock" && e.Name() != settingsFile {
			t.Errorf("%s was made", e.Name())
		}
	}
	if info, err := os.Stat(home); err != nil || info.Mode().Perm() != 0o700 || !Fresh(home) {
		t.Errorf("%v, %v, fresh %v", info.Mode(), err, Fresh(home))
	}
}

func TestBadValuesFallBackToTheUsualOnes(t *testing.T) {
	usual := Settings{TextSize: 100}
	for content, want := range map[string]Settings{
		``:                               usual,
		`{`:                              usual,
		`null`:                           usual,
		`[1]`:                            usual,
		`{"version":1,"language":"xx"}`:  usual,
		`{"language":7,"tray":true}`:     {TextSize: 100, Tray: true},
		`{"appearance":"pink"}`:          usual,
		`{"text_size":99}`:               usual,
		`{"text_size":201}`:              usual,
		`{"text_size":1e99}`:             usual,
		`{"text_size":150.5}`:            usual,
		`{"text_size":200}`:              {TextSize: 200},
		`{"width":-1,"height":20000}`:    usual,
		`{"width":900,"height":600}`:     {TextSize: 100, Width: 900, Height: 600},
		`{"tray":"yes","width":900}`:     {TextSize: 100, Width: 900},
		"\ufeff" + `{"text_size":125}`:   {TextSize: 125},
		`{"version":9,"text_size":125}`:  {TextSize: 125},
		`{"version":"1","text_size":90}`: usual,
	} {
		if got, _ := parseSettings([]byte(content)); got != want {
			t.Errorf("%s: %+v, want %+v", content, got, want)
		}
	}
	a, _ := settingsHome(t, "")
	if err := a.ChangeSettings(func(s *Settings) { *s = Settings{Language: "xx", Appearance: "pink", TextSize: 7, Width: -3} }); err != nil || a.Settings() != usual {
		t.Errorf("%+v, %v", a.Settings(), err)
	}
}

func TestWhatOthersPutInTheFileStays(t *testing.T) {
	a, file := settingsHome(t, `{"version":1,"later":{"a":[1,2]},"appearance":"sepia","text_size":150}`)
	if err := a.ChangeSettings(func(s *Settings) { s.TextSize, s.Tray = 100, true }); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(contentOf(t, file)), &got); err != nil {
		t.Fatal(err)
	}
	want := `{"appearance":"sepia","later":{"a":[1,2]},"tray":true,"version":1}`
	if b, _ := json.Marshal(got); string(b) != want {
		t.Errorf("%s, want %s", b, want)
	}
}

func TestTheFileOfANewerVersionIsReadAndNeverWritten(t *testing.T) {
	const content = `{"version":2,"text_size":150}`
	a, file := settingsHome(t, content)
	err := a.ChangeSettings(func(s *Settings) { s.TextSize = 175 })
	var wrong *licensing.Mistake
	if !errors.As(err, &wrong) || wrong.Code != "settings_newer" {
		t.Errorf("%v", err)
	}
	if got := contentOf(t, file); got != content || a.Settings().TextSize != 175 {
		t.Errorf("%s, %+v", got, a.Settings())
	}
}

func TestAHomeOpenedForReadingKeepsSettingsInMemory(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	a, err := Look(t.Context(), options(t, home))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.ChangeSettings(func(s *Settings) { s.TextSize = 150 }); err != nil || a.Settings().TextSize != 150 {
		t.Errorf("%+v, %v", a.Settings(), err)
	}
	if _, err := os.Stat(home); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the home was made: %v", err)
	}
}

func TestSettingsThatCouldNotBeKeptAreKeptWithTheNextChange(t *testing.T) {
	a, file := settingsHome(t, "")
	if err := os.MkdirAll(filepath.Join(file, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := a.ChangeSettings(func(s *Settings) { s.TextSize = 150 }); err == nil || a.Settings().TextSize != 150 {
		t.Errorf("%+v, %v", a.Settings(), err)
	}
	if err := os.RemoveAll(file); err != nil {
		t.Fatal(err)
	}
	if err := a.ChangeSettings(func(*Settings) {}); err != nil {
		t.Fatal(err)
	}
	if got := (Options{}).SettingsOf(filepath.Dir(file)).TextSize; got != 150 {
		t.Errorf("kept %d", got)
	}
}

func TestTheNewestSettingsAreToldLast(t *testing.T) {
	a, _ := settingsHome(t, "")
	got := make(chan int, 200)
	a.OnSettings(func(s Settings) { got <- s.TextSize })
	done := make(chan error)
	for i := range 20 {
		go func() {
			done <- a.ChangeSettings(func(s *Settings) { s.TextSize = 101 + i })
		}()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := a.ChangeSettings(func(s *Settings) { s.TextSize = 200 }); err != nil {
		t.Fatal(err)
	}
	last := 0
	for range 21 {
		last = <-got
	}
	if last != 200 {
		t.Errorf("the last was %d", last)
	}
	if err := a.ChangeSettings(func(*Settings) {}); err != nil || len(got) != 0 {
		t.Errorf("told without a change: %v", err)
	}
}

func TestWithoutTheEngineTheKeyStoreIsNotAsked(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "home"))
	o.NoEngine = true
	o.Keys = func(string, string) (keystore.Store, error) {
		t.Error("it was asked")
		return nil, context.Canceled
	}
	a, _, err := Open(t.Context(), o, status())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Engine(); err == nil {
		t.Error("there is an engine")
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatLeavesSpeaksTheLanguageChosenAtThatMoment(t *testing.T) {
	a, _ := settingsHome(t, "")
	text := a.text(func(string) string { return "" })
	before := text("state.active.happened", nil)
	if err := a.ChangeSettings(func(s *Settings) { s.Language = "qps" }); err != nil {
		t.Fatal(err)
	}
	if after := text("state.active.happened", nil); before == "" || after == before || !strings.Contains(after, "[") {
		t.Errorf("%q, then %q", before, after)
	}
}

func FuzzSettingsFile(f *testing.F) {
	for _, s := range []string{`{"version":1,"language":"de","text_size":150,"tray":true}`, `{"version":2}`, `{"a":1e999}`, `[]`, "\xff{", `{"text_size":"x","":null}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > settingsLimit {
			return
		}
		s, doc := parseSettings(b)
		if s != s.sound() {
			t.Fatalf("%+v is out of bounds", s)
		}
		s.TextSize = SmallestText + (s.TextSize+1)%(LargestText-SmallestText)
		s.Tray = !s.Tray
		chosen, err := resolve(doc, policy.Policy{}).choose(s)
		if err != nil {
			t.Fatal(err)
		}
		out, err := doc.with(chosen)
		if err != nil || len(out) > settingsLimit {
			t.Fatalf("%d bytes, %v", len(out), err)
		}
		back, again := parseSettings(out)
		if back != s || again.newer() {
			t.Fatalf("%+v became %+v in %s", s, back, out)
		}
	})
}
