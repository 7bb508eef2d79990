package views

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/views/look"
)

func TestADialogListsOurFilesFirstAndTheNewestOnTop(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"old.hflic", "new.hflic", "mail.eml", "holiday.jpg", ".hidden.hflic"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		when := time.Unix(1_700_000_000+int64(i)*1000, 0)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	names := func(all bool) string {
		entries, err := listFolder(dir, all)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, e := range entries {
			out = append(out, e.Name)
		}
		return strings.Join(out, " ")
	}
	if got := names(false); got != "new.hflic old.hflic folder mail.eml" {
		t.Errorf("%s", got)
	}
	if got := names(true); got != "new.hflic old.hflic folder holiday.jpg mail.eml" {
		t.Errorf("all: %s", got)
	}
	if _, err := listFolder(filepath.Join(dir, "missing"), false); err == nil {
		t.Error("a folder that is not there was listed")
	}
}

func TestATypedPathOpensAFileAndAFolder(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	env, downloads := envWith(t, "a.hflic")
	b := open(t, e, benchOptions{env: env})
	b.w.useFile()
	typePath(b, filepath.Dir(downloads))
	b.mustSay("Downloads")
	typePath(b, filepath.Join("Downloads", "a.hflic"))
	b.mustSay("This license file is for this computer.")
}

func typePath(b *bench, path string) {
	for b.focused() != "path" {
		b.w.canvas().FocusNext()
	}
	f := b.w.canvas().Focused()
	for _, r := range path {
		f.TypedRune(r) // the folder that stands there is selected
	}
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
}

func TestSavingOverAFileIsSaidBeforehand(t *testing.T) {
	e := newFake(waitingFacts())
	env, downloads := envWith(t)
	name := filepath.Join(downloads, openRequestOf("r1").File)
	b := open(t, e, benchOptions{env: env})
	b.click("Show")
	b.click("Save the file")
	b.click("Save")
	if err := os.WriteFile(name, []byte("older"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.click("Save it again")
	b.mustSay("A file with this name is already there.")
	b.click("Replace")
	if data, err := os.ReadFile(name); err != nil || string(data) != "file" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestAPlaceThatCannotBeWrittenIsSaid(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs a folder that nobody can write")
	}
	e := newFake(waitingFacts())
	b := open(t, e, benchOptions{})
	b.click("Show")
	b.click("Save the file")
	typeName(b, "request.hfreq")
	b.w.folder = ""
	typePath(b, "/proc")
	b.click("Save")
	b.mustSay("The file could not be saved there.")
}

func typeName(b *bench, name string) {
	for b.focused() != "name" {
		b.w.canvas().FocusNext()
	}
	b.w.canvas().Focused().(interface{ SetText(string) }).SetText(name)
}

func TestANameNeverLeavesTheChosenFolder(t *testing.T) {
	e := newFake(waitingFacts())
	env, downloads := envWith(t)
	b := open(t, e, benchOptions{env: env})
	b.click("Show")
	b.click("Save the file")
	typeName(b, "../../x.hfreq")
	b.click("Save")
	if _, err := os.Stat(filepath.Join(downloads, "x.hfreq")); err != nil {
		t.Error(err)
	}
}

func TestTheKeyboardStaysInTheListWhenAFolderIsEntered(t *testing.T) {
	env, downloads := envWith(t, "a.hflic", "b.hflic")
	deep := filepath.Join(downloads, "deep")
	if err := os.MkdirAll(filepath.Join(deep, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(deep, "c.hflic"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t, newFake(acme()), benchOptions{env: env})
	b.w.useFile()
	b.tabTo("file " + deep)
	b.press(fyne.KeyReturn)
	if got := b.focused(); got != "file "+filepath.Join(deep, "c.hflic") {
		t.Fatalf("in the folder the keyboard is on %q", got)
	}
	b.tabTo("file " + filepath.Join(deep, "empty"))
	b.press(fyne.KeyReturn)
	if got := b.focused(); got != upKey {
		t.Fatalf("in the empty folder the keyboard is on %q", got)
	}
	b.press(fyne.KeyReturn)
	if got := b.focused(); got != upKey {
		t.Fatalf("after going up the keyboard is on %q", got)
	}
	b.tabTo("path")
	b.tabTo("place " + filepath.Dir(downloads))
	b.press(fyne.KeyReturn)
	if got := b.focused(); got != "place "+filepath.Dir(downloads) {
		t.Fatalf("a place lost the keyboard to %q", got)
	}
}

func TestAFileDialogGrowsWithTheText(t *testing.T) {
	for factor, want := range map[float32]float32{1: 720, 1.5: 1080} {
		b := open(t, newFake(acme()), benchOptions{factor: factor, size: fyne.NewSize(1400, 900)})
		b.w.useFile()
		if got := b.w.canvas().Overlays().Top().(*look.Dialog).Width; got != want {
			t.Errorf("at %v it is %v wide", factor, got)
		}
	}
}

func TestAStickIsKnownByItsLabelOrItsLetter(t *testing.T) {
	for dir, want := range map[string]string{`E:\`: "E:", "/media/kim/KINGSTON": "KINGSTON", "/Volumes/My stick": "My stick"} {
		if got := stickName(dir); got != want {
			t.Errorf("%s is called %q", dir, got)
		}
	}
}

func TestTheDesktopsOwnNamesForFoldersAreOffered(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("only where the desktop follows freedesktop.org")
	}
	home, config := t.TempDir(), t.TempDir()
	for _, name := range []string{"Schreibtisch", `Mit "Zeichen"`, "Documents", "elsewhere"} {
		if err := os.Mkdir(filepath.Join(home, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	text := "# of the desktop\nXDG_DESKTOP_DIR=\"$HOME/Schreibtisch\"\nXDG_DOWNLOAD_DIR=\"$HOME/Mit \\\"Zeichen\\\"\"\n"
	if err := os.WriteFile(filepath.Join(config, "user-dirs.dirs"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t, newFake(acme()), benchOptions{})
	vars := map[string]string{"HOME": home, "XDG_CONFIG_HOME": config}
	offered := func() string {
		var out []string
		for _, p := range b.w.v.places(func(name string) string { return vars[name] }) {
			if rel, err := filepath.Rel(home, p.Path); err == nil && filepath.IsLocal(rel) {
				out = append(out, p.Name+"="+rel)
			}
		}
		return strings.Join(out, " ")
	}
	if got := offered(); got != `Downloads=Mit "Zeichen" Desktop=Schreibtisch Documents=Documents Home=.` {
		t.Errorf("offered: %s", got)
	}
	vars["XDG_DESKTOP_DIR"] = filepath.Join(home, "elsewhere")
	if got := offered(); !strings.Contains(got, "Desktop=elsewhere") {
		t.Errorf("the environment does not come first: %s", got)
	}
	vars["XDG_DESKTOP_DIR"] = home // the desktop has none
	if got := offered(); strings.Contains(got, "Desktop=") {
		t.Errorf("the home is offered twice: %s", got)
	}
	if err := os.WriteFile(filepath.Join(config, "user-dirs.dirs"), make([]byte, userDirsLimit+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := offered(); strings.Contains(got, "Zeichen") || !strings.Contains(got, "Documents=Documents") {
		t.Errorf("with a file of any size: %s", got)
	}
}

func TestUserDirsAreReadAsXdgUserDirsWritesThem(t *testing.T) {
	for line, want := range map[string]string{
		`XDG_DESKTOP_DIR="$HOME/Schreibtisch"`:                 "/home/kim/Schreibtisch",
		`  XDG_DESKTOP_DIR = "/srv/desk/" # shared`:            "/srv/desk",
		`XDG_DESKTOP_DIR="$HOME/a\"b\\c"`:                      `/home/kim/a"b\c`,
		`XDG_DESKTOP_DIR="$HOME/"`:                             "/home/kim",
		`XDG_DESKTOP_DIR="$HOME"`:                              "/home/kim",
		`XDG_DESKTOP_DIR="/a"` + "\n" + `XDG_DESKTOP_DIR="/b"`: "/b",
		`XDG_DESKTOP_DIR="\$HOME/x"`:                           "",
		`XDG_DESKTOP_DIR="$HOMELESS/x"`:                        "",
		`XDG_DESKTOP_DIR="relative"`:                           "",
		`XDG_DESKTOP_DIR=/bare`:                                "",
		`XDG_DESKTOP_DIR="/open`:                               "",
		`XDG_DESKTOP_DIR="/open\`:                              "",
		`#XDG_DESKTOP_DIR="/comment"`:                          "",
		"XDG_DESKTOP_DIR=\"/nul\x00\"":                         "",
	} {
		if got := parseUserDirs(line, "/home/kim")["XDG_DESKTOP_DIR"]; filepath.ToSlash(got) != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func FuzzUserDirs(f *testing.F) {
	f.Add("XDG_DESKTOP_DIR=\"$HOME/Desk\"\nXDG_MUSIC_DIR=\"/m\\\"\"\n")
	f.Add("XDG__DIR=\"$HOME\"")
	f.Fuzz(func(t *testing.T, text string) {
		for name, dir := range parseUserDirs(text, "/home/kim") {
			if !strings.HasPrefix(name, "XDG_") || !filepath.IsAbs(dir) || dir != filepath.Clean(dir) || strings.ContainsAny(dir, "\x00\n") {
				t.Errorf("%q: %q", name, dir)
			}
		}
	})
}

func TestArrowsMoveInAFolderAndTheFirstFileHasTheFocus(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	env, downloads := envWith(t, "a.hflic", "b.txt", "c.zip")
	b := open(t, e, benchOptions{env: env})
	b.w.useFile()
	if got := b.focused(); got != "file "+filepath.Join(downloads, "a.hflic") {
		t.Fatalf("the focus is on %q", got)
	}
	b.press(fyne.KeyUp)
	b.press(fyne.KeyDown)
	b.press(fyne.KeyDown)
	b.press(fyne.KeyDown)
	if got := b.focused(); got != "file "+filepath.Join(downloads, "c.zip") {
		t.Errorf("the focus is on %q", got)
	}
	b.press(fyne.KeyEnter)
	b.mustSay("This license file is for this computer.")
}
