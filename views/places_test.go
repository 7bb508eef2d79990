package views

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
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
	f.(interface{ SetText(string) }).SetText(path)
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

func TestACopiedCommandMeansTheSameFilesToAShell(t *testing.T) {
	for _, c := range [][2]string{
		{"a.hflic", "a.hflic"},
		{"my file.hflic", "'my file.hflic'"},
		{"it's.hflic", `'it'\''s.hflic'`},
		{"-x", "./-x"},
		{"-", "-"},
		{"$(rm).hflic", "'$(rm).hflic'"},
		{"", "''"},
		{"lizenz_ü.hflic", "'lizenz_ü.hflic'"},
	} {
		if got := shellWords(fileArgs([]string{c[0]})); got != c[1] {
			t.Errorf("%q: %s, want %s", c[0], got, c[1])
		}
	}
}
