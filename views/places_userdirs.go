package views

import (
	"path/filepath"
	"runtime"
	"strings"

	"holdfast/licensing/disk"
)

// userDirsLimit is more than any such file has.
const userDirsLimit = 64 << 10

// userDirs reads where the desktop keeps Downloads and the like, by the name of its variable (xdg-user-dirs). What
// cannot be read has the usual names.
func userDirs(env func(string) string, home string) map[string]string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" || home == "" {
		return nil
	}
	dir := env("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(home, ".config")
	}
	text, err := disk.ReadFile(disk.OS(), filepath.Join(dir, "user-dirs.dirs"), userDirsLimit)
	if err != nil {
		return nil
	}
	return parseUserDirs(string(text), home)
}

// parseUserDirs reads lines such as XDG_DESKTOP_DIR="$HOME/Schreibtisch". Names are absolute or begin with $HOME;
// other lines say nothing. The last line for a variable counts, as for a shell.
func parseUserDirs(text, home string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if name = strings.TrimSpace(name); !ok || !strings.HasPrefix(name, "XDG_") || !strings.HasSuffix(name, "_DIR") {
			continue
		}
		raw := strings.TrimSpace(value)
		if value, ok = unquoted(raw); !ok {
			continue
		}
		if strings.HasPrefix(raw, `"$HOME"`) || strings.HasPrefix(raw, `"$HOME/`) {
			value = filepath.Join(home, strings.TrimPrefix(value, "$HOME"))
		}
		if filepath.IsAbs(value) && !strings.ContainsRune(value, 0) {
			out[name] = filepath.Clean(value)
		}
	}
	return out
}

// unquoted returns what stands in double quotes, where a backslash makes the next character an ordinary one.
func unquoted(text string) (string, bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", false
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), true
		case '\\':
			i++
			if i == len(text) {
				return "", false
			}
		}
		b.WriteByte(text[i])
	}
	return "", false
}

// userFolder is what the environment or the desktop calls its own, else the usual name in the home. A desktop without
// that folder names the home instead, which is offered anyway.
func userFolder(env func(string) string, own map[string]string, name, home, usual string) string {
	dir := env(name)
	if !filepath.IsAbs(dir) {
		dir = own[name]
	}
	switch {
	case dir != "" && filepath.Clean(dir) == filepath.Clean(home):
		return ""
	case dir != "":
		return dir
	case home == "":
		return ""
	}
	return filepath.Join(home, usual)
}
