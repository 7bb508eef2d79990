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
var ours = []string{".hflic", ".hfkey", ".hfrcp", ".hfnot", ".hfrev", ".hfuse", ".zip", ".eml", ".txt", ".htm", ".html"}

// own are the endings that only Holdfast uses.
var own = ours[:6]

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
		out = append(out, folderPlace{"usb", v.t("place.usb", "name", stickName(s)), s})
	}
	home := homeFolder(env)
	own := userDirs(env, home)
	for _, p := range []struct{ id, path string }{
		{"downloads", userFolder(env, own, "XDG_DOWNLOAD_DIR", home, "Downloads")},
		{"desktop", userFolder(env, own, "XDG_DESKTOP_DIR", home, "Desktop")},
		{"documents", userFolder(env, own, "XDG_DOCUMENTS_DIR", home, "Documents")},
		{"home", home},
	} {
		if isFolder(p.path) {
			out = append(out, folderPlace{"files", v.t("place." + p.id), p.path})
		}
	}
	out = append(out, folderPlace{"files", v.t("place.computer"), rootOf(home)})
	for _, d := range otherDrives(rootOf(home)) {
		out = append(out, folderPlace{"files", stickName(d), d})
	}
	return out
}

func homeFolder(env func(string) string) string {
	if runtime.GOOS == "windows" {
		return env("USERPROFILE")
	}
	return env("HOME")
}

func rootOf(dir string) string {
	if v := filepath.VolumeName(dir); v != "" {
		return v + string(filepath.Separator)
	}
	return string(filepath.Separator)
}

// stickName is what a person knows a stick by: its label, or on Windows its drive letter.
func stickName(dir string) string {
	if len(dir) == 3 && dir[1:] == `:\` {
		return dir[:2]
	}
	return filepath.Base(dir)
}

func isFolder(dir string) bool {
	if dir == "" {
		return false
	}
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}
