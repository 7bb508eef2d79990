package desktop

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=%s</listen><servicedir>%s</servicedir>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>`

// startBus starts a bus of its own, which could start services from dir, and returns its address.
func startBus(t *testing.T, dir string) string {
	t.Helper()
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		if os.Getenv("HOLDFAST_REQUIRE_KEYRING") == "1" {
			t.Fatal("dbus-daemon is not installed")
		}
		t.Skip("dbus-daemon is not installed")
	}
	config := filepath.Join(t.TempDir(), "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, filepath.Join(t.TempDir(), "bus"), dir), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(daemon, "--config-file="+config, "--nofork", "--print-address")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the bus did not start: %v", err)
	}
	return strings.TrimSpace(line)
}

const watcher = "org.kde.StatusNotifierWatcher"

// watch offers a watcher that says whether a tray is there.
func watch(t *testing.T, address string) (tray func(bool)) {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	properties, err := prop.Export(conn, "/StatusNotifierWatcher", prop.Map{
		watcher: {"IsStatusNotifierHostRegistered": {Value: false, Emit: prop.EmitFalse}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName(watcher, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v, %v", reply, err)
	}
	return func(there bool) { properties.SetMust(watcher, "IsStatusNotifierHostRegistered", there) }
}

func onBus(address string) func(string) string {
	return environment(map[string]string{"DBUS_SESSION_BUS_ADDRESS": address})
}

func TestATrayIsThereWhileADesktopShowsOne(t *testing.T) {
	address := startBus(t, t.TempDir())
	env := onBus(address)
	if TrayThere(t.Context(), env) {
		t.Fatal("nobody offers a tray")
	}
	tray := watch(t, address)
	if TrayThere(t.Context(), env) {
		t.Fatal("there is a watcher, but no tray")
	}
	tray(true)
	if !TrayThere(t.Context(), env) {
		t.Fatal("the tray is not seen")
	}
	if !TrayThere(t.Context(), onBus("tcp:host=127.0.0.1,port=1;"+address)) {
		t.Fatal("the tray is not seen at the second address")
	}
	tray(false)
	if TrayThere(t.Context(), env) {
		t.Fatal("the tray went away unseen")
	}
}

func TestTheBusOfSystemdIsFoundWithoutAnAddress(t *testing.T) {
	address := startBus(t, t.TempDir())
	watch(t, address)(true)
	dir := t.TempDir()
	socket := busSocket(onBus(address))
	if err := os.Link(socket, filepath.Join(dir, "bus")); err != nil {
		t.Fatal(err)
	}
	if !TrayThere(t.Context(), environment(map[string]string{"XDG_RUNTIME_DIR": dir})) {
		t.Fatal("the tray is not seen")
	}
}

func TestLookingForATrayStartsNothing(t *testing.T) {
	dir := t.TempDir()
	launched := filepath.Join(dir, "launched")
	launcher := filepath.Join(dir, "dbus-launch")
	if err := os.WriteFile(launcher, []byte("#!/bin/sh\ntouch "+launched+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	service := "[D-BUS Service]\nName=" + watcher + "\nExec=" + launcher + "\n"
	if err := os.WriteFile(filepath.Join(dir, watcher+".service"), []byte(service), 0o600); err != nil {
		t.Fatal(err)
	}
	activating := startBus(t, dir)
	t.Setenv("PATH", dir)
	for _, address := range []string{
		activating, "", "autolaunch:", "disabled:", "unixexec:path=" + launcher, "tcp:host=127.0.0.1,port=1", "nonsense", "unix:path=%zz",
		"unix:path=" + filepath.Join(dir, "gone"),
	} {
		env := environment(map[string]string{"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": dir})
		if TrayThere(t.Context(), env) {
			t.Errorf("%q has a tray", address)
		}
	}
	if _, err := os.Stat(launched); err == nil {
		t.Error("a program was started")
	}
}

func TestABusThatNeverAnswersIsWaitedForASecondAtMost(t *testing.T) {
	mute, err := net.Listen("unix", filepath.Join(t.TempDir(), "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	began := time.Now()
	if TrayThere(context.Background(), onBus("unix:path="+mute.Addr().String())) {
		t.Fatal("a mute bus has a tray")
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Fatalf("it took %s", took)
	}
}
