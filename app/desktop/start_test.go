//go:build unix

package desktop

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// environment is one of its own for a test.
func environment(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

// entries are the file kinds of entry, with the file each writes under a home.
var entries = map[string]string{
	"linux":  ".config/autostart/holdfast.Holdfast.desktop",
	"darwin": "Library/LaunchAgents/holdfast.Holdfast.plist",
}

func TestStartingWithTheSessionIsSwitchedOnAndOff(t *testing.T) {
	for system, file := range entries {
		t.Run(system, func(t *testing.T) {
			home := t.TempDir()
			s := Start{
				entry:   entryOf(system, environment(map[string]string{"HOME": home, "XDG_CONFIG_DIRS": t.TempDir()})),
				program: filepath.Join(home, "bin", "holdfast"),
			}
			if s.On() {
				t.Fatal("it is on in a new home")
			}
			for range 2 { // the second time changes nothing
				if err := s.Set(true); err != nil || !s.On() {
					t.Fatalf("on: %v, %v", s.On(), err)
				}
			}
			info, err := os.Stat(filepath.Join(home, file))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Fatalf("the entry: %v, %v", info, err)
			}
			text, err := os.ReadFile(filepath.Join(home, file))
			if err != nil || !strings.Contains(string(text), s.program) {
				t.Fatalf("the entry does not name the program: %v\n%s", err, text)
			}
			for range 2 {
				if err := s.Set(false); err != nil || s.On() {
					t.Fatalf("off: %v, %v", s.On(), err)
				}
			}
			if _, err := os.Stat(filepath.Join(home, file)); !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("the entry is still there: %v", err)
			}
		})
	}
}

func TestAnEntryIsNeitherMadeNorRemovedWithoutAHome(t *testing.T) {
	t.Chdir(t.TempDir())
	for system := range entries {
		s := Start{entry: entryOf(system, environment(map[string]string{"HOME": ".", "XDG_CONFIG_DIRS": "etc"})), program: "/holdfast"}
		if err := s.Set(true); !errors.Is(err, errNoHome) || s.On() {
			t.Errorf("%s: on %v, %v", system, s.On(), err)
		}
		if err := s.Set(false); err != nil {
			t.Errorf("%s: off: %v", system, err)
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) != 0 {
		t.Errorf("something was written: %v, %v", left, err)
	}
}

func TestOnlyAProgramWithAnAbsoluteNameIsStarted(t *testing.T) {
	home := t.TempDir()
	s := Start{entry: entryOf("linux", environment(map[string]string{"HOME": home})), program: "holdfast"}
	if err := s.Set(true); !errors.Is(err, errNoProgram) {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(home); len(left) != 0 {
		t.Fatalf("something was written: %v", left)
	}
}

func TestAStartThatCannotBeWrittenSaysSo(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	if err := os.WriteFile(home, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for system := range entries {
		s := Start{entry: entryOf(system, environment(map[string]string{"HOME": home})), program: "/holdfast"}
		if err := s.Set(true); err == nil {
			t.Errorf("%s: an entry below a file was written", system)
		}
	}
}

func TestTheMachinesEntryCountsUntilTheAccountHasItsOwn(t *testing.T) {
	home, machine := t.TempDir(), t.TempDir()
	s := Start{entry: entryOf("linux", environment(map[string]string{"HOME": home, "XDG_CONFIG_DIRS": machine})), program: "/holdfast"}
	if err := os.MkdirAll(filepath.Join(machine, "autostart"), 0o700); err != nil {
		t.Fatal(err)
	}
	installed := filepath.Join(machine, "autostart", ID+".desktop")
	if err := os.WriteFile(installed, []byte("[Desktop Entry]\nType=Application\nName=Holdfast\nExec=holdfast\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if !s.On() {
		t.Fatal("the machine's entry does not count")
	}
	if err := s.Set(false); err != nil || s.On() {
		t.Fatalf("off: %v, %v", s.On(), err)
	}
	if err := s.Set(true); err != nil || !s.On() {
		t.Fatalf("on: %v, %v", s.On(), err)
	}
}

func TestWhatADesktopSwitchedOffIsOff(t *testing.T) {
	const entry = "[Desktop Entry]\nType=Application\nExec=holdfast\n"
	for text, want := range map[string]bool{
		entry:                     true,
		entry + "Hidden=false\n":  true,
		entry + "Hidden = true\n": false,
		entry + "X-GNOME-Autostart-enabled=false":   false,
		entry + "X-GNOME-Autostart-enabled=true\n":  true,
		entry + "[Desktop Action x]\nHidden=true\n": true,
		"[Desktop Entry]\nType=Application\n":       false,
		"":                                          false,
	} {
		if got := starts(text); got != want {
			t.Errorf("starts is %v for\n%s", got, text)
		}
	}
}

func TestTheWindowBesideACommandIsTheOneToStart(t *testing.T) {
	dir := t.TempDir()
	command := filepath.Join(dir, "holdfast-cli")
	if got := windowOf(command); got != command {
		t.Fatalf("without a window: %s", got)
	}
	window := filepath.Join(dir, windowName())
	if err := os.WriteFile(window, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	if got := windowOf(command); got != window {
		t.Fatalf("beside a window: %s", got)
	}
}

// awkward are folder names that quoting gets wrong easily. GLib itself starts no program with a percent sign in its name.
var awkward = []string{
	"plain", "with space", `quote"quote`, `back\slash`, `end\`, "dollar$HOME", "tick`id`", "it's", "tab\tbed", "ümläut 端", "semi;colon&", "~", "#",
}

// TestTheDesktopStartsExactlyTheProgram has GLib, which GNOME and Xfce use, start programs with awkward names.
func TestTheDesktopStartsExactlyTheProgram(t *testing.T) {
	gio, err := exec.LookPath("gio")
	if err != nil {
		if os.Getenv("HOLDFAST_REQUIRE_KEYRING") == "1" {
			t.Fatal("gio is not installed (libglib2.0-bin)")
		}
		t.Skip("gio is not installed")
	}
	for _, name := range awkward {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			dir := filepath.Join(home, name)
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			// The program opens the pipe, so that reading it ends when the program did.
			pipe, program := filepath.Join(home, "pipe"), filepath.Join(dir, "holdfast")
			if err := exec.Command("mkfifo", pipe).Run(); err != nil {
				t.Fatal(err)
			}
			script := "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\" >'" + pipe + "'\n"
			if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			s := Start{entry: entryOf("linux", environment(map[string]string{"HOME": home})), program: program}
			if err := s.Set(true); err != nil {
				t.Fatal(err)
			}
			said, err := os.OpenFile(pipe, os.O_RDWR, 0) // both ways: opening does not wait
			if err != nil {
				t.Fatal(err)
			}
			defer said.Close()
			if err := said.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), gio, "launch", filepath.Join(home, entries["linux"]))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			got := make([]byte, 4096)
			n, err := said.Read(got)
			if err != nil || string(got[:n]) != program+"\n" {
				t.Fatalf("started %q, %v; want %q", got[:n], err, program)
			}
		})
	}
}

func TestAPercentSignIsNoFieldCode(t *testing.T) {
	if got, want := execArgument("/opt/100%U/holdfast"), `"/opt/100%%U/holdfast"`; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
}

func TestTheLaunchAgentNamesExactlyTheProgram(t *testing.T) {
	for _, name := range append(slices.Clone(awkward), "<&>", "]]>") {
		var words []string
		d := xml.NewDecoder(strings.NewReader(string(agentText("/Applications/" + name))))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
				words = append(words, string(text))
			}
		}
		if !slices.Contains(words, "/Applications/"+name) || !slices.Contains(words, ID) {
			t.Errorf("%q: the agent has %q", name, words)
		}
	}
}

func TestTheInstalledDesktopEntryAndTheWindowHaveTheSameName(t *testing.T) {
	if _, err := os.Stat(filepath.Join("..", "..", "packaging", "linux", ID+".desktop")); err != nil {
		t.Error(err)
	}
	window, err := os.ReadFile(filepath.Join("..", "..", "FyneApp.toml"))
	if err != nil || !strings.Contains(string(window), `ID = "`+ID+`"`) {
		t.Errorf("the window has another name: %v\n%s", err, window)
	}
}
