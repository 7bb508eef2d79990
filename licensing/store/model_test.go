package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/licensing/disk"
)

var osFS = disk.OS()

var errUndo = errors.New("undo")

// TestAnIndexHoldsWhatWasPutAndOnlyThat compares an index with a map, over transactions, reopening and crashes.
func TestAnIndexHoldsWhatWasPutAndOnlyThat(t *testing.T) {
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		path := filepath.Join(dir, fmt.Sprint(run))
		model := map[string][]byte{} // bucket/key
		open := func() *Store {
			s, err := Open(path, testKey, Options{})
			if err != nil {
				t.Fatalf("open: %v", err)
			}
			return s
		}
		s := open()
		bucket := rapid.SampledFrom([]string{"vendors", "licenses"})
		key := rapid.StringN(1, 3, -1)
		t.Repeat(map[string]func(*rapid.T){
			"update": func(t *rapid.T) {
				next := maps.Clone(model)
				undo := rapid.Bool().Draw(t, "undo")
				err := s.Update(func(tx *Tx) error {
					for range rapid.IntRange(1, 5).Draw(t, "changes") {
						b, k := bucket.Draw(t, "bucket"), key.Draw(t, "key")
						if rapid.Bool().Draw(t, "delete") {
							delete(next, b+"/"+k)
							if err := tx.Delete(b, k); err != nil {
								return err
							}
							continue
						}
						v := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "value")
						next[b+"/"+k] = v
						if err := tx.Put(b, k, v); err != nil {
							return err
						}
					}
					if undo {
						return errUndo
					}
					return nil
				})
				if undo != errors.Is(err, errUndo) || !undo && err != nil {
					t.Fatalf("update: %v", err)
				}
				if !undo {
					model = next
				}
			},
			"reopen": func(t *rapid.T) {
				if err := s.Close(); err != nil {
					t.Fatalf("close: %v", err)
				}
				s = open()
			},
			"": func(t *rapid.T) {
				got := map[string][]byte{}
				err := s.View(func(tx *Tx) error {
					for _, b := range []string{"vendors", "licenses"} {
						var order []string
						if err := tx.ForEach(b, func(k string, v []byte) error {
							got[b+"/"+k], order = v, append(order, k)
							return nil
						}); err != nil {
							return err
						}
						if !slices.IsSorted(order) {
							t.Fatalf("the order is %q", order)
						}
					}
					return nil
				})
				if err != nil || !maps.EqualFunc(got, model, bytes.Equal) {
					t.Fatalf("there is %q, want %q: %v", got, model, err)
				}
			},
		})
		if err := s.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
	})
}

func TestCallsThatDoNotFitAreRefused(t *testing.T) {
	path := filled(t, 1)
	s, err := Open(path, testKey, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	nothing := func(*Tx) error { return nil }
	if err := s.Update(nothing); !errors.Is(err, ErrReadOnly) {
		t.Errorf("update, reading only: %v", err)
	}
	for name, call := range map[string]func(*Tx) error{
		"put":                                  func(tx *Tx) error { return tx.Put("licenses", "x", nil) },
		"delete":                               func(tx *Tx) error { return tx.Delete("licenses", "x") },
		"delete in a bucket that is not there": func(tx *Tx) error { return tx.Delete("other", "x") },
	} {
		if err := s.View(call); !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s in View: %v", name, err)
		}
	}
	if err := s.View(func(tx *Tx) error { return tx.ForEach(metaBucket, func(string, []byte) error { return nil }) }); err == nil {
		t.Error("the meta bucket is open to all")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.View(nothing); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := s.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
}

func TestAnIndexThatIsOpenElsewhereIsBusy(t *testing.T) {
	path := filled(t, 1)
	s, err := Open(path, testKey, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := Open(path, testKey, Options{Timeout: 10 * time.Millisecond}); !errors.Is(err, ErrBusy) {
		t.Fatalf("got %v", err)
	}
}

func TestAPanicOfTheCallerUndoesTheUpdateAndPasses(t *testing.T) {
	s, err := Open(filled(t, 1), testKey, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	func() {
		defer func() {
			if p := recover(); p != "mine" {
				t.Errorf("recovered %v", p)
			}
		}()
		_ = s.Update(func(tx *Tx) error {
			if err := tx.Put("licenses", "x", []byte("y")); err != nil {
				t.Error(err)
			}
			panic("mine")
		})
	}()
	if err := s.Update(func(tx *Tx) error {
		if _, err := tx.Get("licenses", "x"); !errors.Is(err, ErrNotFound) {
			t.Errorf("it was kept: %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestManyReadersAndAWriterGetOnTogether(t *testing.T) {
	s, err := Open(filled(t, 20), testKey, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := range 20 {
				var err error
				if g == 0 {
					err = s.Update(func(tx *Tx) error { return tx.Put("licenses", fmt.Sprint(n), nil) })
				} else {
					err = s.View(func(tx *Tx) error { _, err := tx.Get("licenses", "HF-000007"); return err })
				}
				if err != nil && !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestNothingOfAValueIsReadableOnDisk(t *testing.T) {
	path := filled(t, 5)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte("license number")) || !bytes.Contains(data, []byte("HF-000001")) {
		t.Fatal("values are not sealed, or keys are")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
}

// BenchmarkOpenAndRead is what a command pays for the index: open, check, read 50 licenses, close.
func BenchmarkOpenAndRead(b *testing.B) {
	path := filled(b, 50)
	for b.Loop() {
		s, err := Open(path, testKey, Options{})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		if err := s.View(func(tx *Tx) error {
			return tx.ForEach("licenses", func(string, []byte) error { n++; return nil })
		}); err != nil || n != 50 {
			b.Fatal(n, err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUpdate is one change of the index while it is open.
func BenchmarkUpdate(b *testing.B) {
	s, err := Open(filled(b, 50), testKey, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		if err := s.Update(func(tx *Tx) error { return tx.Put("licenses", "HF-000001", make([]byte, 500)) }); err != nil {
			b.Fatal(err)
		}
	}
}
