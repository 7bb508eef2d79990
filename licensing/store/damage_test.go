package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// filled returns the path of an index that was closed well.
func filled(t testing.TB, values int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index.db")
	s, err := Open(path, testKey, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(func(tx *Tx) error {
		for n := range values {
			if err := tx.Put("licenses", fmt.Sprintf("HF-%06d", n), fmt.Appendf(nil, "license number %d", n)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustNeedRebuild(t *testing.T, path, what string) {
	t.Helper()
	s, err := Open(path, testKey, Options{})
	if err == nil {
		_ = s.Close()
	}
	if !errors.Is(err, ErrRebuild) {
		t.Fatalf("%s: %v", what, err)
	}
}

// TestEveryDamagedByteOfTheIndexIsSeen is scorecard R4 for the index: every byte, or every fifth with -short.
func TestEveryDamagedByteOfTheIndexIsSeen(t *testing.T) {
	path := filled(t, 50)
	for _, name := range []string{path, path + sumSuffix} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		step := 1
		if testing.Short() && name == path {
			step = 5
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		put := func(b []byte, at int) {
			if _, err := f.WriteAt(b, int64(at)); err != nil {
				t.Fatal(err)
			}
		}
		cases := 0
		for at := 0; at < len(data); at += step {
			for _, harmed := range []byte{data[at] ^ 1<<(at%8), 0} {
				if harmed == data[at] {
					continue
				}
				put([]byte{harmed}, at)
				mustNeedRebuild(t, path, fmt.Sprintf("%s: byte %d is %#x", filepath.Base(name), at, harmed))
				cases++
			}
			put(data[at:at+1], at)
		}
		for size := len(data) - 1; size >= 0; size -= step { // cut, shorter each time
			if err := f.Truncate(int64(size)); err != nil {
				t.Fatal(err)
			}
			mustNeedRebuild(t, path, fmt.Sprintf("%s: cut to %d", filepath.Base(name), size))
			cases++
		}
		put(data, 0)
		put([]byte("more"), len(data))
		mustNeedRebuild(t, path, "longer than it was")
		if err := f.Truncate(int64(len(data))); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes, %d cases, all seen", filepath.Base(name), len(data), cases)
	}
	s, err := Open(path, testKey, Options{})
	if err != nil {
		t.Fatalf("the restored index: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAnotherKeyAnotherVersionOrAMissingFileNeedsRebuilding(t *testing.T) {
	path := filled(t, 3)
	if _, err := Open(path, [32]byte{9}, Options{}); !errors.Is(err, ErrRebuild) {
		t.Errorf("another key: %v", err)
	}
	for _, name := range []string{path, path + sumSuffix} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		mustNeedRebuild(t, path, "missing "+filepath.Base(name))
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none"), testKey, Options{ReadOnly: true}); !errors.Is(err, ErrRebuild) {
		t.Errorf("nothing, reading only: %v", err)
	}
	changeInside(t, path, func(tx *bolt.Tx) error { return tx.Bucket([]byte(metaBucket)).Put(versionKey, []byte("2")) })
	mustNeedRebuild(t, path, "another version")
}

// changeInside changes the bbolt file by hand and makes the sum fit, as no honest program does.
func changeInside(t *testing.T, path string, change func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(change); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	k, err := deriveKeys(testKey)
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{path: path, key: k, o: Options{FS: osFS}}
	if err := s.writeSum(); err != nil {
		t.Fatal(err)
	}
}

func TestAValuePutInAnotherPlaceDoesNotOpen(t *testing.T) {
	path := filled(t, 3)
	changeInside(t, path, func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte("licenses"))
		if err := b.Put([]byte("HF-000001"), append([]byte(nil), b.Get([]byte("HF-000002"))...)); err != nil {
			return err
		}
		return b.Put([]byte("HF-000009"), []byte("short"))
	})
	s, err := Open(path, testKey, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.View(func(tx *Tx) error {
		for key, want := range map[string]error{"HF-000000": nil, "HF-000001": ErrRebuild, "HF-000002": nil, "HF-000009": ErrRebuild} {
			if _, err := tx.Get("licenses", key); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", key, err, want)
			}
		}
		return tx.ForEach("licenses", func(string, []byte) error { return nil })
	})
	if !errors.Is(err, ErrRebuild) {
		t.Errorf("all: %v", err)
	}
}

func TestAFaultUnderTheMemoryMapIsAnError(t *testing.T) {
	path := filled(t, 2000)
	s, err := Open(path, testKey, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 4096); err != nil { // reading behind it now faults, like a bad sector
		t.Fatal(err)
	}
	all := func(tx *Tx) error { return tx.ForEach("licenses", func(string, []byte) error { return nil }) }
	for range 2 {
		if err := s.View(all); !errors.Is(err, ErrRebuild) {
			t.Fatalf("view: %v", err)
		}
		if err := s.Update(func(tx *Tx) error { return tx.Put("a", "b", nil) }); !errors.Is(err, ErrRebuild) {
			t.Fatalf("update: %v", err)
		}
	}
	if err := s.Close(); !errors.Is(err, ErrRebuild) {
		t.Fatalf("close: %v", err)
	}
	if err := Remove(path); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(path, testKey, Options{}); err != nil || !s.Fresh() {
		t.Fatalf("afterwards: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
