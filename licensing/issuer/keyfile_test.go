package issuer_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"holdfast/licensing/issuer"
)

func TestSealedKeysOpenWithTheirPassphraseOnly(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	d := newDesk(t, func(o *issuer.Options) { o.Passphrase = []byte("correct horse") })
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17"})
	ask := newComputer(t, 1).request(t, d.trusted(t), made.Key, 1)
	for name, b := range tree(t, d.dir) {
		if strings.HasSuffix(name, ".json") && (bytes.Contains(b, []byte(`"secret"`)) || !bytes.Contains(b, []byte(`"sealed"`))) {
			t.Errorf("%s is not sealed", name)
		}
	}
	for _, c := range []struct {
		passphrase string
		code       issuer.Code
	}{{"", issuer.CodePassNeeded}, {"correct horsf", issuer.CodePassWrong}} {
		d.opts.Passphrase = []byte(c.passphrase)
		d.reopen(t)
		_, err := d.Answer(t.Context(), ask)
		wantCode(t, err, c.code, 42)
		_, err = d.RotateKeys(issuer.Rotation{})
		wantCode(t, err, c.code, 42)
		_, err = d.CreateLicense(issuer.NewLicense{Policy: sample(t)})
		wantCode(t, err, c.code, 42)
		if _, err := d.Licenses(); err != nil {
			t.Errorf("looking needs a passphrase: %v", err)
		}
	}
	d.opts.Passphrase = []byte("correct horse")
	d.reopen(t)
	if a := d.answer(t, ask); a.Refused {
		t.Errorf("refused: %s", a.Reason)
	}
}

func TestFilesAndFoldersOfTheIssuerAreForTheirOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("file modes mean something else there")
	}
	d := newDesk(t)
	err := filepath.WalkDir(d.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoChangedKeyFileIsEverUsed changes one value of each key file at a time.
func TestNoChangedKeyFileIsEverUsed(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17"})
	ask := newComputer(t, 1).request(t, d.trusted(t), made.Key, 1)
	name := only(t, filepath.Join(d.dir, "keys", "signing-*.json"))
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	other := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	for field, value := range map[string]any{
		"schema": "holdfast.key/v2", "role": "root", "id": strings.Repeat("0", 32), "public": other, "secret": other,
	} {
		var k map[string]any
		if err := json.Unmarshal(whole, &k); err != nil {
			t.Fatal(err)
		}
		k[field] = value
		b, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		write(t, name, b)
		d.reopen(t)
		_, err = d.Answer(t.Context(), ask)
		if field == "schema" {
			wantCode(t, err, issuer.CodeNewer, 26)
		} else {
			wantCode(t, err, issuer.CodeDamaged, 33)
		}
	}
	for cut := range len(whole) - 2 {
		write(t, name, whole[:cut])
		d.reopen(t)
		_, err := d.Answer(t.Context(), ask)
		wantCode(t, err, issuer.CodeDamaged, 33)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	d.reopen(t)
	_, err = d.Answer(t.Context(), ask)
	wantCode(t, err, issuer.CodeKeyMissing, 41)
	write(t, name, whole)
	d.answer(t, ask)
}

func only(t *testing.T, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) != 1 {
		t.Fatalf("%s: %v, %v", pattern, names, err)
	}
	return names[0]
}

func write(t fataler, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
