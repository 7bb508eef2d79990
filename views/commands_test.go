package views

import (
	"slices"
	"testing"
)

func TestACopiedCommandMeansTheSameFilesToAShell(t *testing.T) {
	for _, c := range [][3]string{
		{"a.hflic", "a.hflic", "a.hflic"},
		{"my file.hflic", "'my file.hflic'", `"my file.hflic"`},
		{"it's.hflic", `'it'\''s.hflic'`, `"it's.hflic"`},
		{"-x", "./-x", "./-x"},
		{"-", "-", "-"},
		{"a&b|c^d;e.hflic", "'a&b|c^d;e.hflic'", `"a&b|c^d;e.hflic"`},
		{"$(rm).hflic", "'$(rm).hflic'", `"?(rm).hflic"`},
		{"a`b\".hflic", "'a`b\".hflic'", `"a?b?.hflic"`},
		{"„x“\n.hflic", "'„x“\n.hflic'", `"?x??.hflic"`},
		{"", "''", `""`},
		{"lizenz_ü.hflic", "'lizenz_ü.hflic'", `"lizenz_ü.hflic"`},
		{`C:\Users\kim\a.hflic`, `'C:\Users\kim\a.hflic'`, `C:\Users\kim\a.hflic`},
		{`C:\my files\`, `'C:\my files\'`, `"C:\my files\\"`},
		{"50%.hflic", "50%.hflic", `"50%.hflic"`},
	} {
		for i, system := range []string{"linux", "windows"} {
			if got := shellWords(system, fileArgs([]string{c[0]})); got != c[i+1] {
				t.Errorf("%q on %s: %s, want %s", c[0], system, got, c[i+1])
			}
		}
	}
	if got := shellWords("linux", []string{"holdfast", "import", "a b", "c"}); got != "holdfast import 'a b' c" {
		t.Error(got)
	}
}

func TestThePassphraseCommandIsOneThatTheSystemsShellTakes(t *testing.T) {
	var got []string
	for _, system := range []string{"linux", "windows"} {
		got = append(got, passphraseOn(system, false), passphraseOn(system, true))
	}
	if want := []string{
		"HOLDFAST_PASSPHRASE_FILE=FILE holdfast --keystore passphrase",
		"HOLDFAST_HOME=NEWFOLDER HOLDFAST_PASSPHRASE_FILE=FILE holdfast --keystore passphrase",
		`set "HOLDFAST_PASSPHRASE_FILE=FILE" && holdfast --keystore passphrase`,
		`set "HOLDFAST_HOME=NEWFOLDER" && set "HOLDFAST_PASSPHRASE_FILE=FILE" && holdfast --keystore passphrase`,
	}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
