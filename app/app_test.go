package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"holdfast/app/local"
	"holdfast/licensing"
	"holdfast/licensing/clock"
	"holdfast/licensing/keystore"
)

// options opens a home of this test alone, with a key store in memory.
func options(t *testing.T, home string) Options {
	t.Helper()
	run, err := os.MkdirTemp("/tmp", "hf")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(run) })
	keys := keystore.Memory()
	return Options{
		Home: home, Dir: t.TempDir(), Policy: t.TempDir(),
		Env: func(name string) string {
			if name == "XDG_RUNTIME_DIR" {
				return run
			}
			return ""
		},
		Clock: clock.NewDriven(time.Date(2026, 11, 3, 9, 12, 0, 0, time.UTC)),
		Keys:  func(string, string) (keystore.Store, error) { return keys, nil },
	}
}

func status() local.Command { return local.Command{Args: []string{"status"}, Dir: "/"} }

func TestTheSecondToOpenAHomeIsAnsweredByTheFirst(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	o := options(t, home)
	o.Commands = func(a *App) local.Handler {
		return func(context.Context, local.Command) local.Answer {
			if _, err := a.Engine(); err != nil {
				return local.Answer{Code: 1}
			}
			return local.Answer{Code: 15}
		}
	}
	first, answer, err := Open(t.Context(), o, status())
	if err != nil || answer != nil {
		t.Fatal(answer, err)
	}
	second, answer, err := Open(t.Context(), o, status())
	if err != nil || second != nil || answer.Code != 15 {
		t.Fatalf("%v %+v %v", second, answer, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	third, answer, err := Open(t.Context(), o, status())
	if err != nil || answer != nil {
		t.Fatalf("after Close: %+v %v", answer, err)
	}
	if err := third.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLookingAtANewHomeMakesNothing(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	a, err := Look(t.Context(), options(t, home))
	if err != nil {
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
	if _, err := os.Stat(home); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the home was made: %v", err)
	}
}

func TestASecondStartRaisesTheWindowWithItsFiles(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "home"))
	a, _, err := Open(t.Context(), o, status())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if a.Raise([]string{"/a"}) {
		t.Error("raised a window that is not there")
	}
	got := make(chan []string, 1)
	a.OnOpen(func(files []string) { got <- files })
	if !a.Raise([]string{"/a", "/b"}) {
		t.Fatal("not raised")
	}
	if files := <-got; strings.Join(files, " ") != "/a /b" {
		t.Errorf("files %v", files)
	}
}

func TestTheHomeIsTheNamedOneElseTheUsualOne(t *testing.T) {
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	dir := t.TempDir()
	cases := []struct {
		name string
		env  func(string) string
		want string
	}{
		{"rel", env(), filepath.Join(dir, "rel")},
		{filepath.Join(dir, "abs"), env(EnvHome, "other"), filepath.Join(dir, "abs")},
		{"", env(EnvHome, "rel2"), filepath.Join(dir, "rel2")},
	}
	if runtime.GOOS == "linux" {
		cases = append(cases, []struct {
			name string
			env  func(string) string
			want string
		}{
			{"", env("HOME", dir), filepath.Join(dir, ".local", "share", "holdfast")},
			{"", env("HOME", "/elsewhere", "XDG_DATA_HOME", dir), filepath.Join(dir, "holdfast")},
		}...)
	}
	for _, c := range cases {
		if got, err := Home(c.name, dir, c.env); err != nil || got != c.want {
			t.Errorf("Home(%q) = %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	if got, err := Home("", dir, env()); err == nil {
		t.Errorf("a home was found from nothing: %q", got)
	}
}

func TestAHomeWithOnlyALockIsFresh(t *testing.T) {
	dir := t.TempDir()
	if !Fresh(dir) || !Fresh(filepath.Join(dir, "missing")) {
		t.Error("an empty or missing home is fresh")
	}
	for _, name := range []string{"lock", "endpoint"} {
		os.WriteFile(filepath.Join(dir, name), nil, 0o600)
	}
	if !Fresh(dir) {
		t.Error("what an owner leaves does not count")
	}
	os.WriteFile(filepath.Join(dir, "home.json"), nil, 0o600)
	if Fresh(dir) {
		t.Error("a home with a record in it is not fresh")
	}
	if Fresh(filepath.Join(dir, "home.json")) {
		t.Error("a file is no fresh home")
	}
}

func TestAHomeIsNotMovedToAnotherKeyStoreByNamingIt(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	a, _, err := Open(t.Context(), options(t, home), status())
	if err != nil {
		t.Fatal(err)
	}
	e, err := a.Engine()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(e.SetUpAgain(t.Context()), a.Close()); err != nil {
		t.Fatal(err)
	}
	none := func(string) string { return "" }
	for asked, code := range map[string]string{"": "", "os": "", "passphrase": "keystore_other"} {
		o := Options{KeyStore: asked, Env: none, Dir: home}
		s, err := o.chooseKeyStore(home)
		var m *licensing.Mistake
		switch {
		case code == "" && (err != nil || s.Backend() != "os"):
			t.Errorf("asked for %q: %v", asked, err)
		case code != "" && (!errors.As(err, &m) || m.Code != code):
			t.Errorf("asked for %q: %v, want %s", asked, err, code)
		}
	}
	o := Options{KeyStore: "bogus", Env: none, Dir: home}
	var m *licensing.Mistake
	if _, err := o.chooseKeyStore(t.TempDir()); !errors.As(err, &m) || m.Code != "keystore_unknown" {
		t.Errorf("an unknown key store: %v", err)
	}
}

func TestAPassphraseIsOneLineOfARegularFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for text, want := range map[string]string{"secret\n": "secret", "secret\r\n": "secret", " se cret ": " se cret "} {
		if b, err := readPassphrase(write("p", text)); err != nil || string(b) != want {
			t.Errorf("%q: %q %v", text, b, err)
		}
	}
	for name, file := range map[string]string{
		"empty": write("e", ""), "only a line break": write("n", "\n"), "too long": write("l", strings.Repeat("x", passphraseLimit+1)),
		"missing": filepath.Join(dir, "missing"), "a folder": dir,
	} {
		if b, err := readPassphrase(file); err == nil {
			t.Errorf("%s: %q", name, b)
		}
	}
	s, err := passphrase(dir, "", dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "keys"); keystore.ClassOf(err) != keystore.Locked {
		t.Errorf("without a passphrase the store is %v, want locked", keystore.ClassOf(err))
	}
}
