package keystore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
)

func TestEveryClassHasAPublishedState(t *testing.T) {
	want := map[Class]terms.State{
		OK: "", Locked: "keychain_locked", Denied: "keychain_denied", None: "keychain_none", Missing: "key_missing", Mute: "keychain_mute",
	}
	for c, state := range want {
		if c.State() != state {
			t.Errorf("%s gives %s, want %s", c, c.State(), state)
		}
		if state != "" && !state.Known() {
			t.Errorf("%s is not published", state)
		}
	}
}

func TestClassOfLooksThroughWrappedErrors(t *testing.T) {
	for want, err := range map[Class]error{
		OK:     nil,
		Denied: fmt.Errorf("records: %w", &Error{Class: Denied}),
		Mute:   fmt.Errorf("records: %w", context.DeadlineExceeded),
		None:   errors.New("anything else"),
	} {
		if got := ClassOf(err); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}

// Every store obeys the same rules.
func TestEveryStoreKeepsTheContract(t *testing.T) {
	stores := map[string]func(*testing.T) Store{
		"memory": func(*testing.T) Store { return Memory() },
		"passphrase": func(t *testing.T) Store {
			s, err := newPassphrase(disk.OS(), filepath.Join(t.TempDir(), "keys"), []byte("p"), weakestKDF)
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			s := open(t)
			if err := s.Check(ctx); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Get(ctx, "a"); ClassOf(err) != Missing {
				t.Fatalf("%v, want missing", err)
			}
			if err := s.Delete(ctx, "a"); err != nil {
				t.Fatal(err)
			}
			for _, item := range []string{"", "A", "a b", "../a", "ä", strings.Repeat("a", 65)} {
				_, err := s.Get(ctx, item)
				for _, err := range []error{err, s.Set(ctx, item, []byte("v")), s.Delete(ctx, item)} {
					if !errors.Is(err, ErrItem) {
						t.Errorf("item %q: %v", item, err)
					}
				}
			}
			for _, value := range [][]byte{nil, {}, make([]byte, MaxValue+1)} {
				if err := s.Set(ctx, "a", value); !errors.Is(err, ErrValue) {
					t.Errorf("value of %d bytes: %v", len(value), err)
				}
			}
			value := bytes.Repeat([]byte{0xff}, MaxValue)
			if err := s.Set(ctx, "a", value); err != nil {
				t.Fatal(err)
			}
			got, err := s.Get(ctx, "a")
			if err != nil || !bytes.Equal(got, value) {
				t.Fatalf("%x, %v", got, err)
			}
			got[0] = 0 // a caller's change must not reach the store
			if again, err := s.Get(ctx, "a"); err != nil || !bytes.Equal(again, value) {
				t.Fatalf("%x, %v", again, err)
			}
			over, cancel := context.WithCancel(ctx)
			cancel()
			if err := s.Check(over); ClassOf(err) != Mute || !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: %v", err)
			}
		})
	}
}

func TestMemoryFailsAsTheTestAskedAndKeepsItsItems(t *testing.T) {
	ctx := context.Background()
	m := Memory()
	if err := m.Set(ctx, "a", []byte("v")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []Class{Locked, Denied, None, Mute} {
		m.Fail(c)
		_, err := m.Get(ctx, "a")
		for _, err := range []error{err, m.Set(ctx, "a", []byte("w")), m.Delete(ctx, "a"), m.Check(ctx)} {
			if ClassOf(err) != c {
				t.Errorf("%v, want %s", err, c)
			}
		}
	}
	m.Fail(Missing)
	if _, err := m.Get(ctx, "a"); ClassOf(err) != Missing {
		t.Errorf("%v, want missing", err)
	}
	m.Fail(OK)
	if got, err := m.Get(ctx, "a"); err != nil || string(got) != "v" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestItemTextReadsBackAndFitsEverySystem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		item := rapid.StringMatching(`[a-z0-9._-]{1,64}`).Draw(t, "item")
		value := rapid.SliceOfN(rapid.Byte(), 1, MaxValue).Draw(t, "value")
		text := encodeItem(item, value)
		if len(text) > 2560 { // Windows; macOS gets it base64 encoded once more and allows about 3,000
			t.Fatalf("%d bytes", len(text))
		}
		got, err := decodeItem(item, text)
		if err != nil || !bytes.Equal(got, value) {
			t.Fatalf("%x, %v", got, err)
		}
		if _, err := decodeItem(item+"x", text); !errors.Is(err, ErrWrongValue) {
			t.Fatalf("read under another name: %v", err)
		}
		cut := text[:rapid.IntRange(0, len(text)-1).Draw(t, "cut")]
		if _, err := decodeItem(item, cut); !errors.Is(err, ErrWrongValue) {
			t.Fatalf("cut to %d bytes: %v", len(cut), err)
		}
	})
}

func FuzzDecodeItem(f *testing.F) {
	f.Add(encodeItem("keys", []byte("value")))
	f.Add("holdfast1:")
	f.Add("holdfast1:t99lQnZhbHV\n\n\n\n\n\nl")
	f.Fuzz(func(t *testing.T, text string) {
		value, err := decodeItem("keys", text)
		if err == nil && encodeItem("keys", value) != text {
			t.Errorf("%q is not what is written for %x", text, value)
		}
	})
}
