package keystore

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// gnome is a gnome-keyring-daemon of the test's own, with its own home and bus.
type gnome struct {
	address string
	home    string
	stopBus func()
}

func newGnome(t testing.TB, extra string) gnome {
	t.Helper()
	if _, err := exec.LookPath("gnome-keyring-daemon"); err != nil {
		missing(t, "gnome-keyring-daemon")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_RUNTIME_DIR", home)
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("GNOME_KEYRING_CONTROL", "")
	mark(t)
	address, stop := startBus(t, filepath.Join(t.TempDir(), "bus"), extra, "")
	return gnome{address: address, home: home, stopBus: stop}
}

// start runs the daemon with the login collection unlocked and returns once it owns its name.
func (g gnome) start(t testing.TB) (stop func()) {
	t.Helper()
	conn := dial(t, g.address)
	owners := make(chan *dbus.Signal, 8)
	conn.Signal(owners)
	if err := conn.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, secretsName)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", "--control-directory", g.home)
	cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+g.address)
	cmd.Stdin = strings.NewReader("correct horse")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	timeout := time.After(20 * time.Second)
	for {
		select {
		case s := <-owners:
			if len(s.Body) == 3 && s.Body[2] != "" {
				return stop
			}
		case <-timeout:
			t.Fatal("gnome-keyring-daemon did not offer its service")
		}
	}
}

// lock locks the login collection, as a session does that goes to sleep.
func (g gnome) lock(t testing.TB) {
	t.Helper()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := dial(t, g.address).Object(secretsName, secretsPath).
		Call(serviceAPI+".Lock", 0, []dbus.ObjectPath{loginPath}).Store(&locked, &prompt)
	if err != nil || len(locked) != 1 {
		t.Fatalf("lock: %v %v", locked, err)
	}
}

func TestRealKeyringFromFirstUseToItsReturn(t *testing.T) {
	g := newGnome(t, "")
	s := OSWith("holdfast", patient(g.address))
	wantClass(t, s.Check(ctx), None)

	stop := g.start(t)
	if err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(ctx, "keys")
	wantClass(t, err, Missing)
	binary := string([]byte{0, 200, 10, 255})
	mustSet(t, s, "keys", "first")
	mustSet(t, s, "keys", binary)
	mustSet(t, s, "anchor", "a")
	wantValue(t, s, "keys", binary)
	if err := s.Delete(ctx, "anchor"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(ctx, "anchor")
	wantClass(t, err, Missing)

	g.lock(t)
	_, err = s.Get(ctx, "keys")
	wantClass(t, err, Locked)
	wantClass(t, s.Set(ctx, "keys", []byte("no")), Locked)
	wantClass(t, s.Check(ctx), Locked)
	// No program that could show a question runs here, so unlocking ends like a dismissed question.
	wantClass(t, s.Check(Interactive(ctx)), Denied)

	stop()
	_, err = s.Get(ctx, "keys")
	wantClass(t, err, None)

	g.start(t)
	wantValue(t, s, "keys", binary)
}

func TestKeyringThatTheBusStartsEndsWithTheBus(t *testing.T) {
	services := t.TempDir()
	binary, err := exec.LookPath("gnome-keyring-daemon")
	if err != nil {
		missing(t, "gnome-keyring-daemon")
	}
	file := "[D-BUS Service]\nName=" + secretsName + "\nExec=" + binary + " --start --foreground --components=secrets\n"
	if err := os.WriteFile(filepath.Join(services, secretsName+".service"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	g := newGnome(t, "<servicedir>"+services+"</servicedir>")
	s := OSWith("holdfast", patient(g.address))
	// Nobody signed in, so there is no collection yet.
	_, err = s.Get(ctx, "keys")
	wantClass(t, err, Missing)
	wantClass(t, s.Set(ctx, "keys", []byte("v")), Locked)
	if n := len(marked(os.Getenv(markName))); n < 2 {
		t.Fatalf("%d programs run; the bus did not start the service", n)
	}
	g.stopBus() // and mark sees to it that nothing is left
}

func BenchmarkGetFromARealKeyring(b *testing.B) {
	g := newGnome(b, "")
	g.start(b)
	s := OSWith("holdfast", patient(g.address))
	if err := s.Set(ctx, "keys", make([]byte, 200)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Get(ctx, "keys"); err != nil {
			b.Fatal(err)
		}
	}
}
