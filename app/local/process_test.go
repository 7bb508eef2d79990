//go:build linux

package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
)

// role tells a copy of this test program what to be. It exists in tests only.
const role = "HOLDFAST_LOCAL_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "own":
		os.Exit(ownForEver(os.Args[1], os.Args[2]))
	case "count":
		n, _ := strconv.Atoi(os.Args[3])
		os.Exit(countMany(os.Args[1], os.Args[2], n))
	case "flood":
		floods[os.Args[1]](os.Args[2])
	case "ask":
		a, err := Ask(context.Background(), os.Args[1], command("x"), Patience)
		fmt.Println(a.Code, err)
		os.Exit(0)
	}
	os.Exit(2)
}

// ownForEver owns a home until it is killed.
func ownForEver(home, dir string) int {
	o, err := Take(home)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if err := o.Serve(dir, echo, &fakePrograms{}); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("ready", o.ln.Addr())
	select {}
}

// countMany raises a number in a file n times, each time as owner or through the owner. Raising is not atomic: two
// writers at once lose counts.
func countMany(home, dir string, n int) int {
	raise := func() error {
		name := filepath.Join(home, "number")
		b, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		v, _ := strconv.Atoi(string(b))
		return os.WriteFile(name, []byte(strconv.Itoa(v+1)), 0o600)
	}
	turn := make(chan struct{}, 1)
	guarded := func() int {
		turn <- struct{}{}
		defer func() { <-turn }()
		if raise() != nil {
			return 1
		}
		return 0
	}
	for range n {
		o, a, err := OwnOrAsk(context.Background(), home, command("raise"))
		switch {
		case err != nil:
			fmt.Println(err)
			return 1
		case a != nil:
			if a.Code != 0 {
				return a.Code
			}
			continue
		}
		if err := o.Serve(dir, func(context.Context, Command) Answer { return Answer{Code: guarded()} }, nil); err != nil {
			fmt.Println(err)
			return 1
		}
		code := guarded()
		if err := o.Release(); err != nil || code != 0 {
			fmt.Println(err, code)
			return 1
		}
	}
	return 0
}

func start(t *testing.T, as string, args ...string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), role+"="+as)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd, bufio.NewReader(out)
}

// startOwner returns when the other process listens.
func startOwner(t *testing.T, home, dir string) (cmd *exec.Cmd, socket string) {
	t.Helper()
	cmd, out := start(t, "own", home, dir)
	line, err := out.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "ready ") {
		t.Fatalf("owner says %q, %v", line, err)
	}
	return cmd, strings.TrimSpace(strings.TrimPrefix(line, "ready "))
}

func TestTwoToEightProcessesAtOnceHaveOneWriter(t *testing.T) {
	const each = 20
	for processes := 2; processes <= 8; processes += 2 {
		t.Run(fmt.Sprint(processes), func(t *testing.T) {
			home, dir := testHome(t)
			var all []*exec.Cmd
			for range processes {
				cmd, _ := start(t, "count", home, dir, strconv.Itoa(each))
				all = append(all, cmd)
			}
			for _, cmd := range all {
				if err := cmd.Wait(); err != nil {
					t.Error(err)
				}
			}
			b, err := os.ReadFile(filepath.Join(home, "number"))
			if err != nil || string(b) != strconv.Itoa(each*processes) {
				t.Fatalf("counted %q, want %d (%v)", b, each*processes, err)
			}
		})
	}
}

func TestALockLeftByAKilledOwnerIsNoObstacle(t *testing.T) {
	home, dir := testHome(t)
	cmd, socket := startOwner(t, home, dir)
	cmd.Process.Kill()
	cmd.Wait()
	if _, err := os.Lstat(socket); err != nil {
		t.Fatalf("the killed owner should have left its socket: %v", err)
	}
	began := time.Now()
	o, a, err := OwnOrAsk(t.Context(), home, command("status"))
	if err != nil || a != nil {
		t.Fatalf("answer %v error %v", a, err)
	}
	defer o.Release()
	if took := time.Since(began); took > Patience/2 {
		t.Errorf("took %v", took)
	}
	// Another place is chosen for the sockets now; the old one is cleared all the same.
	if err := o.Serve("", echo, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("stale socket is left: %v", err)
	}
}

func TestAnOwnerThatHangsIsBusy(t *testing.T) {
	home, dir := testHome(t)
	cmd, _ := startOwner(t, home, dir)
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, _, err := OwnOrAsk(t.Context(), home, Command{Args: []string{"x"}, Dir: "/", Stdin: make([]byte, 1<<20)})
	if !errors.Is(err, ErrBusy) {
		t.Fatalf("error %v, want ErrBusy", err)
	}
	if took := time.Since(began); took > 2*Patience {
		t.Errorf("took %v", took)
	}
	cmd.Process.Signal(syscall.SIGCONT)
	if a, err := Ask(t.Context(), home, command("a", "b"), Patience); err != nil || a.Code != 2 {
		t.Errorf("after it goes on: %v %v", a, err)
	}
}

func TestAnotherUserIsNotServed(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can start a process of another user")
	}
	home, o := serve(t, echo)
	// Open every door that file modes close, so that only the check of the caller is left.
	socket := o.ln.Addr().String()
	for name := filepath.Dir(home); len(name) > len(os.TempDir()); name = filepath.Dir(name) {
		os.Chmod(name, 0o755)
	}
	os.Chmod(home, 0o755)
	os.Chmod(filepath.Join(home, endpoint.File), 0o644)
	os.Chmod(filepath.Dir(socket), 0o755)
	os.Chmod(socket, 0o666)
	program := filepath.Join(filepath.Dir(socket), "caller")
	b, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, b, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, home)
	cmd.Dir = "/"
	cmd.Env = []string{role + "=ask"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !strings.Contains(string(out), ErrBusy.Error()) {
		t.Errorf("another user got: %s", out)
	}
	if a, err := Ask(t.Context(), home, command("x"), Patience); err != nil || a.Code != 1 {
		t.Errorf("the user itself: %v %v", a, err)
	}
}

func TestWithoutAPrivateRuntimeFolderTheSocketGetsItsOwn(t *testing.T) {
	open := t.TempDir()
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"none": "", "relative": "run", "missing": "/nowhere/at/all", "open to others": open, "too long": long} {
		t.Run(name, func(t *testing.T) {
			home := filepath.Join(t.TempDir(), "home")
			o, err := Take(home)
			if err != nil {
				t.Fatal(err)
			}
			defer o.Release()
			if err := o.Serve(dir, echo, nil); err != nil {
				t.Fatal(err)
			}
			socket := o.ln.Addr().String()
			if len(socket) > endpoint.MaxSocketPath || (dir != "" && strings.HasPrefix(socket, dir)) {
				t.Errorf("socket at %s", socket)
			}
			if i, err := os.Stat(filepath.Dir(socket)); err != nil || i.Mode().Perm() != 0o700 {
				t.Errorf("its folder: %v %v", i, err)
			}
			if a, err := Ask(t.Context(), home, command("status"), Patience); err != nil || a.Code != 1 {
				t.Errorf("answer %v %v", a, err)
			}
			o.Stop()
			if _, err := os.Stat(filepath.Dir(socket)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("folder is left: %v", err)
			}
		})
	}
}
