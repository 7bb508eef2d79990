package keystore

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"
)

var ctx = context.Background()

func wantClass(t *testing.T, err error, want Class) {
	t.Helper()
	if got := ClassOf(err); got != want {
		t.Fatalf("class %s (%v), want %s", got, err, want)
	}
	var e *Error
	if err != nil && (!errors.As(err, &e) || e.Backend != "os") {
		t.Fatalf("%v does not name its backend", err)
	}
}

func wantValue(t *testing.T, s Store, item, want string) {
	t.Helper()
	got, err := s.Get(ctx, item)
	if err != nil || string(got) != want {
		t.Fatalf("Get(%s) = %q, %v; want %q", item, got, err, want)
	}
}

func mustSet(t *testing.T, s Store, item, value string) {
	t.Helper()
	if err := s.Set(ctx, item, []byte(value)); err != nil {
		t.Fatal(err)
	}
}

// asked fails the test when a background call used a method that may bring up a question.
func asked(f *fakeService) bool {
	return slices.ContainsFunc(f.called(), func(m string) bool { return m == "Unlock" || m == "Prompt" || m == "CreateCollection" })
}

func TestReadyKeyringKeepsReplacesAndDeletes(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	if err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(ctx, "keys")
	wantClass(t, err, Missing)
	binary := string([]byte{0, 255, '\n', 1})
	mustSet(t, s, "keys", "first")
	mustSet(t, s, "keys", binary)
	mustSet(t, s, "anchor", "other")
	wantValue(t, s, "keys", binary)
	wantValue(t, s, "anchor", "other")
	for range 2 { // the second time there is nothing to delete
		if err := s.Delete(ctx, "keys"); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.Get(ctx, "keys")
	wantClass(t, err, Missing)
	wantValue(t, s, "anchor", "other")
	if asked(f) {
		t.Errorf("a background call asked the person: %v", f.called())
	}
}

func TestLockedKeyringIsNotTouchedInTheBackground(t *testing.T) {
	for name, hide := range map[string]bool{"items are shown": false, "items are hidden": true} {
		t.Run(name, func(t *testing.T) {
			address := newBus(t)
			f := serve(t, address)
			s := OSWith("holdfast", patient(address))
			mustSet(t, s, "keys", "value")
			f.set(func() { f.locked[loginPath], f.hideLocked = true, hide })
			_, err := s.Get(ctx, "keys")
			wantClass(t, err, Locked)
			wantClass(t, s.Set(ctx, "keys", []byte("new")), Locked)
			wantClass(t, s.Delete(ctx, "keys"), Locked)
			wantClass(t, s.Check(ctx), Locked)
			if asked(f) {
				t.Fatalf("a background call asked the person: %v", f.called())
			}
			// The person is there: one question, and everything works again.
			got, err := s.Get(Interactive(ctx), "keys")
			if err != nil || string(got) != "value" {
				t.Fatalf("after unlocking: %q, %v", got, err)
			}
			wantValue(t, s, "keys", "value")
		})
	}
}

func TestCheckUnlocksWhenThePersonAsked(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	f.set(func() { f.locked[loginPath] = true })
	if err := s.Check(Interactive(ctx)); err != nil {
		t.Fatal(err)
	}
	mustSet(t, s, "keys", "value")
}

func TestDismissedQuestionIsDenied(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	mustSet(t, s, "keys", "value")
	f.set(func() { f.locked[loginPath], f.answer = true, "no" })
	_, err := s.Get(Interactive(ctx), "keys")
	wantClass(t, err, Denied)
	wantClass(t, s.Check(Interactive(ctx)), Denied)
	// A question of CreateItem or Delete, too: go-keyring would report success.
	f.set(func() { f.locked[loginPath], f.prompts = false, true })
	wantClass(t, s.Set(Interactive(ctx), "keys", []byte("new")), Denied)
	wantClass(t, s.Delete(Interactive(ctx), "keys"), Denied)
	wantClass(t, s.Set(ctx, "keys", []byte("new")), Locked)
	wantValue(t, s, "keys", "value")
	f.set(func() { f.answer = "yes" })
	if err := s.Set(Interactive(ctx), "keys", []byte("new")); err != nil {
		t.Fatal(err)
	}
	wantValue(t, s, "keys", "new")
}

func TestUnansweredQuestionIsLockedAtTheDeadline(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", short(address))
	f.set(func() { f.locked[loginPath], f.answer = true, "" })
	err := s.Check(Interactive(ctx))
	wantClass(t, err, Locked)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v does not say that time ran out", err)
	}
}

func TestItemWithAnotherContentIsMissingAndSaysSo(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	mustSet(t, s, "keys", "value")
	mustSet(t, s, "anchor", "value of anchor")
	good := map[dbus.ObjectPath]fakeItem{}
	var anchor []byte
	f.set(func() {
		for p, it := range f.items {
			good[p] = it
			if it.attributes["username"] == "anchor" {
				anchor = it.secret.Value
			}
		}
	})
	for p, it := range good {
		if it.attributes["username"] != "keys" {
			continue
		}
		for _, wrong := range [][]byte{nil, []byte("hunter2"), it.secret.Value[:len(it.secret.Value)-1], anchor, bytes.Repeat([]byte("x"), 1<<16)} {
			f.set(func() {
				it.secret.Value = wrong
				f.items[p] = it
			})
			_, err := s.Get(ctx, "keys")
			wantClass(t, err, Missing)
			if !errors.Is(err, ErrWrongValue) {
				t.Errorf("%.20q: %v does not say that the item holds something else", wrong, err)
			}
		}
	}
	wantValue(t, s, "anchor", "value of anchor")
	mustSet(t, s, "keys", "new")
	wantValue(t, s, "keys", "new")
}

func TestServiceWithoutACollectionIsLockedForWritingOnly(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	f.set(func() { f.paths = nil })
	s := OSWith("holdfast", patient(address))
	_, err := s.Get(ctx, "keys")
	wantClass(t, err, Missing)
	if err := s.Delete(ctx, "keys"); err != nil {
		t.Fatal(err)
	}
	wantClass(t, s.Set(ctx, "keys", []byte("v")), Locked)
	wantClass(t, s.Check(ctx), Locked)
	if asked(f) {
		t.Fatalf("a background call asked the person: %v", f.called())
	}
	f.set(func() { f.answer = "no" })
	wantClass(t, s.Check(Interactive(ctx)), Denied)
	f.set(func() { f.answer = "yes" })
	if err := s.Set(Interactive(ctx), "keys", []byte("v")); err != nil {
		t.Fatal(err)
	}
	wantValue(t, s, "keys", "v")
}

func TestItemWrittenBeforeTheLoginCollectionIsStillFound(t *testing.T) {
	const other dbus.ObjectPath = "/org/freedesktop/secrets/collection/other"
	address := newBus(t)
	f := serve(t, address)
	f.collection(other)
	f.set(func() { f.paths, f.fallback = []dbus.ObjectPath{other}, other })
	s := OSWith("holdfast", patient(address))
	mustSet(t, s, "keys", "old")
	f.set(func() { f.paths = append(f.paths, loginPath) })
	wantValue(t, s, "keys", "old")
	mustSet(t, s, "keys", "new") // goes to login; the older one stays behind it
	wantValue(t, s, "keys", "new")
	f.set(func() { f.locked[loginPath] = true })
	_, err := s.Get(ctx, "keys")
	wantClass(t, err, Locked)
	f.set(func() { f.locked[loginPath] = false })
	if err := s.Delete(ctx, "keys"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(ctx, "keys") // not the one behind it, either
	wantClass(t, err, Missing)
}

func TestManyCallersAtOnceAllSucceed(t *testing.T) {
	address := newBus(t)
	serve(t, address)
	s := OSWith("holdfast", patient(address))
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			item := "item-" + strings.Repeat("x", i)
			if err := s.Set(ctx, item, []byte(item)); err != nil {
				t.Error(err)
			}
			if got, err := s.Get(ctx, item); err != nil || string(got) != item {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	wg.Wait()
}

// Items are those of go-keyring, so other tools that use it, and its own command, can read and delete them.
func TestItemsAreThoseOfGoKeyring(t *testing.T) {
	address := newBus(t)
	serve(t, address)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	s := OSWith("holdfast", patient(address))
	mustSet(t, s, "keys", "value")
	text, err := keyring.Get("holdfast", "keys")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decodeItem("keys", text); err != nil || string(got) != "value" {
		t.Fatalf("go-keyring reads %q: %v", got, err)
	}
	if err := keyring.Set("holdfast", "keys", encodeItem("keys", []byte("theirs"))); err != nil {
		t.Fatal(err)
	}
	wantValue(t, s, "keys", "theirs")
	if err := keyring.Delete("holdfast", "keys"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(ctx, "keys")
	wantClass(t, err, Missing)
}
