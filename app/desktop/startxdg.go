package desktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"holdfast/licensing/disk"
)

// entryLimit is more than any autostart entry has.
const entryLimit = 64 << 10

// hidden is an entry that starts nothing and stands before the machine's.
const hidden = "[Desktop Entry]\nType=Application\nName=Holdfast\nHidden=true\n"

// xdgEntry is the autostart entry of freedesktop.org (Desktop Application Autostart Specification).
type xdgEntry struct {
	own     string   // the account's; "" when no home directory is known
	machine []string // those of the machine, in the order they count in
}

func newXDGEntry(env func(string) string) xdgEntry {
	var e xdgEntry
	name := filepath.Join("autostart", ID+".desktop")
	if dir := env("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		e.own = filepath.Join(dir, name)
	} else if dir := env("HOME"); filepath.IsAbs(dir) {
		e.own = filepath.Join(dir, ".config", name)
	}
	dirs := env("XDG_CONFIG_DIRS")
	if dirs == "" {
		dirs = "/etc/xdg"
	}
	for _, dir := range filepath.SplitList(dirs) {
		if filepath.IsAbs(dir) {
			e.machine = append(e.machine, filepath.Join(dir, name))
		}
	}
	return e
}

func (e xdgEntry) on() bool {
	if e.own == "" {
		return enabled(e.machine)
	}
	return enabled(append([]string{e.own}, e.machine...))
}

// enabled says whether the first entry that is there starts anything. Only that one counts.
func enabled(entries []string) bool {
	for _, name := range entries {
		text, err := disk.ReadFile(disk.OS(), name, entryLimit)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return err == nil && starts(string(text))
	}
	return false
}

// starts says whether an entry starts anything: Hidden=true means deleted, and GNOME has a switch of its own.
func starts(text string) bool {
	group, exec := "", false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
		}
		key, value, ok := strings.Cut(line, "=")
		if group != "[Desktop Entry]" || !ok {
			continue
		}
		switch key, value = strings.TrimSpace(key), strings.TrimSpace(value); {
		case key == "Hidden" && value == "true", key == "X-GNOME-Autostart-enabled" && value == "false":
			return false
		case key == "Exec":
			exec = value != ""
		}
	}
	return exec
}

func (e xdgEntry) set(program string) error {
	return e.write("[Desktop Entry]\nType=Application\nName=Holdfast\nIcon=" + ID + "\nExec=" + execArgument(program) +
		"\nTerminal=false\nStartupNotify=false\n")
}

func (e xdgEntry) unset() error {
	switch {
	case enabled(e.machine):
		return e.write(hidden)
	case e.own == "":
		return nil
	}
	if err := os.Remove(e.own); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (e xdgEntry) write(text string) error {
	if e.own == "" {
		return errNoHome
	}
	if err := os.MkdirAll(filepath.Dir(e.own), 0o700); err != nil {
		return err
	}
	return disk.WriteFile(disk.OS(), e.own, []byte(text), 0o600)
}

// execArgument writes one argument of an Exec key (Desktop Entry Specification, "The Exec key"): quoted, with field codes
// doubled, and then escaped once more as every string value is.
func execArgument(arg string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`, "%", "%%").Replace(arg)
	return `"` + strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(quoted) + `"`
}
