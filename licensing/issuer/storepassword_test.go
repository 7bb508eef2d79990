package issuer

import (
	"os"
	"path/filepath"
	"testing"

	"holdfast/licensing/disk"
)

// keptFolder is a folder in which an earlier version wrote a password. The environment has another one, or none.
func keptFolder(t *testing.T, address, environment string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, addressName), address+"\n")
	t.Setenv("PGPASSWORD", environment)
	t.Setenv("PGPASSFILE", filepath.Join(dir, "none"))
	return dir
}

func TestAKeptPasswordCountsLast(t *testing.T) {
	for _, c := range []struct{ file, environment, want string }{
		{"file", "environment", "file"},
		{"", "environment", "environment"},
		{"", "", "kept"},
	} {
		dir := keptFolder(t, "postgres://holdfast:kept@db/acme?vendor=acme", c.environment)
		used, kept, err := namedIn(dir, Options{FS: disk.OS(), DatabasePassword: c.file})
		if err != nil {
			t.Fatal(err)
		}
		config, _, err := used.config()
		if err != nil {
			t.Fatal(err)
		}
		if got := config.ConnConfig.Password; got != c.want || kept.password != "kept" {
			t.Errorf("%+v: logs in with %q, keeps %q", c, got, kept.password)
		}
	}
}

func TestAKeptPasswordIsTakenOutWhenALastingSourceOpened(t *testing.T) {
	const both = "postgres://holdfast:kept@db/acme?vendor=acme&sslpassword=key"
	const plain = "postgres://holdfast:kept@db/acme?vendor=acme"
	for name, c := range map[string]struct {
		address, environment, key string
		o                         Options
		want                      KeptPassword
	}{
		"a command":                   {plain, "kept", "", Options{}, PasswordKept},
		"nothing else":                {plain, "", "", Options{TakePassword: true}, PasswordKept},
		"the same":                    {plain, "kept", "", Options{TakePassword: true}, PasswordTaken},
		"an old one":                  {plain, "new", "", Options{TakePassword: true}, PasswordTaken},
		"a file":                      {plain, "", "", Options{TakePassword: true, DatabasePassword: "new"}, PasswordTaken},
		"typed":                       {plain, "", "", Options{TakePassword: true, DatabasePassword: "kept", typed: true}, PasswordKept},
		"typed, another around":       {plain, "another", "", Options{TakePassword: true, DatabasePassword: "kept", typed: true}, PasswordKept},
		"typed, the same around":      {plain, "new", "", Options{TakePassword: true, DatabasePassword: "new", typed: true}, PasswordTaken},
		"a key's, kept":               {both, "kept", "", Options{TakePassword: true}, PasswordKept},
		"a key's, typed":              {both, "kept", "", Options{TakePassword: true, keyPass: "key"}, PasswordKept},
		"a key's, in the environment": {both, "kept", "key", Options{TakePassword: true}, PasswordTaken},
	} {
		t.Run(name, func(t *testing.T) {
			dir := keptFolder(t, c.address, c.environment)
			t.Setenv(keyPassName, c.key)
			file := filepath.Join(dir, addressName)
			if err := os.Chmod(file, 0o640); err != nil {
				t.Fatal(err)
			}
			before, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			c.o.FS = disk.OS()
			used, kept, err := namedIn(dir, c.o)
			if err != nil {
				t.Fatal(err)
			}
			want := c.address
			if c.want == PasswordTaken {
				want = "postgres://holdfast@db/acme?vendor=acme"
			}
			if got := takeOut(dir, kept, used, c.o); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != want+"\n" {
				t.Errorf("the file holds %q, %v", got, err)
			}
			if after, err := os.Stat(file); err != nil || after.Mode() != before.Mode() {
				t.Errorf("%v, %v", after.Mode(), err)
			}
		})
	}
}
