package cli

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/app"
	"holdfast/app/local"
	"holdfast/app/policy"
	"holdfast/licensing"
	"holdfast/licensing/keystore"
)

func TestACommandThatTheWindowShowsCanBeChecked(t *testing.T) {
	for command, want := range map[string]bool{
		"status": true, "import FILE": true, "request show 4f0c2a11 --out FILE": true, "keys import FILE --yes": true, "settings": true,
		"settings set language de": true, "data delete --yes": true, "tell it --product P": true, "guide dates": true, "FILE.hflic": true,
		"simulate --clock -400d": true, "simulate --clock=+400d --replaced": true, "why 2026-12-02": true, "notices": true, "clock": true, "grace show": true,
		"calendar --out dates.ics": true, "simulate --clock": false, "moretime": false, "calendar": false,
		"status --help": true, "--home D status --interactive": true,
		"statsu": false, "import": false, "tell boss": false, "settings set tray": false, "status --never": false, "request": false,
	} {
		if err := Parses(strings.Fields(command)); (err == nil) != want {
			t.Errorf("%s: %v", command, err)
		}
	}
}

func TestTheSettingDecidesTheLanguageOnlyWhereTheEnvironmentNamesNone(t *testing.T) {
	asked := ""
	for _, c := range []struct{ args, lc, lang, home, want string }{
		{"status", "", "", "", "qps"},
		{"status --home /a", "", "", "/a", "qps"},
		{"--home=/b status", "", "", "/b", "qps"},
		{"status", "", "de_DE.UTF-8", "never", "de-DE"},
		{"status", "C", "", "never", "en"},
	} {
		asked = "never"
		got := language(strings.Fields(c.args), Streams{
			Env:      func(name string) string { return map[string]string{"LC_ALL": c.lc, "LANG": c.lang}[name] },
			Language: func(home string) string { asked = home; return "qps" },
		})
		if got != c.want || asked != c.home {
			t.Errorf("%+v: %s, asked for the home %q", c, got, asked)
		}
	}
	if got := language(nil, Streams{Env: func(string) string { return "" }}); got != "en" {
		t.Errorf("without settings: %s", got)
	}
}

func TestTheOwnerChangesSettingsWhileItsKeyStoreDoesNotAnswer(t *testing.T) {
	answer := make(chan struct{})
	p := process{Options: app.Options{
		Home: filepath.Join(t.TempDir(), "home"), Dir: t.TempDir(), Env: func(string) string { return "" },
		Keys: func(string, string) (keystore.Store, error) {
			<-answer
			return keystore.Memory(), nil
		},
	}}
	a, _, err := app.Open(t.Context(), p.Options, local.Command{})
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan app.Settings, 1)
	a.OnSettings(func(s app.Settings) { told <- s })
	got := p.commands(a)(t.Context(), local.Command{Args: []string{"settings", "set", "text-size", "175"}, Dir: "/"})
	if s := <-told; got.Code != 0 || s.TextSize != 175 {
		t.Errorf("%d %s, told %+v", got.Code, got.Stderr, s)
	}
	close(answer)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// fakeHome is a home that says what a test wants.
type fakeHome struct {
	path     string
	settings app.Settings
	forgot   bool
	err      error
}

func (h *fakeHome) ForgetAlarms() error        { h.forgot = true; return nil }
func (h *fakeHome) SourceOf(string) app.Source { return app.Source{From: app.FromBuiltIn} }
func (h *fakeHome) Policy() policy.Policy      { return policy.Policy{} }
func (h *fakeHome) Now() time.Time             { return day }
func (h *fakeHome) Home() string               { return h.path }
func (h *fakeHome) Settings() app.Settings     { return h.settings }
func (h *fakeHome) ChangeSettings(change func(*app.Settings)) error {
	change(&h.settings)
	return h.err
}

type fakeStart bool

func (s *fakeStart) On() bool { return bool(*s) }

func (s *fakeStart) Set(on bool) error {
	*s = fakeStart(on)
	return nil
}

func TestEverySettingTakesExactlyItsValues(t *testing.T) {
	h, start := &fakeHome{settings: app.Settings{TextSize: 100, Times: "22:00-06:00"}}, new(fakeStart)
	s, _ := testSession(t, "en")
	s.home, s.start = h, start
	for _, k := range settings {
		if k.values == nil {
			continue // see TestASettingWithoutAListOfValuesTakesWhatMakesSense
		}
		values := k.values()
		for _, v := range values {
			if _, err := (&settingsSetCmd{Key: k.key, Value: v}).run(t.Context(), s); err != nil || k.show(s) != v {
				t.Errorf("%s: set %q, is %q, %v", k.key, v, k.show(s), err)
			}
		}
		for _, v := range []string{"", "none", strings.ToUpper(values[0]) + " ", "0"} {
			if _, err := (&settingsSetCmd{Key: k.key, Value: v}).run(t.Context(), s); err == nil || !slices.Contains(values, k.show(s)) {
				t.Errorf("%s: %q was taken", k.key, v)
			}
		}
	}
}

func TestAWordAboutSendingUsageIsTheAnswerThatTheWindowAsksFor(t *testing.T) {
	for _, v := range onOff {
		h := &fakeHome{settings: app.Settings{TextSize: 100}}
		s, _ := testSession(t, "en")
		s.home, s.start = h, new(fakeStart)
		if _, err := (&settingsSetCmd{Key: "send-usage", Value: v}).run(t.Context(), s); err != nil || !h.settings.ToldSending || h.settings.HoldUsage != (v == off) {
			t.Errorf("%s: %+v, %v", v, h.settings, err)
		}
	}
}

func TestASettingWithoutAListOfValuesTakesWhatMakesSense(t *testing.T) {
	s, _ := testSession(t, "en")
	s.start = new(fakeStart)
	file := filepath.Join(s.Dir, "ca.pem")
	for name, b := range map[string][]byte{file: authority(t), filepath.Join(s.Dir, "text.pem"): []byte("hello")} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for key, values := range map[string]map[string]string{ // "" for one that is refused
		"times": {"Mo-Fr 8:00-18:00": "Mo-Fr 08:00-18:00", "Di 22:00-06:00": "Tu 22:00-06:00", "none": "none", "": "none", "Mo": "", "8-18": ""},
		"proxy": {
			"http://proxy.example:3128": "http://proxy.example:3128", "socks5://[::1]:1080": "socks5://[::1]:1080", "none": "none", "system": "system",
			"http://me:secret@proxy.example": "", "me@proxy.example": "", "ftp://proxy.example": "", "proxy": "", "http://": "", "http://a/b": "",
		},
		"ca": {"ca.pem": file, file: file, "none": "none", "text.pem": "", "missing.pem": "", ".": ""},
	} {
		k := settings[slices.IndexFunc(settings, func(k setting) bool { return k.key == key })]
		for v, want := range values {
			s.home = &fakeHome{settings: app.Settings{TextSize: 100}}
			_, err := (&settingsSetCmd{Key: key, Value: v}).run(t.Context(), s)
			if got := k.show(s); (err != nil) != (want == "") || err == nil && got != want {
				t.Errorf("%s %q: %q, %v", key, v, got, err)
			}
			if err != nil && strings.Contains(s.text("error."+err.(*licensing.Mistake).Code, err.(*licensing.Mistake).Args), "secret") {
				t.Errorf("%s %q: the password is told", key, v)
			}
		}
	}
	s.home = &fakeHome{settings: app.Settings{TextSize: 100}}
	if _, err := (&settingsSetCmd{Key: "network", Value: "windows"}).run(t.Context(), s); err == nil {
		t.Error("windows without a window")
	}
}

// authority is the certificate of an authority.
func authority(t *testing.T) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, NotAfter: day.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestASettingThatCannotBeKeptIsNoSuccess(t *testing.T) {
	h := &fakeHome{settings: app.Settings{TextSize: 100}, err: mistake("settings_newer", map[string]any{"file": "settings.json"})}
	f := &fake{home: h}
	if code, out, problems := f.run(t, "settings set tray on"); code != codeUsage || out != "" || !strings.Contains(problems, "newer Holdfast") {
		t.Errorf("exit %d, %q, %q", code, out, problems)
	}
}

func TestSettingsAskForNoEngine(t *testing.T) {
	for command, write := range map[string]bool{"settings": false, "settings set tray on": true} {
		s, out := testSession(t, "en")
		code := Run(t.Context(), strings.Fields(command), s.Streams, func(_ context.Context, a Access) (Opened, func() error, error) {
			if !a.NoEngine || a.Write != write {
				t.Errorf("%s: %+v", command, a)
			}
			return Opened{Home: &fakeHome{}, Start: new(fakeStart)}, func() error { return nil }, nil
		})
		if code != codeOK {
			t.Errorf("%s: exit %d, %s", command, code, out)
		}
	}
}

func TestThePolicyThatIsExplainedIsInOrderAsItStands(t *testing.T) {
	s, _ := testSession(t, "en")
	s.home, s.start = &fakeHome{settings: app.Settings{TextSize: 100}}, new(fakeStart)
	entries, found := policy.Parse("policy.json", []byte(strings.Join(example(), "\n")), app.PolicyKeys())
	if len(found) != 0 || len(entries) != len(app.PolicyKeys()) || len(samples) != len(entries) {
		t.Errorf("%v, %d of %d keys", found, len(entries), len(app.PolicyKeys()))
	}
	for _, k := range settings {
		if k.policy == "" {
			continue
		}
		if got := k.show(s); samples[k.policy].usual != got {
			t.Errorf("%s: usual is %q, not %q", k.policy, got, samples[k.policy].usual)
		}
		// What is said to be taken is taken.
		values := []string{samples[k.policy].usual}
		if k.values != nil {
			values = k.values()
		}
		for _, v := range values {
			written := `"` + v + `"`
			if k.values != nil && slices.Equal(k.values(), onOff) {
				written = map[string]string{on: "true", off: "false"}[v]
			}
			if err := app.PolicyKeys()[k.policy]([]byte(written)); err != nil {
				t.Errorf("%s does not take %s", k.policy, written)
			}
		}
		if _, err := (&policyExplainCmd{Key: k.policy}).run(t.Context(), s); err != nil {
			t.Errorf("%s: %v", k.policy, err)
		}
	}
}

func TestAPauseWithoutAUnitIsAskedForOne(t *testing.T) {
	f := &fake{home: &fakeHome{}}
	if code, _, problems := f.run(t, "contacts pause 8"); code != codeUsage || !strings.Contains(problems, "Add a unit, or name a date: 8h, 3d or 2026-12-24.") {
		t.Errorf("exit %d, %q", code, problems)
	}
}
