package keystore

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestRefusedAccessIsDenied(t *testing.T) {
	mark(t)
	address, _ := startBus(t, filepath.Join(t.TempDir(), "bus"), "", `<deny send_destination="org.freedesktop.secrets"/>`)
	serve(t, address)
	s := OSWith("holdfast", patient(address))
	_, err := s.Get(ctx, "keys")
	wantClass(t, err, Denied)
	wantClass(t, s.Check(ctx), Denied)
}

func TestWithoutABusThereIsNoneAndNothingIsStarted(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "gone")
	stale, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = stale.Close()
	launched := filepath.Join(dir, "launched")
	launcher := "#!/bin/sh\ntouch " + launched + "\n"
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(launcher), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	t.Setenv("XDG_RUNTIME_DIR", dir)
	for name, address := range map[string]string{
		"no address":          "",
		"autolaunch":          "autolaunch:",
		"disabled":            "disabled:",
		"no such socket":      "unix:path=" + filepath.Join(dir, "absent"),
		"socket left over":    "unix:path=" + socket,
		"starts a program":    "unixexec:path=" + filepath.Join(dir, "dbus-launch"),
		"another computer":    "tcp:host=127.0.0.1,port=1",
		"not an address":      "nonsense",
		"broken escape":       "unix:path=%zz",
		"nothing in its path": "unix:path=",
	} {
		t.Run(name, func(t *testing.T) {
			mark(t)
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
			s := OS("holdfast")
			_, err := s.Get(ctx, "keys")
			wantClass(t, err, None)
			wantClass(t, s.Set(ctx, "keys", []byte("v")), None)
			wantClass(t, s.Delete(ctx, "keys"), None)
			wantClass(t, s.Check(Interactive(ctx)), None)
			if _, err := os.Stat(launched); err == nil {
				t.Error("a bus was started")
			}
		})
	}
}

func TestBusIsFoundInTheRuntimeDirectory(t *testing.T) {
	mark(t)
	dir := t.TempDir()
	address, _ := startBus(t, filepath.Join(dir, "bus"), "", "")
	serve(t, address)
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	if err := OS("holdfast").Check(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestBusWithoutAServiceIsNone(t *testing.T) {
	address := newBus(t)
	s := OSWith("holdfast", patient(address))
	_, err := s.Get(ctx, "keys")
	wantClass(t, err, None)
	wantClass(t, s.Check(Interactive(ctx)), None)
}

func TestMuteBusIsGivenUpAtTheDeadline(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "mute")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := OSWith("holdfast", short("unix:path="+socket)).(*osStore)
	for range 2 {
		_, err = s.Get(ctx, "keys")
		wantClass(t, err, Mute)
		var e *Error
		if errors.As(err, &e); e.Waited < s.options.Background {
			t.Errorf("waited %v, less than the deadline", e.Waited)
		}
		if s.lane.hung() != nil || len(s.lane.busy) != 0 {
			t.Fatal("a call was left behind")
		}
	}
	stacks := make([]byte, 1<<20)
	for range 1_000_000 { // goroutines end a moment after their connection
		if !bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("godbus/dbus")) {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("goroutines are left behind:\n%s", stacks[:runtime.Stack(stacks, true)])
}

func TestMuteServiceIsGivenUpAndUsedAgainWhenItIsBack(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address)).(*osStore)
	mustSet(t, s, "keys", "value")
	for _, method := range []string{"SearchItems", "OpenSession", "GetSecret"} {
		release := make(chan struct{})
		f.set(func() {
			f.before = func(m string) *dbus.Error {
				if m == method {
					<-release
				}
				return nil
			}
		})
		s.options = short(address)
		_, err := s.Get(ctx, "keys")
		wantClass(t, err, Mute)
		if s.lane.hung() != nil || len(s.lane.busy) != 0 {
			t.Fatal("a call was left behind")
		}
		f.set(func() { f.before = nil })
		close(release)
		s.options = patient(address)
		wantValue(t, s, "keys", "value")
	}
}

func TestSlowServiceIsWaitedForWithinTheDeadline(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	mustSet(t, s, "keys", "value")
	entered, release := make(chan struct{}), make(chan struct{})
	f.set(func() {
		f.before = func(m string) *dbus.Error {
			if m == "GetSecret" {
				close(entered)
				<-release
			}
			return nil
		}
	})
	go func() {
		<-entered
		close(release)
	}()
	wantValue(t, s, "keys", "value")
}

func TestServiceThatDiesInACallIsNoneUntilItIsBack(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	mustSet(t, s, "keys", "value")
	f.set(func() {
		f.before = func(m string) *dbus.Error {
			if m == "GetSecret" {
				_ = f.conn.Close()
			}
			return nil
		}
	})
	_, err := s.Get(ctx, "keys")
	wantClass(t, err, None)
	again := serve(t, address)
	again.set(func() {
		again.items = f.items
		for p := range f.items {
			again.item(p)
		}
	})
	wantValue(t, s, "keys", "value")
}

func TestServiceThatDiesWhileItAsksIsNone(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	f.set(func() {
		f.locked[loginPath] = true
		f.before = func(m string) *dbus.Error {
			if m == "Prompt" {
				_ = f.conn.Close()
			}
			return nil
		}
	})
	wantClass(t, s.Check(Interactive(ctx)), None)
}

func TestServiceThatVanishesOnceIsAskedASecondTime(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	mustSet(t, s, "keys", "value")
	var once sync.Once
	f.set(func() {
		f.before = func(m string) (err *dbus.Error) {
			if m == "GetSecret" {
				once.Do(func() { err = dbus.NewError("org.freedesktop.DBus.Error.NoReply", nil) })
			}
			return err
		}
	})
	wantValue(t, s, "keys", "value")
}

func TestBusThatDiesInACallIsNoneAndANewBusIsUsed(t *testing.T) {
	mark(t)
	socket := filepath.Join(t.TempDir(), "bus")
	address, stop := startBus(t, socket, "", "")
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	f.set(func() {
		f.before = func(m string) *dbus.Error {
			if m == "SearchItems" {
				stop()
			}
			return nil
		}
	})
	_, err := s.Get(ctx, "keys")
	wantClass(t, err, None)
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	address, _ = startBus(t, socket, "", "")
	serve(t, address)
	mustSet(t, s, "keys", "value")
	wantValue(t, s, "keys", "value")
}

func TestGarbledAnswersAreNone(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	mustSet(t, s, "keys", "value")
	f.set(func() { f.export(garbled{}, loginPath, "org.freedesktop.DBus.Properties") })
	wantClass(t, s.Check(Interactive(ctx)), None)
	f.set(func() {
		f.export(garbled{}, secretsPath, "org.freedesktop.DBus.Properties")
		f.export(garbled{}, secretsPath, serviceAPI)
	})
	wantClass(t, s.Check(Interactive(ctx)), None)
	_, err := s.Get(ctx, "keys")
	wantClass(t, err, None)
}

type garbled struct{}

func (garbled) Get(string, string) (dbus.Variant, *dbus.Error) { return dbus.MakeVariant("?"), nil }
func (garbled) ReadAlias(string) (int32, *dbus.Error)          { return 7, nil }
func (garbled) SearchItems(map[string]string) (string, *dbus.Error) {
	return "?", nil
}

func TestCancelledCallEndsAtOnce(t *testing.T) {
	address := newBus(t)
	f := serve(t, address)
	s := OSWith("holdfast", patient(address))
	release := make(chan struct{})
	defer close(release)
	cancelled, cancel := context.WithCancel(ctx)
	f.set(func() {
		f.before = func(string) *dbus.Error {
			cancel()
			<-release
			return nil
		}
	})
	_, err := s.Get(cancelled, "keys")
	wantClass(t, err, Mute)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say that it was cancelled", err)
	}
}
