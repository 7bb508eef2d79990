package keystore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"holdfast/licensing/disk"
)

func openPassphrase(t testing.TB, fsys disk.FS, path, passphrase string) *passphraseStore {
	t.Helper()
	s, err := newPassphrase(fsys, path, []byte(passphrase), weakestKDF)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPassphraseStoreIsReadByTheNextProcess(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keys")
	s := openPassphrase(t, disk.OS(), path, "correct horse")
	if err := s.Set(ctx, "keys", []byte("value")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("%v, %v; want -rw-------", info.Mode(), err)
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Contains(data, []byte("value")) || bytes.Contains(data, []byte("keys\"")) {
		t.Fatalf("the file shows its content: %s %v", data, err)
	}
	next := openPassphrase(t, disk.OS(), path, "correct horse")
	if got, err := next.Get(ctx, "keys"); err != nil || string(got) != "value" {
		t.Fatalf("%q, %v", got, err)
	}
	// What one writes the other sees, without opening it again.
	if err := next.Set(ctx, "anchor", []byte("a")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(ctx, "anchor"); err != nil || string(got) != "a" {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestWrongPassphraseIsDeniedAndChangesNothing(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keys")
	if err := openPassphrase(t, disk.OS(), path, "right").Set(ctx, "keys", []byte("value")); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	s := openPassphrase(t, disk.OS(), path, "wrong")
	_, err := s.Get(ctx, "keys")
	for _, err := range []error{err, s.Set(ctx, "keys", []byte("x")), s.Delete(ctx, "keys"), s.Check(ctx)} {
		var e *Error
		if !errors.As(err, &e) || e.Class != Denied || e.Backend != "passphrase" {
			t.Errorf("%v, want denied", err)
		}
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file changed")
	}
}

func TestPassphraseMustNotBeEmpty(t *testing.T) {
	if _, err := Passphrase("keys", nil); err == nil {
		t.Error("an empty passphrase was taken")
	}
	if _, err := Passphrase("", []byte("p")); err == nil {
		t.Error("an empty path was taken")
	}
}

func TestFileWithCheaperCostsIsWrittenAnewWithTheUsualOnes(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keys")
	if err := openPassphrase(t, disk.OS(), path, "p").Set(ctx, "keys", []byte("value")); err != nil {
		t.Fatal(err)
	}
	stronger := weakestKDF
	stronger.time++
	s, err := newPassphrase(disk.OS(), path, []byte("p"), stronger)
	if err != nil {
		t.Fatal(err)
	}
	old := parsed(t, path)
	if err := s.Set(ctx, "anchor", []byte("a")); err != nil {
		t.Fatal(err)
	}
	now := parsed(t, path)
	if now.kdf.kdfParams != stronger || now.kdf.salt == old.kdf.salt {
		t.Errorf("%+v", now.kdf)
	}
	if got, err := s.Get(ctx, "keys"); err != nil || string(got) != "value" {
		t.Errorf("%q, %v", got, err)
	}
}

func parsed(t *testing.T, path string) file {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parseFile(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestNoNonceIsUsedTwice(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keys")
	s := openPassphrase(t, disk.OS(), path, "p")
	seen := map[[24]byte]bool{}
	for i := range 8 {
		if err := s.Set(ctx, "keys", []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
		nonce := parsed(t, path).nonce
		if seen[nonce] {
			t.Fatal("a nonce came back")
		}
		seen[nonce] = true
	}
}

// Scorecard R4: whatever happens to one byte is noticed, or changes nothing that is read.
func TestEveryFlippedByteIsNoticed(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keys")
	s := openPassphrase(t, disk.OS(), path, "p") // one store: the file is read each time, the key derived when its costs change
	if err := s.Set(ctx, "keys", []byte("value")); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for _, change := range []func([]byte) []byte{
			func(b []byte) []byte { b[i] ^= 1; return b },
			func(b []byte) []byte { b[i] = 0; return b },
			func(b []byte) []byte { return b[:i] },
		} {
			bad := change(bytes.Clone(good))
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := s.Get(ctx, "keys")
			if err == nil && string(got) != "value" {
				t.Fatalf("byte %d: read %q", i, got)
			}
			if c := ClassOf(err); err != nil && c != Denied && c != Missing {
				t.Fatalf("byte %d: %v", i, err)
			}
			if err == nil {
				continue
			}
			if s.Set(ctx, "keys", []byte("new")) == nil {
				t.Fatalf("byte %d: a damaged file was written over", i)
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, bad) {
				t.Fatalf("byte %d: a damaged file was changed", i)
			}
		}
	}
}

// Scorecard R3: the n-th call on the disk fails.
func TestEveryFailedDiskCallLeavesTheOldOrTheNewValue(t *testing.T) {
	ctx := context.Background()
	for _, cause := range []error{syscall.ENOSPC, syscall.EIO, syscall.EROFS} {
		for n := 1; ; n++ {
			dir := t.TempDir()
			path := filepath.Join(dir, "keys")
			if err := openPassphrase(t, disk.OS(), path, "p").Set(ctx, "keys", []byte("old")); err != nil {
				t.Fatal(err)
			}
			faulty := disk.NewFaulty(disk.OS(), n, cause)
			err := openPassphrase(t, faulty, path, "p").Set(ctx, "keys", []byte("new"))
			got, readErr := openPassphrase(t, disk.OS(), path, "p").Get(ctx, "keys")
			if readErr != nil || string(got) != "old" && string(got) != "new" {
				t.Fatalf("call %d: %q, %v", n, got, readErr)
			}
			if entries, _ := os.ReadDir(dir); len(entries) != 1 {
				t.Fatalf("call %d: %v is left", n, entries)
			}
			if err == nil && string(got) != "new" {
				t.Fatalf("call %d: success without the new value", n)
			}
			if err != nil && !errors.Is(err, cause) {
				t.Fatalf("call %d: %v does not name its cause", n, err)
			}
			if !faulty.Tripped() {
				break
			}
		}
	}
}

// The costs are checked before Argon2id runs, so a bad file takes neither memory nor time.
func TestFileMayNotAskForMoreThanTheLimits(t *testing.T) {
	good := golden(t)
	for name, change := range map[string]func(*fileJSON){
		"too much memory":  func(j *fileJSON) { j.KDF.Memory = strongestKDF.memory + 1 },
		"too much time":    func(j *fileJSON) { j.KDF.Time = strongestKDF.time + 1 },
		"too many threads": func(j *fileJSON) { j.KDF.Threads = strongestKDF.threads + 1 },
		"too little":       func(j *fileJSON) { j.KDF.Memory = weakestKDF.memory - 1 },
		"no time":          func(j *fileJSON) { j.KDF.Time = 0 },
		"no threads":       func(j *fileJSON) { j.KDF.Threads = 0 },
		"other function":   func(j *fileJSON) { j.KDF.Name = "scrypt" },
		"other cipher":     func(j *fileJSON) { j.Cipher = "none" },
		"newer format":     func(j *fileJSON) { j.Format = "keystore/v2" },
		"short salt":       func(j *fileJSON) { j.KDF.Salt = j.KDF.Salt[4:] },
		"short nonce":      func(j *fileJSON) { j.Nonce = j.Nonce[4:] },
		"nothing sealed":   func(j *fileJSON) { j.Sealed = "" },
	} {
		var j fileJSON
		if err := json.Unmarshal(good, &j); err != nil {
			t.Fatal(err)
		}
		change(&j)
		data, err := json.Marshal(j)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseFile(data); !errors.Is(err, errFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func golden(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/keystore-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The file was written by format 1 with the costs of a program. It must open for ever.
func TestGoldenFileOpens(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, golden(t), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Passphrase(path, []byte("correct horse battery staple"))
	if err != nil {
		t.Fatal(err)
	}
	for item, want := range map[string]string{"keys": "device seed and store key", "anchor-1": "\x00\xff\n"} {
		if got, err := s.Get(ctx, item); err != nil || string(got) != want {
			t.Errorf("%s = %q, %v; want %q", item, got, err, want)
		}
	}
	if f, err := parseFile(golden(t)); err != nil || f.kdf.kdfParams != defaultKDF {
		t.Errorf("%+v, %v", f.kdf, err)
	}
}

// calm is the real disk without waiting for it: what is compared here does not depend on power.
type calm struct{ disk.FS }

type calmFile struct{ disk.File }

func (c calm) OpenFile(name string, flag int, perm fs.FileMode) (disk.File, error) {
	f, err := c.FS.OpenFile(name, flag, perm)
	return calmFile{f}, err
}

func (calm) SyncDir(string) error { return nil }
func (calmFile) Sync() error      { return nil }

func TestPassphraseStoreAgreesWithAMap(t *testing.T) {
	ctx := context.Background()
	items := rapid.SampledFrom([]string{"a", "b", "c.d-e_f"})
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		s := openPassphrase(t, calm{disk.OS()}, filepath.Join(dir, "keys"), "p")
		model := map[string][]byte{}
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			item := items.Draw(rt, "item")
			if rapid.Bool().Draw(rt, "delete") {
				if err := s.Delete(ctx, item); err != nil {
					rt.Fatal(err)
				}
				delete(model, item)
			} else {
				value := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(rt, "value")
				if err := s.Set(ctx, item, value); err != nil {
					rt.Fatal(err)
				}
				model[item] = value
			}
			got, err := s.Get(ctx, item)
			if want, ok := model[item]; ok && (err != nil || !bytes.Equal(got, want)) || !ok && ClassOf(err) != Missing {
				rt.Fatalf("%s = %x, %v; want %x", item, got, err, model[item])
			}
		}
	})
}

func FuzzParsePassphraseFile(f *testing.F) {
	f.Add(golden(f))
	f.Add([]byte(`{"holdfast":"keystore/v1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, err := parseFile(data)
		if err != nil {
			return
		}
		if !parsed.kdf.allowed() {
			t.Error("costs outside the limits were taken")
		}
		if _, err := parsed.open(make([]byte, keySize)); ClassOf(err) != Denied {
			t.Errorf("a key that nobody chose opened it: %v", err)
		}
	})
}

func BenchmarkFirstGetFromAPassphraseFile(b *testing.B) {
	path := filepath.Join(b.TempDir(), "keys")
	if err := os.WriteFile(path, golden(b), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Passphrase(path, []byte("correct horse battery staple"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Get(context.Background(), "keys"); err != nil {
			b.Fatal(err)
		}
	}
}
