package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

var testKey = [32]byte{1, 2, 3}

func TestValuesAreThereAfterReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	s, err := Open(path, testKey, Options{})
	if err != nil || !s.Fresh() {
		t.Fatalf("fresh: %v", err)
	}
	if err := s.Update(func(tx *Tx) error { return tx.Put("vendors", "acme", []byte("Acme")) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []bool{true, false} {
		s, err = Open(path, testKey, Options{ReadOnly: readOnly})
		if err != nil || s.Fresh() {
			t.Fatalf("open again: %v", err)
		}
		err = s.View(func(tx *Tx) error {
			v, err := tx.Get("vendors", "acme")
			if err != nil || string(v) != "Acme" {
				t.Errorf("got %q, %v", v, err)
			}
			_, err = tx.Get("vendors", "other")
			if !errors.Is(err, ErrNotFound) {
				t.Errorf("missing key: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnIndexThatWasNotClosedHasToBeBuiltAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	s, err := Open(path, testKey, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(func(tx *Tx) error { return tx.Put("a", "b", []byte("c")) }); err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	crashed := filepath.Join(t.TempDir(), "index.db")
	if err := os.WriteFile(crashed, copied, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(crashed, testKey, Options{}); !errors.Is(err, ErrRebuild) {
		t.Fatalf("got %v", err)
	}
	if err := Remove(crashed); err != nil {
		t.Fatal(err)
	}
	s, err = Open(crashed, testKey, Options{})
	if err != nil || !s.Fresh() {
		t.Fatalf("after removing: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
