package views

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// folderPlace is a folder that a file dialog offers.
type folderPlace struct{ Symbol, Name, Path string }

// fileEntry is one line of a file dialog.
type fileEntry struct {
	Name   string
	Path   string
	Folder bool
	Ours   bool // its ending is one of ours
	Time   time.Time
}

// listLimit bounds what a dialog shows of one folder.
const listLimit = 300

// ours are endings that a license, key or answer may come with: our own, and what mail programs and browsers make
// of them.
var ours = []string{".hflic", ".hfkey", ".hfrcp", ".hfnot", ".hfrev", ".zip", ".eml", ".txt", ".htm", ".html"}

// own are the endings that only Holdfast uses.
var own = ours[:5]

// listFolder reads a folder for a dialog: files that may be for us first, the newest on top, then folders. It runs
// in the background; a stick can be slow.
func listFolder(dir string, all bool) ([]fileEntry, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(20 * listLimit)
	if err != nil && len(names) == 0 {
		if _, serr := f.Stat(); serr != nil {
			return nil, err
		}
	}
	var out []fileEntry
	for _, name := range names {
		if strings.HasPrefix(name, ".") {
			continue
		}
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		e := fileEntry{Name: name, Path: path, Folder: info.IsDir(), Time: info.ModTime()}
		ext := strings.ToLower(filepath.Ext(name))
		e.Ours = !e.Folder && slices.Contains(own, ext)
		if e.Folder || e.Ours || slices.Contains(ours, ext) || all && info.Mode().IsRegular() {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b fileEntry) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		if a.Ours {
			if c := b.Time.Compare(a.Time); c != 0 {
				return c
			}
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return out[:min(len(out), listLimit)], nil
}

func rank(e fileEntry) int {
	switch {
	case e.Ours:
		return 0
	case e.Folder:
		return 1
	}
	return 2
}

// places returns what a dialog offers at its side: sticks first, then the person's usual folders.
func (v voice) places(env func(string) string) []folderPlace {
	var out []folderPlace
	for _, s := range sticks(env) {
		out = append(out, folderPlace{"usb", v.t("place.usb", "name", filepath.Base(s)), s})
	}
	home := homeFolder(env)
	for _, p := range []struct{ id, path string }{
		{"downloads", userFolder(env, "XDG_DOWNLOAD_DIR", home, "Downloads")},
		{"desktop", userFolder(env, "XDG_DESKTOP_DIR", home, "Desktop")},
		{"documents", userFolder(env, "XDG_DOCUMENTS_DIR", home, "Documents")},
		{"home", home},
	} {
		if isFolder(p.path) {
			out = append(out, folderPlace{"files", v.t("place." + p.id), p.path})
		}
	}
	return append(out, folderPlace{"files", v.t("place.computer"), rootOf(home)})
}

func homeFolder(env func(string) string) string {
	if runtime.GOOS == "windows" {
		return env("USERPROFILE")
	}
	return env("HOME")
}

// userFolder is what the desktop calls its own, else the usual name in the home.
func userFolder(env func(string) string, name, home, usual string) string {
	if dir := env(name); dir != "" {
		return dir
	}
	if home == "" {
		return ""
	}
	return filepath.Join(home, usual)
}

func rootOf(dir string) string {
	if v := filepath.VolumeName(dir); v != "" {
		return v + string(filepath.Separator)
	}
	return string(filepath.Separator)
}

// sticks returns the folders where sticks and other drives that come and go are found.
func sticks(env func(string) string) []string {
	var parents []string
	switch runtime.GOOS {
	case "darwin":
		parents = []string{"/Volumes"}
	case "windows":
		var out []string
		for c := 'D'; c <= 'Z'; c++ {
			if dir := string(c) + `:\`; isFolder(dir) {
				out = append(out, dir)
			}
		}
		return out
	default:
		user := env("USER")
		parents = []string{filepath.Join("/run/media", user), filepath.Join("/media", user)}
		if user == "" {
			return nil
		}
	}
	var out []string
	for _, p := range parents {
		entries, err := os.ReadDir(p)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if dir := filepath.Join(p, e.Name()); isFolder(dir) && !strings.HasPrefix(e.Name(), ".") {
				out = append(out, dir)
			}
		}
	}
	return out
}

func isFolder(dir string) bool {
	if dir == "" {
		return false
	}
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}
