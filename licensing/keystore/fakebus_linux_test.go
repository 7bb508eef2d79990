package keystore

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// markName stands in the environment of every program that a test starts, and of all that these start.
const markName = "HOLDFAST_KEYSTORE_TEST"

// mark makes programs started from here on recognizable and lets the test fail if one of them is still there at its end.
func mark(t testing.TB) {
	t.Helper()
	value := t.Name() + strconv.Itoa(os.Getpid())
	t.Setenv(markName, value)
	t.Cleanup(func() {
		for _, pid := range marked(value) {
			if !ended(pid) {
				name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
				t.Errorf("%s (%d) was left behind", bytes.TrimSpace(name), pid)
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		}
	})
}

func marked(value string) []int {
	var pids []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if bytes.Contains(env, []byte(markName+"="+value+"\x00")) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// ended waits up to five seconds for the end of a process.
func ended(pid int) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return true
	}
	defer unix.Close(fd)
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 5000)
	return err == nil && n == 1
}

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=%s</listen>%s
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>%s</policy></busconfig>`

// startBus starts a bus of its own and returns its address. extra is configuration, rules are policy rules.
func startBus(t testing.TB, socket, extra, rules string) (address string, stop func()) {
	t.Helper()
	binary, err := exec.LookPath("dbus-daemon")
	if err != nil {
		missing(t, "dbus-daemon")
	}
	config := filepath.Join(t.TempDir(), "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket, extra, rules), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "--config-file="+config, "--nofork", "--print-address")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the bus did not start: %v", err)
	}
	return strings.TrimSpace(line), stop
}

// missing skips a test that needs a program, or fails it where the program must be there.
func missing(t testing.TB, program string) {
	t.Helper()
	if os.Getenv("HOLDFAST_REQUIRE_KEYRING") == "1" {
		t.Fatalf("%s is not installed and HOLDFAST_REQUIRE_KEYRING=1", program)
	}
	t.Skipf("%s is not installed; HOLDFAST_REQUIRE_KEYRING=1 makes this a failure", program)
}

// newBus starts a bus in a directory of its own, for a store that nobody offers yet.
func newBus(t testing.TB) string {
	t.Helper()
	mark(t)
	address, _ := startBus(t, filepath.Join(t.TempDir(), "bus"), "", "")
	return address
}

// dial opens a connection for a fake service.
func dial(t testing.TB, address string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// short are options with a deadline that a test can wait for.
func short(address string) Options {
	return Options{Bus: address, Background: 200 * time.Millisecond, Asked: 400 * time.Millisecond}
}

// patient are options for calls that are expected to succeed, on a slow machine too.
func patient(address string) Options {
	return Options{Bus: address, Background: 20 * time.Second, Asked: 20 * time.Second}
}
